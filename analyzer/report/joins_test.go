package report

import (
	"slices"
	"testing"

	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/internal/script"
)

// captured tracks connections from the given client ports, in order.
func captured(t *testing.T, ports ...string) Capture {
	t.Helper()
	text := ""
	for _, p := range ports {
		text += "+1 10.0.0.1:" + p + " > 10.0.0.9:80 S\n"
	}
	tracker := flow.NewTracker(flow.Limits{})
	for _, p := range script.MustParse(text).Packets() {
		tracker.Add(&p)
	}
	tracker.Finish()
	return Capture{Tracker: tracker}
}

func TestJoinedFlowsAreListedOnce(t *testing.T) {
	r := &Report{Captures: []Capture{captured(t, "1001", "1002", "1003"), captured(t, "2001", "2002", "1002", "2003"), captured(t, "3001")}, Joins: &Joins{}}
	for _, x := range [][2]Leg{{{1, 1}, {2, 0}}, {{0, 0}, {1, 1}}, {{0, 1}, {1, 2}}} {
		if !r.Joins.Join(x[0], x[1]) {
			t.Fatalf("%v not joined", x)
		}
	}
	if r.Joins.Join(Leg{0, 2}, Leg{1, 2}) || r.Joins.Join(Leg{1, 2}, Leg{0, 1}) {
		t.Error("a leg was joined twice")
	}
	// 1001 stands for 2002 and 3001, 1002 for itself.
	if n := r.FlowCount(); n != 5 {
		t.Fatalf("%d flows", n)
	}
	var seen []string
	for f := range r.Flows() {
		seen = append(seen, f.Client().String())
		again, ok := r.Flow(f.ID)
		if !ok || again.Flow != f.Flow || !slices.Equal(again.Captures, f.Captures) {
			t.Errorf("flow %d: %+v, then %+v", f.ID, f, again)
		}
		leg, _ := r.Leg(f.ID)
		if r.ID(leg) != f.ID {
			t.Errorf("flow %d is leg %v, whose id is %d", f.ID, leg, r.ID(leg))
		}
		for _, l := range f.Legs {
			if r.ID(l) != f.ID {
				t.Errorf("leg %v of flow %d has id %d", l, f.ID, r.ID(l))
			}
		}
	}
	if want := []string{"10.0.0.1:1001", "10.0.0.1:1002", "10.0.0.1:1003", "10.0.0.1:2001", "10.0.0.1:2003"}; !slices.Equal(seen, want) {
		t.Errorf("listed %v", seen)
	}
	first, _ := r.Flow(0)
	if !slices.Equal(first.Captures, []int{0, 1, 2}) || len(first.Translated) != 2 || first.Translated[0] != "10.0.0.1:2002 > 10.0.0.9:80" {
		t.Errorf("the first: captures %v, translated %v", first.Captures, first.Translated)
	}
	if second, _ := r.Flow(1); len(second.Translated) != 0 || len(second.Captures) != 2 {
		t.Errorf("the second: %+v", second)
	}
	if _, ok := r.Flow(5); ok {
		t.Error("there is no sixth flow")
	}
}
