package session

import (
	"context"
	"math"
	"strings"
	"testing"

	"wirewhy/analyzer"
	"wirewhy/analyzer/capture"
	"wirewhy/analyzer/export"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/internal/script"
	"wirewhy/wasm/protocol"
)

// A flood of more attempts than there is room for is diagnosed from those that
// were kept, and the report says what it lacks.
func TestFloodBeyondLimits(t *testing.T) {
	data := script.MustParse(`
repeat 400 every 0.001
  +0 10.7.0.1:${2000+i} > 10.0.9.9:80 S
end
+6 10.1.0.1:4000 > 10.0.9.9:80 S
`).PCAP()
	s := New()
	s.limits = flow.Limits{Flows: 100, Frames: 150, Troubles: 10}
	if err := s.Load(context.Background(), []capture.Source{capture.BytesSource("flood.pcap", data)}, nil); err != nil {
		t.Fatal(err)
	}
	r := s.Report()
	if len(r.Captures) != 1 || r.Captures[0].Packets != 401 || r.FlowCount() != 100 {
		t.Fatalf("%d packets, %d flows", r.Captures[0].Packets, r.FlowCount())
	}
	var said []string
	for _, w := range r.Captures[0].Warnings {
		said = append(said, w.Text.En)
		if w.Text.Zh == "" {
			t.Errorf("no Chinese for %q", w.Text.En)
		}
	}
	all := strings.Join(said, "\n")
	for _, want := range []string{"301 packets belong to connections beyond the first 100", "251 frames beyond the first 150"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
	found := false
	for _, f := range r.Findings {
		found = found || f.Diagnosis == "syn-flood"
	}
	if !found {
		t.Errorf("no flood among %d findings", len(r.Findings))
	}
}

// Times that no clock shows neither hang nor panic, and do not press the packets of
// another capture into one bar.
func TestImpossibleTimes(t *testing.T) {
	moments := func(times ...analyzer.Timestamp) capture.Source {
		var w export.Writer
		b := w.Section(nil, "", "")
		for _, at := range times {
			f := analyzer.Frame{Link: analyzer.LinkEthernet, Time: at, WireLen: 60, Data: make([]byte, 60)}
			b = w.Frame(b, &f, &analyzer.Interface{})
		}
		return capture.BytesSource("x.pcapng", b)
	}
	const now = analyzer.Timestamp(1_700_000_000_000_000_000)
	s := New()
	if err := s.Load(context.Background(), []capture.Source{moments(1), moments(math.MaxInt64, now, math.MaxInt64-5), moments(now, now+1)}, nil); err != nil {
		t.Fatal(err)
	}
	a := ask[protocol.Overview](t, s, protocol.Request{Kind: protocol.OverviewAgain}).Activity
	sum := uint32(0)
	for _, n := range a.Packets {
		sum += n
	}
	if sum != 4 || len(a.Packets) > barCount {
		t.Errorf("%d packets in %d bars", sum, len(a.Packets))
	}
	for _, kind := range []protocol.RequestKind{protocol.Graph, protocol.Swimlanes, protocol.Packets} {
		s.Answer(protocol.Request{Kind: kind, Flow: -1, To: 10, Columns: 100, Lines: 10})
	}
}
