package flow

import (
	"math/rand/v2"

	"wirewhy/analyzer/wire"
)

// table finds flows by their addresses and ports: open addressing with linear
// probing, at most two thirds full. A slot holds the whole hash, so that growing and
// most failed comparisons never touch a flow record.
type table struct {
	slots []slot
	used  int
	seed  uint64
}

type slot struct {
	hash uint32
	id   uint32 // flow id plus one; 0: free
}

const minSlots = 1 << 10

// pairHash hashes two endpoints so that both directions of a flow give the same
// value. The scope is left out: the directions of a flow may be in different ones.
// The seed differs in every run, so that nobody can write a capture whose flows
// all meet in one place.
func (t *table) pairHash(a wire.Addr, ap uint16, b wire.Addr, bp uint16) uint32 {
	if t.seed == 0 {
		t.seed = rand.Uint64() | 1
	}
	return fold(endpointHash(a, ap^uint16(t.seed>>16), t.seed) + endpointHash(b, bp^uint16(t.seed>>16), t.seed))
}

// endpointHash spreads the low bits of addresses, which differ least where it
// matters most. Plain multiplications: WebAssembly has none that gives 128 bits.
func endpointHash(a wire.Addr, port uint16, seed uint64) uint64 {
	h := (a.Lo ^ seed ^ uint64(port)<<40) * 0x9e3779b97f4a7c15
	h = (h ^ h>>32 ^ a.Hi) * 0xd6e8feb86659fd93
	return h ^ h>>29
}

func fold(x uint64) uint32 {
	x = (x ^ x>>32) * 0xa0761d6478bd642f
	return uint32(x>>32) ^ uint32(x)
}

// insert adds an id under a hash. The same pair may stand in the table more than
// once; the newest is found first only if the older ones were removed.
func (t *table) insert(hash, id uint32) {
	if (t.used+1)*3 > 2*len(t.slots) {
		t.grow()
	}
	t.put(slot{hash, id + 1})
	t.used++
}

func (t *table) put(s slot) {
	mask := uint32(len(t.slots) - 1)
	i := s.hash & mask
	for t.slots[i].id != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = s
}

func (t *table) grow() {
	old := t.slots
	t.slots = make([]slot, max(minSlots, 2*len(old)))
	for _, s := range old {
		if s.id != 0 {
			t.put(s)
		}
	}
}

// replace makes the entry of one flow stand for another with the same pair.
func (t *table) replace(hash, oldID, newID uint32) {
	mask := uint32(len(t.slots) - 1)
	for i := hash & mask; t.slots[i].id != 0; i = (i + 1) & mask {
		if t.slots[i].hash == hash && t.slots[i].id == oldID+1 {
			t.slots[i].id = newID + 1
			return
		}
	}
}

// match says how a packet belongs to a flow.
type match struct {
	flow    *Flow
	dir     Dir
	foreign bool // by the address that answered instead of the one dialled
}

// maxScopesOfPair bounds the flows of one pair in different scopes that are told
// apart; packets of further scopes go to the last of them.
const maxScopesOfPair = 64

// find returns the flow that carries the pair of p: in p's own scope, or in
// another where that flow lacks just this direction.
func (t *Tracker) find(p *wire.Packet, hash uint32) (match, bool) {
	if len(t.table.slots) == 0 {
		return match{}, false
	}
	var near match
	mask := uint32(len(t.table.slots) - 1)
	for i, seen := hash&mask, 0; ; i = (i + 1) & mask {
		s := t.table.slots[i]
		if s.id == 0 {
			break
		}
		if s.hash != hash {
			continue
		}
		f := t.Flow(int(s.id - 1))
		m, ok := t.matches(f, p)
		switch {
		case !ok:
			continue
		case f.Scope == p.Scope, f.Flags&ScopesDiffer != 0 && t.Trouble(f).ReplyScope == p.Scope:
			return m, true
		case near.flow == nil && t.otherHalf(m, p):
			near = m
		}
		if seen++; seen == maxScopesOfPair {
			return m, true
		}
	}
	return near, near.flow != nil
}

func (t *Tracker) matches(f *Flow, p *wire.Packet) (match, bool) {
	switch {
	case p.SrcPort == f.ClientPort && p.Src == f.ClientAddr && p.DstPort == f.ServerPort && p.Dst == f.ServerAddr:
		return match{flow: f, dir: Originator}, true
	case p.DstPort == f.ClientPort && p.Dst == f.ClientAddr && p.SrcPort == f.ServerPort && p.Src == f.ServerAddr:
		return match{flow: f, dir: Responder}, true
	case f.trouble < 0:
		return match{}, false
	}
	x := t.foreignOf(f)
	switch {
	case x.Addr.IsZero():
		return match{}, false
	case p.SrcPort == f.ClientPort && p.Src == f.ClientAddr && p.DstPort == x.Port && p.Dst == x.Addr:
		return match{flow: f, dir: Originator, foreign: true}, true
	case p.DstPort == f.ClientPort && p.Dst == f.ClientAddr && p.SrcPort == x.Port && p.Src == x.Addr:
		return match{flow: f, dir: Responder, foreign: true}, true
	}
	return match{}, false
}
