package flow

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// lockstep is a sender that fills a window of two segments in each round trip of
// 20 ms, captured at the sender, for a number of rounds.
func lockstep(rounds int) string {
	return opening + "+0.001 s > c . win 2\n" + strings.Repeat(`
+0.001 c > s . len 128
+0 c > s . len 128
+0.02 s > c . win 2
`, rounds)
}

func TestStats(t *testing.T) {
	tr := track(t, lockstep(20)+`
+0.5 c > s . len 100
+0.3 c > s again
+0.02 s > c .
+0.2 s > c P. len 50
+0.001 c > s . win 600
+0.001 s > c P. seq @1051 len 50`)
	st := tr.Stats(tr.Flow(0))
	c, s := st.Sides[Originator], st.Sides[Responder]
	if !c.Measured || c.DataSegments != 42 || c.Payload != 40*128+100 || c.Repeated != 100 || c.MaxSegment != 128 || c.MSSUsed != 128 || c.MSSAsked != 1460 {
		t.Errorf("client %+v", c)
	}
	if c.RTT.Samples < 15 || c.RTT.Min != 20*time.Millisecond || c.RTT.Median != 20*time.Millisecond || c.RTT.Max != 20*time.Millisecond {
		t.Errorf("round trips %+v", c.RTT)
	}
	if c.MaxInFlight != 256 || s.MinWindow != 256 || c.Rounds < 15 || c.FullRounds != c.Rounds {
		t.Errorf("in flight %d of a window of %d, %d full rounds of %d", c.MaxInFlight, s.MinWindow, c.FullRounds, c.Rounds)
	}
	if c.Idle != 520*time.Millisecond {
		t.Errorf("idle %v", c.Idle)
	}
	if s.Missed != 1000 || s.Payload != 100 || c.Missed != 0 {
		t.Errorf("server %+v", s)
	}
	if want := st.TimeToFirstByte; want <= 0 || want != tr.Flow(0).Sides[Responder].FirstData.Sub(tr.Flow(0).Sides[Originator].FirstData) {
		t.Errorf("first byte after %v", want)
	}
}

// A wide window is never filled.
func TestWindowNotFilled(t *testing.T) {
	tr := track(t, strings.ReplaceAll(lockstep(20), "win 2", "win 500"))
	if c := tr.Stats(tr.Flow(0)).Sides[Originator]; c.FullRounds != 0 || c.Rounds < 15 {
		t.Errorf("%d full rounds of %d", c.FullRounds, c.Rounds)
	}
}

func TestShortFlowsAreNotMeasured(t *testing.T) {
	tr := track(t, opening+`
+0.001 c > s P. len 100
+0.02 s > c P. len 100`)
	if st := tr.Stats(tr.Flow(0)); st.Sides[0].Measured || tr.meters.count != 0 || st.TimeToFirstByte != 20*time.Millisecond {
		t.Errorf("%+v", st)
	}
}

// The model's path takes 10.001 ms from the capture point to the client and back.
func TestRTTAgainstModel(t *testing.T) {
	for seed := range uint64(20) {
		m := runModel(path{timestamps: true, copied: 0.1}, seed)
		tr := NewTracker(Limits{})
		for i := range m.out {
			tr.Add(&m.out[i].Packet)
		}
		s := tr.Stats(tr.Flow(0)).Sides[Responder]
		if want := 10001 * time.Microsecond; s.RTT.Min != want || s.RTT.Max != want || s.RTT.Median != want {
			t.Fatalf("seed %d: %+v", seed, s.RTT)
		}
		if s.Missed != 0 || s.Payload != uint64(m.total) || s.MaxInFlight > modelWindow || s.MaxInFlight < modelWindow/2 {
			t.Fatalf("seed %d: %+v", seed, s)
		}
	}
}

func TestQuantiles(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		var h histogram
		scale := math.Pow(10, 1+5*r.Float64())
		var all []time.Duration
		for range 100_000 { // more than a bucket's count
			d := time.Duration(scale*(1+r.ExpFloat64())) * time.Microsecond
			all = append(all, d)
			h.add(d)
		}
		slices.Sort(all)
		for _, q := range []float64{0.1, 0.5, 0.95} {
			want, got := all[int(q*float64(len(all)))], h.quantile(q)
			if off := math.Abs(float64(got-want)) / float64(want); off > 0.1 {
				t.Errorf("quantile %v is %v, want %v", q, got, want)
			}
		}
	}
	var h histogram
	for _, d := range []time.Duration{-time.Second, 0, 1, math.MaxInt64} {
		h.add(d)
	}
}
