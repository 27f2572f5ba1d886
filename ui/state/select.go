package state

import (
	"wirewhy/analyzer"
	"wirewhy/wasm/protocol"
)

// SelectionKind says what the detail shows.
type SelectionKind uint8

// The kinds.
const (
	Nothing SelectionKind = iota
	AProblem
	AFlow
)

// Selection is what the detail shows.
type Selection struct {
	Kind  SelectionKind
	Index int              // of a problem in Overview.Problems
	Flow  int              // shown on the timeline; -1: none
	Row   protocol.FlowRow // of a selected flow, as far as known
}

// Ladder is the timeline of the selected flow.
type Ladder struct {
	View  *protocol.LadderView // nil: not here yet, or Error
	Error string
	Step  int     // that the keyboard is on; -1: none
	Width int     // of the drawing, px
	Scale float64 // px that a second takes; 0: condensed
	From  int     // part of it that is drawn, px from its top
	To    int
	asked uint32

	unfolded  map[uint32]bool   // bands, by their first frame
	unfolding map[uint32]uint32 // requests under way for bands, and their first frames
}

// reselect keeps the selection over a new overview: a problem that was chosen by
// hand stays chosen wherever it stands now; otherwise the worst one is shown, or
// that there is none.
// While the file is read the list changes under the reader, after its end only
// its words do.
func (s *State) reselect(keep bool) {
	problems := s.Overview.Problems
	if s.Selection.Kind == AFlow || s.chosen && s.Selection.Kind == Nothing {
		return
	}
	if i := s.whereIsNow(s.Selection); i == 0 || i > 0 && (keep || s.chosen) {
		s.Selection.Index = i
		return
	}
	if len(problems) == 0 || problems[0].Class != analyzer.Sick { // a remark is no answer: nothing is wrong
		s.Selection, s.Ladder = Selection{}, Ladder{Step: -1, Width: s.Ladder.Width}
		return
	}
	s.showProblem(0)
}

// whereIsNow finds a selected problem by the flow that it began with.
func (s *State) whereIsNow(was Selection) int {
	if was.Kind != AProblem {
		return -1
	}
	same := -1
	for i, p := range s.Overview.Problems {
		switch {
		case p.FirstFlow != was.Flow:
		case p.Diagnosis == was.Row.Diagnosis:
			return i
		case same < 0 && was.Flow >= 0 && s.chosen:
			same = i // what was said beside the capture gave it another name
		}
	}
	return same
}

// leaveBeside turns from what stands beside the capture to what was chosen in it.
func (s *State) leaveBeside() {
	if s.Tab.IsBeside() {
		s.Tab = TabTimeline
	}
}

// SelectProblem shows the problem at an index of Overview.Problems.
func (s *State) SelectProblem(i int) {
	if i < 0 || i >= len(s.Overview.Problems) {
		return
	}
	s.chosen = true
	s.leaveBeside()
	s.showProblem(i)
}

// SelectFinding shows the problem of a finding of the report.
func (s *State) SelectFinding(finding int) bool {
	for i, p := range s.Overview.Problems {
		if p.Finding == finding {
			s.SelectProblem(i)
			return true
		}
	}
	return false
}

func (s *State) showProblem(i int) {
	p := s.Overview.Problems[i]
	s.show(Selection{Kind: AProblem, Index: i, Flow: p.FirstFlow, Row: protocol.FlowRow{ID: p.FirstFlow, Diagnosis: p.Diagnosis}})
}

// SelectFlow shows a flow. Only its id need be known.
func (s *State) SelectFlow(row protocol.FlowRow) {
	s.chosen = true
	s.leaveBeside()
	s.show(Selection{Kind: AFlow, Flow: row.ID, Row: row})
}

// Deselect shows the overview of the capture.
func (s *State) Deselect() {
	s.chosen = true
	s.leaveBeside()
	s.Selection, s.Ladder = Selection{Flow: -1}, Ladder{Step: -1, Width: s.Ladder.Width}
	s.Graphs = newGraphs(s.Graphs)
	s.Packets, s.Packet = newPackets(), newPacket()
	s.lookAtPackets()
	s.lookAtGraphs()
}

