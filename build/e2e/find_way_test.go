package e2e

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"wirewhy/analyzer/traffic"
)

// The address tells what is selected, by number; back, forward and a reload of
// the address lead there, and nothing of the capture stands in it.
func TestAddressLeadsBack(t *testing.T) {
	p := open(t)
	must(t, p.Drop("incident.pcap", incident(t).bytes.Bytes()))
	must(t, p.Reaches(20*time.Second, "ready"))
	if hash, err := Eval[string](p, `location.hash`); err != nil || hash != "" {
		t.Errorf("before anything was chosen the address ends with %q, %v", hash, err)
	}
	must(t, p.Until(5*time.Second, `document.getElementById("problem-1")`))
	must(t, p.Do(`document.getElementById("problem-1").click()`))
	must(t, p.Until(5*time.Second, `location.hash.startsWith("#finding=")`))
	must(t, p.Until(5*time.Second, `document.getElementById("flow-0")`))
	must(t, p.Do(`document.getElementById("flow-0").click()`))
	must(t, p.Until(5*time.Second, `location.hash === "#flow=0"`))
	must(t, p.Until(5*time.Second, `document.getElementById("tab-packets")`))
	must(t, p.Do(`document.getElementById("tab-packets").click()`))
	must(t, p.Until(5*time.Second, `location.hash === "#flow=0&tab=packets"`))

	must(t, p.Do(`history.back()`))
	must(t, p.Until(5*time.Second, `location.hash === "#flow=0" && document.documentElement.dataset.tab === "timeline" && document.querySelector("#flow-0.on")`))
	must(t, p.Do(`history.back()`))
	must(t, p.Until(5*time.Second, `document.querySelector("#problem-1[aria-current=true]")`))
	must(t, p.Do(`history.back()`))
	must(t, p.Until(5*time.Second, `location.hash === "" && document.querySelector("#problem-0[aria-current=true]")`))
	must(t, p.Do(`history.go(3)`))
	must(t, p.Until(5*time.Second, `document.documentElement.dataset.tab === "packets" && document.documentElement.dataset.selection === "flow"`))

	// Another file forgets the place, the same address opened anew finds it.
	must(t, p.Drop("incident.pcap", incident(t).bytes.Bytes()))
	must(t, p.Until(20*time.Second, `document.documentElement.dataset.state === "ready" && location.hash === ""`))
	q, err := browser.Open("/?lang=en&sample=an-incident#flow=2&tab=packets")
	must(t, err)
	defer q.Close()
	must(t, q.Until(20*time.Second, `document.documentElement.dataset.state === "ready" && document.documentElement.dataset.tab === "packets" && document.documentElement.dataset.selection === "flow"`))
	must(t, q.Until(5*time.Second, `location.hash === "#flow=2&tab=packets"`))
}

// A time is chosen on the overview by dragging; the list then holds the flows
// that began in it, until all are wanted again.
func TestTimeOnOverview(t *testing.T) {
	p := open(t)
	must(t, p.Drop("incident.pcap", incident(t).bytes.Bytes()))
	must(t, p.Reaches(20*time.Second, "ready"))
	must(t, p.Until(5*time.Second, `document.querySelectorAll("#flows-rows .flow").length === 6 && document.querySelector("#strip svg")`))
	drag := func(from, to float64) {
		t.Helper()
		must(t, p.Drag("#strip svg", from, to))
	}
	drag(0, 0.2) // the first flows begin in the first second of ten
	must(t, p.Until(5*time.Second, `document.getElementById("all-times") && document.querySelectorAll("#flows-rows .flow").length < 6 && document.querySelectorAll("#flows-rows .flow").length > 0`))
	early, err := Eval[int](p, `document.querySelectorAll("#flows-rows .flow").length`)
	must(t, err)
	must(t, p.Until(5*time.Second, `document.getElementById("range").getBoundingClientRect().width > 100`))
	must(t, p.Screenshots(screenshots, "time"))
	drag(1, 0.2)                                                                                                          // and from right to left
	must(t, p.Until(5*time.Second, fmt.Sprintf(`document.querySelectorAll("#flows-rows .flow").length === %d`, 6-early))) // none began in the bar at the border
	drag(1, 0)
	must(t, p.Until(5*time.Second, `document.getElementById("all-times") && document.querySelectorAll("#flows-rows .flow").length === 6`))
	must(t, p.Do(`document.querySelector("#strip svg").dispatchEvent(new MouseEvent("dblclick", { bubbles: true }))`))
	must(t, p.Until(5*time.Second, `!document.getElementById("all-times") && document.getElementById("range").getBoundingClientRect().width === 0`))
	drag(0, 0.2)
	must(t, p.Until(5*time.Second, `document.getElementById("all-times")`))
	must(t, p.Do(`document.getElementById("all-times").click()`))
	must(t, p.Until(5*time.Second, `!document.getElementById("all-times") && document.querySelectorAll("#flows-rows .flow").length === 6`))
}

