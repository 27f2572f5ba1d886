package script

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// given says which fields a line set itself.
type given struct {
	seq, ack, win, options, fresh bool
	relSeq, relAck                bool
}

// attributes reads the words after a segment's flags.
func (p *parser) attributes(k *packet, words []string) (given, error) {
	var g given
	for i := 0; i < len(words); i++ {
		w := words[i]
		if strings.HasPrefix(w, "<") {
			g.options = true
			if err := tcpOptions(k, strings.Trim(w, "<>")); err != nil {
				return g, err
			}
			continue
		}
		if done := p.word(k, &g, w); done {
			continue
		}
		if i+1 == len(words) {
			return g, fmt.Errorf("%q is unknown or needs a value", w)
		}
		i++
		if err := p.value(k, &g, w, words[i]); err != nil {
			return g, err
		}
	}
	return g, nil
}

// word applies an attribute without a value.
func (p *parser) word(k *packet, g *given, w string) bool {
	switch w {
	case "new":
		g.fresh = true
	case "unseen":
		k.unseen = true
	case "nodf":
		k.DF = false
	case "in":
		k.Direction = analyzer.DirectionInbound
	case "out":
		k.Direction = analyzer.DirectionOutbound
	case "other":
		k.Direction = analyzer.DirectionOtherHost
	case "bcast":
		k.Broadcast = true
		k.DstMAC = 0xffffffffffff
	default:
		return false
	}
	return true
}

// value applies an attribute with a value.
func (p *parser) value(k *packet, g *given, name, v string) error {
	switch name {
	case "data":
		s, err := strconv.Unquote(v)
		k.payload = []byte(s)
		return err
	case "csum":
		switch v {
		case "bad":
			k.Checksum = wire.ChecksumBad
		case "partial":
			k.Checksum = wire.ChecksumPartial
		case "good":
			k.Checksum = wire.ChecksumGood
		default:
			return fmt.Errorf("csum is good, bad or partial")
		}
		return nil
	}
	rel := strings.HasPrefix(v, "@")
	n, err := strconv.ParseUint(strings.TrimPrefix(v, "@"), 10, 32)
	if err != nil {
		return fmt.Errorf("%s: %q is no number", name, v)
	}
	switch name {
	case "seq":
		g.seq, g.relSeq, k.TCP.Seq = true, rel, analyzer.Seq(n)
	case "ack":
		g.ack, g.relAck, k.TCP.Ack = true, rel, analyzer.Seq(n)
	case "win":
		g.win, k.TCP.Window = true, uint16(n)
	case "len":
		k.payload = bytes.Repeat([]byte("x"), int(n))
	case "ttl":
		k.TTL = uint8(n)
	case "tos":
		k.TOS = uint8(n)
	case "id":
		k.IPID = uint16(n)
	case "vlan":
		k.vlan = uint16(n)
		k.Scope = uint32(n)
	case "if":
		k.iface = uint32(n)
	case "cut":
		k.cut = int(n)
	default:
		return fmt.Errorf("%q is unknown", name)
	}
	return nil
}

// tcpOptions reads an option list in tcpdump's words.
func tcpOptions(k *packet, list string) error {
	t := &k.TCP
	for _, o := range strings.Split(list, ",") {
		f := strings.Fields(o)
		if len(f) == 0 {
			continue
		}
		num := make([]uint32, len(f))
		for i, s := range f[1:] {
			n, err := strconv.ParseUint(s, 10, 32)
			if err != nil && f[0] != "sack" {
				return fmt.Errorf("option %q: %w", o, err)
			}
			num[i] = uint32(n)
		}
		switch f[0] {
		case "mss":
			t.Options |= wire.OptMSS
			t.MSS = uint16(num[0])
		case "sackOK":
			t.Options |= wire.OptSACKPerm
		case "wscale":
			t.Options |= wire.OptWScale
			t.WScale = uint8(num[0])
		case "ts":
			t.Options |= wire.OptTimestamps
			if len(f) > 2 {
				t.TSval, t.TSecr = num[0], num[1]
			}
		case "sack":
			if err := sackBlocks(t, f[1:]); err != nil {
				return err
			}
		default:
			return fmt.Errorf("option %q is unknown", o)
		}
	}
	return nil
}

func sackBlocks(t *wire.TCP, blocks []string) error {
	t.Options |= wire.OptSACK
	for _, b := range blocks {
		var l, r uint32
		if _, err := fmt.Sscanf(b, "%d:%d", &l, &r); err != nil {
			return fmt.Errorf("SACK block %q: want LEFT:RIGHT", b)
		}
		t.SACK[t.SACKCount] = wire.SACKBlock{Left: analyzer.Seq(l), Right: analyzer.Seq(r)}
		t.SACKCount++
	}
	return nil
}
