//go:build js

package ui

import (
	"time"

	"wirewhy/ui/dom"
	"wirewhy/ui/plot"
	"wirewhy/ui/state"
	"wirewhy/ui/view"
	"wirewhy/wasm/protocol"
)

// graph is the drawing of the graphs: the curves on one canvas, the crosshair on
// another over it, so that moving it draws no curves again.
type graph struct {
	box, curves, cursor *dom.Region
	say                 *dom.Region // what the crosshair has caught
	drawn               painted
	crossed             bool // something stands on the upper canvas
	pen                 plot.Pen
	from, to            float64 // of a drag, px
	dragging, moving    bool
}

// painted is what the curves were drawn from last.
type painted struct {
	view            *protocol.GraphView
	from, to        time.Duration
	width, height   int
	panel           int
	hidden          uint32
	absolute, stale bool
	lang            string
}

// draw paints what has changed.
func (g *graph) draw(s *state.State) {
	if s.Tab != state.TabGraphs {
		return
	}
	box := g.box.Box()
	s.SeeGraph(int(box.Width), int(box.Height))
	v := view.Graph(s)
	if v == nil {
		v = &plot.Graph{View: &protocol.GraphView{}}
	}
	now := painted{
		view: s.Graphs.View, from: v.From, to: v.To, width: s.Graphs.Width, height: s.Graphs.Height, panel: s.Graphs.Panel,
		hidden: s.Graphs.Hidden, absolute: s.Graphs.Absolute, lang: string(s.Lang),
	}
	if now != g.drawn {
		g.drawn = now
		g.paint(g.curves, v.Draw)
	}
	crossed := s.Graphs.Pointed || g.dragging
	if crossed || g.crossed {
		g.crossed = crossed
		g.paint(g.cursor, func(pen *plot.Pen) {
			switch {
			case !crossed:
			case g.dragging && !g.moving:
				v.DrawDrag(pen, g.from, g.to)
			default:
				v.DrawCursor(pen, s.Graphs.X, s.Graphs.Y)
			}
		})
	}
}

func (g *graph) paint(on *dom.Region, draw func(*plot.Pen)) {
	g.pen.Ops, g.pen.Texts = g.pen.Ops[:0], g.pen.Texts[:0]
	draw(&g.pen)
	on.Paint(g.pen.Ops, g.pen.Texts)
}

// leastMove is how far the pointer moves in a drag, px; less is a click.
const leastMove = 4

// listenGraph has the pointer zoom, move and choose.
func (p *page) listenGraph() {
	g, s := &p.graph, p.state
	dom.OnTheme(func() { g.drawn.stale = true; p.soon() })
	at := func(e dom.Event) {
		s.Graphs.X, s.Graphs.Y, s.Graphs.Pointed = e.Number("offsetX"), e.Number("offsetY"), true
	}
	g.cursor.On("pointermove", func(e dom.Event) {
		before := s.Graphs.X
		at(e)
		if v := view.Graph(s); g.dragging && v != nil {
			g.to = s.Graphs.X
			if g.moving {
				by := v.Time(before) - v.Time(g.to)
				s.ShowStretch(by, 1+by)
			}
		}
		p.glance()
	})
	g.cursor.On("pointerleave", func(dom.Event) {
		if !g.dragging {
			s.Graphs.Pointed = false
			p.glance()
		}
	})
	g.cursor.On("pointerdown", func(e dom.Event) {
		if e.Number("button") != 0 {
			return
		}
		at(e)
		g.cursor.Capture(e)
		dom.Focus("graph-box")
		g.dragging, g.moving = true, e.Shift()
		g.from, g.to = s.Graphs.X, s.Graphs.X
		p.glance()
	})
	g.cursor.On("pointerup", func(dom.Event) {
		if !g.dragging {
			return
		}
		g.dragging = false
		v := view.Graph(s)
		from, to := min(g.from, g.to), max(g.from, g.to)
		switch {
		case v == nil:
		case to-from < leastMove:
			p.openPoint()
		case !g.moving:
			s.ShowStretch(max(v.Time(from), 0), min(v.Time(to), 1))
		}
		p.changed()
	})
	g.cursor.On("pointercancel", func(dom.Event) { g.dragging = false; p.glance() })
	g.cursor.On("dblclick", func(dom.Event) { s.WholeGraph(); p.changed() })
	g.cursor.On("wheel", func(e dom.Event) {
		v := view.Graph(s)
		if v == nil {
			return
		}
		e.Prevent()
		x, y := e.Number("deltaX"), e.Number("deltaY")
		if e.Shift() && x == 0 {
			x, y = y, 0
		}
		if x*x > y*y {
			by := v.Time(x) - v.Time(0)
			s.ShowStretch(by, 1+by)
		} else {
			s.Zoom(zoomBy(y), v.Time(e.Number("offsetX")))
		}
		p.changed()
	})
}

