package correlate

import (
	"math/bits"
	"slices"
	"time"

	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

const (
	// forwarding bounds the time that a router needs to translate a SYN and send it
	// on, the queues before it included.
	forwarding = time.Second
	// maxLegs bounds the flows with one initial sequence number: more of them are
	// not one connection seen several times, but a tool that dials with a constant.
	maxLegs = 6
)

// Leg says that a flow is another leg of the connection that Main is: the capture
// was taken where addresses are translated, and holds both sides of it.
type Leg struct{ Main, Flow int }

// Legs finds the legs of connections within one capture: flows between different
// ends with the initial sequence numbers of both ends alike, or, where no answer
// came on one side, with the client's and its timestamp alike. The main one is
// that whose SYN came first, before it was translated.
func Legs(t *flow.Tracker) []Leg {
	list := alike(t)
	slices.Sort(list)
	var out []Leg
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n]>>32 == list[0]>>32 {
			n++
		}
		if n > 1 && n <= maxLegs {
			out = legsOf(t, list[:n], out)
		}
		list = list[n:]
	}
	return out
}

// alike returns the flows that may share their initial sequence number with
// another one: the number, and the flow in the order in which they began. Nearly
// none does, and a bit for each sixteenth number or so sorts them out.
func alike(t *flow.Tracker) []uint64 {
	const spread = 0x9e3779b1
	shift := 32 - min(max(bits.Len(uint(t.Len()))+4, 10), 26)
	once, twice := make([]uint64, max(1, 1<<(32-shift)/64)), make([]uint64, max(1, 1<<(32-shift)/64))
	for i := range t.Len() {
		h := uint32(t.Flow(i).Sides[flow.Originator].ISN) * spread >> shift
		bit := uint64(1) << (h % 64)
		twice[h/64] |= once[h/64] & bit
		once[h/64] |= bit
	}
	var list []uint64
	for i := range t.Len() {
		f := t.Flow(i)
		isn := uint32(f.Sides[flow.Originator].ISN)
		if h := isn * spread >> shift; twice[h/64]>>(h%64)&1 != 0 && identified(f) {
			list = append(list, uint64(isn)<<32|uint64(i))
		}
	}
	return list
}

// legsOf adds the legs among flows with one initial sequence number.
func legsOf(t *flow.Tracker, group []uint64, out []Leg) []Leg {
	main := make([]int, len(group))
	for i := range group {
		id := int(uint32(group[i]))
		main[i] = id
		for k := range i {
			if oneConnection(t.Flow(int(uint32(group[k]))), t.Flow(id)) {
				main[i] = main[k]
				out = append(out, Leg{main[k], id})
				break
			}
		}
	}
	return out
}

// oneConnection reports whether g is f after a translation.
func oneConnection(f, g *flow.Flow) bool {
	late := g.Start.Sub(f.Start)
	if sameEnds(f, g) || late < 0 || late > forwarding {
		return false
	}
	fs, gs := &f.Sides[flow.Responder], &g.Sides[flow.Responder]
	if fs.Flags&gs.Flags&flow.SawSYN != 0 {
		return fs.ISN == gs.ISN
	}
	fc, gc := &f.Sides[flow.Originator], &g.Sides[flow.Originator]
	return fc.Options == gc.Options && fc.Options&wire.OptTimestamps != 0 && fc.LastTSval == gc.LastTSval && fc.WScale == gc.WScale &&
		(f.ClientAddr == g.ClientAddr || f.Server() == g.Server() || sameFate(f, g))
}

// sameFate tells two legs whose addresses were both translated from chance hits in a
// flood: they were refused at the same moment, or repeated with the same timestamps.
func sameFate(f, g *flow.Flow) bool {
	if f.ResetFrame != 0 && g.ResetFrame != 0 {
		d := f.Reset.Sub(g.Reset)
		return f.ResetClass == g.ResetClass && f.ResetBy == g.ResetBy && d >= 0 && d <= forwarding // the answer comes by the inner leg first
	}
	return f.ResetFrame == g.ResetFrame && f.SynCount > 1 && f.SynCount == g.SynCount
}
