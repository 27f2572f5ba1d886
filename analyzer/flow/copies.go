package flow

import (
	"math/bits"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// A copy is the same packet recorded again: by a second interface of an
// `-i any` capture, a mirror port that sees both sides, a bridge or a router. It
// has the same addresses, IP identification, sequence numbers, options and TCP
// checksum, except that one interface may have left that for a network card. A retransmission differs: senders give each packet a new
// identification (RFC 6864), except where it is zero or missing (IPv6, SYN-ACK
// and RST of Linux); there something else must differ, or the time be too short.
const (
	// copyWindow: a hop further on takes queueing time, not more; the shortest
	// retransmission timers are 200 ms (Linux TCP_RTO_MIN).
	copyWindow = 100 * time.Millisecond
	// mirrorWindow: mirror ports mostly deliver both copies within 2 ms. Later ones
	// (seen: 51 ms) are told by their number, if their sender does not give all
	// packets the same.
	mirrorWindow = 2 * time.Millisecond
	copySlots    = 1 << 12
)

// seenPacket is what is remembered of a packet, in 24 bytes: the whole table has
// to stay in the processor's cache.
type seenPacket struct {
	time  analyzer.Timestamp
	sum   uint32 // of the fingerprint; its other bits choose the slot
	flow  uint32 // plus one
	place uint32 // hash of interface, direction and MAC addresses
	check uint16 // its TCP checksum
	ttl   uint8
}

// copies remembers the latest packets, one for each slot.
type copies struct{ slots *[copySlots]seenPacket }

// fingerprint hashes everything that a hop leaves alone, in two chains, which a
// processor works out side by side.
func fingerprint(p *wire.Packet) uint64 {
	c := &p.TCP
	a := mix(0x9e3779b97f4a7c15, p.Src.Lo^bits.RotateLeft64(p.Dst.Lo, 32)^bits.RotateLeft64(p.Src.Hi, 16)^bits.RotateLeft64(p.Dst.Hi, 48))
	b := mix(0x243f6a8885a308d3, uint64(p.SrcPort)<<48|uint64(p.DstPort)<<32|uint64(c.Flags)<<16|uint64(c.Window))
	a = mix(a, uint64(c.Seq)<<32|uint64(c.Ack))
	b = mix(b, uint64(p.IPID)<<48|uint64(c.PayloadLen))
	b = mix(b, uint64(c.TSval)<<32|uint64(c.TSecr))
	if c.SACKCount > 0 {
		a = mix(a, uint64(c.SACK[0].Left)<<32|uint64(c.SACK[0].Right))
	}
	return mix(a, b)
}

// mix takes one word into a hash. One plain multiplication: WebAssembly has none
// that gives 128 bits.
func mix(h, v uint64) uint64 {
	h = (bits.RotateLeft64(h, 29) ^ v) * 0xd6e8feb86659fd93
	return h ^ h>>32
}

// placeOf hashes where a packet was captured and which link it was on.
func placeOf(p *wire.Packet) uint32 {
	h := mix(uint64(p.Interface)<<32|uint64(p.IfIndex)<<8|uint64(p.Direction), p.SrcMAC^p.DstMAC<<16)
	return uint32(h)
}

// copyOf returns the flow of the packet that p is a copy of, nil if it is none, and
// the slot where p belongs.
func (t *Tracker) copyOf(p *wire.Packet) (*Flow, *seenPacket) {
	c := &t.copies
	if c.slots == nil {
		c.slots = new([copySlots]seenPacket)
	}
	h := fingerprint(p)
	sum, place := uint32(h>>32), placeOf(p)
	s := &c.slots[h&(copySlots-1)]
	if s.sum == sum && s.flow != 0 && t.isCopy(s, p, place) {
		return t.Flow(int(s.flow - 1)), s
	}
	*s = seenPacket{time: p.Time, sum: sum, place: place, check: p.TCP.Sum, ttl: p.TTL}
	return nil, s
}

// isCopy judges a packet that equals an earlier one.
func (t *Tracker) isCopy(s *seenPacket, p *wire.Packet, place uint32) bool {
	d := p.Time.Sub(s.time)
	if d < 0 {
		d = -d
	}
	if d > copyWindow {
		return false
	}
	moved := s.ttl != p.TTL || s.place != place
	told := s.check != 0 && p.TCP.Sum != 0 // a listing may tell the sum of one and not of the other
	if s.check != p.TCP.Sum && !(moved && (!told || p.PartialSum(s.check) || p.PartialSum(p.TCP.Sum))) {
		return false // other bytes
	}
	numbered := p.Version == 4 && p.IPID != 0
	carries := p.TCP.PayloadLen > 0 || p.TCP.Flags.Any(wire.SYN|wire.FIN)
	switch {
	case moved:
		return numbered || p.TTL <= s.ttl // a later hop never has a higher TTL; a different sender may
	case d <= mirrorWindow:
		// Without a number nothing tells a copy from a second packet of the same
		// shape, and duplicate ACKs and resets come in such pairs: only what carries
		// sequence space is never sent twice within so short a time.
		return numbered || carries
	case !numbered:
		return false
	case p.TCP.Flags.Any(wire.SYN):
		return true // repeated after a second
	}
	f := t.Flow(int(s.flow - 1))
	return f.Sides[f.senderOf(p)].Flags&idVaries != 0
}

// senderOf returns which end sent a packet of f's.
func (f *Flow) senderOf(p *wire.Packet) Dir {
	if p.Src == f.ServerAddr && p.SrcPort == f.ServerPort || p.Dst == f.ClientAddr && p.DstPort == f.ClientPort {
		return Responder
	}
	return Originator
}

// passedOn reports whether an outbound segment is part of what the capturing host
// had received and passes on: segments are put together where they come in and cut
// where they leave (receive and segmentation offload), so that copies differ in size.
// A repetition would have come in as well.
func (s *Side) passedOn(p *wire.Packet) bool {
	const forwarded = cameIn | hasNext
	return s.Flags&forwarded == forwarded && p.TCP.PayloadLen > 0 && p.TTL <= s.TTL && !p.TCP.Seq.Add(p.TCP.PayloadLen).After(s.Next)
}
