package flow

import (
	"testing"

	"wirewhy/analyzer/wire"
)

func TestScopes(t *testing.T) {
	for _, c := range []struct {
		name, text string
		flows      int
		events     string
	}{
		{"the same pair in two VLANs is two connections", `
c = 10.0.0.1:40000
s = 10.0.0.2:80
0      c > s S seq 1000
0.05   c > s S seq 1000 vlan 7
0.06   s > c S. seq 500 ack 1001
0.061  c > s . seq 1001 ack 501
0.11   s > c S. seq 500 ack 1001 vlan 7
0.111  c > s . seq 1001 ack 501 vlan 7
0.2    c > s P. seq 1001 ack 501 len 10
0.25   c > s P. seq 1001 ack 501 len 10 vlan 7`, 2, ""},
		{"one direction is tagged", `
c = 10.0.0.1:40000
s = 10.0.0.2:80
0     c > s S vlan 7
+0.02 s > c S.
+0.001 c > s . vlan 7
+0.001 c > s P. len 100 vlan 7
+0.02 s > c .
+0.02 s > c P. len 10`, 1, ""},
		{"each direction its own tag, met in the middle", `
c = 10.0.0.1:40000
s = 10.0.0.2:80
0     c > s P. seq 100 ack 900 len 10 vlan 7
+0.02 s > c . seq 900 ack 110 vlan 8
+0.02 s > c P. seq 900 ack 110 len 10 vlan 8`, 1, ""},
		{"an answer to another SYN", `
c = 10.0.0.1:40000
s = 10.0.0.2:80
0     c > s S seq 1000 vlan 7
+0.02 s > c S. seq 5 ack 2001`, 2, ""},
		{"numbers far away", `
c = 10.0.0.1:40000
s = 10.0.0.2:80
0     c > s P. seq 100 ack 900 len 10 vlan 7
+0.02 s > c . seq 1900000000 ack 1800000000 vlan 8`, 2, ""},
		{"ICMP in the other tag", `
c = 10.0.0.1:40000
s = 10.0.0.2:80
0     c > s S vlan 7
+0.02 10.0.0.9 > 10.0.0.1 icmp host-unreachable`, 1, "2 icmp_error"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr := track(t, c.text)
			if tr.Len() != c.flows || noted(tr) != c.events {
				t.Errorf("%d flows, events %q; want %d, %q", tr.Len(), noted(tr), c.flows, c.events)
			}
		})
	}
}

// A pair in more VLANs than are told apart makes no flow for each packet.
func TestManyScopes(t *testing.T) {
	tr := NewTracker(Limits{})
	for i := range 2000 {
		p := wire.Packet{Frame: uint32(i + 1), Kind: wire.KindTCP, Version: 4, IPID: uint16(i), Src: wire.Addr4(1), Dst: wire.Addr4(2), SrcPort: 9, DstPort: 80, Scope: uint32(i % 200)}
		p.TCP.Flags, p.TCP.Seq, p.TCP.PayloadLen = wire.ACK, 1000, 10
		tr.Add(&p)
	}
	if tr.Len() != maxScopesOfPair {
		t.Errorf("%d flows", tr.Len())
	}
}

func TestICMPQuotes(t *testing.T) {
	tr := track(t, opening+`
big: +0.001 c > s . len 1448
+0.01 10.0.0.7 > 10.0.0.1 icmp frag-needed mtu 1400 quote big
+0.01 10.0.0.7 > 10.0.0.1 icmp frag-needed mtu 1400 quote big`)
	i := tr.Trouble(tr.Flow(0)).ICMP
	if i.Count != 2 || i.MTU != 1400 || i.Frame != 5 || i.QuotesSYN || i.QuotedDir != Originator || i.QuotedLen != 1500 {
		t.Errorf("%+v", i)
	}
	if tr := track(t, opening+`
q: +0.001 10.0.0.1:9 > 10.0.0.2:9 S
+0.01 10.0.0.7 > 10.0.0.1 icmp frag-needed mtu 1400 quote q`); tr.Trouble(tr.Flow(0)).ICMP.Count != 0 {
		t.Error("an error for another connection counted")
	}
}
