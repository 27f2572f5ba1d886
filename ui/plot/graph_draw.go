package plot

import (
	"math"
	"time"

	"wirewhy/wasm/protocol"
)

// Pen collects what the page's painter draws (ui/asset/boot.js): a number for
// each command and its arguments, and the texts that they name.
type Pen struct {
	Ops   []float32
	Texts []string
}

// The painter's commands.
const (
	opColor  = iota // number
	opRect          // x, y, width, height
	opMove          // x, y
	opLine          // x, y
	opStroke        // width, length of dashes
	opText          // number, x, y, alignment (0 left, 1 right, 2 centre), bold
	opClip          // x, y, width, height
	opUnclip
	opMark // shape, x, y, radius
)

func (p *Pen) do(op int, args ...float64) {
	p.Ops = append(p.Ops, float32(op))
	for _, a := range args {
		p.Ops = append(p.Ops, float32(a))
	}
}

func (p *Pen) text(s string, x, y, align, bold float64) {
	p.do(opText, float64(len(p.Texts)), x, y, align, bold)
	p.Texts = append(p.Texts, s)
}

func (p *Pen) line(color int, width, dash, x1, y1, x2, y2 float64) {
	p.do(opColor, float64(color))
	p.do(opMove, x1, y1)
	p.do(opLine, x2, y2)
	p.do(opStroke, width, dash)
}

// Draw draws all panels.
func (g *Graph) Draw(p *Pen) {
	panels := g.Panels()
	for i := range panels {
		a := &panels[i]
		g.axes(p, a, i == len(panels)-1 || panels[i+1].ownTime)
		p.do(opClip, gutter, a.Y-2, g.Width-gutter-rightEdge, a.Height+4)
		for pass := range 3 { // lines go over bars, and points over lines
			for _, c := range a.curves {
				if !g.hides(c.Kind) && layer(Looks[c.Kind].Shape) == pass {
					g.curve(p, a, c)
				}
			}
		}
		p.do(opUnclip)
		g.quantiles(p, a)
		if a.beyond > 0 { // a window that is higher than the panel
			p.do(opColor, colorText)
			p.text("↑ "+g.Value(a.curves[0].Kind, a.beyond), gutter+16+textWidth(g.Titles[a.Kind]), a.Y-9, 0, 0)
		}
	}
}

// textWidth is about how wide a text is, px: a letter of the font takes 6.6, a
// Chinese one 11.
func textWidth(s string) float64 {
	width := 0.0
	for _, r := range s {
		if width += 6.7; r > 0x2fff {
			width += 4.4
		}
	}
	return width
}

func layer(s Shape) int {
	switch s {
	case Bar:
		return 0
	case Line:
		return 1
	}
	return 2
}

// axes draws a panel's title, its lines and their labels.
func (g *Graph) axes(p *Pen, a *Panel, labelled bool) {
	right := g.Width - rightEdge
	p.do(opColor, colorInk)
	p.text(g.Titles[a.Kind], gutter, a.Y-9, 0, 1)
	scale := 1.0
	if kind := a.curves[0].Kind; a.Kind == PanelThroughput {
		scale = 8 / g.View.Step.Seconds() // round numbers of what the labels say
	} else if PanelOf(kind) >= PanelPackets && PanelOf(kind) <= PanelFlows {
		scale = 1 / g.View.Step.Seconds()
	}
	for v, step := ticks(a.Low*scale, a.High*scale, max(a.Height/44+1, 2)); v <= a.High*scale; v += step {
		y := math.Round(a.y(v/scale)) + .5
		p.line(colorGrid, 1, 0, gutter, y, right, y)
		p.do(opColor, colorText)
		p.text(g.Value(a.curves[0].Kind, v/scale), gutter-7, y, 1, 0)
	}
	bottom := a.Y + a.Height
	p.line(colorBars, 1, 0, gutter, math.Round(bottom)+.5, right, math.Round(bottom)+.5)
	if a.ownTime {
		g.decades(p, a)
		return
	}
	for t, step := ticks(a.left, a.left+a.span, g.inner()/105); t <= a.left+a.span; t += step {
		x := math.Round(g.x(a, t)) + .5
		p.line(colorGrid, 1, 0, x, a.Y, x, bottom)
		if labelled {
			p.do(opColor, colorText)
			p.text(axisTime(time.Duration(t), time.Duration(step), g.To), min(x, right-18), bottom+11, 2, 0)
		}
	}
}

// decades labels an axis of times on a logarithmic scale.
func (g *Graph) decades(p *Pen, a *Panel) {
	for e := 1.0; e < 1e18; e *= 10 {
		for _, n := range [...]float64{1, 2, 5} {
			t := n * e
			x := math.Round(g.x(a, t)) + .5
			if x < gutter || x > g.Width-rightEdge || n > 1 && a.span > 2.5 {
				continue
			}
			p.line(colorGrid, 1, 0, x, a.Y, x, a.Y+a.Height)
			p.do(opColor, colorText)
			p.text(Duration(time.Duration(t)), x, a.Y+a.Height+11, 2, 0)
		}
	}
}

