package diagnose

import (
	"strings"
	"testing"

	"wirewhy/analyzer/internal/script"
)

// A path that takes 1,445 bytes and not 1,458 has an overlay's limit.
func TestBlackHoleNamesTheOverlay(t *testing.T) {
	for _, c := range []struct{ name, passes, want string }{
		{"narrow", "1393", "at least 1445 and at most 1457 bytes. With 1500 bytes at the ends that fits an encapsulation: VXLAN, Geneve −50."},
		{"wide", "600", "at least 652 and at most 1457 bytes."},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := script.MustParse(`
client = 10.20.0.5:40001
server = 10.20.9.80:8080 ttl 61
0 client > server S
+0.01 server > client S.
+0.00005 client > server .
+0.001 client > server P. len ` + c.passes + `
+0.01 server > client P. len 50
+0.001 client > server P. len 1406
+0.2 client > server again
+0.4 client > server again
+0.8 client > server again
+1.6 client > server again
+1 server > client P. len 5 ack @` + c.passes + `
+3 client > server .
`)
			for _, f := range conclude(s, true, nil).Findings {
				if f.Diagnosis == "mtu-blackhole" {
					if !strings.HasSuffix(f.Summary.En, c.want) {
						t.Errorf("got  %s\nwant %s", f.Summary.En, c.want)
					}
					return
				}
			}
			t.Error("no black hole")
		})
	}
}
