package flow

import (
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// maxHosts bounds the addresses whose place is voted on; a capture with more is
// a backbone's or a flood's, and its first addresses tell as much as all.
const maxHosts = 1 << 16

// votes say where an address sits, seen from the capture point.
type votes struct {
	local, remote uint32
	out, in       uint32 // packets that the capturing host sent with it as source, and received
}

// hosts collects votes on addresses.
type hosts struct{ of map[wire.Addr]*votes }

func (h *hosts) get(a wire.Addr) *votes {
	v := h.of[a]
	if v == nil {
		if len(h.of) >= maxHosts {
			return &votes{}
		}
		if h.of == nil {
			h.of = make(map[wire.Addr]*votes)
		}
		v = &votes{}
		h.of[a] = v
	}
	return v
}

// sent votes by a SYN or SYN-ACK: its direction where the capture tells it, and
// its time to live, which no router on the way has lowered if it is one that
// systems begin with.
func (h *hosts) sent(p *wire.Packet) {
	v := h.get(p.Src)
	switch p.Direction {
	case analyzer.DirectionOutbound:
		v.out++
	case analyzer.DirectionInbound, analyzer.DirectionOtherHost:
		v.in++
	}
	if p.TTL != 0 && !initialTTL(p.TTL) {
		v.remote++
	}
}

// initialTTL reports whether a time to live is one that systems begin with.
func initialTTL(n uint8) bool { return n == 64 || n == 128 || n == 255 || n == 32 }

// nearRatio: an answer that takes this many times longer than the other comes
// from that much farther away. Both ends on one machine or wire give ratios
// below it.
const nearRatio = 3

// shook votes by the timing of a completed handshake: at the client, the SYN-ACK
// takes the path's round trip and its ACK none; at the server the other way round.
func (h *hosts) shook(f *Flow) {
	wait, reply := f.SynAck.Sub(f.LastSyn), f.AckTime.Sub(f.SynAck)
	if wait <= 0 || reply <= 0 || f.Sides[Responder].Packets > 2 {
		return
	}
	switch {
	case wait > nearRatio*reply:
		h.get(f.ClientAddr).local++
		h.get(f.ServerAddr).remote++
	case reply > nearRatio*wait && wait < maxKernelReply:
		h.get(f.ServerAddr).local++
		h.get(f.ClientAddr).remote++
	}
}

// maxKernelReply: a kernel answers a SYN in microseconds; what takes longer was
// on the wire.
const maxKernelReply = 2 * time.Millisecond

// place says where an address sits: +1 at the capture point, -1 elsewhere, 0 unknown.
func (h *hosts) place(a wire.Addr) int {
	v := h.of[a]
	switch {
	case v == nil:
		return 0
	case v.out > 0 && v.in == 0:
		return 1
	case v.in > 0:
		return -1
	case v.local > nearRatio*v.remote:
		return 1
	case v.remote > nearRatio*v.local:
		return -1
	}
	return 0
}

// Vantage returns where the packets of f were captured: by the direction that
// the capture itself tells, else by how the handshakes of its hosts were timed
// and by their times to live.
func (t *Tracker) Vantage(f *Flow) Vantage {
	if t.told != "" {
		return t.told
	}
	c, s := t.hosts.place(f.ClientAddr), t.hosts.place(f.ServerAddr)
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
	count := map[Vantage]int{}
	for i := range t.Len() {
		count[t.Vantage(t.Flow(i))]++
	}
	best := VantageUnknown
	for _, v := range []Vantage{VantageClient, VantageServer, VantageMiddle} {
		if count[v] > count[best] || best == VantageUnknown && count[v] > 0 {
			best = v
		}
	}
	return best
}

// Finish settles what can only be known when the capture has ended. It may be
// called while reading, to show what is known so far, and again.
func (t *Tracker) Finish() {
	q := &t.quality
	q.AckedUnseen = uint64(q.ackedUnseen)
	q.OneSided, q.TwoSided = 0, 0
	for i := range t.Len() {
		f := t.Flow(i)
		c, s := &f.Sides[Originator], &f.Sides[Responder]
		switch {
		case c.Packets > 0 && s.Packets > 0:
			q.TwoSided++
		case f.advances():
			q.OneSided++
		}
	}
}

// advances reports whether a flow of which one direction was seen shows that the
// other exists: its acknowledgment numbers move, or it has a SYN-ACK.
func (f *Flow) advances() bool {
	c, s := &f.Sides[Originator], &f.Sides[Responder]
	switch {
	case c.Packets == 0:
		return s.Flags&SawSYN != 0 && f.ResetClass == ResetNone || s.DataSegments > 0
	default:
		return c.Flags&hasAck != 0 && c.Acked != 0 && c.Packets > 1 && f.ResetClass == ResetNone
	}
}
