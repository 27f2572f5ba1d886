package wire

import (
	"bytes"
	"time"

	"wirewhy/analyzer"
)

const (
	// maxDatagram is the longest payload that an offset and a length can claim together.
	maxDatagram = 8191*8 + 65535
	// fragmentUnit is what offsets count in, and so the least that a fragment
	// other than the last can hold (RFC 791 §3.1).
	fragmentUnit = 8
)

// fragment is what an IPv4 header or an IPv6 fragment header says.
type fragment struct {
	id     uint32
	offset int // bytes
	more   bool
	header int // length of the headers in front of the payload
}

// fragment records the piece at c and, if it was the last one missing, goes on
// with the whole datagram. The frame of that piece then stands for all of them.
func (c *cursor) fragment(fr fragment) layer {
	p := c.p
	p.Kind = KindFragment
	p.FragmentID, p.FragmentOffset, p.MoreFragments = fr.id, uint16(fr.offset), fr.more
	if fr.offset == 0 && len(c.b) >= 4 && (p.Protocol == 6 || p.Protocol == 17) {
		p.SrcPort, p.DstPort = be16(c.b), be16(c.b[2:])
	}
	key := fragmentKey{src: p.Src, dst: p.Dst, scope: p.Scope, id: fr.id, version: p.Version}
	if p.Version == 4 { // in IPv6 only the first fragment's counts (RFC 8200 §4.5)
		key.protocol = p.Protocol
	}
	g := c.d.frags.find(key, p.Time)
	if !g.add(fr, c.b, c.wire, p) {
		return layerDone
	}
	g.used = false // its bytes stay until the place is needed again
	p.Kind, p.Protocol, p.Fragments = KindOther, g.protocol, g.count
	p.FragmentOffset, p.MoreFragments = 0, false
	p.IPLen = uint32(fr.header + g.total)
	p.Cut = p.Cut || g.valid < g.total
	c.b, c.wire = g.data[:min(g.total, g.valid)], g.total
	return c.carried(g.protocol)
}

// fragmentKey identifies a datagram (RFC 791 §3.2, RFC 8200 §4.5).
type fragmentKey struct {
	src, dst          Addr
	scope             uint32
	id                uint32
	version, protocol uint8
}

// datagram is one that is being put together.
type datagram struct {
	key      fragmentKey
	used     bool
	protocol uint8 // the first fragment's
	count    uint8 // fragments so far
	start    analyzer.Timestamp
	age      uint64 // reassembler.clock at its last fragment
	total    int    // length, -1 until the last fragment tells
	have     int    // units of the payload that are there
	valid    int    // bytes from here on are missing where the snap length cut a fragment
	units    []uint64
	data     []byte
}

// begin empties g for a new datagram.
func (g *datagram) begin(key fragmentKey, now analyzer.Timestamp) {
	if g.data == nil {
		g.data = make([]byte, maxDatagram)
		g.units = make([]uint64, maxDatagram/fragmentUnit/64+1)
	}
	clear(g.units)
	g.key, g.used, g.start = key, true, now
	g.protocol, g.count, g.total, g.have, g.valid = 0, 0, -1, 0, maxDatagram
}

// add records a fragment of wire bytes, of which b were captured, and reports
// whether g is complete. What cannot be part of one datagram with the others
// begins a new one: most likely the sender used the identification again.
func (g *datagram) add(fr fragment, b []byte, wire int, p *Packet) bool {
	end := fr.offset + wire
	if wire <= 0 || end > maxDatagram || fr.more && wire%fragmentUnit != 0 {
		p.Problem = ProblemInvalid
		return false
	}
	if g.contradicts(fr, b, end) {
		g.begin(g.key, p.Time)
	}
	if !fr.more {
		g.total = end
	}
	if fr.offset == 0 {
		g.protocol = p.Protocol
	}
	g.copy(fr.offset, end, b)
	if g.count < 255 {
		g.count++
	}
	return g.total >= 0 && g.have == (g.total+fragmentUnit-1)/fragmentUnit
}

// contradicts reports whether a fragment overlaps others with other bytes, or
// with another length of the whole (RFC 5722: such datagrams are dropped).
func (g *datagram) contradicts(fr fragment, b []byte, end int) bool {
	if g.total >= 0 && (end > g.total || !fr.more && end != g.total) {
		return true
	}
	if !fr.more && g.total < 0 && g.beyond(end) {
		return true
	}
	for i := 0; i < len(b); i += fragmentUnit {
		at := fr.offset + i
		if !g.has(at/fragmentUnit) || at >= g.valid {
			continue
		}
		n := min(fragmentUnit, len(b)-i, g.valid-at)
		if !bytes.Equal(b[i:i+n], g.data[at:at+n]) {
			return true
		}
	}
	return false
}

// beyond reports whether bytes at or behind an offset are there already.
func (g *datagram) beyond(end int) bool {
	for u := (end + fragmentUnit - 1) / fragmentUnit; u < len(g.units)*64; u++ {
		if g.has(u) {
			return true
		}
	}
	return false
}

func (g *datagram) has(unit int) bool { return g.units[unit/64]>>(unit%64)&1 != 0 }

// copy takes the bytes of [offset, end), as far as they were captured.
func (g *datagram) copy(offset, end int, b []byte) {
	copy(g.data[offset:end], b)
	if cut := offset + len(b); cut < end && cut < g.valid {
		g.valid = cut
	}
	for u := offset / fragmentUnit; u*fragmentUnit < end; u++ {
		if !g.has(u) {
			g.units[u/64] |= 1 << (u % 64)
			g.have++
		}
	}
}

// reassembler puts datagrams together in a fixed number of places, so that its
// memory is bounded: about 130 kB for each place that was ever needed.
type reassembler struct {
	places  []datagram
	timeout time.Duration
	clock   uint64 // fragments seen
}

func (r *reassembler) init(places int, timeout time.Duration) {
	if places <= 0 {
		places = 32
	}
	if timeout <= 0 {
		timeout = 30 * time.Second
	}
	r.places, r.timeout = make([]datagram, places), timeout
}

// cost orders the places for a new datagram: one that is free, one that would
// need memory, one that another datagram would lose.
func (g *datagram) cost() int {
	switch {
	case g.used:
		return 2
	case g.data == nil:
		return 1
	}
	return 0
}

// find returns the place of a datagram: where its other fragments are, or one
// that is free, or the one that has waited longest.
func (r *reassembler) find(key fragmentKey, now analyzer.Timestamp) *datagram {
	r.clock++
	best := &r.places[0]
	for i := range r.places {
		g := &r.places[i]
		if g.used && g.key == key {
			if age := now.Sub(g.start); age > r.timeout || age < -r.timeout {
				g.begin(key, now)
			}
			g.age = r.clock
			return g
		}
		if g.cost() < best.cost() || g.cost() == best.cost() && g.age < best.age {
			best = g
		}
	}
	best.begin(key, now)
	best.age = r.clock
	return best
}
