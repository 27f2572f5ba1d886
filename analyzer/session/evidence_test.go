package session

import (
	"context"
	"strings"
	"testing"

	"wirewhy/analyzer"
	"wirewhy/analyzer/capture"
	"wirewhy/analyzer/report"
	"wirewhy/wasm/protocol"
)

const silence = `
client = 192.0.2.10:40000
server = 192.0.2.80:443 ttl 64
+0 client > server S
+1.01 client > server S
+2.02 client > server S
+4.03 client > server S
`

// TestEvidence loads a capture with what its server's host said, in any order.
func TestEvidence(t *testing.T) {
	texts := map[string]string{
		"after.txt":  "root@web1:~# nstat -az TcpExtListenOverflows\nTcpExtListenOverflows 40 0.0\nroot@web1:~# ss -lnt\nLISTEN 129 128 0.0.0.0:443 0.0.0.0:*\nwhat is this?\n",
		"before.txt": "root@web1:~# nstat -az TcpExtListenOverflows\nTcpExtListenOverflows 13 0.0\n",
	}
	for _, order := range [][]string{{"0.pcap", "before.txt", "after.txt"}, {"after.txt", "0.pcap", "before.txt"}, {"before.txt", "after.txt", "0.pcap"}} {
		var sources []capture.Source
		for _, name := range order {
			if text, ok := texts[name]; ok {
				sources = append(sources, capture.BytesSource(name, []byte(text)))
			} else {
				sources = append(sources, source(t, name, silence))
			}
		}
		s := New()
		if err := s.Load(context.Background(), sources, nil); err != nil {
			t.Fatal(err)
		}
		r := s.Report()
		if len(r.Findings) != 1 || r.Findings[0].Diagnosis != "accept-queue-overflow" || r.Findings[0].Confidence != analyzer.Certain {
			t.Errorf("%v: %+v", order, r.Findings)
		}
		var b strings.Builder
		if err := r.WriteText(&b, report.TextOptions{}); err != nil {
			t.Fatal(err)
		}
		text := strings.Join(strings.Fields(b.String()), " ")
		for _, want := range []string{"before.txt · nstat · 1 fact", "after.txt · ss · 1 fact", "+27 between the snapshots (web1, after.txt, line 2)", "1 line was not understood: line 5: what is this?"} {
			if !strings.Contains(text, want) {
				t.Errorf("%v: %q is not in %s", order, want, text)
			}
		}
	}
}

// TestEvidenceAlone holds that a host's text needs no capture, and that a text
// without anything in it is told in a sentence.
func TestEvidenceAlone(t *testing.T) {
	s := New()
	told := capture.BytesSource("a.txt", []byte("net.core.somaxconn = 128\n"))
	prose := capture.BytesSource("b.txt", []byte("the connection is slow today\n"))
	if err := s.Load(context.Background(), []capture.Source{told, prose}, nil); err != nil {
		t.Fatal(err)
	}
	if r := s.Report(); len(r.Evidence) != 1 || r.Evidence[0].Kind != "sysctl" || r.Evidence[0].FactCount != 1 {
		t.Errorf("%+v", r.Evidence)
	}
	if a := s.Aside(); len(a) != 1 || !strings.Contains(a[0].In(analyzer.English), "nothing was recognised") || a[0].In(analyzer.Chinese) == a[0].In(analyzer.English) {
		t.Errorf("%v", a)
	}
	ask[protocol.Overview](t, s, protocol.Request{Kind: protocol.OverviewAgain})
	if err := s.Load(context.Background(), []capture.Source{prose}, nil); err == nil || s.Report().Evidence != nil {
		t.Errorf("%v, %v", err, s.Report().Evidence)
	}
}

// TestEvidenceWithListing reads packets and a host's words that were pasted into
// one text.
func TestEvidenceWithListing(t *testing.T) {
	text := `$ tcpdump -nr x.pcap
10:00:00.000000 IP 192.0.2.10.40000 > 192.0.2.80.443: Flags [S], seq 5, win 64240, options [mss 1460], length 0
10:00:01.010000 IP 192.0.2.10.40000 > 192.0.2.80.443: Flags [S], seq 5, win 64240, options [mss 1460], length 0
10:00:03.030000 IP 192.0.2.10.40000 > 192.0.2.80.443: Flags [S], seq 5, win 64240, options [mss 1460], length 0
10:00:07.060000 IP 192.0.2.10.40000 > 192.0.2.80.443: Flags [S], seq 5, win 64240, options [mss 1460], length 0
$ ss -lnt
State  Recv-Q Send-Q Local Address:Port Peer Address:Port
LISTEN 129    128          0.0.0.0:443       0.0.0.0:*
`
	s := New()
	if err := s.Load(context.Background(), []capture.Source{capture.BytesSource("a.txt", []byte(text))}, nil); err != nil {
		t.Fatal(err)
	}
	r := s.Report()
	if len(r.Captures) != 1 || len(r.Evidence) != 1 || len(r.Findings) == 0 || r.Findings[0].Diagnosis != "accept-queue-overflow" {
		t.Errorf("%+v %+v", r.Evidence, r.Findings)
	}
}
