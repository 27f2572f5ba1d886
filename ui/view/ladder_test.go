package view

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"wirewhy/analyzer"
	"wirewhy/ui/state"
)

// A saved drawing is well-formed and holds no markup from a capture.
func TestSavedDrawing(t *testing.T) {
	s := everything(analyzer.English)
	s.ShowTab(state.TabTimeline)
	drawing := LadderSVG(s)
	steps := 0
	for decoder := xml.NewDecoder(strings.NewReader(drawing)); ; {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, drawing)
		}
		element, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch element.Name.Local {
		case "svg", "g", "path", "rect", "circle", "text", "tspan", "title", "style":
		default:
			t.Errorf("an element %s came into the drawing", element.Name.Local)
		}
		for _, a := range element.Attr {
			if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "class" && strings.HasPrefix(a.Value, "step") {
				steps++
			}
		}
	}
	if want := len(s.Ladder.View.Steps); steps != want {
		t.Errorf("%d steps are drawn of %d", steps, want)
	}
}

// Each step is one line of the diagram, whatever a capture put into it.
func TestMermaid(t *testing.T) {
	s := everything(analyzer.English)
	lines := strings.Split(strings.TrimSuffix(LadderMermaid(s), "\n"), "\n")
	if want := 1 + len(s.Ladder.View.Lanes) + len(s.Ladder.View.Steps); len(lines) != want || lines[0] != "sequenceDiagram" {
		t.Fatalf("%d lines, not %d:\n%s", len(lines), want, strings.Join(lines, "\n"))
	}
	for _, line := range lines[1:] {
		for _, entity := range []string{"#35;", "#59;", "#lt;", "#gt;", "#37;"} {
			line = strings.ReplaceAll(line, entity, "")
		}
		line = strings.Replace(strings.Replace(line, "-->>", "", 1), "->>", "", 1)
		if strings.ContainsAny(line, "<>;#%") {
			t.Errorf("a sign of Mermaid's own is left in %q", line)
		}
	}
}
