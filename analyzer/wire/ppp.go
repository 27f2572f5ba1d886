package wire

// ppp reads PPP with or without HDLC-like framing (RFC 1662 §3.1) and with the
// protocol field compressed or not (RFC 1661 §6.5). On serial lines, Cisco's HDLC
// appears under the same link type and shows itself by its address.
func (c *cursor) ppp() layer {
	if !c.has(2) {
		return layerDone
	}
	switch be16(c.b) {
	case 0xff03:
		c.skip(2)
	case 0x0f00, 0x8f00:
		return c.hdlc()
	}
	return c.pppProtocol()
}

// pppProtocol reads PPP's protocol field: its first byte is even, unless it was
// left out because it is zero.
func (c *cursor) pppProtocol() layer {
	if !c.has(1) {
		return layerDone
	}
	protocol, n := uint16(c.b[0]), 1
	if protocol&1 == 0 {
		if !c.has(2) {
			return layerDone
		}
		protocol, n = be16(c.b), 2
	}
	c.skip(n)
	return pppLayer(protocol)
}

// pppoe reads a PPP over Ethernet session header (RFC 2516 §4).
func (c *cursor) pppoe() layer {
	b := c.b
	if len(b) < 6 {
		return c.missing(6)
	}
	if b[0] != 0x11 {
		return c.invalid()
	}
	n := int(be16(b[4:]))
	if b[1] != 0 { // discovery, not a session
		return c.unknown()
	}
	c.skip(6)
	c.limit(n)
	return c.pppProtocol()
}

// hdlc reads Cisco's HDLC header: address, control, EtherType.
func (c *cursor) hdlc() layer {
	if !c.has(4) {
		return layerDone
	}
	t := be16(c.b[2:])
	c.skip(4)
	if t < 1536 {
		return c.unknown()
	}
	return etherTypeLayer(t)
}

// frameRelay reads a Frame Relay header (Q.922 §3.2): an address of 2 to 4
// bytes, then either control and protocol (RFC 2427 §3) or, as Cisco's routers
// have it, an EtherType.
func (c *cursor) frameRelay() layer {
	n := 0
	for {
		if !c.has(n + 1) {
			return layerDone
		}
		if n++; c.b[n-1]&1 != 0 {
			break
		}
		if n == 4 {
			return c.invalid()
		}
	}
	if !c.has(n + 2) {
		return layerDone
	}
	if c.b[n] != 3 { // not unnumbered information
		return c.tag(n + 2)
	}
	return c.networkProtocol(n + 1)
}

// networkProtocol reads the NLPID at offset n (ISO/IEC TR 9577).
func (c *cursor) networkProtocol(n int) layer {
	if c.b[n] == 0 { // padding in front of it
		n++
	}
	if !c.has(n + 1) {
		return layerDone
	}
	protocol := c.b[n]
	c.skip(n + 1)
	switch protocol {
	case 0xcc:
		return layerIPv4
	case 0x8e:
		return layerIPv6
	case 0x80:
		return c.snap()
	}
	return c.unknown()
}
