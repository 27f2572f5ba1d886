package listing

import (
	"slices"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// Evidence says what the numbers of a joined connection prove.
type Evidence uint8

// The evidence.
const (
	EvidenceNone   Evidence = iota // the numbers fit either reading (-S, or too few lines)
	EvidenceEdited                 // tcpdump itself counted both directions as one connection: the addresses were edited later
	EvidenceNAT                    // tcpdump counted them apart: something between the two captured places translates addresses
)

// joins joins the two directions of connections whose printed addresses
// contradict the listing's own numbers: a SYN-ACK whose ports and acknowledgment
// fit a SYN, and both of whose addresses differ from it. A SYN-ACK that reaches the
// dialling client from another server is something else, a fault, and stays.
type joins struct {
	syns   map[synKey]pending
	order  []synKey // of their arrival, a ring
	at     int
	pairs  map[pair]*join
	list   []Translation
	proofs []proof // as list
}

type synKey struct {
	client, server uint16
	ack            analyzer.Seq
	scope          uint32
}

type pending struct{ client, server endpoint }

// join is how one printed pair is translated.
type join struct {
	from, to [2]endpoint // client and server, as printed and as dialled
	index    int         // into joins.list
	joins    *joins
}

const (
	maxPending = 1 << 13
	maxJoins   = 1 << 12
)

// translate replaces printed addresses by those that were dialled, where the two
// contradict each other; it returns how, or nil.
func (x *joins) translate(r *Reader, p *wire.Packet) *join {
	switch p.TCP.Flags & (wire.SYN | wire.ACK | wire.RST) {
	case wire.SYN:
		if x.pairs[pairOf(p)] == nil {
			x.dial(p)
			return nil
		}
	case wire.SYN | wire.ACK:
		x.answer(r, p)
	}
	j := x.pairs[pairOf(p)]
	if j == nil {
		return nil
	}
	switch (endpoint{p.Src, p.SrcPort}) {
	case j.from[0]:
		p.Src, p.Dst = j.to[0].addr, j.to[1].addr
	case j.from[1]:
		p.Src, p.Dst = j.to[1].addr, j.to[0].addr
	}
	return j
}

// dial remembers a SYN.
func (x *joins) dial(p *wire.Packet) {
	k := synKey{p.SrcPort, p.DstPort, p.TCP.Seq + 1, p.Scope}
	if x.syns == nil {
		x.syns = map[synKey]pending{}
		x.pairs = map[pair]*join{}
		x.order = make([]synKey, 0, 64)
	}
	if _, ok := x.syns[k]; ok {
		return // the first address that was dialled; others are translated already
	}
	if len(x.order) < maxPending {
		x.order = append(x.order, k)
	} else {
		delete(x.syns, x.order[x.at])
		x.order[x.at] = k
		x.at = (x.at + 1) % maxPending
	}
	x.syns[k] = pending{endpoint{p.Src, p.SrcPort}, endpoint{p.Dst, p.DstPort}}
}

// answer joins a SYN-ACK to its SYN if the addresses contradict and the numbers
// do not.
func (x *joins) answer(r *Reader, p *wire.Packet) {
	s, ok := x.syns[synKey{p.DstPort, p.SrcPort, p.TCP.Ack, p.Scope}]
	if !ok || s.client.addr == p.Dst || s.server.addr == p.Src || s.client.addr == p.Src || s.server.addr == p.Dst {
		return
	}
	k := pairOf(p)
	if x.pairs[k] != nil || len(x.pairs) >= maxJoins {
		return
	}
	if c := r.conns.find(k); c != nil {
		if n := &c.sides[1-k.from(p)]; n.hasISN && n.isn+1 == p.TCP.Ack {
			return // a SYN between these very addresses was seen
		}
	}
	x.list = append(x.list, Translation{
		Client: s.client.addr, Server: s.server.addr, PrintedClient: p.Dst, PrintedServer: p.Src,
		ClientPort: p.DstPort, ServerPort: p.SrcPort, Frame: uint32(r.capture.Packets),
	})
	x.proofs = append(x.proofs, proof{})
	j := &join{from: [2]endpoint{{p.Dst, p.DstPort}, {p.Src, p.SrcPort}}, to: [2]endpoint{s.client, s.server}, index: len(x.list) - 1, joins: x}
	x.pairs[k] = j
	// The other direction is printed with the pair that was dialled; its numbers
	// tell what tcpdump saw.
	x.pairs[pair{low: lower(s.client, s.server), high: higher(s.client, s.server), scope: p.Scope}] = &join{
		from: j.to, to: j.to, index: j.index, joins: x,
	}
}

func lower(a, b endpoint) endpoint {
	if a.less(b) {
		return a
	}
	return b
}

func higher(a, b endpoint) endpoint {
	if a.less(b) {
		return b
	}
	return a
}

// proof is what the numbers of a joined connection showed.
type proof struct {
	judged   bool
	together bool // a number relative to one that only the other pair's lines show
	plain    bool // absolute although tcpdump had an initial number to subtract: -S
}

// saw takes what one number tells. On the pair as dialled, the client's first
// acknowledgment shows whether tcpdump knew the server's initial number, which only
// the other pair's line holds.
func (j *join) saw(asPrinted bool, flag wire.Unknown, base analyzer.Seq) {
	s := &j.joins.proofs[j.index]
	switch {
	case base < nearEnough: // either reading is near
	case j.from != j.to:
		s.plain = s.plain || asPrinted
	case flag == wire.RelativeAck && !s.judged:
		s.judged, s.together = true, !asPrinted
	}
}

// translations returns the joined pairs with what was proven.
func (x *joins) translations() []Translation {
	out := slices.Clone(x.list)
	for i := range out {
		switch s := x.proofs[i]; {
		case s.together:
			out[i].Evidence = EvidenceEdited
		case s.judged && !s.plain:
			out[i].Evidence = EvidenceNAT
		}
	}
	return out
}
