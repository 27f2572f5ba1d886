package view

import (
	"strconv"
	"strings"

	"wirewhy/analyzer"
	"wirewhy/ui/plot"
	"wirewhy/ui/state"
	"wirewhy/wasm/protocol"
)

// Tabs draws the tabs below the words, and the tools of the one that is open.
func Tabs(s *state.State) string {
	if s.Phase != state.Reading && s.Phase != state.Ready {
		return ""
	}
	var m markup
	m.put(`<div class="tabs"><div class="tablist" role="tablist">`)
	tab := func(t state.Tab, title string, count string) {
		m.put(`<button type="button" role="tab" id="tab-%" data-act="tab" data-arg="%" aria-selected="%">% <small>%</small></button>`,
			string(t), string(t), choose(s.Tab == t, "true", "false"), title, count)
	}
	tab(state.TabTimeline, words.Timeline.In(s.Lang), "")
	packets := ""
	if v := s.Ladder.View; v != nil && v.Row.Packets > 0 {
		packets = number(v.Row.Packets)
	}
	tab(state.TabGraphs, words.GraphsTab.In(s.Lang), "")
	tab(state.TabPackets, words.PacketsTab.In(s.Lang), packets)
	tab(state.TabStream, streamTitle.In(s.Lang), "")
	tab(state.TabSwim, swimTab.In(s.Lang), "")
	m.put(`</div><div class="tools" role="group">`)
	if s.Tab == state.TabTimeline && s.Ladder.View != nil {
		ladderTools(&m, s)
	}
	if s.Tab == state.TabSwim {
		m.put(`</div></div>`)
		return m.String()
	}
	m.put(`<div class="segs">`)
	for _, mode := range []struct {
		mode        state.TimeMode
		short, text analyzer.Text
	}{{state.TimeDelta, t("Δ", "Δ"), words.TimeDelta}, {state.TimeSince, t("start", "起始"), words.TimeSince}, {state.TimeClock, t("UTC", "UTC"), words.TimeClock}} {
		m.put(`<button type="button" id="time-%" data-act="time" data-arg="%" aria-pressed="%" aria-label="%: %" title="%">%</button>`,
			string(mode.mode), string(mode.mode), choose(s.TimeMode == mode.mode, "true", "false"), mode.short.In(s.Lang), mode.text.In(s.Lang), mode.text.In(s.Lang), mode.short.In(s.Lang))
	}
	m.put(`</div>`)
	if s.Tab == state.TabTimeline && s.Ladder.View != nil {
		menu(&m, s, state.MenuLadder, ``, words.TakeAway, []menuItem{
			{"copy-ladder", "text", words.CopyText}, {"copy-ladder", "mermaid", words.CopyMermaid}, {"save-ladder", "svg", words.SaveSVG}, {"save-ladder", "png", savePNG},
		})
	}
	m.put(`</div></div>`)
	return m.String()
}

// The words of the timeline's tools.
var (
	savePNG      = t("Save picture (PNG)", "保存图片（PNG）")
	absoluteText = t("absolute sequence numbers", "绝对序列号")
	zoomIn       = t("stretch by time (+)", "按时间拉伸（+）")
	zoomOut      = t("press together (−); 0: condensed", "压缩（−）；0：紧凑")
	missing      = t("missing", "缺失")
)

func ladderTools(m *markup, s *state.State) {
	m.put(`<div class="segs"><button type="button" id="zoom-out" data-act="zoom" data-arg="0.500" aria-label="%" title="%"%>−</button><button type="button" id="zoom-in" data-act="zoom" data-arg="2" aria-label="%" title="%">+</button></div>`,
		zoomOut.In(s.Lang), zoomOut.In(s.Lang), choose(s.Ladder.Scale == 0, " disabled", ""), zoomIn.In(s.Lang), zoomIn.In(s.Lang))
	m.put(`<div class="segs"><button type="button" id="absolute" data-act="absolute" aria-pressed="%" aria-label="abs: %" title="%">abs</button></div>`,
		choose(s.Absolute, "true", "false"), absoluteText.In(s.Lang), absoluteText.In(s.Lang))
}

// style is how the timeline is to be drawn.
func style(s *state.State) plot.LadderStyle {
	return plot.LadderStyle{Absolute: s.Absolute, Scale: s.Ladder.Scale}
}

// ladderOf returns the ladder to draw and its layout, if there is one.
func ladderOf(s *state.State) (*protocol.LadderView, plot.Ladder, bool) {
	v := s.Ladder.View
	if v == nil || s.Tab != state.TabTimeline || s.Selection.Kind == state.Nothing || s.Ladder.Width == 0 {
		return nil, plot.Ladder{}, false
	}
	return v, plot.Layout(v, s.Ladder.Width, style(s)), true
}

