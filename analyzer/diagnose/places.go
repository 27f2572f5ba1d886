package diagnose

import (
	"math/rand/v2"

	"wirewhy/analyzer/flow"
)

// places numbers the clients, servers and services (address and port) of a
// capture's flows, so that flows are gathered by small numbers.
type places struct {
	client, service []uint32 // by flow
	serverOf        []uint32 // by service
	clients         numbering
	services        numbering
	servers         numbering
}

// placed returns the places of the run's flows, worked out when first needed.
func (r *run) placed() *places {
	if r.places != nil {
		return r.places
	}
	n := r.Tracker.Len()
	p := &places{client: make([]uint32, n), service: make([]uint32, n)}
	for id := range n {
		f := r.Tracker.Flow(id)
		p.client[id] = p.clients.of(flow.Endpoint{Addr: f.ClientAddr})
		s := p.services.of(f.Server())
		p.service[id] = s
		if int(s) == len(p.serverOf) {
			p.serverOf = append(p.serverOf, p.servers.of(flow.Endpoint{Addr: f.ServerAddr}))
		}
	}
	r.places = p
	return p
}

// of returns the number of the place where a rule's groups put a flow.
func (p *places) of(by Grouping, id int) uint32 {
	switch by {
	case ByClient:
		return p.client[id]
	case ByServer:
		return p.serverOf[p.service[id]]
	case ByCapture:
		return 0
	}
	return p.service[id]
}

// count returns how many places of a kind there are.
func (p *places) count(by Grouping) int {
	switch by {
	case ByClient:
		return len(p.clients.keys)
	case ByServer:
		return len(p.servers.keys)
	case ByCapture:
		return 1
	}
	return len(p.services.keys)
}

// numbering gives endpoints numbers from 0 on, in the order in which they come:
// open addressing with linear probing, at most half full.
type numbering struct {
	keys  []flow.Endpoint
	slots []uint32 // number plus one; 0: free
}

// seed makes the hashes of every run of the program others.
var seed = rand.Uint64()

func (n *numbering) of(e flow.Endpoint) uint32 {
	if 2*len(n.keys) >= len(n.slots) {
		n.grow()
	}
	i := n.slot(e)
	if n.slots[i] == 0 {
		n.keys = append(n.keys, e)
		n.slots[i] = uint32(len(n.keys))
	}
	return n.slots[i] - 1
}

// slot returns where an endpoint stands, or the free slot where it belongs.
func (n *numbering) slot(e flow.Endpoint) uint32 {
	h := (e.Addr.Lo ^ seed ^ uint64(e.Port)<<40) * 0x9e3779b97f4a7c15
	h = (h ^ h>>32 ^ e.Addr.Hi) * 0xd6e8feb86659fd93
	mask := uint32(len(n.slots) - 1)
	i := uint32(h>>32) & mask
	for n.slots[i] != 0 && n.keys[n.slots[i]-1] != e {
		i = (i + 1) & mask
	}
	return i
}

func (n *numbering) grow() {
	n.slots = make([]uint32, max(64, 2*len(n.slots)))
	for i, e := range n.keys {
		n.slots[n.slot(e)] = uint32(i) + 1
	}
}
