package view

import (
	"strings"
	"testing"
	"time"

	"wirewhy/analyzer"
	"wirewhy/ui/state"
	"wirewhy/wasm/protocol"
)

// besides returns a state with two captures and a host's text, all texts hostile,
// that shows a tab of what stands beside a capture.
func besides(lang analyzer.Lang, tab state.Tab) *state.State {
	s := state.New(lang)
	s.Open([]protocol.File{{Name: hostile}, {Name: hostile}}, false)
	s.Apply(s.Take()[0].ID, protocol.Overview{
		Done: true, Captures: []protocol.Capture{{Name: hostile, Place: hostile}, {Name: hostile}}, PairCount: 2, TextCount: 1,
		Chips: []protocol.Chip{{Name: hostile, Content: hostile}}, Refused: []string{hostile},
	})
	s.ShowTab(tab)
	pair := protocol.PairView{
		Far: 1, Known: true, Told: true, Why: hostile, Differ: 2, Missing: 1, By: []protocol.Tally{{Words: hostile, Count: 3}}, Apart: []protocol.Tally{{Words: hostile, Count: 4}},
		Clock: protocol.ClockView{Known: true, OneWay: true, Offset: -3 * time.Second, Uncertainty: time.Millisecond, DriftKnown: true, Drift: -20_000, DriftError: 300},
	}
	for d := range pair.Ways {
		pair.Ways[d] = protocol.WayView{Sent: 10, Arrived: 8, Lost: 2, LostData: 1, MadeUp: 3, Twice: 1, Timed: true, DelayMin: 1, DelayMax: 9, Changes: []string{hostile}}
	}
	for _, r := range s.Take() {
		switch r.Kind {
		case protocol.Compare:
			s.Apply(r.ID, protocol.CompareView{Pairs: []protocol.PairView{pair, pair}, Path: hostile, Apart: []string{hostile}})
		case protocol.Evidence:
			s.Apply(r.ID, protocol.EvidenceView{
				Texts:   []protocol.HostText{{Name: hostile, Host: hostile, Role: hostile, Content: hostile, Unread: []string{hostile}, More: 4}, {Name: hostile}},
				Changes: []protocol.CounterChange{{Name: hostile, Words: hostile, Place: hostile, Finding: 1, After: 5}, {Name: hostile}},
				Notes:   []string{hostile},
				Links:   []protocol.Link{{Diagnosis: hostile, Bearing: analyzer.Confirms, Text: hostile}, {Bearing: analyzer.Refutes, Text: hostile}, {Bearing: hostile}},
			})
		case protocol.LinesOf:
			s.Apply(r.ID, protocol.Lines{Total: 2, Lines: []protocol.Line{{Cells: []string{hostile, hostile}, Finding: 1, Bad: true}, {}}})
		}
	}
	s.Try(hostile)
	s.Apply(s.Take()[0].ID, protocol.EvidenceView{Texts: []protocol.HostText{{Content: hostile, More: 1}}})
	s.Dialog = state.DialogAdd
	return s
}

// Nothing that stands in a capture, a file's name or a host's text becomes markup.
func TestBesideEscapes(t *testing.T) {
	views := map[string]func(*state.State) string{
		"sources": Sources, "head": BesideHead, "columns": BesideColumns, "rows": BesideRows, "add": AddHead, "foot": AddFoot, "banner": Banner,
	}
	for _, lang := range []analyzer.Lang{analyzer.English, analyzer.Chinese} {
		for _, tab := range []state.Tab{state.TabCompare, state.TabEvidence} {
			s := besides(lang, tab)
			for name, view := range views {
				html := view(s)
				if html == "" || strings.Contains(html, "<img") || strings.Contains(html, "<script") || strings.Contains(html, "\x00") {
					t.Errorf("%s of %s: %q", name, tab, html)
				}
			}
		}
	}
}

func TestCompareSays(t *testing.T) {
	html := BesideHead(besides(analyzer.English, state.TabCompare))
	for _, want := range []string{"3.000000 s ± 1 ms", "behind", "-20.00 ± 0.30 ppm", "2 (20.0 %)", "only one direction", `id="near-find"`, `id="pair-1"`} {
		if !strings.Contains(html, want) {
			t.Errorf("%q is not in %s", want, html)
		}
	}
	if s := state.New(analyzer.English); Sources(s)+BesideHead(s)+BesideColumns(s)+BesideRows(s)+AddHead(s)+AddFoot(s) != "" {
		t.Error("something stands beside nothing")
	}
}
