package flow

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// midFlow finds connections by their client's endpoint alone: the way to
// recognise a segment of a connection that comes from another address than its
// server's, because somebody forgot to translate it back. Like halfOpen it is a
// cache of fixed size in which the newest takes the place; the flow's own record
// decides whether a hit is one.
type midFlow struct{ ids []uint32 } // flow id plus one

const midFlowSlots = 1 << 14

func midFlowHash(client wire.Addr, port uint16) uint32 {
	return fold(endpointHash(client, port, 0)) & (midFlowSlots - 1)
}

// note makes an established flow one that can be found.
func (m *midFlow) note(f *Flow) {
	if m.ids == nil {
		m.ids = make([]uint32, midFlowSlots)
	}
	m.ids[midFlowHash(f.ClientAddr, f.ClientPort)] = f.ID + 1
}

// maxStray bounds how far from the flow's own numbers those of a segment may lie
// that somebody forgot to translate: a window without scaling. Firewalls that
// find a segment out of window, and leave it as it is, find it by less.
const maxStray = 1 << 16

// strayed returns the flow that a segment continues although it comes from an
// address that has no part in it: same client endpoint, and both its sequence
// and its acknowledgment number fit the server's side.
func (t *Tracker) strayed(p *wire.Packet) (*Flow, bool) {
	if t.midFlow.ids == nil || p.TCP.Flags&(wire.SYN|wire.RST|wire.ACK) != wire.ACK || p.Unknown != 0 {
		return nil, false
	}
	id := t.midFlow.ids[midFlowHash(p.Dst, p.DstPort)]
	if id == 0 {
		return nil, false
	}
	f := t.Flow(int(id - 1))
	if f.ClientAddr != p.Dst || f.ClientPort != p.DstPort || f.ServerAddr == p.Src || f.Scope != p.Scope || f.Reset != 0 || !f.continues(p) {
		return nil, false
	}
	if x := t.foreignOf(f); !x.Addr.IsZero() && x != (Endpoint{p.Src, p.SrcPort}) {
		return nil, false
	}
	return f, true
}

// continues reports whether a segment's numbers fit the server's side of a flow.
func (f *Flow) continues(p *wire.Packet) bool {
	c, s := &f.Sides[Originator], &f.Sides[Responder]
	const known = hasNext | hasAck
	if c.Flags&known != known || s.Flags&known != known {
		return false
	}
	near := func(a, b analyzer.Seq) bool { d := a.Sub(b); return -maxStray < d && d < maxStray }
	window, _ := f.ScaledWindow(Originator)
	return near(p.TCP.Ack, c.Next) && !p.TCP.Ack.After(c.Next) &&
		(near(p.TCP.Seq, c.Acked) || p.TCP.Seq.After(c.Acked) && uint32(p.TCP.Seq.Sub(c.Acked)) < window)
}
