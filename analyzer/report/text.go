package report

import (
	"io"
	"strconv"
	"strings"

	"wirewhy/analyzer"
)

// TextOptions say how the text face looks.
type TextOptions struct {
	Lang  analyzer.Lang
	Width int  // columns; 0: 92
	Color bool // with the terminal's colours (ECMA-48 SGR)
	// Figure draws what happened on a flow that a finding hit, by its index in
	// Findings; nil: no figures.
	Figure func(index int, f *analyzer.Finding) []Line
}

// Line is a line of a figure.
type Line struct {
	Text string
	Bad  bool // in the colour of errors
}

// toldWhole is how many findings of a kind are explained; of the others, which
// hurt less, a summary names the titles only.
const toldWhole = 10

// WriteText writes the summary for a terminal: problems first, each with its
// explanation, what shows it, how to confirm and how to mend it; then the numbers.
func (r *Report) WriteText(w io.Writer, o TextOptions) error {
	if o.Width == 0 {
		o.Width = 92
	}
	t := &terminal{TextOptions: o, told: map[string]int{}}
	for i := range r.Captures {
		t.paragraph("", "", r.captureLine(i, o.Lang), bold)
	}
	for i := range r.Captures {
		for _, comment := range r.Captures[i].Comments {
			t.paragraph("  # ", "    ", comment, plain)
		}
		for _, warning := range r.Captures[i].Warnings {
			t.paragraph("  ! ", "    ", warning.Text.In(o.Lang), yellow)
		}
	}
	for _, c := range r.Compared {
		t.paragraph("  = ", "    ", c.In(o.Lang), plain)
	}
	for _, e := range r.Evidence {
		t.paragraph("", "", e.title(o.Lang), plain)
		for _, n := range e.Notes {
			t.paragraph("  ! ", "    ", n.In(o.Lang), yellow)
		}
	}
	r.writeGroups(t)
	t.heading(wordNumbers.In(o.Lang))
	for _, line := range r.numberLines(o.Lang) {
		t.paragraph("  ", "  ", line, plain)
	}
	_, err := io.WriteString(w, t.b.String())
	return err
}

func (r *Report) writeGroups(t *terminal) {
	if len(r.Problems(analyzer.Sick)) == 0 {
		t.b.WriteByte('\n')
		if len(r.Captures) == 0 {
			t.paragraph("", "", wordNoCapture.In(t.Lang), bold)
		} else if r.FlowCount() == 0 {
			t.paragraph("", "", wordNothing.In(t.Lang), bold)
		} else {
			t.paragraph("", "", wordNone.In(t.Lang), green)
		}
	}
	number := 0
	for _, g := range groups {
		list := r.Problems(g.class)
		if len(list) == 0 {
			continue
		}
		t.heading(g.title.In(t.Lang) + " (" + strconv.Itoa(len(list)) + ")")
		for i, f := range list {
			number++
			if i >= toldWhole {
				t.title(f, number)
				continue
			}
			if i > 0 {
				t.b.WriteByte('\n')
			}
			t.finding(f, number, r)
		}
	}
}

// terminal gathers lines.
type terminal struct {
	TextOptions
	b    strings.Builder
	told map[string]int // the finding that gave the advice on a diagnosis
}

// style is an SGR parameter.
type style string

const (
	plain  style = ""
	bold   style = "1"
	dim    style = "2"
	red    style = "1;31"
	yellow style = "33"
	green  style = "1;32"
	blue   style = "36"
)

func (t *terminal) styled(s string, look style) {
	if !t.Color || look == plain || s == "" {
		t.b.WriteString(s)
		return
	}
	t.b.WriteString("\x1b[" + string(look) + "m" + s + "\x1b[0m")
}

func (t *terminal) heading(s string) {
	t.b.WriteByte('\n')
	t.styled(strings.ToUpper(s), bold)
	t.b.WriteByte('\n')
}

// paragraph writes text under an indentation; first stands before its first line.
func (t *terminal) paragraph(first, rest, s string, look style) {
	for i, line := range Wrap(s, t.Width-textWidth(rest)) {
		if i == 0 {
			t.b.WriteString(first)
		} else {
			t.b.WriteString(rest)
		}
		t.styled(line, look)
		t.b.WriteByte('\n')
	}
}

