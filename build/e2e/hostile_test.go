package e2e

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// hostile is text that would be markup, and run, wherever it was not escaped.
const hostile = `"'><img src=x onerror="window.pwned=1"><svg onload=window.pwned=2></svg><iframe srcdoc="x"></iframe><a href="javascript:window.pwned=3">a</a><script>window.pwned=4</script></style></textarea><b id=pwned>`

// block is a block of a pcapng file (draft-ietf-opsawg-pcapng §3.1).
func block(kind uint32, body []byte) []byte {
	for len(body)%4 != 0 {
		body = append(body, 0)
	}
	b := binary.LittleEndian.AppendUint32(nil, kind)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(body)+12))
	b = append(b, body...)
	return binary.LittleEndian.AppendUint32(b, uint32(len(body)+12))
}

// options are a block's options, all of the same text; the last one ends the list.
func options(text string, codes ...uint16) []byte {
	var b []byte
	for _, code := range codes {
		b = binary.LittleEndian.AppendUint16(b, code)
		b = binary.LittleEndian.AppendUint16(b, uint16(len(text)))
		b = append(b, text...)
		for len(b)%4 != 0 {
			b = append(b, 0)
		}
	}
	return append(b, 0, 0, 0, 0)
}

// pcapng is the capture in the other format, with text in every place that has one.
func (c *capture) pcapng(text string) []byte {
	section := binary.LittleEndian.AppendUint32(nil, 0x1a2b3c4d)
	section = append(section, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255)
	file := block(0x0a0d0d0a, append(section, options(text, 1, 2, 3, 4)...))                                // comment, hardware, os, application
	file = append(file, block(1, append([]byte{1, 0, 0, 0, 0, 0, 4, 0}, options(text, 1, 2, 3, 12)...))...) // comment, name, description, os
	names := []byte{1, 0}
	record := append([]byte{10, 20, 9, 1}, text+"\x00"...)
	names = binary.LittleEndian.AppendUint16(names, uint16(len(record)))
	for names = append(names, record...); len(names)%4 != 0; {
		names = append(names, 0)
	}
	file = append(file, block(4, append(names, 0, 0, 0, 0))...)
	for rest := c.bytes.Bytes()[24:]; len(rest) > 0; {
		word := func(i int) uint32 { return binary.LittleEndian.Uint32(rest[4*i:]) }
		micros := uint64(word(0))*1e6 + uint64(word(1))
		packet := rest[16 : 16+word(2)]
		body := binary.LittleEndian.AppendUint32(nil, 0)
		for _, w := range []uint32{uint32(micros >> 32), uint32(micros), word(2), word(3)} {
			body = binary.LittleEndian.AppendUint32(body, w)
		}
		for body = append(body, packet...); len(body)%4 != 0; {
			body = append(body, 0)
		}
		file = append(file, block(6, append(body, options(text, 1)...))...)
		rest = rest[16+len(packet):]
	}
	return file
}

// hello is a TLS client's first message to a server of a name.
func hello(t *testing.T, name string) string {
	t.Helper()
	ours, theirs := net.Pipe()
	go tls.Client(ours, &tls.Config{ServerName: name}).Handshake()
	theirs.SetDeadline(time.Now().Add(time.Second))
	head := make([]byte, 5)
	_, err := io.ReadFull(theirs, head)
	must(t, err)
	body := make([]byte, binary.BigEndian.Uint16(head[3:]))
	_, err = io.ReadFull(theirs, body)
	must(t, err)
	theirs.Close()
	return string(head) + string(body)
}

