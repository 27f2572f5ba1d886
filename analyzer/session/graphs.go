package session

import (
	"sort"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/report"
	"wirewhy/analyzer/wire"
	"wirewhy/wasm/protocol"
)

const (
	// maxColumns bounds the points of a curve.
	maxColumns = 8192
	// carriedDots is how far beyond the edges of what is in sight lines begin and end.
	carriedDots = 512
	// columnsPerBar is the least width of a bar of throughput.
	columnsPerBar = 10
)

// graph answers Graph. s.mu is held.
func (s *Session) graph(r *protocol.Request) any {
	if r.Flow < 0 {
		return s.captureGraph(r)
	}
	f, ok := s.report.Flow(r.Flow)
	if !ok {
		return protocol.GraphView{Flow: r.Flow, Error: noSuchFlow.In(r.Lang)}
	}
	l := s.loaded[f.Captures[0]]
	if s.trace == nil || s.trace.of != f.Flow {
		s.forgetTrace()
		s.trace = newTrace(&f)
	}
	t := s.trace
	t.goOn(l, &f)
	p := &plotter{t: t, f: &f, side: flow.Dir(r.Side)}
	p.view.Flow, p.view.Start, p.view.Length, p.view.Read, p.view.Total = r.Flow, t.start, max(f.Duration(), 1), t.read, t.read
	if !t.ended {
		p.view.Total = max(int(f.PacketCount()), t.read+1)
	}
	if r.Side > 1 {
		p.side = flow.Originator
		if f.Sides[1].Payload > f.Sides[0].Payload {
			p.side = flow.Responder
		}
	}
	p.stretch(r)
	p.curves()
	p.throughput()
	p.figures()
	p.view.Side, p.view.Base = uint8(p.side), uint32(t.sides[p.side].isn)
	switch o := &t.sides[p.side.Other()]; {
	case t.failed != nil:
		p.view.Error = readAgain(t.failed, r.Lang)
	case t.full:
		p.view.Note = graphCut.In(r.Lang)
	case !o.scaleKnown && o.hasAck:
		p.view.Note = graphUnscaled.In(r.Lang)
	}
	return p.view
}

var (
	graphCut      = analyzer.Text{En: "Only the first 4,194,304 packets are drawn.", Zh: "只绘制前 4,194,304 个包。"}
	graphUnscaled = analyzer.Text{En: "The window is not drawn: its scale is told in the SYN, which was not captured.", Zh: "未画出窗口：窗口缩放因子在 SYN 中协商，而 SYN 未被抓到。"}
)

// forgetTrace frees what was kept for graphs.
func (s *Session) forgetTrace() {
	if s.trace != nil {
		s.trace.again.close()
		s.trace = nil
	}
}

// plotter thins a trace out to curves.
type plotter struct {
	t        *trace
	f        *report.Flow
	side     flow.Dir // who sent the data
	view     protocol.GraphView
	columns  int64
	from, to int // dots in sight, and some around them
	bySort   [protocol.CurveKinds]thinned
}

// stretch settles which time is drawn, and finds its dots.
func (p *plotter) stretch(r *protocol.Request) {
	p.columns = stretchOf(&p.view, r)
	at := func(d time.Duration) int {
		return sort.Search(len(p.t.dots), func(i int) bool { return p.t.dots[i].time.Sub(p.t.start) >= d })
	}
	p.from, p.to = max(at(p.view.From)-carriedDots, 0), min(at(p.view.To+1)+carriedDots, len(p.t.dots))
}

// stretchOf settles the time that a graph shows and returns its columns.
func stretchOf(v *protocol.GraphView, r *protocol.Request) (columns int64) {
	v.From, v.To = min(max(time.Duration(r.From), 0), v.Length), min(time.Duration(r.To), v.Length)
	if v.To <= v.From {
		v.From, v.To = 0, v.Length
	}
	return int64(min(max(r.Columns, 100), maxColumns))
}

// thinned is a curve that grows from left to right.
type thinned struct {
	points []protocol.Point
	column int64
}

