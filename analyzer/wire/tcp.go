package wire

import "wirewhy/analyzer"

// tcp reads a TCP header (RFC 9293 §3.1).
func (c *cursor) tcp() layer {
	b := c.b
	if len(b) < 20 {
		c.ports()
		return c.missing(20)
	}
	p := c.p
	p.SrcPort, p.DstPort = be16(b), be16(b[2:])
	bits := be16(b[12:])
	header := int(bits>>12) * 4
	if header < 20 {
		return c.invalid()
	}
	if header > c.wire {
		p.Problem = ProblemShort
		return layerDone
	}
	t := &p.TCP
	p.Kind = KindTCP
	t.Seq, t.Ack = analyzer.Seq(be32(b[4:])), analyzer.Seq(be32(b[8:]))
	t.Flags = Flags(bits & 0x1ff)
	t.Window, t.Sum, t.Urgent = be16(b[14:]), be16(b[16:]), be16(b[18:])
	t.PayloadLen = uint32(c.wire - header)
	c.d.segment, c.d.segmentWire = b, c.wire
	if header > len(b) {
		p.Problem = ProblemCut
		t.options(b[20:])
		t.Options &^= OptBad // cut, not wrong
		p.Unknown |= UnknownOptions
		return layerDone
	}
	if header > 20 {
		t.options(b[20:header])
	}
	p.Payload = b[header:]
	return layerDone
}

// ports reads as much of a cut header as tells the ports.
func (c *cursor) ports() {
	if len(c.b) >= 4 {
		c.p.SrcPort, c.p.DstPort = be16(c.b), be16(c.b[2:])
	}
}
