package wire

// Flags of an 802.11 frame control field's second byte (IEEE 802.11 §9.2.4.1).
const (
	wlanToDS      = 0x01
	wlanFromDS    = 0x02
	wlanProtected = 0x40
	wlanOrder     = 0x80
)

// wlan reads an 802.11 frame (IEEE 802.11 §9.3.2). Only data frames carry packets.
func (c *cursor) wlan() layer {
	if !c.has(2) {
		return layerDone
	}
	return c.wlanFrame(c.b[0], c.b[1])
}

// wlanFrame reads the frame whose control field's bytes are given.
func (c *cursor) wlanFrame(control, flags byte) layer {
	const typeMask, typeData, subtypeNull, subtypeQoS = 0x0f, 0x08, 0x40, 0x80
	if control&typeMask != typeData || control&subtypeNull != 0 {
		return c.nothing()
	}
	n, at := 24, 0
	if flags&(wlanToDS|wlanFromDS) == wlanToDS|wlanFromDS {
		n += 6
	}
	if control&subtypeQoS != 0 {
		at = n
		n += 2
		if flags&wlanOrder != 0 { // HT control
			n += 4
		}
	}
	if !c.has(n) {
		return layerDone
	}
	c.wlanAddresses(flags)
	aggregate := at > 0 && c.b[at]&0x80 != 0
	mesh := at > 0 && c.b[at+1]&1 != 0
	c.skip(n)
	return c.wlanBody(flags, aggregate, mesh)
}

// wlanAddresses takes source and destination from where the direction puts them
// (IEEE 802.11 table 9-30).
func (c *cursor) wlanAddresses(flags byte) {
	p, b := c.p, c.b
	switch flags & (wlanToDS | wlanFromDS) {
	case 0:
		p.DstMAC, p.SrcMAC = mac(b[4:]), mac(b[10:])
	case wlanToDS:
		p.DstMAC, p.SrcMAC = mac(b[16:]), mac(b[10:])
	case wlanFromDS:
		p.DstMAC, p.SrcMAC = mac(b[4:]), mac(b[16:])
	default:
		p.DstMAC, p.SrcMAC = mac(b[16:]), mac(b[24:])
	}
	p.Broadcast = p.DstMAC>>40&1 != 0
}

// isSNAP reports whether b begins as every IP packet on 802.11 does.
func isSNAP(b []byte) bool { return len(b) >= 3 && b[0] == 0xaa && b[1] == 0xaa && b[2] == 3 }

// wlanBody finds the LLC header in a data frame's body: behind a mesh control
// field, inside the first part of an aggregate, or behind the initialisation
// vector that drivers leave in place when they have decrypted a frame.
func (c *cursor) wlanBody(flags byte, aggregate, mesh bool) layer {
	if isSNAP(c.b) {
		return layerLLC
	}
	if flags&wlanProtected != 0 {
		if len(c.b) >= 8 && isSNAP(c.b[8:]) {
			c.skip(8)
			return layerLLC
		}
		c.p.Kind = KindNone
		return c.unknown()
	}
	if aggregate {
		if !c.has(14) {
			return layerDone
		}
		n := int(be16(c.b[12:]))
		c.p.DstMAC, c.p.SrcMAC = mac(c.b), mac(c.b[6:])
		c.p.Broadcast = c.b[0]&1 != 0
		c.skip(14)
		c.limit(n)
	}
	if mesh && !isSNAP(c.b) {
		if !c.has(6) {
			return layerDone
		}
		n := 6 + int(c.b[0]&3)*6
		if !c.has(n) {
			return layerDone
		}
		c.skip(n)
	}
	return layerLLC
}
