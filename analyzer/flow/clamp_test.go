package flow

import "testing"

func TestClampedSYN(t *testing.T) {
	tr := track(t, `
c = 10.0.0.1:40000
s = 10.0.0.2:80 ttl 60
0        c > s S seq 100 <mss 1460,sackOK,wscale 7>
+0.00002 c > s S seq 100 <mss 1380,sackOK,wscale 7>
+0.02    s > c S. seq 500 <mss 1460,sackOK,wscale 7>
+0.00002 s > c S. seq 500 <mss 1380,sackOK,wscale 7>
+0.0001  c > s .
`)
	f := tr.Flow(0)
	x := tr.Trouble(f)
	want := [2]Clamp{{1460, 1380, 2}, {1460, 1380, 4}}
	if x.Clamped != want || f.SynCount != 1 || f.SynAckCount != 1 || f.Sides[0].MSS != 1380 || x.SynAckRepeats != 0 {
		t.Errorf("%+v, %d SYNs, %d SYN-ACKs", x.Clamped, f.SynCount, f.SynAckCount)
	}
}

// A stack that asks for less with its second try is not clamped.
func TestRepeatedSYNIsNotClamped(t *testing.T) {
	tr := track(t, `
c = 10.0.0.1:40000
s = 10.0.0.2:80 ttl 60
0  c > s S seq 100 <mss 1460,sackOK>
+1 c > s S seq 100 <mss 536,sackOK>
`)
	f := tr.Flow(0)
	if x := tr.Trouble(f); x.Clamped != [2]Clamp{} || f.SynCount != 2 {
		t.Errorf("%+v, %d SYNs", x.Clamped, f.SynCount)
	}
}
