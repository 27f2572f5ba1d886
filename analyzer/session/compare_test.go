package session

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/capture"
	"wirewhy/analyzer/internal/script"
	"wirewhy/wasm/protocol"
)

// The same incident at the client, at a router and at the server, 10 ms apart;
// the router translates the client's address. The SYNs of the second connection
// get no further than to the router.
const (
	atClient = `
client = 10.1.0.5:40000
lost = 10.1.0.5:40001
server = 10.2.0.80:443
1.000 client > server S seq 100 <mss 1460>
+0.040 server > client S. seq 900 <mss 1460>
+0.000 client > server .
+0.001 client > server P. len 300
+0.040 server > client P. len 1000
+0.000 client > server .
+0.001 client > server F.
+0.040 server > client F.
+0.000 client > server .
2 lost > server S seq 7000 <mss 1460>
+1 lost > server S
+2 lost > server S
12 client > server S seq 5100 <mss 1460> new
+0.040 server > client R.
`
	atRouter = `
client = 10.1.0.5:40000
lost = 10.1.0.5:40001
server = 10.2.0.80:443
1.010 client > server S seq 100 <mss 1460>
+0.020 server > client S. seq 900 <mss 1460>
+0.020 client > server .
+0.001 client > server P. len 300
+0.020 server > client P. len 1000
+0.020 client > server .
+0.001 client > server F.
+0.020 server > client F.
+0.020 client > server .
2.010 lost > server S seq 7000 <mss 1460>
+1 lost > server S
+2 lost > server S
12.010 client > server S seq 5100 <mss 1460> new
+0.020 server > client R.
`
	atServer = `
client = 10.2.0.1:61000
server = 10.2.0.80:443
4.020 client > server S seq 100 <mss 1460>
+0.000 server > client S. seq 900 <mss 1460>
+0.040 client > server .
+0.001 client > server P. len 300
+0.000 server > client P. len 1000
+0.040 client > server .
+0.001 client > server F.
+0.000 server > client F.
+0.040 client > server .
15.020 client > server S seq 5100 <mss 1460> new
+0.000 server > client R.
`
)

func TestTwoCapturesAreOneStory(t *testing.T) {
	for _, scripts := range [][]string{{atClient, atServer}, {atServer, atClient}} {
		near := 0
		if scripts[0] == atServer {
			near = 1
		}
		s := loadScripts(t, scripts...)
		r := s.Report()
		if n := r.FlowCount(); n != 3 {
			t.Fatalf("%d flows", n)
		}
		first, _ := r.Flow(0)
		if !slices.Equal(first.Captures, []int{near, 1 - near}) || !slices.Equal(first.Translated, []string{"10.2.0.1:61000 > 10.2.0.80:443"}) {
			t.Errorf("captures %v, translated %v", first.Captures, first.Translated)
		}
		want := 3 * time.Second
		if near == 1 {
			want = -want
		}
		if r.Clock == nil || (r.Clock.Offset-want).Abs() > time.Millisecond {
			t.Errorf("clock %+v", r.Clock)
		}
		for f := range r.Flows() { // and every flow can be drawn and searched
			if v := ask[protocol.LadderView](t, s, protocol.Request{Kind: protocol.Ladder, Flow: f.ID, Finding: -1}); v.Error != "" || len(v.Steps) == 0 {
				t.Errorf("flow %d has no ladder: %s", f.ID, v.Error)
			}
		}
		rows := ask[protocol.FlowRows](t, s, protocol.Request{Kind: protocol.Flows, To: 10, Filter: "state REJ"})
		if rows.Total != 1 || rows.Rows[0].Diagnosis != "refused-by-rst" || rows.Rows[0].Finding == 0 {
			t.Errorf("rows %+v", rows)
		}
	}
}

