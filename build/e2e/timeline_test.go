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
	must(t, p.Do(`wirewhy.select({flow: 0})`))
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
	must(t, p.Do(`wirewhy.select({flow: 1})`))
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
	must(t, p.Do(`wirewhy.select({flow: 3})`))
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
	must(t, p.Do(`document.querySelectorAll("#strip .onset")[2].dispatchEvent(new MouseEvent("click", { bubbles: true }))`))
	must(t, p.Until(5*time.Second, `document.querySelector("#problem-2[aria-current=true]") && document.querySelector("#strip .onset.on")`))
	must(t, p.Do(`(() => { const b = document.querySelector("#strip > svg").getBoundingClientRect(); document.querySelector("#strip > svg").dispatchEvent(new PointerEvent("pointermove", { clientX: b.left + 1, clientY: b.top + 5, bubbles: true })); })()`))
	must(t, p.Until(5*time.Second, `/04:05:06.001000 \d+ packets\/s, \d+ errors\/s/.test(document.getElementById("strip-say").innerText)`))
}
