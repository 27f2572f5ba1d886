// Package state holds what the page knows and every change of it: what was
// opened, what the worker answered, what is selected and in sight. It is plain
// Go: a change that needs something from the worker notes a request, which the
// page takes and sends (Take), and answers come back through Apply.
package state

import (
	"wirewhy/analyzer"
	"wirewhy/wasm/protocol"
)

// Phase is what the page is doing; also the value of data-state on the document.
type Phase string

// The phases.
const (
	Empty   Phase = "empty"
	Reading Phase = "reading"
	Ready   Phase = "ready"
	Failed  Phase = "failed"
)

// Tab is one of the views below a finding or flow.
type Tab string

// The tabs.
const (
	TabTimeline Tab = "timeline"
	TabPackets  Tab = "packets"
	TabGraphs   Tab = "graphs"
	TabCompare  Tab = "compare"  // of captures; what stands beside one, as TabEvidence
	TabEvidence Tab = "evidence" // of hosts
	TabStream   Tab = "stream"
)

// Dialog is what stands before everything else.
type Dialog string

// The dialogs.
const (
	NoDialog      Dialog = ""
	DialogKeys    Dialog = "keys"
	DialogFormats Dialog = "formats"
	DialogAdd     Dialog = "add" // of further files, and of text that is pasted
	DialogExport  Dialog = "export"
)

// Menu is a menu that is open.
type Menu string

// The menus.
const (
	NoMenu     Menu = ""
	MenuExport Menu = "export" // of the report
	MenuLadder Menu = "ladder" // of the timeline
	MenuStream Menu = "stream"
)

// TimeMode says how the timeline and the packet list show times.
type TimeMode string

// The modes.
const (
	TimeDelta TimeMode = "delta" // since the step before
	TimeSince TimeMode = "since" // since the first step
	TimeClock TimeMode = "clock" // wall clock, UTC
)

// Sample is a capture that comes with the page.
type Sample struct {
	File        string
	Title, Text analyzer.Text
}

// State is everything that the page knows.
type State struct {
	Phase   Phase
	Lang    analyzer.Lang
	Samples []Sample
	Version string

	Files     []protocol.File // of the last Open
	Canceling bool
	Progress  protocol.Progress
	Overview  protocol.Overview
	Failure   string // why Phase is Failed
	Crash     string // what the worker's end said; empty: none
	Newer     bool   // another version of the page is ready

	Selection Selection
	Tab       Tab
	TimeMode  TimeMode
	Absolute  bool // sequence numbers as they were sent
	Dialog    Dialog
	Menu      Menu
	AllWords  bool   // of a finding are shown, also where there is little room
	Said      string // for screen readers, once

	Flows   Flows
	Choices Choices
	Ladder  Ladder
	Packets Packets
	Packet  Packet
	Stream  Stream
	Export  Export
	Graphs  Graphs
	Beside  Beside
	Tried   Tried
	Swim    Swim
	StripAt int // bar of the overview that is pointed at; -1: none

	requests []protocol.Request
	nextID   uint32
	openID   uint32
	lost     bool   // the worker that knew the files has died: nothing more can be asked
	before   string // see renumbered
	chosen   bool   // the selection was made by hand, so keep it when findings change
}

// New returns the state of a page that has nothing loaded.
func New(lang analyzer.Lang) *State {
	s := &State{Phase: Empty, Lang: lang, Tab: TabTimeline, TimeMode: TimeDelta}
	s.forget()
	return s
}