// put adds what one packet shows; what falls into the same column is joined.
func (p *plotter) put(kind protocol.CurveKind, d *dot, low, high int64) {
	at := d.time.Sub(p.t.start)
	column := int64(-1)
	switch {
	case at > p.view.To:
		column = p.columns + 1
	case at >= p.view.From:
		column = int64(float64(at-p.view.From) / float64(p.view.To-p.view.From) * float64(p.columns))
	}
	c := &p.bySort[kind]
	if outside := column < 0 || column > p.columns; outside && (!isLine(kind) || column == c.column && column > 0) {
		return // only lines go beyond what is in sight: to the next point
	}
	if n := len(c.points); n > 0 && column == c.column {
		last := &c.points[n-1]
		last.Count++
		last.Events |= d.events
		last.Low = min(last.Low, low)
		if high > last.High {
			last.High, last.Frame = high, d.frame
		}
		if column < 0 { // what a line begins with
			last.At, last.Low, last.High, last.Frame = at, low, high, d.frame
		}
		return
	}
	c.column = column
	c.points = append(c.points, protocol.Point{At: at, Low: low, High: high, Frame: d.frame, Count: 1, Events: d.events})
}

// isLine reports whether a curve keeps its value from one point to the next.
func isLine(kind protocol.CurveKind) bool {
	switch kind {
	case protocol.CurveAck, protocol.CurveEdge, protocol.CurveFlight, protocol.CurveWindow:
		return true
	}
	return false
}

// curves makes all curves but those of bars.
func (p *plotter) curves() {
	t := p.t
	spans := t.spans[sort.Search(len(t.spans), func(i int) bool { return int(t.spans[i].dot) >= p.from }):]
	for i := p.from; i < p.to; i++ {
		d := &t.dots[i]
		if d.dir == p.side {
			p.sent(d)
		} else {
			p.answered(d)
		}
		for ; len(spans) > 0 && int(spans[0].dot) == i; spans = spans[1:] {
			switch x := spans[0]; {
			case x.kind == spanSACK && d.dir != p.side:
				p.put(protocol.CurveSACK, d, x.left, x.right)
			case x.kind == spanMissing && d.dir == p.side:
				p.put(protocol.CurveMissing, d, x.left, x.right)
			}
		}
	}
	for i := range t.trips {
		if x := &t.trips[i]; x.dir == p.side {
			p.put(protocol.CurveRTT, &dot{time: x.time, frame: x.frame}, int64(x.rtt), int64(x.rtt))
		}
	}
	if rtt, ok := p.f.HandshakeRTT(); ok {
		d := dot{time: p.f.AckTime, frame: p.f.AckFrame}
		if p.f.AckFrame == 0 {
			d = dot{time: p.f.Reset, frame: p.f.ResetFrame}
		}
		p.put(protocol.CurveHandshake, &d, int64(rtt), int64(rtt))
	}
	for kind := range p.bySort {
		p.add(protocol.CurveKind(kind), p.bySort[kind].points)
	}
}

//go:noinline
func (p *plotter) add(kind protocol.CurveKind, points []protocol.Point) {
	if len(points) > 0 {
		p.view.Curves = append(p.view.Curves, protocol.Curve{Kind: kind, Points: points})
	}
}

// sent draws a segment of the side that is looked at.
func (p *plotter) sent(d *dot) {
	end := d.seq + int64(d.len)
	if d.flags.Has(wire.RST) {
		p.put(protocol.CurveReset, d, d.seq, d.seq)
	}
	if d.flags.Has(wire.FIN) {
		p.put(protocol.CurveFIN, d, end, end)
	}
	if d.len == 0 && !d.flags.Has(wire.SYN) {
		return
	}
	kind := protocol.CurveSent
	switch {
	case d.events&analyzer.Retransmission != 0:
		kind = protocol.CurveResent
	case d.events&analyzer.OutOfOrder != 0:
		kind = protocol.CurveReordered
	}
	p.put(kind, d, d.seq, max(end, d.seq+1))
	p.flight(d)
}

// answered draws what a segment of the other side says of the data.
func (p *plotter) answered(d *dot) {
	if d.flags.Has(wire.RST) && d.ack < 0 {
		end := p.t.sides[p.side].acked
		if x := p.bySort[protocol.CurveAck].points; len(x) > 0 {
			end = x[len(x)-1].High
		}
		p.put(protocol.CurveReset, d, end, end)
	}
	if d.ack < 0 {
		return
	}
	p.put(protocol.CurveAck, d, d.ack, d.ack)
	if d.scaled {
		p.put(protocol.CurveEdge, d, d.ack+int64(d.window), d.ack+int64(d.window))
		p.put(protocol.CurveWindow, d, int64(d.window), int64(d.window))
	}
	if d.events&analyzer.DuplicateAck != 0 {
		p.put(protocol.CurveDupAck, d, d.ack, d.ack)
	}
	if d.events&analyzer.ZeroWindow != 0 {
		p.put(protocol.CurveZeroWindow, d, d.ack, d.ack)
	}
	if d.len == 0 {
		p.flight(d)
	}
}

