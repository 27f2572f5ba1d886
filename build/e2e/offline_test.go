package e2e

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"wirewhy/build/assemble"
	"wirewhy/build/serve"
)

// host is a server of a site that can be exchanged, or shut off.
type host struct {
	mu   sync.Mutex
	site http.Handler // nil: the network is gone
}

func (h *host) set(site http.Handler) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.site = site
}

func (h *host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	site := h.site
	h.mu.Unlock()
	if site == nil {
		panic(http.ErrAbortHandler) // the connection breaks
	}
	site.ServeHTTP(w, r)
}

// version makes the site as it would be of another version of the program.
func version(t *testing.T, name string) http.Handler {
	t.Helper()
	s := source
	s.Version = name
	site, err := s.Site(assemble.None)
	must(t, err)
	dir := filepath.Join(t.TempDir(), "site")
	must(t, assemble.Write(dir, site))
	return serve.New(os.DirFS(dir))
}

// kept opens a site and waits until the browser keeps it.
func kept(t *testing.T) (*host, *Browser, *Page) {
	t.Helper()
	h := &host{site: version(t, "v1")}
	b, err := Start(context.Background(), h)
	must(t, err)
	t.Cleanup(b.Close)
	p, err := b.Open("/?lang=en&offline")
	must(t, err)
	t.Cleanup(p.Close)
	must(t, p.Started())
	must(t, p.Until(20*time.Second, `document.documentElement.dataset.offline === "ready"`))
	return h, b, p
}

const shownVersion = `document.querySelector('meta[name="version"]').content`

// Once loaded the page works without a network, whole, and in the version that was
// loaded; another version says that it is there, and comes when it is told to.
func TestOffline(t *testing.T) {
	h, _, p := kept(t)

	h.set(nil)
	reload := func() {
		t.Helper()
		must(t, p.within(30*time.Second, func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.Reload()) }))
		must(t, p.Started())
	}
	reload()
	wholeStory(t, p)
	if got, err := Eval[string](p, shownVersion); err != nil || got != "v1" {
		t.Errorf("version %q, %v", got, err)
	}

	h.set(version(t, "v2"))
	reload()
	must(t, p.Until(20*time.Second, `document.getElementById("act-newer")`))
	if got, err := Eval[string](p, shownVersion); err != nil || got != "v1" {
		t.Errorf("version %q before anybody wanted another; %v", got, err)
	}
	must(t, p.Screenshots(screenshots, "newer"))
	must(t, p.Do(`document.getElementById("act-newer").click()`))
	eventually(t, "the new version", func() bool {
		got, err := Eval[string](p, shownVersion)
		return err == nil && got == "v2"
	})
	must(t, p.Started())
	h.set(nil)
	reload()
	if got, err := Eval[string](p, shownVersion); err != nil || got != "v2" {
		t.Errorf("version %q, %v", got, err)
	}
	wholeStory(t, p)
}

// A file that another app shares with the page is put aside by the service worker
// and opened by the page; the server hears nothing of it.
func TestShared(t *testing.T) {
	h, b, p := kept(t)
	// A page of the host that is not locked down plays the other app's part: the
	// browser itself sends such a form.
	h.set(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Write([]byte(`<!doctype html><link rel="icon" href="data:,"><form id="f" method="POST" action="share" enctype="multipart/form-data"><input type="file" id="file" name="captures" multiple></form>`))
	}))
	must(t, chromedp.Do(p.ctx, chromedp.Navigate(p.address+"/elsewhere.html")))
	must(t, p.ChooseIn("file", incident(t).file("shared & more.pcap")))
	before := len(b.Served())
	must(t, p.Do(`document.getElementById("f").submit()`))
	eventually(t, "the page", func() bool { ok, err := Eval[bool](p, `!!window.wirewhy`); return ok && err == nil })
	must(t, p.Reaches(20*time.Second, "ready"))
	must(t, p.Until(5*time.Second, `wirewhy.report() && document.getElementById("meta").innerText.includes("shared & more.pcap")`))
	reportOf(t, p).want(t)
	for _, served := range b.Served()[before:] {
		if strings.HasPrefix(served, "POST") || strings.Contains(served, "share") {
			t.Errorf("the server was sent: %s", served)
		}
	}
}

// What cannot be kept whole is not kept: a file that is not of the version that
// the service worker names.
func TestMixedVersionsAreNotKept(t *testing.T) {
	s := source
	s.Version = "v1"
	site, err := s.Site(assemble.None)
	must(t, err)
	site["index.html"] = bytes.Replace(site["index.html"], []byte("v1"), []byte("v0"), 1)
	dir := filepath.Join(t.TempDir(), "site")
	must(t, assemble.Write(dir, site))
	b, err := Start(context.Background(), serve.New(os.DirFS(dir)))
	must(t, err)
	defer b.Close()
	p, err := b.Open("/?lang=en&offline")
	must(t, err)
	defer p.Close()
	must(t, p.Started())
	eventually(t, "the service worker asking for the page", func() bool {
		return slices.Contains(b.Served(), "GET /sw.js") && slices.Index(b.Served()[1:], "GET /") > 0
	})
	time.Sleep(500 * time.Millisecond)
	if kept, err := Eval[bool](p, `document.documentElement.dataset.offline === "ready"`); err != nil || kept {
		t.Errorf("kept a page of another version: %v, %v", kept, err)
	}
}
