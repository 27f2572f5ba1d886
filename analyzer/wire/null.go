package wire

// null reads BSD's loopback header: an address family in the byte order of the
// host that captured (LINKTYPE_NULL), or in network order (LINKTYPE_LOOP). Families
// are below 256, so the byte that is set tells the order.
func (c *cursor) null() layer {
	if !c.has(4) {
		return layerDone
	}
	family := be32(c.b)
	if family&0xffff == 0 {
		family = family>>24 | family>>8&0xff00
	}
	c.skip(4)
	switch family {
	case 2: // AF_INET, everywhere
		return layerIPv4
	case 10, 23, 24, 28, 30: // AF_INET6: Linux, Windows, NetBSD and OpenBSD, FreeBSD, Darwin
		return layerIPv6
	}
	return c.unknown()
}

// raw tells IPv4 and IPv6 without a link header apart by the version.
func (c *cursor) raw() layer {
	if !c.has(1) {
		return layerDone
	}
	switch c.b[0] >> 4 {
	case 4:
		return layerIPv4
	case 6:
		return layerIPv6
	}
	return c.invalid()
}

// ipoib reads IP over InfiniBand (LINKTYPE_IPOIB): 40 bytes of global routing
// header, EtherType, two reserved bytes (RFC 4391 §6).
func (c *cursor) ipoib() layer {
	if !c.has(44) {
		return layerDone
	}
	t := be16(c.b[40:])
	c.skip(44)
	return etherTypeLayer(t)
}
