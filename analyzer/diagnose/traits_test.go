package diagnose

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/internal/script"
	"wirewhy/analyzer/wire"
)

var wants = regexp.MustCompile(`(?m)^\s*want: .*$`)

// What a rule matches has the traits that it needs, and is not ordinary: else it
// would never be shown to the rule.
func TestNeedsHoldForWhatMatches(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no fixtures", err)
	}
	matches := 0
	for _, name := range files {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range archive.Files {
			_, rest := hostLines(wants.ReplaceAllString(string(file.Data), ""))
			first, second, _ := strings.Cut(rest, "\nsecond:\n")
			for _, text := range []string{first, strings.Join(alias.FindAllString(first, -1), "\n") + "\n" + second} {
				s, err := script.Parse(text)
				if err != nil {
					t.Fatal(name, file.Name, err)
				}
				tracker := track(s, false)
				r := &run{Case: &Case{Capture: s.Capture(), Tracker: tracker}, quality: tracker.Quality(), cap: Certain}
				r.primary, r.matches = make([]uint8, tracker.Len()), newMatches(tracker.Len())
				r.observe()
				var subject Subject
				for id, x := range r.traits {
					for _, rule := range registry {
						if rule.Check == nil {
							continue
						}
						subject.load(r, tracker.Flow(id))
						if _, ok := rule.Check(&subject); !ok {
							continue
						}
						matches++
						if !x.has(rule.Needs) || x&ordinary != 0 {
							t.Errorf("%s %s: %s matches flow %d, whose traits are %b; it needs %b", name, file.Name, rule.ID, id, x, rule.Needs)
						}
					}
				}
			}
		}
	}
	if matches < 100 {
		t.Errorf("only %d matches", matches)
	}
}

func TestNumbering(t *testing.T) {
	var n numbering
	at := func(i int) flow.Endpoint { return flow.Endpoint{Addr: wire.Addr4(uint32(i)), Port: uint16(i % 3)} }
	for round := range 2 {
		for i := range 1000 {
			if got := n.of(at(i)); got != uint32(i) {
				t.Fatalf("round %d: endpoint %d has number %d", round, i, got)
			}
		}
	}
	if len(n.keys) != 1000 {
		t.Errorf("%d keys", len(n.keys))
	}
}
