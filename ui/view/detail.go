package view

import (
	"strconv"
	"strings"

	"wirewhy/analyzer"
	"wirewhy/ui/plot"
	"wirewhy/ui/state"
	"wirewhy/wasm/protocol"
)

// Say draws the words of what is selected: a problem, a flow with the problem
// that hit it, or the capture as a whole.
func Say(s *state.State) string {
	if s.Phase != state.Reading && s.Phase != state.Ready {
		return ""
	}
	var m markup
	p := s.Problem()
	switch {
	case s.Selection.Kind == state.AFlow:
		flowTitle(&m, s, p)
	case p == nil:
		wholeCapture(&m, s)
		return m.String()
	default:
		m.put(`<h1 id="detail-title">%</h1>`, p.Title)
		chips(&m, s, p)
	}
	if p == nil {
		return m.String()
	}
	m.put(`<p class="summary">`)
	prose(&m, p.Summary)
	m.put(`</p><div class="facets%">`, choose(s.AllWords, " all", ""))
	evidence(&m, s, p)
	confirm(&m, s, p)
	fixes(&m, s, p)
	sure(&m, s, p)
	more := words.MoreWords
	if s.AllWords {
		more = words.LessWords
	}
	m.put(`</div><button type="button" class="link more-words" id="more-words" data-act="words" aria-expanded="%">%</button>`, choose(s.AllWords, "true", "false"), more.In(s.Lang))
	return m.String()
}

func chips(m *markup, s *state.State, p *protocol.Problem) {
	m.put(`<div class="chips"><span class="chip sev-%">%</span>`, severityClass(p.Severity), code(p.Confidence, s.Lang))
	m.put(`<span class="chip">%</span>`, code(p.Fault, s.Lang))
	if p.FlowCount > 0 {
		m.put(`<span class="chip">%</span>`, plural(p.FlowCount, words.Connection, words.Connections, s.Lang))
	}
	if frames := allFrames(p); len(frames) > 0 {
		m.put(`<span class="chip">%</span>`, framesText(frames, s.Lang))
	}
	m.put(`<span class="chip id">%</span>`, p.Diagnosis)
	if filter := "problem:" + p.Diagnosis; p.FlowCount > 1 && s.Flows.Filter != filter {
		m.put(`<button type="button" class="link" id="show-flows" data-act="filter" data-arg="%">%</button>`, filter, words.ShowFlows.In(s.Lang))
	}
	m.put(`</div>`)
}

func severityClass(severity analyzer.Severity) lit {
	switch severity {
	case analyzer.SeverityError:
		return "error"
	case analyzer.SeverityWarning:
		return "warning"
	}
	return "info"
}

func flowTitle(m *markup, s *state.State, p *protocol.Problem) {
	row := s.Selection.Row
	m.put(`<h1 id="detail-title" class="endpoints"><span class="addr">%</span>`, row.Client)
	named(m, row.ClientName)
	m.put(` <i aria-label="→">→</i> <span class="addr">%</span>`, row.Server)
	named(m, row.ServerName)
	m.put(`</h1><div class="chips">`)
	if row.Verdict != "" {
		m.put(`<span class="chip strong %">%</span>`, verdictClass(row), row.Verdict)
	}
	if p != nil {
		m.put(`<span class="chip">%</span><span class="chip">%</span>`, code(p.Confidence, s.Lang), code(p.Fault, s.Lang))
	}
	for _, fact := range flowFacts(s, row) {
		m.put(`<span class="chip">%</span>`, fact)
	}
	m.put(`</div>`)
	if p != nil {
		m.put(`<h2 class="because">%</h2>`, p.Title)
		if p.FlowCount > 1 && p.FirstFlow != row.ID {
			m.put(`<p class="soft">%</p>`, toldOfFirst.In(s.Lang))
		}
	}
}

var toldOfFirst = t("Told of the first connection with this fault; this one fared alike.", "以下描述的是出现该故障的第一条连接；本连接情况相同。")

// named says what the capture calls the address before it.
func named(m *markup, name string) {
	if name != "" {
		m.put(` <small class="name">%</small>`, name)
	}
}

func flowFacts(s *state.State, row protocol.FlowRow) []string {
	if row.Client == "" {
		return nil
	}
	facts := []string{row.State, plot.Duration(row.Duration), number(row.Packets) + " " + words.Packets.In(s.Lang), bytesText(row.Bytes)}
	if row.RTT >= 0 {
		facts = append(facts, "RTT "+plot.Duration(row.RTT))
	}
	if row.AnsweredFrom != "" {
		facts = append(facts, words.AnsweredFrom.In(s.Lang)+" "+row.AnsweredFrom)
	}
	if row.LossPermille > 0 {
		facts = append(facts, significant(float64(row.LossPermille)/10)+" % "+words.Retransmitted.In(s.Lang))
	}
	return facts
}

