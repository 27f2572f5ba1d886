package diagnose

import (
	"strings"
	"testing"

	"wirewhy/analyzer/internal/script"
)

// Where the capture shows what a dialled address is translated to, a refusal names
// who refused, and the commands ask there.
func TestRefusedBehindTranslation(t *testing.T) {
	s, err := script.Parse(`
client = 10.9.0.200:43001 ttl 63
node = 10.9.0.11:30999
nat = 10.244.1.1:43001
pod = 10.244.1.8:8081
0 client > node S seq 100 <mss 1460,sackOK,ts 50 0,wscale 7>
+0.0001 nat > pod S seq 100 <mss 1460,sackOK,ts 50 0,wscale 7>
+0.00005 pod > nat R. seq 0 ack 101
+0.00001 node > client R. seq 0 ack 101
`)
	if err != nil {
		t.Fatal(err)
	}
	found := conclude(s, true, nil).Findings
	if len(found) == 0 || found[0].Diagnosis != "refused-by-rst" {
		t.Fatalf("%+v", found)
	}
	f := found[0]
	for _, want := range []string{"dialled 10.9.0.11:30999", "10.244.1.8 answered with RST", "port 8081 that nobody serves", "10.9.0.11:30999 is translated to 10.244.1.8:8081 here"} {
		if !strings.Contains(f.Summary.En, want) {
			t.Errorf("%q is not said: %s", want, f.Summary.En)
		}
	}
	if want := "ss -lntp 'sport = :8081'"; f.Confirm[0].Command != want {
		t.Errorf("asks with %s, want %s", f.Confirm[0].Command, want)
	}
	checkFinding(t, "translated", f)
}
