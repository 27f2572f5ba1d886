package assemble

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"html"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"wirewhy/build/serve"
)

const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>t</title>
<link rel="stylesheet" href="ui/asset/page.css">
<a href="https://example.org/ui/asset/x">elsewhere</a>
<script type="module" src="ui/asset/boot.js"></script>
</head></html>
`

func assets() Files {
	return Files{
		"page.css":             []byte(`body{background:url("icon/dot.svg")} i{background:url(data:image/png;base64,AA==)}`),
		"icon/dot.svg":         []byte(`<svg/>`),
		"boot.js":              []byte(`import {x} from './part/paint.js'; import('./not-an-asset.js'); let s = "page.css"`),
		"part/paint.js":        []byte(`import "./lib.js"`),
		"part/lib.js":          []byte(`1`),
		"samples/samples.json": []byte(`[]`),
		ProgramName:            bytes.Repeat([]byte("wasm "), 1000),
		ExecName:               []byte(`require("./page.css")`),
	}
}

// list returns the names that the page's list holds.
func list(t *testing.T, site Files) map[string]string {
	t.Helper()
	return setupOf(t, site["index.html"]).Assets
}

// setupOf returns what the page tells its loader.
func setupOf(t *testing.T, page []byte) (u setup) {
	t.Helper()
	m := regexp.MustCompile(`<script type="application/json" id="setup">(.*)</script>`).FindSubmatch(page)
	if m == nil {
		t.Fatalf("no setup in the page:\n%s", page)
	}
	if err := json.Unmarshal(m[1], &u); err != nil {
		t.Fatal(err)
	}
	return u
}

func link(t *testing.T, assets Files) Files {
	t.Helper()
	site, err := Source{Index: []byte(page), Assets: assets, Version: "v1"}.Link()
	if err != nil {
		t.Fatal(err)
	}
	return site
}

func TestLinkNamesEveryAsset(t *testing.T) {
	site := link(t, assets())
	names := list(t, site)
	if len(names) != len(assets()) || len(site) != len(names)+1 {
		t.Errorf("%d names, %d files", len(names), len(site))
	}
	for name, named := range names {
		if site[named] == nil {
			t.Errorf("%s: the site does not hold %s", name, named)
		}
		// The server must know such a name as one that never changes its content.
		for _, line := range serve.Headers(named) {
			if line.Name == "Cache-Control" && !strings.Contains(line.Value, "immutable") {
				t.Errorf("%s: %s", named, line.Value)
			}
		}
	}
	text := string(site["index.html"])
	for _, want := range []string{`href="` + names["page.css"] + `"`, `src="` + names["boot.js"] + `"`, `"https://example.org/ui/asset/x"`} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %s:\n%s", want, text)
		}
	}
	if strings.Index(text, `id="setup"`) > strings.Index(text, names["boot.js"]+`"></script>`) {
		t.Error("the list stands behind the loader")
	}
}

