package serve

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

const program = "asset/wirewhy.0123456789abcdef.wasm"

func site() http.Handler {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	return New(fstest.MapFS{
		"index.html": file("<p>page"), "index.html.gz": file("page, gzip"),
		program: file("\x00asm"), program + ".gz": file("wasm, gzip"), program + ".br": file("wasm, brotli"),
		"_headers": file("no"), "hosting/nginx.conf": file("no"),
		"asset/a.pcap": file("capture"), ".hidden": file("no"), "asset/.secret/x.js": file("no"),
	})
}

func get(t *testing.T, method, target string, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	site().ServeHTTP(w, r)
	return w.Result()
}

func TestFiles(t *testing.T) {
	for _, c := range []struct {
		path   string
		status int
		kind   string
		cache  string
	}{
		{"/", 200, "text/html; charset=utf-8", "no-cache"},
		{"/index.html", 307, "", ""},
		{"/_headers", 404, "", ""},
		{"/hosting/nginx.conf", 404, "", ""},
		{"/" + program, 200, "application/wasm", "public, max-age=31536000, immutable"},
		{"/asset/a.pcap", 200, "application/vnd.tcpdump.pcap", "no-cache"},
		{"/asset", 404, "", ""},
		{"/asset/", 404, "", ""},
		{"/nothing", 404, "", ""},
		{"/.hidden", 404, "", ""},
		{"/asset/.secret/x.js", 404, "", ""},
		{"/index.html.gz", 404, "", ""}, // a copy has no address of its own
		{"/asset/../index.html", 404, "", ""},
		{"//index.html", 404, "", ""},
	} {
		res := get(t, "GET", c.path)
		if res.StatusCode != c.status {
			t.Errorf("%s: status %d, want %d", c.path, res.StatusCode, c.status)
		}
		if c.status != 200 {
			continue
		}
		if got := res.Header.Get("Content-Type"); got != c.kind {
			t.Errorf("%s: Content-Type %q, want %q", c.path, got, c.kind)
		}
		if got := res.Header.Get("Cache-Control"); got != c.cache {
			t.Errorf("%s: Cache-Control %q, want %q", c.path, got, c.cache)
		}
	}
}

// The policy must stand on errors and on every kind of file: a worker takes it
// from its own script.
func TestPolicyStandsEverywhere(t *testing.T) {
	for _, path := range []string{"/", "/" + program, "/asset/a.pcap", "/nothing"} {
		header := get(t, "GET", path).Header
		for _, line := range always {
			if got := header.Get(line.Name); got != line.Value {
				t.Errorf("%s: %s is %q, want %q", path, line.Name, got, line.Value)
			}
		}
	}
	if res := get(t, "POST", "/"); res.StatusCode != 405 || res.Header.Get("Allow") != "GET, HEAD" || res.Header.Get("Content-Security-Policy") == "" {
		t.Errorf("POST: %d %v", res.StatusCode, res.Header)
	}
}

func TestPolicyIsStrict(t *testing.T) {
	for at := Sent; at < stages; at++ {
		p := Policy(at)
		if !strings.HasPrefix(p, "default-src 'none'; ") {
			t.Errorf("the policy allows by default: %s", p)
		}
		if m := regexp.MustCompile(`'unsafe-[a-z-]+'|https?:|\*`).FindString(p); m != "" {
			t.Errorf("the policy holds %s: %s", m, p)
		}
		if got := strings.Contains(p, "frame-ancestors"); got != (at == Sent) {
			t.Errorf("Policy(%v) and frame-ancestors: %s", at, p)
		}
		if got := strings.Contains(p, "connect-src 'none'"); got != (at >= Sealed) {
			t.Errorf("Policy(%v) and connections: %s", at, p)
		}
		if at >= Sealed && strings.Contains(strings.ReplaceAll(p, "manifest-src 'self'", ""), "'self'") {
			t.Errorf("Policy(%v) still lets something be loaded: %s", at, p)
		}
	}
}

