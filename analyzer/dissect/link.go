package dissect

import (
	"fmt"

	"github.com/google/gopacket/layers"
)

// etherPayload notes that an EtherType says what follows.
func (b *block) etherPayload(off int) {
	if t := b.u16(off); t >= 1536 {
		b.next = layers.EthernetType(t).LayerType()
	}
}

func tellEthernet(b *block) {
	b.mac("Destination", 0)
	b.mac("Source", 6)
	b.layer.Summary = macString(b.bytes(6, 6)) + " → " + macString(b.bytes(0, 6))
	if t := b.u16(12); t < 1536 {
		b.decimal("Length", 12, 2)
		b.payload = 14 + int(t)
		b.next = layers.LayerTypeLLC
		return
	}
	b.etherType("Type", 12)
	b.etherPayload(12)
}

func tellVLAN(b *block) {
	tag := b.u16(0)
	b.layer.Summary = fmt.Sprintf("ID %d", tag&0xfff)
	b.add("Priority", 0, 1, fmt.Sprint(tag>>13))
	b.add("Drop eligible", 0, 1, yes(tag&0x1000 != 0))
	b.add("ID", 0, 2, fmt.Sprint(tag&0xfff))
	b.etherType("Type", 2)
	b.etherPayload(2)
}

func tellSLL(b *block) {
	b.named("Packet type", 0, 2, packetTypes)
	b.named("Hardware type", 2, 2, hardwareTypes)
	b.decimal("Address length", 4, 2)
	b.cookedAddress(6, int(b.u16(4)))
	b.etherType("Protocol", 14)
	b.layer.Summary = packetTypes[uint64(b.u16(0))]
	b.etherPayload(14)
}

func tellSLL2(b *block) {
	b.etherType("Protocol", 0)
	b.dump("Reserved", 2, 2)
	b.decimal("Interface index", 4, 4)
	b.named("Hardware type", 8, 2, hardwareTypes)
	b.named("Packet type", 10, 1, packetTypes)
	b.decimal("Address length", 11, 1)
	b.cookedAddress(12, int(b.u8(11)))
	b.layer.Summary = fmt.Sprintf("interface %d, %s", b.u32(4), packetTypes[uint64(b.u8(10))])
	b.used = 20
	b.etherPayload(0)
}

// cookedAddress tells the sender's hardware address in its 8 bytes.
func (b *block) cookedAddress(off, n int) {
	if n > 0 && n <= 8 {
		b.add("Source", off, n, macString(b.bytes(off, n)))
	}
}

func tellNull(b *block) {
	b.hexadecimal("Address family", 0, 4)
}

func tellPPP(b *block) {
	off := 0
	if b.u16(0) == 0xff03 {
		b.hexadecimal("Address", 0, 1)
		b.hexadecimal("Control", 1, 1)
		off = 2
	}
	b.pppProtocol(off)
}

// pppProtocol tells PPP's protocol field, of one byte or two.
func (b *block) pppProtocol(off int) {
	n := 2
	if b.u8(off)&1 != 0 {
		n = 1
	}
	b.named("Protocol", off, n, pppProtocols)
	b.layer.Summary = pppProtocols[b.number(off, n)]
}

func tellPPPoE(b *block) {
	b.add("Version", 0, 1, fmt.Sprint(b.u8(0)>>4))
	b.add("Type", 0, 1, fmt.Sprint(b.u8(0)&15))
	b.decimal("Code", 1, 1)
	b.hexadecimal("Session", 2, 2)
	b.decimal("Length", 4, 2)
	b.pppProtocol(6)
	b.layer.Summary = fmt.Sprintf("session %d", b.u16(2))
	b.payload = 6 + int(b.u16(4))
}

func tellHDLC(b *block) {
	b.hexadecimal("Address", 0, 1)
	b.hexadecimal("Control", 1, 1)
	b.etherType("Protocol", 2)
	b.etherPayload(2)
}

