package e2e

import (
	"testing"
	"time"
)

// The program is rehearsed while the page is empty, and nothing of it is seen: a capture
// that comes afterwards is analysed as one that comes before.
func TestRehearsal(t *testing.T) {
	p := open(t)
	must(t, p.Rehearsed())
	if state, err := Eval[string](p, `document.documentElement.dataset.state`); err != nil || state != "empty" {
		t.Errorf("after the rehearsal the page is %q, %v", state, err)
	}
	must(t, p.Drop("incident.pcap", incident(t).bytes.Bytes()))
	must(t, p.Reaches(20*time.Second, "ready"))

	q := open(t)
	must(t, q.Drop("incident.pcap", incident(t).bytes.Bytes()))
	must(t, q.Reaches(20*time.Second, "ready"))
	if flows, err := Eval[int](q, `wirewhy.figures().flows`); err != nil || flows != 6 {
		t.Errorf("%d flows, %v", flows, err)
	}
}
