package wire

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"

	"wirewhy/analyzer"
)

// The functions of this file build headers around payloads, innermost first.

func join(parts ...[]byte) []byte {
	var r []byte
	for _, p := range parts {
		r = append(r, p...)
	}
	return r
}

func u16(v int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(v)) }
func u32(v int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(v)) }

// eth puts an Ethernet header in front of a payload.
func eth(etherType int, payload []byte) []byte {
	return join([]byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1}, u16(etherType), payload)
}

// tagged returns a VLAN tag as the payload of an EtherType 0x8100.
func tagged(vlan, etherType int, payload []byte) []byte {
	return join(u16(vlan), u16(etherType), payload)
}

// ip4 puts an IPv4 header with a right checksum in front of a payload.
func ip4(protocol int, src, dst string, payload []byte) []byte {
	return ip4with(protocol, 7, 0x4000, src, dst, len(payload)+20, nil, payload)
}

func ip4with(protocol, id, fragment int, src, dst string, total int, options, payload []byte) []byte {
	h := join([]byte{byte(0x45 + len(options)/4), 0}, u16(total+len(options)), u16(id), u16(fragment), []byte{64, byte(protocol), 0, 0},
		netip.MustParseAddr(src).AsSlice(), netip.MustParseAddr(dst).AsSlice(), options)
	binary.BigEndian.PutUint16(h[10:], ^plainSum(h))
	return append(h, payload...)
}

// ip6 puts an IPv6 header in front of a payload.
func ip6(next int, src, dst string, payload []byte) []byte {
	return join([]byte{0x60, 0, 0, 0}, u16(len(payload)), []byte{byte(next), 64}, netip.MustParseAddr(src).AsSlice(), netip.MustParseAddr(dst).AsSlice(), payload)
}

// seg returns a segment from port 1000 to 80 with seq 100, ack 200, flags [P.], window 512.
func seg(options []byte, payload string) []byte {
	return join(u16(1000), u16(80), u32(100), u32(200), []byte{byte(5+len(options)/4) << 4, 0x18}, u16(512), u16(0), u16(0), options, []byte(payload))
}

// dgram returns a UDP datagram without a checksum.
func dgram(src, dst int, payload []byte) []byte {
	return join(u16(src), u16(dst), u16(8+len(payload)), u16(0), payload)
}

// plain4 and plain6 are the packets that most encapsulations of the tests carry.
func plain4() []byte { return ip4(6, "10.0.0.1", "10.0.0.2", seg(nil, "hello")) }
func plain6() []byte { return ip6(6, "2001:db8::1", "2001:db8::2", seg(nil, "hello")) }

const (
	want4 = "TCP 10.0.0.1:1000 > 10.0.0.2:80 seq 100 ack 200 flags 18 win 512 len 5"
	want6 = "TCP 2001:db8::1:1000 > 2001:db8::2:80 seq 100 ack 200 flags 18 win 512 len 5"
)

// plainSum is the Internet checksum's sum, the simple way.
func plainSum(b []byte) uint16 {
	sum := 0
	for i, x := range b {
		if i%2 == 0 {
			sum += int(x) << 8
		} else {
			sum += int(x)
		}
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return uint16(sum)
}

// frame wraps bytes that were captured whole.
func frame(link analyzer.LinkType, b []byte) *analyzer.Frame {
	return &analyzer.Frame{Number: 1, Link: link, WireLen: uint32(len(b)), Data: b, Time: 1e18}
}

var kindNames = [...]string{"other", "TCP", "UDP", "ICMP", "ARP", "fragment", "none"}
var problemNames = [...]string{"", "cut", "short", "invalid", "depth", "unknown"}

// describe tells the outcome in one line, for comparison.
func describe(d *Decoder, p *Packet) string {
	var b strings.Builder
	b.WriteString(kindNames[p.Kind])
	switch p.Kind {
	case KindTCP:
		t := &p.TCP
		fmt.Fprintf(&b, " %s:%d > %s:%d seq %d ack %d flags %x win %d len %d", p.Src, p.SrcPort, p.Dst, p.DstPort, t.Seq, t.Ack, uint16(t.Flags), t.Window, t.PayloadLen)
	case KindUDP:
		fmt.Fprintf(&b, " %s:%d > %s:%d payload %d", p.Src, p.SrcPort, p.Dst, p.DstPort, len(p.Payload))
	case KindICMP:
		fmt.Fprintf(&b, " %s > %s %d/%d", p.Src, p.Dst, p.ICMP.Type, p.ICMP.Code)
	case KindOther, KindFragment:
		if p.Version != 0 {
			fmt.Fprintf(&b, " %s > %s protocol %d", p.Src, p.Dst, p.Protocol)
		}
	}
	if p.Problem != ProblemNone {
		b.WriteString(" !" + problemNames[p.Problem])
	}
	if p.Depth > 0 {
		fmt.Fprintf(&b, " depth %d", p.Depth)
	}
	if p.Scope > 0 {
		b.WriteString(" in " + d.ScopeName(p.Scope))
	}
	return b.String()
}
