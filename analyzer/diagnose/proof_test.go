package diagnose

import (
	"testing"

	"wirewhy/analyzer"
	"wirewhy/analyzer/internal/script"
)

// What proves a finding is not a second problem: the refusal of a proxy's upstream
// stands after the story that it is a part of, as a remark.
func TestRefusedUpstreamIsProofNotProblem(t *testing.T) {
	const text = `
link sll2
client = 10.6.2.2:35000 ttl 63
server = 10.7.3.3:8080
0 client > server S in if 2
+0.00003 server > client S. out if 2
+0.0002 client > server . in if 2
+0.0003 client > server P. len 106 in if 2
+0.00003 server > client . out if 2
+0.0001 127.0.0.6:44000 > 127.0.0.1:8080 S in if 1
+0.00002 127.0.0.1:8080 > 127.0.0.6:44000 R. in if 1
+0.0001 server > client R. out if 2
`
	f := conclude(script.MustParse(text), true, nil).Findings
	if len(f) != 2 || f[0].Diagnosis != "upstream-down-behind-proxy" || f[0].Confidence != analyzer.Certain {
		t.Fatalf("%+v", f)
	}
	if x := f[1]; x.Diagnosis != "refused-by-rst" || x.Class != analyzer.Info || len(x.Evidence) != 2 {
		t.Errorf("the refusal: %s, %s, %d lines of evidence", x.Diagnosis, x.Class, len(x.Evidence))
	}
}

// A finding about no connection tells how far it reaches all the same.
func TestScopeOfFindingsWithoutConnections(t *testing.T) {
	for _, c := range []struct{ want, text string }{
		{"1 of 2 names that 10.0.0.5 asked 10.0.0.53 for, 10:00:00–10:00:05 UTC. Of 2 other clients of that server, this many fare alike: 1.", `
0 10.0.0.5:4000 > 10.0.0.53:53 dns A a.example
+0.1 10.0.0.5:4001 > 10.0.0.53:53 dns A b.example
+0.001 10.0.0.53:53 > 10.0.0.5:4001 dns A b.example 10.9.9.9
+0.1 10.0.0.6:4000 > 10.0.0.53:53 dns A a.example
+0.1 10.0.0.7:4000 > 10.0.0.53:53 dns A b.example
+0.001 10.0.0.53:53 > 10.0.0.7:4000 dns A b.example 10.9.9.9
5 10.0.0.5:4000 > 10.0.0.53:53 dns A a.example
+0.2 10.0.0.6:4000 > 10.0.0.53:53 dns A a.example
+5 10.0.0.7:4000 > 10.0.0.53:53 dns A c.example
+0.001 10.0.0.53:53 > 10.0.0.7:4000 dns A c.example 10.9.9.9
`},
		{"Asked 10:00:00–10:00:02 UTC; other neighbours that answered 10.0.0.5: 1; other hosts that ask for 10.0.0.9 in vain: 0.", `
0 arp who-has 10.0.0.1 tell 10.0.0.5
+0.0001 arp reply 10.0.0.1 to 10.0.0.5
+0.1 arp who-has 10.0.0.9 tell 10.0.0.5
+1 arp who-has 10.0.0.9 tell 10.0.0.5
+1 arp who-has 10.0.0.9 tell 10.0.0.5
+1 10.0.0.5:4000 > 10.0.0.1:53 dns A b.example
+0.001 10.0.0.1:53 > 10.0.0.5:4000 dns A b.example 10.9.9.9
`},
	} {
		f := conclude(script.MustParse(c.text), true, nil).Findings
		if len(f) == 0 || f[0].Scope.En != c.want {
			t.Errorf("%+v\nwant %s", f, c.want)
		}
	}
}
