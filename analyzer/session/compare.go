package session

import (
	"cmp"
	"errors"
	"runtime"
	"slices"
	"strconv"

	"wirewhy/analyzer"
	"wirewhy/analyzer/capture"
	"wirewhy/analyzer/correlate"
	"wirewhy/analyzer/diagnose"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/report"
	"wirewhy/analyzer/wire"
)

// maxCompared bounds the captures that are compared, each with each.
const maxCompared = 6

// paired are two captures that hold the same connections.
type paired struct {
	*correlate.Pairing
	of [2]int // indices of the captures
}

// tried is a pair of captures that was compared, or is not to be: why.
type tried struct {
	of   [2]int
	near correlate.Nearness // as somebody said
	why  analyzer.Text      // that it cannot be; zero: it can
	done bool
	pair *paired // nil: they have nothing to tell together
}

// compare finds the connections that several captures hold, of pairs that were not
// compared yet. It reads their packets a second time, in turns, so that queries
// are answered meanwhile.
func (l *loader) compare() {
	s := l.s
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.loaded {
		if c.legs == nil {
			c.legs = correlate.Legs(c.tracker)
		}
	}
	n := min(len(s.loaded), maxCompared)
	s.busy = true
	for second := 1; second < n; second++ {
		for first := range second {
			if t := s.trial(first, second); !t.done && l.ctx.Err() == nil {
				l.pair(t)
			}
		}
	}
	s.busy = false
	for i := range n {
		s.loaded[i].again.close()
	}
	s.takePairs(l.ctx.Err() == nil)
}

// trial returns what is known of comparing two captures.
func (s *Session) trial(first, second int) *tried {
	for _, t := range s.trials {
		if t.of == [2]int{first, second} {
			return t
		}
	}
	t := &tried{of: [2]int{first, second}}
	s.trials = append(s.trials, t)
	return t
}

// takePairs gathers the pairs that were found, and says with each capture what
// came of comparing it. s.mu is held.
func (s *Session) takePairs(complete bool) {
	s.pairs = nil
	for _, c := range s.loaded {
		c.capture.Warnings = c.capture.Warnings[:min(len(c.capture.Warnings), c.own)]
	}
	for _, t := range s.trials {
		second := s.loaded[t.of[1]]
		if !t.why.IsZero() {
			second.warn(t.why)
		}
		if t.pair != nil {
			s.pairs = append(s.pairs, t.pair)
			s.remark(t.pair)
		}
	}
	for i, c := range s.loaded {
		switch {
		case i >= maxCompared:
			c.warn(analyzer.Text{
				En: "Only the first " + strconv.Itoa(maxCompared) + " captures are compared with each other; this one stands for itself.",
				Zh: "只有前 " + strconv.Itoa(maxCompared) + " 份抓包会相互对照；这一份单独分析。",
			})
		case len(s.loaded) > 1 && !s.compared(i) && complete:
			c.warn(analyzer.Text{
				En: "No connection of this capture was found in another one; it stands for itself.",
				Zh: "在其他抓包中没有找到这份抓包里的连接；它单独分析。",
			})
		}
	}
}

// pair compares two captures. s.mu is held, but not while their packets are read.
func (l *loader) pair(t *tried) {
	a, b := l.s.loaded[t.of[0]], l.s.loaded[t.of[1]]
	p, err := l.correlate(a, b, t.near)
	if l.ctx.Err() != nil {
		return
	}
	t.done = true
	switch {
	case errors.Is(err, capture.ErrOnce):
		t.why = analyzer.Text{
			En: "It could not be compared with " + a.capture.Name + ": one of the two cannot be read a second time (a pipe).",
			Zh: "无法与 " + a.capture.Name + " 对照：两者之一不能再次读取（管道）。",
		}
	case err != nil:
		t.why = analyzer.Text{
			En: "It could not be compared with " + a.capture.Name + ": " + sentence(err, analyzer.English),
			Zh: "无法与 " + a.capture.Name + " 对照：" + sentence(err, analyzer.Chinese),
		}
	case len(p.Joined) > 0:
		t.pair = &paired{p, t.of}
	}
}

func (l *loader) correlate(a, b *loaded, near correlate.Nearness) (*correlate.Pairing, error) {
	l.s.mu.Unlock()
	defer l.s.mu.Lock()
	return correlate.Pair(l.view(a), l.view(b), near)
}

// remark says what comparing two captures left open.
func (s *Session) remark(p *paired) {
	name, second := s.loaded[p.of[0]].capture.Name, s.loaded[p.of[1]]
	if !p.known() && !p.Alike {
		second.warn(analyzer.Text{
			En: "It holds connections that " + name + " holds, too, but nothing tells which of the two was taken nearer to the clients; their packets are not set against each other.",
			Zh: "它与 " + name + " 有相同的连接，但无法判断哪一份更靠近客户端；因此没有逐包对照。",
		})
	}
	if p.Partial {
		second.warn(analyzer.Text{
			En: "There are too many packets to compare all of them with " + name + ": of some connections only the opening was compared.",
			Zh: "报文过多，无法全部与 " + name + " 对照：部分连接只对照了建立阶段。",
		})
	}
}