func TestNegotiation(t *testing.T) {
	for _, c := range []struct{ accept, coding, body string }{
		{"", "", "\x00asm"},
		{"gzip, deflate, br, zstd", "br", "wasm, brotli"},
		{"gzip", "gzip", "wasm, gzip"},
		{"GZIP;q=0.5", "gzip", "wasm, gzip"},
		{"br;q=0, gzip", "gzip", "wasm, gzip"},
		{"br; q=0, *", "gzip", "wasm, gzip"},
		{"*;q=0", "", "\x00asm"},
		{"identity", "", "\x00asm"},
		{"gzip;q=zero", "", "\x00asm"},
	} {
		res := get(t, "GET", "/"+program, "Accept-Encoding", c.accept)
		body, _ := io.ReadAll(res.Body)
		if got := res.Header.Get("Content-Encoding"); got != c.coding || string(body) != c.body {
			t.Errorf("Accept-Encoding %q: %q %q, want %q %q", c.accept, got, body, c.coding, c.body)
		}
		if res.Header.Get("Vary") != "Accept-Encoding" || res.Header.Get("Content-Type") != "application/wasm" {
			t.Errorf("Accept-Encoding %q: headers %v", c.accept, res.Header)
		}
	}
}

func TestNotModified(t *testing.T) {
	plain := get(t, "GET", "/").Header.Get("ETag")
	packed := get(t, "GET", "/", "Accept-Encoding", "gzip").Header.Get("ETag")
	if plain == "" || plain == packed {
		t.Fatalf("ETags %q and %q: each coding needs its own", plain, packed)
	}
	res := get(t, "GET", "/", "If-None-Match", `"other", W/`+plain)
	if body, _ := io.ReadAll(res.Body); res.StatusCode != 304 || len(body) > 0 {
		t.Errorf("same ETag: status %d, %d bytes; want 304 without a body", res.StatusCode, len(body))
	}
	if res := get(t, "GET", "/", "If-None-Match", packed); res.StatusCode != 200 {
		t.Errorf("the ETag of another coding: status %d, want 200", res.StatusCode)
	}
}

func TestHead(t *testing.T) {
	res := get(t, "HEAD", "/")
	if body, _ := io.ReadAll(res.Body); len(body) > 0 || res.Header.Get("Content-Length") != "7" {
		t.Errorf("HEAD: body %q, Content-Length %s", body, res.Header.Get("Content-Length"))
	}
}

func TestListenSaysThatThePortIsTaken(t *testing.T) {
	l, err := Listen(0)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	addr := l.Addr().(*net.TCPAddr)
	if !addr.IP.IsLoopback() {
		t.Errorf("listens on %v: only this machine was meant", addr.IP)
	}
	if _, err := Listen(addr.Port); err == nil || !strings.Contains(err.Error(), "taken by another program") {
		t.Errorf("second Listen: %v", err)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	l, err := Listen(0)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, l, site()) }()
	res, err := http.Get(Address(l))
	if err != nil || res.StatusCode != 200 {
		t.Fatalf("%v %v", res, err)
	}
	res.Body.Close()
	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Error("still serving")
	}
}

func TestStatusAddresses(t *testing.T) {
	for path, want := range map[string]string{"/healthz": "200 ok\n", "/version": "404 Not Found\n"} {
		res := get(t, "GET", path)
		body, _ := io.ReadAll(res.Body)
		if got := strings.Split(res.Status, " ")[0] + " " + string(body); got != want || res.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: %q, want %q; headers %v", path, got, want, res.Header)
		}
	}
	h := New(fstest.MapFS{})
	h.Version = "v1.2"
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/version", nil))
	if w.Code != 200 || w.Body.String() != "v1.2\n" || w.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("/version: %d %q %v", w.Code, w.Body, w.Header())
	}
}

// Every host is told the whole table, and a rule for each file.
func TestHosting(t *testing.T) {
	files := Hosting([]string{"index.html", program, "asset/a.pcap", "sw.js"})
	if len(files) != 4 {
		t.Errorf("%d files", len(files))
	}
	for name, text := range files {
		for _, line := range always {
			if !strings.Contains(text, line.Name) || !strings.Contains(text, line.Value) {
				t.Errorf("%s lacks %s: %s", name, line.Name, line.Value)
			}
		}
		for _, want := range []string{"no-cache", "public, max-age=31536000, immutable", "application/wasm"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %s", name, want)
			}
		}
	}
	// Cloudflare takes 100 rules of lines of 2,000 characters.
	rules := 0
	for line := range strings.Lines(files["_headers"]) {
		if len(line) > 2000 {
			t.Errorf("a line of %d characters: %s", len(line), line)
		}
		if strings.HasPrefix(line, "/") {
			rules++
		}
	}
	if rules != 5 || !strings.Contains(files["_headers"], "\n/\n  Content-Type: text/html") {
		t.Errorf("%d rules:\n%s", rules, files["_headers"])
	}
}
