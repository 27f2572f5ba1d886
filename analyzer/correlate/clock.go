package correlate

import (
	"math"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

// clock estimates how far the clocks of the two captures are apart. A packet from
// the client takes some time from the place nearer to it to the other, one from
// the server takes some time back: the offset lies between the least differences
// of the two directions, in the middle if the path is as long both ways.
func (j *joiner) clock() {
	m := j.meter()
	for i := range j.p.Joined {
		a, b := j.seen[0][i], j.seen[1][i]
		mates(a, b)
		pieces(a, b)
		once := onlyOnce(a)
		for n := range a {
			if a[n].mate <= 0 || a[n].ipid == 0 && once[a[n].key] > 1 {
				continue
			}
			if a[n].flags.Any(wire.RST) && a[n].ipid == 0 {
				continue // a device between the two may have made up one for each side
			}
			m.add(a[n].dir, a[n].time, b[a[n].mate-1].time.Sub(a[n].time))
		}
	}
	j.judgeClock(m)
}

// judgeClock settles the clocks, and which capture is nearer to the clients.
func (j *joiner) judgeClock(m *meter) {
	c, s := flow.Originator, flow.Responder
	switch {
	case !m.has(c) && !m.has(s):
		return
	case !m.has(s):
		j.oneWay(m.bounds(c))
		return
	case !m.has(c):
		j.oneWay(m.bounds(s))
		return
	}
	j.drift(m)
	leastC, mostC := m.bounds(c)
	leastS, mostS := m.bounds(s)
	if leastC == leastS && mostC == mostS && leastC == mostC && j.told == NearUnknown { // to the nanosecond: one place, or one file twice
		j.p.Clock.Known, j.p.Clock.Offset = true, leastC
		return
	}
	// With the first capture nearer to the client, the client's packets reach the
	// second one later (offset plus delay) and the server's earlier (offset minus
	// delay): all differences of the client's lie above all of the server's.
	first := leastC-mostS >= leastS-mostC
	j.p.NearBy = NearByTimes
	if j.told != NearUnknown {
		first, j.p.NearBy = j.told == FirstNearClient, NearByWord
	}
	if first {
		j.p.Near = FirstNearClient
		j.p.Clock.between(mostS, leastC)
	} else {
		j.p.Near = SecondNearClient
		j.p.Clock.between(mostC, leastS)
	}
}

func (c *Clock) between(low, high time.Duration) {
	c.Known, c.Offset, c.Uncertainty = true, low+(high-low)/2, (high-low).Abs()/2
}

// onlyOnce counts the keys of a list.
func onlyOnce(list []sighting) map[uint64]int {
	n := make(map[uint64]int, len(list))
	for i := range list {
		n[list[i].key]++
	}
	return n
}

// oneWayDelay bounds what a path may take one way, where packets of only one
// direction can be compared: half of the round trip over a satellite.
const oneWayDelay = 300 * time.Millisecond

// oneWay settles what packets of one direction can tell. Which capture is nearer to
// the client follows from the routers between, which count the time to live down,
// or from what each capture tells of its own place.
func (j *joiner) oneWay(offset, _ time.Duration) {
	j.p.Clock = Clock{Known: true, Offset: offset, Uncertainty: oneWayDelay, OneWay: true}
	fewer := [2]int{} // flows on whose packets each capture saw fewer hops from the client
	for i := range j.p.Joined {
		x := &j.p.Joined[i]
		a, b := j.views[0].Tracker.Flow(x.Flow[0]), j.views[1].Tracker.Flow(x.Flow[1])
		first, second := timesToLive(a, b)
		switch {
		case first > second:
			fewer[0]++
		case second > first:
			fewer[1]++
		}
	}
	va, vb := j.views[0].Tracker.CaptureVantage(), j.views[1].Tracker.CaptureVantage()
	p := j.p
	switch {
	case j.told != NearUnknown:
		p.Near, p.NearBy = j.told, NearByWord
	case fewer[0] > fewer[1]:
		p.Near, p.NearBy = FirstNearClient, NearByTTL
	case fewer[1] > fewer[0]:
		p.Near, p.NearBy = SecondNearClient, NearByTTL
	case va == vb:
	case va == flow.VantageClient || vb == flow.VantageServer:
		p.Near, p.NearBy = FirstNearClient, NearByVantage
	case vb == flow.VantageClient || va == flow.VantageServer:
		p.Near, p.NearBy = SecondNearClient, NearByVantage
	}
}

// timesToLive returns how much time to live the packets of a flow had left at each place,
// as seen from the client.
func timesToLive(a, b *flow.Flow) (first, second uint8) {
	c, s := flow.Originator, flow.Responder
	if a.Sides[c].Packets > 0 && b.Sides[c].Packets > 0 {
		return a.Sides[c].TTL, b.Sides[c].TTL
	}
	return b.Sides[s].TTL, a.Sides[s].TTL
}

// windows are the parts of the time that both captures ran, by which the rates of
// their clocks are compared.
const windows = 64

// extreme is the packet of a window whose difference between the two captures is
// the least, or the most.
type extreme struct {
	at  analyzer.Timestamp // by the first capture's clock
	gap time.Duration      // the second capture's time minus the first's
	has bool
}

// meter keeps the least and the most difference of each direction and window.
type meter struct {
	from        analyzer.Timestamp
	width       time.Duration
	least, most [2][windows]extreme
	rate        float64 // by which the clocks were found to drift
	mid         analyzer.Timestamp
}

func (j *joiner) meter() *meter {
	q := j.views[0].Tracker.Quality()
	return &meter{from: q.First, width: max(q.Last.Sub(q.First)/windows, 0) + 1, mid: q.First + (q.Last-q.First)/2}
}

func (m *meter) add(d flow.Dir, at analyzer.Timestamp, gap time.Duration) {
	w := min(max(int(at.Sub(m.from)/m.width), 0), windows-1)
	if x := &m.least[d][w]; !x.has || gap < x.gap {
		*x = extreme{at, gap, true}
	}
	if x := &m.most[d][w]; !x.has || gap > x.gap {
		*x = extreme{at, gap, true}
	}
}

func (m *meter) has(d flow.Dir) bool {
	for i := range m.least[d] {
		if m.least[d][i].has {
			return true
		}
	}
	return false
}

// level takes what the clocks drift apart until then from a difference.
func (m *meter) level(x extreme) time.Duration {
	return x.gap - time.Duration(m.rate*float64(x.at.Sub(m.mid)))
}

// bounds returns the least and the most difference of a direction.
func (m *meter) bounds(d flow.Dir) (least, most time.Duration) {
	least, most = math.MaxInt64, math.MinInt64
	for i := range windows {
		if m.least[d][i].has {
			least, most = min(least, m.level(m.least[d][i])), max(most, m.level(m.most[d][i]))
		}
	}
	return least, most
}

const (
	// driftWindows must hold packets of both directions before the clocks' rates are compared.
	driftWindows = 6
	// driftSpan is the least time over which they are.
	driftSpan = 5 * time.Second
	// timestep is what a time stamp may be late by: a host takes it when it gets to it.
	timestep = 10 * time.Microsecond
	// driftMost is what no clock drifts that is left to itself or slewed (adjtimex: 500 ppm):
	// beyond it, somebody set a clock.
	driftMost = 1000e-6
)

// drift compares the rates of the two clocks. In each window the middle between
// the quickest packets of the two directions lies at the clocks' difference,
// whatever the path takes; a line through these is the drift.
func (j *joiner) drift(m *meter) {
	var at, gap []float64
	for i := range windows {
		c, s := m.least[0][i], m.least[1][i]
		if !c.has || !s.has {
			continue
		}
		// The quickest packets: whichever capture is nearer, those of one direction have
		// the least difference and those of the other the most.
		if m.inverted() {
			c = m.most[0][i]
		} else {
			s = m.most[1][i]
		}
		at = append(at, (c.at.Sub(m.mid).Seconds()+s.at.Sub(m.mid).Seconds())/2)
		gap = append(gap, (c.gap.Seconds()+s.gap.Seconds())/2)
	}
	if len(at) < driftWindows || at[len(at)-1]-at[0] < driftSpan.Seconds() {
		return
	}
	slope, twice := line(at, gap)
	twice = max(twice, 2*timestep.Seconds()/(at[len(at)-1]-at[0]))
	c := &j.p.Clock
	c.At = m.mid
	c.DriftKnown, c.Drift, c.DriftError = true, slope, twice
	if math.Abs(slope) > 1.5*twice && math.Abs(slope) < driftMost {
		c.Drifts, m.rate = true, slope
	}
}

// inverted reports whether the second capture seems to be the one nearer to the
// clients: in most windows the client's packets come to it first.
func (m *meter) inverted() bool {
	n := 0
	for i := range windows {
		if m.least[0][i].has && m.least[1][i].has {
			if m.least[0][i].gap < m.least[1][i].gap {
				n++
			} else {
				n--
			}
		}
	}
	return n > 0
}

// line fits a line through points and returns its slope and two standard errors of it.
func line(x, y []float64) (slope, twice float64) {
	n, mx, my := float64(len(x)), 0.0, 0.0
	for i := range x {
		mx, my = mx+x[i]/n, my+y[i]/n
	}
	sxx, sxy := 0.0, 0.0
	for i := range x {
		sxx += (x[i] - mx) * (x[i] - mx)
		sxy += (x[i] - mx) * (y[i] - my)
	}
	slope = sxy / sxx
	rest := 0.0
	for i := range x {
		r := y[i] - my - slope*(x[i]-mx)
		rest += r * r
	}
	return slope, 2 * math.Sqrt(rest/(n-2)/sxx)
}
