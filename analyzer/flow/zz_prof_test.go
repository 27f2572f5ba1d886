package flow_test

import (
	"errors"
	"io"
	"os"
	"testing"

	"wirewhy/analyzer"
	"wirewhy/analyzer/capture"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

func BenchmarkZZ(b *testing.B) {
	data, err := os.ReadFile("/tmp/m500.pcap")
	if err != nil {
		b.Skip()
	}
	var ps []wire.Packet
	r, _ := capture.Open(capture.BytesSource("x", data), capture.Options{})
	d := wire.NewDecoder(wire.Config{})
	var f analyzer.Frame
	for {
		if err := r.Next(&f); errors.Is(err, io.EOF) {
			break
		}
		var p wire.Packet
		d.Decode(&f, &p)
		p.Payload = nil
		ps = append(ps, p)
	}
	b.ResetTimer()
	for range b.N {
		t := flow.NewTracker(flow.Limits{})
		for i := range ps {
			t.Add(&ps[i])
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(ps)), "ns/packet")
}
