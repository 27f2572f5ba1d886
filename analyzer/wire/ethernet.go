package wire

// mac loads a 48-bit address.
func mac(b []byte) uint64 {
	_ = b[5]
	return uint64(be16(b))<<32 | uint64(be32(b[2:]))
}

// ethernet reads an Ethernet header (IEEE 802.3 §3.2), whichever of its two framings.
func (c *cursor) ethernet() layer {
	b := c.b
	if len(b) < 14 {
		return c.missing(14)
	}
	c.p.DstMAC, c.p.SrcMAC = mac(b), mac(b[6:])
	c.p.Broadcast = b[0]&1 != 0
	t := be16(b[12:])
	c.skip(14)
	if t < 1536 {
		c.limit(int(t))
	}
	return etherTypeLayer(t)
}

// llc reads an IEEE 802.2 header and the SNAP header that nearly always follows
// where it carries IP (RFC 1042).
func (c *cursor) llc() layer {
	if !c.has(3) {
		return layerDone
	}
	b := c.b
	switch {
	case b[0] == 0xaa && b[1] == 0xaa && b[2] == 3:
		c.skip(3)
		return c.snap()
	case b[0] == 6 && b[1] == 6 && b[2] == 3: // the SAP of the Internet Protocol
		c.skip(3)
		return layerIPv4
	}
	return c.unknown()
}

// snap reads an organisation and its protocol (IEEE 802 §10).
func (c *cursor) snap() layer {
	if !c.has(5) {
		return layerDone
	}
	organisation, t := be32(c.b)>>8, be16(c.b[3:])
	c.skip(5)
	switch {
	case organisation == 0 || organisation == 0x0000f8: // RFC 1042; bridge tunnel encapsulation, IEEE 802.1H
		if t >= 1536 {
			return etherTypeLayer(t)
		}
	case organisation == 0x0080c2 && (t == 1 || t == 7): // bridged Ethernet with and without FCS (RFC 2427 §4.2)
		if t == 1 {
			c.b, c.wire = withoutFCS(c.b, c.wire, 4)
		}
		return layerTEB
	}
	return c.unknown()
}

// tag passes a tag of n bytes whose last two are the EtherType of what follows.
func (c *cursor) tag(n int) layer {
	if !c.has(n) {
		return layerDone
	}
	t := be16(c.b[n-2:])
	c.skip(n)
	return etherTypeLayer(t)
}

// pbb reads the I-TAG of a provider backbone bridge (IEEE 802.1Q §9.7): a service
// identifier, and the customer's whole Ethernet frame.
func (c *cursor) pbb() layer {
	if !c.has(4) {
		return layerDone
	}
	service := be32(c.b) & 0xffffff
	c.skip(4)
	if !c.enter(tunnelPBB, service) {
		return layerDone
	}
	return layerEthernet
}

// fabricPath reads Cisco's FabricPath header, of which the Ethernet header's
// addresses were the first part: tree and hop limit, and the frame itself.
func (c *cursor) fabricPath() layer {
	if !c.has(2) {
		return layerDone
	}
	c.skip(2)
	return layerEthernet
}

// nsh reads a network service header (RFC 8300 §2).
func (c *cursor) nsh() layer {
	if !c.has(8) {
		return layerDone
	}
	n, next := int(c.b[1]&0x3f)*4, c.b[3]
	if n < 8 {
		return c.invalid()
	}
	if !c.has(n) {
		return layerDone
	}
	c.skip(n)
	switch next {
	case 1:
		return c.inside(tunnelPlain, layerIPv4)
	case 2:
		return c.inside(tunnelPlain, layerIPv6)
	case 3:
		return c.inside(tunnelPlain, layerEthernet)
	case 5:
		return c.inside(tunnelPlain, layerMPLS)
	}
	return c.unknown()
}
