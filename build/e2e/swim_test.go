package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wirewhy/analyzer/traffic"
)

// manyFlows writes a few hundred flows over some time, of which those to one
// server fail from a moment on.
func manyFlows(t *testing.T) *capture {
	c := newCapture(t)
	for i := range uint16(400) {
		client := at(fmt.Sprintf("10.20.0.%d", 7+i%5), 42000+i)
		isn := uint32(i)*100_000 + 1000
		c.at = c.at.Add(time.Duration(i%7) * 11 * time.Millisecond)
		switch {
		case i%4 == 1 && i > 150:
			c.refused(client, at("10.20.9.3", 6379), isn)
		case i%50 == 3:
			c.silent(client, at("10.20.9.4", 443), isn)
			c.at = c.at.Add(-6 * time.Second)
		case i%50 == 9:
			c.wrongSource(client, at("10.20.9.2", 80), at("10.20.3.44", 80), isn)
			c.at = c.at.Add(-2 * time.Second)
		default:
			c.served(client, at("10.20.9.1", 80), isn, isn+7)
		}
	}
	return c
}

// point moves the mouse to a place of the drawing of all flows, and says what the
// tip tells then.
func point(t *testing.T, p *Page, x, y int, want string) {
	t.Helper()
	move := fmt.Sprintf(`(() => { const b = document.getElementById("swim-clip").getBoundingClientRect(); document.getElementById("swim-box").dispatchEvent(new PointerEvent("pointermove", { clientX: b.left + %d, clientY: b.top + %d, bubbles: true, pointerType: "mouse" })); })()`, x, y)
	must(t, p.Until(5*time.Second, `(`+move+`, document.getElementById("swim-tip").innerText.includes(`+fmt.Sprintf("%q", want)+`))`)) // it may be drawn anew meanwhile
}

// All flows over time: what failed is red, what is pointed at is told, a click
// selects it in the list, too, and the drawing follows filter and sort.
func TestSwimlanes(t *testing.T) {
	p := open(t)
	must(t, p.Choose(incident(t).file("incident.pcap")))
	must(t, p.Reaches(20*time.Second, "ready"))
	must(t, p.Until(5*time.Second, `document.getElementById("tab-flows")`))
	must(t, p.Do(`document.getElementById("tab-flows").click()`))
	must(t, p.Until(5*time.Second, `document.getElementById("swim").height === 6 * 18 && document.getElementById("swim-say").innerText.includes("2 healthy") && document.querySelectorAll("#swim-over .row-name").length === 6`))
	painted := `(() => { const c = document.getElementById("swim"), d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data; const n = {}; for (let i = 0; i < d.length; i += 4) if (d[i + 3]) { const k = [d[i], d[i + 1], d[i + 2]].join(); n[k] = (n[k] || 0) + 1; } return n; })()`
	colors, err := Eval[map[string]int](p, painted)
	must(t, err)
	if colors["184,48,14"] < 500 || colors["31,115,72"] < 4 || len(colors) != 2 {
		t.Errorf("painted %v", colors)
	}
	point(t, p, 100, 18+9, "10.20.0.7:41001")
	must(t, p.Do(`document.getElementById("swim-box").dispatchEvent(new MouseEvent("click", { clientX: document.getElementById("swim-clip").getBoundingClientRect().left + 100, clientY: document.getElementById("swim-clip").getBoundingClientRect().top + 27, bubbles: true }))`))
	must(t, p.Until(5*time.Second, `document.querySelector("#flow-1.on") && document.getElementById("say").innerText.includes("10.20.0.7:41001") && location.hash === "#flow=1&tab=flows" && document.querySelector("#swim-over .chosen")`))
	// The keyboard moves on in the list, zooms and pans.
	must(t, p.Do(`document.getElementById("swim-box").focus()`))
	must(t, p.Press("ArrowDown"))
	must(t, p.Until(5*time.Second, `document.querySelector("#flow-2.on")`))
	say, err := Eval[string](p, `document.getElementById("swim-say").innerText`)
	must(t, err)
	must(t, p.Do(`document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "+", bubbles: true }))`))
	must(t, p.Until(5*time.Second, fmt.Sprintf(`document.getElementById("swim-say").innerText !== %q && !document.getElementById("swim-out").disabled`, say)))
	must(t, p.Do(`document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "0", bubbles: true }))`))
	must(t, p.Until(5*time.Second, fmt.Sprintf(`document.getElementById("swim-say").innerText === %q`, say)))
	must(t, p.Do(`(() => { const f = document.getElementById("filter"); f.value = "port 80"; f.dispatchEvent(new Event("input", { bubbles: true })); })()`))
	must(t, p.Until(5*time.Second, `document.getElementById("swim").height === 3 * 18`))
	must(t, p.Do(`document.getElementById("swim-box").focus()`))
	must(t, p.Press("Enter"))
	must(t, p.Until(5*time.Second, `document.documentElement.dataset.tab === "timeline" && document.querySelector("svg.ladder")`))
}

