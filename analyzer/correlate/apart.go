package correlate

import (
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

// coverage: the other capture must go on for so long after a flow's first packet,
// that its absence there means something.
const coverage = time.Second

// alone adds the flows that only one capture holds although the other was
// running: their packets never came so far, or began there.
func (j *joiner) alone() {
	if !j.p.Clock.Known {
		return
	}
	for c := range 2 {
		t, both, tries := j.views[c].Tracker, j.inBoth(c), 0
		for i := range t.Len() {
			f := t.Flow(i)
			if _, ok := j.p.by[c][i]; ok || !identified(f) || len(j.p.Joined) >= maxFlows || !j.running(1-c, f) {
				continue
			}
			if !both[[2]wire.Addr{f.ClientAddr, f.ServerAddr}] {
				if tries++; tries > maxTries || !j.missing(c, f) {
					continue
				}
			}
			x := Joined{Flow: [2]int{-1, -1}, By: Alone}
			x.Flow[c] = i
			j.add(x)
		}
	}
}

// there returns a time of capture 1-c by the clock of capture c.
func (j *joiner) there(c int, t analyzer.Timestamp) analyzer.Timestamp {
	if c == 1 {
		return t.Add(j.p.Clock.Ahead(t))
	}
	return t.Add(-j.p.Clock.Ahead(t.Add(-j.p.Clock.Offset)))
}

// running reports whether capture c was running when a flow of the other one
// began, and for a while after; or when a SYN of it was repeated.
func (j *joiner) running(c int, f *flow.Flow) bool {
	q, begin := j.views[c].Tracker.Quality(), j.there(c, f.Start)
	if n := j.tooEarly(c, f); n > 0 && n < min(int(f.SynCount), flow.MaxSynTimes) {
		begin = begin.Add(j.views[1-c].Tracker.Trouble(f).SynOffsets[n])
	}
	return begin >= q.First && begin.Add(coverage) <= q.Last
}

// tooEarly counts the SYNs of a flow that were sent before capture c began.
func (j *joiner) tooEarly(c int, f *flow.Flow) (n int) {
	q, begin, x := j.views[c].Tracker.Quality(), j.there(c, f.Start), j.views[1-c].Tracker.Trouble(f)
	for n < min(int(f.SynCount), flow.MaxSynTimes) && begin.Add(x.SynOffsets[n]) < q.First {
		n++
	}
	return n
}

// maxTries bounds the flows that are looked for behind a translator, each among all.
const maxTries = 500

// inBoth lists the pairs of hosts, client and server, between which both captures
// hold connections, under the same addresses. A capture of another place proves
// nothing by what it does not hold, and a translator's address stands for many hosts.
func (j *joiner) inBoth(c int) map[[2]wire.Addr]bool {
	both := map[[2]wire.Addr]bool{}
	for i := range j.p.Joined {
		if x := &j.p.Joined[i]; x.Flow[0] >= 0 && x.Flow[1] >= 0 && !x.NAT {
			f := j.views[c].Tracker.Flow(x.Flow[c])
			both[[2]wire.Addr{f.ClientAddr, f.ServerAddr}] = true
		}
	}
	return both
}

// missing reports whether a flow of the client's side is absent behind a
// translator beyond doubt: connections of the same client to the same service
// were translated before it and after it, all between the same two hosts, and of
// what the other side holds between those, none is left without its origin.
func (j *joiner) missing(c int, f *flow.Flow) bool {
	near, ok := j.p.NearClient()
	if !ok || c != near {
		return false
	}
	here, there := j.views[c].Tracker, j.views[1-c].Tracker
	var twin *flow.Flow
	before, after := false, false
	for i := range j.p.Joined {
		x := &j.p.Joined[i]
		if x.Flow[0] < 0 || x.Flow[1] < 0 || x.By == ByProxy {
			continue
		}
		g := here.Flow(x.Flow[c])
		if g.ClientAddr != f.ClientAddr || g.Server() != f.Server() {
			continue
		}
		far := there.Flow(x.Flow[1-c])
		if twin != nil && (far.ClientAddr != twin.ClientAddr || far.Server() != twin.Server()) {
			return false // spread over several: the one that is missing may be with a host that is not seen
		}
		twin = far
		before, after = before || g.Start <= f.Start, after || g.Start >= f.Start
	}
	return before && after && !j.stranger(1-c, twin, f)
}

// stranger reports whether capture c holds a flow without its origin, between the
// same hosts as twin, that began when f could have come there.
func (j *joiner) stranger(c int, twin, f *flow.Flow) bool {
	t, begin := j.views[c].Tracker, j.there(c, f.Start)
	for i := range t.Len() {
		g := t.Flow(i)
		if g.ClientAddr != twin.ClientAddr || g.Server() != twin.Server() {
			continue
		}
		if _, joined := j.p.by[c][i]; !joined && g.End >= begin.Add(-forwarding) && g.Start <= begin.Add(coverage) {
			return true
		}
	}
	return false
}

// apart counts the connections that were not joined.
func (j *joiner) apart() {
	for c := range 2 {
		t, hosts := j.views[c].Tracker, j.hosts(1-c)
		for i := range t.Len() {
			if _, ok := j.p.by[c][i]; ok {
				continue
			}
			f := t.Flow(i)
			r := NoMatch
			switch {
			case j.p.Clock.Known && !j.running(1-c, f):
				r = NotRunning
			case j.twins[c][i]:
				r = Ambiguous
			case !hosts[f.ClientAddr] && !hosts[f.ServerAddr]:
				r = OtherHosts
			}
			j.p.Apart[c][r]++
		}
	}
}

// hosts are the ends of all connections of a capture.
func (j *joiner) hosts(c int) map[wire.Addr]bool {
	hosts := map[wire.Addr]bool{}
	t := j.views[c].Tracker
	for i := range t.Len() {
		f := t.Flow(i)
		hosts[f.ClientAddr], hosts[f.ServerAddr] = true, true
	}
	return hosts
}
