package dissect

import (
	"fmt"

	"github.com/google/gopacket/layers"
)

func tellGRE(b *block) {
	flags := b.u16(0)
	f := b.hexadecimal("Flags and version", 0, 2)
	for _, bit := range []struct {
		name string
		mask uint16
	}{{"Checksum", 0x8000}, {"Routing", 0x4000}, {"Key", 0x2000}, {"Sequence", 0x1000}, {"Acknowledgment", 0x0080}} {
		b.child(f, bit.name, 0, 2, yes(flags&bit.mask != 0))
	}
	b.etherType("Protocol", 2)
	b.layer.Summary = etherTypes[uint64(b.u16(2))]
	off := 4
	if flags&0xc000 != 0 {
		b.hexadecimal("Checksum", off, 2)
		b.decimal("Offset", off+2, 2)
		off += 4
	}
	if flags&0x2000 != 0 {
		b.hexadecimal("Key", off, 4)
		b.layer.Summary += fmt.Sprintf(", key 0x%x", b.u32(off))
		off += 4
	}
	if flags&0x1000 != 0 {
		b.decimal("Sequence", off, 4)
		off += 4
	}
	if flags&7 == 1 && flags&0x80 != 0 {
		b.decimal("Acknowledgment", off, 4)
	}
}

// erspanWord tells the 4 bytes that ERSPAN II and III have in common.
func (b *block) erspanWord() {
	v := b.u32(0)
	b.add("Version", 0, 1, fmt.Sprint(v>>28))
	b.add("VLAN", 0, 2, fmt.Sprint(v>>16&0xfff))
	b.add("Class of service", 2, 1, fmt.Sprint(v>>13&7))
	b.add("Truncated", 2, 1, yes(v&0x400 != 0))
	b.add("Session", 2, 2, fmt.Sprint(v&0x3ff))
	b.layer.Summary = fmt.Sprintf("session %d", v&0x3ff)
}

func tellERSPAN2(b *block) {
	b.erspanWord()
	b.add("Index", 4, 4, fmt.Sprint(b.u32(4)&0xfffff))
}

func tellERSPAN3(b *block) {
	b.erspanWord()
	b.decimal("Timestamp", 4, 4)
	b.decimal("Security group tag", 8, 2)
	v := b.u16(10)
	b.add("Frame type", 10, 2, fmt.Sprint(v>>10&0x1f))
	b.add("Hardware", 10, 2, fmt.Sprint(v>>4&0x3f))
	b.add("Direction", 11, 1, [...]string{"received", "sent"}[v>>3&1])
	b.add("Granularity", 11, 1, fmt.Sprint(v>>1&3))
	if v&1 != 0 {
		b.dump("Platform subheader", 12, 8)
	}
}

// tellDatagram tells what UDP carries: an encapsulation, if wire went on inside, or data.
func tellDatagram(b *block, offset int) {
	t := b.tree
	src, dst := b.u16(0), b.u16(2)
	if !b.last {
		name, tell := encapsulation(src, dst, t.at(offset))
		t.part(name, tell, offset, b.end)
		return
	}
	kind := layers.UDPPort(dst).LayerType()
	if !beyond[kind] {
		kind = layers.UDPPort(src).LayerType()
	}
	if dst == 5353 || src == 5353 || dst == 5355 || src == 5355 { // mDNS, LLMNR
		kind = layers.LayerTypeDNS
	}
	t.payload(offset, b.end, kind)
}

// encapsulation names the header between UDP and the packet inside, of which the
// first byte is given; wire has made sure that it is one.
func encapsulation(src, dst uint16, first byte) (string, func(*block)) {
	for _, port := range []uint16{dst, src} {
		switch port {
		case 4789, 8472, 4790:
			return "VXLAN", tellVXLAN
		case 6081:
			return "Geneve", tellGeneve
		case 2152:
			return "GTP-U", tellGTP
		case 1701:
			return "L2TP", tellBytes
		case 5247:
			return "CAPWAP", tellBytes
		case 37008:
			return "TZSP", tellBytes
		case 3544:
			return "Teredo", tellBytes
		}
	}
	switch {
	case first == 8:
		return "VXLAN", tellVXLAN
	case first>>4 == 3:
		return "GTP-U", tellGTP
	case first <= 1:
		return "Teredo", tellBytes
	}
	return "Geneve", tellGeneve
}

// tellBytes tells a header as bytes.
func tellBytes(b *block) { b.dump("Header", 0, b.end-b.at) }

func tellVXLAN(b *block) {
	f := b.hexadecimal("Flags", 0, 1)
	b.child(f, "VNI is valid", 0, 1, yes(b.u8(0)&8 != 0))
	b.child(f, "Group policy", 0, 1, yes(b.u8(0)&0x80 != 0))
	b.decimal("Group", 2, 2)
	b.decimal("VNI", 4, 3)
	b.layer.Summary = fmt.Sprintf("VNI %d", b.number(4, 3))
}

func tellGeneve(b *block) {
	b.add("Version", 0, 1, fmt.Sprint(b.u8(0)>>6))
	n := int(b.u8(0)&0x3f) * 4
	b.add("Options length", 0, 1, fmt.Sprint(n))
	b.add("Control packet", 1, 1, yes(b.u8(1)&0x80 != 0))
	b.add("Critical options", 1, 1, yes(b.u8(1)&0x40 != 0))
	b.etherType("Protocol", 2)
	b.decimal("VNI", 4, 3)
	b.layer.Summary = fmt.Sprintf("VNI %d", b.number(4, 3))
	for off := 8; off+4 <= 8+n; {
		size := 4 + int(b.u8(off+3)&0x1f)*4
		f := b.add("Option", off, size, fmt.Sprintf("class 0x%04x, type %d", b.u16(off), b.u8(off+2)&0x7f))
		b.child(f, "Class", off, 2, fmt.Sprintf("0x%04x", b.u16(off)))
		b.child(f, "Critical", off+2, 1, yes(b.u8(off+2)&0x80 != 0))
		b.child(f, "Type", off+2, 1, fmt.Sprint(b.u8(off+2)&0x7f))
		b.child(f, "Data", off+4, size-4, hexString(b.bytes(off+4, size-4)))
		off += size
	}
}

func tellGTP(b *block) {
	f := b.hexadecimal("Flags", 0, 1)
	b.child(f, "Version", 0, 1, fmt.Sprint(b.u8(0)>>5))
	b.decimal("Message type", 1, 1)
	b.decimal("Length", 2, 2)
	b.hexadecimal("TEID", 4, 4)
	b.layer.Summary = fmt.Sprintf("TEID 0x%x", b.u32(4))
	if b.u8(0)&7 != 0 {
		b.decimal("Sequence", 8, 2)
		b.decimal("N-PDU", 10, 1)
		b.decimal("Next extension", 11, 1)
	}
	if n := b.end - b.at; n > 12 {
		b.dump("Extension headers", 12, n-12)
	}
}
