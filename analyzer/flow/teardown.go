package flow

import (
	"wirewhy/analyzer/wire"
)

// teardown notes how a segment ends its connection.
func (t *Tracker) teardown(f *Flow, d Dir, p *wire.Packet) {
	s, o := &f.Sides[d], &f.Sides[d.Other()]
	c := &p.TCP
	switch {
	case c.Flags.Has(wire.RST):
		t.reset(f, d, p)
		return
	case f.Reset != 0:
		x := t.troubled(f)
		x.AfterReset[d]++
	}
	if c.Flags.Has(wire.FIN) && s.Flags&SawFIN == 0 {
		s.Flags |= SawFIN
		s.FinTime, s.FinFrame = p.Time, p.Frame
		s.finSeq = c.Seq.Add(c.PayloadLen)
		if o.Flags&SawFIN != 0 && !c.Ack.After(o.finSeq) {
			t.troubled(f).SimultaneousClose = true
		}
	}
	if c.Flags.Has(wire.ACK) && o.Flags&(SawFIN|FinAcked) == SawFIN && c.Ack.After(o.finSeq) {
		o.Flags |= FinAcked
	}
}

// reset notes a RST within the connection.
func (t *Tracker) reset(f *Flow, d Dir, p *wire.Packet) {
	s, o := &f.Sides[d], &f.Sides[d.Other()]
	s.Flags |= SawRST
	class := classify(s, o, &p.TCP, f.SynAckFrame != 0 || f.Flags&Midstream != 0)
	x := &noTrouble
	if f.Reset != 0 || class != ResetOfSYN {
		x = t.troubled(f)
		if d == Originator {
			x.ResetsByClient++
		} else {
			x.ResetsByServer++
		}
	}
	if d == Originator && class == ResetNoSocket && f.AckFrame == 0 && f.SynAckFrame != 0 {
		x.ClientResetsOfSynAck++
	}
	if class == ResetOfSYN && f.Reset != 0 {
		x.SynResets++
	}
	if f.Reset != 0 {
		return
	}
	f.Reset, f.ResetFrame, f.ResetBy, f.ResetClass = p.Time, p.Frame, d, class
	if x != &noTrouble {
		x.ResetTTL, x.ResetWindow = p.TTL, p.TCP.Window
		x.ResetHasTimestamps = p.TCP.Options&wire.OptTimestamps != 0
		x.ResetIPID = p.IPID
		x.ResetSeqOff = p.TCP.Seq.Sub(s.Next)
	}
}

// classify tells from a RST's shape who sent it and why.
func classify(s, o *Side, c *wire.TCP, answered bool) ResetClass {
	switch {
	case !answered && c.Flags.Has(wire.ACK) && o.Flags&SawSYN != 0 && s.Flags&SawSYN == 0 && c.Ack == o.Next:
		return ResetOfSYN // RFC 9293 §3.10.7.1: seq 0, ack = SEG.SEQ + SEG.LEN
	case !c.Flags.Has(wire.ACK) && c.Window == 0 && o.Flags&hasAck != 0 && c.Seq == o.Acked:
		return ResetNoSocket
	case !c.Flags.Has(wire.ACK) && c.Window == 0 && (s.Flags&hasNext == 0 || c.Seq == s.Next || c.Seq == s.Contiguous):
		return ResetNoSocket
	case c.Flags.Has(wire.ACK) && (s.Flags&hasNext == 0 || !c.Seq.After(s.Next) && c.Seq.Sub(s.Next) > -1<<20):
		return ResetAbort
	}
	return ResetOdd
}

// State returns the connection's state at the end of the capture, seen from the
// end that went furthest (RFC 9293 §3.3.2).
func (f *Flow) State() State {
	c, s := &f.Sides[Originator], &f.Sides[Responder]
	fins := (c.Flags | s.Flags) & SawFIN
	both := c.Flags & s.Flags
	switch {
	case both&FinAcked != 0:
		return StateClosed
	case f.Reset != 0:
		return StateReset
	case both&SawFIN != 0:
		return StateClosing
	case fins != 0 && (c.Flags|s.Flags)&FinAcked != 0:
		return StateCloseWait
	case fins != 0:
		return StateFinWait
	case f.AckFrame != 0, f.Flags&SimultaneousOpen != 0 && f.SynAckFrame != 0:
		return StateEstablished
	case f.SynAckFrame != 0:
		return StateSynReceived
	case f.SynFrame != 0:
		return StateSynSent
	case c.Packets > 0 && s.Packets > 0:
		return StateEstablished
	}
	return StateUnknown
}
