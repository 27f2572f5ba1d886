package diagnose

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/internal/script"
	"wirewhy/analyzer/wire"
)

// views are ways in which a capture comes short of what happened.
var views = map[string]func(p []wire.Packet, at int) []wire.Packet{
	"ends early":  func(p []wire.Packet, at int) []wire.Packet { return p[:at] },
	"begins late": func(p []wire.Packet, at int) []wire.Packet { return p[at:] },
	"one direction": func(p []wire.Packet, at int) []wire.Packet {
		return only(p, func(q *wire.Packet) bool { return q.Src == p[at].Src })
	},
	"headers only": func(p []wire.Packet, at int) []wire.Packet {
		out := clonePackets(p)
		for i := range out {
			if len(out[i].Payload) > 20 {
				out[i].Payload, out[i].Cut = out[i].Payload[:20], true
			}
		}
		return out
	},
	"recorded twice": func(p []wire.Packet, at int) []wire.Packet {
		var out []wire.Packet
		for _, q := range p {
			twin := q
			twin.Time = twin.Time.Add(20 * time.Microsecond)
			if twin.TTL > 1 {
				twin.TTL--
			}
			out = append(out, q, twin)
		}
		return out
	},
	"two queues swapped": func(p []wire.Packet, at int) []wire.Packet {
		out := clonePackets(p)
		if at > 0 && out[at].Time.Sub(out[at-1].Time) < time.Millisecond {
			out[at], out[at-1] = out[at-1], out[at]
		}
		return out
	},
}

func clonePackets(p []wire.Packet) []wire.Packet { return append([]wire.Packet(nil), p...) }

func only(p []wire.Packet, keep func(*wire.Packet) bool) []wire.Packet {
	var out []wire.Packet
	for i := range p {
		if keep(&p[i]) {
			out = append(out, p[i])
		}
	}
	return out
}

// Nothing is wrong with healthy traffic wherever and whenever it was captured.
func TestHealthyTrafficIsQuietHoweverCaptured(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/healthy.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		if !strings.HasPrefix(f.Name, "fires/") || strings.Contains(string(f.Data), "want: refused-by-rst") {
			continue
		}
		s := script.MustParse(withoutWants(string(f.Data)))
		packets := s.Packets()
		for name, view := range views {
			said := map[string]int{}
			step := 1 + len(packets)/20
			if cut := name == "ends early" || name == "begins late" || name == "two queues swapped"; !cut {
				step = len(packets) - 2 // the first and the last packet stand for all
			}
			for at := 1; at < len(packets); at += max(1, step) {
				for _, x := range sickIn(s, view(packets, at)) {
					if strings.HasPrefix(x, "slow-server") && (strings.HasSuffix(f.Name, "in-tls") || strings.HasSuffix(f.Name, "poll")) {
						continue // one word of news looks like an answer until more come
					}
					if said[x]++; said[x] == 1 {
						t.Errorf("%s, %s at %d: %s", f.Name, name, at, x)
					}
				}
			}
		}
	}
}

func sickIn(s *script.Script, packets []wire.Packet) []string {
	tracker := flow.NewTracker(flow.Limits{})
	for i := range packets {
		p := packets[i]
		p.Frame = uint32(i + 1)
		tracker.Add(&p)
	}
	tracker.Finish()
	var out []string
	for _, x := range Run(&Case{Capture: s.Capture(), Tracker: tracker}).Findings {
		if x.Class == analyzer.Sick {
			out = append(out, fmt.Sprint(x.Diagnosis, " ", x.Confidence))
		}
	}
	return out
}
