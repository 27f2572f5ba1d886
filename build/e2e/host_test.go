package e2e

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// wholeStory drops the incident and follows it from the list of problems to a
// packet's bytes.
func wholeStory(t *testing.T, p *Page) {
	t.Helper()
	must(t, p.Drop("incident.pcap", incident(t).bytes.Bytes()))
	must(t, p.Reaches(20*time.Second, "ready"))
	must(t, p.Until(5*time.Second, `wirewhy.report()`))
	reportOf(t, p).want(t)
	must(t, p.Do(`wirewhy.select({finding: 0})`))
	must(t, p.Until(5*time.Second, `document.querySelector('[data-act="tab"][data-arg="timeline"]')`))
	must(t, p.Do(`document.querySelector('[data-act="tab"][data-arg="timeline"]').click()`)) // the address may name another
	must(t, p.Until(5*time.Second, `document.querySelector("svg.ladder")`))
	must(t, p.Do(`document.querySelector('[data-act="tab"][data-arg="packets"]').click()`))
	must(t, p.Until(5*time.Second, `document.querySelector('#packets-rows [data-act="packet"]')`))
	must(t, p.Do(`document.querySelector('#packets-rows [data-act="packet"]').click()`))
	must(t, p.Until(5*time.Second, `document.querySelector('#packet [data-act="byte"]')`))
}

// singleFile writes the single file and returns its address.
func singleFile(t *testing.T) string {
	t.Helper()
	page, err := source.Single()
	must(t, err)
	file := filepath.Join(t.TempDir(), "wirewhy.html")
	must(t, os.WriteFile(file, page, 0o644))
	return "file://" + file
}

// One file on a disk does all that the site does, its worker and its samples
// included, and asks nobody for anything.
func TestSingleFile(t *testing.T) {
	p := openAt(t, singleFile(t), "?lang=en")
	wholeStory(t, p)
	must(t, p.Do(`wirewhy.close()`))
	must(t, p.Until(5*time.Second, `document.getElementById("sample-0")`))
	must(t, p.Do(`document.getElementById("sample-0").click()`))
	must(t, p.Reaches(20*time.Second, "ready"))
	must(t, p.Until(5*time.Second, `wirewhy.report()`))
	if requests := p.Requests(); len(requests) != 1 {
		t.Errorf("requests: %v; want the file alone", requests)
	}
}

// bare serves the site as the simplest of hosts does: below a path, with no header
// but the content's type and length, and compressed with gzip at most.
func bare(prefix string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ok := strings.CutPrefix(r.URL.Path, prefix)
		if name == "" {
			name = "index.html"
		}
		body, known := built[name]
		if !ok || !known {
			http.Error(w, "no", http.StatusNotFound)
			return
		}
		switch filepath.Ext(name) {
		case ".html":
			w.Header().Set("Content-Type", "text/html")
		case ".css":
			w.Header().Set("Content-Type", "text/css")
		case ".js":
			w.Header().Set("Content-Type", "application/javascript")
		default: // not even application/wasm
			w.Header().Set("Content-Type", "binary/octet-stream")
		}
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && len(body) > 1<<20 {
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			z.Write(body)
			z.Close()
			body = b.Bytes()
			w.Header().Set("Content-Encoding", "gzip")
		}
		io.Copy(w, bytes.NewReader(body))
	})
}

// The site needs nothing of its host but that it hands out files.
func TestBareHost(t *testing.T) {
	server := httptest.NewServer(bare("/tools/why/"))
	defer server.Close()
	p := openAt(t, server.URL, "/tools/why/?lang=en")
	wholeStory(t, p)
	for _, request := range p.Requests() {
		if !strings.HasPrefix(request, "GET "+server.URL+"/tools/why/") {
			t.Errorf("a request outside of the path: %s", request)
		}
	}
}