func TestLinkRewritesReferences(t *testing.T) {
	site := link(t, assets())
	names := list(t, site)
	local := func(name string) string { return strings.TrimPrefix(names[name], "asset/") }
	for name, want := range map[string]string{
		"page.css":      `body{background:url("` + local("icon/dot.svg") + `")} i{background:url(data:image/png;base64,AA==)}`,
		"boot.js":       `import {x} from './` + local("part/paint.js") + `'; import('./not-an-asset.js'); let s = "page.css"`,
		"part/paint.js": `import "./../` + local("part/lib.js") + `"`,
		ExecName:        `require("./page.css")`,
	} {
		if got := string(site[names[name]]); got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
}

// A name must change with whatever its file refers to, however indirectly, and
// with nothing else.
func TestNamesFollowContent(t *testing.T) {
	before := list(t, link(t, assets()))
	changed := assets()
	changed["part/lib.js"] = []byte(`2`)
	after := list(t, link(t, changed))
	for name, moved := range map[string]bool{
		"part/lib.js": true, "part/paint.js": true, "boot.js": true,
		"page.css": false, ProgramName: false, ExecName: false,
	} {
		if (before[name] != after[name]) != moved {
			t.Errorf("%s: %s → %s", name, before[name], after[name])
		}
	}
}

func TestLinkRefuses(t *testing.T) {
	for _, c := range []struct {
		why, index string
		add        Files
	}{
		{"ui/asset does not hold: gone.css", `<head><link href="ui/asset/gone.css"><script></script>`, nil},
		{"no script element", `<head><p>`, nil},
		{"neither a head element", `<script></script>`, nil},
		{"circle: part/lib.js → part/paint.js → part/lib.js", page, Files{"part/lib.js": []byte(`import "./paint.js"`)}},
	} {
		a := assets()
		delete(a, "boot.js") // which would begin the circle elsewhere
		a["page.css"], a["boot.js"] = nil, nil
		for name, content := range c.add {
			a[name] = content
		}
		if _, err := (Source{Index: []byte(c.index), Assets: a}).Link(); err == nil || !strings.Contains(err.Error(), c.why) {
			t.Errorf("error %v, want one that says %q", err, c.why)
		}
	}
}

func TestPolicyStandsInThePage(t *testing.T) {
	text := string(link(t, assets())["index.html"])
	meta := `<meta http-equiv="Content-Security-Policy" content="` + html.EscapeString(serve.Policy(serve.InPage)) + `">`
	at := strings.Index(text, meta)
	if at < 0 {
		t.Fatalf("no policy in the page:\n%s", text)
	}
	if at > strings.Index(text, "<link") || at > strings.Index(text, "<script") {
		t.Error("the policy stands behind what it should hold for")
	}
}

func TestCompress(t *testing.T) {
	noise := []byte("\x01\x8f\xe3\x12\x77")
	site := Files{"asset/a.wasm": bytes.Repeat([]byte("abcd"), 500), "asset/b.wasm": noise, "asset/c.png": bytes.Repeat([]byte("x"), 500)}
	if err := Compress(site, Quick); err != nil {
		t.Fatal(err)
	}
	if len(site) != 5 {
		t.Errorf("%d files; only a.wasm gains by copies", len(site))
	}
	zipped, err := gzip.NewReader(bytes.NewReader(site["asset/a.wasm.gz"]))
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]io.Reader{"gzip": zipped, "brotli": brotli.NewReader(bytes.NewReader(site["asset/a.wasm.br"]))} {
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, site["asset/a.wasm"]) {
			t.Errorf("the copy in %s differs from its file: %v", name, err)
		}
	}
	if s := Measure(site, nil); s.Raw != 2000+5+500 || s.Packed != min(len(site["asset/a.wasm.gz"]), len(site["asset/a.wasm.br"]))+5+500 {
		t.Errorf("sizes %+v", s)
	}
}

// What is written can be served: the page, and the program in its gzip copy.
func TestWriteAndServe(t *testing.T) {
	out := filepath.Join(t.TempDir(), "deep", "site")
	site := link(t, assets())
	if err := Compress(site, Quick); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(out, "old.js"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Write(out, site); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(out), "*")); len(left) != 1 {
		t.Errorf("left beside the site: %v", left)
	}
	h := serve.New(os.DirFS(out))
	for path, status := range map[string]int{"/": 200, "/" + list(t, site)[ProgramName]: 200, "/old.js": 404} {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Accept-Encoding", "gzip")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != status {
			t.Errorf("%s: status %d, want %d", path, w.Code, status)
		}
		if strings.HasSuffix(path, ".wasm") && w.Header().Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: not sent in gzip", path)
		}
	}
}

func withFullHash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

