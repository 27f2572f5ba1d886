package flow

import (
	"testing"

	"wirewhy/analyzer/wire"
)

// The attempt and what came from elsewhere.
const dialled = `
c = 10.0.0.1:40000
vip = 10.0.9.9:80
pod = 10.0.0.2:80
0 c > vip S seq 1000
`

func TestAnswerFromElsewhere(t *testing.T) {
	for _, c := range []struct {
		name, text      string
		flows           int
		synAcks, resets uint16
	}{
		{"another address", dialled + `
+0.0002 pod > c S. seq 500 ack 1001
+0.0001 c > pod R seq 1001 win 0
+1 c > vip S seq 1000
+0.0002 pod > c S. seq 777000 ack 1001
+0.0001 c > pod R seq 1001 win 0`, 1, 2, 2},
		{"another port", dialled + `
+0.0002 10.0.9.9:8080 > c S. seq 500 ack 1001
+0.0001 c > 10.0.9.9:8080 R seq 1001 win 0`, 1, 1, 1},
		{"the dialled one", dialled + `
+0.0002 vip > c S. seq 500 ack 1001`, 1, 0, 0},
		{"wrong acknowledgment", dialled + `
+0.0002 pod > c S. seq 500 ack 1002`, 2, 0, 0},
		{"another client port", dialled + `
+0.0002 pod > 10.0.0.1:40001 S. seq 500 ack 1001`, 2, 0, 0},
		{"too late", dialled + `
+2.5 pod > c S. seq 500 ack 1001`, 2, 0, 0},
		{"another VLAN", dialled + `
+0.0002 pod > c S. seq 500 ack 1001 vlan 7`, 2, 0, 0},
		{"a second other address", dialled + `
+0.0002 pod > c S. seq 500 ack 1001
+0.0002 10.0.0.3:80 > c S. seq 600 ack 1001`, 2, 1, 0},
		{"a connection of its own", dialled + `
+0.0001 c > pod S seq 5000
+0.0001 pod > c S. seq 500 ack 5001
+0.0001 c > pod . seq 5001 ack 501`, 2, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr := track(t, c.text)
			f := tr.Flow(0)
			x := tr.Trouble(f)
			if tr.Len() != c.flows || x.ForeignSynAcks != c.synAcks || x.ForeignResets != c.resets || f.Established() {
				t.Errorf("%d flows, %d SYN-ACKs, %d resets, flow %+v", tr.Len(), x.ForeignSynAcks, x.ForeignResets, f)
			}
			if c.synAcks > 0 && x.Foreign.Port == 0 {
				t.Error("who answered?")
			}
			if f.Reset != 0 {
				t.Error("the client's reset of a stranger's answer ended its own attempt")
			}
		})
	}
}

// A flood of SYNs and SYN-ACKs of other clients joins nothing.
func TestFloodMakesNoPairs(t *testing.T) {
	tr := NewTracker(Limits{})
	for i := range uint32(100_000) {
		p := wire.Packet{Frame: i + 1, Kind: wire.KindTCP, Version: 4, Src: wire.Addr4(0x0a000000 + i*7), Dst: wire.Addr4(0xc0a80001), SrcPort: uint16(i), DstPort: 80}
		p.TCP.Flags, p.TCP.Seq = wire.SYN, 1
		if i%2 == 1 {
			p.Src, p.Dst = wire.Addr4(0xc0a80002), wire.Addr4(0x0a000000+(i-1)*7)
			p.SrcPort, p.DstPort = 80, uint16(i-1)
			p.TCP.Flags, p.TCP.Ack = wire.SYN|wire.ACK, 3
		}
		tr.Add(&p)
	}
	for i := range tr.Len() {
		if f := tr.Flow(i); f.SynAckCount > 0 && f.SynFrame != 0 {
			t.Fatalf("flow %d has an answer: %+v", i, f)
		}
	}
}
