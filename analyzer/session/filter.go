package session

import (
	"net/netip"
	"strconv"
	"strings"

	"wirewhy/analyzer"
	"wirewhy/analyzer/report"
)

// filter is a conjunction of terms. Bare words match addresses, ports and
// verdicts; host, port, net, state and problem ask for one thing; not (or a dash
// before a word) turns a term around.
type filter struct{ terms []term }

type term struct {
	kind   termKind
	not    bool
	word   string // in lower case
	addr   netip.Addr
	prefix netip.Prefix
	port   uint16
	index  int // among the terms
}

type termKind uint8

const (
	termWord termKind = iota
	termHost
	termPort
	termNet
	termState
	termProblem
)

var termNames = map[string]termKind{
	"host": termHost, "port": termPort, "net": termNet, "state": termState, "problem": termProblem,
}

// filterFault says what is wrong with a filter and at which byte.
type filterFault struct {
	at   int
	text analyzer.Text
}

// word is a word of a filter and where it stands.
type word struct {
	text string
	at   int
}

func splitWords(s string) (out []word) {
	start := -1
	for i, r := range s + " " {
		space := r == ' ' || r == '\t' || r == '\n' || r == '\u3000'
		if !space && start < 0 {
			start = i
		} else if space && start >= 0 {
			out = append(out, word{s[start:i], start})
			start = -1
		}
	}
	return out
}

// parseFilter reads a filter.
func parseFilter(s string) (*filter, *filterFault) {
	f := &filter{}
	words, not := splitWords(s), false
	for i := 0; i < len(words); i++ {
		w := words[i]
		lower := strings.ToLower(w.text)
		if lower == "not" || lower == "!" {
			not = !not
			continue
		}
		if lower == "and" || lower == "&&" {
			continue
		}
		name, value, joined := strings.Cut(w.text, ":")
		kind, known := termNames[strings.ToLower(name)]
		switch {
		case known && joined:
			w = word{value, w.at + len(name) + 1}
		case known && i+1 < len(words):
			i++
			w = words[i]
		case known:
			return nil, &filterFault{w.at + len(w.text), analyzer.Text{En: "something must follow “" + w.text + "”", Zh: "“" + w.text + "” 后面缺少内容"}}
		}
		t, fault := parseTerm(kind, w)
		if fault != nil {
			return nil, fault
		}
		t.not, t.index, not = not, len(f.terms), false
		f.terms = append(f.terms, t)
	}
	return f, nil
}

func parseTerm(kind termKind, w word) (term, *filterFault) {
	t := term{kind: kind, word: strings.ToLower(w.text)}
	var err error
	wants := analyzer.Text{}
	switch kind {
	case termHost:
		t.addr, err = netip.ParseAddr(strings.Trim(w.text, "[]"))
		wants = analyzer.Text{En: "an address", Zh: "IP 地址"}
	case termNet:
		t.prefix, err = netip.ParsePrefix(w.text)
		wants = analyzer.Text{En: "a network such as 10.0.0.0/8", Zh: "网段，例如 10.0.0.0/8"}
	case termPort:
		var n uint64
		n, err = strconv.ParseUint(w.text, 10, 16)
		t.port = uint16(n)
		wants = analyzer.Text{En: "a port from 0 to 65535", Zh: "端口号（0–65535）"}
	}
	if err != nil {
		return t, &filterFault{w.at, analyzer.Text{En: "“" + w.text + "” is not " + wants.En, Zh: "“" + w.text + "” 不是" + wants.Zh}}
	}
	return t, nil
}

func (f *filter) matches(s *subject) bool {
	for i := range f.terms {
		t := &f.terms[i]
		if t.matches(s) == t.not {
			return false
		}
	}
	return true
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

// text returns the flow's endpoints.
func (s *subject) text() []byte {
	if len(s.line) == 0 {
		s.line = report.AppendEndpoint(s.line, s.flow.Client())
		s.line = report.AppendEndpoint(append(s.line, ' '), s.flow.Server())
		if from, ok := s.flow.AnsweredFrom(); ok {
			s.line = report.AppendEndpoint(append(s.line, ' '), from)
		}
	}
	return s.line
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
	switch t.kind {
	case termHost:
		return s.addresses(func(a netip.Addr) bool { return a == t.addr })
	case termNet:
		return s.addresses(t.prefix.Contains)
	case termPort:
		return s.flow.ClientPort == t.port || s.flow.ServerPort == t.port
	case termState:
		return strings.EqualFold(s.flow.State().String(), t.word) || strings.EqualFold(string(s.flow.Outcome()), t.word) ||
			t.saidBy(s)
	case termProblem:
		return t.saidBy(s)
	}
	return strings.Contains(string(s.text()), t.word) || t.saidBy(s)
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
