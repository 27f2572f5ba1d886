package state

import (
	"testing"
	"time"

	"wirewhy/analyzer"
	"wirewhy/wasm/protocol"
)

// looking returns a page that looks at the graphs of flow 3, and the request for them.
func looking(t *testing.T) (*State, protocol.Request) {
	t.Helper()
	s := New(analyzer.English)
	s.Phase = Ready
	s.SelectFlow(protocol.FlowRow{ID: 3})
	s.SeeGraph(700, 400)
	s.Take()
	s.ShowTab(TabGraphs)
	r := s.Take()
	if len(r) != 1 || r[0].Kind != protocol.Graph || r[0].Flow != 3 || r[0].Columns != 700 || r[0].Side != 2 {
		t.Fatalf("asked for %+v", r)
	}
	return s, r[0]
}

func TestGraphsAreReadOn(t *testing.T) {
	s, r := looking(t)
	s.Apply(r.ID, protocol.GraphView{Flow: 3, Read: 10, Total: 30, Length: time.Second})
	again := s.Take()
	if len(again) != 1 || again[0].Kind != protocol.Graph {
		t.Fatalf("after a part of the packets: %+v", again)
	}
	s.Apply(again[0].ID, protocol.GraphView{Flow: 3, Read: 30, Total: 30, Length: time.Second})
	if rest := s.Take(); len(rest) != 0 || s.Graphs.View.Read != 30 {
		t.Errorf("after all of them: %+v", rest)
	}
	s.Apply(r.ID, protocol.GraphView{Flow: 9})
	if s.Graphs.View.Flow != 3 {
		t.Error("an answer of before was taken")
	}
}

func TestZoomGraphs(t *testing.T) {
	s, r := looking(t)
	s.Apply(r.ID, protocol.GraphView{Flow: 3, Length: time.Second})
	s.Zoom(.5, .5)
	if g := &s.Graphs; g.From != 250*time.Millisecond || g.To != 750*time.Millisecond {
		t.Errorf("from %v to %v", g.From, g.To)
	}
	first := s.Take()
	s.ShowStretch(.5, 1.5) // moves; while the answer is awaited only a note is made
	if g := &s.Graphs; g.From != 500*time.Millisecond || g.To != time.Second || len(s.Take()) != 0 {
		t.Errorf("from %v to %v", g.From, g.To)
	}
	s.Apply(first[0].ID, protocol.GraphView{Flow: 3, Length: time.Second})
	if r := s.Take(); len(r) != 1 || r[0].From != 5e8 || r[0].To != 1e9 {
		t.Errorf("then asked for %+v", r)
	}
	s.ShowStretch(.2, 1.2)
	if s.Graphs.To != time.Second {
		t.Errorf("moved beyond the end: %v", s.Graphs.To)
	}
	for range 80 {
		s.Zoom(.5, 2)
	}
	if from, to := s.Graphs.Stretch(); to-from != shortest || to > time.Second {
		t.Errorf("the shortest stretch is %v to %v", from, to)
	}
	for range 80 {
		s.Zoom(2, 0)
	}
	if from, to := s.Graphs.Stretch(); from != 0 || to != time.Second || s.Graphs.To != 0 {
		t.Errorf("the longest is %v to %v", from, to)
	}
}

func TestGraphsOfAnotherFlow(t *testing.T) {
	s, r := looking(t)
	s.Apply(r.ID, protocol.GraphView{Flow: 3, Length: time.Second})
	s.Graphs.Hidden = 5
	s.Zoom(.5, .5)
	s.Take()
	s.SelectFlow(protocol.FlowRow{ID: 4})
	if g := &s.Graphs; g.View != nil || g.To != 0 || g.Hidden != 5 || g.Width != 700 {
		t.Errorf("%+v", g)
	}
	s.Deselect()
	var last protocol.Request
	for _, r := range s.Take() {
		if r.Kind == protocol.Graph {
			last = r
		}
	}
	if last.Flow != -1 {
		t.Errorf("of the capture was asked %+v", last)
	}
	s.Apply(last.ID, protocol.Failure{Text: "no"})
	if s.Graphs.Error != "no" {
		t.Error("the failure is not told")
	}
}
