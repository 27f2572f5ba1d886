package session

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"wirewhy/analyzer/capture"
	"wirewhy/analyzer/internal/script"
	"wirewhy/wasm/protocol"
)

// lossy is a download of which one segment is lost: its receiver says so three
// times, with SACK, then it is sent again. At the end the receiver's window closes.
const lossy = `
client = 192.0.2.10:40000
server = 192.0.2.80:80
+0     client > server S seq 4294967290 win 64240 <mss 1460,sackOK,wscale 7>
+0.020 server > client S. seq 4294967000 win 65160 <mss 1460,sackOK,wscale 8>
+0.001 client > server . win 502
+0.001 client > server P. len 100 win 502
+0.020 server > client . win 505
+0     server > client . len 1000
+0     server > client . len 1000
+0.001 client > server . win 502
lost: +0.019 server > client . len 1000 unseen
+0     server > client . len 1000
+0.001 client > server . win 502 ack @2001 <sack 2705:3705>
+0.001 server > client . len 1000
+0.001 client > server . win 502 ack @2001 <sack 2705:4705>
+0.001 server > client . len 1000
+0.001 client > server . win 502 ack @2001 <sack 2705:5705>
+0.001 server > client . seq @2001 len 1000
+0.010 client > server . win 0 ack @6001
`

func graphOf(t *testing.T, s *Session, r protocol.Request) protocol.GraphView {
	t.Helper()
	r.Kind, r.Finding = protocol.Graph, -1
	for range 1000 {
		v := ask[protocol.GraphView](t, s, r)
		if v.Error != "" {
			t.Fatal(v.Error)
		}
		if v.Read >= v.Total {
			return v
		}
	}
	t.Fatal("reading again does not end")
	return protocol.GraphView{}
}

func curve(v *protocol.GraphView, kind protocol.CurveKind) []protocol.Point {
	for _, c := range v.Curves {
		if c.Kind == kind {
			return c.Points
		}
	}
	return nil
}

// ranges returns what the points of a curve reach over.
func ranges(points []protocol.Point) (r [][2]int64) {
	for _, p := range points {
		r = append(r, [2]int64{p.Low, p.High})
	}
	return r
}

func wantRanges(t *testing.T, v *protocol.GraphView, kind protocol.CurveKind, want ...[2]int64) {
	t.Helper()
	got := ranges(curve(v, kind))
	if len(got) != len(want) {
		t.Errorf("curve %d: %v, want %v", kind, got, want)
		return
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("curve %d: %v, want %v", kind, got, want)
			return
		}
	}
}

func TestGraphOfLoss(t *testing.T) {
	s := loadScripts(t, lossy)
	v := graphOf(t, s, protocol.Request{Side: 9, Columns: 8000})
	if v.Side != 1 || v.Base != 4294967000 || v.Length != 78*time.Millisecond {
		t.Fatalf("side %d, base %d, %v long", v.Side, v.Base, v.Length)
	}
	// The numbers go on where the 32 bits begin anew.
	wantRanges(t, &v, protocol.CurveSent, [2]int64{0, 1}, [2]int64{1, 2001}, [2]int64{3001, 4001}, [2]int64{4001, 5001}, [2]int64{5001, 6001})
	wantRanges(t, &v, protocol.CurveMissing, [2]int64{2001, 3001})
	wantRanges(t, &v, protocol.CurveResent, [2]int64{2001, 3001})
	wantRanges(t, &v, protocol.CurveSACK, [2]int64{3001, 4001}, [2]int64{3001, 5001}, [2]int64{3001, 6001})
	wantRanges(t, &v, protocol.CurveDupAck, [2]int64{2001, 2001}, [2]int64{2001, 2001}, [2]int64{2001, 2001})
	wantRanges(t, &v, protocol.CurveAck, [2]int64{1, 1}, [2]int64{1, 1}, [2]int64{2001, 2001}, [2]int64{2001, 2001}, [2]int64{2001, 2001}, [2]int64{2001, 2001}, [2]int64{6001, 6001})
	wantRanges(t, &v, protocol.CurveZeroWindow, [2]int64{6001, 6001})
	if edge := curve(&v, protocol.CurveEdge); edge[2].High != 2001+502<<7 || edge[6].High != 6001 {
		t.Errorf("the window ends at %v", ranges(edge))
	}
	wantRanges(t, &v, protocol.CurveHandshake, [2]int64{21e6, 21e6})
	// The second sample would be of the segment that was sent again: Karn's rule.
	wantRanges(t, &v, protocol.CurveRTT, [2]int64{1e6, 1e6})
	flight := curve(&v, protocol.CurveFlight)
	if last := flight[len(flight)-1]; last.High != 0 {
		t.Errorf("%d bytes in flight at the end", last.High)
	}
	sent, good := int64(0), int64(0)
	for _, p := range curve(&v, protocol.CurveThroughput) {
		sent += p.High
	}
	for _, p := range curve(&v, protocol.CurveGoodput) {
		good += p.High
	}
	if sent != 6000 || good != 6000 {
		t.Errorf("%d bytes sent, %d acknowledged; 5,000 once, 1,000 twice of which one was not captured", sent, good)
	}
	for f, want := range map[protocol.Figure]int64{protocol.FigurePayload: 6000, protocol.FigureResent: 1, protocol.FigureHandshake: 21e6, protocol.FigureZeroWindows: 1, protocol.FigureSamples: -1} {
		if v.Figures[f] != want {
			t.Errorf("figure %d is %d, want %d", f, v.Figures[f], want)
		}
	}
	up := graphOf(t, s, protocol.Request{Side: 0, Columns: 8000})
	wantRanges(t, &up, protocol.CurveSent, [2]int64{0, 1}, [2]int64{1, 101})
	wantRanges(t, &up, protocol.CurveRTT, [2]int64{20e6, 20e6})
}

