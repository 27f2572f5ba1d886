package state

import (
	"testing"

	"wirewhy/analyzer"
	"wirewhy/wasm/protocol"
)

// opened returns a state that reads a file, and the number of the Open request.
func opened(t *testing.T) (*State, uint32) {
	t.Helper()
	s := New(analyzer.English)
	s.Open([]protocol.File{{Name: "a.pcap", Size: 1000}}, false)
	requests := s.Take()
	if len(requests) != 1 || requests[0].Kind != protocol.Open || s.Phase != Reading {
		t.Fatalf("opening asked %+v in phase %s", requests, s.Phase)
	}
	return s, requests[0].ID
}

func kinds(requests []protocol.Request) map[protocol.RequestKind]int {
	n := map[protocol.RequestKind]int{}
	for _, r := range requests {
		n[r.Kind]++
	}
	return n
}

func find(t *testing.T, requests []protocol.Request, kind protocol.RequestKind) protocol.Request {
	t.Helper()
	for _, r := range requests {
		if r.Kind == kind {
			return r
		}
	}
	t.Fatalf("no request of kind %d among %+v", kind, requests)
	return protocol.Request{}
}

func problems(diagnoses ...string) []protocol.Problem {
	var all []protocol.Problem
	for i, d := range diagnoses {
		all = append(all, protocol.Problem{Finding: i, Diagnosis: d, Class: analyzer.Sick, FirstFlow: int(d[0])})
	}
	return all
}

func TestWorstProblemIsShownWhileReading(t *testing.T) {
	s, id := opened(t)
	s.Apply(0, protocol.Overview{Problems: problems("b"), FlowCount: 1})
	if s.Problem() == nil || s.Problem().Diagnosis != "b" {
		t.Fatal("the first problem found is not shown")
	}
	s.Take()
	s.Apply(0, protocol.Overview{Problems: problems("a", "b"), FlowCount: 2})
	if s.Problem().Diagnosis != "a" {
		t.Error("a worse problem did not come to the front")
	}
	if r := find(t, s.Take(), protocol.Ladder); r.Flow != 'a' {
		t.Errorf("asked for the timeline of flow %d", r.Flow)
	}
	if !s.Apply(id, protocol.Overview{Done: true, Problems: problems("a", "b"), FlowCount: 2}) || s.Phase != Ready {
		t.Error("the answer to Open did not end reading")
	}
}

func TestChosenProblemStaysChosen(t *testing.T) {
	s, id := opened(t)
	s.Apply(0, protocol.Overview{Problems: problems("a", "b"), FlowCount: 2})
	s.SelectProblem(1)
	s.Apply(0, protocol.Overview{Problems: problems("c", "a", "b"), FlowCount: 3})
	if s.Problem().Diagnosis != "b" || s.Selection.Index != 2 {
		t.Errorf("shows %q at %d", s.Problem().Diagnosis, s.Selection.Index)
	}
	s.Apply(id, protocol.Overview{Done: true, Problems: problems("c", "b"), FlowCount: 3})
	if s.Problem().Diagnosis != "b" {
		t.Error("the end of reading changed what was chosen")
	}
}

func TestLateSnapshotChangesNothing(t *testing.T) {
	s, id := opened(t)
	s.Apply(id, protocol.Overview{Done: true, FlowCount: 7})
	if s.Apply(0, protocol.Overview{FlowCount: 3}); s.Overview.FlowCount != 7 {
		t.Error("an overview of before the end replaced the last one")
	}
	s.Close()
	if s.Apply(id, protocol.Overview{Done: true, FlowCount: 7}); s.Phase != Empty || s.Overview.FlowCount != 0 {
		t.Error("an answer after closing was taken")
	}
}

func TestFailureToOpen(t *testing.T) {
	s, id := opened(t)
	if !s.Apply(id, protocol.Failure{Text: "no capture"}) || s.Phase != Failed || s.Failure != "no capture" {
		t.Errorf("phase %s, %q", s.Phase, s.Failure)
	}
	s.Open([]protocol.File{{Name: "b.pcap"}}, false)
	if s.Phase != Reading || s.Failure != "" {
		t.Error("another file cannot be opened after a failure")
	}
}

