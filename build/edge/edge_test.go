//go:build unix

package edge

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"wirewhy/build/assemble"
	"wirewhy/build/npm"
	"wirewhy/build/serve"
)

const (
	root  = "../.."
	tools = root + "/build/out/edge-tools" // npm's packages, kept between runs
)

// wrangler returns the script of Cloudflare's tool. Without npm or its registry
// the test is skipped.
func wrangler(t *testing.T) string {
	t.Helper()
	script, err := npm.Install(filepath.Join(root, "wasm", "edge"), tools, "wrangler/bin/wrangler.js")
	if err != nil {
		t.Skipf("the edge is not held against the server: %v", err)
	}
	return script
}

// start runs the project in the local runtime and returns its address.
func start(t *testing.T, script, project string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	_, port, _ := net.SplitHostPort(address)
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", script, "dev", "--ip", "127.0.0.1", "--port", port, "--inspector-port", "0", "--show-interactive-dev-session=false")
	cmd.Dir = project
	cmd.Env = append(os.Environ(), "WRANGLER_SEND_METRICS=false", "CI=1", "HOME="+t.TempDir(), "XDG_CONFIG_HOME="+t.TempDir())
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // the runtime is a child of node's
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		cmd.Wait()
	})
	for deadline := time.Now().Add(90 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if res, err := http.Get("http://" + address + "/healthz"); err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return "http://" + address
			}
		}
	}
	said, _ := os.ReadFile(log.Name())
	t.Fatalf("the local runtime does not answer:\n%s", said)
	return ""
}

// The edge answers as the development server does: status, headers and body, for
// files and for everything else.
func TestSameAsServer(t *testing.T) {
	script := wrangler(t)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	source, err := assemble.Read(ctx, root)
	if err != nil {
		t.Fatal(err)
	}
	project := t.TempDir()
	size, err := Make(ctx, root, project, source)
	if err != nil {
		t.Fatal(err)
	}
	if size.Packed > FreeLimit {
		t.Errorf("the worker is %d bytes in gzip; Cloudflare takes %d for free", size.Packed, FreeLimit)
	}
	site := os.DirFS(filepath.Join(project, "site"))
	handler := serve.New(site)
	handler.Version = source.Version
	server := httptest.NewServer(handler)
	defer server.Close()
	edge := start(t, script, project)

	files, err := assembleNames(filepath.Join(project, "site"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 10 {
		t.Fatalf("only %d files: %v", len(files), files)
	}
	paths := append(files, "", "?lang=en", "healthz", "version", "nothing", "asset", "asset/", "asset/nothing.0123456789abcdef.js", "_headers", ".hidden", "wrangler.jsonc", "%00")
	for _, path := range paths {
		for _, method := range []string{"GET", "HEAD"} {
			same(t, method, server.URL, edge, path, nil)
		}
	}
	for _, path := range []string{"nothing", "share"} {
		same(t, "POST", server.URL, edge, path, nil)
	}
	// Here the platform speaks for itself: the status is the same, the words are not.
	for _, path := range []string{"", "sw.js"} {
		got := ask(t, "POST", edge, path, nil)
		if got.status != http.StatusMethodNotAllowed || got.header.Get("Content-Security-Policy") != serve.Policy(serve.Sent) {
			t.Errorf("POST /%s: status %d, headers %v", path, got.status, got.header)
		}
	}
	for _, path := range []string{"", "sw.js", "healthz"} {
		revalidated(t, edge, path)
		revalidated(t, server.URL, path)
		negotiated(t, edge, path)
		negotiated(t, server.URL, path)
	}
}

// assembleNames lists the files that have an address.
func assembleNames(dir string) (names []string, err error) {
	err = filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if name != "_headers" {
			names = append(names, filepath.ToSlash(name))
		}
		return err
	})
	return names, err
}

// client follows no redirect and unpacks nothing.
var client = &http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Transport:     &http.Transport{DisableCompression: true},
}

