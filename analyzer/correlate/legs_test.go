package correlate

import (
	"slices"
	"testing"
)

func TestLegsWithinOneCapture(t *testing.T) {
	v := view(t, `
client = 10.1.0.5:40000
vip = 10.2.0.80:443
snat = 10.2.0.1:61000
pod = 10.3.0.9:8443
1.0000 client > vip S seq 100 <mss 1460>
+0.0001 snat > pod S seq 100 <mss 1460>
+0.0002 pod > snat S. seq 900 <mss 1460>
+0.0001 vip > client S. seq 900 <mss 1460>
+0.0100 client > vip .
+0.0001 snat > pod .
2.0000 10.1.0.5:40001 > vip S seq 7000 <mss 1460,sackOK,ts 5 0,wscale 7>
+0.0001 10.1.0.5:40001 > pod S seq 7000 <mss 1460,sackOK,ts 5 0,wscale 7>
3.0000 10.1.0.5:40002 > vip S seq 8000 <mss 1460,sackOK,ts 7 0,wscale 7>
+0.0001 10.1.0.5:40002 > pod S seq 8000 <mss 1460,sackOK,ts 9 0,wscale 7>
`)
	if got, want := Legs(v.Tracker), []Leg{{0, 1}, {2, 3}}; !slices.Equal(got, want) {
		t.Errorf("legs %v, want %v", got, want)
	}
}

// With both ends translated and no SYN-ACK, a common fate must tell: the same refusal, or
// the same repetitions. One SYN that equals another by chance is no leg.
func TestLegsWithoutAnAcceptance(t *testing.T) {
	v := view(t, `
vip = 10.2.0.80:443
pod = 10.3.0.9:8443
1.0000 10.1.0.5:40000 > vip S seq 100 <mss 1460,sackOK,ts 5 0,wscale 7>
+0.0001 10.2.0.1:61000 > pod S seq 100 <mss 1460,sackOK,ts 5 0,wscale 7>
+0.0001 pod > 10.2.0.1:61000 R. seq 0 win 0
+0.0001 vip > 10.1.0.5:40000 R. seq 0 win 0
2.0000 10.1.0.5:40001 > vip S seq 200 <mss 1460,sackOK,ts 9 0,wscale 7>
+0.0001 10.2.0.1:61001 > pod S seq 200 <mss 1460,sackOK,ts 9 0,wscale 7>
3.0000 10.1.0.5:40001 > vip S seq 200 <mss 1460,sackOK,ts 1009 0,wscale 7>
+0.0001 10.2.0.1:61001 > pod S seq 200 <mss 1460,sackOK,ts 1009 0,wscale 7>
4.0000 10.1.0.7:40002 > vip S seq 300 <mss 1460,sackOK,ts 7 0,wscale 7>
+0.0001 10.1.0.8:40003 > pod S seq 300 <mss 1460,sackOK,ts 7 0,wscale 7>
`)
	if got, want := Legs(v.Tracker), []Leg{{0, 1}, {2, 3}}; !slices.Equal(got, want) {
		t.Errorf("legs %v, want %v", got, want)
	}
}

// Tools that dial with one sequence number make no connection of many.
func TestFloodHasNoLegs(t *testing.T) {
	v := view(t, `
repeat 500 every 0.001
  +0 10.1.0.9:${2000+i} > 10.2.0.80:443 S seq 1234 <mss 1460>
end
`)
	if got := Legs(v.Tracker); len(got) != 0 {
		t.Errorf("%d legs", len(got))
	}
}