func tellFrameRelay(b *block) {
	dlci := int(b.u8(0)>>2)<<4 | int(b.u8(1)>>4)
	b.add("DLCI", 0, 2, fmt.Sprint(dlci))
	b.layer.Summary = fmt.Sprintf("DLCI %d", dlci)
}

// nflogAttributes names what wire reads past (nfnetlink_log.h).
var nflogAttributes = map[uint16]string{
	1: "Packet header", 2: "Mark", 3: "Timestamp", 4: "Input interface", 5: "Output interface", 6: "Input bridge port", 7: "Output bridge port",
	8: "Hardware address", 9: "Payload", 10: "Prefix", 11: "UID", 12: "Sequence", 13: "Global sequence", 14: "GID", 15: "Hardware type", 16: "Hardware header", 17: "Hardware header length",
}

func tellNFLOG(b *block) {
	b.decimal("Address family", 0, 1)
	b.decimal("Version", 1, 1)
	b.decimal("Resource", 2, 2)
	little := b.le16(4) <= b.u16(4)
	for off := 4; b.at+off+4 <= b.end; {
		n, kind := int(b.u16(off)), b.u16(off+2)
		if little {
			n, kind = int(b.le16(off)), b.le16(off+2)
		}
		if n < 4 || kind == 9 {
			b.add("Payload", off, 4, bytesOf(max(n-4, 0)))
			return
		}
		name := nflogAttributes[kind&0x7fff]
		if name == "" {
			name = fmt.Sprintf("Attribute %d", kind)
		}
		b.add(name, off, n, b.nflogValue(kind, off+4, n-4))
		off += (n + 3) &^ 3
	}
}

func (b *block) nflogValue(kind uint16, off, n int) string {
	switch {
	case kind == 4 || kind == 5:
		return fmt.Sprint(b.u32(off))
	case kind == 10:
		return text(b.bytes(off, n))
	}
	return hexString(b.bytes(off, n))
}

func tellIPOIB(b *block) {
	b.dump("Routing header", 0, 40)
	b.etherType("Type", 40)
	b.dump("Reserved", 42, 2)
	b.etherPayload(40)
}

func tellLLC(b *block) {
	b.hexadecimal("DSAP", 0, 1)
	b.hexadecimal("SSAP", 1, 1)
	b.hexadecimal("Control", 2, 1)
	if b.u8(0) == 0xaa && b.u8(1) == 0xaa {
		b.hexadecimal("Organisation", 3, 3)
		b.etherType("Protocol", 6)
		b.layer.Summary = "SNAP"
		b.next = layers.LayerTypeSNAP
		if b.number(3, 3) == 0 {
			b.next = 0
			b.etherPayload(6)
		}
		return
	}
	if b.u8(0) == 0x42 {
		b.next = layers.LayerTypeSTP
	}
}

func tellMPLS(b *block) {
	for off := 0; b.at+off+4 <= b.end && off < 64*4; off += 4 {
		v := b.u32(off)
		f := b.add("Label", off, 4, fmt.Sprint(v>>12))
		b.child(f, "Traffic class", off+2, 1, fmt.Sprint(v>>9&7))
		b.child(f, "Bottom of stack", off+2, 1, yes(v&0x100 != 0))
		b.child(f, "TTL", off+3, 1, fmt.Sprint(v&0xff))
		if off == 0 {
			b.layer.Summary = fmt.Sprintf("label %d", v>>12)
		}
		if v&0x100 != 0 {
			break
		}
	}
}

func tellITag(b *block) {
	b.add("Priority and flags", 0, 1, fmt.Sprintf("0x%02x", b.u8(0)))
	b.decimal("I-SID", 1, 3)
	b.layer.Summary = fmt.Sprintf("I-SID %d", b.number(1, 3))
}

func tellNSH(b *block) {
	b.hexadecimal("Base", 0, 4)
	b.decimal("Service path", 4, 3)
	b.decimal("Service index", 7, 1)
	b.used = int(b.u8(1)&0x3f) * 4
}