// forget drops everything that belongs to the loaded files.
func (s *State) forget() {
	s.Canceling, s.Failure, s.Crash, s.chosen = false, "", "", false
	s.Progress, s.Overview = protocol.Progress{}, protocol.Overview{}
	s.Selection = Selection{}
	s.Tab, s.Menu = TabTimeline, NoMenu
	s.Flows, s.Choices = newFlows(), Choices{Index: -1}
	s.Ladder, s.Packets, s.Packet = Ladder{Step: -1}, newPackets(), newPacket()
	s.Stream, s.Export = newStream(), Export{}
	s.Graphs = newGraphs(s.Graphs)
	s.Beside, s.Tried = newBeside(), Tried{}
	s.Swim, s.StripAt = newSwim(s.Swim), -1
	s.requests, s.openID, s.lost, s.before = nil, 0, false, ""
}

// ask notes a request and returns its number.
func (s *State) ask(r protocol.Request) uint32 {
	s.nextID++
	if s.lost {
		return s.nextID
	}
	r.ID, r.Lang = s.nextID, s.Lang
	s.requests = append(s.requests, r)
	return r.ID
}

// Take returns the requests that wait to be sent, oldest first, and forgets them.
func (s *State) Take() []protocol.Request {
	r := s.requests
	s.requests = nil
	return r
}

// Open begins with new files. readAll only reads them, for measurements.
func (s *State) Open(files []protocol.File, readAll bool) {
	s.forget()
	s.Phase, s.Files, s.Dialog = Reading, files, NoDialog
	for _, f := range files {
		s.Progress.BytesTotal += max(f.Size, 0)
	}
	s.openID = s.ask(protocol.Request{Kind: protocol.Open, Files: files, ReadAll: readAll, Flow: -1, Finding: -1})
}

// Close goes back to the empty page.
func (s *State) Close() {
	s.forget()
	s.Phase, s.Files = Empty, nil
}

// Cancel stops reading; what was read is analysed.
func (s *State) Cancel() {
	if s.Phase == Reading && !s.Canceling {
		s.Canceling = true
		s.ask(protocol.Request{Kind: protocol.Cancel, Flow: -1, Finding: -1})
	}
}

// Fail says that nothing could be loaded, and why.
func (s *State) Fail(why string) {
	s.Phase, s.Failure, s.Canceling = Failed, why, false
	s.requests = nil
}

// Crashed says that the worker's program ended. What is on the page stays; what
// had been asked will not be answered.
func (s *State) Crashed(why string) {
	s.Crash, s.lost = why, true
	s.Canceling = false
	s.requests = nil
	if s.Phase != Reading {
		return
	}
	if s.Overview.Captures == nil {
		s.Phase = Failed
		return
	}
	s.Phase = Ready
}

// SetLang changes the language and asks again for what holds sentences.
func (s *State) SetLang(lang analyzer.Lang) {
	if lang == s.Lang {
		return
	}
	s.Lang = lang
	if s.Phase != Reading && s.Phase != Ready {
		return
	}
	s.ask(protocol.Request{Kind: protocol.OverviewAgain, Flow: -1, Finding: -1})
	s.Flows.pages.again()
	s.lookAtFlows()
	s.lookAtSwim()
	s.askLadder()
	s.Packets.pages.again()
	s.lookAtPackets()
	s.askStream(0)
	s.lookAtGraphs()
	s.refreshBeside()
}

// Apply takes in an answer. It reports whether it ended the analysis of the
// files that were opened last.
func (s *State) Apply(id uint32, reply any) (ended bool) {
	switch m := reply.(type) {
	case protocol.Progress:
		s.applyProgress(m)
	case protocol.Overview:
		return s.applyOverview(id, m)
	case protocol.SwimView:
		s.applySwim(id, m)
	case protocol.FlowRows:
		if s.applySwimAt(id, m) {
			break
		}
		s.Flows.apply(id, m)
		s.lookAtFlows()
	case protocol.LadderView:
		s.applyLadder(id, m)
	case protocol.PacketRows:
		s.Packets.apply(id, m)
		if s.Packets.pending {
			s.SelectRow(s.Packets.Cursor)
		}
	case protocol.PacketView:
		s.applyPacket(id, m)
	case protocol.StreamView:
		s.applyStream(id, m)
	case protocol.GraphView:
		s.applyGraph(id, m)
	case protocol.EvidenceView:
		s.applyEvidence(id, m)
	case protocol.CompareView:
		s.applyCompare(id, m)
	case protocol.Lines:
		s.applyLines(id, m)
	case protocol.Failure:
		return s.applyFailure(id, m)
	}
	return false
}