// A stretch of time holds what lies in it, and what its lines begin and end with.
func TestGraphOfStretch(t *testing.T) {
	s := loadScripts(t, lossy)
	v := graphOf(t, s, protocol.Request{Side: 1, Columns: 8000, From: int(60 * time.Millisecond), To: int(66 * time.Millisecond)})
	if v.From != 60*time.Millisecond || v.To != 66*time.Millisecond {
		t.Errorf("from %v to %v", v.From, v.To)
	}
	acks := curve(&v, protocol.CurveAck)
	if acks[0].At > v.From || acks[0].High != 2001 || acks[len(acks)-1].At < v.To {
		t.Errorf("the line of acknowledgments is %+v", acks)
	}
	for _, p := range curve(&v, protocol.CurveSent) {
		if p.At < v.From || p.At > v.To {
			t.Errorf("a segment out of sight: %+v", p)
		}
	}
	few := graphOf(t, s, protocol.Request{Side: 1, Columns: 1})
	if n := len(curve(&few, protocol.CurveAck)); n > 102 {
		t.Errorf("%d points in 100 columns", n)
	}
}

// busy is a flow whose round-trip times the report measures, with repetitions,
// data both ways, and copies.
func busy() string {
	return `
client = 192.0.2.10:40009
server = 192.0.2.80:80
+0     client > server S <mss 1460,sackOK,wscale 7>
+0.010 server > client S. <mss 1460,sackOK,wscale 7>
+0     client > server .
` + strings.Repeat(`
+0.001 client > server P. len 200
+0.007 server > client . len 1200
+0.001 server > client . len 1200
+0.003 client > server .
+0.030 server > client P. len 700
+0.300 server > client again
+0.002 client > server .
`, 40)
}

// What the report says of round-trip times is what the graph shows, from where
// the report begins to measure.
func TestGraphAgreesWithReport(t *testing.T) {
	s := loadScripts(t, busy())
	f, _ := s.report.Flow(0)
	for side := range 2 {
		v := graphOf(t, s, protocol.Request{Side: uint8(side), Columns: 8000})
		want := f.Tracker.Stats(f.Flow).Sides[side].RTT
		var samples uint32
		low, high := time.Hour, time.Duration(0)
		for _, x := range s.trace.trips {
			if int(x.dir) == side && !x.early {
				samples++
				low, high = min(low, x.rtt), max(high, x.rtt)
			}
		}
		if samples != want.Samples || low != want.Min || high != want.Max || want.Samples < 20 {
			t.Errorf("side %d: %d samples from %v to %v, the report has %+v", side, samples, low, high, want)
		}
		if v.Figures[protocol.FigureSamples] != int64(want.Samples) || v.Figures[protocol.FigureMedian] != int64(want.Median) {
			t.Errorf("side %d: figures %v", side, v.Figures)
		}
		if high := ranges(curve(&v, protocol.CurveFlight)); f.Tracker.Stats(f.Flow).Sides[side].MaxInFlight == 0 || len(high) == 0 {
			t.Errorf("side %d has nothing in flight", side)
		}
	}
}

// countedSource counts how often it is opened.
type countedSource struct {
	capture.Source
	opened int
}

func (s *countedSource) Open(offset int64) (io.ReadCloser, error) {
	s.opened++
	return s.Source.Open(offset)
}

