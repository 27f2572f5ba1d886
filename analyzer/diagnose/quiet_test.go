package diagnose

import (
	"fmt"
	"strconv"
	"strings"
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

// Who is hit, of how many, and since when tells where to look.
func TestPatternsOfFailure(t *testing.T) {
	const (
		fails = "  +0 10.0.%s > 10.0.9.9:80 S\n  +0.001 10.0.9.9:80 > 10.0.%[1]s R.\n"
		works = "  +0 10.0.%s > 10.0.9.9:80 S\n  +0.001 10.0.9.9:80 > 10.0.%[1]s S.\n  +0.001 10.0.%[1]s > 10.0.9.9:80 .\n" +
			"  +0.001 10.0.%[1]s > 10.0.9.9:80 P. len 10\n  +0.001 10.0.9.9:80 > 10.0.%[1]s P. len 10\n"
	)
	block := func(n int, lines ...string) string {
		return "repeat " + strconv.Itoa(n) + " every 1\n" + strings.Join(lines, "") + "end\n"
	}
	of := func(line, client string) string { return fmt.Sprintf(line, client) }
	one, two, three, more := "0.1:${4000+i}", "0.2:${4000+i}", "0.3:${4000+i}", "1.${1+i}:4000"
	for _, c := range []struct{ name, text, want string }{
		{"one client", block(4, of(fails, one), of(works, two), of(works, three)),
			"4 of 12 connections to 10.0.9.9:80, 10:00:00–10:00:03 UTC, from one of 3 clients. 8 others in the meantime were healthy. Who fails, fails with everything, and the others with nothing: look at what sets these clients apart (their side, their path, a rule)."},
		{"everyone since a moment", block(3, of(works, one), of(works, two), of(works, three)) + "5 10.0.0.9:9 > 10.0.9.8:80 S\n+0.1 10.0.9.8:80 > 10.0.0.9:9 S.\n" + block(2, of(fails, "0.1:${5000+i}"), of(fails, "0.2:${5000+i}"), of(fails, "0.3:${5000+i}")),
			"6 of 15 connections to 10.0.9.9:80, 10:00:05–10:00:06 UTC, from all 3 clients. The 9 healthy ones all came before. From then on it hits everyone: look at the server, or at what all paths share."},
		{"everyone", block(2, of(fails, one), of(fails, two), of(fails, three)),
			"All 6 connections to 10.0.9.9:80, 10:00:00–10:00:01 UTC, from all 3 clients. It hits everyone: look at the server, or at what all paths share."},
		{"one backend of four", block(8, of(works, one), of(works, more), of(fails, two), of(works, "0.2:${6000+i}")) + block(1, of(works, "0.4:${7000+i}"), of(fails, "0.4:${7100+i}"), of(fails, "0.1:${7200+i}"), of(fails, "0.3:${7300+i}"), of(works, "0.3:${7400+i}"), of(works, "0.3:${7500+i}")),
			"11 of 38 connections to 10.0.9.9:80, 10:00:00–10:00:07 UTC, from 4 of 12 clients. 27 others in the meantime were healthy. About one in 3 fails, whoever dials and whenever: one of several backends behind this address may be dead."},
		{"too few to tell", block(1, of(fails, one), of(works, two), of(works, three)), "1 of 3 connections to 10.0.9.9:80, at 10:00:00 UTC."},
	} {
		tracker := trackerOf(c.text)
		f := Run(&Case{Capture: script.MustParse("").Capture(), Tracker: tracker}).Findings
		if len(f) == 0 || f[0].Scope.En != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, f[0].Scope.En, c.want)
		}
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
	want := "3 of 4 connections to 10.0.9.9:80, 10:00:00–10:00:02 UTC, from one of 2 clients. The healthy one came after."
	if got := c.Findings[0].Scope.En; got != want {
		t.Errorf("scope\n got %s\nwant %s", got, want)
	}
}