// Whatever a capture holds stays text: the file's name, the names and comments in
// it, addresses' names, requests, bodies, and the name that a TLS client asks for.
func TestHostileText(t *testing.T) {
	c := newCapture(t)
	client, server := at("10.20.0.7", 41000), at("10.20.9.1", 80)
	request := "GET /" + strings.ReplaceAll(hostile, " ", "/") + " HTTP/1.1\r\nHost: " + hostile + "\r\nUser-Agent: " + hostile + "\r\n\r\n" + hostile
	answer := "HTTP/1.1 503 " + hostile + "\r\nServer: " + hostile + "\r\nContent-Type: text/html\r\n\r\n<html>" + hostile
	c.opened(client, server, 1, 1)
	c.segment(time.Millisecond, client, server, "P.", 2, 2, request)
	c.segment(time.Millisecond, server, client, "P.", 2, 2+uint32(len(request)), answer)
	c.segment(time.Millisecond, server, client, "R.", 2+uint32(len(answer)), 2+uint32(len(request)), hostile)
	secure := at("10.20.9.1", 443)
	c.opened(at("10.20.0.7", 41001), secure, 7_000_000, 8_000_000)
	c.segment(time.Millisecond, at("10.20.0.7", 41001), secure, "P.", 7_000_001, 8_000_001, hello(t, hostile))
	c.segment(time.Millisecond, secure, at("10.20.0.7", 41001), "R.", 8_000_001, 7_000_400, "")
	c.refused(at("10.20.0.7", 41002), server, 9)
	file := c.pcapng(hostile)
	if !bytes.Contains(c.bytes.Bytes(), []byte(hostile)) || bytes.Count(file, []byte("window.pwned")) < 100 {
		t.Fatal("the capture holds no hostile text")
	}

	for _, address := range []string{"", singleFile(t)} {
		t.Run(choose(address == "", "site", "single"), func(t *testing.T) {
			var p *Page
			if address == "" {
				p = open(t)
			} else {
				p = openAt(t, address, "?lang=en")
			}
			must(t, p.Drop(hostile+".pcapng", file))
			must(t, p.Reaches(20*time.Second, "ready"))
			must(t, p.Until(5*time.Second, `wirewhy.report()`))
			harmless(t, p, "the report")
			// The name is there, as text.
			must(t, p.Until(5*time.Second, `document.body.textContent.includes("onerror=")`))
			lookAround(t, p)
			// A name in the address, a filter, a pasted text.
			for _, do := range []string{
				`(() => { const f = document.getElementById("filter"); f.value = HOSTILE; f.dispatchEvent(new Event("input", { bubbles: true })); })()`,
				`(() => { location.hash = "#flow=" + HOSTILE; })()`,
			} {
				must(t, p.Do(strings.ReplaceAll(do, "HOSTILE", fmt.Sprintf("%q", hostile))))
				time.Sleep(100 * time.Millisecond)
				harmless(t, p, do)
			}
			must(t, p.Drop(hostile, []byte(hostile))) // no capture at all
			must(t, p.Reaches(20*time.Second, "failed"))
			harmless(t, p, "a file that is no capture")
		})
	}
}

func choose(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

// lookAround opens every flow, every tab and the first packets with their layers.
func lookAround(t *testing.T, p *Page) {
	t.Helper()
	flows, err := Eval[int](p, `wirewhy.report().flows.length`)
	must(t, err)
	if flows != 3 {
		t.Errorf("%d flows, want 3", flows)
	}
	for flow := range flows {
		must(t, p.Select(flow))
		tabs, err := Eval[[]string](p, `[...document.querySelectorAll('[data-act="tab"]')].map((e) => e.dataset.arg)`)
		must(t, err)
		for _, tab := range tabs {
			must(t, p.Do(`document.querySelector('[data-act="tab"][data-arg="`+tab+`"]').click()`))
			time.Sleep(150 * time.Millisecond)
			harmless(t, p, fmt.Sprintf("flow %d, %s", flow, tab))
			for packet := range 7 {
				clicked, err := Eval[bool](p, fmt.Sprintf(`(() => { const e = document.querySelectorAll('#packets-rows [data-act="packet"]')[%d]; e?.click(); return !!e; })()`, packet))
				must(t, err)
				if !clicked || tab != "packets" {
					break
				}
				time.Sleep(60 * time.Millisecond)
				harmless(t, p, fmt.Sprintf("flow %d, packet %d", flow, packet))
			}
		}
	}
}

// harmless holds that the page has nothing in it that our own views do not write.
func harmless(t *testing.T, p *Page, where string) {
	t.Helper()
	found, err := Eval[string](p, `[...document.querySelectorAll("*")].filter((e) =>
	["IMG", "IFRAME", "FORM", "OBJECT", "EMBED"].includes(e.tagName) || e.id === "pwned" ||
	(e.href && e.tagName !== "LINK") || (e.tagName === "SCRIPT" && e.closest("main, header, dialog")) ||
	e.getAttributeNames().some((n) => n.startsWith("on") || n === "srcdoc" || (n === "style" && e.style.cssText.includes("url")))).map((e) => e.outerHTML.slice(0, 200)).join("\n") + (window.pwned === undefined ? "" : "it ran: " + window.pwned)`)
	must(t, err)
	if found != "" {
		t.Errorf("%s: markup from the capture:\n%s", where, found)
	}
}
