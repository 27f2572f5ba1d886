package listing_test

import (
	"encoding/binary"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"wirewhy/analyzer"
	"wirewhy/analyzer/listing"
	"wirewhy/analyzer/wire"
)

const pasted = `Hi, this is what we see on the client. Any idea?

> $ sudo tcpdump -i eth7 -n port 80
> tcpdump: verbose output suppressed, use -v[v]... for full protocol decode
> listening on eth7, link-type EN10MB (Ethernet), snapshot length 262144 bytes
> 23:59:59.900000 IP 10.1.1.5.50001 > 10.1.2.6.80: Flags [S], seq 500000001, win 64240, options [mss 1460,sackOK,TS val 7 ecr 0,nop,wscale 7], length 0
> 00:00:00.100000 IP 10.1.2.6.80 > 10.1.1.5.50001: Flags [S.], seq 900000001, ack 500000002, win 65160, options [mss 1400,nop,nop,sackOK], length 0
> 00:00:00.200000 IP 10.1.1.5.50001 > 10.1.2.6.80: Flags [P.], seq 1:11, ack 1, win 64240, length 10: HTTP: GET / HTTP/1.1
> ^C3 packets captured
> 9 packets received by filter
> 2 packets dropped by kernel

something else entirely
`

func TestPastedMail(t *testing.T) {
	for name, text := range map[string]string{
		"mail": pasted, "windows": strings.ReplaceAll(pasted, "\n", "\r\n"), "page": strings.ReplaceAll(pasted, " > ", " &gt; "),
		"powershell": utf16Of(pasted), "fenced": "```\n" + strings.ReplaceAll(pasted, "> ", "") + "```\n", "coloured": strings.ReplaceAll(pasted, "Flags", "\x1b[1;31mFlags\x1b[0m"),
	} {
		t.Run(name, func(t *testing.T) {
			if name == "fenced" {
				text = strings.NewReplacer("5.50001 10", "5.50001 > 10", "6.80 10", "6.80 > 10").Replace(text)
			}
			p, r := readAll(t, text)
			c := r.Capture()
			if len(p) != 3 || c.Packets != 3 {
				t.Fatalf("%d packets", len(p))
			}
			if d := p[2].Time.Sub(p[0].Time); d != 300*time.Millisecond || p[0].Unknown&wire.UnknownTime == 0 {
				t.Errorf("across midnight: %v", d)
			}
			if p[2].TCP.Seq != 500000002 || p[2].TCP.Ack != 900000002 || string(p[2].Payload) != "GET / HTTP/1.1\r\n" {
				t.Errorf("request %+v %q", p[2].TCP, p[2].Payload)
			}
			if p[1].TCP.MSS != 1400 || p[1].TCP.Options != wire.OptMSS|wire.OptSACKPerm || p[0].TCP.WScale != 7 {
				t.Errorf("options %+v %+v", p[0].TCP, p[1].TCP)
			}
			if p[0].Unknown&(wire.UnknownTTL|wire.UnknownIPID) != wire.UnknownTTL|wire.UnknownIPID {
				t.Errorf("unknown: %b", p[0].Unknown)
			}
			want := analyzer.Interface{Name: "eth7", Link: analyzer.LinkEthernet, SnapLen: 262144, Received: 9, Dropped: 2, HasStats: true}
			if len(c.Interfaces) != 1 || c.Interfaces[0] != want {
				t.Errorf("interfaces: %+v", c.Interfaces)
			}
			said := warnings(c)
			for _, w := range []string{"2 packets were dropped", "no date", "Line 1 was not understood", "“something else entirely”"} {
				if !strings.Contains(strings.ReplaceAll(said, "Line 2 ", "Line 1 "), w) {
					t.Errorf("%q is not said:\n%s", w, said)
				}
			}
		})
	}
}

func utf16Of(s string) string {
	b := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return string(b)
}

func warnings(c *analyzer.Capture) string {
	var lines []string
	for _, w := range c.Warnings {
		lines = append(lines, w.Text.En)
	}
	return strings.Join(lines, "\n")
}

