package correlate

import (
	"time"

	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

// fates says what became of each packet of the joined flows.
func (j *joiner) fates() {
	near, ok := j.p.NearClient()
	if !ok {
		near = 0
	}
	j.settle()
	defer j.alike()
	for i := range j.p.Joined {
		x := &j.p.Joined[i]
		if i >= len(j.seen[0]) { // held by one capture only
			j.lone(x, near)
			continue
		}
		if x.Unread {
			continue
		}
		at := [2][]sighting{j.seen[near][i], j.seen[1-near][i]} // nearer to the client, to the server
		j.way(&x.Way[flow.Originator], at[0], at[1], flow.Originator, 1-near)
		j.way(&x.Way[flow.Responder], at[1], at[0], flow.Responder, near)
		j.changes(x, near)
	}
}

// way follows one direction from the sender's place to the receiver's, which is
// the capture numbered to.
func (j *joiner) way(w *Way, sent, arrived []sighting, d flow.Dir, to int) {
	q := j.views[to].Tracker.Quality()
	shift := j.p.Clock.Offset
	if to == 0 {
		shift = -shift
	}
	for i := range sent {
		s := &sent[i]
		if s.dir != d {
			continue
		}
		at := s.time.Add(shift)
		if s.mate == 0 && (at < q.First || at.Add(j.slack) > q.Last) {
			continue // the other capture was not running when it would have passed
		}
		w.Sent++
		if s.len > 0 {
			w.DataSent++
		}
		switch {
		case s.mate > 0:
			w.arrived(s, arrived[s.mate-1].time.Sub(at))
		case s.mate == elsewhere:
			w.Arrived++
			w.LargestThrough = max(w.LargestThrough, s.len)
		default:
			w.lost(s)
		}
	}
	q = j.views[1-to].Tracker.Quality()
	for i := range arrived {
		a := &arrived[i]
		if at := a.time.Add(-shift); a.dir == d && a.mate == 0 && at.Add(-j.slack) >= q.First && at.Add(-j.slack) <= q.Last {
			w.madeUp(a)
		}
	}
}

// reaction is allowed for beside the estimated clocks: queues on the path, and the
// times at which capturing hosts stamp packets.
const reaction = 2 * time.Millisecond

// settle works out how long after it was sent a packet may be seen at the other
// place, by the estimated clocks.
func (j *joiner) settle() { j.slack = 2*j.p.Clock.Uncertainty + reaction }

func (w *Way) arrived(s *sighting, delay time.Duration) {
	if w.timed == 0 || delay < w.DelayMin {
		w.DelayMin = delay
	}
	if w.timed == 0 || delay > w.DelayMax {
		w.DelayMax = delay
	}
	w.timed++
	w.Arrived++
	if w.LostData > 0 {
		w.AfterLoss++
	}
	w.LargestThrough = max(w.LargestThrough, s.len)
}

func (w *Way) lost(s *sighting) {
	w.LostCount++
	if len(w.Lost) < maxListed {
		w.Lost = append(w.Lost, s.frame)
	}
	w.LostBytes += uint64(s.len)
	switch {
	case s.flags.Has(wire.SYN):
		w.LostSyn++
	case s.len > 0:
		w.LostData++
		if w.SmallestLost == 0 || s.len < w.SmallestLost {
			w.SmallestLost = s.len
		}
	case s.flags == wire.ACK:
		w.LostAck++
	}
}

func (w *Way) madeUp(a *sighting) {
	if len(w.MadeUp) < maxListed {
		w.MadeUp = append(w.MadeUp, a.frame)
	}
	if a.flags.Has(wire.RST) {
		w.MadeUpResets++
	}
}

// lone says of a flow that one capture holds: everything that was sent from there
// is lost, if it was sent towards the other place.
func (j *joiner) lone(x *Joined, near int) {
	c := 0
	if x.Flow[0] < 0 {
		c = 1
	}
	d := flow.Originator
	if c != near {
		d = flow.Responder
	}
	w := &x.Way[d]
	t := j.views[c].Tracker
	for e := range t.Entries(t.Flow(x.Flow[c])) {
		if e.Dir == d {
			w.Sent++
			w.lost(&sighting{frame: e.Frame, len: e.DataLen, flags: e.Flags, dir: e.Dir})
		}
	}
}

// changes compares what the path altered.
func (j *joiner) changes(x *Joined, near int) {
	c, s := j.views[near].Tracker.Flow(x.Flow[near]), j.views[1-near].Tracker.Flow(x.Flow[1-near])
	for d := range 2 {
		before, after := &c.Sides[d], &s.Sides[d]
		if d == int(flow.Responder) {
			before, after = after, before
		}
		x.MSS[d] = [2]uint16{before.MSS, after.MSS}
		if before.Flags&after.Flags&flow.SawSYN != 0 {
			x.OptionsCut[d] = before.Options &^ after.Options
		}
		x.Hops[d] = int(before.TTL) - int(after.TTL)
	}
}

// alike notes whether anything became of the packets between.
func (j *joiner) alike() {
	j.p.Alike = true
	for i := range j.p.Joined {
		for _, w := range j.p.Joined[i].Way {
			j.p.Alike = j.p.Alike && w.LostCount == 0 && len(w.MadeUp) == 0
		}
	}
}