func (p *plotter) flight(d *dot) {
	if d.moving {
		p.put(protocol.CurveFlight, d, int64(d.flight), int64(d.flight))
	}
}

// throughput counts bytes in steps of time that look well on an axis.
func (p *plotter) throughput() {
	v := &p.view
	v.Step = roundStep((v.To - v.From) / time.Duration(max(p.columns/columnsPerBar, 1)))
	first := v.From / v.Step
	n := int(v.To/v.Step-first) + 1
	sent, acked := make([]uint32, n), make([]uint32, n)
	high := int64(-1)
	for i := p.from; i < p.to; i++ {
		d := &p.t.dots[i]
		bar := int(d.time.Sub(v.Start)/v.Step - first)
		inside := bar >= 0 && bar < n
		switch {
		case d.dir == p.side:
			if inside {
				sent[bar] += d.len
			}
		case d.ack >= 0:
			if inside && high >= 0 && d.ack > high {
				acked[bar] += uint32(d.ack - high)
			}
			high = max(high, d.ack)
		}
	}
	if p.f.Sides[p.side].Payload > 0 {
		p.add(protocol.CurveThroughput, bars(sent, first*v.Step, v.Step))
		p.add(protocol.CurveGoodput, bars(acked, first*v.Step, v.Step))
	}
}

// roundStep returns the next longer step of 1, 2 or 5 units of a power of ten.
func roundStep(d time.Duration) time.Duration {
	for unit := time.Duration(1); ; unit *= 10 {
		for _, n := range [...]time.Duration{1, 2, 5} {
			if n*unit >= d {
				return n * unit
			}
		}
	}
}

// bars makes a curve of counts. It is there also where all of them are 0, so that
// the panels do not change with what is in sight.
//
//go:noinline
func bars(counts []uint32, start, step time.Duration) []protocol.Point {
	points := make([]protocol.Point, len(counts))
	for i, n := range counts {
		points[i] = protocol.Point{At: start + time.Duration(i)*step, Low: int64(n), High: int64(n), Count: 1}
	}
	return points
}

// figures takes over what the report says of the flow. Where it has not measured,
// the packets that are drawn have to do.
func (p *plotter) figures() {
	stats := p.f.Tracker.Stats(p.f.Flow)
	s := &stats.Sides[p.side]
	x := p.f.Tracker.Trouble(p.f.Flow)
	sent, other := &x.Sent[p.side], &x.Sent[p.side.Other()]
	v := figures{}
	v.set(protocol.FigurePayload, int64(s.Payload), true)
	v.set(protocol.FigureThroughput, int64(s.Throughput), s.Throughput > 0)
	v.set(protocol.FigureSegments, int64(s.DataSegments), true)
	v.set(protocol.FigureResent, int64(sent.DataRetransmissions), true)
	v.set(protocol.FigureReordered, int64(sent.OutOfOrder), sent.OutOfOrder > 0)
	v.set(protocol.FigureMissed, int64(s.Missed), s.Missed > 0)
	rtt, known := p.f.HandshakeRTT()
	v.set(protocol.FigureHandshake, int64(rtt), known)
	r := &s.RTT
	for i, value := range [...]int64{int64(r.Samples), int64(r.Min), int64(r.Median), int64(r.P95), 0, int64(r.Max)} { // as from FigureSamples on
		v.set(protocol.FigureSamples+protocol.Figure(i), value, r.Samples > 0 && i != 4)
	}
	v.set(protocol.FigureFlight, int64(s.MaxInFlight), s.Measured && s.DataSegments > 0)
	o := &stats.Sides[p.side.Other()]
	v.set(protocol.FigureWindowMin, int64(o.MinWindow), o.Measured && p.t.sides[p.side.Other()].scaleKnown)
	v.set(protocol.FigureWindowMax, int64(o.MaxWindow), o.Measured && p.t.sides[p.side.Other()].scaleKnown)
	v.set(protocol.FigureZeroWindows, int64(other.ZeroWindows), other.ZeroWindows > 0)
	v.set(protocol.FigureClosed, int64(other.ZeroWindowTotal), other.ZeroWindowTotal > 0)
	p.view.Figures = v.list()
}

// figures are set by their kinds; those that are not are unknown.
type figures [protocol.FigureCount]int64

// set is called often and seldom: calls take less room than its lines.
//
//go:noinline
func (v *figures) set(kind protocol.Figure, value int64, known bool) {
	if known {
		v[kind] = value + 1
	}
}

func (v *figures) list() []int64 {
	for i := range v {
		v[i]--
	}
	return v[:]
}
