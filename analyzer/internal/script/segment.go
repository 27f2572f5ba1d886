package script

import (
	"fmt"
	"strings"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// tuple is one direction of a connection.
type tuple struct{ src, dst endpointKey }

type endpointKey struct {
	addr wire.Addr
	port uint16
}

func tupleOf(k *packet) tuple {
	return tuple{endpointKey{k.Src, k.SrcPort}, endpointKey{k.Dst, k.DstPort}}
}

func (t tuple) reverse() tuple { return tuple{t.dst, t.src} }

// end is what one end of a connection has sent so far.
type end struct {
	known     bool // it sent something with a sequence number of its own
	isn, next analyzer.Seq
	ack       analyzer.Seq // the last acknowledgment number that it sent
	acked     bool
	options   wire.Option // of its SYN
	tsval     uint32
	last      *packet
	window    uint16
	openings  uint32
}

// stacks keep the ends of all connections of a script.
type stacks struct {
	ends map[tuple]*end
	syns map[endpointKey]*end // the end that sent the latest SYN from there
}

func newStacks() *stacks {
	return &stacks{ends: map[tuple]*end{}, syns: map[endpointKey]*end{}}
}

func (s *stacks) end(t tuple) *end {
	e, ok := s.ends[t]
	if !ok {
		e = &end{}
		s.ends[t] = e
	}
	return e
}

var flagLetters = map[rune]wire.Flags{
	'S': wire.SYN, 'F': wire.FIN, 'R': wire.RST, 'P': wire.PSH, '.': wire.ACK, 'U': wire.URG, 'E': wire.ECE, 'W': wire.CWR,
}

// segment parses a TCP line from its flags on.
func (p *parser) segment(k *packet, flags string, words []string) error {
	k.Kind, k.Protocol = wire.KindTCP, 6
	me, peer := p.tcp.end(tupleOf(k)), p.tcp.end(tupleOf(k).reverse())
	if flags == "again" {
		if me.last == nil {
			return fmt.Errorf("nothing was sent before")
		}
		k.TCP, k.payload = me.last.TCP, me.last.payload
		p.stamp(k, me, peer)
	} else {
		for _, r := range flags {
			f, ok := flagLetters[r]
			if !ok {
				return fmt.Errorf("flags %q", flags)
			}
			k.TCP.Flags |= f
		}
	}
	g, err := p.attributes(k, words)
	if err != nil {
		return err
	}
	if flags != "again" {
		p.fill(k, g, me, peer)
	}
	k.TCP.PayloadLen = uint32(len(k.payload))
	p.note(k, me)
	return nil
}

// fill completes what the line left out.
func (p *parser) fill(k *packet, g given, me, peer *end) {
	t := &k.TCP
	if t.Flags.Has(wire.SYN) {
		p.open(k, g, me, peer)
	} else {
		p.sequence(k, g, me, peer)
	}
	noSocket := t.Flags.Has(wire.RST) && (!t.Flags.Has(wire.ACK) || !me.known)
	if noSocket {
		if k.Version == 4 {
			k.IPID = 0
		}
	} else {
		p.defaults(k, g, me, peer)
	}
}

// open numbers a SYN or SYN-ACK.
func (p *parser) open(k *packet, g given, me, peer *end) {
	t := &k.TCP
	if g.fresh || !me.known {
		openings := me.openings + 1
		*me = end{openings: openings, window: me.window}
		me.isn = analyzer.Seq(mix(k.Src.Lo<<32 ^ k.Src.Hi ^ k.Dst.Lo<<8 ^ uint64(k.SrcPort)<<16 ^ uint64(k.DstPort) ^ uint64(openings)<<48))
		if !t.Flags.Has(wire.ACK) {
			peer.known, peer.acked = false, false
		}
	}
	if g.seq {
		me.isn = t.Seq
	}
	t.Seq = me.isn
	if t.Flags.Has(wire.ACK) && !g.ack {
		if !peer.known {
			if e, ok := p.tcp.syns[endpointKey{k.Dst, k.DstPort}]; ok {
				peer = e
			}
		}
		t.Ack = peer.isn.Add(1)
	}
	if t.Flags&(wire.SYN|wire.ACK) == wire.SYN {
		p.tcp.syns[endpointKey{k.Src, k.SrcPort}] = me
	}
}

// sequence numbers any other segment.
func (p *parser) sequence(k *packet, g given, me, peer *end) {
	t := &k.TCP
	bareReset := t.Flags&(wire.RST|wire.ACK) == wire.RST
	switch {
	case g.relSeq:
		t.Seq = me.isn.Add(uint32(t.Seq))
	case g.seq:
	case bareReset && peer.acked:
		t.Seq = peer.ack
	case me.known:
		t.Seq = me.next
	}
	switch {
	case g.relAck:
		t.Ack = peer.isn.Add(uint32(t.Ack))
	case g.ack || !t.Flags.Has(wire.ACK):
	default:
		t.Ack = peer.next
	}
}

// defaults sets window and options of a segment that a live socket sends.
func (p *parser) defaults(k *packet, g given, me, peer *end) {
	t := &k.TCP
	syn := t.Flags.Has(wire.SYN)
	switch {
	case g.win:
	case syn:
		t.Window = 64240
	case me.window != 0:
		t.Window = me.window
	default:
		t.Window = 502
	}
	if !g.options && syn {
		t.Options = wire.OptMSS | wire.OptSACKPerm | wire.OptTimestamps | wire.OptWScale
		t.MSS, t.WScale = 1460, 7
		if t.Flags.Has(wire.ACK) && peer.known {
			t.Options &= peer.options | wire.OptMSS
		}
		if k.Version == 6 {
			t.MSS = 1440
		}
	}
	if !g.options && !syn && me.options&peer.options&wire.OptTimestamps != 0 {
		t.Options |= wire.OptTimestamps
	}
	p.stamp(k, me, peer)
}

// stamp sets the timestamps option, a millisecond a tick as on Linux.
func (p *parser) stamp(k *packet, me, peer *end) {
	t := &k.TCP
	if t.Options&wire.OptTimestamps == 0 || t.TSval != 0 && me.last != nil && me.last.TCP.TSval != t.TSval {
		return
	}
	if t.TSval == 0 || me.last != nil {
		t.TSval = uint32(mix(k.Src.Lo)>>40) + uint32(p.now.Milliseconds()) + 1
		if t.Flags.Has(wire.ACK) {
			t.TSecr = peer.tsval
		}
	}
}

// note remembers what the end has sent.
func (p *parser) note(k *packet, me *end) {
	t := &k.TCP
	if t.Flags.Has(wire.RST) {
		return
	}
	n := uint32(len(k.payload))
	if t.Flags.Any(wire.SYN) {
		n++
		me.options = t.Options
	}
	if t.Flags.Any(wire.FIN) {
		n++
	}
	if stop := t.Seq.Add(n); !me.known || stop.After(me.next) {
		me.next = stop
	}
	if !me.known && !t.Flags.Has(wire.SYN) {
		me.isn = t.Seq - 1
	}
	me.known = true
	if t.Flags.Has(wire.ACK) {
		me.ack, me.acked = t.Ack, true
	}
	if t.Options&wire.OptTimestamps != 0 {
		me.tsval = t.TSval
	}
	if n > 0 || me.last == nil {
		me.last = k
	}
	if t.Window != 0 && !t.Flags.Has(wire.SYN) {
		me.window = t.Window
	}
}

// copy repeats the packet before, or a labelled one, as another interface recorded it.
func (p *parser) copy(at analyzer.Timestamp, words []string) (*packet, error) {
	var from *packet
	if len(words) > 0 && p.labels[words[0]] != nil {
		from, words = p.labels[words[0]], words[1:]
	} else if len(p.packets) > 0 {
		from = p.packets[len(p.packets)-1]
	}
	if from == nil {
		return nil, fmt.Errorf("nothing to copy")
	}
	k := *from
	k.Time = at
	var rest []string
	for i := 0; i < len(words); i++ {
		if (words[i] == "src" || words[i] == "dst") && i+1 < len(words) {
			e, err := p.endpoint(words[i+1])
			if err != nil {
				return nil, err
			}
			if strings.HasPrefix(words[i], "s") {
				k.Src, k.SrcPort = wire.AddrFrom(e.addr), e.port
			} else {
				k.Dst, k.DstPort = wire.AddrFrom(e.addr), e.port
			}
			i++
			continue
		}
		rest = append(rest, words[i])
	}
	_, err := p.attributes(&k, rest)
	return &k, err
}
