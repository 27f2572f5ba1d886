package session

import (
	"context"
	"maps"
	"path/filepath"
	"testing"

	"wirewhy/analyzer/capture"
	"wirewhy/wasm/protocol"
)

// Each capture of the empty state gets the diagnoses that it is there to show,
// and no other of a flow.
func TestSamples(t *testing.T) {
	for file, want := range map[string]map[string]int{
		"answer-from-another-address.pcap":     {"synack-wrong-source": 2, "healthy": 6},
		"reset-behind-a-proxy.pcap":            {"upstream-down-behind-proxy": 6, "healthy": 4},
		"reset-behind-a-proxy-in-the-pod.pcap": {"upstream-down-behind-proxy": 4, "refused-by-rst": 4, "healthy": 4},
		"silent-server.pcap":                   {"syn-no-response": 3, "healthy": 5},
		"healthy.pcap":                         {"healthy": 8},
		"an-incident.pcap": {
			"synack-wrong-source": 7, "upstream-down-behind-proxy": 5, "refused-by-rst": 8, "syn-no-response": 3, "healthy": 16,
		},
	} {
		source, err := capture.FileSource(filepath.Join("..", "..", "ui", "asset", "samples", file))
		if err != nil {
			t.Fatal(err)
		}
		s := New()
		if err := s.Load(context.Background(), []capture.Source{source}, nil); err != nil {
			t.Fatal(err)
		}
		got := map[string]int{}
		for f := range s.Report().Flows() {
			got[s.verdicts.Primary(f.ID)]++
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s: %v, want %v", file, got, want)
		}
		for f := range s.Report().Flows() { // and every flow can be drawn
			if v := ask[protocol.LadderView](t, s, protocol.Request{Kind: protocol.Ladder, Flow: f.ID, Finding: -1}); v.Error != "" || len(v.Steps) == 0 {
				t.Errorf("%s: flow %d has no ladder: %s", file, f.ID, v.Error)
			}
		}
	}
}
