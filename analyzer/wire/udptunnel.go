package wire

// Ports of encapsulations in UDP (IANA), and those that Linux and others used
// before there was one.
const (
	portL2TP    = 1701
	portGTP     = 2152
	portGREUDP  = 4754
	portVXLAN   = 4789
	portGPE     = 4790
	portCAPWAP  = 5247
	portGeneve  = 6081
	portMPLSUDP = 6635
	portVXLAN0  = 8472
	portTZSP    = 37008
)

// udpTunnel returns what the payload of a UDP datagram encapsulates. If it is a
// plain payload, the packet stays of KindUDP. A port only says where to look; the content decides,
// more strictly where the port says nothing.
func (c *cursor) udpTunnel() layer {
	if len(c.b) < 8 {
		return layerDone
	}
	src, dst := c.p.SrcPort, c.p.DstPort
	if next := c.portTunnel(dst); next != layerDone || c.p.Kind != KindUDP {
		return next
	}
	if next := c.portTunnel(src); next != layerDone || c.p.Kind != KindUDP {
		return next
	}
	return c.contentTunnel()
}

// portTunnel is the dispatch table of UDP ports.
func (c *cursor) portTunnel(port uint16) layer {
	switch port {
	case portVXLAN, portVXLAN0:
		return c.vxlan(false)
	case portGPE:
		return c.vxlanGPE()
	case portGeneve:
		return c.geneve(false)
	case portGTP:
		return c.gtp(false)
	case portL2TP:
		return c.l2tp()
	case portCAPWAP:
		return c.capwap()
	case portTZSP:
		return c.tzsp()
	case portGREUDP:
		if f := be16(c.b); f&^(greChecksum|greKey|greSequence) == 0 && etherTypeLayer(be16(c.b[2:])) != layerUnknown && be16(c.b[2:]) >= 1536 {
			return layerGRE
		}
	case portMPLSUDP:
		return c.inside(tunnelMPLS, layerMPLS)
	}
	return layerDone
}

// contentTunnel recognises the common encapsulations on any port.
func (c *cursor) contentTunnel() layer {
	b := c.b
	switch {
	case be32(b) == 0x08000000:
		return c.vxlan(true)
	case b[0]&0xf0 == 0x30 && b[1] == 255:
		return c.gtp(true)
	case b[0]>>4 == 6, be16(b) == 0, be16(b) == 1:
		return c.teredo()
	case b[0]>>6 == 0 && b[1] == 0 && be16(b[2:]) == 0x6558:
		return c.geneve(true)
	}
	return layerDone
}

// vxlan reads a VXLAN header (RFC 7348 §5), with the group policy extension
// where only the port vouches for it.
func (c *cursor) vxlan(strict bool) layer {
	b := c.b
	plain := be32(b) == 0x08000000
	group := b[0] == 0x88 && b[1]&^0x48 == 0
	if b[7] != 0 || !plain && (strict || !group) {
		return layerDone
	}
	if strict && !plausibleEthernet(b[8:], c.wire-8) {
		return layerDone
	}
	return c.identified(tunnelVXLAN, be32(b[4:])>>8, 8, layerEthernet)
}

// identified enters a tunnel with an identifier, behind its header of n bytes.
func (c *cursor) identified(kind tunnelKind, id uint32, n int, next layer) layer {
	if !c.enter(kind, id) {
		return layerDone
	}
	c.skip(n)
	return next
}

// vxlanGPE reads VXLAN with a protocol field (draft-ietf-nvo3-vxlan-gpe §3).
func (c *cursor) vxlanGPE() layer {
	b := c.b
	if b[0] == 0x08 {
		return c.vxlan(false)
	}
	if b[0]&0x0c != 0x0c || be16(b[1:]) != 0 || b[7] != 0 {
		return layerDone
	}
	next := layerDone
	switch b[3] {
	case 1:
		next = layerIPv4
	case 2:
		next = layerIPv6
	case 3:
		next = layerEthernet
	case 4:
		next = layerNSH
	}
	if next == layerDone {
		return layerDone
	}
	return c.identified(tunnelVXLAN, be32(b[4:])>>8, 8, next)
}

// geneve reads a Geneve header and passes its options (RFC 8926 §3.4).
func (c *cursor) geneve(strict bool) layer {
	b := c.b
	n := 8 + int(b[0]&0x3f)*4
	if b[0]>>6 != 0 || b[1]&^0x40 != 0 || b[7] != 0 || n > len(b) {
		return layerDone
	}
	next, inner, wire := layerDone, b[n:], c.wire-n
	switch be16(b[2:]) {
	case 0x6558:
		if !strict || plausibleEthernet(inner, wire) {
			next = layerEthernet
		}
	case 0x0800:
		if plausibleIPv4(inner, wire, strict) {
			next = layerIPv4
		}
	case 0x86dd:
		if plausibleIPv6(inner, wire) {
			next = layerIPv6
		}
	}
	if next == layerDone {
		return layerDone
	}
	return c.identified(tunnelGeneve, be32(b[4:])>>8, n, next)
}

// gtp reads the header of a GTPv1-U G-PDU (3GPP TS 29.281 §5.1) and its extension
// headers. Each direction has a tunnel endpoint identifier of its own.
func (c *cursor) gtp(strict bool) layer {
	b := c.b
	if b[0]&0xf0 != 0x30 || b[1] != 255 {
		return layerDone
	}
	if length := int(be16(b[2:])) + 8; length > c.wire || strict && length != c.wire {
		return layerDone
	}
	n := 8
	if b[0]&7 != 0 {
		n = gtpExtensions(b)
	}
	if n > len(b) || !plausibleIP(b[n:], c.wire-n, strict) {
		return layerDone
	}
	return c.identified(tunnelGTP, 0, n, layerRaw)
}

// gtpExtensions returns the offset behind the optional fields and the extension
// headers; more than len(b) if they do not end.
func gtpExtensions(b []byte) int {
	n := 12
	if b[0]&4 == 0 || len(b) < n {
		return n
	}
	for next := b[11]; next != 0; {
		if n >= len(b) || b[n] == 0 || n+int(b[n])*4 > len(b) {
			return len(b) + 1
		}
		n += int(b[n]) * 4
		next = b[n-1]
	}
	return n
}

// teredo reads IPv6 in UDP with Teredo's optional headers (RFC 4380 §5.1.1):
// authentication, then origin indication. One of the addresses must be Teredo's,
// or link-local as in its router solicitations, and the length must fit exactly.
func (c *cursor) teredo() layer {
	b, n := c.b, 0
	if be16(b) == 1 && len(b) >= 4 {
		n = 13 + int(b[2]) + int(b[3])
	}
	if len(b) >= n+8 && be16(b[n:]) == 0 {
		n += 8
	}
	if len(b) < n+40 || b[n]>>4 != 6 {
		return layerDone
	}
	inner := b[n:]
	if int(be16(inner[4:]))+40 != c.wire-n || !plausibleIPv6(inner, c.wire-n) {
		return layerDone
	}
	src, dst := be32(inner[8:]), be32(inner[24:])
	const prefix = 0x20010000
	linkLocal := src>>16 == 0xfe80 && (dst>>16 == 0xfe80 || dst>>24 == 0xff)
	if src != prefix && dst != prefix && !linkLocal {
		return layerDone
	}
	c.skip(n)
	return c.inside(tunnelPlain, layerIPv6)
}