// Terminals break lines anywhere, mail programs at spaces.
func TestWrappedLines(t *testing.T) {
	whole := `09:00:00.000100 IP 172.20.1.9.40111 > 172.21.8.8.9000: Flags [S], seq 3000000000, win 29200, options [mss 1460,sackOK,TS val 3135955039 ecr 0,nop,wscale 10], length 0
09:00:00.000300 IP 172.21.8.8.9000 > 172.20.1.9.40111: Flags [S.], seq 2000000000, ack 3000000001, win 28960, options [mss 1460,sackOK,TS val 11 ecr 3135955039,nop,wscale 10], length 0
09:00:00.000700 IP 172.20.1.9.40111 > 172.21.8.8.9000: Flags [P.], seq 1:107, ack 1, win 229, options [nop,nop,TS val 3135955040 ecr 11], length 106
09:00:00.000900 IP 172.21.8.8.9000 > 172.20.1.9.40111: Flags [.], ack 107, win 227, options [nop,nop,TS val 12 ecr 3135955040], length 0
`
	want, _ := readAll(t, whole)
	for width := 50; width < 150; width++ {
		for name, wrap := range map[string]func(string, int) string{"anywhere": wrapAnywhere, "at spaces": wrapAtSpaces} {
			got, r := readAll(t, wrap(whole, width))
			if len(got) != len(want) {
				t.Fatalf("%s, width %d: %d packets", name, width, len(got))
			}
			for i := range got {
				if got[i].TCP != want[i].TCP || got[i].Src != want[i].Src || got[i].DstPort != want[i].DstPort {
					t.Errorf("%s, width %d, frame %d: %+v\n%s", name, width, i+1, got[i].TCP, wrap(whole, width))
				}
			}
			if s := warnings(r.Capture()); strings.Contains(s, "understood") {
				t.Errorf("%s, width %d: %s", name, width, s)
			}
		}
	}
}

func wrapAnywhere(s string, width int) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		for ; len(line) > width+1; line = line[width:] {
			b.WriteString(line[:width] + "\n")
		}
		b.WriteString(line)
	}
	return b.String()
}

func wrapAtSpaces(s string, width int) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		for len(line) > width+1 {
			i := strings.LastIndexByte(line[:width], ' ')
			b.WriteString(line[:i] + "\n")
			line = line[i+1:]
		}
		b.WriteString(line)
	}
	return b.String()
}

// What tcpdump before 4.0 printed, with and without the word IP.
func TestOldStyle(t *testing.T) {
	p, _ := readAll(t, `14:00:01.000001 IP 10.1.1.5.50001 > 10.1.2.6.80: S 500000001:500000001(0) win 5840 <mss 1460,sackOK,timestamp 12 0,nop,wscale 2>
14:00:01.100001 10.1.2.6.80 > 10.1.1.5.50001: S 900000001:900000001(0) ack 500000002 win 5792 <mss 1460> (DF)
14:00:01.200001 10.1.1.5.50001 > 10.1.2.6.80: . ack 1 win 1460
14:00:01.300001 IP 10.1.1.5.50001 > 10.1.2.6.80: P 1:107(106) ack 1 win 1460 <nop,nop,timestamp 13 12>
14:00:01.400001 IP 10.1.2.6.80 > 10.1.1.5.50001: R 1:1(0) ack 107 win 0
14:00:01.500001 arp who-has 10.1.1.1 tell 10.1.1.5
14:00:01.600001 arp reply 10.1.1.1 is-at 0:c:29:1:2:3
14:00:01.700001 IP 10.1.1.1 > 10.1.1.5: icmp 36: host 10.1.9.9 unreachable
`)
	if len(p) != 8 {
		t.Fatalf("%d packets", len(p))
	}
	for i, want := range []wire.TCP{
		{Seq: 500000001, Flags: wire.SYN, Window: 5840}, {Seq: 900000001, Ack: 500000002, Flags: wire.SYN | wire.ACK, Window: 5792},
		{Seq: 500000002, Ack: 900000002, Flags: wire.ACK, Window: 1460}, {Seq: 500000002, Ack: 900000002, Flags: wire.PSH | wire.ACK, Window: 1460, PayloadLen: 106},
		{Seq: 900000002, Ack: 500000108, Flags: wire.RST | wire.ACK},
	} {
		if c := p[i].TCP; c.Seq != want.Seq || c.Ack != want.Ack || c.Flags != want.Flags || c.Window != want.Window || c.PayloadLen != want.PayloadLen {
			t.Errorf("frame %d: %+v, want %+v", i+1, c, want)
		}
	}
	if c := p[0].TCP; c.MSS != 1460 || c.WScale != 2 || c.TSval != 12 || !p[1].DF {
		t.Errorf("options: %+v", c)
	}
	if p[6].Kind != wire.KindARP || !p[6].ARP.Reply || p[6].ARP.SenderMAC != 0x000c29010203 || p[7].Kind != wire.KindICMP {
		t.Errorf("ARP and ICMP: %+v %+v", p[6], p[7])
	}
}