type answer struct {
	status int
	header http.Header
	body   []byte
}

func ask(t *testing.T, method, base, path string, header http.Header) answer {
	t.Helper()
	r, err := http.NewRequest(method, base+"/"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		r.Header[name] = values
	}
	res, err := client.Do(r)
	if err != nil {
		t.Fatalf("%s %s/%s: %v", method, base, path, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s %s/%s: %v", method, base, path, err)
	}
	return answer{res.StatusCode, res.Header, body}
}

// ways are headers that say how an answer came rather than what it is, and the
// platform's own; negotiated and revalidated look at those that matter.
var ways = []string{"Date", "Content-Length", "Transfer-Encoding", "Etag", "Vary", "Cf-Cache-Status", "Connection"}

func same(t *testing.T, method, server, edge, path string, header http.Header) {
	t.Helper()
	want, got := ask(t, method, server, path, header), ask(t, method, edge, path, header)
	where := fmt.Sprintf("%s /%s", method, path)
	if got.status != want.status {
		t.Errorf("%s: status %d, the server says %d", where, got.status, want.status)
	}
	if !bytes.Equal(got.body, want.body) {
		t.Errorf("%s: %d bytes, the server sends %d: %.80q, %.80q", where, len(got.body), len(want.body), got.body, want.body)
	}
	for _, way := range ways {
		got.header.Del(way)
		want.header.Del(way)
	}
	for _, a := range []answer{got, want} { // the same place, said in two ways
		if place := a.header.Get("Location"); place != "" {
			base, _ := url.Parse("http://site/" + path)
			a.header.Set("Location", base.ResolveReference(must(t, place)).String())
		}
	}
	for name := range want.header {
		if g, w := strings.Join(got.header[name], ", "), strings.Join(want.header[name], ", "); g != w {
			t.Errorf("%s: %s is %q, the server says %q", where, name, g, w)
		}
		got.header.Del(name)
	}
	if len(got.header) > 0 {
		t.Errorf("%s: headers that the server does not send: %v", where, got.header)
	}
}

func must(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// revalidated holds that a file's own tag is enough to be told that nothing has
// changed, under the same policy.
func revalidated(t *testing.T, base, path string) {
	t.Helper()
	first := ask(t, "GET", base, path, nil)
	tag := first.header.Get("Etag")
	if path == "healthz" { // no file
		if tag != "" {
			t.Errorf("%s/%s has a tag: %s", base, path, tag)
		}
		return
	}
	second := ask(t, "GET", base, path, http.Header{"If-None-Match": {tag}})
	if tag == "" || second.status != http.StatusNotModified || len(second.body) > 0 {
		t.Errorf("%s/%s with the tag %s: status %d, %d bytes", base, path, tag, second.status, len(second.body))
	}
	if other := ask(t, "GET", base, path, http.Header{"If-None-Match": {`"other"`}}); other.status != http.StatusOK || !bytes.Equal(other.body, first.body) {
		t.Errorf("%s/%s with another tag: status %d", base, path, other.status)
	}
}

// negotiated holds that whoever takes gzip, and whoever takes nothing, gets the
// same content.
func negotiated(t *testing.T, base, path string) {
	t.Helper()
	plain := ask(t, "GET", base, path, http.Header{"Accept-Encoding": {"identity"}})
	if coding := plain.header.Get("Content-Encoding"); coding != "" {
		t.Errorf("%s/%s is in %s, which nobody asked for", base, path, coding)
	}
	packed := ask(t, "GET", base, path, http.Header{"Accept-Encoding": {"gzip"}})
	body := packed.body
	if packed.header.Get("Content-Encoding") == "gzip" {
		r, err := gzip.NewReader(bytes.NewReader(body))
		if err == nil {
			body, err = io.ReadAll(r)
		}
		if err != nil {
			t.Errorf("%s/%s: %v", base, path, err)
		}
	}
	if !bytes.Equal(body, plain.body) {
		t.Errorf("%s/%s in gzip is something else", base, path)
	}
}
