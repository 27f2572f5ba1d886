package wire

// udp reads a UDP header (RFC 768).
func (c *cursor) udp() layer {
	b := c.b
	if len(b) < 8 {
		c.ports()
		return c.missing(8)
	}
	p := c.p
	p.SrcPort, p.DstPort = be16(b), be16(b[2:])
	n := int(be16(b[4:]))
	if n == 0 { // a jumbogram (RFC 2675 §4), or left to the network card
		n = c.wire
	}
	if n < 8 {
		return c.invalid()
	}
	if n > c.wire {
		p.Problem = ProblemShort
	}
	p.Kind = KindUDP
	c.limit(n)
	c.d.segment, c.d.segmentWire = c.b, c.wire
	c.skip(8)
	if next := c.udpTunnel(); next != layerDone || p.Kind != KindUDP {
		return next
	}
	p.Payload = c.b
	return layerDone
}