// A band of the timeline unfolds into its segments with a click or Enter, and
// folds again.
func TestBandUnfolds(t *testing.T) {
	c := newCapture(t)
	client, server := at("10.20.0.7", 41000), at("10.20.9.1", 80)
	c.opened(client, server, 1000, 5000)
	part := strings.Repeat("x", 1000)
	for i := range uint32(90) {
		c.segment(time.Millisecond, server, client, ".", 5001+1000*i, 1001, part)
		c.segment(50*time.Microsecond, client, server, ".", 1001, 6001+1000*i, "")
	}
	p := open(t)
	must(t, p.Drop("long.pcap", c.bytes.Bytes()))
	must(t, p.Reaches(20*time.Second, "ready"))
	must(t, p.Select(0))
	must(t, p.Until(5*time.Second, `document.querySelector("svg.ladder [data-act=band]")`))
	before, err := Eval[string](p, `document.querySelector(".as-text pre").textContent`)
	must(t, err)
	folded := strings.Count(before, "\n")
	if folded > 40 {
		t.Fatalf("%d lines, and nothing to unfold", folded)
	}
	must(t, p.Screenshots(screenshots, "band"))
	must(t, p.Do(`document.querySelector("svg.ladder [data-act=band]").dispatchEvent(new MouseEvent("click", { bubbles: true }))`))
	must(t, p.Until(5*time.Second, `document.querySelector(".as-text pre").textContent.split("\n").length > 150`))
	must(t, p.Screenshots(screenshots, "band-unfolded"))
	must(t, p.Do(`document.querySelector("svg.ladder [data-act=band]").focus()`))
	must(t, p.Press("Enter"))
	must(t, p.Until(5*time.Second, fmt.Sprintf(`document.querySelector(".as-text pre").textContent.split("\n").length === %d`, folded+1)))
}

// A large file says the same whether one worker reads and analyses it or two share the
// work, as they do where there is a processor for each.
func TestReaderBesideAnalyser(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shared.pcap")
	f, err := os.Create(path)
	must(t, err)
	defer f.Close()
	written, err := traffic.Mixed(f, 24<<20, 1)
	must(t, err)
	p := open(t)
	must(t, p.Do(`void document.body.append(Object.assign(document.createElement("input"), { type: "file", id: "own" }))`))
	must(t, p.ChooseIn("own", path))
	for _, processors := range []int64{1, 8} {
		_, err := chromedp.Call(p.ctx, emulation.SetHardwareConcurrencyOverride, emulation.SetHardwareConcurrencyOverrideParams{HardwareConcurrency: processors})
		must(t, err)
		for range 2 { // the first may meet a worker that was made before
			packets, err := Eval[int](p, `wirewhy.open(document.getElementById("own").files).then(() => wirewhy.figures().packets)`)
			must(t, err)
			if packets != written.Packets {
				t.Errorf("with %d processors: %d packets, want %d", processors, packets, written.Packets)
			}
		}
	}
}

// A compressed capture is read as the plain one, in one gzip member or several.
func TestGzip(t *testing.T) {
	plain := incident(t).bytes.Bytes()
	var whole, parts bytes.Buffer
	pack := func(to *bytes.Buffer, data []byte) {
		z := gzip.NewWriter(to)
		_, err := z.Write(data)
		must(t, err)
		must(t, z.Close())
	}
	pack(&whole, plain)
	pack(&parts, plain[:len(plain)/2])
	pack(&parts, plain[len(plain)/2:])
	p := open(t)
	for name, data := range map[string][]byte{"whole.pcap.gz": whole.Bytes(), "parts.pcap.gz": parts.Bytes(), "cut.pcap.gz": whole.Bytes()[:whole.Len()-20]} {
		must(t, p.Drop(name, data))
		must(t, p.Until(20*time.Second, `document.documentElement.dataset.state === "ready" && document.getElementById("meta").innerText.includes("`+name+`") && wirewhy.report()`))
		if name == "cut.pcap.gz" {
			must(t, p.Until(5*time.Second, `document.getElementById("banner").innerText.includes("gzip")`))
			continue
		}
		reportOf(t, p).want(t)
		must(t, p.Select(5)) // its packets are read again, from the middle
		must(t, p.Until(5*time.Second, `document.querySelectorAll("svg.ladder .step").length > 5 && !document.querySelector("#tab .trouble")`))
	}
}
