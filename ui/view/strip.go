package view

import (
	"wirewhy/ui/plot"
	"wirewhy/ui/state"
)

// stripHeight is the height of the strip's drawing, in its own units.
const stripHeight = 44

// Strip draws packets per time over the capture, and where errors lie.
func Strip(s *state.State) string {
	a := s.Overview.Activity
	if s.Phase != state.Reading && s.Phase != state.Ready || len(a.Packets) == 0 {
		return ""
	}
	var m markup
	m.put(`<svg viewBox="0 0 % %" preserveAspectRatio="none" role="img" aria-label="%">`, len(a.Packets), stripHeight, words.OverviewText.In(s.Lang))
	if from, to, ok := plot.Span(a, s.Selection.Row.Start, s.Selection.Row.Duration); ok && s.Selection.Kind == state.AFlow {
		m.put(`<rect class="span" x="%" y="0" width="%" height="%"></rect>`, from, to-from, stripHeight)
	}
	bars, errors, peak := plot.Strip(a, stripHeight)
	m.put(`<path class="bars" d="%"></path><path class="errors" d="%"></path></svg>`, bars, errors)
	m.put(`<div class="strip-labels" aria-hidden="true"><span>%</span><span>%</span><span>%</span></div>`,
		plot.Date(a.Start), plot.PeakText(a, peak), plot.Clock(a.Start.Add(a.Step*timeSteps(len(a.Packets)))))
	return m.String()
}
