package wire

// arp reads an address resolution message for IPv4 over anything with 48-bit
// addresses (RFC 826).
func (c *cursor) arp() layer {
	b := c.b
	if len(b) < 8 {
		return c.missing(8)
	}
	if be16(b[2:]) != 0x0800 || b[4] != 6 || b[5] != 4 {
		return c.unknown()
	}
	if len(b) < 28 {
		return c.missing(28)
	}
	operation := be16(b[6:])
	if operation != 1 && operation != 2 {
		return c.unknown()
	}
	c.p.Kind = KindARP
	c.p.ARP = ARP{
		Reply:     operation == 2,
		SenderMAC: mac(b[8:]), Sender: Addr4(be32(b[14:])),
		TargetMAC: mac(b[18:]), Target: Addr4(be32(b[24:])),
	}
	return layerDone
}