// Hosts and services by name, as without -n.
func TestNames(t *testing.T) {
	p, r := readAll(t, `14:00:01.000001 IP shop.lan.50001 > db-1.lan.postgresql: Flags [S], seq 500000001, win 64240, options [mss 1460], length 0
14:00:01.000201 IP db-1.lan.postgresql > shop.lan.50001: Flags [R.], seq 0, ack 500000002, win 0, length 0
14:00:01.000301 IP localhost.50002 > 10.0.0.9.odd-service: Flags [S], seq 7, win 64240, options [mss 1460], length 0
`)
	if len(p) != 3 || p[0].Src != p[1].Dst || p[0].Dst != p[1].Src || p[0].Src == p[0].Dst || p[0].DstPort != 5432 || p[1].TCP.Ack != 500000002 {
		t.Fatalf("%+v", p)
	}
	c := r.Capture()
	if c.Names[p[0].Dst.String()] != "db-1.lan" || p[2].Src.String() != "127.0.0.1" || p[2].Dst.String() != "10.0.0.9" {
		t.Errorf("names %v, %v > %v", c.Names, p[2].Src, p[2].Dst)
	}
	if s := warnings(c); !strings.Contains(s, "2 hosts are printed by name") || !strings.Contains(s, "odd-service") {
		t.Error(s)
	}
}

// A listing that begins in the middle of a connection holds relative numbers whose
// beginning nobody knows; tcpdump that begins there prints the first ones whole.
func TestMidstream(t *testing.T) {
	p, r := readAll(t, `14:00:01.000001 IP 10.1.1.5.50001 > 10.1.2.6.80: Flags [P.], seq 501:601, ack 2001, win 502, length 100
14:00:01.000201 IP 10.1.2.6.80 > 10.1.1.5.50001: Flags [P.], seq 2001:2101, ack 601, win 502, length 100
14:00:02.000001 IP 10.1.1.5.50002 > 10.1.2.6.80: Flags [P.], seq 3000000000:3000000010, ack 4000000000, win 502, length 10
14:00:02.000201 IP 10.1.2.6.80 > 10.1.1.5.50002: Flags [P.], seq 1:101, ack 10, win 502, length 100
14:00:02.000301 IP 10.1.1.5.50002 > 10.1.2.6.80: Flags [.], ack 101, win 502, length 0
14:00:02.000401 IP 10.1.1.5.50002 > 10.1.2.6.80: Flags [R], seq 3000000010, win 0, length 0
`)
	const relative = wire.RelativeSeq | wire.RelativeAck
	if p[0].Unknown&relative != relative || p[1].Unknown&relative != relative || p[0].TCP.Seq != 501 || p[1].TCP.Ack != 601 {
		t.Errorf("relative: %+v %+v", p[0], p[1])
	}
	if p[3].Unknown&relative != 0 || p[3].TCP.Seq != 4000000000 || p[3].TCP.Ack != 3000000010 || p[4].TCP.Ack != 4000000100 || p[5].TCP.Seq != 3000000010 {
		t.Errorf("absolute: %+v %+v %+v", p[3].TCP, p[4].TCP, p[5].TCP)
	}
	if s := warnings(r.Capture()); !strings.Contains(s, "2 packets stay relative") {
		t.Error(s)
	}
}

// An ICMP error follows on the SYN that it refuses, in order.
func TestQuotedSegmentIsFound(t *testing.T) {
	p, _ := readAll(t, `14:00:01.000001 IP 10.1.1.5.50001 > 10.1.2.6.80: Flags [S], seq 1000000, win 502, options [mss 1460], length 0
14:00:01.000002 IP 10.1.1.5.50002 > 10.1.2.6.80: Flags [S], seq 2000000, win 502, options [mss 1460], length 0
14:00:01.000003 IP 10.1.1.5.50003 > 10.1.2.6.81: Flags [S], seq 3000000, win 502, options [mss 1460], length 0
14:00:01.000101 IP 10.1.1.1 > 10.1.1.5: ICMP host 10.1.2.6 unreachable - admin prohibited, length 68
14:00:01.000102 IP 10.1.2.6 > 10.1.1.5: ICMP 10.1.2.6 tcp port 81 unreachable, length 68
14:00:01.000103 IP 10.1.1.1 > 10.1.1.5: ICMP host 10.1.2.6 unreachable - admin prohibited, length 68
14:00:01.000104 IP 10.1.1.1 > 10.1.1.5: ICMP 10.1.2.6 unreachable - need to frag (mtu 1400), length 556
`)
	for i, want := range []uint16{50001, 50003, 50002, 0} {
		if m := p[3+i].ICMP; m.QuotedSrcPort != want || !m.IsError || m.QuotedPorts != (want != 0) {
			t.Errorf("error %d quotes port %d, want %d", i, m.QuotedSrcPort, want)
		}
	}
	if a, b, c := p[3].ICMP, p[4].ICMP, p[6].ICMP; a.Code != 10 || b.Code != 3 || c.Code != 4 || c.MTU != 1400 {
		t.Errorf("codes %d %d %d", a.Code, b.Code, c.Code)
	}
}

