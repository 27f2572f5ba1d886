package plot

import (
	"math"
	"strconv"
	"time"

	"wirewhy/analyzer"
	"wirewhy/wasm/protocol"
)

// Graph is what is drawn of a GraphView, and where.
type Graph struct {
	View          *protocol.GraphView
	From, To      time.Duration // in sight
	Width, Height float64       // px
	Alone         int           // the one panel that is drawn; -1: all
	Hidden        uint32        // curves that are not drawn, a bit for each kind
	Absolute      bool          // sequence numbers as they stand in the packets
	Titles        [PanelCount]string
	Names         [protocol.CurveKinds]string
}

// The panels of a flow and of the capture, and how high they are in proportion.
const (
	PanelSequence = iota
	PanelRTT
	PanelFlight
	PanelThroughput
	PanelPackets
	PanelErrors
	PanelFlows
	PanelHandshakes
	PanelDistribution

	PanelCount int = iota
)

// PanelOf returns the panel of each curve.
func PanelOf(kind protocol.CurveKind) int {
	switch {
	case kind <= protocol.CurveReset:
		return PanelSequence
	case kind <= protocol.CurveHandshake:
		return PanelRTT
	case kind <= protocol.CurveWindow:
		return PanelFlight
	case kind <= protocol.CurveGoodput:
		return PanelThroughput
	case kind <= protocol.CurveErrors:
		return PanelPackets + int(kind-protocol.CurvePackets)
	case kind <= protocol.CurveFailed:
		return PanelFlows
	}
	return PanelHandshakes + int(kind-protocol.CurveHandshakes)
}

// Shape is how the points of a curve are drawn.
type Shape uint8

// The shapes.
const (
	Block Shape = iota // a bar from Low to High
	Line               // a line of steps
	Dot                // a point, or a thin bar where many are joined
	Bar                // a bar that stands on the axis
	Mark               // a tick
	Ring               // a circle
	Cross              // an X
	Diamond
)

// Look is how a curve looks: its shape and the number of its colour.
type Look struct {
	Shape Shape
	Color int
}

// The colours by their numbers; the stylesheet lists them in the same order.
const (
	colorGrid = iota
	colorText
	colorInk
	colorAccent
	colorError
	colorWarn
	colorOK
	colorSACK
	colorBars
	colorChosen
)

// Looks are the looks of the curves.
var Looks = [protocol.CurveKinds]Look{
	{Block, colorAccent}, {Block, colorError}, {Block, colorWarn}, {Block, colorError}, {Line, colorOK}, {Line, colorText}, {Block, colorSACK},
	{Mark, colorOK}, {Ring, colorError}, {Diamond, colorInk}, {Cross, colorError},
	{Dot, colorAccent}, {Diamond, colorOK},
	{Line, colorAccent}, {Line, colorText},
	{Bar, colorBars}, {Line, colorAccent},
	{Bar, colorBars}, {Bar, colorError}, {Bar, colorBars}, {Bar, colorError}, {Dot, colorAccent}, {Bar, colorBars},
}

const (
	gutter    = 74 // left of the panels, for labels
	rightEdge = 12
	axisRoom  = 20 // below them
	titleRoom = 19 // above each
	margin    = 6  // beside the first and the last point
)

// Panel is one set of axes.
type Panel struct {
	Kind       int
	Y, Height  float64
	Low, High  float64
	curves     []*protocol.Curve
	ownTime    bool // its axis across is of its own
	left, span float64
	beyond     float64 // the least value of a window that lies above the panel; 0: none
}

// Panels lays the panels out that have something to show.
func (g *Graph) Panels() []Panel {
	var all [PanelCount]Panel
	for i := range g.View.Curves {
		c := &g.View.Curves[i]
		k := PanelOf(c.Kind)
		if g.Alone >= 0 && k != g.Alone {
			continue
		}
		all[k].Kind = k
		all[k].curves = append(all[k].curves, c)
	}
	var out []Panel
	weight := 0.0
	for i := range all {
		if len(all[i].curves) > 0 {
			out = append(out, all[i])
			weight += share(i)
		}
	}
	room := g.Height - axisRoom - titleRoom*float64(len(out))
	if len(out) > 0 && out[len(out)-1].Kind == PanelDistribution && len(out) > 1 {
		room -= axisRoom
	}
	y := 0.0
	for i := range out {
		p := &out[i]
		p.Y = y + titleRoom
		p.Height = max(room*share(p.Kind)/weight, 8)
		y = p.Y + p.Height
		p.scale(g)
		if i+1 < len(out) && out[i+1].Kind == PanelDistribution {
			y += axisRoom
		}
	}
	return out
}

func share(kind int) float64 {
	if kind == PanelSequence {
		return 2.6
	}
	return 1
}

