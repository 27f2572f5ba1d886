package flow

import (
	"math/rand/v2"
	"testing"

	"wirewhy/analyzer"
)

// saw, against a plain map of bytes, across the wrap of sequence numbers.
func TestGapsAgainstBytes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 300 {
		var g gapPool
		base := analyzer.Seq(r.Uint32())
		if round%3 == 0 {
			base = analyzer.Seq(0).Add(^uint32(0) - uint32(r.IntN(200)))
		}
		s := &Side{ISN: base - 1, Next: base, Contiguous: base, gap: -1}
		seen := make([]bool, 400)
		for range 60 {
			from := r.IntN(380)
			to := from + 1 + r.IntN(20)
			fresh := 0
			held := true
			for i := from; i < to; i++ {
				if !seen[i] {
					fresh++
					held = false
				}
			}
			a, b := base.Add(uint32(from)), base.Add(uint32(to))
			if g.held(s, a, b) != held {
				t.Fatalf("held(%d, %d) is not %v", from, to, held)
			}
			if n := g.saw(s, a, b, 0); n != uint32(fresh) {
				t.Fatalf("%d to %d: %d new, want %d", from, to, n, fresh)
			}
			for i := from; i < to; i++ {
				seen[i] = true
			}
			edge := 0
			for edge < len(seen) && seen[edge] {
				edge++
			}
			if s.Contiguous != base.Add(uint32(edge)) {
				t.Fatalf("contiguous to %d, want %d", s.Contiguous.Sub(base), edge)
			}
		}
		g.drop(s)
		if got := g.inUse(); got != 0 {
			t.Fatalf("%d ranges not given back", got)
		}
	}
}

// inUse counts the ranges that are not free.
func (g *gapPool) inUse() int {
	n := len(g.ranges)
	for i := g.free; i != 0; i = g.ranges[i-1].next {
		n--
	}
	return n
}

// A side with ever more holes costs no more than its bound.
func TestGapsAreBounded(t *testing.T) {
	var g gapPool
	s := &Side{gap: -1}
	for i := range uint32(100_000) {
		g.saw(s, analyzer.Seq(10*i+5), analyzer.Seq(10*i+6), 0)
	}
	if n := g.inUse(); n > maxRanges+1 || len(g.ranges) > maxRanges+2 {
		t.Errorf("%d ranges in use, %d made", n, len(g.ranges))
	}
}
