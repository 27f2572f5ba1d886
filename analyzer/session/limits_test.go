package session

import (
	"context"
	"strings"
	"testing"

	"wirewhy/analyzer/capture"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/internal/script"
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
