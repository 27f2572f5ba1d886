package dissect

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/google/gopacket/layers"
)

// tellStream tells what a segment carries, if it begins like a message.
func tellStream(b *block, offset int) {
	t, end := b.tree, b.end
	data := t.frame.Data[offset:end]
	switch {
	case isTLS(data):
		t.tls(offset, end)
	case isHTTP(data):
		t.part("HTTP", tellHTTP, offset, end)
	case (b.u16(0) == 53 || b.u16(2) == 53) && len(data) > 14 && int(data[0])<<8|int(data[1]) == len(data)-2:
		t.payload(offset+2, end, layers.LayerTypeDNS)
	default:
		t.raw("Payload", offset, end)
	}
}

// httpStarts are the words that a request or an answer begins with.
var httpStarts = []string{"GET ", "POST ", "HEAD ", "PUT ", "DELETE ", "OPTIONS ", "PATCH ", "CONNECT ", "TRACE ", "HTTP/1."}

func isHTTP(b []byte) bool {
	for _, s := range httpStarts {
		if bytes.HasPrefix(b, []byte(s)) {
			return true
		}
	}
	return false
}

// tellHTTP tells the lines of a message's head (RFC 9112 §2.1).
func tellHTTP(b *block) {
	data := b.data[b.at:b.end]
	for off := 0; off < len(data); {
		n := bytes.IndexByte(data[off:], '\n')
		if n < 0 {
			n = len(data) - off - 1
		}
		line := strings.TrimRight(string(data[off:off+n+1]), "\r\n")
		if line == "" {
			off += n + 1
			if off < len(data) {
				b.add("Body", off, len(data)-off, bytesOf(len(data)-off))
			}
			return
		}
		name, value := "First line", line
		if off > 0 {
			name, value, _ = strings.Cut(line, ":")
		} else {
			b.layer.Summary = text([]byte(line))
		}
		b.add(text([]byte(name)), off, n+1, text([]byte(strings.TrimSpace(value))))
		off += n + 1
	}
}

// tlsRecords and tlsHandshakes name content and message types (RFC 8446 §5.1, §4).
var (
	tlsRecords    = map[uint64]string{20: "change cipher spec", 21: "alert", 22: "handshake", 23: "application data", 24: "heartbeat"}
	tlsHandshakes = map[uint64]string{
		0: "hello request", 1: "client hello", 2: "server hello", 4: "new session ticket", 8: "encrypted extensions", 11: "certificate", 12: "server key exchange",
		13: "certificate request", 14: "server hello done", 15: "certificate verify", 16: "client key exchange", 20: "finished", 22: "certificate status",
	}
	tlsVersions = map[uint64]string{0x0300: "SSL 3.0", 0x0301: "TLS 1.0", 0x0302: "TLS 1.1", 0x0303: "TLS 1.2", 0x0304: "TLS 1.3"}
	tlsLevels   = map[uint64]string{1: "warning", 2: "fatal"}
	tlsAlerts   = map[uint64]string{
		0: "close notify", 10: "unexpected message", 20: "bad record MAC", 22: "record overflow", 40: "handshake failure", 42: "bad certificate", 43: "unsupported certificate",
		44: "certificate revoked", 45: "certificate expired", 46: "certificate unknown", 47: "illegal parameter", 48: "unknown CA", 49: "access denied", 50: "decode error",
		51: "decrypt error", 70: "protocol version", 71: "insufficient security", 80: "internal error", 86: "inappropriate fallback", 90: "user canceled",
		109: "missing extension", 110: "unsupported extension", 112: "unrecognized name", 116: "certificate required", 120: "no application protocol",
	}
)

// isTLS reports whether bytes begin with a record header (RFC 8446 §5.1).
func isTLS(b []byte) bool {
	return len(b) >= 5 && b[0] >= 20 && b[0] <= 24 && b[1] == 3 && b[2] <= 4 && int(b[3])<<8|int(b[4]) <= 1<<14+2048
}

