package state

import (
	"testing"
	"time"

	"wirewhy/analyzer"
	"wirewhy/wasm/protocol"
)

// swimming returns a state whose drawing of 1,000 flows over 100 s is there.
func swimming(t *testing.T) *State {
	t.Helper()
	s, id := opened(t)
	s.Apply(id, protocol.Overview{Done: true, FlowCount: 1000})
	for _, r := range s.Take() {
		if r.Kind == protocol.Flows {
			s.Apply(r.ID, protocol.FlowRows{Total: 1000, Rows: []protocol.FlowRow{{ID: 0}, {ID: 1}, {ID: 2}}})
		}
	}
	s.SeeSwim(500, 360)
	s.ShowTab(TabSwim)
	answerSwim(t, s)
	return s
}

// answerSwim answers the one request for a drawing that is there.
func answerSwim(t *testing.T, s *State) protocol.Request {
	t.Helper()
	r := find(t, s.Take(), protocol.Swimlanes)
	v := protocol.SwimView{Total: 1000, From: r.From, To: 1000, Lines: r.Lines, Columns: r.Columns, First: 1, Last: analyzer.Timestamp(100 * time.Second), Start: 1, Length: 100 * time.Second}
	if r.Begin != 0 {
		v.Start, v.Length = r.Begin, r.End.Sub(r.Begin)
	}
	s.Apply(r.ID, v)
	return r
}

// The drawing follows the list, the box and the stretch of time, with one request
// at a time.
func TestSwimFollows(t *testing.T) {
	s := swimming(t)
	s.SeeSwim(500, 360)
	s.ShowTab(TabSwim)
	if left := s.Take(); len(left) != 0 {
		t.Errorf("asked again for the same: %+v", left)
	}
	s.ZoomSwim(2, 0)
	s.ZoomSwim(2, 0) // while the first one is under way
	s.PanSwim(1)
	first := answerSwim(t, s)
	if first.End.Sub(first.Begin).Round(time.Millisecond) != 50*time.Second {
		t.Errorf("first %v", first.End.Sub(first.Begin))
	}
	last := answerSwim(t, s)
	if last.End.Sub(last.Begin).Round(time.Millisecond) != 25*time.Second || last.Begin.Sub(1).Round(time.Millisecond) != 25*time.Second {
		t.Errorf("then %v from %v", last.End.Sub(last.Begin), last.Begin)
	}
	s.PanSwim(100)
	if r := answerSwim(t, s); r.End > s.Swim.View.Last+1 || r.End.Sub(r.Begin).Round(time.Millisecond) != 25*time.Second {
		t.Errorf("beyond the end: %v to %v", r.Begin, r.End)
	}
	s.ZoomSwim(0, 0)
	if r := answerSwim(t, s); r.Begin != 0 {
		t.Errorf("all of it from %v", r.Begin)
	}
	s.FilterFlows("port 80")
	if r := answerSwim(t, s); r.Filter != "port 80" {
		t.Errorf("%+v", r)
	}
	s.ChooseTime(5, 10)
	if r := answerSwim(t, s); r.Since != 5 || r.Begin != 5 || r.End != 10 {
		t.Errorf("a chosen time: %+v", r)
	}
	s.TurnEach()
	if r := answerSwim(t, s); r.To-r.From != 20 || r.Lines != 20 {
		t.Errorf("a line each: %+v", r)
	}
	s.ScrollSwim(5000)
	if r := answerSwim(t, s); r.From != 980 {
		t.Errorf("scrolled to %d", r.From)
	}
}

func TestSwimPoints(t *testing.T) {
	s := swimming(t)
	s.Swim.At = [2]int{5, 5}
	s.PointSwim(10, 20, .5, false)
	r := find(t, s.Take(), protocol.SwimAt)
	if middle := analyzer.Timestamp(50 * time.Second); r.From != 10 || r.To != 20 || r.Begin >= middle || r.End <= middle {
		t.Errorf("%+v", r)
	}
	s.PointSwim(20, 30, .5, false) // while the first one is under way
	if left := s.Take(); len(left) != 0 {
		t.Errorf("asked for %+v", left)
	}
	s.Apply(r.ID, protocol.FlowRows{From: 12, Total: 3, Rows: []protocol.FlowRow{{ID: 12, Client: "c"}}})
	if s.Selection.Kind == AFlow || len(s.Swim.Hit.Rows) != 1 {
		t.Errorf("pointed at: %+v", s.Selection)
	}
	s.PointSwim(10, 20, .5, true) // a click on what is known
	if s.Selection.Kind != AFlow || s.Selection.Flow != 12 || s.Flows.Cursor != 12 || s.Tab != TabSwim {
		t.Errorf("selected: %+v", s.Selection)
	}
	if at, ok := s.SwimPlace(); !ok || at != 12 {
		t.Errorf("it stands at %d", at)
	}
	s.LeaveSwim()
	s.PointSwim(30, 31, .1, true) // a click on what is not
	s.Apply(find(t, s.Take(), protocol.SwimAt).ID, protocol.FlowRows{From: 30, Total: 1, Rows: []protocol.FlowRow{{ID: 31, Client: "c"}}})
	if s.Selection.Flow != 31 || s.Flows.Cursor != 30 {
		t.Errorf("selected: %+v", s.Selection)
	}
}
