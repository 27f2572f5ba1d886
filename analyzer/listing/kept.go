package listing

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// kept holds the lines of the packets and what was worked out for them, so that
// they can be shown again.
type kept struct {
	text    []byte
	packets []keptPacket
	quotes  map[uint32]wire.ICMP // of ICMP errors
	full    bool
}

type keptPacket struct {
	start, length uint32 // in text
	offset        int64
	time          analyzer.Timestamp
	src, dst      wire.Addr
	seq, ack      analyzer.Seq
	iface         uint32
	unknown       wire.Unknown
}

func (k *kept) add(rec *record, p *wire.Packet) {
	if k.full || len(k.text)+len(rec.raw) > MaxKeptLen {
		k.full = true // frames are found by their number: none may be left out in between
		return
	}
	k.packets = append(k.packets, keptPacket{
		start: uint32(len(k.text)), length: uint32(len(rec.raw)), offset: p.Offset, time: p.Time, src: p.Src, dst: p.Dst,
		seq: p.TCP.Seq, ack: p.TCP.Ack, iface: p.Interface, unknown: p.Unknown,
	})
	k.text = append(k.text, rec.raw...)
	if p.Kind == wire.KindICMP && p.ICMP.IsError {
		if k.quotes == nil {
			k.quotes = map[uint32]wire.ICMP{}
		}
		k.quotes[p.Frame] = p.ICMP
	}
}

func (k *kept) line(frame uint32) (string, bool) {
	if frame == 0 || int64(frame) > int64(len(k.packets)) {
		return "", false
	}
	x := &k.packets[frame-1]
	return string(k.text[x.start : x.start+x.length]), true
}

// apply gives a packet that was read again what the packets around it told the
// first time.
func (k *kept) apply(frame uint32, p *wire.Packet) {
	x := &k.packets[frame-1]
	p.Frame, p.Offset, p.Time, p.Interface, p.Unknown = frame, x.offset, x.time, x.iface, x.unknown
	p.Src, p.Dst = x.src, x.dst
	for i := range p.TCP.SACK[:p.TCP.SACKCount] {
		b := &p.TCP.SACK[i]
		b.Left, b.Right = b.Left+(x.ack-p.TCP.Ack), b.Right+(x.ack-p.TCP.Ack)
	}
	p.TCP.Seq, p.TCP.Ack = x.seq, x.ack
	if m, ok := k.quotes[frame]; ok {
		p.ICMP = m
	}
}