// StepAt returns the step at a height of the drawing, px, and how far below its
// top that is.
func StepAt(s *state.State, y float64) (step int, offset float64) {
	_, l, ok := ladderOf(s)
	if !ok || len(l.Rows) == 0 {
		return 0, 0
	}
	step, _ = l.Between(int(y), int(y))
	step = min(step, len(l.Rows)-1)
	return step, min(max(y-l.Rows[step].Y, 0), l.Rows[step].Height)
}

// StepTop returns where a step stands in the drawing, px.
func StepTop(s *state.State, step int) (top float64, ok bool) {
	_, l, ok := ladderOf(s)
	if !ok || step >= len(l.Rows) {
		return 0, false
	}
	return l.Rows[step].Y, true
}

// StepPlace returns where the step that the keyboard is on stands in the drawing, px.
func StepPlace(s *state.State) (top, height float64, ok bool) {
	_, l, ok := ladderOf(s)
	if !ok || s.Ladder.Step < 0 || s.Ladder.Step >= len(l.Rows) {
		return 0, 0, false
	}
	row := l.Rows[s.Ladder.Step]
	return row.Y, row.Height, true
}

// Lanes draws the head of the timeline: who took part.
func Lanes(s *state.State) string {
	v, l, ok := ladderOf(s)
	if !ok || len(v.Steps) == 0 {
		return ""
	}
	var m markup
	m.put(`<svg class="lanes" width="%" height="%" aria-hidden="true">`, l.Width, headHeight(v))
	laneNames(&m, v, &l)
	m.put(`</svg>`)
	return m.String()
}

// headHeight is the height of the lanes' names, px: a line more where they stand
// for captures.
func headHeight(v *protocol.LadderView) int {
	if len(v.Lanes) > 0 && v.Lanes[0].Place != "" {
		return 56
	}
	return 42
}

func laneNames(m *markup, v *protocol.LadderView, l *plot.Ladder) {
	for i, lane := range v.Lanes {
		x, anchor, room := l.Lanes[i], "middle", 0.0
		if len(l.Lanes) > 1 {
			room = (l.Lanes[1] - l.Lanes[0]) / 7.3
		} else {
			room = 60
		}
		half := max(plot.Width(lane.Address), plot.Width(lane.Place)*.86) / 2
		switch {
		case i == 0 && half > x-4:
			x, anchor = 4, "start"
		case i > 0 && i == len(v.Lanes)-1 && x+half > float64(l.Width)-2:
			x, anchor = float64(l.Width)-2, "end"
		}
		m.put(`<text class="role" x="%" y="16" text-anchor="%">%</text>`, x, anchor, lane.Role)
		m.put(`<text class="address" x="%" y="32" text-anchor="%"><title>%</title>%</text>`, x, anchor, lane.Address, plot.Fit(lane.Address, max(int(room), 12)))
		if lane.Place != "" {
			m.put(`<text class="place" x="%" y="47" text-anchor="%"><title>%</title>%</text>`, x, anchor, lane.Place, plot.Fit(lane.Place, max(int(room), 12)))
		}
	}
}

// Timeline draws the ladder, as much of it as is near what is in sight.
func Timeline(s *state.State) string {
	if s.Tab != state.TabTimeline || s.Phase != state.Reading && s.Phase != state.Ready {
		return ""
	}
	var m markup
	v, l, ok := ladderOf(s)
	switch {
	case s.Selection.Kind == state.Nothing:
		if s.Overview.FlowCount > 0 {
			m.put(`<p class="hint">%</p>`, words.PickOne.In(s.Lang))
		}
	case s.Selection.Flow < 0:
		m.put(`<p class="hint">%</p>`, words.NoFlow.In(s.Lang))
	case s.Ladder.Error != "":
		m.put(`<p class="trouble" role="alert">%</p>`, s.Ladder.Error)
	case !ok:
		m.put(`<p class="hint">%</p>`, words.LadderLoading.In(s.Lang))
	default:
		if v.Error != "" {
			m.put(`<p class="trouble" role="alert">%</p>`, v.Error)
		}
		if v.Excerpt != "" {
			m.put(`<p class="hint">%</p>`, v.Excerpt)
		}
		if len(v.Steps) > 0 {
			ladder(&m, s, v, &l)
			m.put(`<details class="as-text"><summary id="as-text">%</summary><pre tabindex="0">%</pre></details>`, words.AsText.In(s.Lang), LadderText(s))
		}
	}
	return m.String()
}

