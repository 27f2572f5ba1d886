package flow

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// clock watches the capture's timestamps. Interfaces are watched apart: their
// queues are written one after the other, so that a file of several interfaces is
// slightly out of order without anything being wrong.
type clock struct {
	latest [8]analyzer.Timestamp // by interface, modulo
	last   analyzer.Timestamp
}

func (c *clock) observe(p *wire.Packet, q *Quality) {
	if p.Time == 0 {
		return
	}
	if q.First == 0 || p.Time < q.First {
		q.First = p.Time
	}
	if p.Time > q.Last {
		q.Last = p.Time
	}
	l := &c.latest[(p.Interface^p.IfIndex)%uint32(len(c.latest))]
	if back := l.Sub(p.Time); *l != 0 && back > 0 {
		q.BackSteps++
		first(&q.BackStepFrame, p.Frame)
		q.LongestBackStep = max(q.LongestBackStep, back)
	}
	*l = p.Time
	if gap := p.Time.Sub(c.last); c.last != 0 && gap > q.LongestForwardStep {
		q.LongestForwardStep = gap
	}
	c.last = p.Time
}
