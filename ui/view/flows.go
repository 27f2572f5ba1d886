package view

import (
	"strings"

	"wirewhy/analyzer"
	"wirewhy/ui/plot"
	"wirewhy/ui/state"
	"wirewhy/wasm/protocol"
)

// FlowRowHeight is the height of a line of the flow list, px; the stylesheet
// holds the same number.
const FlowRowHeight = 27

// flowColumns are the columns of the flow list. Narrow pages show the first four.
var flowColumns = []struct {
	order protocol.FlowOrder
	title analyzer.Text
	class lit
	cell  func(protocol.FlowRow) string
}{
	{protocol.ByClient, words.Client, "c-client", func(r protocol.FlowRow) string { return r.Client }},
	{protocol.ByServer, words.Server, "c-server", func(r protocol.FlowRow) string { return r.Server }},
	{protocol.ByStart, words.Start, "c-start wide", func(r protocol.FlowRow) string { return plot.Clock(r.Start) }},
	{protocol.ByDuration, words.Took, "c-took", func(r protocol.FlowRow) string { return plot.Duration(r.Duration) }},
	{protocol.ByPackets, words.PacketsShort, "c-packets wide", func(r protocol.FlowRow) string { return number(r.Packets) }},
	{protocol.ByBytes, words.Size, "c-bytes wide", func(r protocol.FlowRow) string { return bytesText(r.Bytes) }},
	{protocol.ByRTT, words.RTT, "c-rtt wide", func(r protocol.FlowRow) string {
		if r.RTT < 0 {
			return "–"
		}
		return plot.Duration(r.RTT)
	}},
	{protocol.ByVerdict, words.Verdict, "c-verdict", func(r protocol.FlowRow) string { return r.Verdict }},
}

// The words of marking.
var (
	marked     = t("marked", "条已标记")
	clearMarks = t("clear", "清除标记")
	keyMark    = t("mark a flow (also Ctrl or Shift and click), to save several", "标记连接（亦可 Ctrl/Shift + 单击），以便一起保存")
)

// FlowsHead draws the head of the flow list: how many, and the columns to sort by.
func FlowsHead(s *state.State) string {
	var m markup
	f := &s.Flows
	m.put(`<h2><span id="flows-title">%</span><span class="count">`, words.Flows.In(s.Lang))
	if f.Narrowed() {
		m.put(`% / `, number(f.Total))
	}
	m.put(`%</span></h2>`, number(s.Overview.FlowCount))
	if f.Until != 0 {
		m.put(`<p class="time-chosen"><span>% % – %</span> <button type="button" class="link" id="all-times" data-act="all-times">%</button></p>`,
			words.TimeChosen.In(s.Lang), plot.Clock(f.Since), plot.Clock(f.Until), words.AllTimes.In(s.Lang))
	}
	if n := f.MarkCount(); n > 0 {
		m.put(`<p class="marks"><span role="status">% %</span> <button type="button" class="link" id="save-marked" data-act="export">%</button> <button type="button" class="link" id="clear-marks" data-act="clear-marks">%</button></p>`,
			number(n), marked.In(s.Lang), exportItem.In(s.Lang), clearMarks.In(s.Lang))
	}
	m.put(`<div class="columns">`)
	for _, c := range flowColumns {
		sorted, arrow := lit("false"), lit("")
		if c.order == f.Order {
			sorted, arrow = "true", choose(f.Down, ` <i aria-hidden="true">▾</i>`, ` <i aria-hidden="true">▴</i>`)
		}
		m.put(`<button type="button" class="%" id="sort-%" data-act="sort" data-arg="%" aria-pressed="%" title="% %">%%</button>`,
			c.class, int(c.order), int(c.order), sorted, words.SortBy.In(s.Lang), c.title.In(s.Lang), c.title.In(s.Lang), arrow)
	}
	m.put(`</div>`)
	return m.String()
}

// FlowRows draws the lines of the flow list that are in sight.
func FlowRows(s *state.State) string {
	var m markup
	f := &s.Flows
	if f.Total == 0 {
		none := "–"
		if f.Narrowed() && f.Error == "" {
			none = words.NoMatch.In(s.Lang)
		}
		if why := s.Lost(); why != "" {
			none = why
		}
		m.put(`<p class="none" role="option" aria-selected="false">%</p>`, none) // a listbox is never empty
		return m.String()
	}
	for i := f.First; i < min(f.End, f.Total); i++ {
		row, ok := f.Row(i)
		if !ok {
			m.put(`<div class="flow empty" role="option" aria-selected="false" aria-label="…"></div>`)
			continue
		}
		flowRow(&m, s, i, row)
	}
	return m.String()
}

func flowRow(m *markup, s *state.State, i int, row protocol.FlowRow) {
	f := &s.Flows
	selected := s.Selection.Kind == state.AFlow && s.Selection.Flow == row.ID
	same := s.Selection.Kind == state.AProblem && s.Selection.Flow == row.ID
	m.put(`<div class="flow%%%" id="flow-%" role="option" aria-selected="%" aria-checked="%" aria-setsize="%" aria-posinset="%" data-act="row" data-arg="%">`,
		choose(selected, " on", ""), choose(same, " same", ""), choose(f.Marked(row.ID), " marked", ""), i, choose(selected, "true", "false"), choose(f.Marked(row.ID), "true", "false"), s.Flows.Total, i+1, i)
	for _, c := range flowColumns {
		text := c.cell(row)
		class := c.class
		if strings.HasPrefix(string(class), "c-verdict") {
			m.put(`<span class="% %" title="%">%</span>`, class, verdictClass(row), text, text)
			continue
		}
		title := text
		if c.order == protocol.ByClient && row.ClientName != "" {
			title = row.ClientName + " · " + text
		} else if c.order == protocol.ByServer && row.ServerName != "" {
			title = row.ServerName + " · " + text
		}
		endpoint(m, class, title, text)
	}
	m.put(`</div>`)
}

// endpoint draws a cell with an address and a port, or anything else.
func endpoint(m *markup, class lit, title, text string) {
	if host, port, ok := hostPort(text); ok {
		m.put(`<span class="% end" title="%"><span>%</span><span>:%</span></span>`, class, title, host, port)
		return
	}
	m.put(`<span class="%" title="%">%</span>`, class, title, text)
}

func verdictClass(row protocol.FlowRow) lit {
	switch {
	case row.Class == analyzer.Healthy:
		return "v-ok"
	case row.Class != analyzer.Sick:
		return "v-info"
	case row.Severity == analyzer.SeverityError:
		return "v-error"
	case row.Severity == analyzer.SeverityWarning:
		return "v-warning"
	}
	return "v-info"
}

// hostPort cuts an endpoint in two, so that a narrow column can shorten the
// address and keep the port.
func hostPort(endpoint string) (host, port string, ok bool) {
	i := strings.LastIndexByte(endpoint, ':')
	if i < 0 {
		return "", "", false
	}
	return endpoint[:i], endpoint[i+1:], true
}
