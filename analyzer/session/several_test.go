package session

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/capture"
	"wirewhy/analyzer/export"
	"wirewhy/wasm/protocol"
)

// A frame's number alone does not name it: each capture has one of its own.
func TestPacketsOfSeveralCaptures(t *testing.T) {
	s := loadScripts(t, wrongSource, "a = 198.51.100.1:1000\nb = 198.51.100.2:80\n+2 a > b S\n+0.1 b > a R.\n")
	first := int(s.loaded[0].tracker.Frames())
	for capture, want := range map[int]int{0: 2, 1: 2, 2: first + 2} {
		rows := ask[protocol.PacketRows](t, s, protocol.Request{Kind: protocol.Packets, Flow: -1, Frame: 2, Capture: capture})
		if rows.At != want || rows.Total != first+2 {
			t.Errorf("frame 2 of capture %d stands at %d of %d, want %d", capture, rows.At, rows.Total, want)
		}
	}
	var seen [][]byte
	for capture := range 3 {
		v := ask[protocol.PacketView](t, s, protocol.Request{Kind: protocol.Packet, Flow: -1, Frame: 1, Capture: capture})
		seen = append(seen, v.Data)
	}
	if !slices.Equal(seen[0], seen[1]) || slices.Equal(seen[1], seen[2]) {
		t.Errorf("%x", seen)
	}
	if last := s.Report().FlowCount() - 1; ask[protocol.PacketView](t, s, protocol.Request{Kind: protocol.Packet, Flow: last, Frame: 3}).Error == "" {
		t.Error("the second capture has no third frame")
	}
}

// Beyond the bound captures stand for themselves, and say so.
func TestMoreCapturesThanAreCompared(t *testing.T) {
	var scripts []string
	for range maxCompared + 1 {
		scripts = append(scripts, atServer)
	}
	s := loadScripts(t, scripts...)
	for i, c := range s.Report().Captures {
		told := false
		for _, w := range c.Warnings {
			told = told || strings.Contains(w.Text.En, "Only the first 6 captures")
		}
		if told != (i == maxCompared) {
			t.Errorf("capture %d: %+v", i, c.Warnings)
		}
	}
}

// What is looked at goes with what it was taken from.
func TestAddForgetsWhatIsLookedAt(t *testing.T) {
	s := loadScripts(t, conversed)
	followedBy(t, s, protocol.Request{})
	graphOf(t, s, protocol.Request{})
	if s.follow == nil || s.trace == nil {
		t.Fatal("nothing is looked at")
	}
	add(t, s)
	if s.follow != nil || s.trace != nil {
		t.Error("flows may have other numbers now, and more packets")
	}
}

// A capture keeps the names of its interfaces, an anonymised one does not.
func TestExtractNamesInterfaces(t *testing.T) {
	frame := frames(t, wrongSource)[0]
	var w export.Writer
	s := loadBytes(t, w.Frame(w.Section(nil, "", ""), &frame, &analyzer.Interface{Name: "eth7"}))
	for anonymise, want := range map[bool]string{false: "eth7", true: ""} {
		data, _ := extractOf(t, s, Selection{All: true, Anonymise: anonymise})
		if got := loadBytes(t, data).loaded[0].capture.Interfaces; len(got) != 1 || got[0].Name != want {
			t.Errorf("anonymised %v: %+v", anonymise, got)
		}
	}
}

// Routers between two places count the time to live down; a flow's own packets are
// told apart from those of all.
func TestComparedHops(t *testing.T) {
	s := loadScripts(t, atClient, strings.ReplaceAll(atServer, "61000\n", "61000 ttl 60\n"))
	v := ask[protocol.CompareView](t, s, protocol.Request{Kind: protocol.Compare, Lang: analyzer.English})
	if got := v.Pairs[0].Ways; !slices.Contains(got[0].Changes, "TTL −4 (×2)") || slices.ContainsFunc(got[1].Changes, func(c string) bool { return strings.Contains(c, "TTL") }) {
		t.Errorf("%q and %q", got[0].Changes, got[1].Changes)
	}
	for flow, want := range map[int]int{-1: 3, 0: 0, 1: 3} {
		if l := ask[protocol.Lines](t, s, protocol.Request{Kind: protocol.LinesOf, List: protocol.Fates, Flow: flow, To: 10}); l.Total != want {
			t.Errorf("%d packets of flow %d did not come through, want %d", l.Total, flow, want)
		}
	}
}

