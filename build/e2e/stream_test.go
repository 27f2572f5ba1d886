package e2e

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket/pcapgo"
)

// unruly is what must stay text wherever it is shown.
const unruly = `<img src=x onerror="window.__owned=1"><script>window.__owned=1</script>`

// talk is a capture of one connection with three requests, a long answer of which a
// segment is missing, a segment sent again, and bytes that want to be markup; and of
// a TLS connection that fails.
func talk(t *testing.T) *capture {
	c := newCapture(t)
	client, server := at("10.20.0.7", 41000), at("10.20.9.1", 80)
	seq, ack := uint32(1001), uint32(50_001)
	c.opened(client, server, 1_000, 50_000)
	say := func(pause time.Duration, text string) {
		c.segment(pause, client, server, "P.", seq, ack, text)
		seq += uint32(len(text))
	}
	reply := func(pause time.Duration, text string) {
		c.segment(pause, server, client, "P.", ack, seq, text)
		ack += uint32(len(text))
	}
	say(time.Millisecond, "GET /carts/7 HTTP/1.1\r\nHost: shop.example\r\nX-Evil: "+unruly+"\r\nX-Bidi: a\u202etxt.exe\u200b\r\n\r\n")
	reply(51*time.Millisecond, "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 49\r\n\r\n<b>购物车</b> <script>alert(1)</script> caf\u00e9.")
	c.segment(time.Millisecond, server, client, "P.", ack-20, seq, "alert(1)</script> caf\u00e9."[4:])
	say(2*time.Millisecond, "POST /orders HTTP/1.1\r\nHost: shop.example\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nitems\r\n0\r\n\r\n")
	reply(900*time.Millisecond, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nServer: envoy\r\n\r\n")
	say(time.Millisecond, "GET /log HTTP/1.1\r\nHost: shop.example\r\n\r\n")
	reply(5*time.Millisecond, "HTTP/1.1 200 OK\r\nContent-Length: 42000\r\n\r\n")
	for i := range 30 {
		line := strings.Repeat("line "+string(rune('a'+i%26))+" of the log\n", 82)[:1400]
		if i == 20 {
			line = "needle in the haystack" + line[22:]
		}
		if i == 12 { // lost by the capture
			ack += 1400
			continue
		}
		reply(time.Millisecond, line)
	}
	c.segment(time.Millisecond, client, server, "F.", seq, ack, "")
	c.segment(time.Millisecond, server, client, "F.", ack, seq+1, "")
	c.segment(time.Millisecond, client, server, ".", seq+1, ack+1, "")

	client, server = at("10.20.0.7", 41001), at("10.20.9.9", 443)
	c.opened(client, server, 7_000, 90_000)
	extensions := "\x00\x00\x00\x11\x00\x0f\x00\x00\x0cshop.example" + "\x00\x10\x00\x0e\x00\x0c\x02h2\x08http/1.1"
	hello := "\x03\x03" + strings.Repeat("r", 32) + "\x00\x00\x04\x13\x01\x13\x02\x01\x00" + string([]byte{0, byte(len(extensions))}) + extensions
	record := "\x16\x03\x01" + string([]byte{0, byte(len(hello) + 4)}) + "\x01\x00\x00" + string([]byte{byte(len(hello))}) + hello
	c.segment(time.Millisecond, client, server, "P.", 7_001, 90_001, record)
	c.segment(time.Millisecond, server, client, "P.", 90_001, 7_001+uint32(len(record)), "\x15\x03\x03\x00\x02\x02\x28")
	c.segment(time.Millisecond, server, client, "F.", 90_008, 7_001+uint32(len(record)), "")
	c.segment(time.Millisecond, client, server, "F.", 7_001+uint32(len(record)), 90_009, "")
	c.segment(time.Millisecond, server, client, ".", 90_009, 7_002+uint32(len(record)), "")
	return c
}

// stream opens the talk and one of its connections' streams.
func stream(t *testing.T, flow int) *Page {
	t.Helper()
	p := open(t)
	must(t, p.Choose(talk(t).file("talk.pcap")))
	must(t, p.Until(20*time.Second, `document.documentElement.dataset.state === "ready" && wirewhy.report()`))
	must(t, p.Select(flow))
	must(t, p.Do(`document.getElementById("tab-stream").click()`))
	must(t, p.Until(10*time.Second, `document.querySelector("#stream-body .turn")`))
	return p
}

// The payload stands there in turns, as text and as bytes; what the capture lacks
// is said; text out of packets stays text.
func TestStream(t *testing.T) {
	p := stream(t, 0)
	must(t, p.Until(5*time.Second, `document.querySelectorAll("#stream-body .turn").length >= 6`))
	text, err := Eval[string](p, `document.getElementById("stream-body").innerText`)
	must(t, err)
	for _, want := range []string{"GET /carts/7 HTTP/1.1\n", unruly, "a⟨U+202e⟩txt.exe⟨U+200b⟩", "<b>购物车</b> <script>alert(1)</script> café", "bytes not captured"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing from the stream", want)
		}
	}
	if n := strings.Count(text, "alert(1)</script>"); n != 1 {
		t.Errorf("what was sent twice stands there %d times", n)
	}
	must(t, p.Until(5*time.Second, `!window.__owned && !document.querySelector("#stream-body img, #stream-body script, #stream-body b:not(.stream-facts b)")`))
	must(t, p.Screenshots(screenshots, "stream-text"))

	must(t, p.Do(`document.getElementById("stream-hex").click()`))
	must(t, p.Until(5*time.Second, `document.querySelectorAll("#stream-body .hexline").length > 500 && document.querySelector("#stream-body .hexline").innerText.includes("47 45 54 20 2f 63 61 72 74 73")`))
	must(t, p.Screenshots(screenshots, "stream-hex"))
	must(t, p.Do(`document.getElementById("stream-way-1").click()`))
	must(t, p.Until(5*time.Second, `document.querySelector("#stream-body .turn.from-client") && !document.querySelector("#stream-body .turn.from-server")`))
	must(t, p.Do(`document.getElementById("stream-way-0").click()`))
	must(t, p.Do(`document.getElementById("stream-text").click()`))

	// From page to page with the keyboard, up to the gap.
	must(t, p.Do(`document.getElementById("stream-body").focus()`))
	must(t, p.Press("PageDown"))
	must(t, p.Until(5*time.Second, `document.querySelector(".pages span").innerText.startsWith("16,385")`))
	must(t, p.Until(5*time.Second, `document.querySelector("#stream-body .gap")?.innerText.includes("1,400")`))
	must(t, p.Press("End"))
	must(t, p.Until(5*time.Second, `document.querySelector("#stream-after")?.disabled`))
	must(t, p.Press("Home"))
	must(t, p.Until(5*time.Second, `document.querySelector("#stream-before")?.disabled`))
	must(t, p.Press("Enter"))
	must(t, p.Until(5*time.Second, `document.activeElement.id === "packets-scroll" && document.querySelector(".packet-row.on")?.id === "packet-row-3"`))
	noErrors(t, p)
}

