package straighten

import "slices"

// The compiler lays blocks out for a processor: a loop's condition stands behind its
// body, what is unlikely at the function's end. WebAssembly leaves a block forwards and
// begins a loop again backwards, and enters none in its middle. So regions are put into
// an order in which only loops lead back, and each loop's regions stand together.

// loop is a range of regions, first to last, that is entered at the first only.
type loop struct{ first, last int }

// arranger places the regions of a function one after the other.
type arranger struct {
	*graph
	f       *function
	bodies  []*body
	inner   []*body // by region: the innermost loop that holds it, or nil
	waiting []int   // by region: how many regions before it are not placed yet
	ready   []int   // regions that wait for none
	within  []*body // loops begun, from the outside in
	left    []int   // of their regions, by place in within
	order   []int
}

// arrange puts a function's regions into a new order, leaves out what nothing leads to,
// and returns the loops.
func (f *function) arrange() []loop {
	g := newGraph(f)
	a := &arranger{graph: g, f: f, bodies: g.bodies(), inner: make([]*body, len(f.regions)), waiting: make([]int, len(f.regions))}
	for _, b := range slices.Backward(a.bodies) {
		for r := range a.inner {
			if b.holds[r] {
				a.inner[r] = b
			}
		}
	}
	for _, r := range g.order[1:] {
		for _, from := range g.before[r] {
			if from < len(f.regions) && !g.back(from, r) {
				a.waiting[r]++
			}
		}
		if a.waiting[r] == 0 {
			a.ready = append(a.ready, r)
		}
	}
	slices.Sort(a.ready)
	for len(a.ready) > 0 {
		a.put(a.choose())
	}
	return a.renumber()
}

// back tells whether an edge leads to a region on the way to where it begins.
func (g *graph) back(from, to int) bool {
	return g.retreats[from][slices.Index(g.next[from], to)]
}

// choose takes one of the regions that are ready, of the innermost loop as long as it has
// some: what follows without a jump if it can be, or what came first.
func (a *arranger) choose() int {
	best := -1
	follows := -1
	if n := len(a.order); n > 0 {
		follows = a.f.falls(a.order[n-1])
	}
	for n, r := range a.ready {
		if len(a.within) > 0 && !a.within[len(a.within)-1].holds[r] {
			continue
		}
		if r == follows {
			best = n
			break
		}
		if best < 0 || r < a.ready[best] {
			best = n
		}
	}
	r := a.ready[best]
	a.ready = slices.Delete(a.ready, best, best+1)
	return r
}

// put places a region.
func (a *arranger) put(r int) {
	a.order = append(a.order, r)
	if b := a.inner[r]; b != nil && b.first == r {
		a.within = append(a.within, b)
		a.left = append(a.left, b.count)
	}
	for n := range a.left {
		a.left[n]--
	}
	for n := len(a.left); n > 0 && a.left[n-1] == 0; n-- {
		a.within, a.left = a.within[:n-1], a.left[:n-1]
	}
	for n, to := range a.next[r] {
		if a.retreats[r][n] {
			continue
		}
		if a.waiting[to]--; a.waiting[to] == 0 {
			a.ready = append(a.ready, to)
		}
	}
}

// renumber gives the regions the numbers of their places.
func (a *arranger) renumber() []loop {
	f := a.f
	place := slices.Repeat([]int{-1}, len(f.regions))
	for n, r := range a.order {
		place[r] = n
	}
	regions := make([][]item, len(a.order))
	resumed := make([]bool, len(a.order))
	for n, r := range a.order {
		items := f.regions[r]
		switch to := f.falls(r); {
		case to >= 0:
			items = append(items, item{kind: jump, op: opBr, to: to})
		case !f.stops(r):
			items = append(items, item{kind: plain, op: opUnreachable, code: []byte{opUnreachable}})
		}
		for m := range items {
			if items[m].kind == jump {
				items[m].to = place[items[m].to]
			}
		}
		regions[n], resumed[n] = items, f.resumed[r]
	}
	for n, r := range f.table {
		f.table[n] = place[r] // -1: nothing leads there
	}
	f.regions, f.resumed = regions, resumed
	var loops []loop
	for _, b := range a.bodies {
		loops = append(loops, loop{place[b.first], place[b.first] + b.count - 1})
	}
	return loops
}
