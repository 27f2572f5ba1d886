package e2e

import (
	"strings"
	"testing"
	"time"
)

// A field's bytes light up and a byte's field; the keyboard goes from the list into
// the fields, among the bytes, and back; a packet is copied as text and as bytes.
func TestPackets(t *testing.T) {
	p := open(t)
	must(t, p.Do(`void Object.defineProperty(navigator, "clipboard", { value: { writeText: (text) => { window.__copied = text; return Promise.resolve(); } } })`))
	must(t, p.Choose(talk(t).file("talk.pcap")))
	must(t, p.Until(20*time.Second, `document.documentElement.dataset.state === "ready" && wirewhy.report()`))
	must(t, p.Select(0))
	must(t, p.Do(`document.getElementById("tab-packets").click()`))
	must(t, p.Until(10*time.Second, `document.getElementById("packet-row-3")`))
	must(t, p.Do(`document.getElementById("packets-scroll").focus()`))
	for range 4 {
		must(t, p.Press("ArrowDown"))
	}
	must(t, p.Until(5*time.Second, `document.querySelector(".packet-row.on")?.id === "packet-row-3" && document.querySelector(".layers")?.innerText.includes("TCP")`))

	// From a field to its bytes, and from a byte to its field.
	must(t, p.Do(`[...document.querySelectorAll(".field")].find((e) => e.innerText.startsWith("Destination port")).click()`))
	must(t, p.Until(5*time.Second, `[...document.querySelectorAll(".octets i.on")].map((e) => e.innerText).join("") === "0050"`))
	must(t, p.Do(`document.querySelectorAll(".octets i")[26].click()`))
	must(t, p.Until(5*time.Second, `document.querySelector(".field.on")?.innerText.includes("10.20.0.7")`))
	must(t, p.Screenshots(screenshots, "packet"))

	// With the keyboard alone.
	must(t, p.Do(`document.getElementById("packets-scroll").focus()`))
	must(t, p.Press("Enter"))
	must(t, p.Until(5*time.Second, `document.activeElement.classList.contains("field") || document.activeElement.classList.contains("layer-name")`))
	before, err := Eval[string](p, `document.activeElement.id`)
	must(t, err)
	must(t, p.Press("ArrowDown"))
	must(t, p.Until(5*time.Second, `document.activeElement.id.startsWith("field-") && document.activeElement.id !== "`+before+`" && document.activeElement.classList.contains("on")`))
	must(t, p.Do(`document.getElementById("hex").focus()`))
	must(t, p.Press("Home"))
	for range 2 {
		must(t, p.Press("ArrowDown"))
	}
	must(t, p.Press("ArrowRight"))
	must(t, p.Until(5*time.Second, `[...document.querySelectorAll(".octets i")].findIndex((e) => e.classList.contains("at")) === 33 && document.activeElement.id === "hex" && document.querySelector(".field.on")?.innerText.includes("10.20.9.1")`))
	must(t, p.Press("Escape"))
	must(t, p.Until(5*time.Second, `document.activeElement.id === "packets-scroll"`))
	must(t, p.Press("End"))
	must(t, p.Until(5*time.Second, `document.querySelector(".packet-row.on")?.id === "packet-row-41"`))

	// The packet may still be on its way from the worker.
	must(t, p.Until(5*time.Second, `document.getElementById("packet-text").click(), window.__copied?.includes("\n    Destination port: 80")`))
	must(t, p.Do(`document.getElementById("packet-hex").click()`))
	must(t, p.Until(5*time.Second, `window.__copied?.startsWith("000000  02 00 00 00 00 02 02 00 00 00 00 01 08 00 45 00  ")`))
	noErrors(t, p)
}

// What the comments of packets say is shown, and what the page saved it opens.
func TestPacketComments(t *testing.T) {
	p := open(t)
	must(t, p.Choose(talk(t).file("talk.pcap")))
	must(t, p.Until(20*time.Second, `document.documentElement.dataset.state === "ready" && wirewhy.report()`))
	must(t, p.Do(`wirewhy.pcapng({flow: 1}).then((b) => wirewhy.open([new File([b], "again.pcapng")]))`))
	must(t, p.Until(20*time.Second, `document.documentElement.dataset.state === "ready" && wirewhy.report()?.captures[0].name === "again.pcapng"`))
	if r := reportOf(t, p); len(r.Findings) != 1 || !strings.Contains(r.Findings[0].Title, "TLS") {
		t.Errorf("%+v", r.Findings)
	}
	must(t, p.Select(0))
	must(t, p.Do(`document.getElementById("tab-packets").click()`))
	must(t, p.Until(10*time.Second, `[...document.querySelectorAll(".p-info")].some((e) => e.innerText.includes("wirewhy: tls-alert"))`))
	must(t, p.Screenshots(screenshots, "packet-comments"))
	noErrors(t, p)
}
