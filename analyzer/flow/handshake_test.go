package flow

import (
	"testing"
	"time"

	"wirewhy/analyzer/wire"
)

func TestOneAttempt(t *testing.T) {
	for _, c := range []struct {
		name, text      string
		flows           int
		syns, synAcks   uint16
		established     bool
		reused, foreign bool
	}{
		{"SYN repeated", `
0 10.0.0.1:40000 > 10.0.0.2:80 S
1 10.0.0.1:40000 > 10.0.0.2:80 S
3 10.0.0.1:40000 > 10.0.0.2:80 S`, 1, 3, 0, false, false, false},
		{"handshake", opening, 1, 1, 1, true, false, false},
		{"port used again", opening + `
+0.1 c > s F.
+0.02 s > c F.
+0.001 c > s .
+5 c > s S new
+0.02 s > c S. new
+0.001 c > s .`, 2, 1, 1, true, true, false},
		{"new attempt from the same port without an answer", `
0 10.0.0.1:40000 > 10.0.0.2:80 S
5 10.0.0.1:40000 > 10.0.0.2:80 S new`, 2, 1, 0, false, true, false},
		{"SYN captured after its SYN-ACK", `
unsorted
c = 10.0.0.1:40000
s = 10.0.0.2:80
0.0001 s > c S. seq 900 ack 501
0 c > s S seq 500
+0.02 c > s . seq 501 ack 901`, 1, 1, 1, true, false, false},
		{"refused, and tried again with the same number", `
c = 10.0.0.1:40000
s = 10.0.0.2:80
0 c > s S
+0.01 s > c R. seq 0 ack @1 win 0
+0.5 c > s S
+0.01 s > c R. seq 0 ack @1 win 0`, 1, 2, 0, false, false, false},
		{"data with the SYN", `
c = 10.0.0.1:40000
s = 10.0.0.2:80
0 c > s S len 10
+0.01 s > c S. ack @11
+0.001 c > s .`, 1, 1, 1, true, false, false},
		{"SYN to another server port", `
0 10.0.0.1:40000 > 10.0.0.2:80 S
0 10.0.0.1:40000 > 10.0.0.2:81 S`, 2, 1, 0, false, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr := track(t, c.text)
			f := tr.Flow(tr.Len() - 1)
			if tr.Len() != c.flows || f.SynCount != c.syns || f.SynAckCount != c.synAcks || f.Established() != c.established || f.Flags&ReusesPorts != 0 != c.reused {
				t.Errorf("%d flows, the last %+v", tr.Len(), f)
			}
			if p, ok := tr.Previous(f); ok != c.reused || ok && p.ID != 0 {
				t.Errorf("previous flow %v, %v", p, ok)
			}
		})
	}
}

// A SYN that runs into an older connection of its port: the old end answers with
// an ACK, the client resets it, and its SYN goes on (RFC 9293 §3.5.2).
func TestStrayAck(t *testing.T) {
	tr := track(t, `
c = 10.0.0.1:40000
s = 10.0.0.2:80
0 c > s S seq 1000
+0.01 s > c . seq 7777 ack 5555
+0.0001 c > s R seq 5555 win 0
+1 c > s S seq 1000
+0.01 s > c S. seq 9000 ack 1001
+0.001 c > s . seq 1001 ack 9001
+0.001 c > s P. seq 1001 ack 9001 len 10`)
	f := tr.Flow(0)
	x := tr.Trouble(f)
	if tr.Len() != 1 || f.SynCount != 2 || x.StrayAcks != 1 || x.StrayResets != 1 || f.Reset != 0 || !f.Established() {
		t.Errorf("%d flows, %+v", tr.Len(), f)
	}
	if rtt, ok := f.HandshakeRTT(); !ok || rtt != 11*time.Millisecond {
		t.Errorf("handshake %v %v", rtt, ok)
	}
	if got := noted(tr); got != "4 retransmission" {
		t.Errorf("events %s", got)
	}
}

func TestSimultaneousOpen(t *testing.T) {
	tr := track(t, `
a = 10.0.0.1:40000
b = 10.0.0.2:41000
0     a > b S seq 1000
0.001 b > a S seq 2000
0.02  a > b S. seq 1000 ack 2001
0.021 b > a S. seq 2000 ack 1001
0.04  a > b . seq 1001 ack 2001
0.05  a > b P. seq 1001 ack 2001 len 5`)
	f := tr.Flow(0)
	if tr.Len() != 1 || f.Flags&SimultaneousOpen == 0 || !f.Established() || f.State() != StateEstablished || f.Sides[Responder].ISN != 2000 {
		t.Errorf("%d flows, %v %+v", tr.Len(), f.State(), f)
	}
}

func TestMidstream(t *testing.T) {
	tr := track(t, `
0 10.0.0.2:443 > 10.0.0.1:50000 P. seq 100 ack 7 len 10
+0.01 10.0.0.1:50000 > 10.0.0.2:443 . seq 7 ack 110`)
	f := tr.Flow(0)
	if tr.Len() != 1 || f.Flags&Midstream == 0 || f.ServerPort != 443 || !f.Established() || tr.Quality().Midstream != 1 {
		t.Errorf("%+v", f)
	}
	if _, ok := f.HandshakeRTT(); ok {
		t.Error("a handshake that was not captured has no round trip")
	}
}

func TestHandshakeRTT(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       time.Duration // 0: unknown
	}{
		{"complete", opening, 20100 * time.Microsecond},
		{"from the last SYN", `
c = 10.0.0.1:40000
s = 10.0.0.2:80
0 c > s S
1 c > s S
1.02 s > c S.
1.03 c > s .`, 30 * time.Millisecond},
		{"the ACK not captured", `
c = 10.0.0.1:40000
s = 10.0.0.2:80
0 c > s S
+0.02 s > c S.
+0.02 s > c P. len 100
+3 c > s .`, 0},
		{"refused", `
c = 10.0.0.1:40000
s = 10.0.0.2:80
0 c > s S
+0.02 s > c R. seq 0 ack @1 win 0`, 20 * time.Millisecond},
		{"unanswered", `0 10.0.0.1:40000 > 10.0.0.2:80 S`, 0},
	} {
		rtt, ok := track(t, c.text).Flow(0).HandshakeRTT()
		if rtt != c.want && (ok || c.want != 0) || ok != (c.want != 0) {
			t.Errorf("%s: %v %v, want %v", c.name, rtt, ok, c.want)
		}
	}
}

// 65,535 connections one after the other from one client to one server.
func TestEveryPortReused(t *testing.T) {
	tr := NewTracker(Limits{})
	var frame uint32
	for round := range 2 {
		for port := 1; port < 1<<16; port++ {
			frame++
			p := wire.Packet{Frame: frame, Kind: wire.KindTCP, Version: 4, Src: wire.Addr4(0x0a000001), Dst: wire.Addr4(0x0a000002), SrcPort: uint16(port), DstPort: 80}
			p.TCP.Flags, p.TCP.Seq = wire.SYN, 1000*1<<round
			p.IPID = uint16(port) ^ uint16(round)<<8
			tr.Add(&p)
		}
	}
	if tr.Len() != 2*65535 {
		t.Fatalf("%d flows", tr.Len())
	}
	for i := 65535; i < tr.Len(); i++ {
		f := tr.Flow(i)
		if p, ok := tr.Previous(f); !ok || p.ClientPort != f.ClientPort || f.Flags&ReusesPorts == 0 {
			t.Fatalf("flow %d follows %v", i, p)
		}
	}
}
