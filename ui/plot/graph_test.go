package plot

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"wirewhy/wasm/protocol"
)

// graphOf returns a graph with a curve of ten segments of 1,000 bytes, one each
// 100 ms, their acknowledgments, and round-trip times.
func graphOf() Graph {
	v := protocol.GraphView{Flow: 1, Length: time.Second, To: time.Second, Step: 100 * time.Millisecond, Base: 4294967290}
	var sent, acks, rtts, bytes []protocol.Point
	for i := range 10 {
		at, n := time.Duration(i)*100*time.Millisecond, int64(i)
		sent = append(sent, protocol.Point{At: at, Low: 1000 * n, High: 1000 * (n + 1), Frame: uint32(2*i + 1), Count: 1})
		acks = append(acks, protocol.Point{At: at + 50*time.Millisecond, Low: 1000 * (n + 1), High: 1000 * (n + 1), Frame: uint32(2*i + 2), Count: 1})
		rtts = append(rtts, protocol.Point{At: at + 50*time.Millisecond, Low: 5e7, High: 5e7, Frame: uint32(2*i + 2), Count: 1})
		bytes = append(bytes, protocol.Point{At: at, Low: 1000, High: 1000, Count: 1})
	}
	v.Curves = []protocol.Curve{{Kind: protocol.CurveSent, Points: sent}, {Kind: protocol.CurveAck, Points: acks}, {Kind: protocol.CurveRTT, Points: rtts}, {Kind: protocol.CurveThroughput, Points: bytes}}
	return Graph{View: &v, To: v.Length, Width: 800, Height: 500, Alone: -1}
}

func TestPanelsFillTheHeight(t *testing.T) {
	g := graphOf()
	panels := g.Panels()
	if len(panels) != 3 || panels[0].Kind != PanelSequence || panels[1].Kind != PanelRTT || panels[2].Kind != PanelThroughput {
		t.Fatalf("%+v", panels)
	}
	y := 0.0
	for _, p := range panels {
		if p.Y < y || p.Height < 50 {
			t.Errorf("panel %d is %v high at %v, after %v", p.Kind, p.Height, p.Y, y)
		}
		y = p.Y + p.Height
	}
	if y+axisRoom > g.Height+.01 || y < g.Height-axisRoom-1 {
		t.Errorf("the panels end at %v of %v", y, g.Height)
	}
	if p := panels[0]; p.Low >= 0 || p.Low < -1000 || p.High <= 10_000 {
		t.Errorf("sequence numbers from %v to %v", p.Low, p.High)
	}
	g.Alone = PanelRTT
	if panels := g.Panels(); len(panels) != 1 || panels[0].Low != 0 || panels[0].High < 5e7 {
		t.Errorf("alone: %+v", panels)
	}
}

// What lies out of sight has no part in the scale.
func TestScaleFollowsTheStretch(t *testing.T) {
	g := graphOf()
	g.From, g.To = 300*time.Millisecond, 520*time.Millisecond
	if p := g.Panels()[0]; p.High > 7000 || p.Low < 1800 {
		t.Errorf("from %v to %v", p.Low, p.High)
	}
	g.Hidden = 1<<protocol.CurveSent | 1<<protocol.CurveAck
	if p := g.Panels()[0]; p.High <= p.Low {
		t.Errorf("nothing to see has the scale %v to %v", p.Low, p.High)
	}
}

