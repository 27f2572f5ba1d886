package correlate

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"wirewhy/analyzer/flow"
)

// exchanges writes a short exchange every few seconds as two places see it, 5 ms
// apart. The far clock is ahead and gains drift seconds a second.
func exchanges(n int, every time.Duration, ahead, drift float64) (near, far string) {
	var a, b strings.Builder
	a.WriteString(hosts)
	b.WriteString(hosts)
	clock := func(t float64) float64 { return ahead + t*(1+drift) }
	for i := range n {
		t := 1 + float64(i)*every.Seconds()
		ends := fmt.Sprintf("10.1.0.5:%d > server", 40000+i)
		back := fmt.Sprintf("server > 10.1.0.5:%d", 40000+i)
		for _, x := range []struct {
			far  bool // sent at the far place
			at   float64
			text string
		}{
			{false, t, ends + fmt.Sprintf(" S seq %d <mss 1460>", 1000*(i+1))},
			{true, t + .005, back + fmt.Sprintf(" S. seq %d <mss 1460>", 7000*(i+1))},
			{false, t + .010, ends + " ."},
			{false, t + .011, ends + " P. len 20"},
			{true, t + .017, back + " P. len 30"},
			{false, t + .022, ends + " ."},
		} {
			here, there := x.at, clock(x.at+.005)
			if x.far {
				here, there = x.at+.005, clock(x.at)
			}
			fmt.Fprintf(&a, "%.6f %s\n", here, x.text)
			fmt.Fprintf(&b, "%.6f %s\n", there, x.text)
		}
	}
	return a.String(), b.String()
}

func TestDrift(t *testing.T) {
	for _, drift := range []float64{0, 80e-6, -35e-6} {
		near, far := exchanges(60, 10*time.Second, 5, drift)
		p := pair(t, near, far)
		c := p.Clock
		if !c.DriftKnown || math.Abs(c.Drift-drift) > c.DriftError+1e-9 || c.Drifts != (drift != 0) || c.DriftError > 5e-6 {
			t.Errorf("drift %g: %+v", drift, c)
		}
		middle := 5 + drift*(1+59*5)
		if off := (c.Offset - time.Duration(middle*float64(time.Second))).Abs(); p.Near != FirstNearClient || off > 6*time.Millisecond {
			t.Errorf("drift %g: near %v, offset %v, %v off", drift, p.Near, c.Offset, off)
		}
		for _, x := range p.Joined {
			for d, w := range x.Way {
				if w.LostCount != 0 || w.MadeUpCount != 0 || w.DelayMin < 4*time.Millisecond || w.DelayMax > 6*time.Millisecond {
					t.Errorf("drift %g: flow %v direction %d: %+v", drift, x.Flow, d, w)
				}
			}
		}
		if swapped := pair(t, far, near); swapped.Near != SecondNearClient || (swapped.Clock.Offset+c.Offset).Abs() > time.Millisecond {
			t.Errorf("drift %g, the other way: near %v, %+v", drift, swapped.Near, swapped.Clock)
		}
	}
	near, far := exchanges(60, 50*time.Millisecond, 5, 0) // too short to tell
	if p := pair(t, near, far); p.Clock.DriftKnown {
		t.Errorf("three seconds: %+v", p.Clock)
	}
}

// Whoever knows better decides which place is nearer.
func TestToldNearness(t *testing.T) {
	p, err := Pair(view(t, atClient), view(t, atServer), SecondNearClient)
	if err != nil || p.Near != SecondNearClient || p.NearBy != NearByWord {
		t.Errorf("%v %v %v", p.Near, p.NearBy, err)
	}
	if p := pair(t, atClient, atServer); p.NearBy != NearByTimes || p.Median[0] < 9*time.Millisecond || p.Median[0] > 11*time.Millisecond {
		t.Errorf("%v, median %v", p.NearBy, p.Median)
	}
}

