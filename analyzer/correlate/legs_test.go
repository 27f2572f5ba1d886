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
