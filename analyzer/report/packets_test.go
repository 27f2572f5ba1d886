package report

import (
	"testing"

	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/internal/script"
)

// What went between the client and an address that was never dialled belongs to
// the flow of the SYN.
func TestPacketsOfAnAnswerFromElsewhere(t *testing.T) {
	tracker := flow.NewTracker(flow.Limits{})
	packets := script.MustParse(`
client = 10.4.0.5:40000
service = 10.4.0.9:80
pod = 10.4.1.7:80
0     client > service S seq 100
+0.001 pod > client S. seq 500 ack 101
+0.001 client > pod R seq 101
+1    client > service S
+0.001 pod > client S. seq 900 ack 101
+0.001 client > pod R seq 101
`).Packets()
	for i := range packets {
		tracker.Add(&packets[i])
	}
	tracker.Finish()
	f := Flow{Flow: tracker.Flow(0), Tracker: tracker}
	if c, s := f.PacketsBy(flow.Originator), f.PacketsBy(flow.Responder); tracker.Len() != 1 || c != 4 || s != 2 || f.PacketCount() != 6 {
		t.Errorf("%d flows, %d packets of the client, %d of the server", tracker.Len(), c, s)
	}
}
