package correlate

import (
	"slices"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// Bounds of what is joined: a join costs a second reading of the packets.
const (
	maxFlows   = 20_000
	maxPackets = 400_000 // of each capture
	maxReused  = 256     // connections between the same ends and ports that are tried for one
)

// Pair correlates two captures. near tells which of them was taken nearer to the
// clients, where somebody knows; NearUnknown lets the packets tell.
func Pair(first, second View, near Nearness) (*Pairing, error) {
	j := joiner{views: [2]View{first, second}, told: near, p: &Pairing{by: [2]map[int]int{{}, {}}}}
	j.flows()
	proxied, err := j.byPayload()
	if err == nil {
		err = j.packets()
	}
	if err != nil {
		return nil, err
	}
	j.clock()
	j.proxies(proxied)
	j.alone()
	j.apart()
	return j.p, j.fates()
}

type joiner struct {
	views [2]View
	told  Nearness
	p     *Pairing
	seen  [2][][]sighting // by index in Joined
	again [2][][]sighting // copies of them within one capture
	twins [2]map[int]bool // flows for which several of the other capture would fit
	slack time.Duration   // see settle
	delay [2][]time.Duration
}

// flows joins the flows of both captures: by their endpoints and initial
// sequence numbers, and through address translation by the sequence numbers of
// both ends, or the client's alone where no server answered.
func (j *joiner) flows() {
	byISN := map[analyzer.Seq][]int{}
	b := j.views[1].Tracker
	for i := range b.Len() {
		if f := b.Flow(i); identified(f) {
			k := f.Sides[flow.Originator].ISN
			byISN[k] = append(byISN[k], i)
		}
	}
	a := j.views[0].Tracker
	taken := map[int]bool{}
	for i := range a.Len() {
		f := a.Flow(i)
		if !identified(f) || len(j.p.Joined) >= maxFlows {
			continue
		}
		candidates := byISN[f.Sides[flow.Originator].ISN]
		best := slices.IndexFunc(candidates, func(k int) bool { return !taken[k] && sameEnds(f, b.Flow(k)) })
		if best < 0 {
			best = slices.IndexFunc(candidates, func(k int) bool { return !taken[k] && translated(f, b.Flow(k)) })
		}
		if best >= 0 {
			k := candidates[best]
			taken[k] = true
			j.add(Joined{Flow: [2]int{i, k}, By: joinedBy(f, b.Flow(k)), NAT: !sameEnds(f, b.Flow(k))})
		}
	}
	j.begunBefore()
}

// ends are the two ends of a flow.
type ends struct{ client, server flow.Endpoint }

// begunBefore joins the flows whose SYN one of the captures does not hold: between
// the same ends, with sequence numbers that overlap.
func (j *joiner) begunBefore() {
	between := map[ends][]int{}
	b := j.views[1].Tracker
	for i := range b.Len() {
		if _, ok := j.p.by[1][i]; !ok {
			g := b.Flow(i)
			between[ends{g.Client(), g.Server()}] = append(between[ends{g.Client(), g.Server()}], i)
		}
	}
	a := j.views[0].Tracker
	for i := range a.Len() {
		f := a.Flow(i)
		if _, ok := j.p.by[0][i]; ok || len(j.p.Joined) >= maxFlows {
			continue
		}
		list := between[ends{f.Client(), f.Server()}]
		for n, k := range list[:min(len(list), maxReused)] {
			if g := b.Flow(k); (!identified(f) || !identified(g)) && overlap(f, g) {
				j.add(Joined{Flow: [2]int{i, k}, By: BySpace})
				between[ends{f.Client(), f.Server()}] = slices.Delete(list, n, n+1)
				break
			}
		}
	}
}

// overlap reports whether two flows hold a piece of the same sequence space in a
// direction, and none of another in the other.
func overlap(f, g *flow.Flow) bool {
	same := false
	for d := range 2 {
		x, y := &f.Sides[d], &g.Sides[d]
		if x.Packets == 0 || y.Packets == 0 {
			continue
		}
		if x.Next.Before(y.ISN) || y.Next.Before(x.ISN) {
			return false
		}
		same = true
	}
	return same
}

func (j *joiner) add(x Joined) {
	for c, id := range x.Flow {
		if id >= 0 {
			j.p.by[c][id] = len(j.p.Joined)
		}
	}
	j.p.Joined = append(j.p.Joined, x)
}

// identified reports whether a flow's initial sequence number is known: a
// connection joined in the middle may be any.
func identified(f *flow.Flow) bool {
	return f.Sides[flow.Originator].Flags&flow.SawSYN != 0
}

// joinedBy says by what two flows with one client ISN belong together.
func joinedBy(f, g *flow.Flow) By {
	switch {
	case sameEnds(f, g):
		return ByEnds
	case f.Sides[flow.Responder].Flags&g.Sides[flow.Responder].Flags&flow.SawSYN != 0:
		return ByNumbers
	}
	return BySyn
}

func sameEnds(f, g *flow.Flow) bool {
	return f.Client() == g.Client() && f.Server() == g.Server()
}

// translated reports whether two flows with one client ISN are one connection
// seen on both sides of a translation: the server's ISN agrees too, or, where one
// of them saw no answer, the SYNs are alike.
func translated(f, g *flow.Flow) bool {
	fs, gs := &f.Sides[flow.Responder], &g.Sides[flow.Responder]
	if fs.Flags&gs.Flags&flow.SawSYN != 0 {
		return fs.ISN == gs.ISN
	}
	fc, gc := &f.Sides[flow.Originator], &g.Sides[flow.Originator]
	return fc.Options == gc.Options && fc.WScale == gc.WScale
}