// Three captures: what one pair leaves open, the next one tells.
func TestThreeCaptures(t *testing.T) {
	s := loadScripts(t, atServer, atClient, atRouter)
	r := s.Report()
	if n := r.FlowCount(); n != 3 {
		t.Fatalf("%d flows", n)
	}
	for f := range r.Flows() {
		if f.Captures[0] != 1 {
			t.Errorf("flow %d is told from capture %d", f.ID, f.Captures[0])
		}
		want := []string{"healthy", "syn-lost-on-path", "refused-by-rst"}[f.ID]
		if got := s.diagnosis(f.ID); got != want {
			t.Errorf("flow %d: %s, want %s", f.ID, got, want)
		}
	}
	v := ask[protocol.CompareView](t, s, protocol.Request{Kind: protocol.Compare, Lang: analyzer.English})
	if v.Path != "1.pcap → 2.pcap → 0.pcap" || len(v.Pairs) != 3 || len(v.Apart) != 0 {
		t.Errorf("path %q, %d pairs, %q", v.Path, len(v.Pairs), v.Apart)
	}
	// The timeline has a lane for each place, in their order, and says before which of
	// them the SYNs vanish.
	l := ask[protocol.LadderView](t, s, protocol.Request{Kind: protocol.Ladder, Flow: 1, Finding: -1})
	var places []string
	for _, lane := range l.Lanes {
		places = append(places, lane.Place)
	}
	if !slices.Equal(places, []string{"1.pcap", "2.pcap", "0.pcap"}) {
		t.Errorf("lanes of %q", places)
	}
	if step := l.Steps[0]; step.From != 0 || step.To != 2 || step.Fate != protocol.FateLost || !strings.Contains(step.Note, "lost before 0.pcap") {
		t.Errorf("a SYN that is lost behind the router: %+v", step)
	}
	// (Its repetitions carry timestamps of either place's clock, so the router lacks them.)
	segments := slices.DeleteFunc(l.Steps, func(s protocol.Step) bool { return s.Kind != protocol.StepSegment })
	if step := segments[len(segments)-1]; step.To != 1 || !strings.Contains(step.Note, "lost before 2.pcap") {
		t.Errorf("a SYN that is lost before the router: %+v", step)
	}
	whole := ask[protocol.LadderView](t, s, protocol.Request{Kind: protocol.Ladder, Flow: 0, Finding: -1})
	if len(whole.Lanes) != 3 || whole.Steps[0].From != 0 || whole.Steps[0].To != 2 || whole.Steps[1].From != 2 || whole.Steps[1].To != 0 {
		t.Errorf("what passes all three: %+v, %+v", whole.Lanes, whole.Steps[:2])
	}
	// A fourth one that was taken elsewhere is said to be apart.
	add(t, s, source(t, "3.pcap", wrongSource))
	v = ask[protocol.CompareView](t, s, protocol.Request{Kind: protocol.Compare, Lang: analyzer.English})
	if v.Path != "1.pcap → 2.pcap → 0.pcap" || len(v.Apart) != 3 {
		t.Errorf("path %q, %q", v.Path, v.Apart)
	}
}

// pipe is a source that can be read once.
type pipe struct {
	name string
	r    io.Reader
}

func (p *pipe) Name() string { return p.name }
func (p *pipe) Size() int64  { return -1 }
func (p *pipe) Open(offset int64) (io.ReadCloser, error) {
	if offset != 0 || p.r == nil {
		return nil, capture.ErrOnce
	}
	r := p.r
	p.r = nil
	return io.NopCloser(r), nil
}

func TestPipeIsNotCompared(t *testing.T) {
	data := script.MustParse(atServer).PCAP()
	s := New()
	if err := s.Load(context.Background(), []capture.Source{source(t, "client.pcap", atClient), &pipe{"-", bytes.NewReader(data)}}, nil); err != nil {
		t.Fatal(err)
	}
	r := s.Report()
	if r.FlowCount() != 5 || r.Clock != nil {
		t.Errorf("%d flows, clock %v", r.FlowCount(), r.Clock)
	}
	var words []string
	for _, w := range r.Captures[1].Warnings {
		words = append(words, w.Text.In(analyzer.English))
	}
	if all := strings.Join(words, " "); !strings.Contains(all, "client.pcap") || !strings.Contains(all, "second time") {
		t.Errorf("warnings %q", words)
	}
}

func TestUnrelatedCapturesStandForThemselves(t *testing.T) {
	s := loadScripts(t, wrongSource, atClient)
	r := s.Report()
	for i := range r.Captures {
		if len(r.Captures[i].Warnings) != 1 {
			t.Errorf("capture %d: %v", i, r.Captures[i].Warnings)
		}
	}
	if r.Clock != nil || r.FlowCount() != 5 {
		t.Errorf("clock %v, %d flows", r.Clock, r.FlowCount())
	}
}
