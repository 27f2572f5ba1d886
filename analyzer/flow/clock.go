package flow

import (
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// clock watches the capture's timestamps. Interfaces are watched apart: their
// queues are written one after the other, so that a file of several interfaces is
// slightly out of order without anything being wrong.
type clock struct {
	latest [8]analyzer.Timestamp // by interface, modulo
	last   analyzer.Timestamp
	behind lag // the latest host whose own clock fell behind the capture's
}

// lag is how far a host's clock fell behind the capture's between two segments.
type lag struct {
	host     wire.Addr
	by       time.Duration
	from, to analyzer.Timestamp
}

const (
	// tick is how often timestamps count on Linux, Windows from 10 on and BSD systems
	// (RFC 7323 §4.1 allows 1 ms to 1 s); hosts that count otherwise are left out.
	tick = time.Millisecond
	// clockGap is the shortest time over which two clocks are compared.
	clockGap = 100 * time.Millisecond
	// leastStep is the smallest step forward that is told from a host that was slow.
	leastStep = 300 * time.Millisecond
	// steadyGaps is how often a host's clock must have kept pace to be believed.
	steadyGaps = 2
)

// compareClocks holds the time between two segments of a side against the host's
// own timestamps. If the clocks of two hosts that kept pace before fall behind by
// the same amount at once, it is the capture's clock that was set forward.
func (t *Tracker) compareClocks(s *Side, p *wire.Packet) {
	gap, ticks := p.Time.Sub(s.Last), int32(p.TCP.TSval-s.LastTSval)
	if gap < clockGap || ticks <= 0 {
		return
	}
	h := t.hosts.get(p.Src)
	now := lag{p.Src, gap - time.Duration(ticks)*tick, s.Last, p.Time}
	before := t.clock.behind
	switch {
	case now.by.Abs() <= gap/20+5*tick:
		h.steady++
	case now.by < leastStep || h.steady < steadyGaps:
	case before.host != now.host && before.by != 0 && (before.by-now.by).Abs() <= 20*tick && before.from < now.to && now.from < before.to:
		q := &t.quality
		if now.by > q.ForwardStep {
			q.ForwardStep = now.by
			q.ForwardFrom, q.ForwardTo = max(now.from, before.from), min(now.to, before.to)
			q.ForwardFrame = p.Frame
		}
	default:
		t.clock.behind = now
	}
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
