package flow

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// handshake notes what a segment does to the opening of its connection.
func (t *Tracker) handshake(f *Flow, d Dir, p *wire.Packet) analyzer.Events {
	switch p.TCP.Flags & (wire.SYN | wire.ACK | wire.RST) {
	case wire.SYN:
		t.synSent(f, d, p)
	case wire.SYN | wire.ACK:
		t.synAckSent(f, d, p)
	case wire.ACK:
		t.ackSent(f, d, p)
	}
	return 0
}

// synOf takes over what a SYN or SYN-ACK says of its sender.
func synOf(s *Side, p *wire.Packet) {
	s.ISN = p.TCP.Seq
	s.Flags |= SawSYN
	s.Options = p.TCP.Options
	s.MSS = p.TCP.MSS
	if p.TCP.Flags.Has(wire.ECE) {
		s.Flags |= OffersECN
	}
	switch {
	case p.TCP.Options&wire.OptWScale != 0:
		s.WScale = int8(min(p.TCP.WScale, 14)) // RFC 7323 §2.3: more counts as 14
	case p.Unknown&wire.UnknownOptions != 0:
		s.WScale = -1
	default:
		s.WScale = -2
	}
}

func (t *Tracker) synSent(f *Flow, d Dir, p *wire.Packet) {
	s := &f.Sides[d]
	if d == Responder { // crosses the client's own SYN
		synOf(s, p)
		f.Flags |= SimultaneousOpen
		f.LastSyn = p.Time
		return
	}
	f.SynCount++
	if f.Reset != 0 && f.ResetBy == Originator && f.AckFrame == 0 && s.ISN == p.TCP.Seq {
		f.Reset, f.ResetFrame, f.ResetClass = 0, 0, ResetNone // it refused an answer, not the connection: the attempt goes on
	}
	if f.AckFrame == 0 && f.Reset == 0 { // later ones belong to nothing that is measured
		f.LastSyn = p.Time
	}
	if s.Flags&SawSYN != 0 {
		if p.TCP.Options != s.Options || s.Flags&OffersECN != 0 && !p.TCP.Flags.Has(wire.ECE) {
			t.synChanged(f, s, p)
		}
		t.synRepeated(f, p)
		t.halfOpen.note(f)
		return
	}
	synOf(s, p)
	f.SynFrame = p.Frame
	if p.TCP.PayloadLen > 0 {
		f.Flags |= SynHadData
	}
	if p.Broadcast || isGroup(p.Dst) {
		f.Flags |= SynToGroup
	}
	t.halfOpen.note(f)
	t.hosts.sent(p)
}

// isGroup reports whether an address is a broadcast or multicast address.
func isGroup(a wire.Addr) bool {
	if a.Is4() {
		return uint32(a.Lo)>>28 == 0xe || uint32(a.Lo) == 0xffffffff
	}
	return a.Hi>>56 == 0xff
}

func (t *Tracker) synAckSent(f *Flow, d Dir, p *wire.Packet) {
	f.SynAckCount++
	s := &f.Sides[d]
	fits := f.Sides[d.Other()].Flags&SawSYN == 0 || p.TCP.Ack == f.Sides[d.Other()].ISN+1 || f.Flags&SynHadData != 0
	if s.Flags&SawSYN == 0 {
		synOf(s, p)
		t.hosts.sent(p)
		if fits {
			f.SynAck, f.SynAckFrame = p.Time, p.Frame
			f.echoes(&f.Sides[d.Other()], p)
		}
		return
	}
	if f.Flags&SimultaneousOpen != 0 {
		if f.SynAckFrame == 0 {
			f.SynAck, f.SynAckFrame = p.Time, p.Frame
		}
		return
	}
	x := t.troubled(f)
	x.SynAckRepeats++
	x.LastSynAck = p.Time
	if f.AckFrame != 0 {
		x.SynAcksAfterAck++
	}
	if p.TCP.Seq != s.ISN {
		x.SynAckISNs++
		if f.AckFrame == 0 {
			t.restart(s) // the server begins anew: the old half-open request is gone
			synOf(s, p)
			f.SynAck, f.SynAckFrame = p.Time, p.Frame
		}
	}
}

// echoes looks at which of several SYNs or SYN-ACKs of o's a segment answers: a round
// trip longer than the first timeout shows by the first one's timestamp (RFC 7323 §4.1).
func (f *Flow) echoes(o *Side, p *wire.Packet) {
	if f.SynCount > 1 && p.TCP.Options&wire.OptTimestamps != 0 && p.TCP.TSecr != 0 && int32(p.TCP.TSecr-o.LastTSval) < 0 {
		f.LastSyn = f.Start
	}
}

// restart forgets where a side's sequence numbers stood.
func (t *Tracker) restart(s *Side) {
	t.gaps.drop(s)
	s.Flags &^= hasNext
}

func (t *Tracker) ackSent(f *Flow, d Dir, p *wire.Packet) {
	o := &f.Sides[d.Other()]
	switch {
	case d == Originator && f.AckFrame == 0 && f.SynAckFrame != 0 && p.TCP.Ack == o.ISN+1:
		f.AckFrame, f.AckTime = p.Frame, p.Time
		f.echoes(o, p)
		t.hosts.shook(f)
		t.midFlow.note(f)
	case d == Originator && f.AckFrame == 0 && o.Flags&SawSYN != 0 && p.TCP.Ack.After(o.ISN):
		f.AckFrame, f.AckTime = p.Frame, p.Time
		f.Flags |= AckLate
	case d == Responder && f.Flags&SimultaneousOpen != 0 && f.AckFrame == 0 && f.SynAckFrame != 0 && f.SynAckCount == 1 && p.TCP.Ack == o.ISN+1:
		f.AckFrame, f.AckTime = p.Frame, p.Time // of the originator's SYN-ACK
	case d == Responder && f.SynAckFrame == 0 && o.Flags&SawSYN != 0 && f.Sides[d].Flags&SawSYN == 0 && f.AckFrame == 0:
		t.troubled(f).SynAckUnseen = true // it was not captured, what follows it was
	case d == Originator && f.AckFrame == 0 && f.SynFrame != 0 && f.Sides[Responder].Packets == 0 && f.Sides[d].Packets == uint32(f.SynCount)+1:
		f.AckFrame, f.AckTime = p.Frame, p.Time // of a SYN-ACK that was not captured
	}
}

// stray reports whether a segment belongs to an older connection of the same
// addresses and ports, into which the flow's SYN ran: an ACK that does not
// acknowledge the SYN, or the client's reset of that ACK (RFC 9293 §3.5.2). The
// attempt goes on after it.
func (f *Flow) stray(d Dir, p *wire.Packet) bool {
	c, s := &f.Sides[Originator], &f.Sides[Responder]
	if f.AckFrame != 0 || f.SynAckFrame != 0 || c.Flags&SawSYN == 0 || s.Flags&SawSYN != 0 || f.Flags&SynHadData != 0 || s.Packets > 0 {
		return false
	}
	switch p.TCP.Flags & (wire.SYN | wire.ACK | wire.RST) {
	case wire.ACK:
		return d == Responder && p.TCP.Ack != c.ISN+1
	case wire.RST:
		return d == Originator && f.trouble >= 0 && p.TCP.Seq != c.ISN && p.TCP.Seq != c.ISN+1
	}
	return false
}

func (t *Tracker) strayAck(f *Flow, d Dir, p *wire.Packet) {
	x := t.troubled(f)
	if d == Originator {
		x.StrayResets++
		return
	}
	x.StrayAcks++
	if x.StrayAckFrame == 0 {
		x.StrayAckFrame = p.Frame
	}
}
