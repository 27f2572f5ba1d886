package e2e

import (
	"context"
	"encoding/binary"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"wirewhy/build/serve"
)

// The watcher must see what it is there to see: a test of silence by somebody
// who is deaf proves nothing. The page of this test does everything that the
// site must not.
func TestWatcher(t *testing.T) {
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	b, err := Start(context.Background(), serve.New(fstest.MapFS{
		"index.html": {Data: []byte(`<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>t</title><input type="file" id="open"><script src="page.js"></script>`)},
		"page.js": {Data: []byte(`
			document.documentElement.dataset.state = "empty";
			addEventListener("drop", (e) => { e.preventDefault(); e.dataTransfer.files[0].text().then((s) => document.title = e.dataTransfer.files[0].name + " " + s); });
			document.getElementById("open").addEventListener("change", (e) => { document.title = "chosen " + e.target.files[0].name; });`)},
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	p, err := b.Open("/?x=1")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()

	must(t, p.Reaches(5*time.Second, "empty"))
	if got := p.Errors(); len(got) > 0 {
		t.Errorf("errors before any was made: %v", got)
	}
	if got := p.Requests(); !slices.Equal(got, []string{"GET " + p.address + "/?x=1", "GET " + p.address + "/page.js"}) {
		t.Errorf("requests of a quiet page: %v", got)
	}

	must(t, p.Forget())
	traced, err := p.Trace()
	must(t, err)
	must(t, p.Do(`void setTimeout(() => { const end = performance.now() + 120; while (performance.now() < end); document.title = "laid out"; document.body.append("x"); document.body.offsetTop; })`))
	must(t, p.Until(5*time.Second, `__watch.tasks.length > 0 && __watch.gap >= 100`))
	task, err := traced()
	must(t, err)
	if task.Wall < 100 || task.Work <= 0 || task.Work > task.Wall {
		t.Errorf("a task of 120 ms is told as %+v", task)
	}

	must(t, p.Do(`fetch("/missing").catch(() => {})`))
	must(t, p.Do(`fetch("`+other.URL+`").catch(() => {})`)) // the policy refuses it
	must(t, p.Do(`void setTimeout(() => { throw new Error("on purpose") })`))
	eventually(t, "the exception", func() bool { return strings.Contains(strings.Join(p.Errors(), "\n"), "on purpose") })
	eventually(t, "the policy's refusal", func() bool { return strings.Contains(strings.Join(p.Errors(), "\n"), "Content Security Policy") })
	eventually(t, "the request", func() bool { return slices.Contains(p.Requests(), "GET "+p.address+"/missing") })
	if !slices.Contains(b.Served(), "GET /missing") {
		t.Errorf("the server's log lacks the request: %v", b.Served())
	}

	must(t, p.Drop(`a"b.pcap`, []byte("dropped")))
	must(t, p.Until(5*time.Second, `document.title === 'a"b.pcap dropped'`))
	file := filepath.Join(t.TempDir(), "c.pcap")
	must(t, os.WriteFile(file, []byte("x"), 0o644))
	must(t, p.Choose(file))
	must(t, p.Until(5*time.Second, `document.title === "chosen c.pcap"`))
	if err := p.Until(50*time.Millisecond, `false`); err == nil {
		t.Error("Until returned before it was true")
	}

	dir := t.TempDir()
	must(t, p.Screenshots(dir, "s"))
	for _, size := range [][2]int{{1280, 720}, {1920, 1080}} {
		for _, theme := range []string{"light", "dark"} {
			name := "s-" + strconv.Itoa(size[0]) + "x" + strconv.Itoa(size[1]) + "-" + theme + ".png"
			picture, err := os.ReadFile(filepath.Join(dir, name))
			must(t, err)
			// The size stands at a fixed place of a PNG's header (IHDR).
			width, height := binary.BigEndian.Uint32(picture[16:]), binary.BigEndian.Uint32(picture[20:])
			if int(width) != size[0] || int(height) != size[1] {
				t.Errorf("%s is %d×%d", name, width, height)
			}
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// eventually waits for what arrives by events of its own time.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Errorf("never seen: %s", what)
			return
		}
	}
}
