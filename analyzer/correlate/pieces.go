package correlate

import (
	"cmp"
	"slices"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// span is a range of sequence numbers of one segment, counted from a base within
// the flow so that spans can be ordered.
type span struct {
	from, to int32
	of       int // the segment
}

// pieces joins segments that were cut or put together between the two places:
// network cards do so (segmentation and receive offload), and captures at hosts
// see it. A segment without a mate is at the other place if all its bytes are, in
// segments that have none either. Of repetitions those sent last are taken to
// have got through, as in mates.
func pieces(a, b []sighting) {
	for _, d := range []flow.Dir{flow.Originator, flow.Responder} {
		if base, ok := firstAlone(a, d); ok {
			if _, ok := firstAlone(b, d); ok {
				take(a, b, d, base)
				take(b, a, d, base)
			}
		}
	}
}

func alone(s *sighting, d flow.Dir) bool { return s.dir == d && s.len > 0 && s.mate == 0 }

func firstAlone(list []sighting, d flow.Dir) (analyzer.Seq, bool) {
	for i := range list {
		if alone(&list[i], d) {
			return list[i].seq, true
		}
	}
	return 0, false
}

// take marks the segments of one direction in list whose bytes are in other, and
// those in other whose bytes are used up so.
func take(list, other []sighting, d flow.Dir, base analyzer.Seq) {
	held := make([]span, 0, len(other))
	left := map[int]int32{}
	for i := range other {
		if s := &other[i]; alone(s, d) {
			from := s.seq.Sub(base)
			held = append(held, span{from, from + int32(s.len), i})
			left[i] = int32(s.len)
		}
	}
	analyzer.SortStable(held, func(x, y span) int { return cmp.Compare(x.from, y.from) })
	for i := len(list) - 1; i >= 0; i-- {
		s := &list[i]
		if !alone(s, d) {
			continue
		}
		want := span{from: s.seq.Sub(base), to: s.seq.Sub(base) + int32(s.len)}
		parts := covering(held, want)
		if parts == nil {
			continue
		}
		s.mate = elsewhere
		for n := len(parts) - 1; n >= 0; n-- {
			k := parts[n]
			x := held[k]
			if left[x.of] -= min(x.to, want.to) - max(x.from, want.from); left[x.of] <= 0 {
				other[x.of].mate = elsewhere
			}
			held = slices.Replace(held, k, k+1, x.without(want)...)
		}
	}
}

// without returns what is left of a span outside another.
func (x span) without(y span) []span {
	var out []span
	if x.from < y.from {
		out = append(out, span{x.from, y.from, x.of})
	}
	if x.to > y.to {
		out = append(out, span{y.to, x.to, x.of})
	}
	return out
}

// maxBefore bounds how many spans before a position are looked at: those of
// different lengths that begin earlier and reach it.
const maxBefore = 8

// covering finds spans that together hold all of want, in ascending order, none
// of them needless; nil if there are none.
func covering(held []span, want span) []int {
	at, _ := slices.BinarySearchFunc(held, want.from, func(x span, from int32) int { return cmp.Compare(x.from, from) })
	var parts []int
	reached := want.from
	for k := max(0, at-maxBefore); k < len(held) && held[k].from <= reached && reached < want.to; k++ {
		if held[k].to > reached {
			parts = append(parts, k)
			reached = held[k].to
		}
	}
	if reached < want.to {
		return nil
	}
	return parts
}
