package wire

// ipv6 reads an IPv6 header (RFC 8200 §3); its extension headers are layers of their own.
func (c *cursor) ipv6() layer {
	b := c.b
	if len(b) < 40 {
		return c.missing(40)
	}
	if b[0]>>4 != 6 {
		return c.invalid()
	}
	p := c.p
	payload := int(be16(b[4:]))
	p.Version, p.TOS, p.TTL, p.Protocol = 6, uint8(be16(b)>>4), b[7], b[6]
	p.DF = true
	p.Src = Addr{be64(b[8:]), be64(b[16:])}
	p.Dst = Addr{be64(b[24:]), be64(b[32:])}
	c.skip(40)
	if payload == 0 {
		// A jumbogram (RFC 2675) says its length in an option; with BIG TCP,
		// Linux shows none at all. Either way the frame bounds it.
		payload = c.wire
	}
	p.IPLen = uint32(40 + payload)
	if payload > c.wire {
		p.Problem = ProblemShort
		if c.limited {
			payload = c.wire
		}
		c.wire = payload
	}
	c.limit(payload)
	return c.carried(p.Protocol)
}

// extension returns the length of an extension header in bytes (RFC 8200 §4) if
// all of it is there, and 0 if decoding must end.
func (c *cursor) extension() int {
	if c.p.Version != 6 {
		c.unknown()
		return 0
	}
	if !c.has(8) {
		return 0
	}
	n := (int(c.b[1]) + 1) * 8
	if !c.has(n) {
		return 0
	}
	return n
}

// pass moves on behind an extension header of n bytes.
func (c *cursor) pass(n int) layer {
	next := c.b[0]
	c.skip(n)
	c.p.Protocol = next
	return c.carried(next)
}

// ipv6Options passes an extension header that does not change where the packet
// goes, save for a jumbogram's length (RFC 2675 §2).
func (c *cursor) ipv6Options(hopByHop bool) layer {
	n := c.extension()
	if n == 0 {
		return layerDone
	}
	if hopByHop {
		c.jumbo(c.b[2:n])
	}
	return c.pass(n)
}

// jumbo looks for the jumbo payload option among hop-by-hop options.
func (c *cursor) jumbo(o []byte) {
	for len(o) >= 2 {
		if o[0] == 0 { // Pad1
			o = o[1:]
			continue
		}
		n := int(o[1]) + 2
		if n > len(o) {
			return
		}
		if o[0] == 0xc2 && n == 6 {
			length := be32(o[2:])
			if length > 65535 && int64(length) <= int64(c.wire) {
				c.limit(int(length))
				c.p.IPLen = 40 + length
			}
			return
		}
		o = o[n:]
	}
}

// ipv6Routing reads a routing header (RFC 8200 §4.4). While segments are left, the
// packet's destination is only its next stop; the connection's is the last one,
// which is the first of a segment list (RFC 8754 §2) and the last of the others.
func (c *cursor) ipv6Routing() layer {
	n := c.extension()
	if n == 0 {
		return layerDone
	}
	b := c.b[:n]
	if b[3] > 0 && n >= 24 {
		switch b[2] {
		case 4:
			c.p.Dst = Addr{be64(b[8:]), be64(b[16:])}
		case 0, 2:
			last := 8 + (n-8)/16*16 - 16
			c.p.Dst = Addr{be64(b[last:]), be64(b[last+8:])}
		}
	}
	if b[0] == 4 || b[0] == 41 || b[0] == 143 {
		return c.segmentRouted(b[0], n)
	}
	return c.pass(n)
}

// segmentRouted enters a packet that a segment router encapsulated (RFC 8986 §5).
// Each direction has segments of its own, so they make no scope.
func (c *cursor) segmentRouted(next uint8, n int) layer {
	c.skip(n)
	switch next {
	case 4:
		return c.inside(tunnelPlain, layerIPv4)
	case 41:
		return c.inside(tunnelPlain, layerIPv6)
	}
	return c.inside(tunnelPlain, layerEthernet)
}

// ipv6Fragment reads a fragment header (RFC 8200 §4.5).
func (c *cursor) ipv6Fragment() layer {
	if c.p.Version != 6 {
		return c.unknown()
	}
	if !c.has(8) {
		return layerDone
	}
	b := c.b
	at := be16(b[2:])
	fr := fragment{id: be32(b[4:]), offset: int(at &^ 7), more: at&1 != 0, header: int(c.p.IPLen) - c.wire}
	c.p.Protocol = b[0]
	c.skip(8)
	if fr.offset == 0 && !fr.more { // an atomic fragment is whole (RFC 6946)
		return c.carried(c.p.Protocol)
	}
	return c.fragment(fr)
}
