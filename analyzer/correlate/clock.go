package correlate

import (
	"math"
	"time"

	"wirewhy/analyzer/flow"
)

// clock estimates how far the clocks of the two captures are apart. A packet from
// the client takes some time from the place nearer to it to the other, one from
// the server takes some time back: the offset lies between the least differences
// of the two directions, in the middle if the path is as long both ways.
func (j *joiner) clock() {
	least := [2]time.Duration{math.MaxInt64, math.MaxInt64}
	most := [2]time.Duration{math.MinInt64, math.MinInt64}
	for i := range j.p.Joined {
		a, b := j.seen[0][i], j.seen[1][i]
		mates(a, b)
		pieces(a, b)
		once := onlyOnce(a)
		for n := range a {
			if a[n].mate <= 0 || a[n].ipid == 0 && once[a[n].key] > 1 {
				continue
			}
			d := b[a[n].mate-1].time.Sub(a[n].time)
			least[a[n].dir] = min(least[a[n].dir], d)
			most[a[n].dir] = max(most[a[n].dir], d)
		}
	}
	c, s := flow.Originator, flow.Responder
	switch {
	case least[c] == math.MaxInt64 && least[s] == math.MaxInt64:
		return
	case least[s] == math.MaxInt64:
		j.oneWay(least[c])
		return
	case least[c] == math.MaxInt64:
		j.oneWay(least[s])
		return
	}
	if least == most && least[c] == least[s] { // to the nanosecond: one place, or one file twice
		j.p.Clock = Clock{Known: true, Offset: least[c]}
		return
	}
	// With the first capture nearer to the client, the client's packets reach the
	// second one later (offset plus delay) and the server's earlier (offset minus
	// delay): all differences of the client's lie above all of the server's.
	if width := least[c] - most[s]; width >= least[s]-most[c] {
		j.p.Near = FirstNearClient
		j.p.Clock = between(most[s], least[c])
	} else {
		j.p.Near = SecondNearClient
		j.p.Clock = between(most[c], least[s])
	}
}

func between(low, high time.Duration) Clock {
	width := high - low
	if width < 0 {
		width = -width
	}
	return Clock{Known: true, Offset: low + (high-low)/2, Uncertainty: width / 2}
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
func (j *joiner) oneWay(offset time.Duration) {
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
	switch {
	case fewer[0] > fewer[1]:
		j.p.Near = FirstNearClient
	case fewer[1] > fewer[0]:
		j.p.Near = SecondNearClient
	case va == vb:
	case va == flow.VantageClient || vb == flow.VantageServer:
		j.p.Near = FirstNearClient
	case vb == flow.VantageClient || va == flow.VantageServer:
		j.p.Near = SecondNearClient
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
