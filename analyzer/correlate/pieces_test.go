package correlate

import (
	"testing"

	"wirewhy/analyzer/flow"
)

// Captures at hosts see segments before they are cut and after they are put
// together; one that is cut between is not lost, unless a piece of it is.
func TestPiecesOfSegments(t *testing.T) {
	const opening = hosts + `
1.000 client > server S seq 100 <mss 1460>
+0.020 server > client S. seq 900 <mss 1460>
+0.000 client > server .
+0.001 client > server P. len 300
+0.020 server > client .
`
	for _, c := range []struct {
		name           string
		server, client string // what the server sends, as seen there and at the client
		lost, bytes    int
	}{
		{"cut", "+0.005 server > client P. len 4000\n+0.02 client > server .\n",
			"+0.005 server > client . len 1400\n+0 server > client . len 1400\n+0 server > client P. len 1200\n+0 client > server .\n", 0, 0},
		{"put together", "+0.005 server > client . len 1400\n+0 server > client . len 1400\n+0 server > client P. len 1200\n+0.02 client > server .\n",
			"+0.005 server > client P. len 4000\n+0 client > server .\n", 0, 0},
		{"a piece lost", "+0.005 server > client P. len 4000\n+0.02 client > server .\n",
			"+0.005 server > client . len 1400\n+0 server > client . len 1400\n+0 client > server .\n", 1, 4000},
		{"cut, lost as a whole and sent again", "+0.005 server > client P. len 4000\n+0.3 server > client again\n+0.02 client > server .\n",
			"+0.3 server > client . len 1400\n+0 server > client . len 1400\n+0 server > client P. len 1200\n+0 client > server .\n", 1, 4000},
	} {
		p := pair(t, opening+c.client+"+1 client > server .\n", opening+c.server+"+1 client > server .\n")
		x, ok := p.Of(0, 0)
		if !ok {
			t.Fatalf("%s: not joined", c.name)
		}
		if w := x.Way[flow.Responder]; int(w.LostCount) != c.lost || int(w.LostBytes) != c.bytes || len(w.MadeUp) != 0 {
			t.Errorf("%s: %+v", c.name, w)
		}
	}
}