// What the path changes of a packet is named, and where it happened.
func TestChangedBetween(t *testing.T) {
	opening := func(at, mss, options string) string {
		return hosts + at + ` client > server S seq 100 <mss ` + mss + options + `>
+0.000 server > client S. seq 900 <mss 1460>
+0.020 client > server .
`
	}
	near := opening("1.000", "1460", ",sackOK") + `
+0.001 client > server P. len 300 id 7
+0.001 client > server P. len 301 id 8
+1 client > server . seq 702 id 9
`
	far := opening("4.010", "1400", "") + `
+0.001 client > server P. len 300 tos 40 id 7
+0.001 client > server P. len 301 ttl 40 id 8
+0.0001 client > server P. seq 101 len 300 tos 40 id 7
+1 client > server . seq 702 id 9
`
	p := pair(t, near, far)
	w := &p.Joined[0].Way[flow.Originator]
	if want := ChangedMSS | ChangedOptions | ChangedDSCP | ChangedTTL; w.Changes != want || w.Changed != 3 {
		t.Errorf("changes %b of %d packets, want %b; %+v", w.Changes, w.Changed, want, p.Fates)
	}
	if p.Joined[0].TOS[0] != [2]uint8{0, 0x28} || p.Joined[0].MSS[0] != [2]uint16{1460, 1400} {
		t.Errorf("%+v", p.Joined[0])
	}
	if w.Twice != 1 || w.MadeUpCount != 0 {
		t.Errorf("twice %d, made up %d", w.Twice, w.MadeUpCount)
	}
	kinds := map[FateKind]int{}
	for i, f := range p.Fates {
		kinds[f.Kind]++
		if i > 0 && f.Time < p.Fates[i-1].Time {
			t.Errorf("out of order: %+v", p.Fates)
		}
	}
	if kinds[ChangedBetween] != 3 || kinds[CameTwice] != 1 || len(p.Fates) != 4 {
		t.Errorf("%+v", p.Fates)
	}
}

// A firewall that writes its own sequence numbers: the ends and the payload tell.
func TestRewrittenNumbers(t *testing.T) {
	text := func(at, isn, answer string) string {
		return hosts + at + ` client > server S seq ` + isn + ` <mss 1460>
+0.010 server > client S. seq ` + answer + ` <mss 1460>
+0.010 client > server .
+0.001 client > server P. data "GET /the/one/and/only HTTP/1.1"
+0.010 server > client P. data "HTTP/1.1 200 that was it, thank you"
+0.010 client > server .
+0.001 client > server P. len 500
`
	}
	p := pair(t, text("1.000", "100", "900")+"+2 client > server .\n", strings.Replace(text("4.005", "777000", "900"), "+0.001 client > server P. len 500\n", "", 1)+"+2 client > server . seq 777031\n")
	if len(p.Joined) != 1 || p.Joined[0].By != ByPayload || p.Joined[0].NAT {
		t.Fatalf("%+v", p.Joined)
	}
	if w := p.Joined[0].Way[flow.Responder]; w.LostCount != 0 || w.MadeUpCount != 0 || w.Arrived != 2 {
		t.Errorf("from the server: %+v", w)
	}
}

// Two connections that say the same, one after the other, are a proxy's; two that
// say the same as many others are not.
func TestProxyBetween(t *testing.T) {
	conn := func(at, a, b, seq, say string) string {
		wait := "+0.020"
		if b == "10.2.0.9:80" { // the proxy's own work comes on top
			wait = "+0.026"
		}
		return at + ` ` + a + ` > ` + b + ` S seq ` + seq + ` <mss 1460>
+0.001 ` + b + ` > ` + a + ` S. seq ` + seq + `9 <mss 1460>
+0.001 ` + a + ` > ` + b + ` .
+0.004 ` + a + ` > ` + b + ` P. data "` + say + `"
` + wait + ` ` + b + ` > ` + a + ` P. data "answer to ` + say + `"
+0.001 ` + a + ` > ` + b + ` .
`
	}
	near := conn("1.000", "10.1.0.5:40000", "10.2.0.9:80", "100", "GET /first of all that are asked for") +
		conn("2.000", "10.1.0.5:40001", "10.2.0.9:80", "200", "GET /health please, all day long") +
		conn("3.000", "10.1.0.5:40002", "10.2.0.9:80", "300", "GET /health please, all day long")
	far := conn("8.003", "10.2.0.9:51000", "10.3.0.7:8080", "7100", "GET /first of all that are asked for") +
		conn("9.003", "10.2.0.9:51001", "10.3.0.7:8080", "7200", "GET /health please, all day long") +
		conn("10.003", "10.2.0.9:51002", "10.3.0.7:8080", "7300", "GET /health please, all day long")
	p := pair(t, near, far)
	if len(p.Joined) != 1 || p.Joined[0].By != ByProxy || !p.Joined[0].Unread || p.Joined[0].Flow != [2]int{0, 0} {
		t.Fatalf("%+v", p.Joined)
	}
	if off := (p.Clock.Offset - 7*time.Second).Abs(); !p.Clock.Known || p.Near != FirstNearClient || off > 10*time.Millisecond {
		t.Errorf("near %v, clock %+v", p.Near, p.Clock)
	}
	if p.Apart[0][Ambiguous] != 1 || p.Apart[1][Ambiguous] != 1 || p.Apart[0][NotRunning] != 1 {
		t.Errorf("apart %v", p.Apart)
	}
	// Hosts that have nothing to do with each other say the same now and then.
	others := strings.NewReplacer("10.2.0.9:51", "10.9.0.1:51", "10.3.0.7", "10.9.0.2").Replace(far)
	if p := pair(t, near, others); len(p.Joined) != 0 {
		t.Errorf("strangers: %+v", p.Joined)
	}
}

