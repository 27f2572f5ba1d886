package e2e

import (
	"bytes"
	"fmt"
	"image/png"
	"strings"
	"testing"
	"time"
)

// The timeline can be stretched by time and pressed together again, with keys,
// buttons and the wheel; a drag moves it; numbers are relative or absolute.
func TestZoomTimeline(t *testing.T) {
	p := open(t)
	must(t, p.Choose(incident(t).file("incident.pcap")))
	must(t, p.Reaches(20*time.Second, "ready"))
	must(t, p.Select(0))
	height := func() int {
		n, err := Eval[int](p, `document.querySelector("svg.ladder").getBoundingClientRect().height`)
		must(t, err)
		return n
	}
	must(t, p.Until(5*time.Second, `document.querySelectorAll("svg.ladder .step").length === 10`))
	condensed := height()
	must(t, p.Do(`document.getElementById("step-2").focus()`))
	must(t, p.Do(`document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "+", bubbles: true }))`))
	must(t, p.Until(5*time.Second, fmt.Sprintf(`document.querySelector("svg.ladder").getBoundingClientRect().height > %d && !document.getElementById("zoom-out").disabled`, condensed+100)))
	stretched := height()
	must(t, p.Screenshots(screenshots, "timeline-to-scale"))
	must(t, p.Do(`document.getElementById("zoom-in").click()`))
	must(t, p.Until(5*time.Second, fmt.Sprintf(`document.querySelector("svg.ladder").getBoundingClientRect().height > %d`, stretched+100)))
	must(t, p.Do(`document.querySelector("svg.ladder").dispatchEvent(new WheelEvent("wheel", { deltaY: 240, ctrlKey: true, bubbles: true, cancelable: true }))`))
	must(t, p.Until(5*time.Second, fmt.Sprintf(`document.querySelector("svg.ladder").getBoundingClientRect().height === %d`, stretched)))
	must(t, p.Drag("svg.ladder", 0.5, 0.5))
	must(t, p.Do(`document.getElementById("step-1").focus()`))
	must(t, p.Do(`document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "0", bubbles: true }))`))
	must(t, p.Until(5*time.Second, fmt.Sprintf(`document.querySelector("svg.ladder").getBoundingClientRect().height === %d && document.getElementById("zoom-out").disabled`, condensed)))

	must(t, p.Until(5*time.Second, `document.getElementById("step-1").textContent.includes("seq=0 ack=1")`))
	must(t, p.Do(`document.getElementById("absolute").click()`))
	must(t, p.Until(5*time.Second, `document.getElementById("step-1").textContent.includes("seq=50000 ack=1001")`))
	// Enter opens the packet of the step.
	must(t, p.Do(`document.getElementById("step-1").focus()`))
	must(t, p.Press("Enter"))
	must(t, p.Until(5*time.Second, `document.documentElement.dataset.tab === "packets" && document.getElementById("packet").innerText.includes("Flags")`))
}

// The drawing of the timeline is saved as a picture that others can open.
func TestPictureOfTimeline(t *testing.T) {
	p := open(t)
	folder := t.TempDir()
	must(t, p.SaveTo(folder))
	must(t, p.Choose(incident(t).file("incident.pcap")))
	must(t, p.Reaches(20*time.Second, "ready"))
	must(t, p.Select(1))
	must(t, p.Until(5*time.Second, `document.getElementById("menu-ladder")`))
	item(t, p, "ladder", "PNG")
	picture, err := png.Decode(bytes.NewReader(download(t, folder, "incident.pcap.flow-1.png")))
	must(t, err)
	colours := map[string]int{}
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			r, g, b, _ := picture.At(x, y).RGBA()
			colours[fmt.Sprintf("%02x%02x%02x", r>>8, g>>8, b>>8)]++
		}
	}
	if picture.Bounds().Dx() != 2000 || colours["b8300e"] < 200 || colours["0a5fd1"] < 200 || colours["ffffff"] < 100_000 {
		t.Errorf("the picture is %v, with %d colours", picture.Bounds(), len(colours))
	}
}

// What never came is drawn where it is missed, and told to screen readers.
func TestGhosts(t *testing.T) {
	p := open(t)
	must(t, p.Choose(incident(t).file("incident.pcap")))
	must(t, p.Reaches(20*time.Second, "ready"))
	must(t, p.Select(3))
	must(t, p.Until(5*time.Second, `document.querySelector("svg.ladder .ghost") && document.querySelector("svg.ladder .ghost").ariaLabel.includes("SYN-ACK")`))
	label, err := Eval[string](p, `document.querySelector("svg.ladder .ghost").ariaLabel`)
	must(t, err)
	if !strings.Contains(label, "missing") || !strings.Contains(label, "10.20.9.4:443 > 10.20.0.7:41003") {
		t.Errorf("it is told as %q", label)
	}
	must(t, p.Screenshots(screenshots, "timeline-ghost"))
}

