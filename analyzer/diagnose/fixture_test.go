package diagnose

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"wirewhy/analyzer"
	"wirewhy/analyzer/correlate"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/host"
	"wirewhy/analyzer/internal/script"
	"wirewhy/analyzer/wire"
)

var show = flag.Bool("show", false, "print the findings of the fixtures that run")

// A fixture file testdata/<rule>.txtar holds captures as scripts: fires/<name>, on
// which the rule must speak, and silent/<name>, on which it must not. The lines
// "want: DIAGNOSIS CONFIDENCE FLOWS" list all findings and no more, so that every
// fixture is a false-alarm test of every other rule. A line "second:" begins what
// another capture of the same incident holds (concludeText).
func TestFixtures(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no fixtures", err)
	}
	for _, name := range files {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		id := strings.TrimSuffix(filepath.Base(name), ".txtar")
		for _, f := range archive.Files {
			t.Run(id+"/"+f.Name, func(t *testing.T) { fixture(t, id, f.Name, string(f.Data)) })
		}
	}
}

func fixture(t *testing.T, id, name, text string) {
	var want, lines []string
	for _, l := range strings.Split(text, "\n") {
		if w, ok := strings.CutPrefix(strings.TrimSpace(l), "want: "); ok {
			want = append(want, w)
			l = ""
		}
		lines = append(lines, l)
	}
	said, rest := hostLines(strings.Join(lines, "\n"))
	for path, c := range map[string]*Conclusion{"packets": concludeText(t, rest, false, said), "frames": concludeText(t, rest, true, said)} {
		got := summarise(c)
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("from %s:\n got %s\nwant %s", path, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
		}
		spoke := slices.ContainsFunc(c.Findings, func(f analyzer.Finding) bool { return f.Diagnosis == id })
		if fires := strings.HasPrefix(name, "fires/"); fires != spoke && id != "healthy" {
			t.Errorf("from %s: %s spoke: %v, want %v", path, id, spoke, fires)
		}
		if *show && path == "frames" {
			print(c)
		}
	}
}

func conclude(s *script.Script, decode bool, said *host.Known) *Conclusion {
	tracker := track(s, decode)
	return Run(&Case{Capture: s.Capture(), Tracker: tracker, Host: said, Legs: correlate.Legs(tracker)})
}

func track(s *script.Script, decode bool) *flow.Tracker {
	tracker := flow.NewTracker(flow.Limits{})
	if decode {
		d := wire.NewDecoder(wire.Config{})
		var p wire.Packet
		for _, f := range s.Frames() {
			d.Decode(&f, &p)
			tracker.Add(&p)
		}
	} else {
		for _, p := range s.Packets() {
			tracker.Add(&p)
		}
	}
	tracker.Finish()
	return tracker
}

// summarise writes findings as the want lines do.
func summarise(c *Conclusion) []string {
	var out []string
	for _, f := range c.Findings {
		flows := "-"
		if len(f.Flows) > 0 {
			flows = strings.ReplaceAll(strings.Trim(fmt.Sprint(f.Flows), "[]"), " ", ",")
		}
		out = append(out, fmt.Sprintf("%s %s %s", f.Diagnosis, f.Confidence, flows))
	}
	return out
}

func print(c *Conclusion) {
	for _, f := range c.Findings {
		fmt.Printf("\n%s (%s, %s)\n%s\n%s\n%s\n%s\n%s\n", f.Title.En, f.Confidence, f.Fault, f.Summary.En, f.Scope.En, f.Title.Zh, f.Summary.Zh, f.Scope.Zh)
		for _, e := range f.Evidence {
			fmt.Println("  -", e.Text.En, "|", e.Text.Zh, e.Frames)
		}
		for _, e := range f.Excluded {
			fmt.Println("  not", e.Diagnosis, e.Because.En)
		}
		for _, e := range f.Confirm {
			fmt.Println("  $", e.Where.En+":", e.Command, "→", e.Expect.En)
		}
	}
}

