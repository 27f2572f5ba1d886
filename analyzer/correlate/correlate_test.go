package correlate

import (
	"testing"
	"time"

	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/internal/script"
	"wirewhy/analyzer/wire"
)

// view tracks a script as one capture.
func view(t *testing.T, text string) View {
	t.Helper()
	packets := script.MustParse(text).Packets()
	tracker := flow.NewTracker(flow.Limits{})
	for i := range packets {
		tracker.Add(&packets[i])
	}
	tracker.Finish()
	return View{Tracker: tracker, Read: func(e flow.Entry, p *wire.Packet) error {
		*p = packets[e.Frame-1]
		return nil
	}}
}

func pair(t *testing.T, first, second string) *Pairing {
	t.Helper()
	p, err := Pair(view(t, first), view(t, second), NearUnknown)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const hosts = `
client = 10.1.0.5:40000
server = 10.2.0.80:443
other = 10.1.0.5:40001
`

// Without the timestamp option, whose values a script takes from its own clock.
// The same exchange at both ends: 10 ms each way, the server's clock 3 s ahead.
const (
	atClient = hosts + `
1.000 client > server S seq 100 <mss 1460>
+0.020 server > client S. seq 900 <mss 1460>
+0.000 client > server .
+0.001 client > server P. len 300
+0.020 server > client .
+0.005 server > client P. len 1000
+0.000 client > server .
2 other > server S seq 7000 <mss 1460>
+0.020 server > other S. seq 8000 <mss 1460>
+0.000 other > server .
+5 other > server P. len 9
+0.020 server > other .
`
	atServer = hosts + `
4.010 client > server S seq 100 <mss 1460>
+0.000 server > client S. seq 900 <mss 1460>
+0.020 client > server .
+0.001 client > server P. len 300
+0.000 server > client .
+0.005 server > client P. len 1000
+0.020 client > server .
5.010 other > server S seq 7000 <mss 1460>
+0.000 server > other S. seq 8000 <mss 1460>
+0.020 other > server .
+5 other > server P. len 9
+0.000 server > other .
`
)

func TestClockAndNearness(t *testing.T) {
	for _, c := range []struct {
		name          string
		first, second string
		near          Nearness
		offset        time.Duration
	}{
		{"client first", atClient, atServer, FirstNearClient, 3 * time.Second},
		{"server first", atServer, atClient, SecondNearClient, -3 * time.Second},
	} {
		p := pair(t, c.first, c.second)
		if p.Near != c.near || !p.Clock.Known {
			t.Fatalf("%s: near %v, clock %+v", c.name, p.Near, p.Clock)
		}
		if d := (p.Clock.Offset - c.offset).Abs(); d > time.Millisecond || d > p.Clock.Uncertainty+time.Microsecond {
			t.Errorf("%s: offset %v ± %v, want %v", c.name, p.Clock.Offset, p.Clock.Uncertainty, c.offset)
		}
		for _, x := range p.Joined {
			if x.NAT || x.Way[0].LostCount+x.Way[1].LostCount != 0 || len(x.Way[0].MadeUp)+len(x.Way[1].MadeUp) != 0 {
				t.Errorf("%s: healthy flow: %+v", c.name, x)
			}
		}
	}
}

func TestLostMadeUpAndAlone(t *testing.T) {
	third := "third = 10.1.0.5:40002\n"
	// The second segment is lost on the way; a reset is made up towards the client;
	// the third connection's SYNs never arrive.
	client := third + atClient + `
3 client > server P. len 1400
+0.020 server > client R. win 0
3.5 third > server S seq 333 <mss 1460>
+1 third > server S
`
	server := atServer
	p := pair(t, client, server)
	x, ok := p.Of(0, 0)
	if !ok {
		t.Fatal("the first flow is not joined")
	}
	if w := x.Way[flow.Originator]; w.LostCount != 1 || w.LostData != 1 || w.LostBytes != 1400 || w.SmallestLost != 1400 || w.LargestThrough != 300 {
		t.Errorf("the client's way: %+v", w)
	}
	if w := x.Way[flow.Responder]; w.MadeUpResets != 1 || w.LostCount != 0 {
		t.Errorf("the server's way: %+v", w)
	}
	lone, ok := p.Of(0, 2)
	if !ok || lone.Flow[1] != -1 {
		t.Fatalf("the flow that never arrived: %+v, %v", lone, ok)
	}
	if w := lone.Way[flow.Originator]; w.LostSyn != 2 || w.Sent != 2 {
		t.Errorf("its SYNs: %+v", w)
	}
}

// A SYN from before the other capture proves nothing; those that repeat it do.
func TestAbsenceOfRepeatedSyns(t *testing.T) {
	p := pair(t, "early = 10.1.0.5:40002\nserver = 10.2.0.80:443\n0.5 early > server S seq 333 <mss 1460>\n"+atClient+"2.5 early > server S\n+1 early > server S\n", atServer)
	for i := range p.Joined {
		if x := &p.Joined[i]; x.Flow[1] < 0 {
			if w := x.Way[flow.Originator]; w.LostSyn != 2 || w.Sent != 2 {
				t.Errorf("the SYNs: %+v", w)
			}
			return
		}
	}
	t.Error("the flow that never arrived is not noticed")
}

// A capture that ended, or that sees other hosts, proves nothing by what it lacks.
func TestAbsenceWithoutCoverage(t *testing.T) {
	late := pair(t, "third = 10.1.0.5:40002\n"+atClient+"100 third > server S seq 333 <mss 1460>\n+1 third > server S\n", atServer)
	if x, ok := late.Of(0, 2); ok {
		t.Errorf("after the other capture's end: %+v", x)
	}
	elsewhere := pair(t, "third = 10.1.0.5:40002\nelse = 10.9.9.9:443\n"+atClient+"3 third > else S seq 333 <mss 1460>\n+1 third > else S\n", atServer)
	if x, ok := elsewhere.Of(0, 2); ok {
		t.Errorf("to a host that the other capture never sees: %+v", x)
	}
}

func TestThroughTranslation(t *testing.T) {
	translated := hosts + `
client = 192.0.2.1:61000
other = 192.0.2.1:61001
` + atServer[len(hosts):]
	p := pair(t, atClient, translated)
	if len(p.Joined) != 2 || !p.Joined[0].NAT || p.Near != FirstNearClient {
		t.Fatalf("joined %+v, near %v", p.Joined, p.Near)
	}
	// Another client behind the translator is not a connection that never arrived.
	more := translated + "stranger = 192.0.2.1:61002\n6 stranger > server S seq 4242 <mss 1460>\n+0.000 server > stranger S. seq 1 <mss 1460>\n+0.030 stranger > server .\n"
	if p := pair(t, atClient, more); len(p.Joined) != 2 {
		t.Errorf("a stranger behind the translator: %+v", p.Joined[2:])
	}
}

func TestUnrelatedCaptures(t *testing.T) {
	p := pair(t, atClient, "a = 10.3.0.1:5000\nb = 10.3.0.2:80\n1 a > b S seq 1 <mss 1460>\n+0.01 b > a S. seq 2 <mss 1460>\n+0 a > b .\n")
	if p.Clock.Known || len(p.Joined) != 0 || p.Near != NearUnknown {
		t.Errorf("unrelated: %+v", p)
	}
}

// A device between the two places makes up a RST for each side, nearer in time than
// any packet that goes all the way: they are no measure of the clocks.
func TestForgedResetsAreNoClock(t *testing.T) {
	p := pair(t, atClient+"+0.005 client > server P. len 10 id 0\n+0.010 server > client R id 0\n+0.001 client > server R id 0\n",
		atServer+"+0.000 client > server R id 0\n")
	if d := (p.Clock.Offset - 3*time.Second).Abs(); d > time.Millisecond {
		t.Errorf("offset %v ± %v", p.Clock.Offset, p.Clock.Uncertainty)
	}
}
