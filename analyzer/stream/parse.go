package stream

import (
	"bytes"

	"wirewhy/analyzer"
)

// Kind says what a Message is.
type Kind uint8

// The kinds.
const (
	Other    Kind = iota // bytes of no protocol that is read here
	Request              // HTTP/1 (RFC 9112)
	Response             // the same
	Record               // TLS (RFC 8446 §5.1)
)

// Message is one HTTP/1 message, one TLS record, or a run of other bytes.
type Message struct {
	Kind     Kind
	Dir      Dir
	Pos      int64  // of its first byte in the conversation
	Frame    uint32 // that holds it
	Time     analyzer.Timestamp
	End      analyzer.Timestamp // of the frame with its last byte
	Title    string             // start line; for a record its type and what it holds
	Lines    []string           // header fields; what a ClientHello says
	Len      int64              // of the body, without chunk sizes; of a record
	Missing  int64              // of it, not captured
	Chunked  bool
	Complete bool
	Alert    int // description of an alert that can be read, plus one; 0: none
	Level    uint8
	Pair     int // a response: 1 + the index of its request; a request: of its response
}

const (
	// maxMessages bounds what is told apart of one connection.
	maxMessages = 5000
	// maxHead bounds a message's start line and fields, and what is read of a
	// handshake record, in bytes.
	maxHead = 16 << 10
	// maxText bounds the text of all messages.
	maxText = 4 << 20
)

// Parser tells messages apart. It is fed with the pieces of a conversation, in
// order.
type Parser struct {
	Messages []Message
	Full     bool // there were more than are told
	ways     [2]way
	requests []int // that wait for their response
	text     int
}

// way is where the parser stands in one direction.
type way struct {
	step      func(p *Parser, d Dir, data []byte) int // consumes the next bytes; nil: between messages
	head      []byte
	open      int   // 1 + the message under way
	left      int64 // bytes of it; -1: until the end
	secret    bool  // TLS handshake messages can no longer be read
	now       place
	handshake []byte // a message that goes on in the next record
}

// place is where bytes come from.
type place struct {
	pos   int64
	frame uint32
	time  analyzer.Timestamp
}

// Feed takes in bytes of a piece.
func (p *Parser) Feed(piece Piece, at analyzer.Timestamp, data []byte) {
	w := &p.ways[piece.Dir]
	w.now = place{piece.Pos, piece.Frame, at}
	for len(data) > 0 && !p.Full {
		if w.step == nil {
			p.begin(piece.Dir, data)
		}
		under := w.open
		n := w.step(p, piece.Dir, data)
		data = data[n:]
		w.now.pos += int64(n)
		p.Messages[under-1].End = at
	}
}

// End takes in that the connection has ended: so have bodies without a length.
func (p *Parser) End() {
	for i := range p.ways {
		if w := &p.ways[i]; w.open > 0 && w.head == nil && w.left < 0 && !p.Messages[w.open-1].Chunked {
			w.close(&p.Messages[w.open-1], true)
		}
	}
}

// Gap takes in that bytes are missing.
func (p *Parser) Gap(piece Piece) {
	w := &p.ways[piece.Dir]
	if w.open == 0 {
		w.step, w.head = nil, nil
		return
	}
	m := &p.Messages[w.open-1]
	m.Missing += piece.Len
	if w.head != nil || w.left >= 0 && piece.Len > w.left || m.Chunked { // where the next one begins is not known
		w.close(m, false)
		return
	}
	if m.Len += piece.Len; w.left >= 0 {
		w.left -= piece.Len
		if w.left == 0 && m.Kind != Other {
			w.close(m, true)
		}
	}
}

func (w *way) close(m *Message, complete bool) {
	m.Complete = complete
	w.step, w.head, w.open, w.left = nil, nil, 0, 0
}

// open begins a message.
func (p *Parser) open(d Dir, kind Kind) *Message {
	w := &p.ways[d]
	if len(p.Messages) == maxMessages || p.text > maxText {
		p.Full = true
	}
	p.Messages = append(p.Messages, Message{Kind: kind, Dir: d, Pos: w.now.pos, Frame: w.now.frame, Time: w.now.time, End: w.now.time})
	w.open, w.left = len(p.Messages), -1
	return &p.Messages[w.open-1]
}

// begin looks at the first bytes of what comes next.
func (p *Parser) begin(d Dir, data []byte) {
	w := &p.ways[d]
	w.head = []byte{}
	switch {
	case data[0] >= 20 && data[0] <= 24 && (len(data) < 2 || data[1] == 3):
		p.open(d, Record)
		w.step = (*Parser).record
	case startsMessage(data):
		p.open(d, Request)
		w.step = (*Parser).httpHead
	default:
		w.head = nil
		if last := len(p.Messages) - 1; last < 0 || p.Messages[last].Kind != Other || p.Messages[last].Dir != d {
			p.open(d, Other)
		} else {
			w.open = last + 1 // it goes on
		}
		w.step = (*Parser).other
	}
}

// other takes in bytes that mean nothing here, to the end of the piece.
func (p *Parser) other(d Dir, data []byte) int {
	w := &p.ways[d]
	m := &p.Messages[w.open-1]
	m.Len += int64(len(data))
	w.close(m, true)
	return len(data)
}

// body takes in bytes that are counted only.
func (p *Parser) body(d Dir, data []byte) int {
	w := &p.ways[d]
	m := &p.Messages[w.open-1]
	n := len(data)
	if w.left >= 0 {
		n = int(min(int64(n), w.left))
		w.left -= int64(n)
	}
	m.Len += int64(n)
	if w.left == 0 {
		w.close(m, true)
	}
	return n
}

// keep notes text of a message.
func (p *Parser) keep(s []byte) string {
	p.text += len(s)
	return string(s)
}

func startsMessage(data []byte) bool {
	if bytes.HasPrefix(data, []byte("HTTP/1.")) {
		return true
	}
	line, _, _ := bytes.Cut(data[:min(len(data), maxHead)], []byte("\n"))
	method, rest, ok := bytes.Cut(line, []byte(" "))
	if !ok || len(method) < 3 || len(method) > 16 {
		return false
	}
	for _, c := range method { // a token in capitals, as all registered methods are (RFC 9110 §16.1)
		if (c < 'A' || c > 'Z') && c != '-' {
			return false
		}
	}
	return bytes.Contains(rest, []byte(" HTTP/1.")) || len(line) == len(data) && bytes.HasPrefix(rest, []byte("/"))
}
