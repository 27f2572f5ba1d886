package dissect

import (
	"fmt"

	"wirewhy/analyzer/wire"
)

// checksums says in a word what verifying gave.
var checksums = map[wire.Checksum]string{
	wire.ChecksumGood: " (right)", wire.ChecksumBad: " (wrong)", wire.ChecksumPartial: " (partial: left to the network card)", wire.ChecksumZero: " (none)",
}

// checksum tells the checksum of the packet's own TCP or UDP header.
func (b *block) checksum(off int) {
	verdict := ""
	if b.last {
		verdict = checksums[b.tree.packet.Checksum]
	}
	b.add("Checksum", off, 2, fmt.Sprintf("0x%04x%s", b.u16(off), verdict))
}

func tellTCP(b *block) {
	header := int(b.u8(12)>>4) * 4
	b.decimal("Source port", 0, 2)
	b.decimal("Destination port", 2, 2)
	b.decimal("Sequence number", 4, 4)
	b.decimal("Acknowledgment number", 8, 4)
	b.add("Data offset", 12, 1, fmt.Sprint(header))
	b.flags()
	b.decimal("Window", 14, 2)
	b.checksum(16)
	b.decimal("Urgent pointer", 18, 2)
	b.tcpOptions(20, header)
	b.layer.Summary = fmt.Sprintf("%d → %d", b.u16(0), b.u16(2))
	if p := b.tree.packet; p.Kind == wire.KindTCP {
		b.layer.Summary += ", " + string(wire.AppendInfo(nil, p, 0, 0))
		b.payload = header + int(p.TCP.PayloadLen)
	}
	b.carries = tellStream
}

func (b *block) flags() {
	v := b.u16(12) & 0x1ff
	names := [...]string{"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR", "AE"}
	all := ""
	for i, name := range names {
		if v>>i&1 != 0 {
			if all != "" {
				all += " "
			}
			all += name
		}
	}
	f := b.add("Flags", 12, 2, fmt.Sprintf("0x%03x (%s)", v, all))
	for i := len(names) - 1; i >= 0; i-- {
		off := 13
		if i == 8 {
			off = 12
		}
		b.child(f, names[i], off, 1, yes(v>>i&1 != 0))
	}
}

// tcpOptionNames names option kinds (IANA TCP parameters).
var tcpOptionNames = map[uint8]string{
	0: "End of options", 1: "No operation", 2: "Maximum segment size", 3: "Window scale", 4: "SACK permitted", 5: "SACK", 8: "Timestamps", 19: "MD5 signature",
	28: "User timeout", 29: "Authentication (TCP-AO)", 30: "Multipath TCP", 34: "Fast open cookie", 69: "Encryption negotiation", 172: "Accurate ECN", 174: "Accurate ECN",
}

func (b *block) tcpOptions(off, end int) {
	for off < end && b.has(off, 1) {
		kind, n := b.u8(off), 1
		if kind > 1 {
			n = int(b.u8(off + 1))
		}
		name := tcpOptionNames[kind]
		if name == "" {
			name = fmt.Sprintf("Option %d", kind)
		}
		if n == 0 || kind > 1 && n < 2 || off+n > end {
			b.add(name, off, min(2, end-off), fmt.Sprintf("length %d cannot be", n))
			return
		}
		f := b.add(name, off, n, "")
		if f.Len > 0 {
			f.Value = b.tcpOption(f, kind, off+2, n-2)
		}
		if off += n; kind == 0 {
			return
		}
	}
}

// tcpOption returns an option's value in words, with children where it has parts.
func (b *block) tcpOption(f *Field, kind uint8, off, n int) string {
	switch {
	case kind == 2 && n == 2:
		return fmt.Sprint(b.u16(off))
	case kind == 3 && n == 1:
		return fmt.Sprintf("%d (multiply by %d)", b.u8(off), 1<<min(b.u8(off), 14))
	case kind == 8 && n == 8:
		b.child(f, "Value", off, 4, fmt.Sprint(b.u32(off)))
		b.child(f, "Echo reply", off+4, 4, fmt.Sprint(b.u32(off+4)))
		return fmt.Sprintf("%d, echo %d", b.u32(off), b.u32(off+4))
	case kind == 5:
		for i := 0; i+8 <= n; i += 8 {
			b.child(f, "Block", off+i, 8, fmt.Sprintf("%d to %d", b.u32(off+i), b.u32(off+i+4)))
		}
		return fmt.Sprintf("%d blocks", n/8)
	case kind == 30 && n > 0:
		return mptcp(b.u8(off) >> 4)
	case n > 0:
		return hexString(b.bytes(off, n))
	}
	return ""
}

// mptcp names a subtype of the Multipath TCP option (RFC 8684 §8).
func mptcp(subtype uint8) string {
	names := [...]string{"MP_CAPABLE", "MP_JOIN", "DSS", "ADD_ADDR", "REMOVE_ADDR", "MP_PRIO", "MP_FAIL", "MP_FASTCLOSE", "MP_TCPRST"}
	if int(subtype) < len(names) {
		return names[subtype]
	}
	return fmt.Sprintf("subtype %d", subtype)
}

