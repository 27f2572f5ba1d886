package wire

// ipv4 reads an IPv4 header (RFC 791 §3.1).
func (c *cursor) ipv4() layer {
	b := c.b
	if len(b) < 20 {
		return c.missing(20)
	}
	header, total := int(b[0]&15)*4, int(be16(b[2:]))
	if total == 0 {
		// The sender's network card was to cut a long segment into packets and
		// fill in their lengths (TSO, BIG TCP): the frame's length is the packet's.
		total = c.wire
	}
	if b[0]>>4 != 4 || header < 20 || total < header {
		return c.invalid()
	}
	p := c.p
	p.Version, p.TOS, p.TTL, p.Protocol = 4, b[1], b[8], b[9]
	p.IPID, p.IPLen = be16(b[4:]), uint32(total)
	p.Src, p.Dst = Addr4(be32(b[12:])), Addr4(be32(b[16:]))
	flags := be16(b[6:])
	p.DF = flags&0x4000 != 0
	if len(b) < header {
		return c.missing(header)
	}
	if total > c.wire {
		p.Problem = ProblemShort
		if c.limited {
			total = max(c.wire, header)
		}
	}
	if len(b) > total {
		b = b[:total]
	}
	c.b, c.wire, c.limited = b[header:], total-header, true
	if flags&0x3fff != 0 {
		return c.fragment(fragment{id: uint32(p.IPID), offset: int(flags&0x1fff) * 8, more: flags&0x2000 != 0, header: header})
	}
	return c.carried(b[9])
}

// carried returns what an IP header's protocol number says to read next.
func (c *cursor) carried(protocol uint8) layer { return ipLayers[protocol] }

// ip6InIP reads IPv6 inside IP (6in4, RFC 4213). The relays of 6to4 differ by
// direction (RFC 3056 §5.2), so that their addresses say nothing about the scope.
func (c *cursor) ip6InIP() layer {
	kind := tunnelIP
	if b := c.b; len(b) >= 40 && (be16(b[8:]) == 0x2002 || be16(b[24:]) == 0x2002) {
		kind = tunnelPlain
	}
	return c.inside(kind, layerIPv6)
}

// authentication passes an Authentication Header (RFC 4302 §2).
func (c *cursor) authentication() layer {
	if !c.has(12) {
		return layerDone
	}
	n, next := (int(c.b[1])+2)*4, c.b[0]
	if n < 12 {
		return c.invalid()
	}
	if !c.has(n) {
		return layerDone
	}
	c.skip(n)
	c.p.Protocol = next
	return c.carried(next)
}

// etherIP reads the header of Ethernet in IP (RFC 3378 §3).
func (c *cursor) etherIP() layer {
	if !c.has(2) {
		return layerDone
	}
	if c.b[0]>>4 != 3 {
		return c.invalid()
	}
	c.skip(2)
	return c.inside(tunnelEthernet, layerEthernet)
}