// A flow is read in one pass, also where the file is compressed, and not again for
// another look; meanwhile others may go back in the file.
func TestGraphReadsOnce(t *testing.T) {
	parsed, err := script.Parse(busy())
	if err != nil {
		t.Fatal(err)
	}
	plain := parsed.PCAP()
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	w.Write(plain)
	w.Close()
	for name, content := range map[string][]byte{"plain": plain, "gzip": zipped.Bytes()} {
		src := &countedSource{Source: capture.BytesSource("a.pcap", content)}
		s := New()
		if err := s.Load(context.Background(), []capture.Source{src}, nil); err != nil {
			t.Fatal(err)
		}
		before := src.opened
		for i := range 5 {
			graphOf(t, s, protocol.Request{Side: uint8(i & 1), From: i, To: 1e9})
		}
		if src.opened != before+1 {
			t.Errorf("%s: the file was opened %d times", name, src.opened-before)
		}
		if v := ask[protocol.GraphView](t, s, protocol.Request{Kind: protocol.Graph, Flow: 99, Finding: -1}); v.Error == "" {
			t.Error("a graph of no flow")
		}
	}
}

// While a file is read the flow grows, and its graphs with it.
func TestGraphOfGrowingFlow(t *testing.T) {
	parsed, err := script.Parse(busy())
	if err != nil {
		t.Fatal(err)
	}
	s := New()
	if err := s.Load(context.Background(), []capture.Source{capture.BytesSource("a.pcap", parsed.PCAP())}, nil); err != nil {
		t.Fatal(err)
	}
	f, _ := s.report.Flow(0)
	whole := graphOf(t, s, protocol.Request{Columns: 1000})
	tr := newTrace(&f)
	n := 0
	for e := range f.Tracker.Entries(f.Flow) { // as if the others were not there yet
		if n++; n > 50 {
			break
		}
		if _, err := s.loaded[0].readWith(&tr.again, e, &tr.packet); err != nil {
			t.Fatal(err)
		}
		tr.add(&e)
		tr.last, tr.read = e.Frame, n
	}
	s.trace = tr
	if again := graphOf(t, s, protocol.Request{Columns: 1000}); !reflect.DeepEqual(again, whole) {
		t.Error("read in two parts, the graph is another")
	}
}

func TestGraphOfCapture(t *testing.T) {
	s := loadScripts(t, wrongSource+busy())
	v := graphOf(t, s, protocol.Request{Flow: -1, Columns: 1000})
	packets, started, failed, flows := int64(0), int64(0), int64(0), int64(0)
	for _, sum := range []struct {
		kind protocol.CurveKind
		n    *int64
	}{{protocol.CurvePackets, &packets}, {protocol.CurveStarted, &started}, {protocol.CurveFailed, &failed}, {protocol.CurveDistribution, &flows}} {
		for _, p := range curve(&v, sum.kind) {
			*sum.n += p.High
		}
	}
	if packets != int64(s.loaded[0].tracker.Frames()) || started != 3 || failed != 1 || flows != 2 {
		t.Errorf("%d packets, %d flows began, %d failed, %d handshakes", packets, started, failed, flows)
	}
	o := ask[protocol.Overview](t, s, protocol.Request{Kind: protocol.OverviewAgain})
	if v.Figures[protocol.FigureMedian] != int64(o.Numbers.HandshakeP50) || v.Figures[protocol.FigureP95] != int64(o.Numbers.HandshakeP95) {
		t.Errorf("quantiles %v, the overview has %+v", v.Figures, o.Numbers)
	}
	early := graphOf(t, s, protocol.Request{Flow: -1, Columns: 1000, To: int(time.Millisecond)})
	if n := early.Figures[protocol.FigureFlows]; n != 1 {
		t.Errorf("%d flows began in the first millisecond", n)
	}
}

func TestDistribution(t *testing.T) {
	sorted := []time.Duration{0, 1, time.Millisecond, time.Millisecond, 1<<63 - 1}
	points := distribution(sorted)
	total := int64(0)
	for i, p := range points {
		total += p.High
		if i > 0 && p.At != time.Duration(points[i-1].Low) {
			t.Errorf("a gap before %v", p.At)
		}
	}
	if total != 5 || points[0].High != 2 || len(points) > lastBucket+1 {
		t.Errorf("%d of 5 in %d buckets", total, len(points))
	}
}

// Nonsense in a request costs nothing.
func TestGraphOfNonsense(t *testing.T) {
	s := loadScripts(t, lossy)
	for _, r := range []protocol.Request{
		{From: -1 << 62, To: 1<<63 - 1, Columns: 1 << 40}, {From: 1 << 62, To: 1<<63 - 1}, {From: 5, To: 5, Columns: -4}, {From: 0, To: 1, Side: 255},
	} {
		for _, r.Flow = range []int{0, -1} {
			graphOf(t, s, r)
		}
	}
}