// A window of megabytes does not press the data into a line.
func TestWindowBeyondThePanel(t *testing.T) {
	g := graphOf()
	edge := []protocol.Point{{At: 0, Low: 3e6, High: 3e6}}
	g.View.Curves = append(g.View.Curves, protocol.Curve{Kind: protocol.CurveEdge, Points: edge})
	p := g.Panels()[0]
	if p.High > 25_000 || p.beyond != 3e6 {
		t.Errorf("up to %v, the window at %v", p.High, p.beyond)
	}
	edge[0].Low, edge[0].High = 14_000, 14_000
	if p := g.Panels()[0]; p.High < 14_000 || p.beyond != 0 {
		t.Errorf("up to %v", p.High)
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct{ low, high, n, first, step float64 }{
		{0, 10, 5, 0, 2}, {0, 1, 10, 0, .1}, {7, 93, 4, 50, 50}, {-3, 3, 6, -3, 1}, {1e9, 1e9 + 20, 4, 1e9, 5},
	} {
		if first, step := ticks(9e18, 9e18+1, 8); first+step == first {
			t.Fatalf("from %v on, steps of %v lead nowhere", first, step)
		}
		if first, step := ticks(c.low, c.high, c.n); math.Abs(first-c.first) > 1e-9*step || math.Abs(step-c.step) > 1e-9 {
			t.Errorf("ticks(%v, %v, %v) = %v, %v", c.low, c.high, c.n, first, step)
		}
	}
}

// Each curve stands in its panel, those of one panel beside each other.
func TestPanelOf(t *testing.T) {
	for kind, want := range map[protocol.CurveKind]int{
		protocol.CurveSent: PanelSequence, protocol.CurveReset: PanelSequence, protocol.CurveRTT: PanelRTT, protocol.CurveHandshake: PanelRTT, protocol.CurveFlight: PanelFlight,
		protocol.CurveWindow: PanelFlight, protocol.CurveThroughput: PanelThroughput, protocol.CurveGoodput: PanelThroughput, protocol.CurvePackets: PanelPackets,
		protocol.CurveErrors: PanelErrors, protocol.CurveStarted: PanelFlows, protocol.CurveFailed: PanelFlows, protocol.CurveHandshakes: PanelHandshakes, protocol.CurveDistribution: PanelDistribution,
	} {
		if got := PanelOf(kind); got != want {
			t.Errorf("curve %d stands in panel %d, not %d", kind, got, want)
		}
	}
}

func TestAxisTime(t *testing.T) {
	const s, ms, us = time.Second, time.Millisecond, time.Microsecond
	for want, c := range map[string][3]time.Duration{
		"1.5 s": {1500 * ms, 500 * ms, 3 * s}, "12.3451 s": {12345100 * us, 100 * us, 12346 * ms}, "250 ms": {250 * ms, 50 * ms, 900 * ms},
		"2:05": {125 * s, 5 * s, 200 * s}, "1:00:30": {3630 * s, 10 * s, 4000 * s}, "0.5 µs": {500, 500, 3 * us}, "3 ns": {3, 1, 9},
	} {
		if got := axisTime(c[0], c[1], c[2]); got != want {
			t.Errorf("%v is written %q, want %q", c, got, want)
		}
	}
}

func TestValues(t *testing.T) {
	g := graphOf()
	for want, got := range map[string]string{
		"1.5 MB": g.Value(protocol.CurveAck, 1.5e6), "50 ms": g.Value(protocol.CurveRTT, 5e7), "80 kbit/s": g.Value(protocol.CurveThroughput, 1000),
		"30 /s": g.Value(protocol.CurvePackets, 3), "0": g.Value(protocol.CurveFlight, 0),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	g.Absolute = true
	if got := g.Value(protocol.CurveSent, 10); got != "4" { // beyond 2³²
		t.Errorf("absolute: %q", got)
	}
}

// The pointer catches the point that it is next to, within reason, and the
// keyboard goes from one to the next.
func TestCrosshair(t *testing.T) {
	g := graphOf()
	p := &g.Panels()[0]
	x, y := g.x(p, 3e8), p.y(3500)
	hit, ok := g.At(x+2, y)
	if !ok || hit.Kind != protocol.CurveSent || hit.Point.Frame != 7 {
		t.Errorf("at the fourth segment: %+v, %v", hit, ok)
	}
	if hit, ok := g.At(x, p.y(9500)); ok {
		t.Errorf("far from everything: %+v", hit)
	}
	bars := &g.Panels()[2]
	if hit, ok := g.At(g.x(bars, 4.5e8), bars.Y+bars.Height/2); !ok || hit.Kind != protocol.CurveThroughput || hit.Point.At != 400*time.Millisecond {
		t.Errorf("on a bar: %+v, %v", hit, ok)
	}
	nx, ny, ok := g.Next(x, y, true)
	if hit, _ := g.At(nx, ny); !ok || hit.Point.Frame != 8 {
		t.Errorf("after frame 7 comes %+v", hit)
	}
	nx, ny, ok = g.Next(x, y, false)
	if hit, _ := g.At(nx, ny); !ok || hit.Point.Frame != 6 {
		t.Errorf("before frame 7 comes %+v", hit)
	}
	if _, _, ok := g.Next(g.Width, y, true); ok {
		t.Error("something comes after the end")
	}
	down := g.Neighbour(y, true)
	if down < g.Panels()[1].Y || g.Neighbour(down, false) > p.Y+p.Height || g.Neighbour(y, false) != y {
		t.Errorf("from %v down to %v", y, down)
	}
	if v, ok := g.Reading(&g.View.Curves[1], 470*time.Millisecond); !ok || v != 5000 {
		t.Errorf("acknowledged at 0.47 s: %v, %v", v, ok)
	}
	if _, ok := g.Reading(&g.View.Curves[1], 0); ok {
		t.Error("acknowledged before the first acknowledgment")
	}
}

func TestFilterBetween(t *testing.T) {
	if got := Between("rtt", 1333521, 90*time.Second); got != "rtt >= 1.333521ms and rtt < 90000ms" {
		t.Errorf("%q", got)
	}
}

// decode splits a list of commands as the painter does, and fails where it would
// run out of step.
func decode(t *testing.T, p *Pen) (counts [opMark + 1]int) {
	t.Helper()
	args := [...]int{opColor: 1, opRect: 4, opMove: 2, opLine: 2, opStroke: 2, opText: 5, opClip: 4, opUnclip: 0, opMark: 4}
	for i := 0; i < len(p.Ops); {
		op := int(p.Ops[i])
		if op < 0 || op >= len(args) || i+args[op] >= len(p.Ops)+1 {
			t.Fatalf("command %v at %d", p.Ops[i], i)
		}
		for _, v := range p.Ops[i+1 : i+1+args[op]] {
			if v != v || v > 1e7 || v < -1e7 {
				t.Fatalf("command %d has an argument %v", op, v)
			}
		}
		counts[op]++
		i += 1 + args[op]
	}
	if counts[opClip] != counts[opUnclip] || counts[opText] != len(p.Texts) {
		t.Errorf("commands %v, %d texts", counts, len(p.Texts))
	}
	return counts
}

func TestDraw(t *testing.T) {
	g := graphOf()
	var all Pen
	g.Draw(&all)
	counts := decode(t, &all)
	if counts[opClip] != 3 || counts[opRect] < 20 || counts[opMark] != 10 {
		t.Errorf("commands %v", counts)
	}
	if !slices.Contains(all.Texts, "0.4 s") || !slices.ContainsFunc(all.Texts, func(s string) bool { return strings.HasSuffix(s, "kB") }) {
		t.Errorf("labels %q", all.Texts)
	}
	g.Hidden = 1 << protocol.CurveRTT
	var less Pen
	g.Draw(&less)
	if counts := decode(t, &less); counts[opMark] != 0 {
		t.Errorf("a hidden curve is drawn: %v", counts)
	}
	var cursor Pen
	g.Hidden = 0
	g.DrawCursor(&cursor, 300, 60)
	g.DrawDrag(&cursor, 300, 200)
	decode(t, &cursor)
	for kind := range protocol.CurveKinds { // every curve is drawn alone
		v := protocol.GraphView{Length: 1, To: 1, Step: 1, Curves: []protocol.Curve{{Kind: protocol.CurveKind(kind), Points: []protocol.Point{{At: 1, Low: 2, High: 3}}}}}
		alone := Graph{View: &v, To: 1, Width: 400, Height: 300, Alone: -1}
		var pen Pen
		alone.Draw(&pen)
		alone.DrawCursor(&pen, 200, 60)
		if decode(t, &pen); len(pen.Texts) == 0 {
			t.Errorf("curve %d has no labels", kind)
		}
	}
	none := Graph{View: &protocol.GraphView{}, Alone: -1}
	none.Draw(&cursor)
	none.DrawCursor(&cursor, 1, 1)
}
