package wire

// l2tp reads the header of an L2TP data message of version 2 (RFC 2661 §3.1) if
// PPP with IP follows. Tunnel and session identifiers differ by direction.
func (c *cursor) l2tp() layer {
	flags := be16(c.b)
	if flags&0x800f != 2 {
		return layerDone
	}
	n := 6
	if flags&0x4000 != 0 { // length
		n += 2
	}
	if flags&0x0800 != 0 { // sequence numbers
		n += 4
	}
	if flags&0x0200 != 0 { // offset
		if len(c.b) < n+2 {
			return layerDone
		}
		n += 2 + int(be16(c.b[n:]))
	}
	if len(c.b) < n+4 {
		return layerDone
	}
	inner := c.b[n:]
	if be16(inner) == 0xff03 {
		inner = inner[2:]
	}
	if p := be16(inner); pppLayer(p) == layerUnknown && pppLayer(p>>8) == layerUnknown {
		return layerDone
	}
	return c.identified(tunnelL2TP, 0, n, layerPPP)
}