func ladder(m *markup, s *state.State, v *protocol.LadderView, l *plot.Ladder) {
	m.put(`<svg class="ladder" width="%" height="%" role="list" aria-label="%">`, l.Width, l.Height, words.LadderLabel.In(s.Lang))
	first, end := l.Between(s.Ladder.From, s.Ladder.To)
	lanePaths(m, l)
	for i := first; i < end; i++ {
		ladderStep(m, s, v, l, i, first)
	}
	m.put(`</svg>`)
}

func lanePaths(m *markup, l *plot.Ladder) {
	m.put(`<path class="lane" d="`)
	for _, x := range l.Lanes {
		m.put(`M% 0V%`, x, l.Height)
	}
	m.put(`"></path>`)
}

// ladderStep draws one step; first is the one that the keyboard comes to first.
func ladderStep(m *markup, s *state.State, v *protocol.LadderView, l *plot.Ladder, i, first int) {
	step := &v.Steps[i]
	act := lit("step")
	if step.Kind == protocol.StepBand {
		act = "band"
	}
	m.put(`<g class="step%%%%" id="step-%" role="listitem" aria-setsize="%" aria-posinset="%" tabindex="%" data-act="%" data-arg="%"`,
		choose(step.Bad, " bad", ""), choose(strings.Contains(step.Flags, "RST"), " rst", ""), choose(step.Kind == protocol.StepGhost, " ghost", ""), choose(s.Ladder.Step == i, " on", ""),
		i, len(v.Steps), i+1, choose(s.Ladder.Step == i || s.Ladder.Step < 0 && i == first, "0", "-1"), act, i)
	if step.Evidence > 0 {
		m.put(` data-ev="%"`, int(step.Evidence))
	}
	m.put(` aria-label="%">`, stepText(s, v, i))
	m.put(`<rect class="row" x="0" y="%" width="%" height="%" rx="5"></rect>`, l.Rows[i].Y+1, l.Width, l.Rows[i].Height-2)
	switch step.Kind {
	case protocol.StepSilence:
		silence(m, s, l, i, step)
	case protocol.StepBand:
		if !s.Ladder.Band(i) { // else its first segment says it
			stepTime(m, s, v, l, i, l.Rows[i].Y+l.Rows[i].Height/2+4)
		}
		band(m, s, l, i, step)
	case protocol.StepGhost:
		arrow(m, l, i, step)
	default:
		stepTime(m, s, v, l, i, 0)
		arrow(m, l, i, step)
	}
	m.put(`</g>`)
}

// stepTime writes a step's time and frame at its left.
func stepTime(m *markup, s *state.State, v *protocol.LadderView, l *plot.Ladder, i int, y float64) {
	step := &v.Steps[i]
	if y == 0 {
		_, y, _, _ = l.Arrow(i, step)
		y += 4
	}
	left, right := l.Margin()
	m.put(`<text class="time" x="%" y="%" text-anchor="end"><title>%</title>%</text>`, left, y, plot.Clock(step.Time), timeText(s.TimeMode, v, i))
	if step.Frame > 0 {
		m.put(`<text class="frame" x="%" y="%" text-anchor="end"><title>%</title>%%</text>`, right, y, captureName(s, step.Capture-1), step.Frame, choose(step.Capture > 0, "*", ""))
	}
}

// timeText writes a step's time in the mode that was chosen. The first step
// always shows the clock, so that the others have something to count from.
func timeText(mode state.TimeMode, v *protocol.LadderView, i int) string {
	step := &v.Steps[i]
	delta, ok := plot.Delta(v, i)
	switch {
	case mode == state.TimeClock || !ok:
		return plot.Clock(step.Time)
	case mode == state.TimeSince:
		return plot.Duration(step.Time.Sub(v.Steps[0].Time))
	}
	if delta < 0 {
		return plot.Duration(delta)
	}
	return "+" + plot.Duration(delta)
}

