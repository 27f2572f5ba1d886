package wire

// vlan reads the rest of a VLAN tag (IEEE 802.1Q §9.6), whose EtherType was read
// with the header before: C-tag, S-tag, or one of the types used before 802.1ad.
//
// Each tag makes a scope of its own, since overlapping addresses in different
// VLANs are common behind trunks. Identifier 0 is a priority without a VLAN and
// makes none. That the two directions of a connection may carry different tags, or
// one copy of a packet a tag and the other none, is for whoever follows flows.
func (c *cursor) vlan() layer {
	b := c.b
	if len(b) < 4 {
		return c.missing(4)
	}
	if id := be16(b) & 0xfff; id != 0 {
		c.p.Scope = c.d.scopes.vlan(c.p.Scope, id)
	}
	t := be16(b[2:])
	c.skip(4)
	if t < 1536 {
		c.limit(int(t))
	}
	return etherTypeLayer(t)
}