// What is looked for is found behind many pages, marked, and stepped through; the
// way from its packet leads back.
func TestStreamFind(t *testing.T) {
	p := stream(t, 0)
	must(t, p.Do(`document.getElementById("stream-find").focus()`))
	must(t, p.Do(`(() => { const box = document.getElementById("stream-find"); box.value = "NEEDLE in"; })()`))
	must(t, p.Press("Enter"))
	must(t, p.Until(5*time.Second, `document.querySelector("#stream-body mark.on")?.innerText === "needle in" && document.getElementById("stream-hits").innerText.startsWith("1 / 1")`))
	must(t, p.Until(5*time.Second, `(() => { const m = document.querySelector("mark.on").getBoundingClientRect(), b = document.getElementById("stream-body").getBoundingClientRect(); return m.top >= b.top && m.bottom <= b.bottom; })()`))
	must(t, p.Screenshots(screenshots, "stream-found"))

	frame, err := Eval[string](p, `document.querySelector("mark.on").closest(".piece").dataset.arg`)
	must(t, err)
	must(t, p.Do(`document.querySelector("mark.on").click()`))
	must(t, p.Until(5*time.Second, `document.documentElement.dataset.tab === "packets" && document.querySelector(".layers")?.innerText.includes("TCP") && document.querySelector(".packet-row.on .p-no")?.innerText.includes("`+frame+`")`))
	must(t, p.Do(`document.getElementById("packet-stream").click()`))
	must(t, p.Until(5*time.Second, `document.documentElement.dataset.tab === "stream" && [...document.querySelectorAll(".piece")].some((e) => e.dataset.arg === "`+frame+`")`))

	must(t, p.Do(`(() => { const box = document.getElementById("stream-find"); box.focus(); box.value = "0x48 54 54 50 2f 31 2e 31 20"; })()`))
	must(t, p.Press("Enter"))
	must(t, p.Until(5*time.Second, `document.getElementById("stream-hits").innerText.includes("/ 3")`))
	must(t, p.Do(`document.getElementById("hit-next").click()`))
	must(t, p.Until(5*time.Second, `document.querySelector("mark.on")`))
	must(t, p.Do(`(() => { const box = document.getElementById("stream-find"); box.focus(); box.value = "not there"; })()`))
	must(t, p.Press("Enter"))
	must(t, p.Until(5*time.Second, `document.getElementById("stream-hits").innerText.startsWith("not found")`))
	noErrors(t, p)
}

