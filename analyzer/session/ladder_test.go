package session

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"wirewhy/wasm/protocol"
)

// told writes a ladder's steps, one word for each: lanes, flags, and what became
// of it.
func told(v protocol.LadderView) (out []string) {
	for _, s := range v.Steps {
		text := fmt.Sprintf("%d>%d %s", s.From, s.To, s.Flags)
		switch {
		case s.Kind == protocol.StepSilence:
			text = "silence"
		case s.Kind == protocol.StepGhost:
			text = "ghost " + text
		case s.Fate == protocol.FateLost:
			text += " lost"
		case s.Fate == protocol.FateMadeUp:
			text += " made up"
		}
		out = append(out, text)
	}
	return out
}

func storyOf(t *testing.T, s *Session, flow int) protocol.LadderView {
	t.Helper()
	v := ask[protocol.LadderView](t, s, protocol.Request{Kind: protocol.Ladder, Flow: flow, Finding: -1})
	if v.Error != "" {
		t.Fatal(v.Error)
	}
	return v
}

// A connection at the client and at the server, 20 ms apart and with clocks that
// differ by 3 s. Of the client's bytes a segment is lost, of the server's too; a
// reset is made up between, and of a later connection nothing arrives.
const (
	lossyAtClient = `
client = 10.1.0.5:40000
lost = 10.1.0.5:40001
server = 10.2.0.80:443
1.000 client > server S seq 100 <mss 1460>
+0.040 server > client S. seq 900 <mss 1380>
+0.000 client > server .
+0.001 client > server P. len 300
+0.040 server > client .
+0.001 client > server P. len 200
+0.040 server > client P. len 50 unseen
+0.300 client > server P. seq @301 len 200 ack @1
+0.040 server > client . ack @501
+0.001 server > client R. seq @1
+0.001 client > server P. len 10 ack @1
2 lost > server S seq 7000 <mss 1460>
+1 lost > server S
+4 10.1.0.5:40002 > server S seq 70000 <mss 1460>
+0.040 server > 10.1.0.5:40002 R.
`
	lossyAtServer = `
client = 10.1.0.5:40000
server = 10.2.0.80:443
4.020 client > server S seq 100 <mss 1380>
+0.000 server > client S. seq 900 <mss 1380>
+0.040 client > server .
+0.001 client > server P. len 300
+0.000 server > client .
+0.041 client > server P. len 200 unseen
+0.010 server > client P. len 50 ack @301
+0.330 client > server P. seq @301 len 200 ack @1
+0.000 server > client . ack @501
+0.042 client > server P. len 10 ack @1
10.020 10.1.0.5:40002 > server S seq 70000 <mss 1460>
+0.000 server > 10.1.0.5:40002 R.
`
)

// Two captures have a lane each, whichever was opened first: what was lost
// between them ends there, what was made up begins there, and the rest takes as
// long as it took.
func TestLadderOfTwoCaptures(t *testing.T) {
	for near, scripts := range [][]string{{lossyAtClient, lossyAtServer}, {lossyAtServer, lossyAtClient}} {
		s := loadScripts(t, scripts...)
		v := storyOf(t, s, 0)
		if len(v.Lanes) != 2 || v.Lanes[0].Place != fmt.Sprintf("%d.pcap", near) || v.Lanes[1].Place != fmt.Sprintf("%d.pcap", 1-near) {
			t.Fatalf("lanes %+v", v.Lanes)
		}
		want := []string{
			"0>1 SYN", "1>0 SYN-ACK", "0>1 ACK", "0>1 PSH ACK", "1>0 ACK", "0>1 PSH ACK lost", "1>0 PSH ACK lost",
			"silence", "0>1 PSH ACK", "1>0 ACK", "1>0 RST ACK made up", "0>1 PSH ACK",
		}
		if got := told(v); !slices.Equal(got, want) {
			t.Errorf("steps %q", got)
		}
		for i, step := range v.Steps {
			if i > 0 && step.Time < v.Steps[i-1].Time {
				t.Errorf("step %d lies before the one before", i)
			}
			if step.Kind == protocol.StepSegment && (step.Duration < 18*time.Millisecond || step.Duration > 22*time.Millisecond) {
				t.Errorf("a segment that arrived after 20 ms: %+v", step)
			}
			if elsewhere := step.Fate == protocol.FateLost && step.From == 1; step.Frame > 0 && elsewhere != (step.Capture == 2-near) {
				t.Errorf("frame %d is said to be of capture %d: %+v", step.Frame, step.Capture, step)
			}
		}
		if a := ask[protocol.Overview](t, s, protocol.Request{Kind: protocol.OverviewAgain}).Activity; len(a.Packets) == 0 || a.Step*time.Duration(len(a.Packets)) > 8*time.Second {
			t.Errorf("6 s of two captures whose clocks differ by 3 s are drawn as %d steps of %v", len(a.Packets), a.Step)
		}
		if note := v.Steps[0].Note; !strings.Contains(note, "1460 → 1380") {
			t.Errorf("a lowered MSS is told as %q", note)
		}
		if got, want := told(storyOf(t, s, 1)), []string{"0>1 SYN lost", "silence", "0>1 SYN lost", "ghost 1>0 SYN-ACK"}; !slices.Equal(got, want) {
			t.Errorf("SYNs that never arrived: %q", got)
		}
	}
}