func (s *State) show(what Selection) {
	same := s.Selection.Kind != Nothing && s.Selection.Flow == what.Flow
	s.Selection = what
	if !same {
		s.Ladder = Ladder{Step: -1, Width: s.Ladder.Width}
		s.Packets, s.Packet = newPackets(), newPacket()
		s.Graphs = newGraphs(s.Graphs)
	}
	s.Ladder.Step = -1
	s.askLadder()
	s.lookAtPackets()
	s.lookAtGraphs()
	s.lookAtStream()
}

func (s *State) askLadder() {
	if s.Selection.Kind == Nothing || s.Selection.Flow < 0 {
		return
	}
	if s.Ladder.View == nil {
		s.Ladder.Error = s.Lost()
	}
	finding := -1
	if p := s.Problem(); p != nil {
		finding = p.Finding
	}
	s.Ladder.asked = s.ask(protocol.Request{Kind: protocol.Ladder, Flow: s.Selection.Flow, Finding: finding})
}

func (s *State) applyLadder(id uint32, m protocol.LadderView) {
	if s.Ladder.applyBand(id, m) || id != s.Ladder.asked {
		return
	}
	s.Ladder.View, s.Ladder.Error = &m, ""
	s.Ladder.unfolded, s.Ladder.unfolding = nil, nil
	s.Ladder.Step = min(s.Ladder.Step, len(m.Steps)-1)
	if s.Selection.Kind == AFlow {
		was := s.Problem()
		s.Selection.Row = m.Row // until now only its id was known, or its words in another language
		if now := s.Problem(); now != nil && now != was {
			s.askLadder() // now with its evidence
		}
	}
}

// MoveStep moves the keyboard's place on the timeline.
func (s *State) MoveStep(by int) {
	if v := s.Ladder.View; v != nil && len(v.Steps) > 0 {
		s.Ladder.Step = min(max(s.Ladder.Step+by, 0), len(v.Steps)-1)
	}
}

// ZoomLadder stretches the timeline, or presses it together again, by a factor; 0
// makes it condensed. Fitting is the scale to begin with, px a second.
func (s *State) ZoomLadder(by, fitting float64) {
	l := &s.Ladder
	switch {
	case by == 0:
		l.Scale = 0
	case l.Scale == 0 && by > 1:
		l.Scale = fitting
	default:
		if l.Scale = min(l.Scale*by, fitting*1e6); l.Scale < fitting/3 {
			l.Scale = 0
		}
	}
}

// StepOfEvidence returns the first step of the timeline that an evidence line
// names (numbered from 1), -1 if none does.
func (s *State) StepOfEvidence(number int) int {
	if v := s.Ladder.View; v != nil {
		for i, step := range v.Steps {
			if int(step.Evidence) == number {
				return i
			}
		}
	}
	return -1
}

// ShowTab turns to a tab.
func (s *State) ShowTab(t Tab) {
	s.Tab = t
	s.lookAtPackets()
	s.lookAtGraphs()
	s.lookAtBeside()
	s.lookAtSwim()
	s.lookAtStream()
}

// ladderMargin is drawn beyond what is in sight, px, so that scrolling draws
// anew only now and then.
const ladderMargin = 1200

// SeeLadder says how wide the timeline is and which part of it is in sight, px
// from its top.
func (s *State) SeeLadder(width, from, to int) {
	l := &s.Ladder
	l.Width = width
	if from < l.From+ladderMargin/3 && l.From > 0 || to > l.To-ladderMargin/3 {
		l.From, l.To = max(from-ladderMargin, 0), to+ladderMargin
	}
}

// Lost says why nothing more can be had after a crash; empty if there was none.
func (s *State) Lost() string {
	if !s.lost {
		return ""
	}
	return analyzer.Text{
		En: "The analyzer stopped before it could tell this; open the file again.",
		Zh: "分析器在给出此内容之前已停止；请重新打开文件。",
	}.In(s.Lang)
}
