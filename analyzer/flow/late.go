package flow

import (
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// maxLateness bounds how much earlier than the packets before it a packet may be
// to count as written late: the queues of a capture's interfaces and processors
// are emptied one after the other. A clock that steps goes back further, or stays
// back.
const maxLateness = 100 * time.Millisecond

// hole is a range of a side's sequence numbers that seemed not to have been
// captured, and the packet on which that was noted.
type hole struct {
	frame    uint32
	from, to analyzer.Seq
}

// fill takes bytes that were captured late, and reports whether that fills the hole.
func (h *hole) fill(from, to analyzer.Seq) bool {
	if h.frame == 0 || from.After(h.from) || to.Before(h.from) {
		return false
	}
	h.from = most(h.from, to)
	return !h.from.Before(h.to)
}

// late reports whether p was merely written late into the file: its time lies
// before that of what makes it look lost, reordered or sent again. It takes back
// what was noted because of that.
func (t *Tracker) late(f *Flow, d Dir, p *wire.Packet) bool {
	s, r, c := &f.Sides[d], &f.Sides[d.Other()], &p.TCP
	if f.trouble < 0 || c.PayloadLen == 0 || !c.Seq.Before(s.Next) && !c.Seq.Before(s.Contiguous) {
		return false
	}
	behind := max(s.nextTime.Sub(p.Time), r.Last.Sub(p.Time))
	if behind <= 0 || behind > maxLateness {
		return false
	}
	x := t.troubled(f)
	end := c.Seq.Add(c.PayloadLen)
	unseen := &x.Sent[d.Other()].unseen
	if unseen.frame != 0 && !c.Seq.Before(unseen.from) && !end.After(unseen.to) {
		s.Payload += uint64(c.PayloadLen)
		if unseen.fill(c.Seq, end) {
			t.takeBack(unseen, analyzer.AckedLostSegment)
			x.Sent[d.Other()].AckedUnseen--
			t.quality.ackedUnseen--
		}
		return true
	}
	if t.gaps.held(s, c.Seq, end) || s.nextTime <= p.Time {
		return false
	}
	if lost := &x.Sent[d].lost; lost.fill(c.Seq, end) {
		t.takeBack(lost, analyzer.LostSegment)
		x.Sent[d].LostSegments--
	}
	return true
}

// takeBack removes an event that turned out to be none.
func (t *Tracker) takeBack(h *hole, ev analyzer.Events) {
	if h.frame <= t.index.count {
		t.index.at(h.frame - 1).events &^= uint32(ev)
	}
	*h = hole{}
}
