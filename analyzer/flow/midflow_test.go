package flow

import (
	"testing"

	"wirewhy/analyzer/wire"
)

// A connection through a service address that works.
const translated = `
c = 10.0.0.1:40000
vip = 10.0.9.9:80
pod = 10.0.0.2:80
0       c > vip S seq 1000
+0.0002 vip > c S. seq 500
+0.0001 c > vip .
+0.0001 c > vip P. len 100
+0.0002 vip > c P. len 1000
+0.0001 c > vip .
`

func TestSegmentFromElsewhere(t *testing.T) {
	for _, c := range []struct {
		name, text string
		flows      int
		segments   uint16
		resets     uint16
	}{
		{"in order", `+0.0002 pod > c P. seq 1501 ack 1101 len 700
+0.0001 c > pod R seq 1101 win 0
+0.0002 pod > c P. seq 1501 ack 1101 len 700`, 1, 2, 1},
		{"ahead", `+0.0002 pod > c . seq 4397 ack 1101 len 1448`, 1, 1, 0},
		{"another port of its own", `+0.0002 10.0.0.2:9376 > c . seq 1501 ack 1101`, 1, 1, 0},
		{"another sequence number", `+0.0002 pod > c P. seq 900001501 ack 1101 len 700`, 2, 0, 0},
		{"data that nobody sent acknowledged", `+0.0002 pod > c P. seq 1501 ack 1102 len 700`, 2, 0, 0},
		{"another client port", `+0.0002 pod > 10.0.0.1:40001 P. seq 1501 ack 1101 len 700`, 2, 0, 0},
		{"another VLAN", `+0.0002 pod > c P. seq 1501 ack 1101 len 700 vlan 7`, 2, 0, 0},
		{"a second other address", `+0.0002 pod > c P. seq 1501 ack 1101 len 700
+0.0002 10.0.0.3:80 > c P. seq 1501 ack 1101 len 700`, 2, 1, 0},
		{"after a reset", `+0.0002 vip > c R.
+0.0002 pod > c P. seq 1501 ack 1101 len 700`, 2, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr := track(t, translated+c.text)
			f := tr.Flow(0)
			x := tr.Trouble(f)
			if tr.Len() != c.flows || x.ForeignSegments != c.segments || x.ForeignResets != c.resets {
				t.Errorf("%d flows, %d segments, %d resets from or to elsewhere", tr.Len(), x.ForeignSegments, x.ForeignResets)
			}
			if c.segments > 0 && (x.Foreign.Port == 0 || x.ForeignSegmentFrame != 7) {
				t.Errorf("from %v in frame %d", x.Foreign, x.ForeignSegmentFrame)
			}
			if f.Sides[Responder].Payload != 1000 || c.resets > 0 && f.Reset != 0 {
				t.Error("what came from elsewhere was taken for the server's")
			}
		})
	}
}

// However many connections there are, finding one costs a fixed table.
func TestMidFlowIsBounded(t *testing.T) {
	var m midFlow
	for i := range uint32(100_000) {
		m.note(&Flow{ID: i, ClientAddr: wire.Addr4(0x0a000000 + i), ClientPort: uint16(i)})
	}
	if len(m.ids) != midFlowSlots {
		t.Errorf("%d slots", len(m.ids))
	}
}
