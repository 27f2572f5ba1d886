package diagnose

import (
	"slices"
	"strings"
	"testing"

	"wirewhy/analyzer"
	"wirewhy/analyzer/internal/script"
)

const refusedAtOnce = `
client = 10.3.0.9:51000
server = 10.3.7.10:443
0 client > server S
+0.0002 server > client R.
`

// What else a finding could be stands beside it with what would tell; it goes once
// a host rules it out, and where a host settled it nothing is left open.
func TestPossible(t *testing.T) {
	for _, x := range []struct {
		name, script string
		want         []string
	}{
		{"packets alone", silentAtServer, []string{"accept-queue-overflow", "paws-per-host-drop", "rp-filter-drop", "syn-no-response", "asymmetric-return-path"}},
		{"no overflow, says the host", silentAtServer + "host before.txt: TcpExtListenOverflows 3 0.0\nhost after.txt: TcpExtListenOverflows 3 0.0",
			[]string{"paws-per-host-drop", "rp-filter-drop", "syn-no-response", "asymmetric-return-path"}},
		{"certain, but not why", refusedAtOnce, []string{"rejected-by-icmp"}},
		{"settled by the host", silentAtServer + "host a.txt: LISTEN 129 128 0.0.0.0:443 0.0.0.0:*", nil},
	} {
		t.Run(x.name, func(t *testing.T) {
			said, packets := hostLines(x.script)
			s, err := script.Parse(packets)
			if err != nil {
				t.Fatal(err)
			}
			f := conclude(s, true, said).Findings[0]
			var got []string
			for _, p := range f.Possible {
				got = append(got, p.Diagnosis)
				if strings.ContainsAny(p.Because.En+p.Because.Zh, "{}") {
					t.Errorf("not filled in: %v", p.Because)
				}
			}
			if !slices.Equal(got, x.want) {
				t.Errorf("possible: %v, want %v", got, x.want)
			}
			if slices.ContainsFunc(f.Excluded, func(e analyzer.Exclusion) bool { return slices.Contains(got, e.Diagnosis) }) {
				t.Errorf("both possible and excluded: %v, %v", f.Possible, f.Excluded)
			}
		})
	}
}
