package flow

import (
	"math/rand/v2"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// maxHosts bounds the addresses whose place is voted on; a capture with more is
// a backbone's or a flood's, and its first addresses tell as much as all.
const maxHosts = 1 << 16

// host is what packets tell of where an address sits, seen from the capture point.
type host struct {
	addr      wire.Addr
	delivered uint32        // SYNs and SYN-ACKs from it that came in on one of all interfaces
	out, in   uint32        // SYNs and SYN-ACKs that the capturing host sent with it as source, and received
	hops      uint32        // of these, those whose time to live a router had lowered
	whole     uint32        // and those where none had
	ack       time.Duration // its quickest pure ACK of data; 0: none seen
	acks      uint32
	arp       time.Duration // its quickest answer to an ARP request; 0: none seen
	arpTo     wire.Addr     // whom that told
	steady    uint32        // how often its timestamps kept pace with the capture's clock over a while
	near, far uint32        // handshakes that were clearly quicker, or slower, on its side than on the other
	flows     uint32
	peers     uint32 // different hosts that it talked with, one after the other
	lastPeer  wire.Addr
}

// hosts collects what tells the capture's place.
type hosts struct {
	slots []uint32 // open addressing with linear probing: number plus one
	list  []*[hostChunk]host
	count int
	seed  uint64
	spare host
	asked map[wire.Addr]analyzer.Timestamp // ARP requests not answered yet
}

const hostChunk = 64

// slot returns where an address stands in the table, or the free place for it.
func (h *hosts) slot(a wire.Addr) *uint32 {
	mask := uint32(len(h.slots) - 1)
	i := fold(endpointHash(a, 0, h.seed)) & mask
	for h.slots[i] != 0 && h.at(h.slots[i]).addr != a {
		i = (i + 1) & mask
	}
	return &h.slots[i]
}

func (h *hosts) at(n uint32) *host { return &h.list[(n-1)/hostChunk][(n-1)%hostChunk] }

// find returns what is known of an address; nil if that is nothing.
func (h *hosts) find(a wire.Addr) *host {
	if h.count == 0 {
		return nil
	}
	if n := *h.slot(a); n != 0 {
		return h.at(n)
	}
	return nil
}

// get returns the record of an address to be written.
func (h *hosts) get(a wire.Addr) *host {
	if 2*h.count >= len(h.slots) {
		h.grow()
	}
	s := h.slot(a)
	if *s != 0 {
		return h.at(*s)
	}
	if h.count >= maxHosts {
		h.spare = host{}
		return &h.spare
	}
	if h.count%hostChunk == 0 {
		h.list = append(h.list, new([hostChunk]host))
	}
	h.count++
	*s = uint32(h.count)
	v := h.at(*s)
	v.addr = a
	return v
}

func (h *hosts) grow() {
	if h.seed == 0 {
		h.seed = rand.Uint64() | 1
	}
	h.slots = make([]uint32, max(64, 2*len(h.slots)))
	for n := range uint32(h.count) {
		*h.slot(h.at(n + 1).addr) = n + 1
	}
}

// sent takes a SYN or SYN-ACK: its direction where the capture tells it, and its
// time to live, which a router on the way has lowered if it is none of those that
// systems begin with.
func (h *hosts) sent(p *wire.Packet) {
	v := h.get(p.Src)
	switch p.Direction {
	case analyzer.DirectionOutbound:
		v.out++
	case analyzer.DirectionInbound:
		v.in++
		if p.IfIndex != 0 { // all interfaces were captured: what is passed on is seen again
			v.delivered++
		}
	case analyzer.DirectionOtherHost:
		v.in++
	}
	switch {
	case p.TTL == 0:
	case initialTTL(p.TTL):
		v.whole++
	default:
		v.hops++
	}
	if p.TCP.Flags&wire.ACK == 0 {
		if !p.Broadcast && !isGroup(p.Dst) {
			v.meets(p.Dst)
			h.get(p.Dst).meets(p.Src)
		}
	}
}

func (v *host) meets(peer wire.Addr) {
	v.flows++
	if peer != v.lastPeer {
		v.peers++
		v.lastPeer = peer
	}
}

// initialTTL reports whether a time to live is one that systems begin with.
func initialTTL(n uint8) bool { return n == 64 || n == 128 || n == 255 || n == 32 }

// clearRatio: a side of a handshake that takes this many times longer than the
// other has the path on it. Kernels need a few times longer for a SYN than for a
// SYN-ACK, so that less says nothing.
const clearRatio = 8

// shook takes a completed handshake: at the client, the SYN-ACK takes the path's
// round trip and its ACK none; at the server the other way round.
func (h *hosts) shook(f *Flow) {
	wait, reply := f.SynAck.Sub(f.LastSyn), f.AckTime.Sub(f.SynAck)
	if wait <= 0 || reply <= 0 {
		return
	}
	switch {
	case wait > clearRatio*reply && wait > kernelReaction:
		h.get(f.ClientAddr).near++
		h.get(f.ServerAddr).far++
	case reply > clearRatio*wait && reply > kernelReaction:
		h.get(f.ServerAddr).near++
		h.get(f.ClientAddr).far++
	}
}

// kernelReaction bounds the time in which a kernel answers by itself what
// reaches it: an ACK, a SYN-ACK, an ARP reply. Wires and switches add more than that.
const kernelReaction = 60 * time.Microsecond

// acked takes a pure ACK of the data that came just before it.
func (h *hosts) acked(a wire.Addr, after time.Duration) {
	if after <= 0 {
		return
	}
	v := h.get(a)
	v.acks++
	if v.ack == 0 || after < v.ack {
		v.ack = after
	}
}

// arp takes an ARP message: a host that answers at once is the capturing one, or
// on its wire.
func (h *hosts) arp(p *wire.Packet) {
	if !p.ARP.Reply {
		if h.asked == nil || len(h.asked) > maxLookups {
			h.asked = make(map[wire.Addr]analyzer.Timestamp)
		}
		h.asked[p.ARP.Target] = p.Time
		return
	}
	at, ok := h.asked[p.ARP.Sender]
	if d := p.Time.Sub(at); ok && d > 0 {
		v := h.get(p.ARP.Sender)
		if v.arp == 0 || d < v.arp {
			v.arp, v.arpTo = d, p.ARP.Target
		}
		delete(h.asked, p.ARP.Sender)
	}
}

// place says where an address sits: +1 at the capture point, -1 elsewhere, 0 unknown.
type place int8

// compare places the two ends of a flow. What the capture says itself comes
// first, then clear handshakes, the quicker ACKs, who is party to everything, ARP.
func (h *hosts) compare(ca, sa wire.Addr) (client, server place) {
	c, s := h.find(ca), h.find(sa)
	if c == nil || s == nil {
		return 0, 0
	}
	if client, server = c.told(), s.told(); client != 0 || server != 0 {
		return client, server
	}
	if client, server = c.timed(), s.timed(); client > 0 || server > 0 {
		return client, server
	}
	switch {
	case c.quicker(s):
		return 1, -1
	case s.quicker(c):
		return -1, 1
	case c.hub() && !s.hub():
		return 1, -1
	case s.hub() && !c.hub():
		return -1, 1
	case s.answersARP(ca) && !c.answersARP(sa):
		return -1, 1
	case c.answersARP(sa) && !s.answersARP(ca):
		return 1, -1
	case c.hops > 0 && s.hops > 0:
		return -1, -1
	case c.hops > 0 && s.sends():
		return -1, 1 // routers lie before the client, none before the server: this is its link
	case s.hops > 0 && c.sends():
		return 1, -1
	}
	return 0, 0
}

// sends reports whether a host was seen to open or accept connections without a
// router on the way.
func (v *host) sends() bool { return v.hops == 0 && v.whole > 0 }

// told uses the directions of the capture: a host that sends and never comes in
// is this one; one that comes in is not.
func (v *host) told() place {
	switch {
	case v.out > 0 && v.in == 0:
		return 1
	case v.in > 0:
		return -1
	}
	return 0
}

// timed uses the handshakes; a host behind a router is never here.
func (v *host) timed() place {
	switch {
	case v.near > 2*v.far && v.hops == 0:
		return 1
	case v.far > 2*v.near:
		return -1
	}
	return 0
}

// minAcks is the least number of ACKs whose quickest is taken for the kernel's own.
const minAcks = 4

// quicker reports whether v answers data like a kernel without a wire in front of
// it, and o does not.
func (v *host) quicker(o *host) bool {
	return v.hops == 0 && v.acks >= minAcks && o.acks >= minAcks && v.ack < kernelReaction && 2*o.ack >= 3*v.ack
}

// hub reports whether a host is party to connections with several others, as only
// the capturing host is to all of them.
func (v *host) hub() bool { return v.hops == 0 && v.peers >= 4 }

// answersARP reports whether a host told a router where it is, as quickly as a
// kernel does. Two neighbours ask each other, which says nothing of either.
func (v *host) answersARP(peer wire.Addr) bool {
	return v.hops == 0 && v.arp > 0 && v.arp < kernelReaction/2 && v.arpTo != peer
}

// Vantage returns where the packets of f were captured: by the direction that
// the capture itself tells, else by how quickly its hosts answer.
func (t *Tracker) Vantage(f *Flow) Vantage {
	if t.told != "" {
		return t.told
	}
	c, s := t.hosts.compare(f.ClientAddr, f.ServerAddr)
	if c < 0 && s == 0 && f.SynFrame != 0 && t.quality.Copies == 0 {
		if h := t.hosts.find(f.ClientAddr); h.delivered > 0 && h.out == 0 {
			s = 1 // its SYN came in, and this host passes nothing on, be it with another destination
		}
	}
	switch {
	case c > 0 && s <= 0:
		return VantageClient
	case s > 0 && c <= 0:
		return VantageServer
	case c < 0 && s < 0:
		return VantageMiddle
	}
	return VantageUnknown
}

// SetVantage tells where the capture was taken, where people know it better than
// the packets do.
func (t *Tracker) SetVantage(v Vantage) { t.told = v }

// CaptureVantage returns the place that most flows agree on.
func (t *Tracker) CaptureVantage() Vantage {
	if t.told != "" {
		return t.told
	}
	votes := [...]struct {
		v Vantage
		n int
	}{{VantageClient, 0}, {VantageServer, 0}, {VantageMiddle, 0}}
	for i := range t.Len() {
		v := t.Vantage(t.Flow(i))
		for k := range votes {
			if votes[k].v == v {
				votes[k].n++
			}
		}
	}
	best, most := VantageUnknown, 0
	for _, x := range votes {
		if x.n > most {
			best, most = x.v, x.n
		}
	}
	return best
}
