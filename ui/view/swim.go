package view

import (
	"strings"

	"wirewhy/analyzer"
	"wirewhy/ui/plot"
	"wirewhy/ui/state"
	"wirewhy/wasm/protocol"
)

// The words of the drawing of all flows.
var (
	swimTab    = t("All flows", "全部连接")
	swimSay    = t("in the order of the list, a line each", "按列表顺序，每行一条")
	swimEach   = t("a line each", "逐条显示")
	swimAll    = t("all at once", "整体显示")
	swimWorst  = t("the worst of", "最严重的一条，共")
	swimHere   = t("flows here", "条连接")
	swimBegan  = t("began", "开始于")
	swimZoomIn = t("show less time (+)", "放大时间（+）")
	swimWider  = t("show more time (−); 0: all", "缩小时间（−）；0：全部")
)

// swimKinds name what the lines show, the worst first.
var swimKinds = []struct {
	kind  protocol.Swim
	class lit
	text  analyzer.Text
}{
	{protocol.SwimError, "k5", t("failed", "失败")},
	{protocol.SwimSilent, "k4", t("failed, never answered", "失败，始终无应答")},
	{protocol.SwimWarning, "k3", t("impaired", "受损")},
	{protocol.SwimInfo, "k2", t("remark", "备注")},
	{protocol.SwimHealthy, "k1", t("healthy", "正常")},
}

// The widths left of the lines, px: with words, and with numbers.
const (
	swimWords   = 236
	swimNumbers = 58
	wordsHeight = 13 // of a line that has room for words
)

// SwimGutter returns how much room is left of the lines, px.
func SwimGutter(s *state.State) int {
	lines := s.Flows.Total
	if s.Swim.View != nil {
		lines = s.Swim.View.Lines
	}
	if s.Swim.Each || plot.LineHeight(lines, s.Swim.Height) >= wordsHeight {
		return swimWords
	}
	return swimNumbers
}

// SwimLine returns the height of a line of the drawing, px.
func SwimLine(s *state.State) int {
	if s.Swim.Each {
		return state.EachHeight
	}
	return plot.LineHeight(s.Swim.View.Lines, s.Swim.Height)
}

// SwimHead says what the drawing of all flows shows.
func SwimHead(s *state.State) string {
	w := &s.Swim
	if s.Tab != state.TabSwim {
		return ""
	}
	var m markup
	if w.Error != "" {
		m.put(`<p class="trouble" role="alert">%</p>`, w.Error)
	}
	if w.View == nil {
		m.put(`<p class="hint">%</p>`, words.StillReading.In(s.Lang))
		return m.String()
	}
	begin, length := w.Stretch()
	end := begin.Add(length)
	begin, end = begin-begin%1000, end-end%1000 // no one looks for nanoseconds here
	m.put(`<p id="swim-say"><span>% · % – %</span> <span class="swim-legend">`, plural(w.View.Total, words.OneFlow, words.FlowsFound, s.Lang)+", "+swimSay.In(s.Lang), plot.Clock(begin), plot.Clock(end))
	for _, k := range swimKinds {
		if int(k.kind) < len(w.View.Count) && w.View.Count[k.kind] > 0 {
			m.put(`<span class="%"><svg width="14" height="10" aria-hidden="true">%</svg>% %</span>`, k.class, swimSwatch(k.kind), number(w.View.Count[k.kind]), k.text.In(s.Lang))
		}
	}
	m.put(`</span></p><div class="tools" role="group">`)
	if w.View.Total*wordsHeight > w.Height {
		m.put(`<div class="segs"><button type="button" id="swim-all" data-act="swim-each" aria-pressed="%"%>%</button><button type="button" id="swim-each" data-act="swim-each" aria-pressed="%"%>%</button></div>`,
			choose(w.Each, "false", "true"), choose(w.Each, "", " disabled"), swimAll.In(s.Lang), choose(w.Each, "true", "false"), choose(w.Each, " disabled", ""), swimEach.In(s.Lang))
	}
	m.put(`<div class="segs"><button type="button" id="swim-out" data-act="swim-zoom" data-arg="0.500" aria-label="%" title="%"%>−</button><button type="button" id="swim-in" data-act="swim-zoom" data-arg="2" aria-label="%" title="%">+</button></div></div>`,
		swimWider.In(s.Lang), swimWider.In(s.Lang), choose(w.Begin == 0, " disabled", ""), swimZoomIn.In(s.Lang), swimZoomIn.In(s.Lang))
	return m.String()
}