// On the overview, the time is chosen with the keyboard as well: each end is a
// slider that says its time. What the strip shows is told in words, and a mark
// leads to the finding whose first flow began there.
func TestStripWithoutMouse(t *testing.T) {
	p := open(t)
	must(t, p.Choose(incident(t).file("incident.pcap")))
	must(t, p.Reaches(20*time.Second, "ready"))
	must(t, p.Until(5*time.Second, `document.querySelectorAll("#flows-rows .flow").length === 6 && document.getElementById("range-until").ariaValueText`))
	must(t, p.Do(`document.getElementById("range-until").focus()`))
	for range 4 { // 20 steps of some 300 each
		must(t, p.Do(`document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "PageDown", bubbles: true }))`))
	}
	must(t, p.Until(5*time.Second, `document.getElementById("all-times") && document.getElementById("range-until").ariaValueNow < document.getElementById("range-until").ariaValueMax - 70 && document.querySelectorAll("#flows-rows .flow").length === 4`))
	must(t, p.Do(`document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "Home", bubbles: true }))`))
	must(t, p.Until(5*time.Second, `document.activeElement.id === "range-until" && document.activeElement.ariaValueNow === "1" && document.querySelectorAll("#flows-rows .flow").length === 2`))
	must(t, p.Do(`document.getElementById("range-from").focus()`))
	must(t, p.Do(`document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }))`))
	must(t, p.Until(5*time.Second, `document.activeElement.ariaValueNow === "1" && document.getElementById("range-until").ariaValueNow === "2"`))
	must(t, p.Screenshots(screenshots, "range"))
	must(t, p.Press("Escape"))
	must(t, p.Until(5*time.Second, `!document.getElementById("all-times") && document.getElementById("range-from").ariaValueNow === "0"`))

	label, err := Eval[string](p, `document.querySelector("#strip > svg").ariaLabel`)
	must(t, err)
	for _, part := range []string{"2025-02-03 04:05:06 UTC", "packets/s at 04:05:", "errors", "first flow at 04:05:06.006340"} {
		if !strings.Contains(label, part) {
			t.Errorf("%q is not said of the strip: %s", part, label)
		}
	}
	must(t, p.Until(5*time.Second, `document.querySelectorAll("#strip .onset").length === 4`))
	// The last of them begins with the last bar.
	must(t, p.Until(5*time.Second, `(() => { const strip = document.getElementById("ranges").getBoundingClientRect(), mark = document.querySelectorAll("#strip .onset .flag")[3].getBoundingClientRect(); return Math.abs(mark.left + mark.width / 2 - strip.right) < 6; })()`))
	must(t, p.Do(`document.querySelectorAll("#strip .onset")[2].dispatchEvent(new MouseEvent("click", { bubbles: true }))`))
	must(t, p.Until(5*time.Second, `document.querySelector("#problem-2[aria-current=true]") && document.querySelector("#strip .onset.on")`))
	must(t, p.Do(`(() => { const b = document.querySelector("#strip > svg").getBoundingClientRect(); document.querySelector("#strip > svg").dispatchEvent(new PointerEvent("pointermove", { clientX: b.left + 1, clientY: b.top + 5, bubbles: true })); })()`))
	must(t, p.Until(5*time.Second, `/04:05:06.001000 \d+ packets\/s, \d+ errors\/s/.test(document.getElementById("strip-say").innerText)`))
}