func TestSwimlanesOfMany(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		p, err := browser.Open("/?lang=" + lang)
		must(t, err)
		defer p.Close()
		must(t, p.Started())
		must(t, p.Choose(manyFlows(t).file("many.pcap")))
		must(t, p.Reaches(20*time.Second, "ready"))
		must(t, p.Until(5*time.Second, `document.getElementById("tab-flows")`))
		must(t, p.Do(`document.getElementById("tab-flows").click()`))
		must(t, p.Until(5*time.Second, `document.getElementById("swim").height > 100`))
		point(t, p, 120, 30, "10.20.")
		must(t, p.Screenshots(screenshots, "flows-"+lang))
		must(t, p.Do(`document.getElementById("swim-each").click()`))
		must(t, p.Until(5*time.Second, `document.querySelectorAll("#swim-over .row-name").length > 5 && document.querySelector("#swim-over .scrolled")`))
		must(t, p.Do(`document.getElementById("swim-box").dispatchEvent(new WheelEvent("wheel", { deltaY: 1800, bubbles: true, cancelable: true }))`))
		must(t, p.Until(5*time.Second, `document.querySelector("#swim-over .row-name").textContent.includes("42100")`))
		must(t, p.Screenshots(screenshots, "flows-each-"+lang))
		if errors := p.Errors(); len(errors) > 0 {
			t.Error(errors)
		}
	}
}

// What drawing a million flows and a flow of half a million packets takes is
// printed, not judged: machines differ.
func TestMeasureDrawing(t *testing.T) {
	if testing.Short() {
		t.Skip("reads large captures")
	}
	path := filepath.Join(t.TempDir(), "tiny.pcap")
	f, err := os.Create(path)
	must(t, err)
	_, err = traffic.Tiny(f, 1_000_000, 1)
	must(t, err)
	must(t, f.Close())
	p := open(t)
	must(t, p.Choose(path))
	must(t, p.Until(180*time.Second, `document.documentElement.dataset.state === "ready"`))
	begin := time.Now()
	worked(t, p, "showing a million flows, and zooming into them", func() {
		must(t, p.Do(`document.getElementById("tab-flows").click()`))
		must(t, p.Until(20*time.Second, `document.getElementById("swim-say") && document.getElementById("swim").height > 160`))
		t.Logf("they stand %v after the click", time.Since(begin).Round(time.Millisecond))
		for range 10 {
			must(t, p.Do(`document.getElementById("swim-box").dispatchEvent(new WheelEvent("wheel", { deltaY: -60, ctrlKey: true, bubbles: true, cancelable: true }))`))
			time.Sleep(30 * time.Millisecond)
		}
	})
	must(t, p.Screenshots(screenshots, "flows-million"))

	// One connection of half a million packets.
	c := newCapture(t)
	client, server := at("10.20.0.7", 41000), at("10.20.9.1", 80)
	c.opened(client, server, 1000, 5000)
	part := strings.Repeat("x", 100)
	for i := range uint32(250_000) {
		c.segment(20*time.Microsecond, server, client, ".", 5001+100*i, 1001, part)
		c.segment(5*time.Microsecond, client, server, ".", 1001, 5101+100*i, "")
	}
	p = open(t)
	must(t, p.Choose(c.file("long.pcap")))
	must(t, p.Until(60*time.Second, `document.documentElement.dataset.state === "ready"`))
	begin = time.Now()
	worked(t, p, "drawing a flow of 500,003 packets", func() {
		must(t, p.Do(`wirewhy.select({flow: 0}), document.getElementById("tab-timeline").click()`))
		must(t, p.Until(20*time.Second, `document.querySelectorAll("svg.ladder .step").length > 10`))
		t.Logf("it stands %v after the choice", time.Since(begin).Round(time.Millisecond))
	})
}

// worked prints the longest task of the main thread while something is done: its
// own processor time, and the clock's.
func worked(t *testing.T, p *Page, what string, do func()) {
	t.Helper()
	end, err := p.Trace()
	must(t, err)
	do()
	task, err := end()
	must(t, err)
	t.Logf("%s: the longest task takes %.1f ms of processor time (%.0f ms on the clock)", what, task.Work, task.Wall)
}
