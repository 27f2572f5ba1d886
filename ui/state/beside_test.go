package state

import (
	"testing"

	"wirewhy/wasm/protocol"
)

// ready returns a state that has read one capture.
func ready(t *testing.T) *State {
	t.Helper()
	s, id := opened(t)
	s.Apply(id, protocol.Overview{Done: true, Captures: []protocol.Capture{{Name: "a.pcap"}}, Problems: problems("b", "c"), FlowCount: 2})
	s.Take()
	return s
}

func TestAddKeepsWhatIsShown(t *testing.T) {
	s := ready(t)
	s.SelectProblem(1)
	s.Take()
	s.Add([]protocol.File{{Name: "a.txt", Size: 9}})
	r := find(t, s.Take(), protocol.Open)
	if !r.Keep || len(r.Files) != 1 || len(s.Files) != 2 || s.Phase != Reading {
		t.Fatalf("%+v, files %v, phase %s", r, s.Files, s.Phase)
	}
	s.Add([]protocol.File{{Name: "too-early.txt"}}) // while it reads nothing more can be added
	if n := kinds(s.Take())[protocol.Open]; n != 0 || len(s.Files) != 2 {
		t.Errorf("%d requests, %v", n, s.Files)
	}
	// What the host said gave the chosen problem another name.
	ended := s.Apply(r.ID, protocol.Overview{Done: true, Captures: []protocol.Capture{{Name: "a.pcap"}}, Problems: []protocol.Problem{problems("b")[0], {Finding: 1, Diagnosis: "x", FirstFlow: int('c')}}, TextCount: 1})
	if !ended || s.Phase != Ready || s.Problem() == nil || s.Problem().Diagnosis != "x" {
		t.Errorf("ended %v, %s, %+v", ended, s.Phase, s.Problem())
	}
}

// With another capture flows may have other numbers: a chosen one is let go.
func TestAddForgetsRenumberedFlow(t *testing.T) {
	for _, captures := range [][]protocol.Capture{{{Name: "a.pcap"}}, {{Name: "a.pcap"}, {Name: "b.pcap"}}} {
		s := ready(t)
		s.SelectFlow(protocol.FlowRow{ID: 1})
		s.Take()
		s.Add([]protocol.File{{Name: "b"}})
		s.Apply(find(t, s.Take(), protocol.Open).ID, protocol.Overview{Done: true, Captures: captures, Problems: problems("b")})
		if kept := s.Selection.Kind == AFlow; kept != (len(captures) == 1) {
			t.Errorf("%d captures: kept %v", len(captures), kept)
		}
	}
}

func TestBesideLists(t *testing.T) {
	s := ready(t)
	s.ShowTab(TabCompare)
	asked := s.Take()
	compare, lines := find(t, asked, protocol.Compare), find(t, asked, protocol.LinesOf)
	s.Apply(compare.ID, protocol.CompareView{Pairs: make([]protocol.PairView, 2)})
	s.Apply(lines.ID, protocol.Lines{Total: 1, Lines: []protocol.Line{{Flow: 1}}})
	s.OpenLine(0) // a connection: its packets
	if r := find(t, s.Take(), protocol.LinesOf); r.List != protocol.Fates || r.Flow != 1 {
		t.Errorf("%+v", r)
	} else {
		s.Apply(r.ID, protocol.Lines{Total: 1, Lines: []protocol.Line{{Flow: 1, Frame: 7, Capture: 2}}})
	}
	s.OpenLine(0) // a packet of the other capture
	if r := find(t, s.Take(), protocol.Packet); s.Tab != TabPackets || r.Frame != 7 || r.Capture != 2 {
		t.Errorf("tab %s, %+v", s.Tab, r)
	}
	s.ShowTab(TabCompare)
	s.ShowPair(1)
	if r := find(t, s.Take(), protocol.LinesOf); r.Item != 1 || r.List != protocol.Paired || r.Flow != -1 {
		t.Errorf("%+v", r)
	}
	s.ShowFact(4)
	asked = s.Take()
	find(t, asked, protocol.Evidence)
	if r := find(t, asked, protocol.LinesOf); s.Tab != TabEvidence || r.List != protocol.Facts || s.Beside.Cursor != 4 {
		t.Errorf("tab %s, cursor %d, %+v", s.Tab, s.Beside.Cursor, r)
	}
	s.SelectProblem(0)
	if s.Tab != TabTimeline {
		t.Errorf("a problem is shown on tab %s", s.Tab)
	}
}

// Without a capture there is nothing to see but the evidence.
func TestEvidenceAlone(t *testing.T) {
	s, id := opened(t)
	s.Apply(id, protocol.Overview{Done: true, TextCount: 1})
	if s.Tab != TabEvidence {
		t.Errorf("tab %s", s.Tab)
	}
}

// What was taken away does not come back when the files are opened again: of two
// files of one name the right one goes, and one that holds a capture as well stays.
func TestChangeTakesFilesAway(t *testing.T) {
	for _, c := range []struct {
		change protocol.Change
		item   int
		file   int
	}{
		{protocol.RemoveText, 0, 1}, {protocol.RemoveText, 1, 3}, {protocol.RemoveText, 2, -1}, {protocol.RemoveText, 3, -1},
		{protocol.RemoveCapture, 0, 0}, {protocol.RemoveCapture, 1, -1}, {protocol.EarlierText, 1, -1}, {protocol.RemoveCapture, -1, -1},
	} {
		s := ready(t)
		s.Files = []protocol.File{{Name: "a.pcap"}, {Name: "a.txt"}, {Name: "both.txt"}, {Name: "a.txt"}}
		s.Overview.Captures = []protocol.Capture{{Name: "a.pcap"}, {Name: "both.txt"}}
		s.Beside.Evidence.Texts = []protocol.HostText{{Name: "a.txt"}, {Name: "a.txt"}, {Name: "both.txt"}}
		if file := s.Change(c.change, c.item, ""); file != c.file || len(s.Files) != 4 && file < 0 || len(s.Files) != 3 && file >= 0 {
			t.Errorf("%+v: file %d, %v left", c, file, s.Files)
		}
	}
}

// After a crash the list of flows says why it is empty, and nothing is begun.
func TestLost(t *testing.T) {
	s := ready(t)
	if s.Lost() != "" {
		t.Error("lost without a crash")
	}
	s.Crashed("out of memory")
	if s.Crash = ""; s.Lost() == "" {
		t.Error("the worker is back because its last words were dismissed")
	}
	if s.Change(protocol.RemoveCapture, 0, ""); len(s.Take()) != 0 || s.Phase != Ready {
		t.Error("something was asked")
	}
}