func TestEveryRuleIsToldAndTested(t *testing.T) {
	for _, r := range Rules() {
		texts := map[string]analyzer.Text{"title": r.Title, "verdict": r.Verdict, "doc": r.Doc, "recognised": r.Recognised, "summary": r.Summary}
		for what, text := range texts {
			if text.En == "" || text.Zh == "" {
				t.Errorf("%s: no %s in both languages", r.ID, what)
			}
		}
		if strings.ContainsAny(r.Verdict.En+r.Verdict.Zh, "{}") {
			t.Errorf("%s: the verdict %q stands in lists, where nothing fills it", r.ID, r.Verdict.En)
		}
		for _, other := range slices.Concat(r.ExplainedBy, ids(r.LookAlikes)) {
			if Lookup(other) == nil {
				t.Errorf("%s names %q, which is no rule", r.ID, other)
			}
		}
		if r.ID == "healthy" {
			continue
		}
		if len(r.Confirm) == 0 || len(r.Fix) == 0 {
			t.Errorf("%s: nothing to confirm or fix it", r.ID)
		}
		fixtureExists(t, r.ID)
	}
}

func ids(l []LookAlike) []string {
	var out []string
	for _, x := range l {
		out = append(out, x.ID)
	}
	return out
}

func fixtureExists(t *testing.T, id string) {
	b, err := os.ReadFile("testdata/" + id + ".txtar")
	if err != nil {
		t.Errorf("%s has no fixtures: %v", id, err)
		return
	}
	fires, silent := 0, 0
	for _, f := range txtar.Parse(b).Files {
		if strings.HasPrefix(f.Name, "fires/") {
			fires++
		} else if strings.HasPrefix(f.Name, "silent/") {
			silent++
		}
	}
	if fires == 0 || silent == 0 {
		t.Errorf("%s: %d fixtures on which it fires, %d look-alikes; each must be at least one", id, fires, silent)
	}
}

// TestEveryPlaceIsFilled holds that no finding shows a place in braces, and that
// every marker ①②③ of a summary has its evidence.
func TestEveryPlaceIsFilled(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, name := range files {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			said, rest := hostLines(withoutWants(string(f.Data)))
			for _, x := range concludeText(t, rest, false, said).Findings {
				checkFinding(t, name+"/"+f.Name, x)
			}
		}
	}
}

func withoutWants(s string) string {
	var out []string
	for _, l := range strings.Split(s, "\n") {
		if !strings.HasPrefix(strings.TrimSpace(l), "want: ") {
			out = append(out, l)
		}
	}
	return strings.Join(out, "\n")
}

func checkFinding(t *testing.T, where string, f analyzer.Finding) {
	all := []analyzer.Text{f.Title, f.Summary, f.Scope}
	for _, e := range f.Evidence {
		all = append(all, e.Text)
	}
	for _, e := range f.Excluded {
		all = append(all, e.Because)
	}
	for _, e := range f.Confirm {
		all = append(all, e.Expect)
	}
	all = append(all, f.Fix...)
	for _, text := range all {
		for _, s := range []string{text.En, text.Zh} {
			if i := strings.IndexByte(s, '{'); i >= 0 && !strings.HasPrefix(s[i:], "{[") {
				t.Errorf("%s: %s: place not filled: %s", where, f.Diagnosis, s)
			}
		}
	}
	for i, mark := range []string{"①", "②", "③", "④", "⑤"} {
		if (strings.Contains(f.Summary.En, mark) || strings.Contains(f.Summary.Zh, mark)) && i >= len(f.Evidence) {
			t.Errorf("%s: %s: %s without evidence", where, f.Diagnosis, mark)
		}
	}
	if f.Class == analyzer.Sick && len(f.Evidence) == 0 {
		t.Errorf("%s: %s without evidence", where, f.Diagnosis)
	}
}
