package view

import (
	"wirewhy/analyzer"
	"wirewhy/ui/plot"
	"wirewhy/ui/state"
	"wirewhy/wasm/protocol"
)

// Problems draws the list of problems, worst first, and the healthy figures.
func Problems(s *state.State) string {
	var m markup
	problems := s.Overview.Problems
	sick := 0
	for _, p := range problems {
		if p.Class == analyzer.Sick {
			sick++
		}
	}
	m.put(`<h2><span id="problems-title">%</span><span class="count">%</span></h2>`, words.Problems.In(s.Lang), sick)
	m.put(`<div id="problems-list" tabindex="-1" role="group" aria-labelledby="problems-title">`)
	if sick == 0 {
		noProblems(&m, s)
	}
	remarks := false
	for i, p := range problems {
		if p.Class != analyzer.Sick && !remarks {
			remarks = true
			m.put(`<h3 class="remarks">%</h3>`, words.Remarks.In(s.Lang))
		}
		problem(&m, s, i, p)
	}
	m.put(`</div>`)
	numbers(&m, s)
	return m.String()
}

func noProblems(m *markup, s *state.State) {
	text := words.NoProblems
	class := lit("none ok")
	switch {
	case s.Phase == state.Reading:
		text, class = words.NoneYet, "none"
	case len(s.Overview.Captures) == 0:
		text, class = beside.Alone, "none"
	case s.Overview.FlowCount == 0:
		text, class = words.NothingFound, "none"
	}
	m.put(`<p class="%">%%</p>`, class, choose(class == "none ok", `<svg class="mark" viewBox="0 0 12 12" aria-hidden="true"><path d="M2 6.500l3 3 5-7"/></svg>`, ``), text.In(s.Lang))
}

func problem(m *markup, s *state.State, i int, p protocol.Problem) {
	selected := s.Selection.Kind == state.AProblem && s.Selection.Index == i
	m.put(`<button type="button" class="problem" id="problem-%" data-act="problem" data-arg="%" aria-current="%">`, i, i, choose(selected, "true", "false"))
	severityMark(m, s, p)
	m.put(`<span class="text"><b>%</b><small>%</small></span>`, p.Title, p.Scope)
	if p.FlowCount > 0 {
		m.put(`<span class="count" aria-label="%">%</span>`, plural(p.FlowCount, words.Connection, words.Connections, s.Lang), number(p.FlowCount))
	}
	m.put(`</button>`)
}

// severityMark draws a finding's severity by colour and by shape: a filled disc,
// a triangle, a ring.
func severityMark(m *markup, s *state.State, p protocol.Problem) {
	label := code(p.Severity, s.Lang)
	shape, class := lit(`<circle cx="6" cy="6" r="4.200"></circle>`), lit("info")
	switch p.Severity {
	case analyzer.SeverityError:
		shape, class = `<circle cx="6" cy="6" r="5.500"></circle><path class="cut" d="M4 4l4 4M8 4l-4 4"></path>`, "error"
	case analyzer.SeverityWarning:
		shape, class = `<path d="M6 .8L11.700 11H.3z"></path><path class="cut" d="M6 4.200v3.400M6 8.800v1"></path>`, "warning"
	}
	m.put(`<svg class="mark %" viewBox="0 0 12 12" role="img" aria-label="%">%</svg>`, class, label, shape)
}

func numbers(m *markup, s *state.State) {
	n := s.Overview.Numbers
	if s.Overview.FlowCount == 0 {
		return
	}
	m.put(`<p class="numbers"><span>% / % %</span>`, number(n.Complete), number(s.Overview.FlowCount), words.Complete.In(s.Lang))
	if n.HandshakeCount > 0 {
		m.put(`<span>% p50 %, p95 %</span>`, words.Handshake.In(s.Lang), plot.Duration(n.HandshakeP50), plot.Duration(n.HandshakeP95))
	}
	if n.DataSegments > 0 {
		m.put(`<span>% %</span>`, percent(n.Retransmissions, n.DataSegments), words.Retransmitted.In(s.Lang))
	}
	m.put(`</p>`)
}
