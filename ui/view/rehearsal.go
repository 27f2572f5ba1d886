package view

import (
	"time"

	"wirewhy/analyzer"
	"wirewhy/ui/state"
	"wirewhy/wasm/protocol"
)

// Rehearsal returns a made-up state that brings every font and sign of a report
// onto the page. Nobody is to see it.
func Rehearsal(lang analyzer.Lang) *state.State {
	s := state.New(lang)
	s.Open([]protocol.File{{Name: "rehearsal", Size: 2}}, false)
	s.SeeLadder(800, 0, 600)
	s.Apply(0, protocol.Progress{BytesRead: 1, BytesTotal: 2, Packets: 1000, Elapsed: time.Second})
	s.Apply(0, rehearsedOverview())
	s.SelectProblem(0)
	for _, r := range s.Take() {
		switch r.Kind {
		case protocol.Flows:
			s.Apply(r.ID, protocol.FlowRows{Total: 1, Rows: []protocol.FlowRow{rehearsedRow}})
		case protocol.Ladder:
			s.Apply(r.ID, rehearsedLadder)
		}
	}
	return s
}

var rehearsedRow = protocol.FlowRow{
	Client: "192.0.2.1:40000", Server: "192.0.2.2:443", Start: 1, Duration: 154 * time.Microsecond, State: "SYN-SENT", Packets: 12, Bytes: 3456,
	RTT: time.Millisecond, Diagnosis: "d", Verdict: words.Verdict.En, Class: analyzer.Sick, Severity: analyzer.SeverityError,
}

var rehearsedLadder = protocol.LadderView{
	Row:   rehearsedRow,
	Lanes: []protocol.Lane{{Role: words.Client.En, Address: "192.0.2.1:40000"}, {Role: words.Server.Zh, Address: "192.0.2.2:443"}},
	Steps: []protocol.Step{
		{Kind: protocol.StepSegment, Frame: 1, Time: 1, From: 0, To: 1, Flags: "SYN", Options: "mss 1460 sackOK wscale 7", Note: words.Overview.En, Evidence: 1, Bad: true},
		{Kind: protocol.StepSilence, Time: 2, Duration: time.Second, To: 1, Note: words.Overview.Zh},
		{Kind: protocol.StepBand, Frame: 2, Last: 9, Time: 3, To: 1, Count: 8, Bytes: 2000, Duration: time.Millisecond},
		{Kind: protocol.StepSegment, Frame: 10, Time: 1e6, From: 1, To: 0, Flags: "RST ACK", Seq: 1, Ack: 1, HasAck: true, Events: analyzer.Retransmission},
	},
}

func rehearsedOverview() protocol.Overview {
	text := words.Privacy.En
	problem := protocol.Problem{
		Diagnosis: "d", Class: analyzer.Sick, Severity: analyzer.SeverityError, Confidence: analyzer.Certain, Fault: analyzer.FaultPath,
		Title: text, Scope: "1 → 192.0.2.2:443", Summary: "① 192.0.2.1:40000 `ss -lnt` " + text + " ②③", FlowCount: 2, FirstFlow: 0,
		Evidence: []protocol.EvidenceLine{{Text: text, Frames: []uint32{1, 2}}, {Text: text}, {Text: text}},
		Excluded: []protocol.ExcludedLine{{Title: text, Because: text}},
		Confirm:  []protocol.ConfirmLine{{Where: text, Command: "iptables -t nat -nvL", Expect: text}},
		Fix:      []string{text},
	}
	remark := problem
	remark.Class, remark.Severity = analyzer.Info, analyzer.SeverityWarning
	return protocol.Overview{
		FlowCount: 2, Problems: []protocol.Problem{problem, remark},
		Numbers:  protocol.Numbers{Complete: 1, HandshakeP50: time.Millisecond, HandshakeP95: time.Second, HandshakeCount: 1, DataSegments: 10, Retransmissions: 1},
		Activity: protocol.Activity{Start: 1, Step: time.Second, Packets: []uint32{1, 2}, Errors: []uint32{0, 1}},
	}
}