// HTTP/1 messages and TLS records are told apart.
func TestStreamMessages(t *testing.T) {
	p := stream(t, 0)
	must(t, p.Do(`document.getElementById("stream-messages").click()`))
	must(t, p.Until(10*time.Second, `document.querySelectorAll(".message").length === 6`))
	text, err := Eval[string](p, `document.getElementById("stream-body").innerText`)
	must(t, err)
	for _, want := range []string{"GET /carts/7 HTTP/1.1", "X-Evil: " + unruly, "X-Bidi: a⟨U+202e⟩", "POST /orders HTTP/1.1", "body 5 bytes · chunked", "503 Service Unavailable", "body 42000 bytes · 1400 of them not captured"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing from %s", want, text)
		}
	}
	must(t, p.Until(time.Second, `document.querySelectorAll(".message.bad").length === 1 && !window.__owned`))
	must(t, p.Screenshots(screenshots, "stream-messages"))
	must(t, p.Do(`document.getElementById("message-5").click()`))
	must(t, p.Until(5*time.Second, `document.querySelector("#stream-body .turn") && document.getElementById("stream-text").getAttribute("aria-pressed") === "true"`))

	must(t, p.Select(1))
	must(t, p.Do(`document.getElementById("stream-messages").click()`))
	must(t, p.Until(10*time.Second, `document.querySelectorAll(".message").length === 2`))
	text, err = Eval[string](p, `document.getElementById("stream-body").innerText`)
	must(t, err)
	for _, want := range []string{"ClientHello", "server name: shop.example", "ALPN: h2, http/1.1", "handshake_failure (40)"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing from %s", want, text)
		}
	}
	must(t, p.Screenshots(screenshots, "stream-tls"))
	must(t, p.Do(`document.getElementById("act-lang").click()`))
	must(t, p.Until(10*time.Second, `document.getElementById("stream-body").innerText.includes("字节")`))
	must(t, p.Screenshots(screenshots, "stream-tls-zh"))
	noErrors(t, p)
}

// What was sent is saved, both ways and one.
func TestStreamSave(t *testing.T) {
	p := stream(t, 0)
	folder := t.TempDir()
	must(t, p.SaveTo(folder))
	item(t, p, "stream", "client sent")
	if sent := string(download(t, folder, "talk.pcap.flow-0.client.bin")); !strings.HasPrefix(sent, "GET /carts/7") || strings.Count(sent, "HTTP/1.1\r\n") != 3 || !strings.Contains(sent, unruly) {
		t.Errorf("%q", sent)
	}
	item(t, p, "stream", "both")
	if both := download(t, folder, "talk.pcap.flow-0.bin"); len(both) < 40_000 || !bytes.Contains(both, []byte("needle in the haystack")) {
		t.Errorf("%d bytes", len(both))
	}
}

