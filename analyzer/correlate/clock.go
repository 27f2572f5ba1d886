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
		once := onlyOnce(a)
		for n := range a {
			if a[n].mate == 0 || a[n].ipid == 0 && once[a[n].key] > 1 {
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
		j.p.Clock = Clock{Known: true, Offset: least[c], OneWay: true}
		return
	case least[c] == math.MaxInt64:
		j.p.Clock = Clock{Known: true, Offset: least[s], OneWay: true}
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