// Connections of one time whose packets are lost in turn: each ladder shows its own.
func TestLadderOfEachConnection(t *testing.T) {
	var near, far strings.Builder
	for i := range 2 {
		fmt.Fprintf(&near, "c%d = 10.1.0.5:4000%d\n", i, i)
		fmt.Fprintf(&far, "c%d = 10.1.0.5:4000%d\n", i, i)
	}
	near.WriteString("server = 10.2.0.80:443\n")
	far.WriteString("server = 10.2.0.80:443\n")
	write := func(at float64, line string, arrives bool) {
		fmt.Fprintf(&near, "%.3f %s\n", at, line)
		if !arrives {
			line += " unseen"
		}
		fmt.Fprintf(&far, "%.3f %s\n", at+0.01, line)
	}
	back := func(at float64, line string) {
		fmt.Fprintf(&far, "%.3f %s\n", at, line)
		fmt.Fprintf(&near, "%.3f %s\n", at+0.01, line)
	}
	for i := range 2 {
		c, at := fmt.Sprintf("c%d", i), 1+float64(i)/10
		write(at, fmt.Sprintf("%s > server S seq %d <mss 1460>", c, 100+5000*i), true)
		back(at+0.02, "server > "+c+" S. seq 900 <mss 1460>")
		write(at+0.04, c+" > server .", true)
	}
	for k := range 6 {
		c, at := fmt.Sprintf("c%d", k%2), 2+float64(k)/10
		write(at, c+" > server P. len 100", false)
	}
	write(4, "c0 > server .", true) // both captures go on
	s := loadScripts(t, near.String(), far.String())
	for flow := range 2 {
		lost := 0
		for _, step := range told(storyOf(t, s, flow)) {
			if step == "0>1 PSH ACK lost" {
				lost++
			}
		}
		if lost != 3 {
			t.Errorf("of flow %d, %d segments are said to be lost", flow, lost)
		}
	}
}

// A connection that was captured on both sides of a translation has a lane for
// the translator, and no segment of it counts as repeated.
func TestLadderOfLegs(t *testing.T) {
	s := loadScripts(t, `
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
+0.0001 client > vip P. len 10
+0.0001 snat > pod P. len 10
`)
	v := storyOf(t, s, 0)
	if got, want := told(v), []string{"0>1 SYN", "1>2 SYN", "2>1 SYN-ACK", "1>0 SYN-ACK", "0>1 ACK", "1>2 ACK", "0>1 PSH ACK", "1>2 PSH ACK"}; !slices.Equal(got, want) {
		t.Errorf("steps %q", got)
	}
	if len(v.Lanes) != 3 || v.Lanes[1].Address != "10.2.0.80:443 / 10.2.0.1:61000" || v.Lanes[2].Address != "10.3.0.9:8443" {
		t.Errorf("lanes %+v", v.Lanes)
	}
	for _, step := range v.Steps {
		if step.Bad || strings.Contains(step.Note, "retransmission") || step.Seq > 1 || step.Ack > 1 {
			t.Errorf("step %+v", step)
		}
	}
	if step := v.Steps[3]; step.SeqBase != 900 || step.AckBase != 100 {
		t.Errorf("numbers are counted from %d and %d", step.SeqBase, step.AckBase)
	}
}

// What must have been, and what should have come, is told where it is missed.
func TestGhosts(t *testing.T) {
	const open = "client = 10.0.0.1:4000\nserver = 10.0.0.2:80\n+0 client > server S\n+0.01 server > client S.\n"
	for name, c := range map[string]struct {
		script string
		want   []string
	}{
		"silence":        {"+0 10.0.0.1:4000 > 10.0.0.2:80 S\n+1 10.0.0.1:4000 > 10.0.0.2:80 S\n", []string{"ghost 1>0 SYN-ACK"}},
		"refused":        {"+0 10.0.0.1:4000 > 10.0.0.2:80 S\n+0.01 10.0.0.2:80 > 10.0.0.1:4000 R.\n", nil},
		"half open":      {open, []string{"ghost 0>1 ACK"}},
		"no ACK of data": {open + "+0.01 client > server .\n+0.01 client > server P. len 10\n+0.3 client > server again\n+0.6 client > server again\n", []string{"ghost 1>0 ACK"}},
		"gap":            {open + "+0.01 client > server .\n+0.01 client > server P. len 1000 unseen\n+0.01 client > server P. len 10\n", []string{"ghost 0>1 DATA"}},
		"ACK of unseen":  {open + "+0.01 client > server .\n+0.01 client > server P. len 10\n+0.01 server > client . ack @3000\n", []string{"ghost 0>1 DATA"}},
		"healthy":        {open + "+0.01 client > server .\n+0.01 client > server P. len 10\n+0.01 server > client .\n", nil},
	} {
		var got []string
		for _, step := range told(storyOf(t, loadScripts(t, c.script), 0)) {
			if strings.HasPrefix(step, "ghost") {
				got = append(got, step)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