func TestTunnelsAndVLANs(t *testing.T) {
	p, r := readAll(t, `14:00:01.000001 IP 10.9.1.1 > 10.9.1.2: GREv0, length 64: IP 10.2.0.1.5000 > 10.2.0.2.80: Flags [S], seq 5, win 9, options [mss 1400], length 0
14:00:01.000002 IP 10.9.1.1.3333 > 10.9.1.2.4789: VXLAN, flags [I] (0x08), vni 77
IP 10.2.0.1.5000 > 10.2.0.2.80: Flags [S], seq 5, win 9, options [mss 1400], length 0
14:00:01.000003 02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype 802.1Q (0x8100), length 70: vlan 12, p 0, ethertype IPv4 (0x0800), 10.2.0.1.5000 > 10.2.0.2.80: Flags [S], seq 5, win 9, options [mss 1400], length 0
14:00:01.000004 IP6 2001:db8::1.5000 > 2001:db8::2.80: Flags [SEW], seq 5, win 9, options [mss 1400], length 0
14:00:01.000005 00:00:00:00:00:00 > 00:00:00:00:00:00, ethertype IPv6 (0x86dd), length 94: ::1.5000 > ::1.80: Flags [S], seq 5, win 9, options [mss 1400], length 0
`)
	if len(p) != 5 {
		t.Fatalf("%d packets", len(p))
	}
	for i, want := range []string{"GRE 10.9.1.1 ↔ 10.9.1.2", "VXLAN VNI 77", "VLAN 12", "", ""} {
		if got := r.ScopeName(p[i].Scope); got != want || p[i].Kind != wire.KindTCP || p[i].SrcPort != 5000 {
			t.Errorf("frame %d: scope %q, want %q; %+v", i+1, got, want, p[i])
		}
	}
	if p[2].WireLen != 70 || p[2].DstMAC != 0x020000000002 || p[3].TCP.Flags != wire.SYN|wire.ECE|wire.CWR {
		t.Errorf("%+v %+v", p[2], p[3])
	}
}

func TestLooksRefusesOtherTexts(t *testing.T) {
	for _, s := range []string{
		"", "hello, world\n", "Tcp:\n    12 active connection openings\n    3 failed connection attempts\n",
		"State      Recv-Q Send-Q Local Address:Port Peer Address:Port\nLISTEN     0      128    0.0.0.0:80         0.0.0.0:*\n",
		"Chain INPUT (policy ACCEPT 10 packets, 600 bytes)\n pkts bytes target prot opt in out source destination\n",
		"2024-03-01 10:00:00.123456 INFO server started on 10.0.0.1:80\n", "net.ipv4.tcp_tw_recycle = 1\n",
		"1 > 2: three\n", "10.0.0.1 - - [01/Mar/2024:10:00:00 +0000] \"GET / HTTP/1.1\" 200 3\n",
	} {
		if listing.Looks([]byte(s)) {
			t.Errorf("taken for a listing: %q", s)
		}
	}
	if !listing.Looks([]byte("tcpdump: listening on eth0, link-type EN10MB (Ethernet), capture size 96 bytes\n0 packets captured\n")) {
		t.Error("a listing without packets is none")
	}
}

func TestWarningsAreBounded(t *testing.T) {
	_, r := readAll(t, strings.Repeat("what is this line about\n", 10000)+edited)
	if n := len(r.Capture().Warnings); n > 12 {
		t.Errorf("%d warnings", n)
	}
	if s := warnings(r.Capture()); !strings.Contains(s, "9995 lines were more") {
		t.Error(s)
	}
}
