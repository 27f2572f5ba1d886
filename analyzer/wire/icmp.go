package wire

import "wirewhy/analyzer"

// icmp reads an ICMP message (RFC 792).
func (c *cursor) icmp() layer {
	b := c.b
	if len(b) < 8 {
		return c.missing(8)
	}
	c.p.Kind = KindICMP
	m := &c.p.ICMP
	*m = ICMP{Type: b[0], Code: b[1]}
	switch m.Type {
	case 3, 4, 5, 11, 12: // the error messages (RFC 1122 §3.2.2)
		m.IsError = true
		if m.Type == 3 && m.Code == 4 {
			m.MTU = uint32(be16(b[6:])) // RFC 1191 §4; zero from old routers
		}
		m.quote4(b[8:])
	}
	c.p.Payload = b[8:]
	return layerDone
}

// icmpv6 reads an ICMPv6 message (RFC 4443) or one of neighbour discovery (RFC 4861).
func (c *cursor) icmpv6() layer {
	b := c.b
	if len(b) < 8 {
		return c.missing(8)
	}
	c.p.Kind = KindICMP
	m := &c.p.ICMP
	*m = ICMP{Type: b[0], Code: b[1]}
	switch {
	case m.Type >= 1 && m.Type <= 4:
		m.IsError = true
		if m.Type == 2 {
			m.MTU = be32(b[4:])
		}
		m.quote6(b[8:])
	case (m.Type == 135 || m.Type == 136) && len(b) >= 24:
		m.NeighbourTarget = Addr{be64(b[8:]), be64(b[16:])}
	}
	c.p.Payload = b[8:]
	return layerDone
}

// quote4 reads the packet that an ICMP error quotes: at least its header and 8
// bytes more (RFC 792), today often as much as fits (RFC 1812 §4.3.2.3).
func (m *ICMP) quote4(b []byte) {
	if len(b) < 20 || b[0]>>4 != 4 {
		return
	}
	m.QuotedSrc, m.QuotedDst = Addr4(be32(b[12:])), Addr4(be32(b[16:]))
	m.QuotedLen = be16(b[2:])
	header := int(b[0]&15) * 4
	if be16(b[6:])&0x1fff != 0 || header < 20 || header > len(b) {
		m.quoteKind(b[9])
		return
	}
	m.quoteTransport(b[9], b[header:])
}

// quote6 reads the packet that an ICMPv6 error quotes (RFC 4443 §3), past its
// extension headers.
func (m *ICMP) quote6(b []byte) {
	if len(b) < 40 || b[0]>>4 != 6 {
		return
	}
	m.QuotedSrc, m.QuotedDst = Addr{be64(b[8:]), be64(b[16:])}, Addr{be64(b[24:]), be64(b[32:])}
	m.QuotedLen = uint16(min(40+int(be16(b[4:])), 65535))
	next := b[6]
	b = b[40:]
	for i := 0; i < maxHeaders; i++ {
		n := 0
		switch next {
		case 0, 43, 60, 135, 139, 140:
			if len(b) >= 2 {
				n = (int(b[1]) + 1) * 8
			}
		case 44:
			if len(b) >= 4 && be16(b[2:])&^7 == 0 {
				n = 8
			}
		case 51:
			if len(b) >= 2 {
				n = (int(b[1]) + 2) * 4
			}
		default:
			m.quoteTransport(next, b)
			return
		}
		if n == 0 || n > len(b) {
			return
		}
		next, b = b[0], b[n:]
	}
}

func (m *ICMP) quoteKind(protocol uint8) {
	switch protocol {
	case 6:
		m.QuotedKind = KindTCP
	case 17:
		m.QuotedKind = KindUDP
	}
}

// quoteTransport reads the 8 bytes of a transport header that every quote has.
func (m *ICMP) quoteTransport(protocol uint8, b []byte) {
	m.quoteKind(protocol)
	if m.QuotedKind == KindOther || len(b) < 8 {
		return
	}
	m.QuotedPorts = true
	m.QuotedSrcPort, m.QuotedDstPort = be16(b), be16(b[2:])
	if m.QuotedKind == KindTCP {
		m.QuotedSeq = analyzer.Seq(be32(b[4:]))
	}
}
