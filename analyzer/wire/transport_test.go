package wire

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"wirewhy/analyzer"
)

func TestTCPOptions(t *testing.T) {
	ts := []byte{8, 10, 0, 0, 0, 1, 0, 0, 0, 2}
	sack := func(n int) []byte {
		b := []byte{5, byte(2 + 8*n)}
		for i := range n {
			b = join(b, u32(100*i), u32(100*i+50))
		}
		return b
	}
	tests := []struct {
		name string
		list []byte
		want TCP
	}{
		{"SYN of Linux", join([]byte{2, 4, 5, 0xb4, 4, 2}, ts, []byte{1, 3, 3, 7}), TCP{Options: OptMSS | OptSACKPerm | OptTimestamps | OptWScale, MSS: 1460, WScale: 7, TSval: 1, TSecr: 2}},
		{"timestamps", join([]byte{1, 1}, ts), TCP{Options: OptTimestamps, TSval: 1, TSecr: 2}},
		{"timestamps at the front", join(ts, []byte{0, 0}), TCP{Options: OptTimestamps, TSval: 1, TSecr: 2}},
		{"one block", join([]byte{1, 1}, sack(1)), TCP{Options: OptSACK, SACKCount: 1, SACK: [4]SACKBlock{{0, 50}}}},
		{"four blocks", join([]byte{1, 1}, sack(4)), TCP{Options: OptSACK, SACKCount: 4, SACK: [4]SACKBlock{{0, 50}, {100, 150}, {200, 250}, {300, 350}}}},
		{"no block", []byte{5, 2, 1, 1}, TCP{Options: OptSACK | OptBad}},
		{"half a block", []byte{5, 6, 0, 0, 0, 1, 3, 3, 7, 0, 0, 0}, TCP{Options: OptSACK | OptBad | OptWScale, WScale: 7}},
		{"MD5", join([]byte{1, 1, 19, 18}, make([]byte, 16)), TCP{Options: OptMD5}},
		{"AO", join([]byte{29, 16}, make([]byte, 14)), TCP{Options: OptAO}},
		{"MPTCP", join([]byte{30, 12}, make([]byte, 10)), TCP{Options: OptMPTCP}},
		{"fast open cookie", join([]byte{34, 10}, make([]byte, 8), []byte{1, 1}), TCP{Options: OptFastOpen}},
		{"fast open request", []byte{34, 2, 1, 1}, TCP{Options: OptFastOpen}},
		{"fast open, experimental", []byte{254, 4, 0xf9, 0x89}, TCP{Options: OptFastOpen}},
		{"another experiment", []byte{254, 4, 0xf9, 0x88}, TCP{Options: OptUnknown}},
		{"four NOPs", []byte{1, 1, 1, 1}, TCP{Options: OptManyNOPs}},
		{"three NOPs and one", []byte{1, 1, 1, 4, 2, 1, 0, 0}, TCP{Options: OptSACKPerm}},
		{"length zero", []byte{2, 4, 5, 0xb4, 3, 0, 7, 4}, TCP{Options: OptMSS | OptBad, MSS: 1460}},
		{"length one", []byte{4, 2, 3, 1}, TCP{Options: OptSACKPerm | OptBad}},
		{"length beyond the list", []byte{4, 2, 3, 9}, TCP{Options: OptSACKPerm | OptBad}},
		{"length missing", []byte{4, 2, 1, 3}, TCP{Options: OptSACKPerm | OptBad}},
		{"MSS of three bytes", []byte{2, 3, 5, 4, 2, 0, 0, 0}, TCP{Options: OptBad | OptSACKPerm}},
		{"WScale of four bytes", []byte{3, 4, 5, 4}, TCP{Options: OptBad}},
		{"SACK permitted of four bytes", []byte{4, 4, 5, 4}, TCP{Options: OptBad}},
		{"timestamps of six bytes", []byte{8, 6, 5, 4, 1, 1, 0, 0}, TCP{Options: OptBad}},
		{"bytes after the end", []byte{0, 0, 0, 3}, TCP{Options: OptEarlyEOL}},
		{"padding after the end", []byte{4, 2, 0, 0}, TCP{Options: OptSACKPerm}},
	}
	d := NewDecoder(Config{})
	var p Packet
	for _, test := range tests {
		d.Decode(frame(101, ip4(6, "10.0.0.1", "10.0.0.2", seg(test.list, "hello"))), &p)
		got := p.TCP
		test.want.Seq, test.want.Ack, test.want.Flags, test.want.Window, test.want.PayloadLen = 100, 200, PSH|ACK, 512, 5
		if p.Kind != KindTCP || got != test.want || string(p.Payload) != "hello" {
			t.Errorf("%s:\n got %+v\nwant %+v", test.name, got, test.want)
		}
	}
}

