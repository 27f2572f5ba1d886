package plot

import (
	"math"
	"strconv"
	"time"

	"wirewhy/wasm/protocol"
)

// Hit is the point of a curve that a place of a graph is close to.
type Hit struct {
	Kind  protocol.CurveKind
	Point *protocol.Point
	X, Y  float64 // of the point, px
	Panel int
}

// nearEnough is how far from a point it still counts as meant, px.
const nearEnough = 28

// At returns the point next to a place.
func (g *Graph) At(x, y float64) (hit Hit, ok bool) {
	best := math.Inf(1)
	g.each(y, func(a *Panel, c *protocol.Curve, v *protocol.Point) {
		px, end := g.place(a, c, v)
		low, high := a.y(float64(v.Low)), a.y(float64(v.High))
		away := max(px-x, x-end, 0)
		switch Looks[c.Kind].Shape {
		case Bar:
			if away > 0 || v.High == 0 {
				return
			}
			low = y
		case Line:
			away += 4 // what lies on a line is rather meant
		}
		if down := max(high-y, y-low, 0); away+down < best {
			best = away + down
			hit, ok = Hit{c.Kind, v, (px + end) / 2, min(max(y, high), max(low, high)), a.Kind}, away+down <= nearEnough
		}
	})
	return hit, ok
}

// place returns from where to where a point reaches, px.
func (g *Graph) place(a *Panel, c *protocol.Curve, v *protocol.Point) (from, to float64) {
	from = g.x(a, float64(v.At))
	if Looks[c.Kind].Shape != Bar {
		return from, from
	}
	if a.ownTime {
		return from, g.x(a, float64(v.Low))
	}
	return from, g.x(a, float64(v.At+g.View.Step))
}

// each calls f for all points in sight of the panel at a height.
func (g *Graph) each(y float64, f func(*Panel, *protocol.Curve, *protocol.Point)) {
	panels := g.Panels()
	for i := range panels {
		a := &panels[i]
		if y < a.Y-titleRoom || y > a.Y+a.Height && i < len(panels)-1 && y > panels[i+1].Y-titleRoom {
			continue
		}
		for _, c := range a.curves {
			if g.hides(c.Kind) {
				continue
			}
			for j := range c.Points {
				if v := &c.Points[j]; a.ownTime || v.At >= g.From && v.At <= g.To {
					f(a, c, v)
				}
			}
		}
		return
	}
}

// Next returns the point after a place, or before it, in its panel; where there is
// none, false.
func (g *Graph) Next(x, y float64, forward bool) (nx, ny float64, ok bool) {
	best := math.Inf(1)
	g.each(y, func(a *Panel, c *protocol.Curve, v *protocol.Point) {
		from, to := g.place(a, c, v)
		away := (from+to)/2 - x
		if !forward {
			away = -away
		}
		if away > .5 && away < best && (v.High != 0 || Looks[c.Kind].Shape != Bar) {
			best, ok = away, true
			nx, ny = (from+to)/2, min(max(a.y(float64(v.High)), a.Y+1), a.Y+a.Height-1)
		}
	})
	return nx, ny, ok
}

// Neighbour returns the height of the middle of the panel above or below a place.
func (g *Graph) Neighbour(y float64, down bool) float64 {
	panels := g.Panels()
	for i := range panels {
		j := i + 1
		if !down {
			i, j = len(panels)-1-i, len(panels)-2-i
		}
		a := &panels[i]
		if y >= a.Y-titleRoom && y <= a.Y+a.Height+axisRoom && j >= 0 && j < len(panels) {
			return panels[j].Y + panels[j].Height/2
		}
	}
	return y
}

// Reading returns the value of a curve at a time; false where it has none there.
func (g *Graph) Reading(c *protocol.Curve, at time.Duration) (v float64, ok bool) {
	shape := Looks[c.Kind].Shape
	for i := range c.Points {
		x := &c.Points[i]
		if x.At > at {
			break
		}
		v, ok = float64(x.High), shape == Line || shape == Bar && at < x.At+g.View.Step
	}
	return v, ok
}

// DrawCursor draws the crosshair at a place, and the point that it has caught.
func (g *Graph) DrawCursor(p *Pen, x, y float64) {
	panels := g.Panels()
	if len(panels) == 0 || x < gutter || x > g.Width-rightEdge {
		return
	}
	last := &panels[len(panels)-1]
	own := last.ownTime && y > last.Y-titleRoom
	at := g.From + time.Duration(g.Time(x)*float64(g.To-g.From))
	for i := range panels {
		a := &panels[i]
		if a.ownTime != own {
			continue
		}
		p.line(colorText, 1, 3, x, a.Y, x, a.Y+a.Height)
		if !own {
			g.readings(p, a, at)
		}
	}
	if hit, ok := g.At(x, y); ok {
		p.do(opColor, colorChosen)
		p.do(opMark, float64(Ring), hit.X, hit.Y, 6)
		if s := Looks[hit.Kind].Shape; s == Block {
			a := panels[0]
			low, high := a.y(float64(hit.Point.Low)), a.y(float64(hit.Point.High))
			p.do(opRect, hit.X-1.5, high, 3, max(low-high, 2))
		}
	}
}

// readings writes the values of a panel's lines and bars at a time over the panel.
func (g *Graph) readings(p *Pen, a *Panel, at time.Duration) {
	x := g.Width - rightEdge
	for i := len(a.curves) - 1; i >= 0; i-- {
		c := a.curves[i]
		v, ok := g.Reading(c, at)
		if !ok || g.hides(c.Kind) {
			continue
		}
		text := g.Names[c.Kind] + " " + g.Value(c.Kind, v)
		p.do(opColor, colorText)
		p.text(text, x, a.Y-9, 1, 0)
		x -= textWidth(text) + 16
	}
}

// DrawDrag draws the stretch of time that is being chosen.
func (g *Graph) DrawDrag(p *Pen, from, to float64) {
	p.do(opColor, colorChosen)
	for _, x := range [...]float64{from, to} {
		p.do(opRect, min(max(x, gutter), g.Width-rightEdge)-.75, 0, 1.5, g.Height-axisRoom)
	}
	p.do(opRect, max(min(from, to), gutter), 2, math.Abs(to-from), 4)
}

// Between writes a filter for flows of which a time lies in a range.
func Between(name string, from, to time.Duration) string {
	text := func(d time.Duration) string { return strconv.FormatFloat(float64(d)/1e6, 'f', -1, 64) + "ms" }
	return name + " >= " + text(from) + " and " + name + " < " + text(to)
}
