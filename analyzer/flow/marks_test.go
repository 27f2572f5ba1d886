package flow

import (
	"testing"

	"wirewhy/analyzer/wire"
)

func TestCongestionMarks(t *testing.T) {
	tr := track(t, `
c = 10.0.0.1:40000
s = 10.0.0.2:80 ttl 60
0     c > s SEW
+0.02 s > c S.E
+0.0001 c > s .
+0.001 c > s P. len 100 tos 2
+0.02 s > c . len 1000 tos 3
+0.0001 s > c . len 1000 tos 2
+0.0001 c > s .E
+0.02 s > c .W len 1000 tos 2
+0.0001 c > s .
`)
	f := tr.Flow(0)
	x := tr.Trouble(f)
	c, s := &x.Sent[Originator], &x.Sent[Responder]
	if f.Sides[0].Flags&f.Sides[1].Flags&OffersECN == 0 || s.Congested != 1 || s.CongestedFrame != 5 || c.Congested != 0 || c.Echoes != 1 || s.Reduced != 1 {
		t.Errorf("client %+v\nserver %+v", c, s)
	}
}

func TestSACKOutside(t *testing.T) {
	for _, c := range []struct {
		name, block string
		want        uint32
	}{
		{"in the window", "3000:4000", 0},
		{"a duplicate", "501:901", 0},
		{"elsewhere", "900003000:900004000", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr := track(t, `
c = 10.0.0.1:40000
s = 10.0.0.2:80 ttl 60
0     c > s S seq 100
+0.02 s > c S. seq 500
+0.0001 c > s . ack 501
+0.001 c > s P. len 100
+0.02 s > c . len 1000 seq 501
+0.001 s > c . len 1000 seq 2501
+0.0001 c > s . ack 1501 <sack `+c.block+`>
`)
			x := tr.Trouble(tr.Flow(0)).Sent[Originator]
			if x.SACKs != 1 || x.SACKsOutside != c.want || c.want > 0 && x.SACKOutsideFrame != 7 {
				t.Errorf("%+v", x)
			}
		})
	}
}

func TestOldStamps(t *testing.T) {
	x := track(t, stamped+`
+0.001 c > s P. len 100 <ts 50 90>
+0.02  s > c .          <ts 91 50>
+0.001 c > s P. len 100 <ts 7 91>
+0.001 c > s P. len 100 <ts 8 91>
+0.3   c > s again <ts 9 91>
`)
	if s := x.Trouble(x.Flow(0)).Sent[Originator]; s.OldStamps != 2 || s.OldStampFrame != 6 {
		t.Errorf("%+v", s)
	}
}

func TestSynThatAsksForLess(t *testing.T) {
	tr := track(t, `
c = 10.0.0.1:40000
s = 10.0.0.2:80 ttl 60
0  c > s SEW <mss 1460,sackOK,ts 1 0,wscale 7>
+1 c > s SEW <mss 1460,sackOK,ts 2 0,wscale 7>
+2 c > s S <mss 1460,sackOK,wscale 7>
+4 c > s S <mss 1460>
`)
	x := tr.Trouble(tr.Flow(0))
	if !x.SynOptionsChanged || !x.SynLacksECN || x.SynLacks != wire.OptTimestamps || x.SynsBeforeChange != 2 || x.SynChangedFrame != 3 {
		t.Errorf("%+v", x)
	}
}