func evidence(m *markup, s *state.State, p *protocol.Problem) {
	if len(p.Evidence) == 0 {
		return
	}
	m.put(`<section class="facet evidence"><h2>%</h2><ol>`, words.Evidence.In(s.Lang))
	for i, line := range p.Evidence {
		m.put(`<li data-ev="%"><button type="button" class="mark-ev" id="evidence-%" data-act="evidence" data-arg="%" data-ev="%" aria-label="% %">%</button><span>`,
			i+1, i+1, i+1, i+1, words.EvidenceNumber.In(s.Lang), i+1, circled(i+1))
		inline(m, line.Text)
		if len(line.Frames) > 0 {
			m.put(` <button type="button" class="frames" data-act="frame" data-arg="%.%" title="%">%</button>`, line.Frames[0], line.Capture+1, framesText(line.Frames, s.Lang), framesText(line.Frames, s.Lang))
		}
		if line.Fact > 0 {
			m.put(` <button type="button" class="frames" id="fact-%" data-act="fact" data-arg="%">%</button>`, i, line.Fact-1, beside.HostSaid.In(s.Lang))
		}
		m.put(`</span></li>`)
	}
	m.put(`</ol></section>`)
}

func sure(m *markup, s *state.State, p *protocol.Problem) {
	m.put(`<section class="facet"><h2>%</h2><p>%</p>`, words.HowSure.In(s.Lang), sureText[p.Confidence].In(s.Lang))
	lookAlikes(m, words.Alternatives.In(s.Lang), p.Possible)
	lookAlikes(m, notThat.In(s.Lang), p.Excluded)
	m.put(`</section>`)
}

var notThat = t("What it is not", "已排除")

func lookAlikes(m *markup, head string, list []protocol.ExcludedLine) {
	if len(list) == 0 {
		return
	}
	m.put(`<h2>%</h2><dl class="excluded">`, head)
	for _, x := range list {
		title := x.Title
		if title == "" {
			title = x.Diagnosis
		}
		m.put(`<dt>%</dt><dd>`, title)
		inline(m, x.Because)
		m.put(`</dd>`)
	}
	m.put(`</dl>`)
}

func confirm(m *markup, s *state.State, p *protocol.Problem) {
	if len(p.Confirm) == 0 {
		return
	}
	m.put(`<section class="facet confirm"><h2>%</h2><ul>`, words.Confirm.In(s.Lang))
	for i, c := range p.Confirm {
		m.put(`<li><span class="where">%</span>`, c.Where)
		if c.Command != "" {
			m.put(`<span class="command"><code>%</code><button type="button" class="copy" id="copy-%" data-act="copy" data-arg="%" aria-label="%: %">%</button></span>`,
				c.Command, i, c.Command, words.Copy.In(s.Lang), c.Command, words.Copy.In(s.Lang))
		}
		m.put(`<span class="expect">`)
		inline(m, c.Expect)
		m.put(`</span></li>`)
	}
	m.put(`</ul></section>`)
}

func fixes(m *markup, s *state.State, p *protocol.Problem) {
	if len(p.Fix) == 0 {
		return
	}
	m.put(`<section class="facet"><h2>%</h2><ul class="fixes">`, words.Fix.In(s.Lang))
	for _, fix := range p.Fix {
		m.put(`<li>`)
		inline(m, fix)
		m.put(`</li>`)
	}
	m.put(`</ul></section>`)
}

func allFrames(p *protocol.Problem) []uint32 {
	var frames []uint32
	for _, e := range p.Evidence {
		frames = append(frames, e.Frames...)
	}
	return frames
}

// framesText names frames: "frame 3", "frames 1–6", "frames 2, 5, 9 …".
func framesText(frames []uint32, lang analyzer.Lang) string {
	low, high := frames[0], frames[0]
	distinct := map[uint32]bool{}
	for _, f := range frames {
		low, high = min(low, f), max(high, f)
		distinct[f] = true
	}
	if low == high {
		return words.Frame.In(lang) + " " + number(low)
	}
	if int(high-low) == len(distinct)-1 {
		return words.Frames.In(lang) + " " + number(low) + "–" + number(high)
	}
	const shown = 4
	var b strings.Builder
	b.WriteString(words.Frames.In(lang) + " ")
	count := 0
	for _, f := range frames {
		if !distinct[f] {
			continue
		}
		distinct[f] = false
		if count == shown {
			b.WriteString(" …")
			break
		}
		if count > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.FormatUint(uint64(f), 10))
		count++
	}
	return b.String()
}
