package straighten

import "slices"

// graph is which region of a function follows on which. It begins at a root, from which
// the table leads to every region where a goroutine may go on.
type graph struct {
	next     [][]int  // by region; the last list is the root's
	retreats [][]bool // by edge: it leads to a region on the way that led to it
	order    []int    // what can be reached, from the root on, each after all it follows on but for edges that retreat
	place    []int    // by region: its place in order; -1: it cannot be reached
	before   [][]int  // by region: what it follows on
	above    []int    // by region: its immediate dominator
}

// falls returns the region that control falls into at a region's end, or -1.
func (f *function) falls(r int) int {
	if f.stops(r) || r+1 == len(f.regions) {
		return -1
	}
	return r + 1
}

// stops tells whether nothing comes from a region's end to the next.
func (f *function) stops(r int) bool {
	items := f.regions[r]
	if len(items) == 0 {
		return false
	}
	switch last := items[len(items)-1]; last.kind {
	case plain:
		return last.op == opReturn || last.op == opUnreachable
	case branch, jump:
		return last.op == opBr
	}
	return false
}

// newGraph follows a function's jumps.
func newGraph(f *function) *graph {
	root := len(f.regions)
	g := &graph{next: make([][]int, root+1), retreats: make([][]bool, root+1), place: slices.Repeat([]int{-1}, root+1), above: slices.Repeat([]int{-1}, root+1)}
	f.jumps(func(from, to int) { g.next[from] = append(g.next[from], to) })
	for r := range f.regions {
		if to := f.falls(r); to >= 0 {
			g.next[r] = append(g.next[r], to)
		}
		if f.resumed[r] {
			g.next[root] = append(g.next[root], r)
		}
	}
	g.walk(root)
	g.dominate()
	return g
}

// walk goes through the graph depth first, without recursion: functions are large.
func (g *graph) walk(root int) {
	type step struct{ region, edge int }
	const (
		unseen = iota
		onTheWay
		left
	)
	state := make([]byte, len(g.next))
	way := []step{{root, 0}}
	state[root] = onTheWay
	for len(way) > 0 {
		s := &way[len(way)-1]
		if s.edge == len(g.next[s.region]) {
			state[s.region] = left
			g.order = append(g.order, s.region)
			way = way[:len(way)-1]
			continue
		}
		to := g.next[s.region][s.edge]
		g.retreats[s.region] = append(g.retreats[s.region], state[to] == onTheWay)
		s.edge++
		if state[to] == unseen {
			state[to] = onTheWay
			way = append(way, step{to, 0})
		}
	}
	slices.Reverse(g.order)
	for n, r := range g.order {
		g.place[r] = n
	}
}

// dominate finds the region that every way to a region goes through last (Cooper,
// Harvey and Kennedy, A Simple, Fast Dominance Algorithm).
func (g *graph) dominate() {
	root := g.order[0]
	g.above[root] = root
	g.before = make([][]int, len(g.next))
	for _, r := range g.order {
		for _, to := range g.next[r] {
			g.before[to] = append(g.before[to], r)
		}
	}
	for changed := true; changed; {
		changed = false
		for _, r := range g.order[1:] {
			found := -1
			for _, from := range g.before[r] {
				switch {
				case g.above[from] < 0:
				case found < 0:
					found = from
				default:
					found = g.common(found, from)
				}
			}
			if g.above[r] != found {
				g.above[r], changed = found, true
			}
		}
	}
}

// common returns the last region that every way to a and every way to b goes through.
func (g *graph) common(a, b int) int {
	for a != b {
		for g.place[a] > g.place[b] {
			a = g.above[a]
		}
		for g.place[b] > g.place[a] {
			b = g.above[b]
		}
	}
	return a
}

// dominates tells whether every way to a region goes through another.
func (g *graph) dominates(over, r int) bool {
	for g.place[r] > g.place[over] {
		r = g.above[r]
	}
	return r == over
}

// body is the regions of a loop.
type body struct {
	first int
	holds []bool // by region
	count int
}

// bodies returns the graph's natural loops, inner ones before those around them: all
// that leads back to a region without leaving what it dominates. What is resumed in the
// middle of a loop makes it none.
func (g *graph) bodies() []*body {
	var found []*body
	begun := map[int]*body{}
	for _, r := range g.order {
		for n, to := range g.next[r] {
			if !g.retreats[r][n] || !g.dominates(to, r) {
				continue
			}
			b := begun[to]
			if b == nil {
				b = &body{first: to, holds: make([]bool, len(g.next)), count: 1}
				b.holds[to] = true
				begun[to], found = b, append(found, b)
			}
			g.gather(b, r)
		}
	}
	slices.SortStableFunc(found, func(a, b *body) int { return a.count - b.count })
	return found
}

// gather adds to a loop what leads to a region that jumps back to its first.
func (g *graph) gather(b *body, last int) {
	for pending := []int{last}; len(pending) > 0; {
		r := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		if !b.holds[r] {
			b.holds[r] = true
			b.count++
			pending = append(pending, g.before[r]...)
		}
	}
}
