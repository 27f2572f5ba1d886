package view

import (
	"cmp"
	"strconv"
	"strings"

	"wirewhy/ui/plot"
	"wirewhy/ui/state"
	"wirewhy/wasm/protocol"
)

// stepText says a step in one line, for screen readers and as text.
func stepText(s *state.State, v *protocol.LadderView, i int) string {
	step := &v.Steps[i]
	switch step.Kind {
	case protocol.StepSilence:
		return silenceText(step, s.Lang)
	case protocol.StepBand:
		if s.Ladder.Band(i) {
			return bandText(step, s.Lang) + " – " + words.Unfolded.In(s.Lang)
		}
		return bandText(step, s.Lang)
	}
	lane := func(n int) string {
		if n < 0 || n >= len(v.Lanes) {
			return "?"
		}
		return cmp.Or(v.Lanes[n].Address, v.Lanes[n].Place)
	}
	text := lane(step.From) + " > " + lane(step.To) + ": " + fullLabel(step, s.Absolute)
	if step.Kind == protocol.StepGhost {
		return "(" + missing.In(s.Lang) + ")  " + text
	}
	text = timeText(s.TimeMode, v, i) + "  " + text
	if step.Evidence > 0 {
		text += " " + circled(int(step.Evidence))
	}
	return text
}

// LadderText is the timeline as text, a line for each step.
func LadderText(s *state.State) string {
	v := s.Ladder.View
	if v == nil {
		return ""
	}
	var b strings.Builder
	for _, lane := range v.Lanes {
		b.WriteString(strings.TrimRight(lane.Role+" "+lane.Address+" "+lane.Place, " ") + "\n")
	}
	for i := range v.Steps {
		step := &v.Steps[i]
		if step.Frame > 0 {
			b.WriteString(strings.TrimRight(strconv.FormatUint(uint64(step.Frame), 10)+" "+captureName(s, step.Capture-1), " ") + "\t")
		} else {
			b.WriteString("\t")
		}
		b.WriteString(stepText(s, v, i) + "\n")
	}
	if v.Excerpt != "" {
		b.WriteString(v.Excerpt + "\n")
	}
	return b.String()
}

// mermaidText makes a text stand in a line of a Mermaid diagram: a semicolon
// ends a statement there, a hash begins an entity and two percent signs a directive
// (https://mermaid.js.org/syntax/sequenceDiagram.html).
var mermaidText = strings.NewReplacer("#", "#35;", ";", "#59;", "\n", " ", "\r", " ", "<", "#lt;", ">", "#gt;", "%", "#37;")

// LadderMermaid is the timeline as a Mermaid sequence diagram, which many
// trackers and wikis draw.
func LadderMermaid(s *state.State) string {
	v := s.Ladder.View
	if v == nil {
		return ""
	}
	var b strings.Builder
	b.WriteString("sequenceDiagram\n")
	lane := func(i int) string { return "L" + strconv.Itoa(min(max(i, 0), max(len(v.Lanes)-1, 0))) }
	for i, l := range v.Lanes {
		b.WriteString("    participant " + lane(i) + " as " + mermaidText.Replace(strings.TrimRight(l.Role+" "+l.Address+" "+l.Place, " ")) + "\n")
	}
	over := "    Note over " + lane(0) + "," + lane(len(v.Lanes)-1) + ": "
	for i := range v.Steps {
		step := &v.Steps[i]
		switch {
		case step.Kind == protocol.StepBand && s.Ladder.Band(i):
			continue // its packets follow
		case step.Kind == protocol.StepSilence:
			b.WriteString(over + mermaidText.Replace(silenceText(step, s.Lang)) + "\n")
			continue
		case step.Kind == protocol.StepBand:
			b.WriteString(over + mermaidText.Replace(bandText(step, s.Lang)) + "\n")
			continue
		}
		line, text := "->>", timeText(s.TimeMode, v, i)
		switch {
		case step.Kind == protocol.StepGhost:
			line, text = "-->>", "("+missing.In(s.Lang)+")"
		case step.Fate == protocol.FateLost:
			line = "-x" // ends in a cross
		case strings.Contains(step.Flags, "RST"):
			line = "-->>" // dashed, as on the page
		}
		text += " " + plot.Label(step, s.Absolute)
		if step.Note != "" {
			text += " – " + step.Note
		}
		if step.Evidence > 0 {
			text += " " + circled(int(step.Evidence))
		}
		b.WriteString("    " + lane(step.From) + line + lane(step.To) + ": " + mermaidText.Replace(text) + "\n")
	}
	return b.String()
}
