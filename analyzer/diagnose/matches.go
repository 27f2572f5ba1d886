package diagnose

import "iter"

// matches holds the rules that matched each flow, in the rules' order; after
// settling, the primary one first. Nearly every flow has none or one, which
// stands in a slice of eight bytes a flow; a map holds those with more.
type matches struct {
	first []hit
	more  map[uint32][]hit
	ever  [256]bool // by rule: it matched a flow at some time
}

// several is the level of a place in first whose hits stand in more.
const several Level = 255

func newMatches(flows int) matches {
	return matches{first: make([]hit, flows), more: map[uint32][]hit{}}
}

// of returns the hits of a flow. They may be changed in place.
func (m *matches) of(id uint32) []hit {
	if int(id) >= len(m.first) {
		return nil
	}
	switch m.first[id].Level {
	case None:
		return nil
	case several:
		return m.more[id]
	}
	return m.first[id : id+1 : id+1]
}

// set replaces the hits of a flow; their level is never None.
func (m *matches) set(id uint32, hits []hit) {
	if m.first[id].Level == several {
		delete(m.more, id)
	}
	for _, h := range hits {
		m.ever[h.rule] = true
	}
	switch len(hits) {
	case 0:
		m.first[id] = hit{}
	case 1:
		m.first[id] = hits[0]
	default:
		m.first[id] = hit{Match: Match{Level: several}}
		m.more[id] = hits
	}
}

// drop removes the hits of a flow that a condition names.
func (m *matches) drop(id uint32, condition func(hit) bool) {
	var kept []hit
	for _, h := range m.of(id) {
		if !condition(h) {
			kept = append(kept, h)
		}
	}
	m.set(id, kept)
}

// all yields the flows with hits, in the order of their ids.
func (m *matches) all() iter.Seq2[uint32, []hit] {
	return func(yield func(uint32, []hit) bool) {
		for id := range m.first {
			if hits := m.of(uint32(id)); len(hits) > 0 && !yield(uint32(id), hits) {
				return
			}
		}
	}
}
