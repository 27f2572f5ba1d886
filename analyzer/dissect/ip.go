package dissect

import (
	"fmt"

	"github.com/google/gopacket/layers"
)

// trafficClass tells the byte that IPv4 calls TOS: DSCP and ECN (RFC 2474, RFC 3168).
func (b *block) trafficClass(off, n int, v uint8) {
	f := b.add("Traffic class", off, n, fmt.Sprintf("0x%02x", v))
	b.child(f, "DSCP", off, n, fmt.Sprint(v>>2))
	b.child(f, "ECN", off, n, [...]string{"Not-ECT", "ECT(1)", "ECT(0)", "CE"}[v&3])
}

func tellIPv4(b *block) {
	header, total := int(b.u8(0)&15)*4, int(b.u16(2))
	b.add("Version", 0, 1, fmt.Sprint(b.u8(0)>>4))
	b.add("Header length", 0, 1, fmt.Sprint(header))
	b.trafficClass(1, 1, b.u8(1))
	b.decimal("Total length", 2, 2)
	b.add("Identification", 4, 2, fmt.Sprintf("0x%04x (%d)", b.u16(4), b.u16(4)))
	flags := b.u16(6)
	f := b.add("Flags", 6, 2, ipFlags(flags))
	b.child(f, "Don't fragment", 6, 1, yes(flags&0x4000 != 0))
	b.child(f, "More fragments", 6, 1, yes(flags&0x2000 != 0))
	b.child(f, "Fragment offset", 6, 2, fmt.Sprint(int(flags&0x1fff)*8))
	b.decimal("TTL", 8, 1)
	b.named("Protocol", 9, 1, ipProtocols)
	b.add("Header checksum", 10, 2, fmt.Sprintf("0x%04x%s", b.u16(10), b.headerSum(header)))
	b.ip4("Source", 12)
	b.ip4("Destination", 16)
	if header > 20 {
		b.dump("Options", 20, header-20)
	}
	b.layer.Summary = address(b.bytes(12, 4)) + " → " + address(b.bytes(16, 4))
	if total >= header {
		b.payload = total
	}
	if flags&0x3fff == 0 {
		b.next = layers.IPProtocol(b.u8(9)).LayerType()
	}
}

// ipFlags tells the fragmentation bits in one word.
func ipFlags(v uint16) string {
	switch {
	case v&0x1fff != 0 || v&0x2000 != 0:
		return fmt.Sprintf("fragment at %d", int(v&0x1fff)*8)
	case v&0x4000 != 0:
		return "don't fragment"
	}
	return "none"
}

// headerSum says whether an IPv4 header's checksum is right.
func (b *block) headerSum(header int) string {
	h := b.bytes(0, header)
	if header < 20 || h == nil {
		return ""
	}
	sum := 0
	for i := 0; i+1 < len(h); i += 2 {
		sum += int(h[i])<<8 | int(h[i+1])
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	if sum == 0xffff {
		return " (right)"
	}
	return " (wrong)"
}

func tellIPv6(b *block) {
	b.add("Version", 0, 1, fmt.Sprint(b.u8(0)>>4))
	b.trafficClass(0, 2, uint8(b.u16(0)>>4))
	b.add("Flow label", 1, 3, fmt.Sprintf("0x%05x", b.number(1, 3)&0xfffff))
	b.decimal("Payload length", 4, 2)
	b.named("Next header", 6, 1, ipProtocols)
	b.decimal("Hop limit", 7, 1)
	b.ip6("Source", 8)
	b.ip6("Destination", 24)
	b.layer.Summary = address(b.bytes(8, 16)) + " → " + address(b.bytes(24, 16))
	if n := int(b.u16(4)); n > 0 {
		b.payload = 40 + n
	}
	b.next = layers.IPProtocol(b.u8(6)).LayerType()
}

// nextHeader tells what every extension header begins with.
func (b *block) nextHeader() {
	b.named("Next header", 0, 1, ipProtocols)
	b.next = layers.IPProtocol(b.u8(0)).LayerType()
}

func tellExtension(b *block) {
	b.nextHeader()
	n := (int(b.u8(1)) + 1) * 8
	b.add("Length", 1, 1, fmt.Sprint(n))
	for off := 2; off+1 < n; {
		kind, size := b.u8(off), int(b.u8(off+1))+2
		if kind == 0 {
			off++
			continue
		}
		if off+size > n || !b.has(off, size) {
			break
		}
		b.add(fmt.Sprintf("Option %d", kind), off, size, hexString(b.bytes(off+2, size-2)))
		off += size
	}
	if b.has(0, n) {
		b.used = n
	}
}

func tellRouting(b *block) {
	b.nextHeader()
	n := (int(b.u8(1)) + 1) * 8
	b.add("Length", 1, 1, fmt.Sprint(n))
	b.decimal("Routing type", 2, 1)
	b.decimal("Segments left", 3, 1)
	if b.u8(2) == 4 {
		b.decimal("Last entry", 4, 1)
		b.hexadecimal("Flags", 5, 1)
		b.hexadecimal("Tag", 6, 2)
	}
	for off := 8; off+16 <= n; off += 16 {
		b.ip6(fmt.Sprintf("Address %d", (off-8)/16), off)
	}
	b.layer.Summary = fmt.Sprintf("%d segments left", b.u8(3))
}

func tellFragment(b *block) {
	b.nextHeader()
	v := b.u16(2)
	b.add("Offset", 2, 2, fmt.Sprint(v&^7))
	b.add("More fragments", 3, 1, yes(v&1 != 0))
	b.hexadecimal("Identification", 4, 4)
	b.layer.Summary = fmt.Sprintf("offset %d", v&^7)
	if v&^7 != 0 {
		b.next = 0
	}
}

func tellAuthentication(b *block) {
	b.nextHeader()
	n := (int(b.u8(1)) + 2) * 4
	b.add("Length", 1, 1, fmt.Sprint(n))
	b.hexadecimal("SPI", 4, 4)
	b.decimal("Sequence", 8, 4)
	if n > 12 {
		b.dump("Integrity check value", 12, n-12)
	}
}

func tellARP(b *block) {
	b.named("Hardware type", 0, 2, hardwareTypes)
	b.etherType("Protocol type", 2)
	b.decimal("Hardware length", 4, 1)
	b.decimal("Protocol length", 5, 1)
	b.named("Operation", 6, 2, map[uint64]string{1: "request", 2: "reply", 3: "reverse request", 4: "reverse reply"})
	if b.u8(4) != 6 || b.u8(5) != 4 {
		return
	}
	b.payload = 28
	b.mac("Sender", 8)
	b.ip4("Sender address", 14)
	b.mac("Target", 18)
	b.ip4("Target address", 24)
	if b.u16(6) == 2 {
		b.layer.Summary = address(b.bytes(14, 4)) + " is at " + macString(b.bytes(8, 6))
	} else {
		b.layer.Summary = "who has " + address(b.bytes(24, 4)) + "? tell " + address(b.bytes(14, 4))
	}
}