// Packets are saved as they were, with the findings as comments, and anonymised
// with nothing left of addresses and names.
func TestExportPackets(t *testing.T) {
	p := open(t)
	folder := t.TempDir()
	must(t, p.SaveTo(folder))
	must(t, p.Choose(talk(t).file("talk.pcap")))
	must(t, p.Until(20*time.Second, `document.documentElement.dataset.state === "ready" && wirewhy.report()`))
	must(t, p.Select(1))
	must(t, p.Until(5*time.Second, `document.querySelectorAll("svg.ladder .step").length > 3`))
	item(t, p, "export", "pcapng")
	must(t, p.Until(5*time.Second, `document.querySelector("#dialog[open] #extract-0")?.getAttribute("aria-checked") === "true"`))
	must(t, p.Do(`document.getElementById("extract-save").click()`))
	data := download(t, folder, "talk.pcap.wirewhy.pcapng")
	if n := packetsIn(t, data); n != 8 || !bytes.Contains(data, []byte("tls-alert")) {
		t.Errorf("%d packets of the connection", n)
	}
	must(t, os.Remove(folder+"/talk.pcap.wirewhy.pcapng"))
	must(t, p.Do(`document.getElementById("extract-4").click()`))
	must(t, p.Do(`document.getElementById("extract-anonymise").click()`))
	must(t, p.Until(5*time.Second, `document.getElementById("extract-shift")`))
	must(t, p.Do(`document.getElementById("extract-shift").click()`))
	must(t, p.Do(`document.getElementById("extract-save").click()`))
	data = download(t, folder, "anonymised.pcapng")
	if n := packetsIn(t, data); n < 40 {
		t.Errorf("%d packets", n)
	}
	for _, secret := range []string{"\x0a\x14\x00\x07", "\x0a\x14\x09\x01", "shop.example", "10.20.", "carts", "talk.pcap"} {
		if bytes.Contains(data, []byte(secret)) {
			t.Errorf("%q remains", secret)
		}
	}
	must(t, p.Until(5*time.Second, `document.querySelector(".saved")?.innerText.includes("3 IPv4")`))
	must(t, p.Screenshots(screenshots, "export-packets"))
	must(t, p.Do(`document.getElementById("dialog-close").click()`))
	must(t, p.Do(`document.getElementById("act-lang").click()`))
	must(t, p.Until(5*time.Second, `document.documentElement.lang === "zh-CN"`))
	item(t, p, "export", "pcapng")
	must(t, p.Until(5*time.Second, `document.getElementById("extract-save")`))
	must(t, p.Screenshots(screenshots, "export-packets-zh"))

	// The same for scripts: a promise of the file.
	size, err := Eval[int](p, `wirewhy.pcapng({flows: [0, 1]}).then((b) => b.size)`)
	if must(t, err); size < 40_000 {
		t.Errorf("a script got %d bytes", size)
	}
	refused, err := Eval[string](p, `wirewhy.pcapng({flow: 99}).then(() => "", (e) => e.message)`)
	if must(t, err); refused == "" {
		t.Error("packets of a flow that is not there were given")
	}
	noErrors(t, p)
}

func packetsIn(t *testing.T, data []byte) int {
	t.Helper()
	r, err := pcapgo.NewNgReader(bytes.NewReader(data), pcapgo.NgReaderOptions{WantMixedLinkType: true})
	must(t, err)
	n := 0
	for ; err == nil; n++ {
		_, _, err = r.ReadPacketData()
	}
	return n - 1
}

// noErrors holds that the console is empty.
func noErrors(t *testing.T, p *Page) {
	t.Helper()
	if errs := p.Errors(); len(errs) > 0 {
		t.Errorf("%q", errs)
	}
}
