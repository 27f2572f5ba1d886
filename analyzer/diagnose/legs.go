package diagnose

import (
	"slices"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// knowLegs notes which flows are legs of one connection.
func (r *run) knowLegs() {
	if len(r.Legs) == 0 {
		return
	}
	r.legs, r.mainLeg = map[uint32][]uint32{}, map[uint32]uint32{}
	for _, l := range r.Legs {
		r.legs[uint32(l.Main)] = append(r.legs[uint32(l.Main)], uint32(l.Flow))
		r.mainLeg[uint32(l.Flow)] = uint32(l.Main)
	}
}

// main returns the leg that stands for a flow's connection.
func (r *run) main(id uint32) uint32 {
	if m, ok := r.mainLeg[id]; ok {
		return m
	}
	return id
}

// joinLegs tells of the legs of a connection as one: what was found on any of them
// holds for the main one, unless another leg shows more.
func (r *run) joinLegs() {
	for _, l := range r.Legs {
		r.take(uint32(l.Main), r, uint32(l.Flow))
	}
	for id, legs := range r.legs {
		if len(r.matches.of(id)) > 0 {
			r.weighLegs(id, legs)
		}
	}
}

// weighLegs lets the further legs of a connection correct what its first one, or
// one of them alone, looked like.
func (r *run) weighLegs(id uint32, legs []uint32) {
	var s, leg Subject
	s.load(r, r.Tracker.Flow(int(id)))
	hits := slices.Clone(r.matches.of(id))
	refute := func(ids ...string) {
		hits = slices.DeleteFunc(hits, func(h hit) bool { return slices.Contains(ids, registry[h.rule].ID) })
	}
	for _, l := range legs {
		leg.load(r, r.Tracker.Flow(int(l)))
		switch {
		case !s.Unanswered():
		case leg.refusedByDialler(&s):
			refute("syn-no-response", "syn-reached-server-no-reply", "synack-unanswered", "synack-rejected-by-client", "half-open-probe")
			hits = append(hits, hit{rule: Lookup("synack-wrong-source").index, Match: Match{Level: min(Likely, r.cap), Detail: foreignLeg, Joined: int32(l) + 1}})
		case leg.SynAckFrame != 0 && leg.synAckHanging():
			refute("syn-no-response", "syn-reached-server-no-reply", "synack-unanswered", "synack-ignored-by-client")
			lost := Lookup("synack-lost-on-path")
			hits = append(hits, hit{rule: lost.index, Match: Match{Level: min(Likely, r.cap), Detail: lostAtTranslator, Joined: int32(l) + 1}})
		case leg.Unanswered() && leg.SynFrame != 0: // the SYN was sent on: this is not where it ends
			silent, reached := Lookup("syn-no-response"), Lookup("syn-reached-server-no-reply")
			for i := range hits {
				if hits[i].rule == reached.index {
					hits[i].rule = silent.index
				}
			}
		}
	}
	analyzer.SortStable(hits, func(a, b hit) int { return int(a.rule) - int(b.rule) })
	r.matches.set(id, slices.CompactFunc(hits, func(a, b hit) bool { return a.rule == b.rule }))
}

// refusedByDialler reports that the client resets the answer that comes to it from the
// translated address: its own leg got none, and the answer kept the address that nobody
// had dialled. (On a bridge an answer can be seen half translated on its way, but no
// client resets it.)
func (s *Subject) refusedByDialler(first *Subject) bool {
	return s.Flow.Client() == first.Flow.Client() && s.SynAckFrame != 0 && s.AckFrame == 0 && s.ResetFrame != 0 && s.ResetBy == flow.Originator
}