// Behind a translator a SYN is missing beyond doubt only if its siblings before
// and after came through, and nothing on the other side is left without origin.
func TestMissingBehindTranslation(t *testing.T) {
	one := func(at, client, seq string, delay bool) string {
		wait := "+0.000 "
		back := "+0.020 "
		if !delay {
			wait, back = "+0.020 ", "+0.000 "
		}
		return at + " " + client + " > 10.2.0.80:443 S seq " + seq + " <mss 1460>\n" +
			wait + "10.2.0.80:443 > " + client + " S. seq " + seq + "7 <mss 1460>\n" + back + client + " > 10.2.0.80:443 .\n"
	}
	near := one("1.000", "10.1.0.5:40000", "100", false) + "2.000 10.1.0.5:40001 > 10.2.0.80:443 S seq 333 <mss 1460>\n+1 10.1.0.5:40001 > 10.2.0.80:443 S\n" +
		one("6.000", "10.1.0.5:40002", "500", false)
	far := one("4.010", "192.0.2.1:61000", "100", true) + one("9.010", "192.0.2.1:61002", "500", true)
	lone := func(p *Pairing) int {
		n := 0
		for _, x := range p.Joined {
			if x.By == Alone {
				n++
				if w := x.Way[flow.Originator]; w.LostSyn != 2 {
					t.Errorf("%+v", w)
				}
			}
		}
		return n
	}
	p := pair(t, near, far)
	if n := lone(p); n != 1 {
		t.Errorf("%d are missing: %+v", n, p.Joined)
	}
	if f := p.Fates; len(f) != 2 || f[1].Time.Sub(f[0].Time) != time.Second {
		t.Errorf("%+v", p.Fates)
	}
	last := one("1.000", "10.1.0.5:40000", "100", false) + "6.000 10.1.0.5:40001 > 10.2.0.80:443 S seq 333 <mss 1460>\n+1 10.1.0.5:40001 > 10.2.0.80:443 S\n"
	if n := lone(pair(t, last, one("4.010", "192.0.2.1:61000", "100", true)+"12 192.0.2.9:1 > 10.2.0.80:443 S seq 1\n")); n != 0 {
		t.Errorf("none after it: %d", n)
	}
	spread := one("4.010", "192.0.2.1:61000", "100", true) + strings.ReplaceAll(one("9.010", "192.0.2.1:61002", "500", true), "10.2.0.80", "10.2.0.81")
	if n := lone(pair(t, near, spread)); n != 0 {
		t.Errorf("spread over two servers: %d", n)
	}
	stranger := one("4.010", "192.0.2.1:61000", "100", true) + "5.010 192.0.2.1:61001 > 10.2.0.80:443 S seq 4242 <mss 1460>\n" + one("9.010", "192.0.2.1:61002", "500", true)
	if n := lone(pair(t, near, stranger)); n != 0 {
		t.Errorf("a stranger on the other side: %d", n)
	}
}

// Of a segment that was sent twice and came once, IP's identification tells which
// one came; what was sent behind a lost one and came is counted.
func TestWhichOfTwoCame(t *testing.T) {
	opening := func(at, back, again string) string {
		return hosts + at + " client > server S seq 100 <mss 1460> id 1\n" + back + " server > client S. seq 900 <mss 1460> id 1\n" + again + " client > server . id 2\n"
	}
	for came, other := range map[int]int{7: 9, 9: 7} {
		far, wait := opening("1.010", "+0.000", "+0.021"), 0.0
		for _, id := range []int{7, 8, 9, 10} {
			seq := map[int]string{7: "seq 101", 8: "seq 401", 9: "seq 101", 10: "seq 402"}[id]
			if wait += .1; id != other {
				far += fmt.Sprintf("+%g client > server P. %s len %d id %d\n", wait, seq, map[int]int{7: 300, 8: 1, 9: 300, 10: 5}[id], id)
				wait = 0
			}
		}
		p := pair(t, opening("1.000", "+0.020", "+0.001")+`+0.1 client > server P. seq 101 len 300 id 7
+0.1 client > server P. seq 401 len 1 id 8
+0.1 client > server P. seq 101 len 300 id 9
+0.1 client > server P. seq 402 len 5 id 10
`, far)
		w := &p.Joined[0].Way[flow.Originator]
		lost, after := uint32(4), uint32(3) // the first one's frame, and what came behind it
		if other == 9 {
			lost, after = 6, 1
		}
		if w.LostCount != 1 || w.Lost[0] != lost || w.AfterLoss != after || w.Arrived != w.Sent-1 {
			t.Errorf("of 7 and 9 only %d came: %+v", came, *w)
		}
	}
}
