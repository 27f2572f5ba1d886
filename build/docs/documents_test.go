package docs

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// document is one of the project's documents for people.
type document struct {
	name   string // from the project's root
	lines  []string
	blocks []block
	spans  []span
	links  []span
}

// block is what stands between two fences.
type block struct {
	kind string
	line int // of the fence, from 1
	text []string
}

// span is a piece of a line of prose: code, or what a link leads to.
type span struct {
	line int
	text string
}

var (
	code     = regexp.MustCompile("`+([^`]+)`+")
	linked   = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading  = regexp.MustCompile(`^#{1,6} +(.*)$`)
	generate = []string{"docs/diagnoses.md"} // written from the rules, whose commands are for hosts
)

// documents reads all that are written by hand.
func documents(t *testing.T) []*document {
	t.Helper()
	var names []string
	for _, pattern := range []string{"*.md", "docs/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	var all []*document
	for _, name := range names {
		relative, err := filepath.Rel(root, name)
		if err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, parse(filepath.ToSlash(relative), string(data)))
	}
	if len(all) < 5 {
		t.Fatalf("only %d documents found", len(all))
	}
	return all
}

// parse divides a document into prose and what stands between fences.
func parse(name, text string) *document {
	d := &document{name: name, lines: strings.Split(text, "\n")}
	var open *block
	for i, line := range d.lines {
		fence, isFence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case isFence && open == nil:
			open = &block{kind: fence, line: i + 1}
		case isFence:
			d.blocks = append(d.blocks, *open)
			open = nil
		case open != nil:
			open.text = append(open.text, line)
		default:
			for _, m := range code.FindAllStringSubmatch(line, -1) {
				d.spans = append(d.spans, span{i + 1, m[1]})
			}
			for _, m := range linked.FindAllStringSubmatch(code.ReplaceAllString(line, "x"), -1) {
				d.links = append(d.links, span{i + 1, m[1]})
			}
			for _, m := range linked.FindAllStringSubmatch(line, -1) { // with code in its text
				if !slices.Contains(d.links, span{i + 1, m[1]}) {
					d.links = append(d.links, span{i + 1, m[1]})
				}
			}
		}
	}
	if open != nil { // never closed: everything after it would be taken for code
		d.blocks = append(d.blocks, block{kind: "unclosed", line: open.line})
	}
	return d
}

// anchors returns the names by which a document's headings are linked to, as
// GitHub makes them: lower case, no punctuation, hyphens for spaces.
func (d *document) anchors() []string {
	var out []string
	for _, line := range d.lines {
		m := heading.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		out = append(out, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r > 127:
				return r
			}
			return -1
		}, strings.ToLower(m[1])))
	}
	return out
}

// Links lead to files and headings that are there.
func TestLinks(t *testing.T) {
	all := documents(t)
	count := 0
	for _, d := range all {
		for _, b := range d.blocks {
			if b.kind == "unclosed" {
				t.Errorf("%s:%d: this fence is never closed", d.name, b.line)
			}
		}
		for _, l := range d.links {
			if strings.Contains(l.text, "://") || strings.HasPrefix(l.text, "mailto:") {
				continue
			}
			count++
			file, anchor, _ := strings.Cut(l.text, "#")
			target := path.Join(path.Dir(d.name), file)
			if file == "" {
				target = d.name
			}
			if _, err := os.Stat(filepath.Join(root, target)); err != nil {
				t.Errorf("%s:%d: %s leads nowhere", d.name, l.line, l.text)
				continue
			}
			at := slices.IndexFunc(all, func(x *document) bool { return x.name == target })
			if anchor != "" && (at < 0 || !slices.Contains(all[at].anchors(), anchor)) {
				t.Errorf("%s:%d: %s has no heading %q", d.name, l.line, target, anchor)
			}
		}
	}
	if count < 20 {
		t.Errorf("only %d links found", count)
	}
}

// Every document is reached from README.
func TestAllAreLinked(t *testing.T) {
	all := documents(t)
	reached := []string{"README.md", "CHANGELOG.md"}
	for i := 0; i < len(reached); i++ {
		at := slices.IndexFunc(all, func(d *document) bool { return d.name == reached[i] })
		if at < 0 {
			continue
		}
		for _, l := range all[at].links {
			file, _, _ := strings.Cut(l.text, "#")
			if target := path.Join(path.Dir(reached[i]), file); path.Ext(target) == ".md" && !slices.Contains(reached, target) {
				reached = append(reached, target)
			}
		}
	}
	for _, d := range all {
		if !slices.Contains(reached, d.name) {
			t.Errorf("nothing leads from README.md to %s", d.name)
		}
	}
}

var (
	place    = regexp.MustCompile(`^(analyzer|ui|wasm|build|docs)/[A-Za-z0-9_./-]*[A-Za-z0-9_]/?$`)
	testName = regexp.MustCompile(`^Test[A-Z][A-Za-z0-9]*`)
	built    = regexp.MustCompile(`^build/(site|out|bin)\b`)
	declared = regexp.MustCompile(`(?m)^func (Test[A-Za-z0-9_]+)\(`)
)

// Files, folders and tests that documents name are there.
func TestNamedPlaces(t *testing.T) {
	tests, count := declaredTests(t), 0
	for _, d := range documents(t) {
		if slices.Contains(generate, d.name) {
			continue
		}
		for _, s := range d.spans {
			if place.MatchString(s.text) && !built.MatchString(s.text) && !made[s.text] {
				count++
				if _, err := os.Stat(filepath.Join(root, s.text)); err != nil {
					t.Errorf("%s:%d: there is no %s", d.name, s.line, s.text)
				}
			}
			if name := testName.FindString(s.text); name != "" {
				count++
				if !tests[name] {
					t.Errorf("%s:%d: there is no test %s", d.name, s.line, name)
				}
			}
		}
	}
	if count < 20 {
		t.Errorf("only %d places found", count)
	}
}

// made are files that exist only once somebody follows the document.
var made = map[string]bool{}

// declaredTests returns the names of all tests.
func declaredTests(t *testing.T) map[string]bool {
	t.Helper()
	tests := map[string]bool{}
	for _, folder := range []string{"analyzer", "ui", "wasm", "build"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == "out" || entry.Name() == "testdata") {
				return filepath.SkipDir
			}
			if !strings.HasSuffix(name, "_test.go") {
				return nil
			}
			data, err := os.ReadFile(name)
			for _, m := range declared.FindAllStringSubmatch(string(data), -1) {
				tests[m[1]] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return tests
}
