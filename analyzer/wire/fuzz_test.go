package wire

import (
	"fmt"
	"testing"
	"time"

	"wirewhy/analyzer"
)

// FuzzDecode decodes arbitrary bytes twice, so that fragments meet, and cuts them.
func FuzzDecode(f *testing.F) {
	for _, c := range allCases() {
		f.Add(uint16(c.link), uint32(len(c.data)), uint8(0), c.data)
	}
	for _, b := range append(pieces(1, 17, dgram(1, 53, make([]byte, 100)), 48), pieces6(1, 6, seg(nil, "hello, world"), 16)...) {
		f.Add(uint16(101), uint32(len(b)), uint8(4), b)
	}
	d := NewDecoder(Config{Datagrams: 4})
	f.Fuzz(func(t *testing.T, link uint16, wire uint32, fcs uint8, data []byte) {
		fr := analyzer.Frame{Number: 1, Link: analyzer.LinkType(link), WireLen: wire, FCSLen: fcs, Data: data, Time: 1}
		// The fuzzer itself would wait for ever and then pass.
		watchdog := time.AfterFunc(5*time.Second, func() {
			panic(fmt.Sprintf("no end: link %d, wire length %d, data %x", link, wire, data))
		})
		defer watchdog.Stop()
		var p Packet
		for range 2 {
			d.Decode(&fr, &p)
			d.Checksum(&p)
			check(t, "fuzz", &fr, &p)
			_ = d.ScopeName(p.Scope)
			_ = AppendInfo(nil, &p, 0, 0)
			fr.Data = data[:len(data)/2]
		}
	})
}

// TestNoAllocation decodes every case again and again.
func TestNoAllocation(t *testing.T) {
	for _, c := range allCases() {
		d := NewDecoder(Config{})
		f := frame(c.link, c.data)
		var p Packet
		if n := testing.AllocsPerRun(50, func() { d.Decode(f, &p); d.Checksum(&p) }); n != 0 {
			t.Errorf("%s: %v allocations", c.name, n)
		}
	}
	d := NewDecoder(Config{})
	parts := pieces(1, 17, dgram(1, 53, make([]byte, 900)), 304)
	var p Packet
	frames := []*analyzer.Frame{frame(101, parts[0]), frame(101, parts[1]), frame(101, parts[2])}
	if n := testing.AllocsPerRun(50, func() {
		for _, f := range frames {
			d.Decode(f, &p)
		}
	}); n != 0 {
		t.Errorf("fragments: %v allocations", n)
	}
}

// TestLeftovers decodes frames of all kinds into one Packet and into fresh ones.
func TestLeftovers(t *testing.T) {
	cases := allCases()
	icmp := ip4(1, "192.0.2.1", "10.0.0.1", join([]byte{3, 4, 0, 0, 0, 0, 5, 0}, plain4()))
	arp := []byte{0, 1, 8, 0, 6, 4, 0, 2, 2, 0, 0, 0, 0, 1, 10, 0, 0, 1, 2, 0, 0, 0, 0, 2, 10, 0, 0, 2}
	sack := ip4(6, "10.0.0.1", "10.0.0.2", seg(join([]byte{1, 1, 5, 10}, u32(1), u32(2)), "x"))
	d := NewDecoder(Config{})
	var used Packet
	for i, c := range cases {
		for _, before := range []*analyzer.Frame{frame(101, icmp), frame(1, eth(0x0806, arp)), frame(101, sack), frame(cases[len(cases)-1-i].link, cases[len(cases)-1-i].data)} {
			d.Decode(before, &used)
			d.Decode(frame(c.link, c.data), &used)
			var fresh Packet
			d.Decode(frame(c.link, c.data), &fresh)
			if string(used.Payload) != string(fresh.Payload) {
				t.Errorf("%s: payload %q, not %q", c.name, used.Payload, fresh.Payload)
			}
			used.Payload, fresh.Payload = nil, nil
			if !samePacket(&used, &fresh) {
				t.Errorf("%s:\nused  %+v\nfresh %+v", c.name, used, fresh)
			}
		}
	}
}

func benchmark(b *testing.B, data []byte) {
	d := NewDecoder(Config{})
	f := frame(1, data)
	var p Packet
	b.ReportAllocs()
	for b.Loop() {
		d.Decode(f, &p)
	}
	if p.Kind != KindTCP {
		b.Fatal(describe(d, &p))
	}
}

// full is a segment of 1448 bytes with timestamps, in IPv4.
func full() []byte {
	return ip4(6, "10.0.0.1", "10.0.0.2", seg([]byte{1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2}, string(make([]byte, 1448))))
}

func BenchmarkPlain(b *testing.B) { benchmark(b, eth(0x0800, full())) }

func BenchmarkIPv6(b *testing.B) { benchmark(b, eth(0x86dd, plain6())) }

func BenchmarkVLAN(b *testing.B) { benchmark(b, eth(0x8100, tagged(12, 0x0800, full()))) }

func BenchmarkVXLAN(b *testing.B) {
	benchmark(b, outerUDP(4789, join(vxlanHeader, eth(0x0800, full()))))
}

func BenchmarkGRE(b *testing.B) { benchmark(b, outer(47, join(u16(0), u16(0x0800), full()))) }

func BenchmarkChecksum(b *testing.B) {
	d := NewDecoder(Config{})
	f := frame(1, eth(0x0800, full()))
	var p Packet
	d.Decode(f, &p)
	b.SetBytes(1448)
	for b.Loop() {
		d.Checksum(&p)
	}
}

func samePacket(a, b *Packet) bool {
	return a.Kind == b.Kind && a.TCP == b.TCP && a.ICMP == b.ICMP && a.ARP == b.ARP && a.Src == b.Src && a.Dst == b.Dst && a.SrcPort == b.SrcPort &&
		a.DstPort == b.DstPort && a.Scope == b.Scope && a.Depth == b.Depth && a.Problem == b.Problem && a.IfIndex == b.IfIndex && a.Direction == b.Direction &&
		a.SrcMAC == b.SrcMAC && a.DstMAC == b.DstMAC && a.Broadcast == b.Broadcast && a.Protocol == b.Protocol && a.IPLen == b.IPLen && a.Fragments == b.Fragments
}
