package view

import (
	"slices"
	"time"

	"wirewhy/analyzer"
	"wirewhy/ui/plot"
	"wirewhy/ui/state"
)

// stripHeight is the height of the strip's drawing, in its own units.
const stripHeight = 44

// The words of the strip.
var (
	stripFrom       = t("Packets and errors from", "数据包与错误：")
	stripTo         = t("to", "至")
	stripMost       = t("at most", "峰值")
	stripErrors     = t("errors", "个错误")
	errorsPerSecond = t("errors/s", "错误/秒")
	stripAt         = t("at", "于")
	stripFirst      = t("first flow at", "首条连接于")
	rangeFrom       = t("Chosen time: begin", "所选时间：起点")
	rangeUntil      = t("Chosen time: end", "所选时间：终点")
)

// Strip draws packets per time over the capture, where errors lie, and when the
// findings' first flows began.
func Strip(s *state.State) string {
	a := s.Overview.Activity
	if s.Phase != state.Reading && s.Phase != state.Ready || len(a.Packets) == 0 {
		return ""
	}
	var m markup
	m.put(`<svg viewBox="0 0 % %" preserveAspectRatio="none" role="img" aria-label="%">`, len(a.Packets), stripHeight, stripText(s))
	if from, to, ok := plot.Span(a, s.Selection.Row.Start.Add(s.Selection.Row.Behind), s.Selection.Row.Duration); ok && s.Selection.Kind == state.AFlow {
		m.put(`<rect class="span" x="%" y="0" width="%" height="%"></rect>`, from, to-from, stripHeight)
	}
	bars, errors := plot.Strip(a, stripHeight)
	m.put(`<path class="bars" d="%"></path><path class="errors" d="%"></path></svg><svg class="strip-marks" aria-hidden="true">`, bars, errors)
	length := a.Step * time.Duration(len(a.Packets))
	for _, tick := range plot.Ticks(a.Start, length, 9) {
		if tick.Share > .17 && tick.Share < .72 { // the date stands before, the figures behind
			m.put(`<text x="%%" y="49" text-anchor="middle">%</text>`, tick.Share*100, lit("%"), tick.Text)
		}
	}
	for i := range s.Overview.Problems {
		p := &s.Overview.Problems[i]
		share := float64(p.Onset.Sub(a.Start)) / float64(max(length, 1))
		if p.Onset == 0 || p.Class != analyzer.Sick || share < 0 || share > 1 {
			continue
		}
		chosen := s.Selection.Kind == state.AProblem && s.Selection.Index == i
		m.put(`<svg x="%%"><g class="onset %%" data-act="problem" data-arg="%"><title>% · % %</title><path d="M0 38V6"></path><path class="flag" d="M-5 0h10l-5 7z"></path></g></svg>`,
			share*100, lit("%"), severityClass(p.Severity), choose(chosen, " on", ""), i, p.Title, stripFirst.In(s.Lang), plot.Clock(p.Onset))
	}
	m.put(`</svg><span class="strip-date" aria-hidden="true">%</span>`, plot.Date(a.Start))
	return m.String()
}

// perSecond writes a count of one step of the strip as a rate.
func perSecond(n uint32, step time.Duration) string {
	return number(int64(float64(n)/step.Seconds() + .5))
}

// StripSay says what the strip shows where it is pointed at, or else how high its
// highest bar is.
func StripSay(s *state.State) string {
	a := s.Overview.Activity
	if s.Phase != state.Reading && s.Phase != state.Ready || len(a.Packets) == 0 || a.Step <= 0 {
		return ""
	}
	var m markup
	if i := s.StripAt; i >= 0 && i < len(a.Packets) {
		m.put(`<b>%</b> `, plot.Clock(a.Start.Add(a.Step*time.Duration(i))))
		m.put(`% %`, perSecond(a.Packets[i], a.Step), words.PacketsPerSecond.In(s.Lang))
		if i < len(a.Errors) && a.Errors[i] > 0 {
			m.put(`, <b class="v-error">% %</b>`, perSecond(a.Errors[i], a.Step), errorsPerSecond.In(s.Lang))
		}
		return m.String()
	}
	m.put(`% % %`, stripMost.In(s.Lang), perSecond(slices.Max(a.Packets), a.Step), words.PacketsPerSecond.In(s.Lang))
	return m.String()
}

// stripText says in words what the strip shows.
func stripText(s *state.State) string {
	a := s.Overview.Activity
	most, worst, wrong := 0, -1, uint32(0)
	for i, n := range a.Packets {
		if n > a.Packets[most] {
			most = i
		}
		if i < len(a.Errors) && a.Errors[i] > 0 {
			if wrong += a.Errors[i]; worst < 0 || a.Errors[i] > a.Errors[worst] {
				worst = i
			}
		}
	}
	at := func(i int) string { return stripAt.In(s.Lang) + " " + plot.Clock(a.Start.Add(a.Step*time.Duration(i))) }
	text := stripFrom.In(s.Lang) + " " + plot.Date(a.Start) + " " + stripTo.In(s.Lang) + " " + plot.Clock(a.Start.Add(a.Step*time.Duration(len(a.Packets)))) +
		"; " + stripMost.In(s.Lang) + " " + perSecond(a.Packets[most], max(a.Step, 1)) + " " + words.PacketsPerSecond.In(s.Lang) + " " + at(most)
	if worst >= 0 {
		text += "; " + number(wrong) + " " + stripErrors.In(s.Lang) + ", " + stripMost.In(s.Lang) + " " + at(worst)
	}
	for i := range s.Overview.Problems {
		if p := &s.Overview.Problems[i]; p.Onset != 0 && p.Class == analyzer.Sick && i < 5 {
			text += "; " + p.Title + ": " + stripFirst.In(s.Lang) + " " + plot.Clock(p.Onset)
		}
	}
	return text
}

// RangeEnd says what one end of the chosen time is, for whoever moves it with the
// keyboard: its name, its bar of all, and its time.
func RangeEnd(s *state.State, end bool) (name string, bar, bars int, text string) {
	a := s.Overview.Activity
	from, to := plot.Bars(a, s.Flows.Since, s.Flows.Until)
	name, bar = rangeFrom.In(s.Lang), from
	if end {
		name, bar = rangeUntil.In(s.Lang), to
	}
	return name, bar, len(a.Packets), plot.Clock(a.Start.Add(a.Step * time.Duration(bar)))
}