func (s *State) applyProgress(m protocol.Progress) {
	if s.Phase == Reading {
		total := max(m.BytesTotal, s.Progress.BytesTotal)
		s.Progress = m
		s.Progress.BytesTotal = total
	}
}

func (s *State) applyOverview(id uint32, m protocol.Overview) bool {
	if s.Phase != Reading && s.Phase != Ready {
		return false
	}
	if s.Phase == Ready && !m.Done {
		return false // of before the end
	}
	ended := m.Done && s.Phase == Reading && id == s.openID
	if m.Done && s.Phase == Reading && !ended {
		m.Done = false // the answer to Open tells the end
	}
	s.Overview = m
	if ended {
		s.Phase, s.Canceling = Ready, false
		s.renumbered()
		if len(m.Captures) == 0 && m.TextCount > 0 {
			s.Tab = TabEvidence // there is nothing else to see
		}
		s.refreshBeside()
	}
	s.reselect(!ended && s.Phase == Ready)
	s.Flows.stale()
	s.lookAtFlows()
	s.staleSwim()
	if ended && s.Selection.Kind != Nothing {
		s.askLadder()
		s.Packets.stale()
		s.lookAtPackets()
	}
	if ended {
		s.lookAtGraphs()
	}
	return ended
}

func (s *State) applyFailure(id uint32, m protocol.Failure) bool {
	switch {
	case id == s.openID:
		s.Fail(m.Text)
		return true
	case s.Ladder.asked == id:
		s.Ladder.View, s.Ladder.Error = nil, m.Text
	case s.Graphs.asked == id:
		s.Graphs.Error, s.Graphs.asked = m.Text, 0
	case s.Swim.asked == id:
		s.Swim.Error, s.Swim.asked = m.Text, 0
	case s.Stream.asked == id:
		s.Stream.Error = m.Text
	case s.Packet.asked == id:
		s.Packet.View = protocol.PacketView{Frame: s.Packet.Frame, Error: m.Text}
	case s.Packets.pages.awaits(id):
		s.Packets.pages.answered(id)
		s.Packets.Error = m.Text
	case s.Flows.pages.awaits(id):
		s.Flows.pages.answered(id)
		s.Flows.Error = m.Text
	}
	return false
}

// Problem returns the selected problem, or the one that gave the selected flow
// its verdict; nil without any.
func (s *State) Problem() *protocol.Problem {
	switch s.Selection.Kind {
	case AProblem:
		if i := s.Selection.Index; i < len(s.Overview.Problems) {
			return &s.Overview.Problems[i]
		}
	case AFlow:
		return s.problemOf(s.Selection.Row)
	}
	return nil
}

// problemOf finds the finding behind a flow's verdict: by its index where the
// row tells it, else the one of the same diagnosis that begins with that flow,
// else the first of the same diagnosis.
func (s *State) problemOf(row protocol.FlowRow) *protocol.Problem {
	var same *protocol.Problem
	for i := range s.Overview.Problems {
		p := &s.Overview.Problems[i]
		switch {
		case row.Finding > 0 && p.Finding == row.Finding-1:
			return p
		case p.Diagnosis != row.Diagnosis || row.Finding > 0:
		case p.FirstFlow == row.ID:
			return p
		case same == nil:
			same = p
		}
	}
	return same
}

// AskReport asks for the report with one of its faces and returns the request's
// number.
func (s *State) AskReport(face protocol.Face) uint32 {
	return s.ask(protocol.Request{Kind: protocol.Report, Face: face, Flow: -1, Finding: -1})
}