func arrow(m *markup, l *plot.Ladder, i int, step *protocol.Step) {
	row := l.Rows[i]
	x1, y1, x2, y2 := l.Arrow(i, step)
	m.put(`<path class="line" d="M% %L% %"></path>`, x1, y1, x2, y2)
	head := 8.0
	if x2 < x1 {
		head = -8
	}
	rise := (y2 - y1) / (x2 - x1) * head
	switch step.Fate {
	case protocol.FateLost:
		m.put(`<path class="cross" d="M% %l10 10M% %l10 -10"></path>`, x2-5, y2-5, x2-5, y2+5)
	case protocol.FateMadeUp:
		m.put(`<circle class="source" cx="%" cy="%" r="4"></circle>`, x1, y1)
	}
	if step.Fate != protocol.FateLost {
		m.put(`<path class="head" d="M% %L% %L% %z"></path>`, x2, y2, x2-head, y2-rise-4, x2-head, y2-rise+4)
	}
	x, anchor := l.TextX(step), lit("start")
	if l.Leftward(step) {
		anchor = "end"
	}
	y := row.Y + 15
	if step.Evidence > 0 {
		cx := x + 8
		if anchor == "end" {
			cx = x - 8
		}
		m.put(`<circle class="badge" cx="%" cy="%" r="8"></circle><text class="badge-number" x="%" y="%" text-anchor="middle">%</text>`, cx, y-4, cx, y-0.5, int(step.Evidence))
		x += 22
		if anchor == "end" {
			x -= 44
		}
	}
	left, width := l.TextBox(i, step, x)
	m.put(`<rect class="plate" x="%" y="%" width="%" height="14"></rect>`, left, y-11, width)
	m.put(`<text class="label" x="%" y="%" text-anchor="%"><title>%</title><tspan class="main">%</tspan>`, x, y, anchor, fullLabel(step, l.Absolute), row.Label)
	if row.Detail != "" {
		m.put(`<tspan class="detail"> %</tspan>`, row.Detail)
	}
	if row.Note != "" && !row.TwoLines {
		m.put(`<tspan class="note">  %</tspan>`, row.Note)
	}
	m.put(`</text>`)
	if row.TwoLines {
		m.put(`<text class="label" x="%" y="%" text-anchor="%"><tspan class="note">%</tspan></text>`, x, y+16, anchor, row.Note)
	}
}

func fullLabel(step *protocol.Step, absolute bool) string {
	parts := []string{plot.Label(step, absolute)}
	if step.Kind == protocol.StepSegment {
		parts = append(parts, "win="+strconv.FormatUint(uint64(step.Window), 10))
	}
	parts = append(parts, plot.Options(step, absolute)...)
	parts = append(parts, plot.EventNames(step.Events)...)
	if step.Note != "" {
		parts = append(parts, "– "+step.Note)
	}
	return strings.Join(parts, " ")
}

func silence(m *markup, s *state.State, l *plot.Ladder, i int, step *protocol.Step) {
	row := l.Rows[i]
	m.put(`<g class="silence">`)
	text := silenceText(step, s.Lang)
	end := l.Lane(0) + 20 + plot.Width(text)
	for j, x := range l.Lanes {
		m.put(`<rect x="%" y="%" width="12" height="%"></rect>`, x-6, row.Y+6, row.Height-12)
		if j > 0 && x < end+8 {
			continue // the words stand here
		}
		for dot := range 3 {
			m.put(`<circle cx="%" cy="%" r="1.400"></circle>`, x, row.Y+row.Height/2+float64(dot-1)*6)
		}
	}
	m.put(`<text class="words" x="%" y="%">%</text></g>`, l.Lane(0)+20, row.Y+row.Height/2+4, text)
}

func silenceText(step *protocol.Step, lang analyzer.Lang) string {
	text := plot.Duration(step.Duration) + " " + words.Silence.In(lang)
	if step.Note != "" {
		text += ": " + step.Note
	}
	return text
}

func band(m *markup, s *state.State, l *plot.Ladder, i int, step *protocol.Step) {
	row := l.Rows[i]
	left, right := l.Lane(0), l.Lane(len(l.Lanes)-1)
	middle := row.Y + row.Height/2
	m.put(`<rect class="band" x="%" y="%" width="%" height="%" rx="6"></rect>`, left-10, row.Y+6, right-left+20, row.Height-12)
	sign := lit(`0 -4l5 4-5 4z`) // points right: folded
	if s.Ladder.Band(i) {
		sign = `-1.500 -2.500h8l-4 5z`
	}
	m.put(`<path class="fold" d="M% %m%"></path>`, left+4, middle, sign)
	m.put(`<text class="words" x="%" y="%" text-anchor="middle">%</text>`, (left+right)/2, middle+4, plot.Fit(bandText(step, s.Lang), int((right-left-40)/6.6)))
}

func bandText(step *protocol.Step, lang analyzer.Lang) string {
	parts := []string{number(step.Count) + " " + words.Band.In(lang)}
	if step.Bytes > 0 {
		parts = append(parts, bytesText(step.Bytes))
	}
	if step.Duration > 0 {
		parts = append(parts, plot.Duration(step.Duration))
	}
	if step.Note != "" {
		parts = append(parts, step.Note)
	}
	return strings.Join(parts, " · ")
}