// marks show a severity by shape too, for those who do not see colours.
func severityMark(s analyzer.Severity) (string, style) {
	switch s {
	case analyzer.SeverityError:
		return "✗", red
	case analyzer.SeverityWarning:
		return "▲", yellow
	}
	return "○", blue
}

// title writes a finding's first two lines.
func (t *terminal) title(f *analyzer.Finding, number int) {
	mark, look := severityMark(f.Severity)
	t.styled(mark, look)
	t.paragraph(" "+strconv.Itoa(number)+" ", "    ", f.Title.In(t.Lang), look)
	t.paragraph("    ", "    ", caption(f, t.Lang), dim)
}

func (t *terminal) finding(f *analyzer.Finding, number int, r *Report) {
	t.title(f, number)
	if !f.Scope.IsZero() {
		t.paragraph("    ", "    ", f.Scope.In(t.Lang), bold)
	}
	if !f.Summary.IsZero() {
		t.b.WriteByte('\n')
		t.paragraph("    ", "    ", f.Summary.In(t.Lang), plain)
	}
	if _, before := t.told[f.Diagnosis]; !before && t.Figure != nil && f.Class == analyzer.Sick {
		t.figure(f, r)
	}
	if f.Class != analyzer.Sick {
		return // a remark needs no instructions
	}
	if len(f.Evidence) > 0 {
		t.label(wordEvidence)
	}
	for i := range f.Evidence {
		line := f.Evidence[i].Text.In(t.Lang)
		if frames := frameList(&f.Evidence[i], len(r.Captures), t.Lang); frames != "" {
			line += " (" + frames + ")"
		}
		t.paragraph("    "+Number(i+1)+" ", "      ", line, plain)
	}
	if before, ok := t.told[f.Diagnosis]; ok {
		t.b.WriteByte('\n')
		t.paragraph("    ", "    ", wordAsAbove.In(t.Lang)+strconv.Itoa(before), dim)
		return
	}
	t.told[f.Diagnosis] = number
	t.advice(f)
}

// figure draws what happened on one flow.
func (t *terminal) figure(f *analyzer.Finding, r *Report) {
	index := 0
	for &r.Findings[index] != f {
		index++
	}
	for i, line := range t.Figure(index, f) {
		if i == 0 {
			t.b.WriteByte('\n')
		}
		look := plain
		if line.Bad {
			look = red
		}
		t.b.WriteString("    ")
		t.styled(printable(line.Text), look)
		t.b.WriteByte('\n')
	}
}

func (t *terminal) lookAlikes(label analyzer.Text, list []analyzer.Exclusion) {
	if len(list) > 0 {
		t.label(label)
	}
	for _, x := range list {
		t.paragraph("    - ", "      ", x.Diagnosis+": "+x.Because.In(t.Lang), plain)
	}
}

func (t *terminal) advice(f *analyzer.Finding) {
	t.lookAlikes(wordPossible, f.Possible)
	t.lookAlikes(wordExcluded, f.Excluded)
	if len(f.Confirm) > 0 {
		t.label(wordConfirm)
	}
	for _, c := range f.Confirm {
		t.paragraph("    - ", "      ", c.Where.In(t.Lang)+":", plain)
		if c.Command == "" {
			t.paragraph("        ", "        ", c.Expect.In(t.Lang), plain)
			continue
		}
		for line := range strings.SplitSeq(printable(c.Command), "\n") {
			t.b.WriteString("        ")
			t.styled("$ "+line, blue)
			t.b.WriteByte('\n')
		}
		if !c.Expect.IsZero() {
			t.paragraph("        ", "        ", wordExpect.In(t.Lang)+c.Expect.In(t.Lang), plain)
		}
	}
	if len(f.Fix) > 0 {
		t.label(wordFix)
	}
	for _, fix := range f.Fix {
		t.paragraph("    - ", "      ", fix.In(t.Lang), plain)
	}
}

func (t *terminal) label(word analyzer.Text) {
	t.b.WriteString("\n    ")
	t.styled(word.In(t.Lang), bold)
	t.b.WriteByte('\n')
}
