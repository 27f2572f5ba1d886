package main

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"wirewhy/analyzer"
	"wirewhy/analyzer/diagnose"
	"wirewhy/analyzer/report"
)

// explain prints what a diagnosis means, or the list of all.
func explain(args []string, stdout, stderr io.Writer) int {
	lang := analyzer.English
	if len(args) >= 2 && (args[0] == "-lang" || args[0] == "--lang") {
		lang, args = analyzer.Lang(args[1]), args[2:]
	}
	switch len(args) {
	case 0:
		for _, r := range diagnose.Rules() {
			fmt.Fprintf(stdout, "%-32s %s\n", r.ID, r.Verdict.In(lang))
		}
		return exitDone
	case 1:
	default:
		fmt.Fprintln(stderr, "wirewhy: explain takes one diagnosis")
		return exitUsage
	}
	r := diagnose.Lookup(args[0])
	if r == nil {
		fmt.Fprintf(stderr, "wirewhy: there is no diagnosis %q; wirewhy explain lists them\n", args[0])
		return exitUsage
	}
	_, _ = io.WriteString(stdout, explanation(r, lang))
	return exitDone
}

const explainWidth = 88

// explanation returns a rule's documentation for a terminal.
func explanation(r *diagnose.Rule, lang analyzer.Lang) string {
	var b strings.Builder
	say := func(indent, s string) {
		for _, line := range report.Wrap(s, explainWidth-len(indent)) {
			b.WriteString(indent + line + "\n")
		}
	}
	head := func(en, zh string) {
		b.WriteString("\n" + analyzer.Text{En: en, Zh: zh}.In(lang) + "\n")
	}
	say("", r.Title.In(lang))
	say("", r.ID+" · "+string(r.Class)+" · "+string(r.Severity)+" · "+string(r.Fault))
	b.WriteString("\n")
	say("", r.Doc.In(lang))
	if !r.Recognised.IsZero() {
		head("How it is recognised", "如何识别")
		say("  ", r.Recognised.In(lang))
	}
	if len(r.LookAlikes) > 0 {
		head("What looks like it", "容易混淆的情况")
	}
	for _, l := range r.LookAlikes {
		say("  ", l.ID+": "+l.Because.In(lang))
	}
	if len(r.Confirm) > 0 {
		head("How to confirm it", "如何确认")
	}
	for _, c := range r.Confirm {
		say("  ", c.Where.In(lang)+":")
		if c.Command != "" {
			b.WriteString("    $ " + strings.ReplaceAll(c.Command, "\n", "\n      ") + "\n")
		}
		say("    ", c.Expect.In(lang))
	}
	if len(r.Fix) > 0 {
		head("What fixes it", "如何修复")
	}
	for _, f := range r.Fix {
		for i, line := range report.Wrap(f.In(lang), explainWidth-4) {
			if i == 0 {
				b.WriteString("  - " + line + "\n")
			} else {
				b.WriteString("    " + line + "\n")
			}
		}
	}
	return places.ReplaceAllString(b.String(), "<$1>")
}

// places are the braces of a rule's texts that a finding fills.
var places = regexp.MustCompile(`\{([a-zA-Z]+)\}`)
