package correlate

import (
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
	// By sequence number, then in the order in which they began: eight bytes a flow.
	list := make([]uint64, 0, t.Len())
	for i := range t.Len() {
		if f := t.Flow(i); identified(f) {
			list = append(list, uint64(f.Sides[flow.Originator].ISN)<<32|uint64(i))
		}
	}
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
		(f.ClientAddr == g.ClientAddr || f.Server() == g.Server())
}
