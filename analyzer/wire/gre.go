package wire

// Bits of the first word of a GRE header (RFC 1701, RFC 2890, RFC 2637 §4.1).
const (
	greChecksum = 0x8000
	greRouting  = 0x4000
	greKey      = 0x2000
	greSequence = 0x1000
	greAck      = 0x0080 // version 1 only
	greVersion  = 0x0007
)

// gre reads a GRE header of version 0, or of version 1 as PPTP has it.
func (c *cursor) gre() layer {
	if !c.has(4) {
		return layerDone
	}
	flags, protocol := be16(c.b), be16(c.b[2:])
	n, key := 4, uint32(0)
	if flags&(greChecksum|greRouting) != 0 {
		n += 4
	}
	if flags&greKey != 0 {
		if !c.has(n + 4) {
			return layerDone
		}
		key = be32(c.b[n:])
		n += 4
	}
	if flags&greSequence != 0 {
		n += 4
	}
	if flags&greVersion == 1 && flags&greAck != 0 {
		n += 4
	}
	if flags&greVersion > 1 {
		return c.invalid()
	}
	if !c.has(n) {
		return layerDone
	}
	c.skip(n)
	if flags&greRouting != 0 && !c.greRoutes() {
		return layerDone
	}
	return c.greCarried(flags, protocol, key)
}

// greRoutes passes the source route entries (RFC 1701): address family, offset,
// length, and that many bytes, until one of length 0.
func (c *cursor) greRoutes() bool {
	for i := 0; i < maxHeaders; i++ {
		if !c.has(4) {
			return false
		}
		n := int(c.b[3])
		if !c.has(4 + n) {
			return false
		}
		c.skip(4 + n)
		if n == 0 {
			return true
		}
	}
	c.p.Problem = ProblemDepth
	return false
}

// greCarried returns what a GRE header's protocol type says to read next.
func (c *cursor) greCarried(flags, protocol uint16, key uint32) layer {
	switch {
	case protocol == 0x6558:
		// NVGRE's subnet identifiers begin at 0x1000 and know no checksum or
		// sequence number (RFC 7637 §3.2); other keys are a tunnel's own matter.
		if flags&^greKey&0xfff8 == 0 && flags&greKey != 0 && key>>8 >= 0x1000 {
			if !c.enter(tunnelNVGRE, key>>8) {
				return layerDone
			}
			return layerEthernet
		}
		return c.inside(tunnelGRE, layerEthernet)
	case protocol == 0x88be && flags&greSequence == 0: // ERSPAN type I has no header
		return c.inside(tunnelMirror, layerEthernet)
	case protocol == 0x88be:
		return layerERSPAN2
	case protocol == 0x22eb:
		return layerERSPAN3
	case protocol&0xfe0f == 0x8200: // Aruba: 802.11 frames
		return c.inside(tunnelGRE, layerWLAN)
	case protocol == 0x883e: // WCCP; version 2 has a header of 4 bytes that cannot be IPv4's
		if len(c.b) >= 4 && c.b[0]>>4 != 4 {
			c.skip(4)
		}
		return c.inside(tunnelGRE, layerIPv4)
	case protocol < 1536:
		return c.unknown()
	}
	next := etherTypeLayer(protocol)
	if next == layerUnknown {
		return c.unknown()
	}
	return c.inside(tunnelGRE, next)
}

// erspan2 reads the header of ERSPAN type II (draft-foschiano-erspan §4.2). What a
// mirror port sent away makes no scope: the frames live elsewhere.
func (c *cursor) erspan2() layer {
	if !c.has(8) {
		return layerDone
	}
	c.skip(8)
	return c.inside(tunnelMirror, layerEthernet)
}

// erspan3 reads the header of ERSPAN type III (draft-foschiano-erspan §4.3).
func (c *cursor) erspan3() layer {
	if !c.has(12) {
		return layerDone
	}
	frameType, n := be16(c.b[10:])>>10&0x1f, 12
	if c.b[11]&1 != 0 { // platform specific subheader
		n += 8
	}
	if !c.has(n) {
		return layerDone
	}
	c.skip(n)
	if frameType == 2 {
		return c.inside(tunnelMirror, layerRaw)
	}
	return c.inside(tunnelMirror, layerEthernet)
}
