// Package build_test holds the project to its own rules of construction: which
// package may import which, what may never be linked into the page's program,
// how files are named, how long they are, and what must be documented.
//
// The files are parsed rather than asked of "go list": a test that shells out
// would go stale in Go's test cache, which sees only the files that it opens.
package build_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// layer is one package's row of the table: what it may import of ours and of
// other modules, and why that is enough.
type layer struct {
	ours    []string // import paths below the module
	modules []string // other modules' packages, by prefix
	js      bool     // may say syscall/js
	why     string
}

// layers is the table of allowed imports. Imports point up this list, never
// sideways. A package that is not in it fails the test: put it where it belongs.
var layers = map[string]layer{
	"analyzer":                 {why: "the shared words; everybody imports it, so it imports nobody"},
	"analyzer/capture":         {ours: []string{"analyzer"}, modules: []string{"github.com/klauspost/compress", "github.com/pierrec/lz4/v4", "github.com/ulikunitz/xz"}, why: "bytes to Frames; knows containers, no protocol"},
	"analyzer/wire":            {ours: []string{"analyzer"}, why: "one frame's bytes to a Packet; the hot path, nothing from elsewhere"},
	"analyzer/dissect":         {ours: []string{"analyzer", "analyzer/wire"}, modules: []string{"github.com/google/gopacket"}, why: "the layer tree of one packet, on demand"},
	"analyzer/listing":         {ours: []string{"analyzer", "analyzer/wire"}, why: "tcpdump's text to Packets: no frames, so no capture"},
	"analyzer/flow":            {ours: []string{"analyzer", "analyzer/wire"}, modules: []string{"golang.org/x/net/dns/dnsmessage"}, why: "Packets to Flows and Events; does not care where they come from"},
	"analyzer/correlate":       {ours: []string{"analyzer", "analyzer/wire", "analyzer/flow"}, why: "joins flows"},
	"analyzer/host":            {ours: []string{"analyzer"}, why: "pasted text to Facts; knows no packets"},
	"analyzer/diagnose":        {ours: []string{"analyzer", "analyzer/wire", "analyzer/flow", "analyzer/correlate", "analyzer/host"}, why: "rules read facts that were computed once, never frames or files"},
	"analyzer/report":          {ours: []string{"analyzer", "analyzer/wire", "analyzer/flow", "analyzer/correlate", "analyzer/diagnose"}, why: "the faces of what was concluded"},
	"analyzer/export":          {ours: []string{"analyzer", "analyzer/wire"}, why: "frames into capture files, anonymised on request; which ones is not its matter"},
	"analyzer/stream":          {ours: []string{"analyzer"}, why: "where payload lies and what is said in it; holds no packets"},
	"analyzer/session":         {ours: []string{"analyzer", "analyzer/export", "analyzer/stream", "analyzer/capture", "analyzer/wire", "analyzer/dissect", "analyzer/listing", "analyzer/flow", "analyzer/correlate", "analyzer/host", "analyzer/diagnose", "analyzer/report", "wasm/protocol"}, why: "runs the chain and answers queries, so it knows all of it"},
	"analyzer/cmd/wirewhy":     {ours: []string{"analyzer", "analyzer/capture", "analyzer/flow", "analyzer/diagnose", "analyzer/report", "analyzer/session", "wasm/protocol"}, why: "the command: arguments in, a face of the report out, ladders as the page asks for them"},
	"analyzer/internal/script": {ours: []string{"analyzer", "analyzer/wire", "analyzer/capture"}, modules: []string{"github.com/google/gopacket"}, why: "tests only: packets written as text"},

	"analyzer/traffic": {why: "captures of made-up traffic"},
	"wasm/rehearsal":   {ours: []string{"analyzer/capture", "analyzer/traffic", "analyzer/session", "wasm/protocol"}, why: "what is gone through once while nobody asks"},
	"wasm/protocol":    {ours: []string{"analyzer"}, why: "messages: plain data, the analyzer's words in it"},
	"ui/worker":        {ours: []string{"analyzer", "wasm/protocol"}, js: true, why: "the page's end of the port"},
	"ui/state":         {ours: []string{"analyzer", "wasm/protocol"}, why: "what the page knows: plain Go, tested natively"},
	"ui/plot":          {ours: []string{"analyzer", "wasm/protocol"}, why: "time to pixels: plain Go, tested natively"},
	"ui/dom":           {modules: []string{"honnef.co/go/js/dom/v2"}, js: true, why: "with ui/worker the only place that touches the browser"},
	"ui/view":          {ours: []string{"analyzer", "wasm/protocol", "ui/state", "ui/plot", "ui/dom"}, why: "from state to markup; asks nobody"},
	"ui":               {ours: []string{"analyzer", "wasm/protocol", "ui/worker", "ui/state", "ui/plot", "ui/dom", "ui/view"}, modules: []string{"honnef.co/go/js/dom/v2"}, why: "puts the page together; no diagnose, flow or session: the page can be tested without an analyzer"},
	"wasm":             {ours: []string{"analyzer", "analyzer/capture", "analyzer/session", "wasm/protocol", "wasm/rehearsal", "ui"}, js: true, why: "one binary, three roles; the worker's reading of File objects"},
	"wasm/edge":        {ours: []string{"build/serve"}, modules: []string{"github.com/syumai/workers"}, js: true, why: "another program: the site at the edge, with the development server's headers"},

	"build/serve":      {why: "one handler, one table of headers"},
	"build/straighten": {modules: []string{"github.com/tetratelabs/wazero"}, why: "a program in, a faster one out; its tests run both"},
	"build/assemble":   {ours: []string{"build/serve", "build/straighten"}, modules: []string{"github.com/andybalholm/brotli"}, why: "the policy stands in the page, too"},
	"build/chromium":   {modules: []string{"github.com/chromedp"}, why: "finds and starts the browser"},
	"build/npm":        {why: "installs the tests' tools from npm"},
	"build/wasmtest":   {ours: []string{"build/assemble", "build/chromium", "build/serve", "build/straighten"}, modules: []string{"github.com/chromedp"}, why: "runs compiled tests in the browser, made as the page's program is"},
	"build/cmd/site":   {ours: []string{"build/assemble"}, why: "make site"},
	"build/edge":       {ours: []string{"build/assemble", "build/npm", "build/serve"}, why: "the site and its worker for Cloudflare"},
	"build/cmd/edge":   {ours: []string{"build/assemble", "build/edge"}, why: "make edge"},
	"build/cmd/serve":  {ours: []string{"build/assemble", "build/serve"}, why: "make serve"},
	"build/e2e":        {ours: []string{"build/assemble", "build/chromium", "build/npm", "build/serve", "analyzer/traffic"}, modules: []string{"github.com/chromedp", "golang.org/x/net/websocket"}, why: "the page is tested from outside, by what it shows"},
	"build/bench":      {ours: []string{"analyzer/capture", "analyzer/session", "build/assemble", "build/chromium", "build/serve", "build/e2e", "analyzer/traffic"}, modules: []string{"github.com/chromedp"}, why: "measures page and command from outside"},
	"build/docs":       {ours: []string{"analyzer", "analyzer/diagnose", "analyzer/session", "wasm/protocol"}, why: "documents that follow from the rules; those written by hand are tried"},
	"build/cmd/docs":   {ours: []string{"build/docs"}, why: "make docs"},
	"build/samples":    {ours: []string{"analyzer"}, modules: []string{"github.com/google/gopacket"}, why: "writes the captures of the empty state"},
	"build":            {modules: []string{"golang.org/x/mod"}, why: "this test"},
}

