package docs

import (
	"strings"
	"testing"

	"wirewhy/analyzer/session"
	"wirewhy/wasm/protocol"
)

// Filters in the documents are understood, and every term of the language is told.
func TestFilters(t *testing.T) {
	s := session.New()
	told, count := "", 0
	for _, d := range documents(t) {
		for _, b := range d.blocks {
			if b.kind != "filter" {
				continue
			}
			told += strings.Join(d.lines, "\n")
			for i, line := range b.text {
				count++
				rows, ok := s.Answer(protocol.Request{Kind: protocol.Flows, Filter: line}).(protocol.FlowRows)
				if !ok {
					t.Fatal("rows of flows are something else now")
				}
				if rows.Error != "" {
					t.Errorf("%s:%d: %s: %s", d.name, b.line+1+i, line, rows.Error)
				}
			}
		}
	}
	if count < 5 {
		t.Errorf("only %d filters found", count)
	}
	for _, term := range protocol.FilterTerms {
		if !strings.Contains(told, "`"+term.Name+" ") && !strings.Contains(told, "`"+term.Name+":") {
			t.Errorf("no document tells of the term %s", term.Name)
		}
	}
}
