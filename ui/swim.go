//go:build js

package ui

import (
	"math"
	"strconv"
	"time"

	"wirewhy/ui/dom"
	"wirewhy/ui/plot"
	"wirewhy/ui/state"
	"wirewhy/ui/view"
	"wirewhy/wasm/protocol"
)

// swimAxis is the height of the axis above the lines, px.
const swimAxis = 20

// swimPane is the drawing of all flows.
type swimPane struct {
	box, canvas, tip *dom.Region
	drawn            *protocol.SwimView
	line             int
	scrolled         float64 // by a drag, less than a line, px
	pixels           []uint32
	moved            string        // the canvas's transform, as it was set last
	took             time.Duration // that painting took last
}

// place measures the pane's box, and paints what has come.
func (p *page) placeSwim() {
	s, w := p.state, &p.swim
	if s.Tab != state.TabSwim || s.Phase != state.Reading && s.Phase != state.Ready {
		return
	}
	box := w.box.Box()
	s.SeeSwim(int(box.Width)-view.SwimGutter(s), int(box.Height)-swimAxis)
	v := s.Swim.View
	if v == nil {
		return
	}
	if line := view.SwimLine(s); v != w.drawn || line != w.line {
		p.paintSwim(v, line)
	}
	// Until another stretch of time has come, what is there is moved to its place.
	begin, length := s.Swim.Stretch()
	scale := float64(v.Length) / float64(max(length, 1))
	left := float64(v.Start.Sub(begin)) / float64(max(length, 1)) * float64(v.Columns)
	move := "translateX(" + strconv.FormatFloat(left, 'f', 2, 64) + "px) scaleX(" + strconv.FormatFloat(scale, 'f', 5, 64) + ")"
	if move += strconv.Itoa(view.SwimGutter(s)); move != w.moved {
		w.moved = move
		w.box.SetStyle("--gutter", strconv.Itoa(view.SwimGutter(s))+"px")
		w.canvas.SetStyle("transform", move[:len(move)-len(strconv.Itoa(view.SwimGutter(s)))])
	}
}

func (p *page) paintSwim(v *protocol.SwimView, line int) {
	begin := time.Now()
	w := &p.swim
	var colors [protocol.SwimKinds]uint32
	copy(colors[1:], w.canvas.Colors("--kinds"))
	w.pixels = plot.PaintSwim(v, line, colors, w.pixels)
	w.canvas.Pixels(w.pixels, v.Columns)
	w.drawn, w.line, w.took = v, line, time.Since(begin)
}

// listenSwim lets the drawing be pointed at, zoomed and moved.
func (p *page) listenSwim() {
	s := p.state
	dom.ListenOn("swim-box", "pointermove", func(e dom.Event) { p.pointSwim(e, false) })
	dom.ListenOn("swim-box", "pointerleave", func(dom.Event) {
		s.LeaveSwim()
		p.soon()
	})
	dom.ListenOn("swim-box", "click", func(e dom.Event) { p.pointSwim(e, true) })
	dom.ListenOn("swim-box", "dblclick", func(dom.Event) {
		if s.Selection.Kind == state.AFlow {
			s.ShowTab(state.TabTimeline)
			p.changed()
		}
	})
	dom.ListenOn("swim-box", "wheel", func(e dom.Event) {
		delta, zoom := e.Wheel()
		switch {
		case zoom:
			x, _ := p.swimPoint(e)
			s.ZoomSwim(math.Exp2(-delta/240), x/float64(max(s.Swim.Columns, 1)))
		case s.Swim.Each:
			s.ScrollSwim(int(math.Round(delta / state.EachHeight)))
		default:
			return // the page scrolls
		}
		e.Prevent()
		s.LeaveSwim()
		p.changed()
	})
	dom.OnPan("#swim-box", func(dx, dy float64) {
		if s.Swim.Begin != 0 {
			s.PanSwim(-dx / float64(max(s.Swim.Columns, 1)))
		}
		p.swim.scrolled -= dy // by whole lines
		lines := math.Trunc(p.swim.scrolled / state.EachHeight)
		p.swim.scrolled -= lines * state.EachHeight
		s.ScrollSwim(int(lines))
		s.LeaveSwim()
		p.changed()
	})
	dom.OnTheme(func() {
		p.swim.drawn = nil
		p.soon()
	})
}

// swimPoint returns where in the lines an event of the pointer happened, px.
func (p *page) swimPoint(e dom.Event) (x, y float64) {
	x, y = e.Point()
	box := p.swim.box.Box()
	return x - box.Left - float64(view.SwimGutter(p.state)), y - box.Top - swimAxis
}

func (p *page) pointSwim(e dom.Event, sel bool) {
	s := p.state
	v := s.Swim.View
	if v == nil || v.Lines == 0 {
		return
	}
	x, y := p.swimPoint(e)
	line := int(y) / view.SwimLine(s)
	if y < 0 || line >= v.Lines {
		s.LeaveSwim()
		p.soon()
		return
	}
	s.Swim.At = [2]int{int(x), int(y)}
	n := v.To - v.From
	s.PointSwim(v.From+line*n/v.Lines, v.From+(line+1)*n/v.Lines, x/float64(max(v.Columns, 1)), sel)
	left := min(max(x+float64(view.SwimGutter(s))-140, 0), float64(v.Columns+view.SwimGutter(s)-330))
	p.swim.tip.SetStyle("left", strconv.Itoa(int(left))+"px")
	top := y + swimAxis + 18
	if y > float64(s.Swim.Height)-110 {
		top = y + swimAxis - 100
	}
	p.swim.tip.SetStyle("top", strconv.Itoa(int(top))+"px")
	p.changed()
}

// swimKey does what a key stands for on the drawing of all flows.
func (p *page) swimKey(key string) bool {
	s := p.state
	switch key {
	case "+", "=":
		s.ZoomSwim(2, .5)
	case "-":
		s.ZoomSwim(.5, .5)
	case "0":
		s.ZoomSwim(0, 0)
	case "ArrowLeft", "h":
		s.PanSwim(-.2)
	case "ArrowRight", "l":
		s.PanSwim(.2)
	case "ArrowDown", "j":
		p.moveFlow(1)
	case "ArrowUp", "k":
		p.moveFlow(-1)
	case "PageDown":
		p.moveFlow(20)
	case "PageUp":
		p.moveFlow(-20)
	case "Enter":
		s.ShowTab(state.TabTimeline)
	default:
		return false
	}
	return true
}

func (p *page) moveFlow(by int) {
	p.state.MoveFlow(by)
	p.flows.show(p.state.Flows.Cursor)
}
