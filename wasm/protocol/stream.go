package protocol

import (
	"time"

	"wirewhy/analyzer"
)

// Extraction says which frames an extract holds.
type Extraction uint8

// The extractions.
const (
	ExtractFlows    Extraction = iota // all packets of Flows
	ExtractEvidence                   // the frames that are evidence of Finding
	ExtractHit                        // all packets of the flows that Finding hit
	ExtractMatching                   // all packets of the flows that Filter, Since and Until let through
	ExtractAll
)

// StreamView answers Stream. Putting a long connection together takes several
// answers: until Done is Total, it has no pieces, and is to be asked for again.
type StreamView struct {
	Error        string
	Done, Total  int      // packets that were read for it, of how many
	Len          int64    // of the conversation: bytes that were captured, both directions
	Sent         [2]int64 // by client and server
	Missing      [2]int64 // of these, bytes that were not captured
	From         int64    // position of the first piece
	At           int64    // position of Frame's payload; -1: it has none here
	Pieces       []StreamPiece
	Messages     []StreamMessage
	MessageFrom  int
	MessageTotal int
	MessagesCut  bool    // there are more, which are not told apart
	Found        []int64 // where Filter occurs, as far as was searched
	Searched     int64   // up to which position
}

// StreamPiece is a run of payload of one frame, or a gap.
type StreamPiece struct {
	Pos     int64
	Server  bool // sent it
	Frame   uint32
	Time    analyzer.Timestamp
	Missing int64 // a gap of so many bytes; or else Data
	Data    []byte
	Note    string // another frame has other bytes for this place
}

// StreamMessage is an HTTP/1 message, a TLS record, or a run of other bytes.
type StreamMessage struct {
	Pos    int64
	Server bool
	Frame  uint32
	Time   analyzer.Timestamp
	Title  string
	Body   string // its length and what is odd about it, in words
	Lines  []string
	After  time.Duration // a response: since its request; -1: none
	Pair   int           // 1 + the index of the message that belongs to it; 0: none
	Bad    bool          // an alert that ends the connection, a status of 4xx or 5xx
}

func (m *StreamView) fields(c *codec) {
	stringField(c, &m.Error)
	intField(c, &m.Done)
	intField(c, &m.Total)
	for i := range m.Sent {
		intField(c, &m.Sent[i])
		intField(c, &m.Missing[i])
	}
	intField(c, &m.Len)
	intField(c, &m.From)
	intField(c, &m.At)
	listField(c, &m.Pieces, func(c *codec, p *StreamPiece) {
		intField(c, &p.Pos)
		boolField(c, &p.Server)
		uintField(c, &p.Frame)
		intField(c, &p.Time)
		intField(c, &p.Missing)
		bytesField(c, &p.Data)
		stringField(c, &p.Note)
	})
	listField(c, &m.Messages, func(c *codec, x *StreamMessage) {
		intField(c, &x.Pos)
		boolField(c, &x.Server)
		uintField(c, &x.Frame)
		intField(c, &x.Time)
		stringField(c, &x.Title)
		stringField(c, &x.Body)
		listField(c, &x.Lines, stringField)
		intField(c, &x.After)
		intField(c, &x.Pair)
		boolField(c, &x.Bad)
	})
	intField(c, &m.MessageFrom)
	intField(c, &m.MessageTotal)
	boolField(c, &m.MessagesCut)
	listField(c, &m.Found, intField)
	intField(c, &m.Searched)
}
