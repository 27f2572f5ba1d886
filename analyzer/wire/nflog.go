package wire

import "wirewhy/analyzer"

// Attributes of an NFLOG message (nfnetlink_log.h).
const (
	nfulaInDev   = 4
	nfulaOutDev  = 5
	nfulaHWAddr  = 8
	nfulaPayload = 9
)

// nflog reads a Netfilter log message (LINKTYPE_NFLOG): address family, version,
// resource, then attributes in the byte order of the host that captured.
func (c *cursor) nflog() layer {
	if !c.has(8) {
		return layerDone
	}
	if c.b[1] != 0 {
		return c.invalid()
	}
	c.skip(4)
	little := int(le16(c.b)) >= 4 && int(le16(c.b)) <= c.wire
	for len(c.b) >= 4 {
		n, kind := int(be16(c.b)), be16(c.b[2:])
		if little {
			n, kind = int(le16(c.b)), le16(c.b[2:])
		}
		if n < 4 || n > c.wire {
			return c.invalid()
		}
		if kind&0x7fff == nfulaPayload {
			c.limit(n)
			c.skip(4)
			return layerRaw
		}
		c.nflogAttribute(kind&0x7fff, c.b[4:min(n, len(c.b))])
		if n = (n + 3) &^ 3; !c.has(n) {
			return layerDone
		}
		c.skip(n)
	}
	return c.missing(4)
}

// nflogAttribute takes interface and source address from an attribute's value v.
func (c *cursor) nflogAttribute(kind uint16, v []byte) {
	p := c.p
	switch {
	case len(v) < 4:
	case kind == nfulaInDev:
		p.IfIndex, p.Direction = be32(v), analyzer.DirectionInbound
	case kind == nfulaOutDev && p.IfIndex == 0:
		p.IfIndex, p.Direction = be32(v), analyzer.DirectionOutbound
	case kind == nfulaHWAddr && len(v) >= 10 && be16(v) == 6:
		p.SrcMAC = mac(v[4:])
	}
}
