package e2e

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// download writes a transfer of data from the server with a share of segments
// that are lost and sent again, and a receiver that says so.
func (c *capture) download(client, server end, segments int) {
	const isn, answer, size = 7_000, 4_294_900_000, 1200
	c.opened(client, server, isn, answer)
	c.segment(50*time.Microsecond, client, server, "P.", isn+1, answer+1, "GET /big HTTP/1.1\r\nHost: shop\r\n\r\n")
	asked := uint32(isn + 1 + 35)
	payload := string(make([]byte, size))
	at := uint32(answer + 1)
	for i := range segments {
		pause := 300 * time.Microsecond
		if i%20 == 0 {
			pause = 12 * time.Millisecond
		}
		if i%97 == 50 { // lost before it came here
			for range 3 {
				c.segment(100*time.Microsecond, client, server, ".", asked, at, "")
			}
			at += size
			c.segment(pause, server, client, ".", at, asked, payload)
			c.segment(20*time.Millisecond, server, client, ".", at-size, asked, payload)
			at += size
			c.segment(8*time.Millisecond, client, server, ".", asked, at, "")
			continue
		}
		c.segment(pause, server, client, ".", at, asked, payload)
		at += size
		if i%2 == 1 {
			c.segment(8*time.Millisecond, client, server, ".", asked, at, "")
		}
	}
	c.segment(time.Millisecond, client, server, "F.", asked, at, "")
	c.segment(400*time.Microsecond, server, client, "F.", at, asked+1, "")
	c.segment(30*time.Microsecond, client, server, ".", asked+1, at+1, "")
}

// inked counts the pixels of a canvas that something was drawn on.
const inked = `(() => { const c = document.getElementById("graph"); const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data; let n = 0; for (let i = 3; i < d.length; i += 4) if (d[i]) n++; return n; })()`

// graphed opens a capture and shows the graphs of its first flow.
func graphed(t *testing.T, p *Page) {
	t.Helper()
	must(t, p.Reaches(60*time.Second, "ready"))
	must(t, p.Select(0))
	must(t, p.Until(5*time.Second, `document.getElementById("tab-graphs")`))
	must(t, p.Do(`document.getElementById("tab-graphs").click()`))
	must(t, p.Until(60*time.Second, `document.getElementById("curve-0") && document.querySelector(".reading")?.innerText.includes("%") === false`))
	must(t, p.Until(5*time.Second, inked+` > 3000`))
}

const stretch = `document.getElementById("graph-stretch").innerText`

// wheel turns the mouse's wheel over the graphs, at a share of their width.
func wheel(p *Page, share float64, notches int) error {
	return p.Do(fmt.Sprintf(`(() => { const c = document.getElementById("graph-cursor"), b = c.getBoundingClientRect(); for (let i = 0; i < %d; i++) c.dispatchEvent(new WheelEvent("wheel", { deltaY: -120, clientX: b.left + %f * b.width, clientY: b.top + 60, bubbles: true, cancelable: true })); })()`, notches, share))
}