func TestCrash(t *testing.T) {
	s, _ := opened(t)
	s.Crashed("out of memory")
	if s.Phase != Failed {
		t.Errorf("nothing was found yet, and the phase is %s", s.Phase)
	}
	s, _ = opened(t)
	s.Apply(0, protocol.Overview{Captures: []protocol.Capture{{}}, Problems: problems("a"), FlowCount: 1})
	s.Crashed("out of memory")
	if s.Phase != Ready || s.Problem() == nil || s.Crash == "" {
		t.Error("what was found before the crash is gone")
	}
	s.SelectFlow(protocol.FlowRow{ID: 4})
	s.SeeFlows(0, 500)
	if n := len(s.Take()); n != 0 {
		t.Errorf("%d requests to a worker that does not know the files", n)
	}
	if s.Ladder.Error == "" {
		t.Error("nothing says why there is no timeline")
	}
	s.Open([]protocol.File{{Name: "a.pcap"}}, false)
	if n := kinds(s.Take())[protocol.Open]; n != 1 || s.Crash != "" {
		t.Error("the file cannot be opened again after a crash")
	}
}

func TestCancelAsksOnce(t *testing.T) {
	s, _ := opened(t)
	s.Cancel()
	s.Cancel()
	if n := kinds(s.Take())[protocol.Cancel]; n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestFlowsAreAskedAsTheyComeIntoSight(t *testing.T) {
	s, id := opened(t)
	s.Apply(id, protocol.Overview{Done: true, FlowCount: 100_000})
	first := find(t, s.Take(), protocol.Flows)
	rows := make([]protocol.FlowRow, pageLen)
	for i := range rows {
		rows[i].ID = i
	}
	s.Apply(first.ID, protocol.FlowRows{Total: 100_000, Rows: rows})
	if row, ok := s.Flows.Row(5); !ok || row.ID != 5 || s.Flows.Total != 100_000 {
		t.Fatal("the first rows are not here")
	}
	if n := kinds(s.Take())[protocol.Flows]; n != 0 {
		t.Errorf("%d further requests though nothing was scrolled", n)
	}
	s.SeeFlows(50_000, 50_030)
	r := find(t, s.Take(), protocol.Flows)
	if r.From > 50_000 || r.To < 50_030 || r.To-r.From > 2*pageLen {
		t.Errorf("asked for [%d, %d)", r.From, r.To)
	}
	s.SeeFlows(50_001, 50_031)
	if n := kinds(s.Take())[protocol.Flows]; n != 0 {
		t.Error("asked again for what is under way")
	}
	s.SortFlows(protocol.ByBytes)
	if _, ok := s.Flows.Row(5); ok {
		t.Error("rows of the old order are still here")
	}
	s.Apply(r.ID, protocol.FlowRows{From: r.From, Total: 100_000, Rows: rows})
	if _, ok := s.Flows.Row(r.From); ok {
		t.Error("the answer in the old order was taken")
	}
}

func TestFlowPagesAreBounded(t *testing.T) {
	s, id := opened(t)
	s.Apply(id, protocol.Overview{Done: true, FlowCount: 1_000_000})
	for i := range 300 {
		s.SeeFlows(i*1000, i*1000+40)
		for _, r := range s.Take() {
			if r.Kind == protocol.Flows {
				s.Apply(r.ID, protocol.FlowRows{From: r.From, Total: 1_000_000, Rows: make([]protocol.FlowRow, pageLen)})
			}
		}
	}
	if n := len(s.Flows.pages.rows); n > maxPages+2 {
		t.Errorf("%d pages are kept", n)
	}
}

func TestFilterError(t *testing.T) {
	s, id := opened(t)
	s.Apply(id, protocol.Overview{Done: true, FlowCount: 10})
	s.Take()
	s.FilterFlows("port 80 and (")
	r := find(t, s.Take(), protocol.Flows)
	if r.Filter != "port 80 and (" {
		t.Errorf("asked with %q", r.Filter)
	}
	s.Apply(r.ID, protocol.FlowRows{Error: "a ) is missing", At: 13})
	if s.Flows.Error == "" || s.Flows.At != 13 {
		t.Error("the error is not here")
	}
	if n := len(s.Take()); n != 0 {
		t.Errorf("a wrong filter was asked again %d times", n)
	}
	s.FilterFlows("")
	if s.Flows.Error != "" {
		t.Error("the error stays after its filter has gone")
	}
}

func TestSelectFlowFindsItsFinding(t *testing.T) {
	s, id := opened(t)
	all := problems("a", "b")
	all[1].Diagnosis = "a"
	s.Apply(id, protocol.Overview{Done: true, Problems: all, FlowCount: 300})
	for _, c := range []struct {
		row  protocol.FlowRow
		want int
	}{
		{protocol.FlowRow{ID: 250, Diagnosis: "a", Finding: 2}, 1},   // by its index
		{protocol.FlowRow{ID: int('b'), Diagnosis: "a"}, 1},          // by the flow that it begins with
		{protocol.FlowRow{ID: 250, Diagnosis: "a"}, 0},               // by its diagnosis alone
		{protocol.FlowRow{ID: 251, Diagnosis: "healthy"}, -1},        // none
		{protocol.FlowRow{ID: 252, Diagnosis: "a", Finding: 99}, -1}, // one that is not listed
	} {
		s.SelectFlow(c.row)
		got := -1
		if p := s.Problem(); p != nil {
			got = p.Finding
		}
		if got != c.want {
			t.Errorf("flow %+v: finding %d, not %d", c.row, got, c.want)
		}
	}
}

// Where nothing is wrong, nothing is chosen: a remark would stand there like an
// answer. One that somebody chooses stays.
func TestRemarksAreNoAnswer(t *testing.T) {
	s, id := opened(t)
	remark := protocol.Problem{Diagnosis: "r", Class: analyzer.Info, FirstFlow: -1}
	s.Apply(id, protocol.Overview{Problems: []protocol.Problem{remark}, FlowCount: 2})
	if s.Selection.Kind != Nothing {
		t.Errorf("a remark is shown: %+v", s.Selection)
	}
	s.Apply(id, protocol.Overview{Problems: append(problems("a"), remark), FlowCount: 2})
	if s.Selection.Kind != AProblem || s.Selection.Index != 0 {
		t.Errorf("the problem is not shown: %+v", s.Selection)
	}
	s.SelectProblem(1)
	s.Apply(id, protocol.Overview{Done: true, Problems: append(problems("a"), remark), FlowCount: 2})
	if s.Selection.Kind != AProblem || s.Selection.Index != 1 {
		t.Errorf("the remark that was chosen is gone: %+v", s.Selection)
	}
}

func TestOldLadderIsIgnored(t *testing.T) {
	s, id := opened(t)
	s.Apply(id, protocol.Overview{Done: true, Problems: problems("a", "b"), FlowCount: 2})
	s.Take()
	s.SelectProblem(0)
	s.SelectProblem(1)
	s.SelectFlow(protocol.FlowRow{ID: 5, Client: "c"})
	var asked []protocol.Request
	for _, r := range s.Take() {
		if r.Kind == protocol.Ladder {
			asked = append(asked, r)
		}
	}
	last := asked[len(asked)-1]
	s.Apply(asked[0].ID, protocol.LadderView{Flow: 1})
	if s.Ladder.View != nil {
		t.Error("the timeline of something else is shown")
	}
	s.Apply(last.ID, protocol.LadderView{Flow: 5, Steps: []protocol.Step{{Evidence: 0}, {Evidence: 2}}})
	if s.Ladder.View == nil || s.StepOfEvidence(2) != 1 || s.StepOfEvidence(3) != -1 {
		t.Error("the timeline that was asked for last is not here")
	}
	s.MoveStep(5)
	if s.Ladder.Step != 1 {
		t.Errorf("moved to step %d of 2", s.Ladder.Step)
	}
}

func TestLangAsksAgain(t *testing.T) {
	s, id := opened(t)
	s.Apply(id, protocol.Overview{Done: true, Problems: problems("a"), FlowCount: 2})
	s.Take()
	s.SetLang(analyzer.Chinese)
	requests := s.Take()
	if n := kinds(requests); n[protocol.OverviewAgain] != 1 || n[protocol.Ladder] != 1 || n[protocol.Flows] != 1 {
		t.Errorf("asked %+v", requests)
	}
	for _, r := range requests {
		if r.Lang != analyzer.Chinese {
			t.Errorf("asked in %q", r.Lang)
		}
	}
	again := find(t, requests, protocol.OverviewAgain)
	if s.Apply(again.ID, protocol.Overview{Done: true, Problems: problems("a"), FlowCount: 2}) {
		t.Error("words in another language were taken for the end of an analysis")
	}
}

// A flow that is selected by hand keeps nothing of the language before.
func TestLangOfSelectedFlow(t *testing.T) {
	s, id := opened(t)
	s.Apply(id, protocol.Overview{Done: true, Problems: problems("a"), FlowCount: 2})
	s.SelectFlow(protocol.FlowRow{ID: 1, Client: "10.0.0.1:1", Verdict: "refused"})
	s.Take()
	s.SetLang(analyzer.Chinese)
	asked := find(t, s.Take(), protocol.Ladder)
	s.Apply(asked.ID, protocol.LadderView{Flow: 1, Row: protocol.FlowRow{ID: 1, Client: "10.0.0.1:1", Verdict: "连接被拒绝"}})
	if got := s.Selection.Row.Verdict; got != "连接被拒绝" {
		t.Errorf("its verdict is %q", got)
	}
	if n := kinds(s.Take())[protocol.Ladder]; n != 0 {
		t.Errorf("the timeline was asked for %d times more", n)
	}
}

func TestBytesAndFieldsAreLinked(t *testing.T) {
	s := New(analyzer.English)
	s.Packet.View = protocol.PacketView{Data: make([]byte, 40), Layers: []protocol.Layer{
		{Name: "Ethernet", Len: 14, Fields: []protocol.Field{{Name: "type", Offset: 12, Len: 2}}},
		{Name: "IPv4", Offset: 14, Len: 20, Fields: []protocol.Field{{Name: "flags", Offset: 20, Len: 2}, {Name: "DF", Offset: 20, Len: 1}}},
	}}
	for _, c := range []struct{ at, from, to int }{{12, 12, 14}, {0, 0, 14}, {20, 20, 21}, {21, 20, 22}, {33, 14, 34}} {
		if s.LightByte(c.at); s.Packet.From != c.from || s.Packet.To != c.to {
			t.Errorf("byte %d lights [%d, %d)", c.at, s.Packet.From, s.Packet.To)
		}
	}
	s.LightField(1, 0)
	if s.Packet.From != 20 || s.Packet.To != 22 {
		t.Errorf("the field lights [%d, %d)", s.Packet.From, s.Packet.To)
	}
	s.LightField(7, 0) // of a packet that was shown before
}

// The timeline is condensed, or stretched from the scale that fits on.
func TestZoomLadder(t *testing.T) {
	s := New("en")
	for _, step := range []struct{ by, want float64 }{{.5, 0}, {2, 100}, {2, 200}, {.5, 100}, {.5, 50}, {.5, 0}, {2, 100}, {0, 0}} {
		if s.ZoomLadder(step.by, 100); s.Ladder.Scale != step.want {
			t.Fatalf("by %v: %v px a second, want %v", step.by, s.Ladder.Scale, step.want)
		}
	}
}
