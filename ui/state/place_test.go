package state

import (
	"testing"

	"wirewhy/wasm/protocol"
)

func TestPlaceLeadsBack(t *testing.T) {
	s, id := opened(t)
	s.Apply(id, protocol.Overview{Done: true, Problems: problems("a", "b"), FlowCount: 9})
	if s.Place() != "" {
		t.Errorf("nothing was chosen, and the place is %q", s.Place())
	}
	visit := func(want string, choose func()) {
		t.Helper()
		choose()
		if s.Place() != want {
			t.Fatalf("the place is %q, not %q", s.Place(), want)
		}
	}
	visit("finding=1", func() { s.SelectProblem(1) })
	visit("flow=7", func() { s.SelectFlow(protocol.FlowRow{ID: 7}) })
	visit("flow=7&tab=packets", func() { s.ShowTab(TabPackets) })
	visit("capture&tab=packets", s.Deselect)
	for _, place := range []string{"finding=1", "flow=7", "flow=7&tab=packets", "capture", "capture&tab=packets", "finding=0"} {
		if !s.GoTo(place) || s.Place() != place {
			t.Errorf("going to %q leads to %q", place, s.Place())
		}
	}
	if !s.GoTo("") || s.Place() != "" || s.Problem() == nil || s.Problem().Finding != 0 {
		t.Error("the empty place is not the worst problem")
	}
	for _, nowhere := range []string{"flow=9", "flow=-1", "flow=x", "finding=2", "finding=99999999999999999999", "x", "=", "&&&", "%zz"} {
		before := s.Place()
		if s.GoTo(nowhere) || s.Place() != before {
			t.Errorf("%q leads to %q", nowhere, s.Place())
		}
	}
	s.Close()
	if s.GoTo("flow=1") || s.Place() != "" {
		t.Error("there is a place without a file")
	}
}
