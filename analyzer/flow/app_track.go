package flow

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// appNotes are the AppFacts of one flow and what is needed to keep them up.
type appNotes struct {
	AppFacts
	bodyEnd  analyzer.Seq // where the running HTTP response ends, if hasBody
	askEnd   analyzer.Seq // where the running HTTP request ends, if asks
	hasBody  bool
	asks     bool
	chunked  bool
	chunks   chunks
	proxy    uint8    // that the running response's "server:" names
	headOnly bool     // the last request was HEAD: its response has no body
	certSent bool     // TLS 1.3: the client sent a Certificate, perhaps an empty one, and the server nothing since
	records  [2]uint8 // TLS records of application data seen, saturating, by Dir
}

// maxNotes bounds the flows with notes: those beyond have none.
const maxNotes = 1 << 20

// App returns what the payload of f told about the protocol above TCP.
func (t *Tracker) App(f *Flow) AppFacts {
	a := AppFacts{ClientProto: f.Sides[Originator].Proto, ServerProto: f.Sides[Responder].Proto}
	x := t.notebook.find(f.ID)
	if x == nil {
		return a
	}
	facts := x.AppFacts
	facts.ClientProto, facts.ServerProto = a.ClientProto, a.ServerProto
	if s := &f.Sides[Responder]; x.hasBody {
		if missing := x.bodyEnd.Sub(s.sent()); missing > 0 {
			facts.BodyMissing = int64(missing)
		} else {
			facts.ResponseDone = true
		}
	}
	if missing := x.askEnd.Sub(f.Sides[Originator].sent()); x.asks && missing > 0 {
		facts.RequestMissing = int64(missing)
	}
	switch x.chunks.state {
	case chunksDone:
		facts.ResponseDone = true
	case chunksNone, chunksLost:
	default:
		facts.ChunksOpen = x.chunks.next == f.Sides[Responder].sent()
	}
	return facts
}

// cutShort reports a response whose end, which its head announced, had not come.
func (x *appNotes) cutShort(f *Flow) bool {
	return x.hasBody && x.bodyEnd.After(f.Sides[Responder].sent()) || x.chunks.state > chunksNone && x.chunks.state < chunksDone
}

// sent returns the sequence number after the last byte of payload that a side
// sent, its FIN left out.
func (s *Side) sent() analyzer.Seq {
	if s.Flags&SawFIN != 0 {
		return s.finSeq
	}
	return s.Next
}

// read looks at the payload of a segment that brings new bytes. It looks only at
// what begins with the segment: messages are recognised by their first bytes, and
// streams are not put together.
func (t *Tracker) read(f *Flow, d Dir, p *wire.Packet) {
	s := &f.Sides[d]
	b := p.Payload
	if len(b) < 3 {
		return
	}
	if s.Proto == ProtoUnknown && s.DataSegments == 1 {
		s.Proto = recognise(b)
	}
	switch s.Proto {
	case ProtoHTTP:
		t.readHTTP(f, d, p, b)
	case ProtoTLS:
		t.readTLS(f, d, p, b)
	}
}

// recognise tells a protocol from the first bytes of a direction.
func recognise(b []byte) Proto {
	switch {
	case b[0] >= 0x14 && b[0] <= 0x17 && b[1] == 3 && b[2] <= 4: // RFC 8446 §5.1
		return ProtoTLS
	case begins(b, "PRI * HTTP/2"): // RFC 9113 §3.4
		return ProtoHTTP2
	case begins(b, "PROXY "), begins(b, "\r\n\r\n\x00\r\nQUIT\n"):
		return ProtoProxyHeader
	case begins(b, "SSH-"):
		return ProtoSSH
	case begins(b, "HTTP/1."), isRequest(b):
		return ProtoHTTP
	}
	return ProtoUnknown
}

func begins(b []byte, s string) bool { return len(b) >= len(s) && string(b[:len(s)]) == s }
