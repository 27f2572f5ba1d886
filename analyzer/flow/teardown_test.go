package flow

import "testing"

func TestResetClass(t *testing.T) {
	for _, c := range []struct {
		name, text string
		by         Dir
		want       ResetClass
	}{
		{"nothing listens", `
c = 10.0.0.1:40000
s = 10.0.0.2:80
0 c > s S seq 1000
+0.01 s > c R. seq 0 ack 1001 win 0`, Responder, ResetOfSYN},
		{"no such connection", opening + `
+0.001 c > s P. len 100
+0.02 s > c R win 0`, Responder, ResetNoSocket},
		{"the client refuses the SYN-ACK", `
c = 10.0.0.1:40000
s = 10.0.0.2:80
0 c > s S
+0.01 s > c S.
+0.001 c > s R win 0`, Originator, ResetNoSocket},
		{"its owner aborted it", opening + `
+0.001 c > s P. len 100
+0.02 s > c .
+0.001 s > c R.`, Responder, ResetAbort},
		{"numbers of nobody", opening + `
+0.001 c > s P. len 100
+0.02 s > c R seq 12345 win 9`, Responder, ResetOdd},
	} {
		f := track(t, c.text).Flow(0)
		if f.ResetClass != c.want || f.ResetBy != c.by || f.State() != StateReset {
			t.Errorf("%s: class %d by %d, state %v", c.name, f.ResetClass, f.ResetBy, f.State())
		}
	}
}

func TestStates(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       State
		outcome    Outcome
	}{
		{"SYN", `0 10.0.0.1:4 > 10.0.0.2:80 S`, StateSynSent, OutcomeS0},
		{"SYN-ACK", `
0 10.0.0.1:4 > 10.0.0.2:80 S
+0.01 10.0.0.2:80 > 10.0.0.1:4 S.`, StateSynReceived, OutcomeS1},
		{"open", opening, StateEstablished, OutcomeS1},
		{"FIN", opening + `
+0.01 c > s F.`, StateFinWait, OutcomeS2},
		{"FIN, acknowledged", opening + `
+0.01 c > s F.
+0.02 s > c .`, StateCloseWait, OutcomeS2},
		{"both FINs", opening + `
+0.01 c > s F.
+0.02 s > c F.`, StateClosing, OutcomeSF},
		{"closed", opening + `
+0.01 c > s F.
+0.02 s > c F.
+0.001 c > s .`, StateClosed, OutcomeSF},
		{"closed, then reset", opening + `
+0.01 c > s F.
+0.02 s > c F.
+0.001 c > s .
+0.001 s > c R win 0`, StateClosed, OutcomeSF},
	} {
		f := track(t, c.text).Flow(0)
		if f.State() != c.want || f.Outcome() != c.outcome {
			t.Errorf("%s: %v %s, want %v %s", c.name, f.State(), f.Outcome(), c.want, c.outcome)
		}
	}
}

func TestSimultaneousClose(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       bool
	}{
		{"FINs cross", opening + `
+0.01 c > s F.
+0.001 s > c F. ack @1
+0.02 c > s .
+0.001 s > c . ack @2`, true},
		{"one answers the other", opening + `
+0.01 c > s F.
+0.02 s > c F.
+0.001 c > s .`, false},
	} {
		tr := track(t, c.text)
		if got := tr.Trouble(tr.Flow(0)).SimultaneousClose; got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestPacketsAfterReset(t *testing.T) {
	tr := track(t, opening+`
+0.001 c > s P. len 100
+0.02 s > c R.
+0.001 c > s P. len 100
+0.001 s > c R.
+0.001 s > c P. len 10`)
	x := tr.Trouble(tr.Flow(0))
	if x.AfterReset != [2]uint16{1, 1} || x.ResetsByServer != 2 {
		t.Errorf("after the reset %v, resets %d", x.AfterReset, x.ResetsByServer)
	}
}
