package state

import (
	"fmt"
	"testing"

	"wirewhy/analyzer"
	"wirewhy/wasm/protocol"
)

func TestMark(t *testing.T) {
	s := New(analyzer.English)
	rows := []protocol.FlowRow{{ID: 9}, {ID: 4}, {ID: 7}, {ID: 1}, {ID: 5}}
	s.Flows.Total = len(rows)
	s.Flows.pages.set(0, rows)
	marks := func(want string) {
		t.Helper()
		if got := fmt.Sprint(s.Flows.Marks()); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	s.Mark(1, true) // nothing was marked before: the row alone
	marks("[4]")
	s.Mark(3, true)
	marks("[1 4 7]")
	s.Mark(2, false)
	marks("[1 4]")
	s.Mark(0, true) // up from the row that was touched last
	marks("[1 4 7 9]")
	s.Mark(70, false) // not here
	marks("[1 4 7 9]")
	s.Selection = Selection{Kind: AFlow, Flow: 5}
	if s.OpenExport(); s.Export.What != protocol.ExtractFlows || fmt.Sprint(s.Extraction().Flows) != "[1 4 7 9]" {
		t.Errorf("%+v", s.Extraction())
	}
	s.ClearMarks()
	marks("[]")
	if fmt.Sprint(s.Extraction().Flows) != "[5]" {
		t.Errorf("%+v", s.Extraction())
	}
}