// Snapshots are counted as such, and what contradicts itself is told with the texts.
func TestChipsAndContradictions(t *testing.T) {
	s := New()
	texts := []capture.Source{
		capture.BytesSource("before.txt", []byte("uname -r\n5.15.0-91-generic\nnstat -az\nTcpExtListenOverflows 13 0.0\n")),
		capture.BytesSource("after.txt", []byte("nstat -az\nTcpExtListenOverflows 40 0.0\nnet.ipv4.tcp_tw_recycle = 1\n")),
	}
	if err := s.Load(context.Background(), texts, nil); err != nil {
		t.Fatal(err)
	}
	chips := ask[protocol.Overview](t, s, protocol.Request{Kind: protocol.OverviewAgain}).Chips
	if !slices.Contains(chips, protocol.Chip{Name: "nstat", Content: "2 snapshots"}) {
		t.Errorf("%+v", chips)
	}
	if e := s.Report().Evidence; len(e) == 0 || len(e[0].Notes) != 1 || !strings.Contains(e[0].Notes[0].En, "not of one host") {
		t.Errorf("%+v", e)
	}
}

// There are about as many bars of throughput as the drawing has room for.
func TestBarsOfThroughput(t *testing.T) {
	s := loadScripts(t, lossy)
	for _, columns := range []int{100, 1000, 4000} {
		v := graphOf(t, s, protocol.Request{Columns: columns, Side: 1})
		if n := len(curve(&v, protocol.CurveThroughput)); n > columns/columnsPerBar+1 || n < columns/columnsPerBar/3 {
			t.Errorf("%d bars on %d columns", n, columns)
		}
	}
}

// Everything may be asked at any time: while captures are read, compared, taken
// away and added. Run it with -race, too.
func TestAskedAllTheTime(t *testing.T) {
	s := New()
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			for kind := protocol.Flows; kind <= protocol.SwimAt; kind++ {
				s.Answer(protocol.Request{Kind: kind, Finding: -1, To: 100, Frame: 1, Columns: 10, Lines: 10})
				runtime.Gosched()
			}
			select {
			case <-stop:
				return
			default:
			}
		}
	}()
	load := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	load(s.Load(context.Background(), []capture.Source{source(t, "a", atClient), source(t, "b", atServer), source(t, "c", atRouter)}, nil))
	for range 5 {
		s.Change(protocol.RemoveCapture, 0, "")
		load(s.Add(context.Background(), []capture.Source{source(t, "d", atClient)}, nil))
	}
	close(stop)
	<-stopped
	if n := s.Report().FlowCount(); n != 3 {
		t.Errorf("%d flows", n)
	}
}

// What is drawn over time is drawn by the first capture's clock, also the flows of
// one whose clock is three seconds behind; times chosen there choose by it.
func TestOneClock(t *testing.T) {
	s := loadScripts(t, atServer, atClient)
	o := ask[protocol.Overview](t, s, protocol.Request{Kind: protocol.OverviewAgain})
	began := o.Activity.Start
	near := func(what string, at analyzer.Timestamp, after time.Duration) {
		t.Helper()
		if d := at.Sub(began) - after; d.Abs() > 100*time.Millisecond {
			t.Errorf("%s is %v off", what, d)
		}
	}
	rows := ask[protocol.FlowRows](t, s, protocol.Request{Kind: protocol.Flows, To: 9, Since: began, Until: began.Add(900 * time.Millisecond)})
	if len(rows.Rows) != 1 || rows.Rows[0].ID != 0 {
		t.Fatalf("began in the first second: %+v", rows)
	}
	near("the first flow", rows.Rows[0].Start.Add(rows.Rows[0].Behind), 0)
	for _, p := range o.Problems {
		if p.Diagnosis == "refused-by-rst" {
			near("the refusal", p.Onset, 11*time.Second)
		}
	}
	v := ask[protocol.SwimView](t, s, protocol.Request{Kind: protocol.Swimlanes, Columns: 12, Lines: 9, Begin: began, End: began.Add(12 * time.Second)})
	near("the drawing", v.First, 0)
	near("its end", v.Last, 11*time.Second)
	if got, want := cells(v), []string{"100000000000", "044440000000", "000000000005"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	hit := ask[protocol.FlowRows](t, s, protocol.Request{Kind: protocol.SwimAt, To: 3, Begin: began.Add(10900 * time.Millisecond), End: began.Add(11100 * time.Millisecond)})
	if hit.Total != 1 || hit.From != 2 {
		t.Errorf("%+v", hit)
	}
	g := graphOf(t, s, protocol.Request{Flow: -1, Columns: 100})
	started := 0
	for _, p := range curve(&g, protocol.CurveStarted) {
		started += int(p.High)
	}
	if started != 3 {
		t.Errorf("%d of 3 flows are drawn", started)
	}
}