func tellUDP(b *block) {
	b.decimal("Source port", 0, 2)
	b.decimal("Destination port", 2, 2)
	b.decimal("Length", 4, 2)
	b.checksum(6)
	b.layer.Summary = fmt.Sprintf("%d → %d, length %d", b.u16(0), b.u16(2), int(b.u16(4))-8)
	if n := int(b.u16(4)); n >= 8 {
		b.payload = n
	}
	b.carries = tellDatagram
}

func tellICMP(b *block) {
	types, codes := icmpTypes, unreachable
	six := b.layer.Name == "ICMPv6"
	if six {
		types, codes = icmpv6Types, unreachable6
	}
	kind := b.u8(0)
	b.named("Type", 0, 1, types)
	b.layer.Summary = types[uint64(kind)]
	if six && kind == 1 || !six && kind == 3 {
		b.named("Code", 1, 1, codes)
		b.layer.Summary += ": " + codes[uint64(b.u8(1))]
	} else {
		b.decimal("Code", 1, 1)
	}
	b.hexadecimal("Checksum", 2, 2)
	m := b.tree.packet.ICMP
	switch {
	case m.MTU != 0:
		b.add("MTU", 4, 4, fmt.Sprint(m.MTU))
	case !six && (kind == 0 || kind == 8), six && (kind == 128 || kind == 129):
		b.decimal("Identifier", 4, 2)
		b.decimal("Sequence", 6, 2)
	case !six && kind == 5:
		b.ip4("Gateway", 4)
	case six && (kind == 135 || kind == 136):
		b.hexadecimal("Flags", 4, 4)
		b.ip6("Target", 8)
		b.ndOptions(24)
	default:
		b.hexadecimal("Rest of header", 4, 4)
	}
	if m.IsError {
		b.carries = tellQuote
	}
}

// ndOptions tells the options of neighbour discovery (RFC 4861 §4.6).
func (b *block) ndOptions(off int) {
	for b.has(off, 8) && b.at+off < b.end {
		kind, n := b.u8(off), int(b.u8(off+1))*8
		if n == 0 || !b.has(off, n) {
			return
		}
		name := fmt.Sprintf("Option %d", kind)
		switch kind {
		case 1:
			name = "Source link-layer address"
		case 2:
			name = "Target link-layer address"
		}
		b.add(name, off, n, macString(b.bytes(off+2, min(6, n-2))))
		off += n
	}
}

// tellQuote tells the packet that an ICMP error quotes, with as much of it as is there.
func tellQuote(b *block, offset int) {
	t := b.tree
	name, tell, n := "IPv4, quoted", tellIPv4, int(t.at(offset)&15)*4
	if t.at(offset)>>4 == 6 {
		name, tell, n = "IPv6, quoted", tellIPv6, 40
	}
	t.part(name, tell, offset, min(b.end, offset+n))
	q := t.packet.ICMP
	if !q.QuotedPorts {
		t.raw("Rest of the quote", offset+n, b.end)
		return
	}
	names := map[wire.Kind]string{wire.KindTCP: "TCP", wire.KindUDP: "UDP"}
	at := t.findPorts(offset+n, b.end)
	t.raw("Extension headers, quoted", offset+n, at)
	t.part(names[q.QuotedKind]+", quoted", tellPorts, at, b.end)
}

// tellPorts tells what the first 8 bytes of TCP and UDP say, and the rest as bytes.
func tellPorts(b *block) {
	b.decimal("Source port", 0, 2)
	b.decimal("Destination port", 2, 2)
	if b.tree.packet.ICMP.QuotedKind == wire.KindTCP {
		b.decimal("Sequence number", 4, 4)
	} else {
		b.decimal("Length", 4, 2)
		b.hexadecimal("Checksum", 6, 2)
	}
	if n := b.end - b.at - 8; n > 0 {
		b.dump("Rest of the quote", 8, n)
	}
	b.layer.Summary = fmt.Sprintf("%d → %d", b.u16(0), b.u16(2))
}

// at returns a byte of the frame, 0 where there is none.
func (t *tree) at(offset int) byte {
	if offset < len(t.frame.Data) {
		return t.frame.Data[offset]
	}
	return 0
}

// findPorts returns where the quoted ports lie: behind extension headers, if there are any.
func (t *tree) findPorts(offset, end int) int {
	q := t.packet.ICMP
	for at := offset; at+8 <= end; at += 4 {
		d := t.frame.Data[at:]
		if uint16(d[0])<<8|uint16(d[1]) == q.QuotedSrcPort && uint16(d[2])<<8|uint16(d[3]) == q.QuotedDstPort {
			return at
		}
	}
	return offset
}

// part tells a header that wire does not name.
func (t *tree) part(name string, tell func(*block), offset, end int) {
	end = min(end, len(t.frame.Data))
	if offset >= end {
		return
	}
	b := &block{tree: t, data: t.frame.Data[:end], at: offset, end: end, layer: Layer{Name: name, Offset: offset}}
	tell(b)
	b.layer.Len = end - offset
	t.layers = append(t.layers, b.layer)
}
