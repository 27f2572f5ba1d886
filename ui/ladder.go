//go:build js

package ui

import (
	"math"

	"wirewhy/ui/dom"
	"wirewhy/ui/plot"
	"wirewhy/ui/state"
	"wirewhy/ui/view"
	"wirewhy/wasm/protocol"
)

// zoomKey stretches what the keyboard is in, and reports whether that can be.
func (p *page) zoomKey(key string, e dom.Event) bool {
	by := map[string]float64{"+": 2, "=": 2, "-": 0.5, "0": 0}[key]
	if p.state.Tab != state.TabTimeline || p.state.Ladder.View == nil {
		return false
	}
	p.zoomLadder(by)
	return true
}

// zoomLadder stretches the timeline around the middle of what is in sight.
func (p *page) zoomLadder(by float64) {
	p.zoomLadderAt(by, p.scroller().Box().Height/2)
}

// zoomLadderAt keeps what stands at a height of the box, px, where it is.
func (p *page) zoomLadderAt(by, at float64) {
	s := p.state
	v := s.Ladder.View
	if v == nil {
		return
	}
	scroller := p.scroller()
	box := scroller.Box()
	step, offset := view.StepAt(s, box.Scrolled-p.laddersTop(box)+at)
	s.ZoomLadder(by, plot.Fitting(v, box.Height))
	if top, ok := view.StepTop(s, step); ok {
		p.drawNow() // it has its new height now
		scroller.ScrollTo(max(p.laddersTop(box)+top+offset-at, 0))
	}
}

// listenLadder lets the timeline be zoomed and moved with the pointer.
func (p *page) listenLadder() {
	dom.ListenOn("tab", "wheel", func(e dom.Event) {
		if delta, zoom := e.Wheel(); zoom && e.Within(".ladder") {
			e.Prevent()
			_, y := e.Point()
			p.zoomLadderAt(math.Exp2(-delta/240), y-p.scroller().Box().Top)
			p.soon()
		}
	})
	dom.OnPan("svg.ladder", func(_, dy float64) {
		scroller := p.scroller()
		scroller.ScrollTo(scroller.Box().Scrolled - dy)
	})
	dom.Listen("dblclick", func(e dom.Event) {
		if p.openStep(e) {
			p.changed()
		}
	})
}

// openStep shows the packet of the timeline's step that has the focus.
func (p *page) openStep(e dom.Event) bool {
	s := p.state
	if !e.Within(".ladder") || s.Ladder.View == nil {
		return false
	}
	act, ok := e.Act()
	if !ok || act.Name != "step" {
		return false
	}
	p.act(act)
	if s.Ladder.Step >= len(s.Ladder.View.Steps) {
		return true // it was drawn before another story came
	}
	if step := s.Ladder.View.Steps[s.Ladder.Step]; step.Frame > 0 && (step.Kind == protocol.StepSegment || step.Kind == protocol.StepMessage) {
		s.ShowTab(state.TabPackets)
		s.SelectPacketOf(step.Capture, step.Frame)
	}
	return true
}
