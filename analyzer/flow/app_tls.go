package flow

import "wirewhy/analyzer/wire"

// TLS record types (RFC 8446 §5.1).
const (
	recordAlert       = 21
	recordHandshake   = 22
	recordApplication = 23
)

// maxRecords bounds the records that are looked at in one segment.
const maxRecords = 8

// readTLS looks at the records that begin in a segment.
func (t *Tracker) readTLS(f *Flow, d Dir, p *wire.Packet, b []byte) {
	for n := 0; n < maxRecords && len(b) >= 6 && b[0] >= 20 && b[0] <= 24 && b[1] == 3; n++ {
		length := int(b[3])<<8 | int(b[4])
		body := b[5:min(len(b), 5+length)]
		switch b[0] {
		case recordHandshake:
			t.tlsHandshake(f, d, p, body)
		case recordAlert:
			t.tlsAlert(f, d, p, body, length)
		case recordApplication:
			t.tlsApplication(f, d, p, length)
		}
		if len(b) <= 5+length {
			return
		}
		b = b[5+length:]
	}
}

func (t *Tracker) tlsHandshake(f *Flow, d Dir, p *wire.Packet, body []byte) {
	if len(body) == 0 || body[0] != 1 && body[0] != 2 {
		return
	}
	x := t.notebook.open(f.ID)
	switch {
	case x == nil:
	case body[0] == 1 && d == Originator && x.ClientHello == 0:
		x.ClientHello = p.Frame
		x.SNI = sniOf(body)
	case body[0] == 2 && d == Responder && x.ServerHello == 0:
		x.ServerHello = p.Frame
	}
}

// tlsAlert notes an alert record. Two bytes stand in the clear; a longer one is
// encrypted, and nothing but its presence is known.
func (t *Tracker) tlsAlert(f *Flow, d Dir, p *wire.Packet, body []byte, length int) {
	x := t.notebook.open(f.ID)
	if x == nil {
		return
	}
	switch {
	case length != 2 || len(body) < 2:
		x.EncryptedAlert[d] = p.Frame
	case body[1] == 0:
		x.CloseNotify = x.CloseNotify || d == Responder
	case x.Alert.Frame == 0 && (body[0] == 2 || body[1] != 90 && body[1] != 100): // not user_canceled, no_renegotiation
		x.Alert = TLSAlert{Description: body[1], From: d, Frame: p.Frame}
	}
}

// The sizes of an encrypted TLS 1.3 alert: two bytes, the content type and the
// tag of the cipher (16 bytes, 8 for CCM_8), with a little padding. The first
// encrypted record of a client that goes on is its Finished, 53 bytes or more.
const (
	leastAlertLen = 11
	mostAlertLen  = 24
)

// What the first encrypted record of a client holds after TLS 1.3's handshake
// messages of the server: its Finished alone, with a hash of 32 or 48 bytes, or its
// Certificate, since the server asked for one (RFC 8446 §4.4; an empty one has 25).
const (
	finishedSHA256Len = 4 + 32 + 1 + 16
	finishedSHA384Len = 4 + 48 + 1 + 16
)

func (t *Tracker) tlsApplication(f *Flow, d Dir, p *wire.Packet, length int) {
	x := t.notebook.find(f.ID)
	if x == nil {
		return
	}
	if x.records[d] < 255 {
		x.records[d]++
	}
	if x.ServerHello == 0 || x.Alert.Frame != 0 {
		return
	}
	small := length >= leastAlertLen && length <= mostAlertLen
	switch {
	case d == Originator:
		if x.records[d] == 1 && small {
			x.Alert = TLSAlert{From: d, Frame: p.Frame, Encrypted: true}
		}
		// A second small record is the client's own close_notify.
		x.certSent = !small && (x.certSent || x.records[d] == 1 && x.records[Responder] > 0 && length != finishedSHA256Len && length != finishedSHA384Len)
	case x.certSent && small:
		x.Alert = TLSAlert{From: d, Frame: p.Frame, Encrypted: true}
	default:
		x.certSent = false
	}
}

// sniOf reports whether a ClientHello names the server (RFC 6066 §3): 1 it does,
// 2 it does not, 0 not all of it is there.
func sniOf(b []byte) uint8 {
	const head = 4 + 2 + 32 // message head, version, random
	rest, ok := skip8(b, head)
	if ok {
		rest, ok = skip16(rest, 0)
	}
	if ok {
		rest, ok = skip8(rest, 0)
	}
	if !ok || len(rest) < 2 {
		return 0
	}
	size := int(rest[0])<<8 | int(rest[1])
	whole := len(rest)-2 >= size
	rest = rest[2:min(len(rest), 2+size)]
	for len(rest) >= 4 {
		if rest[0] == 0 && rest[1] == 0 {
			return 1
		}
		if rest, ok = skip16(rest, 2); !ok {
			return 0
		}
	}
	if whole {
		return 2
	}
	return 0
}

// skip8 drops n bytes and a vector with a length of one byte.
func skip8(b []byte, n int) ([]byte, bool) {
	if len(b) <= n || len(b) < n+1+int(b[n]) {
		return nil, false
	}
	return b[n+1+int(b[n]):], true
}

// skip16 drops n bytes and a vector with a length of two bytes.
func skip16(b []byte, n int) ([]byte, bool) {
	if len(b) < n+2 {
		return nil, false
	}
	size := int(b[n])<<8 | int(b[n+1])
	if len(b) < n+2+size {
		return nil, false
	}
	return b[n+2+size:], true
}