// The graphs of a flow are drawn, zoomed with the wheel, by dragging and by keys,
// and lead to the packets.
func TestGraphs(t *testing.T) {
	p := open(t)
	c := newCapture(t)
	c.download(at("10.20.0.7", 41000), at("10.20.9.1", 80), 600)
	must(t, p.Drop("download.pcap", c.bytes.Bytes()))
	graphed(t, p)
	must(t, p.Screenshots(screenshots, "graphs"))
	must(t, p.Do(`document.getElementById("act-lang").click()`))
	must(t, p.Until(5*time.Second, `![...document.querySelectorAll("#graphs-head button")].some((b) => /[a-z]{4}/.test(b.innerText))`))
	must(t, p.Screenshots(screenshots, "graphs-zh"))
	must(t, p.Do(`document.getElementById("act-lang").click()`))
	must(t, p.Until(5*time.Second, `document.getElementById("panel-0").innerText === "Sequence"`))
	for _, curve := range []int{0, 1, 3, 4, 5, 7, 9, 11, 12, 13, 14, 15, 16} {
		must(t, p.Until(5*time.Second, fmt.Sprintf(`document.getElementById("curve-%d")`, curve)))
	}
	must(t, p.Until(5*time.Second, stretch+`.startsWith("0 – 3.0")`))

	// A curve is hidden and shown again by its entry in the legend.
	before, err := Eval[int](p, inked)
	must(t, err)
	must(t, p.Do(`document.getElementById("curve-15").click()`))
	must(t, p.Until(5*time.Second, fmt.Sprintf(`document.querySelector("#curve-15[aria-pressed=false]") && %s < %d`, inked, before)))
	must(t, p.Do(`document.getElementById("curve-15").click()`))
	must(t, p.Until(5*time.Second, fmt.Sprintf(`%s === %d`, inked, before)))

	must(t, wheel(p, .5, 8))
	must(t, p.Until(5*time.Second, `!`+stretch+`.startsWith("0 –")`))
	zoomed, err := Eval[string](p, stretch)
	must(t, err)
	must(t, p.Drag("#graph-cursor", .4, .6))
	must(t, p.Until(5*time.Second, fmt.Sprintf(`%s !== %q`, stretch, zoomed)))
	must(t, p.Screenshots(screenshots, "graphs-zoomed"))
	must(t, p.Do(`document.getElementById("graph-box").focus()`))
	must(t, p.Press("0"))
	must(t, p.Until(5*time.Second, stretch+`.startsWith("0 – 3.0")`))
	must(t, p.Press("+"))
	must(t, p.Until(5*time.Second, `!`+stretch+`.startsWith("0 – 3.0")`))

	// One of them stands alone, and the other direction has its own.
	must(t, p.Do(`document.getElementById("panel-0").click()`))
	must(t, p.Until(5*time.Second, `document.querySelector("#panel-0[aria-pressed=true]") && !document.getElementById("curve-16")`))
	must(t, p.Screenshots(screenshots, "graphs-sequence"))
	must(t, p.Do(`document.getElementById("side-0").click()`))
	must(t, p.Until(5*time.Second, `document.querySelector("#side-0[aria-pressed=true]") && !document.getElementById("curve-1")`))
	must(t, p.Do(`document.getElementById("side-1").click()`))
	must(t, p.Until(5*time.Second, `document.querySelector("#side-1[aria-pressed=true]") && document.getElementById("curve-1")`))

	// The crosshair goes from point to point, says what it is at, and opens it.
	must(t, p.Do(`document.getElementById("graph-box").focus()`))
	must(t, p.Press("ArrowRight"))
	must(t, p.Until(5*time.Second, `/frame [\d,]+/.test(document.querySelector(".reading")?.innerText) && document.getElementById("live").innerText.includes("frame")`))
	frame, err := Eval[string](p, `document.querySelector(".reading").innerText.match(/frame ([\d,]+)/)[1].replace(",", "")`)
	must(t, err)
	must(t, p.Press("Enter"))
	must(t, p.Until(5*time.Second, `document.documentElement.dataset.tab === "packets" && document.querySelector("#packet .layer")`))
	must(t, p.Until(5*time.Second, fmt.Sprintf(`document.querySelector(".packet-row.on .p-no")?.innerText.trim() === %q`, frame)))
	must(t, p.Until(5*time.Second, `location.hash === "#flow=0&tab=packets"`))
	must(t, p.Do(`history.back()`))
	must(t, p.Until(5*time.Second, `document.documentElement.dataset.tab === "graphs"`))
}

// With nothing selected the graphs are those of the capture.
func TestGraphsOfCapture(t *testing.T) {
	p := open(t)
	c := incident(t)
	for i := range 60 {
		c.served(at("10.20.0.8", uint16(42000+i)), at("10.20.9.1", 80), uint32(7_000_000+i*5000), uint32(80_000+i*5000))
	}
	must(t, p.Drop("incident.pcap", c.bytes.Bytes()))
	must(t, p.Reaches(20*time.Second, "ready"))
	must(t, p.Do(`document.getElementById("meta-name").click()`))
	must(t, p.Press("r"))
	must(t, p.Until(5*time.Second, `document.getElementById("curve-17") && document.getElementById("curve-20") && document.getElementById("curve-22")`))
	must(t, p.Until(5*time.Second, inked+` > 3000`))
	must(t, p.Until(5*time.Second, `[...document.querySelectorAll("#graphs-figures tr")].some((r) => r.textContent === "flows begun66")`))
	must(t, p.Screenshots(screenshots, "graphs-capture"))
	must(t, wheel(p, .9, 6))
	must(t, p.Until(5*time.Second, `![...document.querySelectorAll("#graphs-figures tr")].some((r) => r.textContent === "flows begun66")`))

	// A bar of the distribution leads to its flows.
	must(t, p.Do(`document.getElementById("zoom-2").click()`))
	must(t, p.Until(5*time.Second, `document.getElementById("panel-8")`))
	must(t, p.Do(`document.getElementById("panel-8").click()`))
	must(t, p.Until(5*time.Second, `document.querySelector("#panel-8[aria-pressed=true]") && !document.getElementById("curve-17")`))
	must(t, p.Do(`document.getElementById("graph-box").focus()`))
	must(t, p.Press("ArrowRight"))
	must(t, p.Press("ArrowLeft"))
	must(t, p.Press("Enter"))
	must(t, p.Until(5*time.Second, `document.getElementById("filter").value.startsWith("rtt >= ") && !document.querySelector("#filter-error *")`))
}

