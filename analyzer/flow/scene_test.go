package flow

import (
	"fmt"
	"strings"
	"testing"

	"wirewhy/analyzer"
	"wirewhy/analyzer/internal/script"
)

// A scene is a capture as text and what must be seen on it, and no more: frames
// with their events, "5 retransmission fast_retransmission; 7 dsack".
type scene struct {
	name, text, want string
}

// track runs a script through a tracker.
func track(t *testing.T, text string) *Tracker {
	t.Helper()
	s, err := script.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return trackScript(s)
}

func trackScript(s *script.Script) *Tracker {
	tr := NewTracker(Limits{})
	packets := s.Packets()
	for i := range packets {
		tr.Add(&packets[i])
	}
	tr.Finish()
	return tr
}

// noted writes the events of all frames.
func noted(tr *Tracker) string {
	var out []string
	for n := uint32(1); n <= tr.Frames(); n++ {
		e, _ := tr.Entry(n)
		if keys := eventKeys(e.Events); keys != "" {
			out = append(out, fmt.Sprintf("%d %s", n, keys))
		}
	}
	return strings.Join(out, "; ")
}

func eventKeys(ev analyzer.Events) string {
	var keys []string
	for k := range analyzer.EventKinds {
		if one := analyzer.Events(1) << k; ev&one != 0 {
			keys = append(keys, one.Key())
		}
	}
	return strings.Join(keys, " ")
}

func play(t *testing.T, scenes []scene) {
	t.Helper()
	for _, s := range scenes {
		t.Run(s.name, func(t *testing.T) {
			if got := noted(track(t, s.text)); got != s.want {
				t.Errorf("got  %s\nwant %s", got, s.want)
			}
		})
	}
}

// opening is a handshake with a round trip of 20 ms, seen at the client.
const opening = `
c = 10.0.0.1:40000
s = 10.0.0.2:80 ttl 60
0     c > s S
+0.02 s > c S.
+0.0001 c > s .
`

// unnumbered is the same without timestamps, and with no identification that
// would tell the order of sending.
const unnumbered = `
c = [2001:db8::1]:40000
s = [2001:db8::2]:80 ttl 60
0     c > s S <mss 1440,sackOK,wscale 7>
+0.02 s > c S. <mss 1440,sackOK,wscale 7>
+0.0001 c > s .
`

// stamped is the same with timestamps that a test can go on from.
const stamped = `
c = [2001:db8::1]:40000
s = [2001:db8::2]:80 ttl 60
0     c > s S <mss 1440,sackOK,ts 1 0,wscale 7>
+0.02 s > c S. <mss 1440,sackOK,ts 90 1,wscale 7>
+0.0001 c > s . <ts 2 90>
`