// inTests may be imported by any package's tests, besides what the package
// itself may import.
var inTests = []string{"analyzer/internal/script", "analyzer", "analyzer/capture", "analyzer/wire"}

// A source is one parsed Go file of the project.
type source struct {
	dir, file string // dir relative to the root, "." for the root itself
	tree      *ast.File
	set       *token.FileSet
	lines     int
}

func (s source) isTest() bool { return strings.HasSuffix(s.file, "_test.go") }

// where names a place of the file for the test's log.
func (s source) where(pos token.Pos) string {
	return path.Join(s.dir, s.file) + ":" + strconv.Itoa(s.set.Position(pos).Line)
}

// sources parses every Go file of the project.
func sources(t *testing.T) []source {
	t.Helper()
	var found []source
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, _ := filepath.Rel(root, name)
		relative = filepath.ToSlash(relative)
		if entry.IsDir() {
			if skipped(relative, entry.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, name, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		found = append(found, source{path.Dir(relative), path.Base(relative), tree, set, set.File(tree.Pos()).LineCount()})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 20 {
		t.Fatalf("only %d files found: is %s the project's root?", len(found), root)
	}
	return found
}

// skipped reports whether a folder holds no sources of ours: what is built,
// fixtures, and what tools hide.
func skipped(relative, name string) bool {
	switch relative {
	case ".":
		return false
	case "build/site", "build/out", "build/bin":
		return true
	}
	return name == "testdata" || name == "node_modules" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")
}

// imports returns the import paths of a file.
func (s source) imports() []string {
	var paths []string
	for _, spec := range s.tree.Imports {
		name, _ := strconv.Unquote(spec.Path.Value)
		paths = append(paths, name)
	}
	return paths
}

func TestLayers(t *testing.T) {
	unknown := map[string]bool{}
	for _, s := range sources(t) {
		row, ok := layers[s.dir]
		if !ok {
			unknown[s.dir] = true
			continue
		}
		for _, imported := range s.imports() {
			if why := forbidden(s, row, imported); why != "" {
				t.Errorf("%s/%s imports %s: %s (%s: %s)", s.dir, s.file, imported, why, s.dir, row.why)
			}
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(unknown)) {
		t.Errorf("package %s is not in the table of layers (build/layers_test.go): say there what it may import, and why", dir)
	}
}

// forbidden says why a file may not import a package; "" if it may.
func forbidden(s source, row layer, imported string) string {
	if imported == "syscall/js" {
		if row.js {
			return ""
		}
		return "only ui/dom, ui/worker and package wasm touch JavaScript"
	}
	if ours, ok := strings.CutPrefix(imported, module+"/"); ok {
		if slices.Contains(row.ours, ours) || s.isTest() && (ours == s.dir || slices.Contains(testImports(s), ours)) {
			return ""
		}
		return "not in the table of layers"
	}
	if !strings.Contains(strings.Split(imported, "/")[0], ".") {
		return "" // the standard library; what may not be linked is another test's matter
	}
	if s.isTest() && (strings.HasPrefix(imported, "github.com/google/gopacket") || imported == "golang.org/x/tools/txtar") {
		return "" // packets and fixtures for tests
	}
	for _, prefix := range row.modules {
		if imported == prefix || strings.HasPrefix(imported, prefix+"/") {
			return ""
		}
	}
	return "no module of others is allowed for it but: " + strings.Join(row.modules, ", ")
}

// testImports are the further packages that a test file may import: tests below
// analyzer/ may run the whole chain, those elsewhere only build input with it.
func testImports(s source) []string {
	if s.dir == "analyzer" || strings.HasPrefix(s.dir, "analyzer/") {
		all := slices.Clone(inTests)
		for dir := range layers {
			if strings.HasPrefix(dir, "analyzer/") {
				all = append(all, dir)
			}
		}
		return all
	}
	return inTests
}

// The table itself: every row gives a reason and names rows that exist, and
// nothing that the page's interface is made of reaches the analysis.
func TestTable(t *testing.T) {
	for dir, row := range layers {
		if row.why == "" {
			t.Errorf("%s: no reason", dir)
		}
		for _, imported := range row.ours {
			if _, ok := layers[imported]; !ok {
				t.Errorf("%s may import %s, which is not in the table", dir, imported)
			}
			if dir != "ui" && !strings.HasPrefix(dir, "ui/") {
				continue
			}
			if slices.Contains([]string{"analyzer/diagnose", "analyzer/flow", "analyzer/session"}, imported) {
				t.Errorf("%s may import %s: the interface knows messages and rows only", dir, imported)
			}
		}
		if row.js && strings.HasPrefix(dir, "analyzer") {
			t.Errorf("%s may say syscall/js: nothing below analyzer does", dir)
		}
	}
}
