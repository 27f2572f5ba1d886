package flow

import "wirewhy/analyzer/wire"

// plausibleDistance bounds how far the numbers of a segment lie from those that
// the other direction of its connection has shown: the largest windows in use.
const plausibleDistance = 16 << 20

// otherHalf reports whether p is the direction that a flow in another scope
// lacks. Mirror ports often tag one direction only, or each with a VLAN of its
// own; the same addresses and ports in two VLANs are two connections all the
// same, which their numbers tell.
func (t *Tracker) otherHalf(m match, p *wire.Packet) bool {
	f := m.flow
	s, o := &f.Sides[m.dir], &f.Sides[m.dir.Other()]
	c := &p.TCP
	if p.Kind != wire.KindTCP { // quoted by an ICMP error, which travels the other way
		return o.Packets == 0
	}
	if m.foreign || s.Packets > 0 || o.Packets == 0 || f.Flags&ScopesDiffer != 0 {
		return false
	}
	switch {
	case c.Flags.Has(wire.SYN):
		return c.Flags.Has(wire.ACK) && m.dir == Responder && o.Flags&SawSYN != 0 && c.Ack == o.ISN+1
	case !c.Flags.Has(wire.ACK):
		return c.Flags.Has(wire.RST) && o.Flags&hasAck != 0 && c.Seq == o.Acked
	case o.Flags&hasNext == 0, near(c.Ack.Sub(o.Next)):
	default:
		return false
	}
	return o.Flags&hasAck == 0 || c.Flags.Has(wire.RST) && c.Seq == 0 || near(c.Seq.Sub(o.Acked))
}

func near(distance int32) bool {
	return distance > -plausibleDistance && distance < plausibleDistance
}

// joinScopes notes that a flow's direction came in another scope than the flow's.
func (t *Tracker) joinScopes(m match, p *wire.Packet) {
	if m.flow.Scope != p.Scope && m.flow.Flags&ScopesDiffer == 0 {
		m.flow.Flags |= ScopesDiffer
		t.troubled(m.flow).ReplyScope = p.Scope
	}
}
