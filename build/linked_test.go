package build_test

import (
	gobuild "go/build"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
	xmodule "golang.org/x/mod/module"
)

// root is the project's folder and module its path, as seen from build/.
const (
	root   = ".."
	module = "wirewhy"
)

// unlinkable are packages that must not reach the page's program: text/template
// calls methods by name, which makes the linker keep every method of every type
// (a program of 24 MB and more); net/http brings a client, and the page must not
// be able to send anything.
var unlinkable = []string{"text/template", "html/template", "net/http"}

// TestLinked follows the imports of the page's program through every module, as
// the compiler would for the browser.
func TestLinked(t *testing.T) {
	g := newGraph(t)
	chain, found := g.search(module+"/wasm", unlinkable)
	if found {
		t.Errorf("the page's program links what it must not: %s", strings.Join(chain, " → "))
	}
	if len(g.seen) < 50 {
		t.Errorf("only %d packages were followed: is the search broken?", len(g.seen))
	}
}

// The search must find such a package where it is known to be.
func TestLinkedSearchFinds(t *testing.T) {
	g := newGraph(t)
	if chain, found := g.search(module+"/build/serve", unlinkable); !found || len(chain) < 2 {
		t.Errorf("net/http was not found in build/serve: %v", chain)
	}
}

// graph resolves import paths to folders without the go command.
type graph struct {
	t       *testing.T
	context gobuild.Context
	modules map[string]string // path → folder in the module cache
	seen    map[string]bool
}

func newGraph(t *testing.T) *graph {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	mod, err := modfile.Parse("go.mod", text, nil)
	if err != nil {
		t.Fatal(err)
	}
	cache := os.Getenv("GOMODCACHE")
	if cache == "" {
		cache = filepath.Join(filepath.SplitList(gobuild.Default.GOPATH)[0], "pkg", "mod")
	}
	g := &graph{t: t, context: gobuild.Default, modules: map[string]string{module: root}, seen: map[string]bool{}}
	g.context.GOOS, g.context.GOARCH, g.context.CgoEnabled = "js", "wasm", false
	for _, need := range mod.Require {
		escaped, err := xmodule.EscapePath(need.Mod.Path)
		if err != nil {
			t.Fatal(err)
		}
		g.modules[need.Mod.Path] = filepath.Join(cache, escaped+"@"+need.Mod.Version)
	}
	return g
}

// folder returns where a package's files are, "" if that is unknown.
func (g *graph) folder(imported string) string {
	best := ""
	for prefix := range g.modules {
		if (imported == prefix || strings.HasPrefix(imported, prefix+"/")) && len(prefix) > len(best) {
			best = prefix
		}
	}
	if best != "" {
		return filepath.Join(g.modules[best], filepath.FromSlash(strings.TrimPrefix(imported, best)))
	}
	for _, dir := range []string{"src", filepath.Join("src", "vendor")} {
		standard := filepath.Join(g.goroot(), dir, filepath.FromSlash(imported))
		if info, err := os.Stat(standard); err == nil && info.IsDir() {
			return standard
		}
	}
	return ""
}

func (g *graph) goroot() string {
	if dir := os.Getenv("GOROOT"); dir != "" { // "go test" sets it
		return dir
	}
	return gobuild.Default.GOROOT
}

// search follows the imports of a package depth first and returns the way to
// the first wanted one.
func (g *graph) search(from string, wanted []string) ([]string, bool) {
	if slices.Contains(wanted, from) {
		return []string{from}, true
	}
	if g.seen[from] || from == "C" || from == "unsafe" {
		return nil, false
	}
	g.seen[from] = true
	dir := g.folder(from)
	if dir == "" {
		g.t.Errorf("package %s lies in no module that go.mod names", from)
		return nil, false
	}
	// ImportDir reads the files itself, with the build constraints of GOOS=js.
	p, err := g.context.ImportDir(dir, 0)
	if err != nil {
		g.t.Errorf("%s: %v", from, err)
		return nil, false
	}
	for _, imported := range p.Imports {
		if chain, found := g.search(imported, wanted); found {
			return append([]string{from}, chain...), true
		}
	}
	return nil, false
}
