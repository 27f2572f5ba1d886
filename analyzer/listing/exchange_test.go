package listing_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wirewhy/analyzer/internal/script"
	"wirewhy/analyzer/listing"
	"wirewhy/analyzer/wire"
)

var update = flag.Bool("update", false, "write testdata anew with the tcpdump of this machine")

// exchange has one of everything that a listing shows in a way of its own. Its
// listings in testdata were printed by tcpdump, with the options that their first
// line names.
const exchange = `
client = 10.4.26.45:35582
server = 10.4.26.234:80 ttl 61
0.5 arp who-has 10.4.26.234 tell 10.4.26.45
+0.0002 client > server S
+0.0002 server > client S.
+0.0001 client > server .
+0.001 client > server P. data "GET /a HTTP/1.1\r\nHost: web.example\r\n\r\n"
+0.0001 server > client .
+0.2 client > server again
+0.001 server > client P. data "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"
+0.0001 client > server . <sack 1:4,ts 5 6>
+0.001 client > server F.
+0.001 server > client R.
+0.5 10.4.26.45:4000 > 10.4.26.9:81 S
+0.0003 10.4.26.9:81 > 10.4.26.45:4000 R.
req: +1 10.4.26.45:4001 > 10.4.26.9:82 S
+0.0003 10.4.26.1 > 10.4.26.45 icmp host-unreachable quote req
six: +1 [2001:db8::1]:4002 > [2001:db8::2]:443 S
+0.0003 [2001:db8::2]:0 > [2001:db8::1]:0 icmp port-unreachable quote six
+0.1 client > 10.4.0.10:53 dns A web.example
+0.1 10.4.0.10:53 > client dns A web.example nxdomain
`

// variants are the options of each listing.
var variants = map[string]string{
	"plain": "-n", "none": "-n -t", "epoch": "-n -tt", "delta": "-n -ttt", "date": "-n -tttt", "first": "-n -ttttt", "absolute": "-n -S -tttt",
	"link": "-n -e", "verbose": "-n -v", "very-verbose": "-n -e -vv -tttt", "quick": "-n -q", "quick-hex": "-n -q -x", "hex": "-n -X -tttt", "link-hex": "-n -XX -e",
	"characters": "-n -A", "numbered": "-n -# -t -e", "all": "-n -# -S -vvv -e -XX -ttttt", "nanoseconds": "-n -tttt --nano",
}