func TestAccurateECN(t *testing.T) {
	b := seg(nil, "")
	b[12] |= 1
	var p Packet
	NewDecoder(Config{}).Decode(frame(101, ip4(6, "10.0.0.1", "10.0.0.2", b)), &p)
	if p.TCP.Flags != AE|PSH|ACK {
		t.Errorf("flags %x", uint16(p.TCP.Flags))
	}
}

func TestIPFields(t *testing.T) {
	var p Packet
	b := plain4()
	b[1] = 0x2e
	NewDecoder(Config{}).Decode(frame(1, eth(0x0800, b)), &p)
	if p.TOS != 0x2e || p.TTL != 64 || !p.DF || p.IPID != 7 || p.IPLen != 45 || p.SrcMAC != 0x020000000001 || p.DstMAC != 0x020000000002 || p.Broadcast {
		t.Errorf("%+v", p)
	}
	b = plain6()
	b[0], b[1] = 0x62, 0xe5
	f := frame(1, eth(0x86dd, b))
	f.Data[0] = 0x33
	NewDecoder(Config{}).Decode(f, &p)
	if p.TOS != 0x2e || p.TTL != 64 || !p.DF || p.IPLen != 65 || !p.Broadcast {
		t.Errorf("%+v", p)
	}
}

// TestJumbo reads an IPv6 packet longer than 65,535 bytes, with its option and
// without, as Linux hands it to captures (BIG TCP).
func TestJumbo(t *testing.T) {
	data := seg(nil, string(make([]byte, 80000)))
	option := join([]byte{6, 0, 0xc2, 4}, u32(8+len(data)), data)
	for _, b := range [][]byte{ip6(0, "2001:db8::1", "2001:db8::2", option), ip6(6, "2001:db8::1", "2001:db8::2", data)} {
		b[4], b[5] = 0, 0
		var p Packet
		NewDecoder(Config{}).Decode(frame(101, b), &p)
		if p.Kind != KindTCP || p.TCP.PayloadLen != 80000 || int(p.IPLen) != len(b) || p.Problem != ProblemNone {
			t.Errorf("%+v", p.TCP)
		}
	}
}

func TestFCS(t *testing.T) {
	b := eth(0x0800, ip4with(6, 1, 0, "10.0.0.1", "10.0.0.2", 0, nil, seg(nil, "hello")))
	f := frame(1, join(b, u32(1)))
	f.FCSLen = 4
	var p Packet
	for cut := 0; cut <= 4; cut++ {
		f.Data = f.Data[:len(b)+4-cut]
		NewDecoder(Config{}).Decode(f, &p)
		if p.TCP.PayloadLen != 5 || string(p.Payload) != "hello" {
			t.Errorf("cut by %d: %+v", cut, p.TCP)
		}
	}
}

func TestDirection(t *testing.T) {
	sll2 := join(u16(0x0800), u16(0), u32(7), u16(1), []byte{4, 6, 2, 0, 0, 0, 0, 1, 0, 0}, plain4())
	var p Packet
	for i, want := range []analyzer.Direction{analyzer.DirectionInbound, analyzer.DirectionBroadcast, analyzer.DirectionBroadcast, analyzer.DirectionOtherHost, analyzer.DirectionOutbound, analyzer.DirectionUnknown} {
		sll2[10] = byte(i)
		f := frame(276, sll2)
		NewDecoder(Config{}).Decode(f, &p)
		if p.Direction != want || p.IfIndex != 7 || p.SrcMAC != 0x020000000001 || p.Broadcast != (i == 1 || i == 2) {
			t.Errorf("packet type %d: %+v", i, p)
		}
		f.Direction = analyzer.DirectionOutbound
		NewDecoder(Config{}).Decode(f, &p)
		if p.Direction != analyzer.DirectionOutbound {
			t.Errorf("packet type %d overrules the file", i)
		}
	}
	nflog := join([]byte{2, 0, 0, 0, 8, 0, 5, 0, 0, 0, 0, 3, byte(4 + len(plain4())), 0, 9, 0}, plain4())
	NewDecoder(Config{}).Decode(frame(239, nflog), &p)
	if p.Direction != analyzer.DirectionOutbound || p.IfIndex != 3 {
		t.Errorf("NFLOG: direction %d, interface %d", p.Direction, p.IfIndex)
	}
}

