package wire

// fddi reads an FDDI header (LINKTYPE_FDDI): frame control, destination, source,
// then LLC. The addresses may lie in the opposite bit order, so they are left out.
func (c *cursor) fddi() layer {
	if !c.has(13) {
		return layerDone
	}
	if c.b[0]&0xf0 != 0x50 { // not an LLC frame
		return c.nothing()
	}
	c.skip(13)
	return layerLLC
}

// dsa reads an Ethernet frame as it goes between a switch chip of Broadcom's and
// its host: with a tag of 4 bytes behind the addresses.
func (c *cursor) dsa() layer {
	if !c.has(18) {
		return layerDone
	}
	b := c.b
	c.p.DstMAC, c.p.SrcMAC, c.p.Broadcast = mac(b), mac(b[6:]), b[0]&1 != 0
	c.skip(16)
	return c.tag(2)
}

// dsaFirst is dsa with the tag in front.
func (c *cursor) dsaFirst() layer {
	if !c.has(4) {
		return layerDone
	}
	c.skip(4)
	return layerEthernet
}
