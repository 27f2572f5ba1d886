package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wirewhy/analyzer/traffic"
	"wirewhy/build/assemble"
	"wirewhy/build/serve"
)

// Where the project lies, seen from this package, and where pictures go.
const (
	root        = "../.."
	screenshots = root + "/build/out/screenshots"
)

// The site is built once for all tests, into a folder of its own.
var (
	source  assemble.Source
	built   assemble.Files
	browser *Browser
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "wirewhy-e2e")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	out := filepath.Join(dir, "site")
	if source, err = assemble.Read(ctx, root); err == nil {
		built, err = source.Site(assemble.Quick)
	}
	if err == nil {
		err = assemble.Write(out, built)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "building the site:", err)
		return 1
	}
	if browser, err = Start(ctx, serve.New(os.DirFS(out))); err != nil {
		fmt.Fprintln(os.Stderr, "starting the browser:", err)
		return 1
	}
	defer browser.Close()
	return m.Run()
}

// open opens the site and, when the test ends, holds what must be true of every
// visit: no error on the console.
func open(t *testing.T) *Page {
	t.Helper()
	return openAt(t, serve.Address(browser.listener), "/?lang=en")
}

// openAt is open for a site that another server has, or a file.
func openAt(t *testing.T, address, path string) *Page {
	t.Helper()
	p, err := browser.OpenAt(address, path)
	must(t, err)
	t.Cleanup(func() {
		for _, message := range p.Errors() {
			t.Errorf("console: %s", message)
		}
		if t.Failed() {
			p.Screenshots(screenshots, "failed-"+t.Name()) // the best that can be done
		}
		p.Close()
	})
	must(t, p.Started())
	return p
}

// report is what the tests read of the page's report.
type report struct {
	Flows []struct {
		Client, Diagnosis string
	}
	Findings []struct {
		Diagnosis, Title string
		Evidence         []struct{ Frames []int }
	}
}

func reportOf(t *testing.T, p *Page) report {
	t.Helper()
	r, err := Eval[report](p, `wirewhy.report()`)
	must(t, err)
	return r
}

// want holds a report against what was put into incident.
func (r report) want(t *testing.T) {
	t.Helper()
	want := map[string][]string{
		"10.20.0.7:41000": {"healthy"}, "10.20.0.8:41005": {"healthy"},
		"10.20.0.7:41001": {"synack-wrong-source"}, "10.20.0.7:41002": {"refused-by-rst"}, "10.20.0.7:41003": {"syn-no-response"},
		"10.20.0.7:41004": {"upstream-down-behind-proxy", "rst-after-handshake"},
	}
	if len(r.Flows) != len(want) {
		t.Errorf("%d flows, want %d", len(r.Flows), len(want))
	}
	for _, f := range r.Flows {
		if !slices.Contains(want[f.Client], f.Diagnosis) {
			t.Errorf("%s: %s, want one of %v", f.Client, f.Diagnosis, want[f.Client])
		}
	}
}

func TestSizeBudget(t *testing.T) {
	const whole = 2_200_000                     // bytes, as sent to a browser, which all take brotli
	site, err := source.Site(assemble.Thorough) // what make site writes
	must(t, err)
	// What a browser fetches when it opens the page, the samples among it; the rest is
	// for those who host the site.
	all := assemble.Measure(site, func(name string) bool {
		return strings.HasPrefix(name, "asset/") || slices.Contains([]string{"index.html", "sw.js", "manifest.webmanifest"}, name)
	})
	program := assemble.Measure(site, func(name string) bool { return strings.HasSuffix(name, ".wasm") })
	t.Logf("program %d bytes, %d as sent; interface %d as sent", program.Raw, program.Packed, all.Packed)
	if all.Packed > whole || program.Raw == 0 {
		t.Errorf("the interface is %d bytes as sent, of these the program %d; %d are the limit", all.Packed, program.Packed, whole)
	}
}

func TestEmptyPage(t *testing.T) {
	p := open(t)
	must(t, p.Reaches(5*time.Second, "empty"))
	must(t, p.Until(5*time.Second, `document.querySelector("input#open[type=file]")`))
	if v, err := Eval[string](p, `wirewhy.version`); err != nil || v == "" {
		t.Errorf("version %q, %v", v, err)
	}
	must(t, p.Screenshots(screenshots, "empty"))
}

func TestChosenFile(t *testing.T) {
	p := open(t)
	must(t, p.Do(`void document.addEventListener("wirewhy:report", () => { window.__reports = (window.__reports || 0) + 1 })`))
	must(t, p.Choose(incident(t).file("incident.pcap")))
	must(t, p.Reaches(20*time.Second, "ready"))
	must(t, p.Until(5*time.Second, `wirewhy.report() && window.__reports === 1`))
	reportOf(t, p).want(t)
}

func TestDroppedFile(t *testing.T) {
	p := open(t)
	must(t, p.Drop("incident.pcap", incident(t).bytes.Bytes()))
	must(t, p.Reaches(20*time.Second, "ready"))
	must(t, p.Until(5*time.Second, `wirewhy.report()`))
	reportOf(t, p).want(t)
}