func makeListings(t *testing.T) {
	pcap := filepath.Join(t.TempDir(), "exchange.pcap")
	if err := os.WriteFile(pcap, script.MustParse(exchange).PCAP(), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, options := range variants {
		cmd := exec.Command("tcpdump", append(strings.Fields(options), "-r", pcap)...)
		cmd.Env = append(os.Environ(), "TZ=UTC")
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		text := "$ tcpdump " + options + " -r exchange.pcap\n" + string(out)
		if err := os.WriteFile(filepath.Join("testdata", name+".txt"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func readAll(t *testing.T, text string) ([]wire.Packet, *listing.Reader) {
	t.Helper()
	r := listing.NewReader(strings.NewReader(text), "listing.txt")
	var out []wire.Packet
	for {
		var p wire.Packet
		if err := r.Next(&p); err != nil {
			if err.Error() != "EOF" {
				t.Fatal(err)
			}
			return out, r
		}
		out = append(out, p)
	}
}

func TestEveryFormTellsTheSamePackets(t *testing.T) {
	if *update {
		makeListings(t)
	}
	want := script.MustParse(exchange).Packets()
	for name, options := range variants {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("testdata", name+".txt"))
			if err != nil {
				t.Fatal(err)
			}
			if !listing.Looks(text[:min(len(text), 4096)]) {
				t.Error("not recognised")
			}
			got, r := readAll(t, string(text))
			if len(got) != len(want) {
				t.Fatalf("%d packets, want %d", len(got), len(want))
			}
			for i := range got {
				compare(t, &got[i], &want[i], options)
				var again wire.Packet
				if err := r.Packet(uint32(i+1), &again); err != nil || again.TCP != got[i].TCP || again.Src != got[i].Src || again.Time != got[i].Time || again.ICMP != got[i].ICMP {
					t.Errorf("frame %d read again: %+v, %v", i+1, again, err)
				}
			}
			for _, w := range r.Capture().Warnings {
				if strings.Contains(w.Text.En, "not understood") {
					t.Error(w.Text.En)
				}
			}
		})
	}
}

func compare(t *testing.T, p, w *wire.Packet, options string) {
	t.Helper()
	bad := func(what string, got, want any) {
		t.Errorf("frame %d: %s is %v, want %v", p.Frame, what, got, want)
	}
	if p.Kind != w.Kind || p.Src != w.Src || p.Dst != w.Dst || p.SrcPort != w.SrcPort || p.DstPort != w.DstPort {
		t.Errorf("frame %d: kind %d %v:%d > %v:%d, want kind %d %v:%d > %v:%d", p.Frame, p.Kind, p.Src, p.SrcPort, p.Dst, p.DstPort, w.Kind, w.Src, w.SrcPort, w.Dst, w.DstPort)
		return
	}
	if strings.Contains(options+" ", "-tttt ") && p.Time != w.Time/1000*1000 && p.Time != w.Time {
		bad("time", p.Time, w.Time)
	}
	if strings.Contains(options, "-v") && (p.TTL != w.TTL || p.IPID != w.IPID || p.DF != w.DF || p.Unknown&(wire.UnknownTTL|wire.UnknownIPID) != 0) && w.Kind != wire.KindARP {
		t.Errorf("frame %d: TTL %d ID %d DF %v, want %d %d %v", p.Frame, p.TTL, p.IPID, p.DF, w.TTL, w.IPID, w.DF)
	}
	switch w.Kind {
	case wire.KindARP:
		if p.ARP.Sender != w.ARP.Sender || p.ARP.Target != w.ARP.Target || p.ARP.Reply {
			bad("ARP", p.ARP, w.ARP)
		}
	case wire.KindICMP:
		g, m := p.ICMP, w.ICMP
		if g.Type != m.Type || g.Code != m.Code || g.QuotedSrcPort != m.QuotedSrcPort || g.QuotedDstPort != m.QuotedDstPort || g.QuotedSrc != m.QuotedSrc || g.QuotedDst != m.QuotedDst {
			bad("ICMP", g, m)
		}
	case wire.KindTCP:
		compareTCP(t, p, &w.TCP, bad)
	}
}

func compareTCP(t *testing.T, p *wire.Packet, w *wire.TCP, bad func(string, any, any)) {
	t.Helper()
	c := &p.TCP
	if p.Unknown&wire.UnknownLen != 0 || c.PayloadLen != w.PayloadLen {
		bad("length", c.PayloadLen, w.PayloadLen)
	}
	if p.Unknown&wire.UnknownWindow != 0 { // -q
		if c.Flags != 0 || p.Unknown&wire.UnknownSeq == 0 || p.Unknown&wire.UnknownAck == 0 || p.Unknown&wire.UnknownOptions == 0 {
			bad("what -q cannot tell", p.Unknown, "unknown")
		}
		return
	}
	if c.Seq != w.Seq || c.Ack != w.Ack || c.Flags != w.Flags || c.Window != w.Window {
		t.Errorf("frame %d: seq %d ack %d flags %x win %d, want %d %d %x %d", p.Frame, c.Seq, c.Ack, c.Flags, c.Window, w.Seq, w.Ack, w.Flags, w.Window)
	}
	if c.Options != w.Options || c.MSS != w.MSS || c.WScale != w.WScale || c.TSval != w.TSval || c.TSecr != w.TSecr || c.SACK != w.SACK {
		bad("options", *c, *w)
	}
	pureAck := c.Flags == wire.ACK && c.PayloadLen == 0
	if p.Unknown&wire.UnknownSeq != 0 && !pureAck {
		bad("sequence number", "unknown", w.Seq)
	}
}
