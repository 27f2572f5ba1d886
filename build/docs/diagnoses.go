// Package docs writes the documents that follow from the program: what can be
// said in one place only is not written by hand in another.
package docs

import (
	"fmt"
	"io"
	"strings"

	"wirewhy/analyzer"
	"wirewhy/analyzer/diagnose"
)

// stages are the headings of docs/diagnoses.md, in the order in which rules are tried.
var stages = map[diagnose.Stage]string{
	diagnose.StageCapture:   "What the capture itself is worth",
	diagnose.StageMessage:   "Somebody said it",
	diagnose.StageAddress:   "Answers from another address",
	diagnose.StageHandshake: "The opening",
	diagnose.StageReset:     "Resets",
	diagnose.StageData:      "What became of the data",
	diagnose.StageTiming:    "How long it took",
	diagnose.StageRemark:    "Remarks",
	diagnose.StageHealthy:   "Nothing wrong",
}

// Diagnoses writes docs/diagnoses.md: every rule, as it tells itself.
func Diagnoses(w io.Writer) error {
	var b strings.Builder
	b.WriteString("# Diagnoses\n\nEvery diagnosis that wirewhy makes, in the order in which they are looked for. ")
	b.WriteString("`make docs` writes this file from the rules; `wirewhy explain ID` prints one of them.\n")
	stage := diagnose.Stage(255)
	for _, r := range diagnose.Rules() {
		if r.Stage != stage {
			stage = r.Stage
			fmt.Fprintf(&b, "\n## %s\n", stages[stage])
		}
		rule(&b, r)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func rule(b *strings.Builder, r *diagnose.Rule) {
	fmt.Fprintf(b, "\n### `%s`\n\n", r.ID)
	fmt.Fprintf(b, "%s · %s · %s · %s\n\n", r.Class, r.Severity, r.Fault, r.Verdict.En)
	paragraph(b, "", r.Doc)
	paragraph(b, "Recognised by: ", r.Recognised)
	if len(r.LookAlikes) > 0 {
		b.WriteString("Not to be confused with:\n\n")
		for _, l := range r.LookAlikes {
			fmt.Fprintf(b, "- `%s`: %s\n", l.ID, l.Because.En)
		}
		b.WriteString("\n")
	}
	if len(r.Confirm) > 0 {
		b.WriteString("To confirm:\n\n")
		for _, c := range r.Confirm {
			if c.Command == "" {
				fmt.Fprintf(b, "- %s: %s\n", c.Where.En, c.Expect.En)
				continue
			}
			fmt.Fprintf(b, "- %s: `%s`. %s\n", c.Where.En, c.Command, c.Expect.En)
		}
		b.WriteString("\n")
	}
	if len(r.Fix) > 0 {
		b.WriteString("To fix:\n\n")
		for _, f := range r.Fix {
			fmt.Fprintf(b, "- %s\n", f.En)
		}
	}
}

func paragraph(b *strings.Builder, lead string, t analyzer.Text) {
	if !t.IsZero() {
		fmt.Fprintf(b, "%s%s\n\n", lead, t.En)
	}
}
