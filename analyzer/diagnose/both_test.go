package diagnose

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/correlate"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/host"
	"wirewhy/analyzer/internal/script"
	"wirewhy/analyzer/wire"
)

// unjoined is added to the ids of flows that only the second capture holds, in the
// want lines of fixtures.
const unjoined = 1000

var alias = regexp.MustCompile(`(?m)^[a-z]+ = .*$`)

// concludeText concludes about a script, or about two captures of one incident:
// the second one's lines follow "second:", the aliases are those of the first
// where it does not change them.
func concludeText(t *testing.T, text string, decode bool, said *host.Known) *Conclusion {
	t.Helper()
	first, second, two := strings.Cut(text, "\nsecond:\n")
	a, err := script.Parse(first)
	if err != nil {
		t.Fatal(err)
	}
	if !two {
		return conclude(a, decode, said)
	}
	b, err := script.Parse(strings.Join(alias.FindAllString(first, -1), "\n") + "\n" + second)
	if err != nil {
		t.Fatal(err)
	}
	cases := []*Case{
		{Capture: a.Capture(), Index: 0, Tracker: track(a, decode), Host: said},
		{Capture: b.Capture(), Index: 1, Tracker: track(b, decode), Host: said},
	}
	p, err := correlate.Pair(viewOf(a, cases[0].Tracker), viewOf(b, cases[1].Tracker), correlate.NearUnknown)
	if err != nil {
		t.Fatal(err)
	}
	near, ok := p.NearClient()
	if !ok {
		t.Fatal("which capture is nearer to the client is not known")
	}
	cases[near].Links = []Link{{Far: cases[1-near], Pair: p, Near: near}}
	out := Together(cases)
	all := &Conclusion{Findings: out[near].Findings}
	for _, f := range out[1-near].Findings {
		f.Flows = slices.Clone(f.Flows)
		for i := range f.Flows {
			f.Flows[i] += unjoined
		}
		all.Findings = append(all.Findings, f)
	}
	return all
}

func viewOf(s *script.Script, tracker *flow.Tracker) correlate.View {
	packets := s.Packets()
	return correlate.View{Tracker: tracker, Read: func(e flow.Entry, p *wire.Packet) error {
		*p = packets[e.Frame-1]
		return nil
	}}
}

// A time that does not vary is told once.
func TestDelays(t *testing.T) {
	for _, c := range []struct {
		least, most time.Duration
		want        analyzer.Text
	}{
		{20 * time.Millisecond, 20*time.Millisecond + 3, analyzer.Text{En: "20 ms", Zh: "20 ms"}},
		{-time.Millisecond, 2 * time.Millisecond, analyzer.Text{En: Duration(0) + " to 2 ms", Zh: Duration(0) + " 至 2 ms"}},
	} {
		if got := delays(c.least, c.most); got != c.want {
			t.Errorf("from %v to %v: %q", c.least, c.most, got)
		}
	}
}