// The problems are told in words, worst first, and the chosen one's evidence is
// lit in its ladder, with a lane for the address that answered.
func TestFindingsAndLadder(t *testing.T) {
	p := open(t)
	must(t, p.Choose(incident(t).file("incident.pcap")))
	must(t, p.Until(20*time.Second, `document.documentElement.dataset.state === "ready" && wirewhy.report()`))
	r := reportOf(t, p)
	for i, f := range r.Findings {
		if f.Diagnosis != "synack-wrong-source" {
			continue
		}
		must(t, p.Do(fmt.Sprintf(`wirewhy.select({finding: %d})`, i)))
		title, _ := json.Marshal(f.Title)
		must(t, p.Until(5*time.Second, `document.getElementById("problems").innerText.includes(`+string(title)+`) && document.getElementById("say").innerText.includes(`+string(title)+`)`))
		must(t, p.Until(5*time.Second, `document.querySelectorAll("svg.lanes text.address").length === 3`))
		for _, address := range []string{"10.20.0.7", "10.20.9.2", "10.20.3.44"} {
			must(t, p.Until(5*time.Second, `document.querySelector("svg.lanes").textContent.includes("`+address+`")`))
		}
		must(t, p.Until(5*time.Second, `document.querySelectorAll("svg.ladder [data-ev] .badge").length >= 2`))
		// A sentence lights its frames, a frame its sentence.
		must(t, p.Do(`document.querySelector("#say li[data-ev]").dispatchEvent(new PointerEvent("pointerover", {bubbles: true}))`))
		must(t, p.Screenshots(screenshots, "findings"))
		return
	}
	t.Errorf("no finding of the answer from another address: %+v", r.Findings)
}

// Page and command must say the same of the same file, byte by byte of meaning.
func TestSameReportAsCommand(t *testing.T) {
	file := incident(t).file("incident.pcap")
	command := exec.Command("go", "run", "./analyzer/cmd/wirewhy", "-json", file)
	command.Dir = root
	output, err := command.Output()
	must(t, err)
	p := open(t)
	must(t, p.Choose(file))
	must(t, p.Until(20*time.Second, `document.documentElement.dataset.state === "ready" && wirewhy.report()`))
	page, err := Eval[string](p, `JSON.stringify(wirewhy.report())`)
	must(t, err)
	if got, want := indented(t, []byte(page)), indented(t, output); got != want {
		t.Errorf("the page says\n%s\nthe command\n%s", firstDifference(got, want), firstDifference(want, got))
	}
}

func indented(t *testing.T, text []byte) string {
	t.Helper()
	var value any
	must(t, json.Unmarshal(text, &value))
	b, err := json.MarshalIndent(value, "", " ")
	must(t, err)
	return string(b)
}

// firstDifference returns the lines of a around the first one that b has otherwise.
func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range x {
		if i >= len(y) || x[i] != y[i] {
			return strings.Join(x[max(0, i-3):min(len(x), i+4)], "\n")
		}
	}
	return "(the same, and less)"
}

func TestUnreadableFile(t *testing.T) {
	p := open(t)
	must(t, p.Drop("login.pcap", []byte("<!doctype html><title>Please sign in</title>")))
	must(t, p.Reaches(20*time.Second, "failed"))
	must(t, p.Until(5*time.Second, `document.body.innerText.includes("login.pcap")`))
	must(t, p.Screenshots(screenshots, "unreadable"))
	// It is no dead end: the next file is read.
	must(t, p.Drop("incident.pcap", incident(t).bytes.Bytes()))
	must(t, p.Reaches(20*time.Second, "ready"))
}

// After the page has loaded nothing is requested, whatever is done with it: not
// by the page's own account, not by the server's.
func TestNoRequestAfterLoading(t *testing.T) {
	p := open(t)
	// The icon may be fetched a moment after everything else.
	time.Sleep(500 * time.Millisecond)
	before, served := len(p.Requests()), len(browser.Served())
	if before < 4 {
		t.Fatalf("only %d requests seen while loading: %v", before, p.Requests())
	}
	must(t, p.Drop("incident.pcap", incident(t).bytes.Bytes()))
	must(t, p.Reaches(20*time.Second, "ready"))
	must(t, p.Until(5*time.Second, `wirewhy.report()`))
	must(t, p.Select(1))
	must(t, p.Until(5*time.Second, `document.querySelector("svg.ladder")`))
	must(t, p.Drop("other.pcap", incident(t).bytes.Bytes()))
	must(t, p.Reaches(20*time.Second, "ready"))
	time.Sleep(500 * time.Millisecond)
	if after := p.Requests(); len(after) > before {
		t.Errorf("requests after loading: %v", after[before:])
	}
	if after := browser.Served(); len(after) > served {
		t.Errorf("the server was asked for: %v", after[served:])
	}
}

// large writes a capture that takes a while to read.
func large(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "large.pcap")
	f, err := os.Create(path)
	must(t, err)
	defer f.Close()
	_, err = traffic.Mixed(f, 400<<20, 1)
	must(t, err)
	return path
}

// Reading tells how far it has come, shows what it has found, and ends at once
// when it is told to, with what was read until then.
func TestProgressAndCancel(t *testing.T) {
	p := open(t)
	must(t, p.Choose(large(t)))
	must(t, p.Reaches(20*time.Second, "reading"))
	must(t, p.Until(20*time.Second, `document.getElementById("progress").innerText.includes("large.pcap") || document.getElementById("meta").innerText.includes("large.pcap")`))
	must(t, p.Until(20*time.Second, `document.getElementById("act-cancel")`))
	must(t, p.Do(`document.getElementById("act-cancel").click()`))
	must(t, p.Reaches(20*time.Second, "ready"))
	must(t, p.Until(20*time.Second, `wirewhy.report()`))
	type capture struct {
		Packets   int
		Truncated bool
	}
	c, err := Eval[capture](p, `Promise.resolve(wirewhy.report()).then((r) => ({Packets: r.captures[0].packets, Truncated: r.captures[0].truncated}))`)
	must(t, err)
	if !c.Truncated || c.Packets == 0 {
		t.Errorf("after cancelling: %+v; want some packets, and the capture to be called truncated", c)
	}
	must(t, p.Screenshots(screenshots, "canceled"))
}
