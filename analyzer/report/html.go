package report

import (
	"html"
	"io"
	"strconv"
	"strings"

	"wirewhy/analyzer"
)

// htmlStyle is the look of the HTML face. It stands in the file: a report is one
// file that is opened years later, without a network.
const htmlStyle = `:root{color-scheme:light dark;--ink:#1c2127;--soft:#5d6772;--line:#d9dee3;--bg:#fff;--code:#f3f5f7;--error:#b3261e;--warning:#8a5a00;--info:#2b5f9e}
@media(prefers-color-scheme:dark){:root{--ink:#e4e8ec;--soft:#9aa5b1;--line:#333b44;--bg:#14181c;--code:#1d2328;--error:#ff8a80;--warning:#f0b95a;--info:#8ab8f0}}
body{font:15px/1.55 system-ui,sans-serif;color:var(--ink);background:var(--bg);max-width:52rem;margin:2.5rem auto;padding:0 1.25rem}
h1{font-size:1.35rem;margin:0 0 .5rem}h2{font-size:.85rem;letter-spacing:.06em;text-transform:uppercase;color:var(--soft);margin:2.2rem 0 .6rem;border-bottom:1px solid var(--line);padding-bottom:.3rem}
h3{font-size:1.1rem;margin:1.4rem 0 .1rem}h4{font-size:.9rem;margin:1rem 0 .2rem}p{margin:.4rem 0}ul,ol{margin:.2rem 0;padding-left:1.3rem}
.soft{color:var(--soft);font-size:.87rem}.error{color:var(--error)}.warning{color:var(--warning)}.info{color:var(--info)}.none{font-size:1.1rem}
ol.evidence{list-style:none;padding:0}pre{background:var(--code);padding:.5rem .7rem;margin:.3rem 0;white-space:pre-wrap;overflow-wrap:anywhere;font:13px/1.45 ui-monospace,monospace}
@media print{body{margin:0;max-width:none;font-size:10.5pt}h2,h3,h4{break-after:avoid}li,pre,p{break-inside:avoid}pre{border:1px solid var(--line)}}`

// WriteHTML writes the report as one self-contained page without scripts.
func (r *Report) WriteHTML(w io.Writer, lang analyzer.Lang) error {
	b := &strings.Builder{}
	b.WriteString("<!DOCTYPE html>\n<html lang=\"" + html.EscapeString(string(lang)) + "\">\n<meta charset=\"utf-8\">\n" +
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n" +
		"<meta name=\"viewport\" content=\"width=device-width\">\n")
	element(b, "title", "", wordTitle.In(lang))
	b.WriteString("<style>" + htmlStyle + "</style>\n")
	element(b, "h1", "", wordTitle.In(lang))
	for i := range r.Captures {
		element(b, "p", "soft", r.captureLine(i, lang))
		for _, comment := range r.Captures[i].Comments {
			element(b, "p", "soft", "“"+comment+"”")
		}
		for _, warning := range r.Captures[i].Warnings {
			element(b, "p", "warning", "⚠ "+warning.Text.In(lang))
		}
	}
	for _, c := range r.Compared {
		element(b, "p", "", c.In(lang))
	}
	for _, e := range r.Evidence {
		element(b, "p", "soft", e.title(lang))
		for _, n := range e.Notes {
			element(b, "p", "warning", "⚠ "+n.In(lang))
		}
	}
	if len(r.Problems(analyzer.Sick)) == 0 {
		element(b, "p", "none", wordNone.In(lang))
	}
	for _, g := range groups {
		list := r.Problems(g.class)
		if len(list) == 0 {
			continue
		}
		element(b, "h2", "", g.title.In(lang)+" ("+strconv.Itoa(len(list))+")")
		for _, f := range list {
			htmlFinding(b, f, len(r.Captures), lang)
		}
	}
	element(b, "h2", "", wordNumbers.In(lang))
	b.WriteString("<ul>\n")
	for _, line := range r.numberLines(lang) {
		element(b, "li", "", line)
	}
	b.WriteString("</ul>\n</html>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// element writes one element that holds text only.
func element(b *strings.Builder, name, class, text string) {
	b.WriteString("<" + name)
	if class != "" {
		b.WriteString(` class="` + html.EscapeString(class) + `"`)
	}
	b.WriteString(">" + html.EscapeString(printable(text)) + "</" + name + ">\n")
}

func htmlFinding(b *strings.Builder, f *analyzer.Finding, captures int, lang analyzer.Lang) {
	mark, _ := severityMark(f.Severity)
	element(b, "h3", string(f.Severity), mark+" "+f.Title.In(lang))
	element(b, "p", "soft", caption(f, lang))
	for _, s := range []analyzer.Text{f.Scope, f.Summary} {
		if !s.IsZero() {
			element(b, "p", "", s.In(lang))
		}
	}
	if len(f.Evidence) > 0 {
		element(b, "h4", "", wordEvidence.In(lang))
		b.WriteString("<ol class=\"evidence\">\n")
		for i := range f.Evidence {
			b.WriteString("<li>" + Number(i+1) + " " + html.EscapeString(printable(f.Evidence[i].Text.In(lang))))
			if frames := frameList(&f.Evidence[i], captures, lang); frames != "" {
				b.WriteString(` <span class="soft">(` + html.EscapeString(frames) + ")</span>")
			}
			b.WriteString("</li>\n")
		}
		b.WriteString("</ol>\n")
	}
	htmlAdvice(b, f, lang)
}

func htmlLookAlikes(b *strings.Builder, title string, list []analyzer.Exclusion, lang analyzer.Lang) {
	if len(list) == 0 {
		return
	}
	element(b, "h4", "", title)
	b.WriteString("<ul>\n")
	for _, x := range list {
		element(b, "li", "", x.Diagnosis+": "+x.Because.In(lang))
	}
	b.WriteString("</ul>\n")
}

func htmlAdvice(b *strings.Builder, f *analyzer.Finding, lang analyzer.Lang) {
	htmlLookAlikes(b, wordPossible.In(lang), f.Possible, lang)
	htmlLookAlikes(b, wordExcluded.In(lang), f.Excluded, lang)
	if len(f.Confirm) > 0 {
		element(b, "h4", "", wordConfirm.In(lang))
	}
	for _, c := range f.Confirm {
		element(b, "p", "", c.Where.In(lang))
		expect := wordExpect.In(lang)
		if c.Command != "" {
			element(b, "pre", "", c.Command)
		} else {
			expect = ""
		}
		if !c.Expect.IsZero() {
			element(b, "p", "soft", expect+c.Expect.In(lang))
		}
	}
	if len(f.Fix) > 0 {
		element(b, "h4", "", wordFix.In(lang))
		b.WriteString("<ul>\n")
		for _, fix := range f.Fix {
			element(b, "li", "", fix.In(lang))
		}
		b.WriteString("</ul>\n")
	}
}
