package flow

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// A gapRange is a run of bytes that was seen beyond a hole.
type gapRange struct {
	from, to analyzer.Seq
	next     int32  // index into the pool, -1 at the end
	stamp    uint32 // timestamp of the segment at its beginning, which overtook what is missing before
}

// gapPool holds the ranges of all sides; a side without holes has none.
type gapPool struct {
	ranges []gapRange
	free   int32 // plus one

	// The blocks of the latest SACK option and the side that sent it: what one
	// side reports is asked for right after, if at all.
	lastSACK      [4]wire.SACKBlock
	lastSACKCount uint8
	lastSACKOf    *Side
}

// sacked reports whether the receiver r said that it holds [from, to).
func (g *gapPool) sacked(r *Side, from, to analyzer.Seq) bool {
	if g.lastSACKOf != r {
		return false
	}
	for _, b := range g.lastSACK[:g.lastSACKCount] {
		if !from.Before(b.Left) && !to.After(b.Right) {
			return true
		}
	}
	return false
}

// maxRanges bounds the ranges of one side. A side with more holes than that is
// seen through a capture that lost most of it; the oldest hole is then taken as filled.
const maxRanges = 64

// maxAllRanges bounds the ranges of all sides; a side that finds no room has its
// holes taken as filled.
const maxAllRanges = 4 << 20

// take returns a place in the pool, -1 if there is none.
func (g *gapPool) take(r gapRange) int32 {
	if g.free == 0 {
		if len(g.ranges) >= maxAllRanges {
			return -1
		}
		g.ranges = append(g.ranges, r)
		return int32(len(g.ranges) - 1)
	}
	i := g.free - 1
	g.free = g.ranges[i].next
	g.ranges[i] = r
	return i
}

// give returns a range to the pool. A freed range's next is the following free
// one, plus one.
func (g *gapPool) give(i int32) {
	g.ranges[i].next = g.free
	g.free = i + 1
}

// held reports whether the bytes [from, to) of a side were all seen before.
func (g *gapPool) held(s *Side, from, to analyzer.Seq) bool {
	if from.Before(s.ISN) {
		return false
	}
	if !to.After(s.Contiguous) {
		return true
	}
	for i := s.gap; i >= 0; i = g.ranges[i].next {
		r := &g.ranges[i]
		if !from.Before(r.from) && !to.After(r.to) {
			return true
		}
	}
	return false
}

// overtook returns the timestamp of the segment right after the hole in which a
// segment ends at to, which is the next one that its sender sent, and whether there is such a hole.
func (g *gapPool) overtook(s *Side, to analyzer.Seq) (uint32, bool) {
	for i := s.gap; i >= 0; i = g.ranges[i].next {
		if r := &g.ranges[i]; !r.from.Before(to) {
			return r.stamp, r.stamp != 0
		}
	}
	return 0, false
}

// saw notes the bytes [from, to) of a segment with a timestamp and returns how many of
// them are new.
func (g *gapPool) saw(s *Side, from, to analyzer.Seq, stamp uint32) uint32 {
	if s.gap < 0 && !from.After(s.Contiguous) { // nearly every segment
		if n := to.Sub(s.Contiguous); n > 0 {
			s.Contiguous = to
			return uint32(n)
		}
		return 0
	}
	fresh := g.fresh(s, from, to)
	if from.After(s.Contiguous) {
		g.insert(s, from, to, stamp)
	} else if to.After(s.Contiguous) {
		s.Contiguous = to
	}
	g.absorb(s)
	return fresh
}

// fresh counts the bytes of [from, to) that were not seen before.
func (g *gapPool) fresh(s *Side, from, to analyzer.Seq) uint32 {
	var n uint32
	at := from
	if at.Before(s.Contiguous) {
		at = s.Contiguous
	}
	for i := s.gap; i >= 0 && at.Before(to); i = g.ranges[i].next {
		r := g.ranges[i]
		if at.Before(r.from) {
			n += uint32(least(r.from, to).Sub(at))
		}
		if at.Before(r.to) {
			at = r.to
		}
	}
	if at.Before(to) {
		n += uint32(to.Sub(at))
	}
	return n
}

// insert adds a range, merged with those that it touches.
func (g *gapPool) insert(s *Side, from, to analyzer.Seq, stamp uint32) {
	link, count := &s.gap, 0
	for *link >= 0 && g.ranges[*link].to.Before(from) {
		link = &g.ranges[*link].next
		count++
	}
	for *link >= 0 && !g.ranges[*link].from.After(to) {
		i := *link
		if g.ranges[i].from.Before(from) {
			from, stamp = g.ranges[i].from, g.ranges[i].stamp
		}
		to = most(to, g.ranges[i].to)
		*link = g.ranges[i].next
		g.give(i)
	}
	next := *link
	// take may move the pool: link is found again by position.
	i := g.take(gapRange{from, to, next, stamp})
	if i < 0 {
		s.Contiguous = to
		g.drop(s)
		return
	}
	link = &s.gap
	for ; count > 0; count-- {
		link = &g.ranges[*link].next
	}
	*link = i
	g.bound(s)
}

// bound gives up the oldest hole of a side with too many.
func (g *gapPool) bound(s *Side) {
	n := 0
	for i := s.gap; i >= 0; i = g.ranges[i].next {
		n++
	}
	if n > maxRanges {
		s.Contiguous = g.ranges[s.gap].from
		g.absorb(s)
	}
}

// absorb moves Contiguous over the ranges that it has reached.
func (g *gapPool) absorb(s *Side) {
	for s.gap >= 0 && !g.ranges[s.gap].from.After(s.Contiguous) {
		i := s.gap
		s.Contiguous = most(s.Contiguous, g.ranges[i].to)
		s.gap = g.ranges[i].next
		g.give(i)
	}
}

// drop forgets all ranges of a side.
func (g *gapPool) drop(s *Side) {
	for s.gap >= 0 {
		i := s.gap
		s.gap = g.ranges[i].next
		g.give(i)
	}
}

func least(a, b analyzer.Seq) analyzer.Seq {
	if b.Before(a) {
		return b
	}
	return a
}

func most(a, b analyzer.Seq) analyzer.Seq {
	if b.After(a) {
		return b
	}
	return a
}
