package diagnose

import (
	"testing"

	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/internal/script"
)

// healthyButNotable is a flow on which nothing is wrong and that every rule has to
// look at all the same: it had a pause, a repeated segment and an end by RST.
const healthyButNotable = `
client = 10.20.0.5:40001
server = 10.20.9.80:8080 ttl 61
0 client > server S
+0.01 server > client S.
+0.00005 client > server .
+0.001 client > server P. len 80
+0.01 server > client P. len 300
+0.00005 client > server .
+8 client > server P. len 80
+0.3 client > server again
+0.01 server > client P. len 300
+0.00005 client > server .
+1 client > server R.
`

func trackerOf(text string) *flow.Tracker {
	t := flow.NewTracker(flow.Limits{})
	for _, p := range script.MustParse(text).Packets() {
		t.Add(&p)
	}
	t.Finish()
	return t
}

func TestRulesThatDoNotMatchAllocateNothing(t *testing.T) {
	tracker := trackerOf(healthyButNotable)
	r := &run{Case: &Case{Capture: script.MustParse(healthyButNotable).Capture(), Tracker: tracker}, quality: tracker.Quality(), cap: Certain}
	r.primary = make([]uint8, tracker.Len())
	var s Subject
	for _, rule := range Rules() {
		if rule.Check == nil {
			continue
		}
		n := testing.AllocsPerRun(20, func() {
			s.load(r, tracker.Flow(0))
			if _, ok := rule.Check(&s); ok {
				t.Errorf("%s speaks of a healthy flow", rule.ID)
			}
		})
		if n != 0 {
			t.Errorf("%s allocates %.0f times without a match", rule.ID, n)
		}
	}
}

// An ordinary flow is not even shown to the rules.
func TestOrdinaryFlowsAreQuiet(t *testing.T) {
	tracker := trackerOf(`
client = 10.20.0.5:40001
server = 10.20.9.80:8080 ttl 61
0 client > server S
+0.01 server > client S.
+0.00005 client > server .
+0.001 client > server P. len 80
+0.01 server > client P. len 300
+0.001 client > server F.
+0.01 server > client F.
+0.00005 client > server .
`)
	if !quiet(tracker.Flow(0)) {
		t.Error("a request, an answer and two FINs are not quiet")
	}
	c := Run(&Case{Capture: script.MustParse("").Capture(), Tracker: tracker})
	if c.Primary(0) != healthy || len(c.Also(0)) != 0 || len(c.Findings) != 0 {
		t.Errorf("primary %s, also %v, %d findings", c.Primary(0).ID, c.Also(0), len(c.Findings))
	}
}

func TestScopeTellsThePattern(t *testing.T) {
	tracker := trackerOf(`
repeat 3 every 1
  +0 10.0.0.1:${4000+i} > 10.0.9.9:80 S
  +0.001 10.0.9.9:80 > 10.0.0.1:${4000+i} R.
end
+1 10.0.0.2:5000 > 10.0.9.9:80 S
+0.001 10.0.9.9:80 > 10.0.0.2:5000 S.
+0.001 10.0.0.2:5000 > 10.0.9.9:80 .
+0.001 10.0.0.2:5000 > 10.0.9.9:80 P. len 10
+0.001 10.0.9.9:80 > 10.0.0.2:5000 P. len 10
`)
	c := Run(&Case{Capture: script.MustParse("").Capture(), Tracker: tracker})
	if len(c.Findings) != 1 {
		t.Fatalf("%d findings", len(c.Findings))
	}
	want := "3 of 4 connections to 10.0.9.9:80, from 10:00:00 UTC to 10:00:02 UTC, from one of 2 clients. The healthy one came after."
	if got := c.Findings[0].Scope.En; got != want {
		t.Errorf("scope\n got %s\nwant %s", got, want)
	}
}
