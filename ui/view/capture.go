package view

import (
	"strings"

	"wirewhy/analyzer"
	"wirewhy/ui/plot"
	"wirewhy/ui/state"
)

// wholeCapture draws the detail when no problem and no flow is selected: the
// good news, and the figures of the capture.
func wholeCapture(m *markup, s *state.State) {
	sick := false
	for _, p := range s.Overview.Problems {
		sick = sick || p.Class == analyzer.Sick
	}
	switch {
	case s.Phase == state.Reading:
		m.put(`<h1 id="detail-title">%</h1>`, words.StillReading.In(s.Lang))
	case len(s.Overview.Captures) == 0:
		m.put(`<h1 id="detail-title">%</h1>`, beside.Evidence.In(s.Lang))
	case s.Overview.FlowCount == 0:
		m.put(`<h1 id="detail-title">%</h1>`, words.NothingFound.In(s.Lang))
	case !sick:
		text := words.NoProblemsText
		if s.Overview.Numbers.Complete < s.Overview.FlowCount {
			text = notWhole
		}
		m.put(`<h1 id="detail-title" class="healthy"><svg class="mark" viewBox="0 0 12 12" aria-hidden="true"><path d="M2 6.500l3 3 5-7"/></svg>%</h1><p class="summary">%</p>`, words.NoProblems.In(s.Lang), text.In(s.Lang))
	default:
		m.put(`<h1 id="detail-title">%</h1>`, words.Overview.In(s.Lang))
	}
	figures(m, s)
	captures(m, s)
}

var notWhole = t("Nothing in the packets points to a fault. Not every connection was set up, served and closed within this capture.",
	"数据包中没有任何故障迹象。但并非每条连接都在本抓包范围内完成建立、应答与关闭。")

func figures(m *markup, s *state.State) {
	if s.Overview.FlowCount == 0 {
		return
	}
	n := s.Overview.Numbers
	m.put(`<dl class="tiles">`)
	tile := func(value, label string) { m.put(`<div><dd>%</dd><dt>%</dt></div>`, value, label) }
	flows := words.FlowsFound
	if s.Overview.FlowCount == 1 {
		flows = words.OneFlow
	}
	tile(number(s.Overview.FlowCount), flows.In(s.Lang))
	tile(number(n.Complete), words.Complete.In(s.Lang))
	if n.HandshakeCount > 0 {
		tile(plot.Duration(n.HandshakeP50), words.Handshake.In(s.Lang)+" p50")
		tile(plot.Duration(n.HandshakeP95), words.Handshake.In(s.Lang)+" p95")
	}
	tile(number(n.DataSegments), words.DataSegments.In(s.Lang))
	tile(percent(n.Retransmissions, n.DataSegments), words.Retransmitted.In(s.Lang))
	m.put(`</dl>`)
}

func captures(m *markup, s *state.State) {
	if len(s.Overview.Captures) == 0 {
		return
	}
	m.put(`<ul class="captures">`)
	for _, c := range s.Overview.Captures {
		facts := []string{c.Format, number(c.Packets) + " " + words.Packets.In(s.Lang), bytesText(c.Bytes) + " " + words.FramesBytes.In(s.Lang)}
		if c.Start != 0 {
			facts = append(facts, plot.Date(c.Start))
		}
		if c.End > c.Start {
			facts = append(facts, plot.Duration(c.End.Sub(c.Start)))
		}
		if names := strings.Join(c.Interfaces, ", "); names != "" {
			facts = append(facts, names)
		}
		m.put(`<li><b>%</b> <span>%</span>`, c.Name, strings.Join(facts, " · "))
		for _, comment := range c.Comments {
			m.put(`<q>%</q>`, comment)
		}
		m.put(`</li>`)
	}
	m.put(`</ul>`)
}