// zoomBy returns how much longer what is in sight becomes by a turn of the wheel:
// a notch is some 100 px.
func zoomBy(px float64) float64 { return 1 + min(max(px/400, -.4), .6) }

// glance draws the crosshair and what it has caught, and nothing else of the page.
func (p *page) glance() {
	p.graph.say.Show(view.GraphsSay(p.state))
	p.send()
	p.frames.Ask()
}

// openPoint shows what the crosshair has caught: a packet, or in the list the flows
// that began in that time or have such a round-trip time.
func (p *page) openPoint() {
	s := p.state
	v := view.Graph(s)
	if v == nil {
		return
	}
	hit, ok := v.At(s.Graphs.X, s.Graphs.Y)
	switch {
	case !ok:
	case hit.Kind == protocol.CurveDistribution:
		filter := plot.Between("rtt", hit.Point.At, time.Duration(hit.Point.Low))
		p.filter.SetValue(filter)
		s.FilterFlows(filter)
	case hit.Point.Frame > 0:
		s.ShowTab(state.TabPackets)
		s.SelectPacket(hit.Point.Frame)
		dom.Focus("packets-scroll")
	case hit.Kind >= protocol.CurvePackets:
		s.ChooseTime(v.View.Start.Add(hit.Point.At), v.View.Start.Add(hit.Point.At+v.View.Step))
	}
}

func (p *page) actGraph(name, arg string, number int) {
	s := p.state
	g := &s.Graphs
	switch name {
	case "side":
		s.ShowSide(uint8(number))
	case "panel":
		g.Panel = number
	case "curve":
		g.Hidden ^= 1 << number
	case "raw-seq":
		g.Absolute = !g.Absolute
	case "graph-zoom":
		p.graphKey(arg, dom.Event{})
	}
}

// graphKey handles the keys of the graphs.
func (p *page) graphKey(key string, e dom.Event) bool {
	s := p.state
	v := view.Graph(s)
	if v == nil {
		return false
	}
	around := .5
	if s.Graphs.Pointed {
		around = v.Time(s.Graphs.X)
	}
	switch key {
	case "+", "=":
		s.Zoom(.5, around)
	case "-", "−", "_":
		s.Zoom(2, around)
	case "0":
		s.WholeGraph()
	default:
		return e.Within("#graph-box") && p.moveCursor(key, e, v)
	}
	return true
}

// moveCursor moves the crosshair from point to point with the arrow keys.
func (p *page) moveCursor(key string, e dom.Event, v *plot.Graph) bool {
	s := p.state
	g := &s.Graphs
	forward := key == "ArrowRight" || key == "ArrowDown"
	switch key {
	case "ArrowLeft", "ArrowRight":
		if !g.Pointed {
			if panels := v.Panels(); len(panels) > 0 {
				g.X, g.Y = v.Width/2, panels[0].Y+panels[0].Height/2
			}
		}
		by := -.25
		if forward {
			by = .25
		}
		x, y, ok := v.Next(g.X, g.Y, forward)
		if ok && !e.Shift() {
			g.X, g.Y = x, y
		} else {
			s.ShowStretch(by, 1+by)
		}
	case "ArrowUp", "ArrowDown":
		g.Y = v.Neighbour(g.Y, forward)
	case "Enter":
		p.openPoint()
		return true
	default:
		return false
	}
	g.Pointed = true
	s.Said = view.GraphReading(s)
	return true
}
