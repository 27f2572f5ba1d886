package session

import (
	"slices"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/report"
	"wirewhy/wasm/protocol"
)

// captureGraph answers Graph for everything that was loaded: from the counters
// and the flows, without reading a file again. s.mu is held.
func (s *Session) captureGraph(r *protocol.Request) any {
	a := s.merged()
	p := &plotter{t: &trace{start: a.Start}}
	v := &p.view
	v.Flow, v.Start, v.Step, v.Length = -1, a.Start, max(a.Step, 1), max(a.Step*time.Duration(len(a.Packets)), 1)
	p.columns = stretchOf(v, r)
	n := len(a.Packets)
	first, end := min(max(int(v.From/v.Step), 0), n), min(max(int(v.To/v.Step)+1, 0), n)
	started, failed := make([]uint32, n), make([]uint32, n)
	var rtts []time.Duration
	out := figures{}
	count, bad := 0, 0
	some := [...]bool{n > 0, slices.ContainsFunc(a.Errors, func(n uint32) bool { return n > 0 }), n > 0, false}
	for f := range s.report.Flows() {
		start := f.Start.Add(s.behind(f.Captures[0]))
		at := start.Sub(a.Start)
		i := s.findingIndex(f.ID)
		lost := i >= 0 && s.report.Findings[i].Class == analyzer.Sick && s.report.Findings[i].Severity == analyzer.SeverityError
		some[3] = some[3] || lost
		if at < v.From || at > v.To || f.Start == 0 || n == 0 {
			continue
		}
		bar := min(max(int(at/v.Step), 0), n-1)
		count++
		started[bar]++
		if lost {
			failed[bar]++
			bad++
		}
		if rtt, ok := f.HandshakeRTT(); ok {
			rtts = append(rtts, rtt)
			p.handshake(f, start, rtt)
		}
	}
	for i, counts := range [...][]uint32{a.Packets, a.Errors, started, failed} {
		if some[i] {
			p.add(protocol.CurvePackets+protocol.CurveKind(i), bars(counts[first:end], v.Step*time.Duration(first), v.Step))
		}
	}
	p.add(protocol.CurveHandshakes, p.bySort[protocol.CurveHandshakes].points)
	out.set(protocol.FigureFlows, int64(count), true)
	out.set(protocol.FigureFailed, int64(bad), true)
	if end > first {
		out.set(protocol.FigurePeak, int64(float64(slices.Max(a.Packets[first:end]))/v.Step.Seconds()), true)
	}
	if len(rtts) > 0 {
		slices.Sort(rtts)
		p.add(protocol.CurveDistribution, distribution(rtts))
		at := func(percent int) int64 { return int64(rtts[len(rtts)*percent/100]) } // as report.Numbers
		for i, value := range [...]int64{int64(len(rtts)), int64(rtts[0]), at(50), at(95), at(99), int64(rtts[len(rtts)-1])} {
			out.set(protocol.FigureSamples+protocol.Figure(i), value, true)
		}
	}
	p.view.Figures = out.list()
	return p.view
}

// handshake draws the handshake of a flow at its start. Flows are nearly in
// order of their starts; one that is not is drawn as a point of its own.
func (p *plotter) handshake(f *report.Flow, start analyzer.Timestamp, rtt time.Duration) {
	d := dot{time: start, frame: f.SynFrame}
	p.put(protocol.CurveHandshakes, &d, int64(rtt), int64(rtt))
}

// The buckets of round-trip times: of equal width on a logarithmic scale, eight a
// decade, from 1 µs on. The last one takes all that is longer than thirty years.
var bucketEdges = [...]int64{1000, 1334, 1778, 2371, 3162, 4217, 5623, 7499}

const lastBucket = 120

// bucketEdge returns the least time in a bucket, ns.
func bucketEdge(i int) int64 {
	edge := bucketEdges[i%len(bucketEdges)]
	for range i / len(bucketEdges) {
		edge *= 10
	}
	return edge
}

// distribution counts sorted times in buckets, from the first to the last that
// holds any.
func distribution(sorted []time.Duration) []protocol.Point {
	i := 0
	for i < lastBucket && bucketEdge(i+1) <= int64(sorted[0]) {
		i++
	}
	var points []protocol.Point
	for at := 0; at < len(sorted); i++ {
		p := protocol.Point{At: time.Duration(bucketEdge(i)), Low: bucketEdge(i + 1)}
		for ; at < len(sorted) && (int64(sorted[at]) < p.Low || i >= lastBucket); at++ {
			p.High++
		}
		points = append(points, p)
	}
	return points
}