func TestARP(t *testing.T) {
	b := eth(0x0806, []byte{0, 1, 8, 0, 6, 4, 0, 2, 2, 0, 0, 0, 0, 1, 10, 0, 0, 1, 2, 0, 0, 0, 0, 2, 10, 0, 0, 2, 0, 0, 0, 0})
	want := ARP{Reply: true, Sender: Addr4(0x0a000001), Target: Addr4(0x0a000002), SenderMAC: 0x020000000001, TargetMAC: 0x020000000002}
	d := NewDecoder(Config{})
	var p Packet
	if d.Decode(frame(1, b), &p); p.Kind != KindARP || p.ARP != want {
		t.Errorf("%+v", p.ARP)
	}
	for _, bad := range []struct {
		at  int
		x   byte
		why Problem
	}{{16, 9, ProblemUnknown}, {18, 8, ProblemUnknown}, {21, 3, ProblemUnknown}} {
		c := bytes.Clone(b)
		c[bad.at] = bad.x
		if d.Decode(frame(1, c), &p); p.Kind != KindOther || p.Problem != bad.why || p.ARP != (ARP{}) {
			t.Errorf("byte %d: kind %d, problem %d", bad.at, p.Kind, p.Problem)
		}
	}
}

func TestICMP(t *testing.T) {
	quote4 := ip4(6, "10.0.0.1", "10.0.0.2", seg(nil, ""))
	later := ip4with(17, 7, 100, "10.0.0.1", "10.0.0.2", 60, nil, make([]byte, 40))
	quote6 := ip6(0, "2001:db8::1", "2001:db8::2", join(ext6(44), []byte{17, 0, 0, 1}, u32(9), dgram(1000, 53, nil)))
	tcp4 := ICMP{IsError: true, QuotedKind: KindTCP, QuotedPorts: true, QuotedSrc: Addr4(0x0a000001), QuotedDst: Addr4(0x0a000002), QuotedSrcPort: 1000, QuotedDstPort: 80, QuotedSeq: 100, QuotedLen: 40}
	with := func(m ICMP, f func(*ICMP)) ICMP { f(&m); return m }
	six := ICMP{IsError: true, QuotedKind: KindUDP, QuotedPorts: true, QuotedSrc: Addr{0x20010db8 << 32, 1}, QuotedDst: Addr{0x20010db8 << 32, 2}, QuotedSrcPort: 1000, QuotedDstPort: 53, QuotedLen: 64}
	tests := []struct {
		name    string
		version int
		message []byte
		want    ICMP
	}{
		{"echo", 4, join([]byte{8, 0, 0, 0, 0, 1, 0, 1}, quote4), ICMP{Type: 8}},
		{"port unreachable", 4, join([]byte{3, 3, 0, 0, 0, 0, 0, 0}, quote4), with(tcp4, func(m *ICMP) { m.Type, m.Code = 3, 3 })},
		{"fragmentation needed", 4, join([]byte{3, 4, 0, 0, 0, 0, 5, 0x78}, quote4), with(tcp4, func(m *ICMP) { m.Type, m.Code, m.MTU = 3, 4, 1400 })},
		{"eight bytes of the segment", 4, join([]byte{11, 0, 0, 0, 0, 0, 0, 0}, quote4[:28]), with(tcp4, func(m *ICMP) { m.Type = 11 })},
		{"four bytes of the segment", 4, join([]byte{11, 0, 0, 0, 0, 0, 0, 0}, quote4[:24]), ICMP{Type: 11, IsError: true, QuotedKind: KindTCP, QuotedSrc: Addr4(0x0a000001), QuotedDst: Addr4(0x0a000002), QuotedLen: 40}},
		{"a later fragment", 4, join([]byte{11, 1, 0, 0, 0, 0, 0, 0}, later), ICMP{Type: 11, Code: 1, IsError: true, QuotedKind: KindUDP, QuotedSrc: Addr4(0x0a000001), QuotedDst: Addr4(0x0a000002), QuotedLen: 60}},
		{"no quote", 4, []byte{3, 1, 0, 0, 0, 0, 0, 0}, ICMP{Type: 3, Code: 1, IsError: true}},
		{"packet too big", 6, join([]byte{2, 0, 0, 0, 0, 0, 5, 0}, quote6), with(six, func(m *ICMP) { m.Type, m.MTU = 2, 1280 })},
		{"no route", 6, join([]byte{1, 0, 0, 0, 0, 0, 0, 0}, quote6[:50]), ICMP{Type: 1, IsError: true, QuotedSrc: six.QuotedSrc, QuotedDst: six.QuotedDst, QuotedLen: 64}},
		{"neighbour solicitation", 6, join([]byte{135, 0, 0, 0, 0, 0, 0, 0}, quote6[24:40]), ICMP{Type: 135, NeighbourTarget: six.QuotedDst}},
		{"neighbour advertisement, cut", 6, join([]byte{136, 0, 0, 0, 0, 0, 0, 0}, quote6[24:39]), ICMP{Type: 136}},
	}
	d := NewDecoder(Config{})
	var p Packet
	for _, test := range tests {
		b := ip4(1, "192.0.2.1", "10.0.0.1", test.message)
		if test.version == 6 {
			b = ip6(58, "2001:db8::9", "2001:db8::1", test.message)
		}
		d.Decode(frame(101, b), &p)
		if p.Kind != KindICMP || p.ICMP != test.want {
			t.Errorf("%s:\n got %+v\nwant %+v", test.name, p.ICMP, test.want)
		}
		for n := range b {
			d.Decode(frame(101, b[:n]), &p)
		}
	}
}

