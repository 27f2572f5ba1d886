package rehearsal

import (
	"testing"

	"wirewhy/analyzer/session"
	"wirewhy/wasm/protocol"
)

// What is rehearsed is read to the end, in both formats, and is what people have: many
// connections, most of them in order. What is asked then has answers.
func TestCaptures(t *testing.T) {
	all := captures()
	for n, c := range all {
		s := session.New()
		if err := s.Load(t.Context(), all[n:n+1], nil); err != nil {
			t.Fatal(err)
		}
		o, ok := s.Answer(protocol.Request{Kind: protocol.OverviewAgain, Flow: -1, Finding: -1}).(protocol.Overview)
		if !ok || len(o.Captures) != 1 {
			t.Fatalf("%s: %+v", c.Name(), o)
		}
		got := o.Captures[0]
		if got.Packets < 10_000 || o.FlowCount < 300 || len(got.Warnings) > 0 {
			t.Errorf("%s: %d packets, %d flows, %v", c.Name(), got.Packets, o.FlowCount, got.Warnings)
		}
		for _, r := range asked {
			if failed, ok := s.Answer(r).(protocol.Failure); ok {
				t.Errorf("%s: request %d: %s", c.Name(), r.Kind, failed.Text)
			}
		}
	}
}