// quantiles marks the figures of round-trip times: across their distribution, and
// along the flow's own.
func (g *Graph) quantiles(p *Pen, a *Panel) {
	if a.Kind != PanelDistribution && a.Kind != PanelRTT || g.View.Figures == nil {
		return
	}
	last := math.Inf(-1) // where the label before ends
	for i, f := range [...]protocol.Figure{protocol.FigureMedian, protocol.FigureP95, protocol.FigureP99} {
		v := g.View.Figures[f]
		if v < 0 {
			continue
		}
		name := [...]string{"p50", "p95", "p99"}[i]
		if a.Kind == PanelRTT {
			if y := a.y(float64(v)); y > a.Y {
				p.line(colorWarn, 1, 4, gutter, y, g.Width-rightEdge, y)
				if math.Abs(y-last) > 12 {
					p.text(name, g.Width-rightEdge-3, y+7, 1, 0)
				}
				last = y
			}
			continue
		}
		x := g.x(a, float64(v))
		p.line(colorWarn, 1.5, 0, x, a.Y, x, a.Y+a.Height)
		align, beside := 0.0, 4.0
		if x > g.Width-140 {
			align, beside = 1, -4
		}
		p.do(opColor, colorInk)
		p.text(name+" "+Duration(time.Duration(v)), x+beside, a.Y+6+12*float64(i), align, 0)
	}
}

// curve draws the points of a curve.
func (g *Graph) curve(p *Pen, a *Panel, c *protocol.Curve) {
	style := Looks[c.Kind]
	p.do(opColor, float64(style.Color))
	switch style.Shape {
	case Line:
		g.steps(p, a, c)
		return
	case Bar:
		g.bars(p, a, c)
		return
	}
	sparse := len(c.Points) < 400
	for i := range c.Points {
		v := &c.Points[i]
		x, low, high := g.x(a, float64(v.At)), a.y(float64(v.Low)), a.y(float64(v.High))
		switch style.Shape {
		case Block:
			g.spans(p, c.Kind, x, low, high, sparse)
		case Dot:
			if low-high > 3 {
				p.do(opRect, x-.5, high, 1, low-high)
			}
			p.do(opMark, float64(Dot), x, high, dotRadius(len(c.Points)))
		case Mark:
			p.do(opRect, x-3, low-2, 6, 1.5)
		default:
			p.do(opMark, float64(style.Shape), x, high, 4)
		}
	}
}

func dotRadius(n int) float64 {
	if n < 120 {
		return 2.6
	}
	return 1.7
}

// spans draws ranges of sequence numbers: new data as a bar with feet where there
// is room, repeated data broad and with a point on top, what is missing hollow.
func (g *Graph) spans(p *Pen, kind protocol.CurveKind, x, low, high float64, sparse bool) {
	height := max(low-high, 2)
	switch kind {
	case protocol.CurveMissing:
		p.do(opMove, x-2.5, high)
		p.do(opLine, x+2.5, high)
		p.do(opLine, x+2.5, high+height)
		p.do(opLine, x-2.5, high+height)
		p.do(opLine, x-2.5, high)
		p.do(opStroke, 1, 2)
	case protocol.CurveResent, protocol.CurveReordered:
		p.do(opRect, x-1.5, high, 3, height)
		shape := Block // a triangle
		if kind == protocol.CurveReordered {
			shape = Diamond
		}
		p.do(opMark, float64(shape), x, high-3, 3.5)
	case protocol.CurveSACK:
		p.do(opRect, x-1, high, 2, height)
	default:
		p.do(opRect, x-1, high, 2, height)
		if sparse && height > 5 {
			p.do(opRect, x-2.5, high, 5, 1)
			p.do(opRect, x-2.5, low-1, 5, 1)
		}
	}
}

// steps draws a line that keeps its value until the next point.
func (g *Graph) steps(p *Pen, a *Panel, c *protocol.Curve) {
	before := 0.0
	for i := range c.Points {
		v := &c.Points[i]
		x, low, high := g.x(a, float64(v.At)), a.y(float64(v.Low)), a.y(float64(v.High))
		if i == 0 {
			p.do(opMove, x, high)
		} else {
			p.do(opLine, x, before)
			if low != high {
				p.do(opLine, x, low)
			}
			p.do(opLine, x, high)
		}
		before = high
		if c.Kind == protocol.CurveGoodput {
			p.do(opLine, g.x(a, float64(v.At+g.View.Step)), high)
		}
	}
	p.do(opStroke, 1.4, 0)
}

// bars draws counts that stand on the axis.
func (g *Graph) bars(p *Pen, a *Panel, c *protocol.Curve) {
	bottom := a.Y + a.Height
	for i := range c.Points {
		v := &c.Points[i]
		if v.High <= 0 {
			continue
		}
		end := float64(v.At + g.View.Step)
		if a.ownTime {
			end = float64(v.Low)
		}
		x := g.x(a, float64(v.At))
		width := g.x(a, end) - x
		high := min(a.y(float64(v.High)), bottom-1.5)
		p.do(opRect, x, high, max(width-min(width*.2, 1), 1.5), bottom-high)
	}
}
