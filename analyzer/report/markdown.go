package report

import (
	"io"
	"strings"

	"wirewhy/analyzer"
)

// WriteMarkdown writes the report for a ticket (CommonMark).
func (r *Report) WriteMarkdown(w io.Writer, lang analyzer.Lang) error {
	var b strings.Builder
	b.WriteString("# " + wordTitle.In(lang) + "\n\n")
	for i := range r.Captures {
		b.WriteString("- " + markdownText(r.captureLine(i, lang)) + "\n")
		for _, comment := range r.Captures[i].Comments {
			b.WriteString("  - “" + markdownText(comment) + "”\n")
		}
		for _, warning := range r.Captures[i].Warnings {
			b.WriteString("  - ⚠ " + markdownText(warning.Text.In(lang)) + "\n")
		}
	}
	for _, c := range r.Compared {
		b.WriteString("- " + markdownText(c.In(lang)) + "\n")
	}
	for _, e := range r.Evidence {
		b.WriteString("- " + markdownText(e.title(lang)) + "\n")
		for _, n := range e.Notes {
			b.WriteString("  - ⚠ " + markdownText(n.In(lang)) + "\n")
		}
	}
	if len(r.Problems(analyzer.Sick)) == 0 {
		b.WriteString("\n**" + wordNone.In(lang) + "**\n")
	}
	for _, g := range groups {
		list := r.Problems(g.class)
		if len(list) == 0 {
			continue
		}
		b.WriteString("\n## " + g.title.In(lang) + "\n")
		for _, f := range list {
			markdownFinding(&b, f, len(r.Captures), lang)
		}
	}
	b.WriteString("\n## " + wordNumbers.In(lang) + "\n\n")
	for _, line := range r.numberLines(lang) {
		b.WriteString("- " + markdownText(line) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func markdownFinding(b *strings.Builder, f *analyzer.Finding, captures int, lang analyzer.Lang) {
	b.WriteString("\n### " + markdownText(f.Title.In(lang)) + "\n\n*" + markdownText(caption(f, lang)) + "*\n")
	for _, s := range []analyzer.Text{f.Scope, f.Summary} {
		if !s.IsZero() {
			b.WriteString("\n" + markdownText(s.In(lang)) + "\n")
		}
	}
	if len(f.Evidence) > 0 {
		b.WriteString("\n**" + wordEvidence.In(lang) + "**\n\n")
	}
	for i := range f.Evidence {
		b.WriteString("- " + Number(i+1) + " " + markdownText(f.Evidence[i].Text.In(lang)))
		if frames := frameList(&f.Evidence[i], captures, lang); frames != "" {
			b.WriteString(" *(" + frames + ")*")
		}
		b.WriteString("\n")
	}
	markdownLookAlikes(b, wordPossible.In(lang), f.Possible, lang)
	markdownLookAlikes(b, wordExcluded.In(lang), f.Excluded, lang)
	markdownAdvice(b, f, lang)
}

func markdownLookAlikes(b *strings.Builder, title string, list []analyzer.Exclusion, lang analyzer.Lang) {
	if len(list) > 0 {
		b.WriteString("\n**" + title + "**\n\n")
	}
	for _, x := range list {
		b.WriteString("- " + markdownText(x.Diagnosis) + ": " + markdownText(x.Because.In(lang)) + "\n")
	}
}

func markdownAdvice(b *strings.Builder, f *analyzer.Finding, lang analyzer.Lang) {
	if len(f.Confirm) > 0 {
		b.WriteString("\n**" + wordConfirm.In(lang) + "**\n\n")
	}
	for _, c := range f.Confirm {
		if c.Command == "" {
			b.WriteString("- " + markdownText(c.Where.In(lang)) + "\n\n  " + markdownText(c.Expect.In(lang)) + "\n")
			continue
		}
		fence := codeFence(c.Command)
		b.WriteString("- " + markdownText(c.Where.In(lang)) + "\n\n  " + fence + "sh\n  " +
			strings.ReplaceAll(c.Command, "\n", "\n  ") + "\n  " + fence + "\n")
		if !c.Expect.IsZero() {
			b.WriteString("\n  " + wordExpect.In(lang) + markdownText(c.Expect.In(lang)) + "\n")
		}
	}
	if len(f.Fix) > 0 {
		b.WriteString("\n**" + wordFix.In(lang) + "**\n\n")
	}
	for _, fix := range f.Fix {
		b.WriteString("- " + markdownText(fix.In(lang)) + "\n")
	}
}

// codeFence returns a fence that does not occur in s.
func codeFence(s string) string {
	fence := "```"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	return fence
}

// Texts hold names out of captures, which may mean something to Markdown or be
// markup; they must stay text. Line ends would begin something new.
var markdownEscape = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "|", `\|`, "#", `\#`, "~", `\~`,
	"<", "&lt;", ">", "&gt;", "&", "&amp;", "\n", " ", "\r", " ")

func markdownText(s string) string { return markdownEscape.Replace(printable(s)) }