func TestChecksum(t *testing.T) {
	d := NewDecoder(Config{})
	var p Packet
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 400 {
		payload := make([]byte, random.IntN(100))
		for j := range payload {
			payload[j] = byte(random.Uint32())
			if i%4 == 0 {
				payload[j] = 0xff
			}
		}
		s, at, protocol := seg(nil, string(payload)), 16, 6
		if i%2 == 1 {
			s, at, protocol = dgram(1000, 2000, payload), 6, 17
		}
		var b []byte
		var pseudo []byte
		if i%4 < 2 {
			b = ip4(protocol, "10.0.0.1", "255.255.0.2", s)
			pseudo = join(b[12:20], u16(protocol), u16(len(s)))
		} else {
			b = ip6(protocol, "2001:db8::1", "ffff:ffff::2", s)
			pseudo = join(b[8:40], u32(len(s)), u32(protocol))
		}
		field := b[len(b)-len(s)+at:]
		verify := func(what string, sum uint16, want Checksum) {
			t.Helper()
			field[0], field[1] = byte(sum>>8), byte(sum)
			d.Decode(frame(101, b), &p)
			if got := d.Checksum(&p); got != want || p.Checksum != want {
				t.Fatalf("%d, %s: %d", i, what, got)
			}
		}
		field[0], field[1] = 0, 0
		right := ^plainSum(join(pseudo, b[len(b)-len(s):]))
		if right == 0 {
			right = 0xffff
		}
		verify("right", right, ChecksumGood)
		verify("partial", plainSum(pseudo), ChecksumPartial)
		if wrong := right ^ 0x0100; wrong != plainSum(pseudo) && wrong != 0 && wrong != 0xffff {
			verify("wrong", wrong, ChecksumBad)
			f := frame(101, b[:len(b)-len(payload)])
			f.WireLen = uint32(len(b))
			if d.Decode(f, &p); len(payload) > 0 && d.Checksum(&p) != ChecksumUnverified {
				t.Errorf("cut: %d", p.Checksum)
			}
		}
		if protocol == 17 && i%4 < 2 {
			verify("none", 0, ChecksumZero)
		}
	}
}