func TestStripped(t *testing.T) {
	got, err := stripped(Files{
		"a.js":   []byte("// why\n\"use strict\";\n\n\n  // more\n  let a = `// not ${1}`; // stays\n\tb(\"http://x\");\n"),
		"a.css":  []byte("/* one\n   two */\nbody {\n  margin: 0;\n}\n"),
		ExecName: []byte("// Go's\n  x\n"),
		"a.json": []byte("  []"),
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"a.js":   "\"use strict\";\nlet a = `// not ${1}`; // stays\nb(\"http://x\");\n",
		"a.css":  "body {\nmargin: 0;\n}\n",
		ExecName: "// Go's\n  x\n",
		"a.json": "  []",
	} {
		if string(got[name]) != want {
			t.Errorf("%s: %q, want %q", name, got[name], want)
		}
	}
	if _, err := stripped(Files{"a.js": []byte("x = `\n  // text`")}); err == nil {
		t.Error("a text over several lines is changed")
	}
}

// Sharing can be left out of the web app's manifest; everything else stays.
func TestUnshared(t *testing.T) {
	s := Source{Index: []byte(`<head><link rel="icon" type="image/svg+xml" href="data:image/svg+xml,%3Csvg/%3E"><script></script>`), Assets: Files{
		serviceSource: []byte("1"), manifestSource: []byte(`{"name":"x","icons":[{"src":"ICON"}],"share_target":{"action":"./share"}}`),
	}}
	for _, c := range []struct {
		unshared bool
		want     string
	}{
		{false, `{"name":"x","icons":[{"src":"data:image/svg+xml,%3Csvg/%3E"}],"share_target":{"action":"./share"}}`},
		{true, `{"icons":[{"src":"data:image/svg+xml,%3Csvg/%3E"}],"name":"x"}`},
	} {
		s.Unshared = c.unshared
		site, err := s.Site(None)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(site[manifestName]); got != c.want {
			t.Errorf("unshared %v: %s", c.unshared, got)
		}
	}
}

// The single file refers to nothing outside of itself, and its policy names the
// hashes of just what stands in it.
func TestSingle(t *testing.T) {
	const index = `<!doctype html>
<html><head><meta charset="utf-8">
<link rel="stylesheet" href="ui/asset/page.css">
<script src="ui/asset/first.js" defer></script>
<script src="ui/asset/boot.js" defer></script>
</head><body></body></html>
`
	s := Source{Index: []byte(index), Version: "v1", Assets: Files{
		"page.css": []byte("i{}"), "first.js": []byte("first()"), "boot.js": []byte("boot()"), "worker.js": []byte("worker()"),
		ProgramName: bytes.Repeat([]byte("wasm "), 1000), ExecName: []byte("exec()"), "samples/samples.json": []byte("[]"),
	}}
	single, err := s.Single()
	if err != nil {
		t.Fatal(err)
	}
	text := html.UnescapeString(string(single))
	for _, bad := range []string{"ui/asset", " src=", "SCRIPTS", "STYLE", "'self'"} {
		if strings.Contains(strings.ReplaceAll(text, "manifest-src 'self'", ""), bad) {
			t.Errorf("it holds %s:\n%s", bad, text)
		}
	}
	policy := "script-src " + hash([]byte("first()")) + " " + hash([]byte("exec()")) + " " + hash([]byte("boot()")) + " 'wasm-unsafe-eval'"
	for _, want := range []string{policy, "style-src " + hash([]byte("i{}")), "<style>i{}</style>", "<script>boot()</script>", `data-asset="wirewhy.wasm"`, `data-asset="worker.js"`, `content="v1"`} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %s:\n%s", want, text)
		}
	}
	if u := setupOf(t, single); !u.Single || u.Service != "" || u.Manifest != "" || u.Assets[ProgramName] == "" {
		t.Errorf("its setup: %+v", u)
	}
	s.Assets["boot.js"] = []byte(`"</SCRIPT>"`)
	if _, err := s.Single(); err == nil || !strings.Contains(err.Error(), "boot.js") {
		t.Errorf("a script that ends its element: %v", err)
	}
}