// swimSwatch draws how a kind of flow looks, in the shape of its bars.
func swimSwatch(kind protocol.Swim) lit {
	switch {
	case kind < protocol.SwimWarning:
		return `<path d="M0 4h14v2H0z"></path>`
	case kind == protocol.SwimWarning:
		return `<path d="M0 2.500h14v5H0z"></path>`
	case kind == protocol.SwimSilent:
		return `<path d="M0 0h4v10H0zM5 0h4v10H5zM10 0h4v10h-4z"></path>`
	}
	return `<path d="M0 0h14v10H0z"></path>`
}

// SwimOver draws what lies over the lines: the axis, their words, and the flow
// that is selected.
func SwimOver(s *state.State) string {
	w := &s.Swim
	v := w.View
	if s.Tab != state.TabSwim || v == nil {
		return ""
	}
	var m markup
	gutter, line := SwimGutter(s), SwimLine(s)
	m.put(`<svg width="%" height="%" aria-hidden="true">`, gutter+w.Columns, w.Height+20)
	if v.Lines == 0 {
		m.put(`<text x="%" y="60" text-anchor="middle">%</text>`, gutter+w.Columns/2, words.NoMatch.In(s.Lang))
	}
	begin, length := w.Stretch()
	for _, tick := range plot.Ticks(begin, length, w.Columns/110) {
		x := float64(gutter) + tick.Share*float64(w.Columns)
		m.put(`<path class="tick" d="M% 16V%"></path><text x="%" y="12" text-anchor="middle">%</text>`, x, w.Height+20, min(x, float64(gutter+w.Columns-30)), tick.Text)
	}
	if at, ok := s.SwimPlace(); ok && at >= v.From && at < v.To {
		y := 20 + (at-v.From)*v.Lines/(v.To-v.From)*line
		m.put(`<rect class="chosen" x="0" y="%" width="%" height="%"></rect><path class="chosen-mark" d="M% %l-7 -4v8z"></path>`,
			y, gutter+w.Columns, max(line, 2), gutter-1, float64(y)+float64(line)/2)
	}
	if line >= wordsHeight && len(v.Rows) > 0 {
		for i, row := range v.Rows {
			m.put(`<text class="% row-name" x="4" y="%">%</text>`, verdictClass(row), float64(20+i*line)+float64(line)/2+4, plot.Fit(row.Client+" → "+row.Server, (gutter-14)/7))
		}
	} else {
		for y := 0; y < v.Lines*line; y += 60 {
			m.put(`<text x="%" y="%" text-anchor="end">%</text>`, gutter-8, y+30, number(v.From+y/line*(v.To-v.From)/v.Lines+1))
		}
	}
	if w.Each && v.Total > v.To-v.From { // where in the list this is
		scale := float64(w.Height) / float64(v.Total)
		m.put(`<rect class="scrolled" x="%" y="%" width="4" height="%" rx="2"></rect>`, gutter+w.Columns-5, 20+float64(v.From)*scale, max(float64(v.To-v.From)*scale, 16))
	}
	m.put(`</svg>`)
	return m.String()
}

// SwimTip says which flow is pointed at.
func SwimTip(s *state.State) string {
	hit := &s.Swim.Hit
	if s.Tab != state.TabSwim || len(hit.Rows) == 0 || s.Swim.At[0] < 0 {
		return ""
	}
	row := hit.Rows[0]
	var m markup
	m.put(`<b class="addr">% → %</b><span class="%">%</span><span>% % · %</span>`, row.Client, row.Server, verdictClass(row), row.Verdict,
		swimBegan.In(s.Lang), plot.Clock(row.Start), strings.Join(flowFacts(s, row), " · "))
	if hit.Total > 1 {
		m.put(`<small>% % %</small>`, swimWorst.In(s.Lang), number(hit.Total), swimHere.In(s.Lang))
	}
	return m.String()
}
