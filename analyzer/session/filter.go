package session

import (
	"bytes"
	"net/netip"
	"strings"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/report"
	"wirewhy/wasm/protocol"
)

// filter is an expression over flows, as a tree. Bare words match addresses,
// ports, names and verdicts.
type filter struct {
	op    operator
	parts []*filter // of opAnd and opOr; the one of opNot
	term  term      // of opTerm
}

type operator uint8

const (
	opTerm operator = iota
	opAnd
	opOr
	opNot
)

// term is one question about a flow.
type term struct {
	name   string // of protocol.FilterTerms; "" for a bare word
	word   string // in lower case
	addr   netip.Addr
	prefix netip.Prefix
	cmp    comparison
	value  int64 // in the unit of the figure that it is compared with
	index  int   // among the terms
}

// comparison is a set of outcomes of a comparison.
type comparison uint8

const (
	less comparison = 1 << iota
	equal
	greater
)

func (c comparison) holds(a, b int64) bool {
	switch {
	case a < b:
		return c&less != 0
	case a > b:
		return c&greater != 0
	}
	return c&equal != 0
}

func (f *filter) matches(s *subject) bool {
	switch f.op {
	case opAnd:
		for _, p := range f.parts {
			if !p.matches(s) {
				return false
			}
		}
		return true
	case opOr:
		for _, p := range f.parts {
			if p.matches(s) {
				return true
			}
		}
		return false
	case opNot:
		return !f.parts[0].matches(s)
	}
	return f.term.matches(s)
}

// subject is the flow that is looked at, with its words made once.
type subject struct {
	session   *Session
	flow      *report.Flow
	line      []byte // its endpoints as text
	diagnosis string
	said      map[spoken]bool
}

// spoken is a diagnosis and a term's index: whether its words hold the term's.
type spoken struct {
	diagnosis string
	term      int
}

func (s *subject) load(f *report.Flow) {
	s.flow, s.diagnosis = f, s.session.diagnosis(f.ID)
	s.line = s.line[:0]
}

// text returns the flow's endpoints, and their names where the capture says some.
func (s *subject) text() []byte {
	if len(s.line) == 0 {
		s.line = s.appendSide(s.line, s.flow.Client())
		s.line = s.appendSide(append(s.line, ' '), s.flow.Server())
		if from, ok := s.flow.AnsweredFrom(); ok {
			s.line = s.appendSide(append(s.line, ' '), from)
		}
	}
	return s.line
}

func (s *subject) appendSide(b []byte, e flow.Endpoint) []byte {
	b = report.AppendEndpoint(b, e)
	if name := s.flow.Name(e.Addr); name != "" {
		b = append(append(b, ' '), strings.ToLower(name)...)
	}
	return b
}

// addresses calls yes for the flow's addresses until it says so.
func (s *subject) addresses(yes func(netip.Addr) bool) bool {
	if yes(s.flow.ClientAddr.Netip()) || yes(s.flow.ServerAddr.Netip()) {
		return true
	}
	from, ok := s.flow.AnsweredFrom()
	return ok && yes(from.Addr.Netip())
}

func (t *term) matches(s *subject) bool {
	f := s.flow
	switch t.name {
	case "":
		return bytes.Contains(s.text(), []byte(t.word)) || t.saidBy(s)
	case "host":
		return s.addresses(func(a netip.Addr) bool { return a == t.addr })
	case "net":
		return s.addresses(t.prefix.Contains)
	case "client":
		return strings.Contains(string(s.appendSide(nil, f.Client())), t.word)
	case "server":
		return strings.Contains(string(s.appendSide(nil, f.Server())), t.word)
	case "state":
		return strings.EqualFold(f.State().String(), t.word) || strings.EqualFold(string(f.Outcome()), t.word) || t.saidBy(s)
	case "problem":
		return t.saidBy(s)
	case "port":
		return t.cmp.holds(int64(f.ClientPort), t.value) || t.cmp.holds(int64(f.ServerPort), t.value)
	}
	figure, known := figureOf(t.name, f)
	return known && t.cmp.holds(figure, t.value)
}

// figureOf returns the figure of a flow that a term compares; false where it is
// not known.
func figureOf(name string, f *report.Flow) (int64, bool) {
	switch name {
	case "rtt":
		rtt, ok := f.HandshakeRTT()
		return int64(rtt), ok
	case "duration":
		return int64(f.Duration()), true
	case "loss": // parts of a million, as the terms' values
		segments, again := f.Loss()
		return int64(again * 1e6 / max(segments, 1)), segments > 0
	case "bytes":
		return int64(f.Payload()), true
	case "packets":
		return int64(f.PacketCount()), true
	case "start":
		return int64(f.Start), true
	case "end":
		return int64(f.End), true
	}
	return 0, false
}

// saidBy reports whether the flow's diagnosis holds the word. There are few
// diagnoses, so that each is looked at once.
func (t *term) saidBy(s *subject) bool {
	k := spoken{s.diagnosis, t.index}
	held, ok := s.said[k]
	if !ok {
		held = t.inWords(s.diagnosis)
		s.said[k] = held
	}
	return held
}

func (t *term) inWords(diagnosis string) bool {
	for _, lang := range []analyzer.Lang{analyzer.English, analyzer.Chinese} {
		if strings.Contains(strings.ToLower(diagnosis+" "+verdict(diagnosis, lang)), t.word) {
			return true
		}
	}
	return false
}

// known returns the filter language's term of a name.
func known(name string) *protocol.FilterTerm {
	for i := range protocol.FilterTerms {
		if strings.EqualFold(protocol.FilterTerms[i].Name, name) {
			return &protocol.FilterTerms[i]
		}
	}
	return nil
}
