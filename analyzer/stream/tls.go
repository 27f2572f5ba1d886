package stream

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// recordTypes and handshakeTypes are IANA's names (TLS ContentType, TLS
// HandshakeType).
var (
	recordTypes    = map[byte]string{20: "change_cipher_spec", 21: "alert", 22: "handshake", 23: "application_data", 24: "heartbeat"}
	handshakeTypes = map[byte]string{
		0: "HelloRequest", 1: "ClientHello", 2: "ServerHello", 4: "NewSessionTicket", 5: "EndOfEarlyData", 8: "EncryptedExtensions", 11: "Certificate",
		12: "ServerKeyExchange", 13: "CertificateRequest", 14: "ServerHelloDone", 15: "CertificateVerify", 16: "ClientKeyExchange", 20: "Finished",
		22: "CertificateStatus", 24: "KeyUpdate",
	}
)

const recordHead = 5

// record collects a record's header and, of those that can be read, its content.
func (p *Parser) record(d Dir, data []byte) int {
	w := &p.ways[d]
	m := &p.Messages[w.open-1]
	used := 0
	for len(w.head) < recordHead {
		if used == len(data) {
			return used
		}
		w.head = append(w.head, data[used])
		used++
	}
	length := int(binary.BigEndian.Uint16(w.head[3:]))
	if w.head[1] != 3 || length > 1<<14+2048 { // no record after all (RFC 8446 §5.2)
		m.Kind = Other
		m.Len += int64(len(w.head))
		w.close(m, true)
		return used
	}
	kind := w.head[0]
	want := recordHead
	if kind == 21 || kind == 22 {
		want += min(length, maxHead)
	}
	n := min(want-len(w.head), len(data)-used)
	w.head = append(w.head, data[used:used+n]...)
	if used += n; len(w.head) < want {
		return used
	}
	p.text += 64
	m.Title = recordTypes[kind] + ", " + version(w.head[1:3])
	body := w.head[recordHead:]
	switch kind {
	case 20:
		w.secret = true
	case 21:
		p.alert(m, body, length)
	case 22:
		p.handshake(w, m, body)
	}
	m.Len = int64(len(body))
	w.head, w.left, w.step = nil, int64(length-len(body)), (*Parser).body
	if w.left == 0 {
		w.close(m, true)
	}
	return used
}

func version(b []byte) string {
	switch v := binary.BigEndian.Uint16(b); v {
	case 0x0300:
		return "SSL 3.0"
	case 0x0301, 0x0302, 0x0303, 0x0304:
		return "TLS 1." + string('0'+b[1]-1)
	default:
		return fmt.Sprintf("0x%04x", v)
	}
}

// alert reads an alert, which stands in the clear if it has two bytes.
func (p *Parser) alert(m *Message, body []byte, length int) {
	if length == 2 && len(body) == 2 {
		m.Level, m.Alert = body[0], int(body[1])+1
	}
}

// handshake names the messages in a record. They may begin in one record and end
// in another.
func (p *Parser) handshake(w *way, m *Message, body []byte) {
	hello := len(body) >= 4 && (body[0] == 1 || body[0] == 2) && 4+int(binary.BigEndian.Uint32(body)&0xffffff) == len(body)
	if w.secret && !hello { // the second ClientHello of TLS 1.3 follows a change_cipher_spec (RFC 8446 §D.4)
		m.Title += ": encrypted"
		return
	}
	rest := append(w.handshake, body...)
	w.handshake = nil
	var names []string
	for len(rest) >= 4 {
		n := 4 + (int(rest[1])<<16 | int(rest[2])<<8 | int(rest[3]))
		name := handshakeTypes[rest[0]]
		if name == "" {
			name = fmt.Sprintf("handshake type %d", rest[0])
		}
		if n > len(rest) && n <= maxHead {
			names = append(names, name+" …")
			break
		}
		message := rest[4:min(n, len(rest))]
		switch rest[0] {
		case 1:
			p.clientHello(m, message)
		case 2:
			if len(message) > 6 && binary.BigEndian.Uint32(message[2:]) == 0xcf21ad74 { // RFC 8446 §4.1.3
				name = "HelloRetryRequest"
			}
			p.serverHello(m, message)
		}
		names = append(names, name)
		rest = rest[min(n, len(rest)):]
	}
	if len(rest) > 0 && len(rest) < maxHead {
		w.handshake = append([]byte(nil), rest...)
	}
	m.Title += ": " + strings.Join(names, ", ")
}

// clientHello tells the names in it (RFC 8446 §4.1.2).
func (p *Parser) clientHello(m *Message, b []byte) {
	r := reader(b)
	r.skip(2 + 32)
	r.vector(1)
	suites := r.vector(2)
	r.vector(1)
	p.extensions(m, r.vector(2), true)
	p.tell(m, "cipher suites", fmt.Sprint(len(suites)/2))
}

// serverHello tells what the server has chosen (RFC 8446 §4.1.3).
func (p *Parser) serverHello(m *Message, b []byte) {
	r := reader(b)
	r.skip(2 + 32)
	r.vector(1)
	suite := r.skip(2)
	r.skip(1)
	if len(suite) == 2 {
		p.tell(m, "cipher suite", fmt.Sprintf("0x%04x", binary.BigEndian.Uint16(suite)))
	}
	p.extensions(m, r.vector(2), false)
}

// extensions tells server name (RFC 6066 §3), ALPN (RFC 7301 §3.1) and versions
// (RFC 8446 §4.2.1).
func (p *Parser) extensions(m *Message, b []byte, client bool) {
	for r := reader(b); len(r) >= 4; {
		kind := binary.BigEndian.Uint16(r.skip(2))
		x := reader(r.vector(2))
		switch kind {
		case 0:
			if list := reader(x.vector(2)); len(list) > 0 && list.skip(1)[0] == 0 {
				p.tell(m, "server name", string(list.vector(2)))
			}
		case 16:
			var names []string
			for list := reader(x.vector(2)); len(list) > 0; {
				names = append(names, string(list.vector(1)))
			}
			p.tell(m, "ALPN", strings.Join(names, ", "))
		case 43:
			list := []byte(x)
			if client {
				list = x.vector(1)
			}
			var names []string
			for ; len(list) >= 2; list = list[2:] {
				if list[0]&0xf != 0xa { // not GREASE (RFC 8701)
					names = append(names, version(list))
				}
			}
			p.tell(m, "versions", strings.Join(names, ", "))
		}
	}
}

func (p *Parser) tell(m *Message, name, value string) {
	if value != "" {
		m.Lines = append(m.Lines, p.keep([]byte(name+": "+value)))
	}
}

// reader takes parts from the front of bytes; where there are too few, it gives
// none and is empty.
type reader []byte

func (r *reader) skip(n int) []byte {
	if n > len(*r) {
		*r = nil
		return nil
	}
	part := (*r)[:n]
	*r = (*r)[n:]
	return part
}

// vector takes a vector with a length of n bytes in front.
func (r *reader) vector(n int) []byte {
	size := 0
	for _, x := range r.skip(n) {
		size = size<<8 | int(x)
	}
	return r.skip(size)
}