// tls tells record after record, until they end or are no records.
func (t *tree) tls(offset, end int) {
	for n := 0; offset < end; n++ {
		data := t.frame.Data[offset:end]
		if !isTLS(data) || n == 64 {
			t.raw("Payload", offset, end)
			return
		}
		next := min(end, offset+5+(int(data[3])<<8|int(data[4])))
		t.part("TLS", tellTLS, offset, next)
		offset = next
	}
}

func tellTLS(b *block) {
	b.named("Content type", 0, 1, tlsRecords)
	b.named("Version", 1, 2, tlsVersions)
	b.decimal("Length", 3, 2)
	b.layer.Summary = tlsRecords[b.number(0, 1)]
	n, captured := int(b.u16(3)), b.end-b.at-5
	if captured < n {
		b.layer.Summary += fmt.Sprintf(", %d of %d bytes", captured, n)
	}
	switch {
	case b.u8(0) == 21 && n == 2 && captured >= 2:
		b.named("Level", 5, 1, tlsLevels)
		b.named("Description", 6, 1, tlsAlerts)
		b.layer.Summary = fmt.Sprintf("alert: %s, %s", tlsLevels[b.number(5, 1)], tlsAlerts[b.number(6, 1)])
	case b.u8(0) == 22 && captured >= 4 && tlsHandshakes[b.number(5, 1)] != "" && int(b.number(6, 3)) <= 1<<17:
		b.named("Handshake type", 5, 1, tlsHandshakes)
		b.decimal("Handshake length", 6, 3)
		b.layer.Summary = tlsHandshakes[b.number(5, 1)]
		if kind := b.u8(5); kind == 1 || kind == 2 {
			b.tlsHello(kind == 1)
		}
	default:
		if captured > 0 {
			b.add("Content", 5, captured, bytesOf(captured))
		}
	}
}

// tlsHello tells a client's or server's hello (RFC 8446 §4.1.2, §4.1.3).
func (b *block) tlsHello(client bool) {
	b.named("Hello version", 9, 2, tlsVersions)
	b.dump("Random", 11, 32)
	off := 43
	n := int(b.u8(off))
	b.dump("Session ID", off+1, n)
	off += 1 + n
	if client {
		n = int(b.u16(off))
		b.add("Cipher suites", off+2, n, fmt.Sprint(n/2))
		off += 2 + n
		n = int(b.u8(off))
		b.dump("Compression methods", off+1, n)
		off += 1 + n
	} else {
		b.hexadecimal("Cipher suite", off, 2)
		b.decimal("Compression method", off+2, 1)
		off += 3
	}
	end := off + 2 + int(b.u16(off))
	for off += 2; off+4 <= end && b.has(off, 4); {
		kind, n := b.u16(off), int(b.u16(off+2))
		if !b.has(off, 4+n) {
			return
		}
		b.tlsExtension(kind, off, n, client)
		off += 4 + n
	}
}

// tlsExtension tells an extension; the names in it that people look for in words.
func (b *block) tlsExtension(kind uint16, off, n int, client bool) {
	switch {
	case kind == 0 && client && n > 5: // RFC 6066 §3
		name := text(b.bytes(off+9, min(n-5, int(b.u16(off+7)))))
		b.add("Server name", off, 4+n, name)
		b.layer.Summary += ", " + name
	case kind == 16 && n > 2: // RFC 7301 §3.1
		b.add("Application protocols", off, 4+n, protocols(b.bytes(off+6, n-2)))
	case kind == 43 && !client && n == 2:
		b.add("Supported version", off, 4+n, tlsVersions[b.number(off+4, 2)])
	default:
		b.add(fmt.Sprintf("Extension %d", kind), off, 4+n, hexString(b.bytes(off+4, n)))
	}
}

// protocols tells a list of names, each with its length in front.
func protocols(v []byte) string {
	var names []string
	for len(v) > 0 && 1+int(v[0]) <= len(v) {
		names = append(names, text(v[1:1+int(v[0])]))
		v = v[1+int(v[0]):]
	}
	return strings.Join(names, ", ")
}
