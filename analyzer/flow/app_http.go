package flow

import (
	"bytes"

	"wirewhy/analyzer/wire"
)

// methods of HTTP/1 requests (RFC 9110 §9, RFC 5789).
var methods = [...]string{"GET ", "POST ", "HEAD ", "PUT ", "DELETE ", "OPTIONS ", "PATCH ", "CONNECT ", "TRACE "}

func isRequest(b []byte) bool {
	for _, m := range methods {
		if begins(b, m) {
			return true
		}
	}
	return false
}

// readHTTP looks at a segment of an HTTP/1 connection.
func (t *Tracker) readHTTP(f *Flow, d Dir, p *wire.Packet, b []byte) {
	if d == Originator {
		if begins(b, "HEAD ") {
			if x := t.notebook.open(f.ID); x != nil {
				x.headOnly = true
			}
		} else if x := t.notebook.find(f.ID); x != nil && isRequest(b) {
			x.headOnly, x.asks = false, false
		}
		if begins(b, "PO") || begins(b, "PU") || begins(b, "PA") { // POST, PUT, PATCH: a body follows
			t.readUpload(f, p, b)
		}
		return
	}
	if !begins(b, "HTTP/1.") {
		if x := t.notebook.find(f.ID); x != nil {
			x.chunks.segment(p, b)
		}
		return
	}
	if status, ok := statusOf(b); ok && (status >= 200 || status == SwitchingProtocols) {
		if x := t.notebook.open(f.ID); x != nil {
			x.response(p, b, status)
		}
	}
}

// readUpload notes where the body of a request ends, as its head announces it.
func (t *Tracker) readUpload(f *Flow, p *wire.Packet, b []byte) {
	head, _, whole := bytes.Cut(b, []byte("\r\n\r\n"))
	if !whole || !isRequest(b) {
		return
	}
	length := int64(-1)
	for line := range bytes.SplitSeq(head, []byte("\r\n")) {
		name, value, _ := bytes.Cut(line, []byte(":"))
		if bytes.EqualFold(name, []byte("expect")) {
			return // it waits for leave to send the body (RFC 9110 §10.1.1)
		}
		if bytes.EqualFold(name, []byte("content-length")) {
			length = lengthOf(bytes.TrimSpace(value))
		}
	}
	if length <= 0 || length >= 1<<31 {
		return
	}
	if x := t.notebook.open(f.ID); x != nil {
		x.asks, x.askEnd = true, p.TCP.Seq.Add(uint32(len(head)+4)+uint32(length))
	}
}

// lengthOf reads a Content-Length; -1 if it is none.
func lengthOf(value []byte) int64 {
	n := int64(0)
	for _, c := range value {
		if c < '0' || c > '9' || n > 1<<40 {
			return -1
		}
		n = n*10 + int64(c-'0')
	}
	return n
}

// SwitchingProtocols is the status after which a connection no longer speaks HTTP,
// but WebSocket for instance (RFC 9110 §15.2.2).
const SwitchingProtocols = 101

// statusOf reads the three digits of a status line (RFC 9112 §4).
func statusOf(b []byte) (uint16, bool) {
	if len(b) < 12 || b[8] != ' ' {
		return 0, false
	}
	var n uint16
	for _, c := range b[9:12] {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + uint16(c-'0')
	}
	return n, true
}

// response notes the head of a response.
func (x *appNotes) response(p *wire.Packet, b []byte, status uint16) {
	x.Status, x.StatusFrame = status, p.Frame
	x.FromProxy, x.ResponseDone, x.hasBody, x.chunked, x.proxy, x.chunks = false, false, false, false, 0, chunks{}
	end := bytes.Index(b, []byte("\r\n\r\n"))
	head, body := b, []byte(nil)
	if end >= 0 {
		head, body = b[:end], b[end+4:]
	}
	length := int64(-1)
	for line := range bytes.SplitSeq(head, []byte("\r\n")) {
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok {
			continue
		}
		x.header(name, bytes.TrimSpace(value), &length)
	}
	x.failure(p, status, body)
	switch {
	case x.headOnly || status == 204 || status == 304:
		x.ResponseDone = true
	case x.chunked && end >= 0:
		x.chunks.open(p, body)
	case length >= 0 && length < 1<<31 && end >= 0:
		x.hasBody, x.bodyEnd = true, p.TCP.Seq.Add(uint32(end+4)+uint32(length))
	}
}

func (x *appNotes) header(name, value []byte, length *int64) {
	switch {
	case bytes.EqualFold(name, []byte("content-length")):
		if n := lengthOf(value); n >= 0 {
			*length = n
		}
	case bytes.EqualFold(name, []byte("transfer-encoding")):
		x.chunked = bytes.Contains(bytes.ToLower(value), []byte("chunked"))
	case bytes.EqualFold(name, []byte("via")), bytes.HasPrefix(bytes.ToLower(name), []byte("x-envoy-")):
		x.FromProxy = true
	case bytes.EqualFold(name, []byte("server")):
		x.proxy = proxyOf(bytes.ToLower(value))
		x.FromProxy = x.FromProxy || x.proxy > 0 && x.proxy <= onlyProxies
	}
}