// bothEnds writes a connection as a client and a server capture it, 20 ms apart
// and with clocks that differ by 3 s: a request is lost on the way and sent again,
// an answer is lost, too, and at the end a reset comes that the server never sent.
func bothEnds(t *testing.T) (near, far *capture) {
	near, far = newCapture(t), newCapture(t)
	client, server := at("10.20.0.7", 41000), at("10.20.9.1", 80)
	begin := near.at
	const way = 20 * time.Millisecond
	const request, answer = "GET / HTTP/1.1\r\nHost: shop\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	asked, told := uint32(1001+len(request)), uint32(5001+len(answer))
	see := func(c *capture, after time.Duration, from, to end, flags string, seq, ack uint32, payload string) {
		c.at = begin.Add(after)
		c.segment(0, from, to, flags, seq, ack, payload)
	}
	// up and down send a segment that is seen at both places, or at its sender's only.
	up := func(ms int, arrives bool, flags string, seq, ack uint32, payload string) {
		see(near, time.Duration(ms)*time.Millisecond, client, server, flags, seq, ack, payload)
		if arrives {
			see(far, time.Duration(ms)*time.Millisecond+way+3*time.Second, client, server, flags, seq, ack, payload)
		}
	}
	down := func(ms int, arrives bool, flags string, seq, ack uint32, payload string) {
		see(far, time.Duration(ms)*time.Millisecond+3*time.Second, server, client, flags, seq, ack, payload)
		if arrives {
			see(near, time.Duration(ms)*time.Millisecond+way, server, client, flags, seq, ack, payload)
		}
	}
	up(0, true, "S", 1000, 0, "")
	down(20, true, "S.", 5000, 1001, "")
	up(40, true, ".", 1001, 5001, "")
	up(41, false, "P.", 1001, 5001, request)
	up(280, true, "P.", 1001, 5001, request)
	down(300, true, ".", 5001, asked, "")
	down(302, false, "P.", 5001, asked, answer)
	down(560, true, "P.", 5001, asked, answer)
	up(580, true, ".", asked, told, "")
	see(near, 700*time.Millisecond, server, client, "R.", told, asked, "")
	up(1800, true, ".", asked, told, "")
	return near, far
}

// Two captures of one connection have a lane each: what was lost between them ends
// in a cross, what was made up begins there.
func TestTimelineOfTwoCaptures(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		p, err := browser.Open("/?lang=" + lang)
		must(t, err)
		defer p.Close()
		must(t, p.Started())
		near, far := bothEnds(t)
		must(t, p.Choose(near.file("at-the-client.pcap"), far.file("at-the-server.pcap")))
		must(t, p.Reaches(20*time.Second, "ready"))
		must(t, p.Select(0))
		must(t, p.Until(5*time.Second, `document.querySelectorAll("svg.ladder .cross").length === 2 && document.querySelectorAll("svg.ladder .source").length === 1`))
		places, err := Eval[string](p, `[...document.querySelectorAll("svg.lanes .place")].map((e) => e.lastChild.textContent).join()`)
		must(t, err)
		if places != "at-the-client.pcap,at-the-server.pcap" {
			t.Errorf("the lanes are of %q", places)
		}
		must(t, p.Until(5*time.Second, `document.querySelector(".as-text pre").textContent.includes("6 at-the-server.pcap\t")`))
		must(t, p.Screenshots(screenshots, "timeline-two-"+lang))
		// The packet that the client never saw is shown from the server's capture.
		must(t, p.Do(`(() => { const step = [...document.querySelectorAll("svg.ladder .step")].find((e) => e.querySelector(".cross") && e.ariaLabel.includes("10.20.9.1:80 > ")); step.focus(); })()`))
		must(t, p.Press("Enter"))
		must(t, p.Until(5*time.Second, `document.documentElement.dataset.tab === "packets" && document.getElementById("packet").innerText.includes("10.20.9.1") && /HTTP\/1\.1.200/.test(document.getElementById("packet").innerText)`))
		if errors := p.Errors(); len(errors) > 0 {
			t.Error(errors)
		}
	}
}

// A connection that was captured on both sides of a translation has a lane for
// who translates.
func TestTimelineOfLegs(t *testing.T) {
	c := newCapture(t)
	client, vip, node, pod := at("10.20.0.7", 41000), at("10.20.9.1", 80), at("10.20.1.1", 33000), at("10.20.3.44", 8080)
	both := func(pause time.Duration, down bool, flags string, seq, ack uint32, payload string) {
		if down {
			c.segment(pause, pod, node, flags, seq, ack, payload)
			c.segment(30*time.Microsecond, vip, client, flags, seq, ack, payload)
			return
		}
		c.segment(pause, client, vip, flags, seq, ack, payload)
		c.segment(30*time.Microsecond, node, pod, flags, seq, ack, payload)
	}
	both(0, false, "S", 1000, 0, "")
	both(300*time.Microsecond, true, "S.", 5000, 1001, "")
	both(200*time.Microsecond, false, ".", 1001, 5001, "")
	both(100*time.Microsecond, false, "P.", 1001, 5001, "GET / HTTP/1.1\r\n\r\n")
	both(400*time.Microsecond, true, ".", 5001, 1019, "")
	both(2*time.Second, true, "R.", 5001, 1019, "")
	p := open(t)
	must(t, p.Choose(c.file("node.pcap")))
	must(t, p.Reaches(20*time.Second, "ready"))
	must(t, p.Select(0))
	must(t, p.Until(5*time.Second, `document.querySelectorAll("svg.lanes text.address").length === 3 && document.querySelectorAll("svg.ladder .step").length === 13`))
	must(t, p.Screenshots(screenshots, "timeline-legs"))
}