// longFlow writes a transfer of n data segments, cut behind their headers, with an
// acknowledgment for each two.
func longFlow(t *testing.T, n int) string {
	t.Helper()
	c := newCapture(t)
	client, server := at("10.20.0.7", 41000), at("10.20.9.1", 80)
	c.opened(client, server, 1000, 2000)
	c.segment(time.Millisecond, server, client, ".", 2001, 1001, "x") // records of 76 bytes: frames are padded to 60
	data := bytes.Clone(c.bytes.Bytes()[c.bytes.Len()-76:])
	c.segment(time.Millisecond, client, server, ".", 1001, 2002, "")
	ack := bytes.Clone(c.bytes.Bytes()[c.bytes.Len()-76:])
	const size = 1448
	path := filepath.Join(t.TempDir(), "long.pcap")
	f, err := os.Create(path)
	must(t, err)
	defer f.Close()
	out := bufio.NewWriterSize(f, 1<<20)
	out.Write(c.bytes.Bytes())
	now := uint64(c.at.UnixMicro())
	write := func(record []byte, captured, length int, seq, acked uint32) {
		now += 40
		binary.LittleEndian.PutUint32(record, uint32(now/1e6))
		binary.LittleEndian.PutUint32(record[4:], uint32(now%1e6))
		binary.LittleEndian.PutUint32(record[8:], uint32(captured))
		binary.LittleEndian.PutUint32(record[12:], uint32(captured+length))
		binary.BigEndian.PutUint16(record[16+14+2:], uint16(40+length))
		binary.BigEndian.PutUint32(record[16+34+4:], seq)
		binary.BigEndian.PutUint32(record[16+34+8:], acked)
		binary.BigEndian.PutUint16(record[16+34+16:], uint16(seq/size+acked)) // a checksum of its own, or it is taken for a copy
		out.Write(record[:16+captured])
	}
	for i := range n {
		at := uint32(2002 + i*size)
		write(data, 54, size, at, 1001)
		if i%2 == 1 {
			write(ack, 54, 0, 1001, at+size)
		}
	}
	must(t, out.Flush())
	return path
}

// A flow of a million packets is drawn, zoomed and pointed at without the page
// being held up. How long its longest task takes is printed, not asserted.
func TestGraphsOfMillion(t *testing.T) {
	p := open(t)
	must(t, p.Choose(longFlow(t, 700_000)))
	must(t, p.Until(120*time.Second, `document.documentElement.dataset.state === "ready"`))
	traced, err := p.Trace()
	must(t, err)
	begin := time.Now()
	graphed(t, p)
	drawn := time.Since(begin)
	must(t, p.Until(60*time.Second, `document.getElementById("tab-packets").innerText.includes("1,050,00") && [...document.querySelectorAll("#graphs-figures tr")].some((r) => r.textContent === "data segments700,001")`))
	must(t, p.Do(`new Promise((done) => { const c = document.getElementById("graph-cursor"), b = c.getBoundingClientRect(); let i = 0; const turn = () => {
		c.dispatchEvent(new PointerEvent("pointermove", { pointerId: 1, clientX: b.left + b.width * (.2 + i / 200), clientY: b.top + 60, bubbles: true }));
		if (i % 6 === 0) c.dispatchEvent(new WheelEvent("wheel", { deltaY: i < 60 ? -120 : 120, clientX: b.left + b.width / 2, clientY: b.top + 60, bubbles: true, cancelable: true }));
		if (++i < 120) requestAnimationFrame(turn); else done(); }; turn(); })`))
	task, err := traced()
	must(t, err)
	t.Logf("1,050,000 packets drawn %.1f s after the tab was opened; longest task of the main thread %.1f ms of processor time, %.1f on the clock", drawn.Seconds(), task.Work, task.Wall)
	must(t, p.Until(10*time.Second, `/ – /.test(`+stretch+`)`))
}
