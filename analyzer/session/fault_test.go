package session

import (
	"context"
	"io"
	"testing"

	"wirewhy/analyzer/capture"
	"wirewhy/wasm/protocol"
)

// broken is a source whose reader has a fault of the program's own.
type broken struct{ capture.Source }

func (b broken) Open(offset int64) (io.ReadCloser, error) {
	r, err := b.Source.Open(offset)
	return &brokenReader{ReadCloser: r}, err
}

type brokenReader struct {
	io.ReadCloser
	reads int
}

func (b *brokenReader) Read(p []byte) (int, error) {
	if b.reads++; b.reads > 40 {
		panic("a fault")
	}
	return b.ReadCloser.Read(p[:min(len(p), 100)])
}

// A fault of the program that ends the reading, of which the caller recovers, ends
// nothing else: what was read can be asked for.
func TestFaultWhileReading(t *testing.T) {
	s := New()
	func() {
		defer func() {
			if recover() == nil {
				t.Error("there was no fault")
			}
		}()
		s.Load(context.Background(), []capture.Source{broken{source(t, "x.pcap", "repeat 1000 every 0.1\n +0 10.0.0.1:${1000+i} > 10.0.0.2:80 S\nend\n")}}, nil)
	}()
	answered := make(chan protocol.Overview)
	go func() { answered <- s.Answer(protocol.Request{Kind: protocol.OverviewAgain}).(protocol.Overview) }()
	if o := <-answered; len(o.Captures) != 1 {
		t.Errorf("%+v", o.Captures)
	}
	add(t, s, source(t, "y.pcap", wrongSource))
}
