package session

import (
	"slices"

	"wirewhy/analyzer"
	"wirewhy/analyzer/correlate"
	"wirewhy/analyzer/host"
	"wirewhy/wasm/protocol"
)

// Change changes what is loaded: it takes a text or a capture away, tells more of
// a text, or says which of two captures lies nearer to the clients. item names
// which; role is that of the host that a text is of. Conclusions are drawn by the Add that follows.
func (s *Session) Change(what protocol.Change, item int, role string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch what {
	case protocol.RemoveCapture:
		s.removeCapture(item)
	case protocol.SwapNear, protocol.FindNear:
		if item >= 0 && item < len(s.pairs) {
			s.setNear(s.pairs[item], what == protocol.SwapNear)
		}
	case protocol.RemoveText, protocol.AttributeText, protocol.EarlierText:
		if item >= 0 && item < len(s.texts) {
			s.changeText(what, item, role)
		}
	}
}

func (s *Session) changeText(what protocol.Change, i int, role string) {
	switch {
	case what == protocol.RemoveText:
		s.texts = slices.Delete(s.texts, i, i+1)
	case what == protocol.AttributeText:
		s.texts[i].Role = host.Role(role)
	case what == protocol.EarlierText && i > 0:
		s.texts[i-1], s.texts[i] = s.texts[i], s.texts[i-1]
		for at, ev := range s.texts {
			ev.Order = at + 1
		}
	}
	s.known = nil
	if len(s.texts) > 0 {
		s.known = host.Gather(s.texts)
	}
}

// removeCapture forgets a capture and what it was compared with, or, counted behind
// the captures, a file that could not be read.
func (s *Session) removeCapture(i int) {
	if n := i - len(s.loaded); n >= 0 && n < len(s.unread) {
		s.unread = slices.Delete(s.unread, n, n+1)
	}
	if i < 0 || i >= len(s.loaded) {
		return
	}
	s.loaded[i].again.close()
	s.loaded = slices.Delete(s.loaded, i, i+1)
	s.forget() // what was concluded counts captures
	s.trials = slices.DeleteFunc(s.trials, func(t *tried) bool { return t.of[0] == i || t.of[1] == i })
	for _, t := range s.trials {
		for k := range t.of {
			if t.of[k] > i {
				t.of[k]--
			}
		}
		if t.pair != nil {
			t.pair.of = t.of
		}
	}
	s.takePairs(true)
}

// setNear has two captures compared anew: with the other one as the nearer to the
// clients, or as their packets tell.
func (s *Session) setNear(p *paired, swap bool) {
	t := s.trial(p.of[0], p.of[1])
	t.near = correlate.NearUnknown
	if swap {
		t.near = correlate.SecondNearClient
		if p.near() == 1 {
			t.near = correlate.FirstNearClient
		}
	}
	t.done, t.pair = false, nil
}

// placeWords tells where the captures lie on the way from the clients.
var (
	placeNear   = analyzer.Text{En: "nearer to the clients", Zh: "更靠近客户端"}
	placeFar    = analyzer.Text{En: "nearer to the servers", Zh: "更靠近服务端"}
	placeMiddle = analyzer.Text{En: "in between", Zh: "居中"}
)

// place tells where a capture lies among the others; empty if that is not known.
func (s *Session) place(i int) analyzer.Text {
	before, behind := false, false
	for _, p := range s.pairs {
		if p.known() {
			behind = behind || p.of[1-p.near()] == i
			before = before || p.of[p.near()] == i
		}
	}
	switch {
	case before && behind:
		return placeMiddle
	case before:
		return placeNear
	case behind:
		return placeFar
	}
	return analyzer.Text{}
}
