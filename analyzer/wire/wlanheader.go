package wire

import (
	"encoding/binary"

	"wirewhy/analyzer"
)

func le16(b []byte) uint16 { return binary.LittleEndian.Uint16(b) }
func le32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }

// radiotap reads a radiotap header (radiotap.org): its length, and whether check
// sequence and padding are part of the frame.
func (c *cursor) radiotap() layer {
	if !c.has(8) {
		return layerDone
	}
	n := int(le16(c.b[2:]))
	if c.b[0] != 0 || n < 8 {
		return c.invalid()
	}
	if !c.has(n) {
		return layerDone
	}
	flags := radiotapFlags(c.b[:n])
	c.skip(n)
	const hasFCS, padded = 0x10, 0x20
	if flags&hasFCS != 0 {
		c.b, c.wire = withoutFCS(c.b, c.wire, 4)
	}
	if flags&padded != 0 {
		return c.paddedWLAN()
	}
	return layerWLAN
}

// radiotapFlags returns the Flags field, 0 if there is none. Only the TSFT field,
// aligned to 8 bytes, can stand before it.
func radiotapFlags(h []byte) byte {
	present := le32(h[4:])
	at := 8
	for word := present; word&(1<<31) != 0; at += 4 { // more presence words
		if at+4 > len(h) {
			return 0
		}
		word = le32(h[at:])
	}
	const tsft, flags = 1, 2
	if present&flags == 0 {
		return 0
	}
	if present&tsft != 0 {
		at = (at+7)&^7 + 8
	}
	if at >= len(h) {
		return 0
	}
	return h[at]
}

// paddedWLAN reads an 802.11 frame between whose header and body Atheros cards
// left padding, to a multiple of 4 bytes: 2 bytes for a QoS header.
func (c *cursor) paddedWLAN() layer {
	before := c.wire
	next := c.wlan()
	if next == layerLLC && !isSNAP(c.b) && (before-c.wire)%4 == 2 && len(c.b) >= 2 {
		c.skip(2)
	}
	return next
}

// prism reads a Prism header: message code and length in the byte order of the
// host, or an AVS header that shares its link type.
func (c *cursor) prism() layer {
	if !c.has(8) {
		return layerDone
	}
	if be32(c.b)&0xfffff000 == 0x80211000 {
		return layerAVS
	}
	n := int(le32(c.b[4:]))
	if n > 0xffff {
		n = int(be32(c.b[4:]))
	}
	if n < 8 || n > 0xffff {
		return c.invalid()
	}
	if !c.has(n) {
		return layerDone
	}
	c.skip(n)
	return layerWLAN
}

// avs reads an AVS capture header: magic number with version, and length.
func (c *cursor) avs() layer {
	if !c.has(8) {
		return layerDone
	}
	n := be32(c.b[4:])
	if n < 8 || n > 0xffff {
		return c.invalid()
	}
	if !c.has(int(n)) {
		return layerDone
	}
	c.skip(int(n))
	return layerWLAN
}

// ppi reads a Per-Packet Information header (CACE PPI 1.0): version, flags,
// length, link type, then fields, all little-endian.
func (c *cursor) ppi() layer {
	if !c.has(8) {
		return layerDone
	}
	n, link := int(le16(c.b[2:])), le32(c.b[4:])
	if n < 8 {
		return c.invalid()
	}
	if !c.has(n) {
		return layerDone
	}
	fcs := ppiHasFCS(c.b[8:n])
	c.skip(n)
	if fcs && analyzer.LinkType(link) == analyzer.LinkIEEE80211 {
		c.b, c.wire = withoutFCS(c.b, c.wire, 4)
	}
	if next := linkLayer(analyzer.LinkType(link)); next != layerPPI {
		return next
	}
	return c.invalid()
}

// ppiHasFCS looks into the field "802.11-Common" (type 2), whose flags stand
// behind the time.
func ppiHasFCS(fields []byte) bool {
	for len(fields) >= 4 {
		kind, n := le16(fields), int(le16(fields[2:]))+4
		if kind == 2 && len(fields) >= 14 {
			return le16(fields[12:])&1 != 0
		}
		if n > len(fields) {
			return false
		}
		fields = fields[n:]
	}
	return false
}
