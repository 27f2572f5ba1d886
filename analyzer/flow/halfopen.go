package flow

import (
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// maxAnswerDelay bounds the time from a SYN to a SYN-ACK from another address
// that is joined to it. Round trips of more than two seconds are unheard of on
// paths that carry TCP, and the exact acknowledgment number guards the rest.
const maxAnswerDelay = 2 * time.Second

// halfOpen finds connection attempts by the client's endpoint and sequence
// number, whatever address was dialled: the way to recognise a SYN-ACK from an
// address that nobody dialled. It is a cache of fixed size: a newer attempt takes
// the place of an older one, so that a flood of SYNs costs no memory. The flow's
// own record decides whether a hit is one.
type halfOpen struct{ ids []uint32 } // flow id plus one

const halfOpenSlots = 1 << 14

func halfOpenHash(client wire.Addr, port uint16, isn analyzer.Seq) uint32 {
	return fold(endpointHash(client, port, uint64(isn))) & (halfOpenSlots - 1)
}

func (h *halfOpen) note(f *Flow) {
	if h.ids == nil {
		h.ids = make([]uint32, halfOpenSlots)
	}
	h.ids[halfOpenHash(f.ClientAddr, f.ClientPort, f.Sides[Originator].ISN)] = f.ID + 1
}

// answered returns the attempt that a SYN-ACK answers although it comes from an
// address or port that was not dialled: same client endpoint, ack = ISN+1, in time.
func (t *Tracker) answered(p *wire.Packet) (*Flow, bool) {
	if t.halfOpen.ids == nil {
		return nil, false
	}
	id := t.halfOpen.ids[halfOpenHash(p.Dst, p.DstPort, p.TCP.Ack-1)]
	if id == 0 {
		return nil, false
	}
	f := t.Flow(int(id - 1))
	c := &f.Sides[Originator]
	if f.ClientAddr != p.Dst || f.ClientPort != p.DstPort || c.ISN != p.TCP.Ack-1 || f.Scope != p.Scope || c.Flags&SawSYN == 0 {
		return nil, false
	}
	if d := p.Time.Sub(f.LastSyn); d < -maxAnswerDelay || d > maxAnswerDelay {
		return nil, false
	}
	if x := t.foreignOf(f); !x.Addr.IsZero() && x != (Endpoint{p.Src, p.SrcPort}) {
		return nil, false // a third address: keep the first one's story
	}
	return f, true
}

// adopt makes the address that answered part of the flow, so that the reset
// which follows is found under its own pair.
func (t *Tracker) adopt(f *Flow, p *wire.Packet, hash uint32) {
	x := t.troubled(f)
	if x.Foreign.Addr.IsZero() && f.trouble >= 0 {
		x.Foreign = Endpoint{p.Src, p.SrcPort}
		t.table.insert(hash, f.ID)
	}
}

// foreignOf returns the address that answered instead of the one dialled; zero
// if none did.
func (t *Tracker) foreignOf(f *Flow) Endpoint {
	if f.trouble < 0 {
		return Endpoint{}
	}
	return t.troubleAt(f.trouble).Foreign
}