func (c *loaded) warn(text analyzer.Text) {
	c.capture.Warnings = append(c.capture.Warnings, analyzer.Warning{Offset: -1, Text: text})
}

// view lets a capture be compared.
func (l *loader) view(c *loaded) correlate.View {
	turns := 0
	return correlate.View{Tracker: c.tracker, Read: func(e flow.Entry, p *wire.Packet) error {
		if turns++; turns%batchLen == 0 {
			if err := l.ctx.Err(); err != nil {
				return err
			}
			runtime.Gosched() // as in read
		}
		l.s.mu.Lock()
		defer l.s.mu.Unlock()
		_, err := c.read(e, p)
		return err
	}}
}

// near returns which capture of a pair was taken nearer to the clients: 0 or 1.
func (p *paired) near() int {
	near, _ := p.NearClient()
	return near
}

// known reports whether it is known which of the two lies nearer to the clients.
func (p *paired) known() bool { _, ok := p.NearClient(); return ok }

// ordered reports whether connections of the two can be told as one: it is known
// which lies nearer to the clients, or does not matter.
func (p *paired) ordered(depth []int) bool {
	return !p.known() && p.Alike || p.known() && depth[p.of[p.near()]] < depth[p.of[1-p.near()]]
}

// compared reports whether a capture shares connections with another one.
func (s *Session) compared(index int) bool {
	return slices.ContainsFunc(s.pairs, func(p *paired) bool { return p.of[0] == index || p.of[1] == index })
}

// cases are the captures to be concluded about, linked along the path.
func (s *Session) cases() []*diagnose.Case {
	cases := make([]*diagnose.Case, len(s.loaded))
	for i, l := range s.loaded {
		cases[i] = &diagnose.Case{Capture: l.capture, Index: i, Tracker: l.tracker, Host: s.known, Legs: l.legs}
	}
	depth := s.depths()
	pairs := slices.Clone(s.pairs)
	// Those next to each other come first: a capture between two others tells more.
	analyzer.SortStable(pairs, func(a, b *paired) int {
		return cmp.Compare(depth[a.of[1-a.near()]], depth[b.of[1-b.near()]])
	})
	for _, p := range pairs {
		if !p.ordered(depth) {
			continue
		}
		near, far := cases[p.of[p.near()]], cases[p.of[1-p.near()]]
		near.Links = append(near.Links, diagnose.Link{Far: far, Pair: p.Pairing, Near: p.near(), Alike: !p.known()})
	}
	return cases
}

// depths numbers the captures along the path from the clients. Captures that
// would lie behind each other in a circle get one number.
func (s *Session) depths() []int {
	depth := make([]int, len(s.loaded))
	for range s.loaded {
		for _, p := range s.pairs {
			if p.known() {
				near, far := p.of[p.near()], p.of[1-p.near()]
				depth[far] = min(max(depth[far], depth[near]+1), len(s.loaded))
			}
		}
	}
	return depth
}

// joins lists the connections that several captures hold once, with the capture
// nearest to the clients.
func (s *Session) joins() *report.Joins {
	depth, j, any := s.depths(), &report.Joins{}, false
	for i, c := range s.loaded {
		for _, l := range c.legs {
			any = j.Join(report.Leg{Capture: i, Flow: l.Main}, report.Leg{Capture: i, Flow: l.Flow}) || any
		}
	}
	for _, p := range s.pairs {
		near := p.near()
		if !p.ordered(depth) {
			continue
		}
		for i := range p.Joined {
			x := p.Joined[i].Flow
			if x[0] >= 0 && x[1] >= 0 && p.Joined[i].By != correlate.ByProxy { // a proxy's are two connections
				any = j.Join(report.Leg{Capture: p.of[near], Flow: x[near]}, report.Leg{Capture: p.of[1-near], Flow: x[1-near]}) || any
			}
		}
	}
	if !any {
		return nil
	}
	return j
}

// clock compares the clocks of two captures.
func (s *Session) clock() *report.Clock {
	if len(s.loaded) != 2 || len(s.pairs) != 1 || !s.pairs[0].Clock.Known {
		return nil
	}
	c := s.pairs[0].Clock
	return &report.Clock{Offset: c.Offset, Uncertainty: c.Uncertainty, DriftKnown: c.DriftKnown, Drift: c.Drift, DriftError: c.DriftError}
}

// toldBefore reports whether a finding about no flow in particular was made in a
// capture of the same incident already.
func (s *Session) toldBefore(index int, f *analyzer.Finding) bool {
	if f.Class == analyzer.Artefact || !s.compared(index) {
		return false
	}
	return slices.ContainsFunc(s.report.Findings, func(g analyzer.Finding) bool {
		return len(g.Flows) == 0 && g.Diagnosis == f.Diagnosis && g.Title == f.Title
	})
}
