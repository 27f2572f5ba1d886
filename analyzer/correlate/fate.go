package correlate

import (
	"cmp"
	"slices"
	"time"

	"wirewhy/analyzer"

	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

// fates says what became of each packet of the joined flows.
func (j *joiner) fates() error {
	near, ok := j.p.NearClient()
	if !ok {
		near = 0
	}
	j.settle()
	defer j.alike()
	for i := range j.p.Joined {
		x := &j.p.Joined[i]
		if x.By == Alone {
			j.lone(i, near)
			continue
		}
		j.changes(x, near)
		if x.Unread {
			continue
		}
		for d := range flow.Dir(2) {
			to := 1 - near // the capture at the receiver's side
			if d == flow.Responder {
				to = near
			}
			way{j, &x.Way[d], int32(i), d, to}.follow()
		}
	}
	err := j.loneTimes()
	analyzer.SortStable(j.p.Fates, func(a, b Fate) int { return cmp.Compare(a.Time, b.Time) })
	for d := range j.delay {
		if list := j.delay[d]; len(list) > 0 {
			slices.Sort(list)
			j.p.Median[d] = list[len(list)/2]
		}
	}
	j.delay = [2][]time.Duration{}
	return err
}

// way follows one direction of a connection from the sender's place to the
// receiver's, which is the capture numbered to.
type way struct {
	j      *joiner
	w      *Way
	joined int32
	d      flow.Dir
	to     int
}

func (x way) follow() {
	j, w, to := x.j, x.w, x.to
	sent, arrived := j.seen[1-to][x.joined], j.seen[to][x.joined]
	q := j.views[to].Tracker.Quality()
	var hops *int
	for i := range sent {
		s := &sent[i]
		if s.dir != x.d {
			continue
		}
		at := j.there(to, s.time)
		if s.mate == 0 && (at < q.First || at.Add(j.slack) > q.Last) {
			continue // the other capture was not running when it would have passed
		}
		w.Sent++
		if s.len > 0 {
			w.DataSent++
		}
		switch {
		case s.mate > 0:
			a := &arrived[s.mate-1]
			delay := a.time.Sub(at)
			w.arrived(s, delay)
			j.delay[x.d] = append(j.delay[x.d], delay)
			if hops == nil {
				n := int(s.ttl) - int(a.ttl)
				hops = &n
			}
			if c := x.compare(s, a, *hops); c != 0 {
				w.Changed++
				w.Changes |= c
				x.note(ChangedBetween, c, s, a)
			}
		case s.mate == elsewhere:
			w.Arrived++
			w.LargestThrough = max(w.LargestThrough, s.len)
		default:
			w.lost(s)
			x.note(LostBetween, 0, s, nil)
		}
	}
	x.unsent(arrived)
}

// unsent looks at the packets that arrived and were not sent: what was sent once
// and came twice, or was never sent at all.
func (x way) unsent(arrived []sighting) {
	j, w := x.j, x.w
	q := j.views[1-x.to].Tracker.Quality()
	var came map[uint64]uint16 // IP identifications of packets that were sent, by key
	for i := range arrived {
		a := &arrived[i]
		if a.dir != x.d || a.mate != 0 {
			continue
		}
		if at := j.there(1-x.to, a.time).Add(-j.slack); at < q.First || at > q.Last {
			continue
		}
		if came == nil {
			came = map[uint64]uint16{}
			for k := range arrived {
				if arrived[k].mate > 0 {
					came[arrived[k].key] = arrived[k].ipid
				}
			}
		}
		if id, ok := came[a.key]; ok && id == a.ipid && !a.flags.Has(wire.RST) {
			w.Twice++
			x.note(CameTwice, 0, nil, a)
			continue
		}
		w.madeUp(a)
		x.note(NeverSent, 0, nil, a)
	}
	// Copies within the receiver's capture alone. Where most packets have one, it is
	// the capture that doubles them.
	again, here := copiesOf(j.again[x.to][x.joined], x.d), copiesOf(j.again[1-x.to][x.joined], x.d)
	if len(here) == 0 && 2*len(again) < int(w.Arrived) {
		for i := range again {
			w.Twice++
			x.note(CameTwice, 0, nil, &again[i])
		}
	}
}

func copiesOf(list []sighting, d flow.Dir) []sighting {
	return slices.DeleteFunc(slices.Clone(list), func(s sighting) bool { return s.dir != d })
}

// note lists what became of a packet; s is it at the sender's place, a at the receiver's.
func (x way) note(kind FateKind, c Changes, s, a *sighting) {
	p := x.j.p
	if len(p.Fates) >= maxFates {
		p.FatesCut = true
		return
	}
	f := Fate{Joined: x.joined, Kind: kind, Dir: x.d, Changes: c}
	for place, at := range [2]*sighting{s, a} {
		if at == nil {
			continue
		}
		capture := x.to
		if place == 0 {
			capture = 1 - x.to
		}
		f.Flags, f.Len, f.Frames[capture] = at.flags, at.len, at.frame
		if f.Time = at.time; capture == 1 {
			f.Time = x.j.there(0, at.time)
		}
	}
	p.Fates = append(p.Fates, f)
}

// compare tells what the path changed of a packet that went through.
func (x way) compare(s, a *sighting, hops int) (c Changes) {
	if s.flags.Has(wire.SYN) {
		if s.mss != a.mss {
			c |= ChangedMSS
		}
		if s.options != a.options {
			c |= ChangedOptions
		}
	}
	if s.tos>>2 != a.tos>>2 {
		c |= ChangedDSCP
	}
	if s.tos&3 != a.tos&3 {
		c |= ChangedECN
	}
	if s.tos != a.tos && x.w.Changes&(ChangedDSCP|ChangedECN) == 0 {
		x.j.p.Joined[x.joined].TOS[x.d] = [2]uint8{s.tos, a.tos}
	}
	if int(s.ttl)-int(a.ttl) != hops {
		c |= ChangedTTL
	}
	if s.window != a.window {
		c |= ChangedWindow
	}
	return c
}

// reaction is allowed for beside the estimated clocks: queues on the path, and the
// times at which capturing hosts stamp packets.
const reaction = 2 * time.Millisecond

// settle works out how long after it was sent a packet may be seen at the other
// place, by the estimated clocks.
func (j *joiner) settle() { j.slack = 2*j.p.Clock.Uncertainty + reaction }

func (w *Way) arrived(s *sighting, delay time.Duration) {
	if w.Timed == 0 || delay < w.DelayMin {
		w.DelayMin = delay
	}
	if w.Timed == 0 || delay > w.DelayMax {
		w.DelayMax = delay
	}
	w.Timed++
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
	w.MadeUpCount++
	if len(w.MadeUp) < maxListed {
		w.MadeUp = append(w.MadeUp, a.frame)
	}
	if a.flags.Has(wire.RST) {
		w.MadeUpResets++
	}
}

// lone says of a flow that one capture holds: everything that was sent from there
// is lost, if it was sent towards the other place.
func (j *joiner) lone(i, near int) {
	x, c := &j.p.Joined[i], 0
	if x.Flow[0] < 0 {
		c = 1
	}
	d := flow.Originator
	if c != near {
		d = flow.Responder
	}
	w := way{j, &x.Way[d], int32(i), d, 1 - c}
	t := j.views[c].Tracker
	early := j.tooEarly(1-c, t.Flow(x.Flow[c]))
	for e := range t.Entries(t.Flow(x.Flow[c])) {
		if e.Dir == d && e.Events&analyzer.Copy == 0 {
			if early--; early >= 0 {
				continue // the other capture did not run yet
			}
			s := sighting{frame: e.Frame, len: e.DataLen, flags: e.Flags, dir: e.Dir, time: t.Flow(x.Flow[c]).Start}
			w.w.Sent++
			w.w.lost(&s)
			w.note(LostBetween, 0, &s, nil)
		}
	}
}

// loneTimes reads again when the packets were sent that lone has noted.
func (j *joiner) loneTimes() error {
	var p wire.Packet
	for c := range 2 {
		var order []uint64 // frame, then place in the list
		for i := range j.p.Fates {
			if f := &j.p.Fates[i]; j.p.Joined[f.Joined].By == Alone && f.Frames[c] != 0 {
				order = append(order, uint64(f.Frames[c])<<32|uint64(i))
			}
		}
		slices.Sort(order)
		for _, next := range order {
			f := &j.p.Fates[uint32(next)]
			e, ok := j.views[c].Tracker.Entry(f.Frames[c])
			if !ok {
				continue
			}
			if err := j.views[c].Read(e, &p); err != nil {
				return err
			}
			if f.Time = p.Time; c == 1 {
				f.Time = j.there(0, p.Time)
			}
		}
	}
	return nil
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
		if before.Packets > 0 && after.Packets > 0 {
			x.Hops[d] = int(before.TTL) - int(after.TTL)
		}
		if !x.Unread && before.ISN != after.ISN && (x.By == ByPayload || rewritten(before, after)) {
			x.Way[d].Changes |= ChangedNumbers
		}
	}
}

// alike notes whether anything became of the packets between.
func (j *joiner) alike() {
	j.p.Alike = true
	for i := range j.p.Joined {
		for _, w := range j.p.Joined[i].Way {
			j.p.Alike = j.p.Alike && w.LostCount == 0 && w.MadeUpCount == 0
		}
	}
}
