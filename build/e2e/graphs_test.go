package e2e

import (
	"testing"
	"time"
)

// download writes a transfer of data from the server with a share of segments
// that are lost and sent again, and a receiver that says so.
func (c *capture) download(client, server end, segments int) {
	const isn, answer, size = 7_000, 4_294_900_000, 1200
	c.opened(client, server, isn, answer)
	c.segment(50*time.Microsecond, client, server, "P.", isn+1, answer+1, "GET /big HTTP/1.1\r\nHost: shop\r\n\r\n")
	asked := uint32(isn + 1 + 35)
	payload := string(make([]byte, size))
	at := uint32(answer + 1)
	for i := range segments {
		pause := 300 * time.Microsecond
		if i%20 == 0 {
			pause = 12 * time.Millisecond
		}
		if i%97 == 50 { // lost before it came here
			for range 3 {
				c.segment(100*time.Microsecond, client, server, ".", asked, at, "")
			}
			at += size
			c.segment(pause, server, client, ".", at, asked, payload)
			c.segment(20*time.Millisecond, server, client, ".", at-size, asked, payload)
			at += size
			c.segment(8*time.Millisecond, client, server, ".", asked, at, "")
			continue
		}
		c.segment(pause, server, client, ".", at, asked, payload)
		at += size
		if i%2 == 1 {
			c.segment(8*time.Millisecond, client, server, ".", asked, at, "")
		}
	}
	c.segment(time.Millisecond, client, server, "F.", asked, at, "")
	c.segment(400*time.Microsecond, server, client, "F.", at, asked+1, "")
	c.segment(30*time.Microsecond, client, server, ".", asked+1, at+1, "")
}

// inked counts the pixels of a canvas that something was drawn on.
const inked = `(() => { const c = document.getElementById("graph"); const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data; let n = 0; for (let i = 3; i < d.length; i += 4) if (d[i]) n++; return n; })()`

func TestGraphs(t *testing.T) {
	p := open(t)
	c := newCapture(t)
	c.download(at("10.20.0.7", 41000), at("10.20.9.1", 80), 600)
	must(t, p.Drop("download.pcap", c.bytes.Bytes()))
	must(t, p.Reaches(20*time.Second, "ready"))
	must(t, p.Do(`wirewhy.select({flow: 0})`))
	must(t, p.Until(5*time.Second, `document.getElementById("tab-graphs")`))
	must(t, p.Do(`document.getElementById("tab-graphs").click()`))
	must(t, p.Until(5*time.Second, `document.getElementById("curve-0")`))
	must(t, p.Until(5*time.Second, inked+` > 5000`))
	must(t, p.Screenshots(screenshots, "graphs"))
}
