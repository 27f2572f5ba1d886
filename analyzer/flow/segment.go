package flow

import (
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// segment takes a TCP segment: finds or makes its flow, folds copies, notes what
// it does to the connection and what analysis says of it.
func (t *Tracker) segment(p *wire.Packet, e *entry) {
	original, seen := t.copyOf(p)
	if original != nil {
		t.copied(original, p, e)
		return
	}
	m := t.assign(p)
	if m.flow == nil {
		return
	}
	f := m.flow
	if p.TCP.Flags&wire.SYN != 0 && t.clamped(m.match, p) {
		t.copied(f, p, e)
		return
	}
	if f.Scope != p.Scope {
		t.joinScopes(m.match, p)
	}
	t.recent = f
	seen.flow = f.ID + 1
	if f.trouble >= 0 || p.Time.Sub(f.End) >= minIdle {
		t.arrive(f, p)
	}
	f.End = max(f.End, p.Time)
	if m.foreign {
		t.foreign(f, m.dir, p)
		t.link(f, p, e, m.dir, analyzer.Foreign)
		return
	}
	s := &f.Sides[m.dir]
	if f.AckFrame == 0 && f.stray(m.dir, p) {
		t.strayAck(f, m.dir, p)
		t.link(f, p, e, m.dir, 0)
		return
	}
	if s.Packets == 0 {
		s.TTL, s.Via = p.TTL, via(p)
		if p.Direction == analyzer.DirectionInbound {
			s.Flags |= cameIn
		}
	}
	if p.Direction == analyzer.DirectionOutbound && s.passedOn(p) {
		t.copied(f, p, e)
		return
	}
	s.Packets++
	ev := m.events
	if f.AckFrame == 0 || p.TCP.Flags&wire.SYN != 0 {
		ev |= t.handshake(f, m.dir, p)
	}
	if quick, ok := f.plain(m.dir, p); ok {
		ev |= quick
	} else {
		ev |= t.analyse(f, m.dir, p, ev)
	}
	t.progress(f, m.dir, p, ev)
	o := &f.Sides[m.dir.Other()]
	if p.TCP.Flags&(wire.FIN|wire.RST) != 0 || f.Reset != 0 || o.Flags&(SawFIN|FinAcked) == SawFIN {
		t.teardown(f, m.dir, p)
	}
	if s.DataSegments > MeterAfter || o.DataSegments > MeterAfter {
		t.measure(f, m.dir, p, ev)
	}
	s.Last = p.Time
	t.link(f, p, e, m.dir, ev)
}

// assigned is a match, and what finding it showed.
type assigned struct {
	match
	events analyzer.Events
}

// assign returns the flow that a segment belongs to, a new one if need be. Its
// flow is nil if there was no room for a new one.
func (t *Tracker) assign(p *wire.Packet) assigned {
	if p.TCP.Flags&wire.SYN == 0 && t.recent != nil && t.recent.Scope == p.Scope { // data comes in runs
		if m, ok := t.matches(t.recent, p); ok && !m.foreign {
			return assigned{match: m}
		}
	}
	h := t.table.pairHash(p.Src, p.SrcPort, p.Dst, p.DstPort)
	m, ok := t.find(p, h)
	switch p.TCP.Flags & (wire.SYN | wire.ACK | wire.RST) {
	case wire.SYN:
		if ok && t.sameAttempt(m, p) {
			return assigned{match: m}
		}
		return t.open(p, h, m, ok, false)
	case wire.SYN | wire.ACK:
		if ok && t.fitsSynAck(m, p) {
			return assigned{match: m}
		}
		if f, found := t.answered(p); found {
			t.adopt(f, p, h)
			return assigned{match: match{flow: f, dir: Responder, foreign: true}}
		}
		if ok && m.flow.Flags&Midstream == 0 {
			return assigned{match: m} // does not fit, but there is nothing else that it could belong to
		}
		return t.open(p, h, m, ok, true)
	}
	if ok {
		return assigned{match: m}
	}
	if f, found := t.strayed(p); found {
		t.adopt(f, p, h)
		return assigned{match: match{flow: f, dir: Responder, foreign: true}}
	}
	return t.join(p, h)
}

// sameAttempt reports whether a SYN belongs to the flow that was found: it
// repeats the flow's own SYN, or crosses it (simultaneous open, RFC 9293 §3.5).
func (t *Tracker) sameAttempt(m match, p *wire.Packet) bool {
	f := m.flow
	s, o := &f.Sides[m.dir], &f.Sides[m.dir.Other()]
	if m.foreign {
		return false
	}
	if s.Flags&SawSYN != 0 {
		return s.ISN == p.TCP.Seq
	}
	if m.dir == Originator && o.Flags&SawSYN != 0 && o.Acked == p.TCP.Seq+1 && f.AckFrame == 0 {
		return true // captured after its own SYN-ACK
	}
	return m.dir == Responder && o.Flags&SawSYN != 0 && f.SynAckCount == 0 && f.AckFrame == 0 && f.Reset == 0
}

// fitsSynAck reports whether a SYN-ACK belongs to the flow that was found.
func (t *Tracker) fitsSynAck(m match, p *wire.Packet) bool {
	if m.foreign {
		return p.TCP.Ack == m.flow.Sides[Originator].ISN+1
	}
	f := m.flow
	if f.Flags&Midstream != 0 {
		return false
	}
	if m.dir == Originator {
		return f.Flags&SimultaneousOpen != 0
	}
	c := &f.Sides[Originator]
	return c.Flags&SawSYN == 0 || c.ISN+1 == p.TCP.Ack || p.TCP.PayloadLen == 0 && f.Flags&SynHadData != 0
}

// open makes a flow for a SYN, or for a SYN-ACK whose SYN was not captured.
func (t *Tracker) open(p *wire.Packet, h uint32, m match, reuse, answer bool) assigned {
	f := t.newFlow(p)
	if f == nil {
		return assigned{}
	}
	a := assigned{match: match{flow: f}}
	f.ClientAddr, f.ClientPort, f.ServerAddr, f.ServerPort = p.Src, p.SrcPort, p.Dst, p.DstPort
	if answer {
		f.ClientAddr, f.ClientPort, f.ServerAddr, f.ServerPort = p.Dst, p.DstPort, p.Src, p.SrcPort
		a.dir = Responder
	}
	if !reuse || m.foreign {
		t.table.insert(h, f.ID)
		return a
	}
	if before := t.before.open(f.ID); before != nil {
		*before = m.flow.ID
	}
	f.Flags |= ReusesPorts
	t.table.replace(h, m.flow.ID, f.ID)
	a.events = analyzer.ReusedPorts
	return a
}

// join makes a flow for a segment from the middle of a connection.
func (t *Tracker) join(p *wire.Packet, h uint32) assigned {
	f := t.newFlow(p)
	if f == nil {
		return assigned{}
	}
	t.table.insert(h, f.ID)
	f.Flags |= Midstream | RolesGuessed
	t.quality.Midstream++
	first(&t.quality.MidstreamFrame, p.Frame)
	f.ClientAddr, f.ClientPort, f.ServerAddr, f.ServerPort = p.Src, p.SrcPort, p.Dst, p.DstPort
	if !likelyServer(p.SrcPort, p.DstPort) {
		return assigned{match: match{flow: f}}
	}
	f.ClientAddr, f.ClientPort, f.ServerAddr, f.ServerPort = p.Dst, p.DstPort, p.Src, p.SrcPort
	return assigned{match: match{flow: f, dir: Responder}}
}

// likelyServer guesses whether the end with port src is the server: services
// listen on ports below the ephemeral range, whose lower end is 32,768 on Linux
// (net.ipv4.ip_local_port_range) and 49,152 after RFC 6335.
func likelyServer(src, dst uint16) bool {
	const ephemeral = 32768
	if (src < ephemeral) != (dst < ephemeral) {
		return src < ephemeral
	}
	return src < dst
}

// arrive notes a packet of any kind on a flow: silences end with it.
func (t *Tracker) arrive(f *Flow, p *wire.Packet) {
	if gap := p.Time.Sub(f.End); gap >= minIdle && f.Established() {
		x := t.troubled(f)
		if gap > x.Idle {
			x.Idle, x.IdleFrame = gap, p.Frame
			x.IdleBy = Originator
			if p.Src == f.ServerAddr && p.SrcPort == f.ServerPort {
				x.IdleBy = Responder
			}
			x.IdleEnd, x.AfterIdle = p.Time, [2]uint16{}
		}
	}
	if f.trouble >= 0 {
		if x := t.troubled(f); x.Idle > 0 {
			d := Originator
			if p.Src == f.ServerAddr && p.SrcPort == f.ServerPort {
				d = Responder
			}
			x.AfterIdle[d]++
		}
	}
	f.End = max(f.End, p.Time)
}

// via returns a small number for the interface that a packet was captured on:
// the capturing host's own index, where the capture tells it.
func via(p *wire.Packet) uint8 {
	if p.IfIndex != 0 {
		return uint8(p.IfIndex)
	}
	return uint8(p.Interface)
}

// minIdle is the shortest silence that is noted: below it keep-alive timers of
// middleboxes do not strike (the shortest in use are around ten seconds).
const minIdle = 3 * time.Second

// copied notes a packet that was recorded before.
func (t *Tracker) copied(f *Flow, p *wire.Packet, e *entry) {
	t.quality.Copies++
	first(&t.quality.CopyFrame, p.Frame)
	d := f.senderOf(p)
	f.Sides[d].Flags |= HadCopies
	t.link(f, p, e, d, analyzer.Copy)
}

// foreign notes a segment between the client and the address that answered
// instead of the one dialled.
func (t *Tracker) foreign(f *Flow, d Dir, p *wire.Packet) {
	x := t.troubled(f)
	switch {
	case d == Responder && p.TCP.Flags.Has(wire.SYN|wire.ACK):
		f.SynAckCount++
		x.ForeignSynAcks++
		if x.ForeignSynAcks == 1 {
			x.ForeignFirst, x.ForeignFrame = p.Time, p.Frame
			x.ForeignISN = p.TCP.Seq
			x.ForeignISNs = 1
		} else if p.TCP.Seq != x.ForeignISN {
			x.ForeignISN = p.TCP.Seq
			x.ForeignISNs++
		}
		x.LastSynAck = p.Time
	case d == Originator && p.TCP.Flags.Has(wire.RST):
		x.ForeignResets++
		if x.ForeignResetFrame == 0 {
			x.ForeignResetFrame, x.ForeignReset = p.Frame, p.Time
		}
	case d == Responder && f.Established() && !p.TCP.Flags.Has(wire.SYN):
		x.ForeignSegments++
		if x.ForeignSegments == 1 {
			x.ForeignSegment, x.ForeignSegmentFrame = p.Time, p.Frame
		}
		x.ForeignOther++
	default:
		x.ForeignOther++
	}
}