// scale finds the values in sight. A window that is much larger than what it is
// compared with is left above the panel, or nothing else could be seen.
func (p *Panel) scale(g *Graph) {
	low, high := math.Inf(1), math.Inf(-1)
	edgeLow, edgeHigh := math.Inf(1), math.Inf(-1)
	p.left, p.span = float64(g.From), float64(g.To-g.From)
	if p.Kind == PanelDistribution {
		points := p.curves[0].Points
		p.ownTime = true
		p.left = math.Log10(float64(points[0].At))
		p.span = math.Log10(float64(points[len(points)-1].Low)) - p.left
	}
	for _, c := range p.curves {
		if g.hides(c.Kind) {
			continue
		}
		for i := range c.Points {
			x := &c.Points[i]
			carried := Looks[c.Kind].Shape == Line && (i+1 == len(c.Points) || c.Points[i+1].At > g.From) // into sight
			if !p.ownTime && (x.At > g.To || x.At < g.From && !carried) {
				continue
			}
			switch {
			case c.Kind == protocol.CurveEdge || c.Kind == protocol.CurveWindow:
				edgeLow, edgeHigh = min(edgeLow, float64(x.Low)), max(edgeHigh, float64(x.High))
			case p.ownTime:
				low, high = 0, max(high, float64(x.High))
			default:
				low, high = min(low, float64(x.Low)), max(high, float64(x.High))
			}
		}
	}
	if high < low || math.IsInf(high, 0) {
		low, high = edgeLow, edgeHigh
	} else if edgeHigh > high {
		limit := high + max(high-min(low, edgeLow), 1)*1.2
		low = min(low, edgeLow)
		if edgeLow > limit {
			p.beyond = edgeLow
		} else {
			high = min(edgeHigh, limit)
		}
	}
	if p.Kind != PanelSequence {
		low = 0
	}
	if math.IsInf(low, 0) || math.IsInf(high, 0) {
		low, high = 0, 1
	}
	room := (high - low) * 0.06
	if room == 0 {
		room = 1
	}
	p.High = high + room
	if p.Low = low; p.Kind == PanelSequence {
		p.Low -= room
	}
}

func (g *Graph) hides(kind protocol.CurveKind) bool { return g.Hidden>>kind&1 != 0 }

func (g *Graph) inner() float64 { return max(g.Width-gutter-rightEdge-2*margin, 1) }

// X returns where a time lies in a panel, px.
func (g *Graph) x(p *Panel, at float64) float64 {
	if p.ownTime {
		at = math.Log10(max(at, 1))
	}
	return gutter + margin + (at-p.left)/p.span*g.inner()
}

// Time returns the time in sight at a place, as a share of what is in sight.
func (g *Graph) Time(x float64) float64 { return (x - gutter - margin) / g.inner() }

func (p *Panel) y(v float64) float64 {
	return p.Y + p.Height - (v-p.Low)/(p.High-p.Low)*p.Height
}

// ticks returns the first round value from low on and the step to the next, so
// that there are about n. The step is long enough that adding it changes a value.
func ticks(low, high float64, n float64) (first, step float64) {
	raw := max((high-low)/max(n, 1), 1e-9, math.Abs(low)*1e-15, math.Abs(high)*1e-15)
	step = 1
	for step*10 <= raw {
		step *= 10
	}
	for step > raw {
		step /= 10
	}
	switch {
	case raw > 5*step:
		step *= 10
	case raw > 2*step:
		step *= 5
	case raw > step:
		step *= 2
	}
	return math.Ceil(low/step)*step + 0, step // no negative zero
}

// Amount writes a number with a decimal prefix and a unit: 1.5 MB, 12 kbit/s.
func Amount(v float64, unit string) string {
	if v == 0 {
		return "0"
	}
	prefix := 0
	for math.Abs(v) >= 999.5 && prefix < 4 {
		v /= 1000
		prefix++
	}
	return trim(v) + " " + [...]string{"", "k", "M", "G", "T"}[prefix] + unit
}

// Value writes a value of a curve with its unit.
func (g *Graph) Value(kind protocol.CurveKind, v float64) string {
	switch {
	case PanelOf(kind) == PanelSequence && g.Absolute:
		return strconv.FormatUint(uint64(uint32(int64(v))+g.View.Base), 10)
	case kind <= protocol.CurveReset, PanelOf(kind) == PanelFlight:
		return Amount(v, "B")
	case PanelOf(kind) == PanelRTT || kind == protocol.CurveHandshakes:
		if v == 0 {
			return "0"
		}
		return Duration(time.Duration(v))
	case PanelOf(kind) == PanelThroughput:
		return Amount(v*8/g.View.Step.Seconds(), "bit/s")
	case kind == protocol.CurveDistribution:
		return trim(v)
	}
	return Amount(v/g.View.Step.Seconds(), "/s")
}

// axisTime writes a time at a tick, as finely as the ticks lie.
func axisTime(t, step, to time.Duration) string {
	if to >= 2*time.Minute && step >= time.Second {
		text := two(t/time.Second%60, true)
		if t >= time.Hour {
			return two(t/time.Hour, false) + ":" + two(t/time.Minute%60, true) + ":" + text
		}
		return two(t/time.Minute, false) + ":" + text
	}
	unit, name := time.Second, " s"
	switch {
	case to < time.Microsecond:
		unit, name = 1, " ns"
	case to < time.Millisecond:
		unit, name = time.Microsecond, " µs"
	case to < time.Second:
		unit, name = time.Millisecond, " ms"
	}
	decimals := 0
	for u := unit; u > step; u /= 10 {
		decimals++
	}
	return strconv.FormatFloat(float64(t)/float64(unit), 'f', decimals, 64) + name
}

func two(n time.Duration, pad bool) string {
	s := strconv.Itoa(int(n))
	if pad && len(s) < 2 {
		s = "0" + s
	}
	return s
}

// Hurts are the events that the points of a curve may tell besides its kind.
const Hurts = analyzer.FastRetransmission | analyzer.SpuriousRetransmission | analyzer.WindowFull | analyzer.KeepAlive | analyzer.ZeroWindowProbe | analyzer.DSACK | analyzer.PartialAck | analyzer.WindowUpdate
