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
		{"/index.html", 200, "text/html; charset=utf-8", "no-cache"},
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
