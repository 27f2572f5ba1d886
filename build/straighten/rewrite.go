package straighten

import (
	"encoding/binary"
	"slices"
)

// plan is how a function is laid out anew.
type plan struct {
	*function
	loops   []loop // inner ones before those around them
	inner   []int  // by region: the innermost loop that holds it behind its first region, or -1
	entered []bool // by region: the table enters it
	around  bool   // something still jumps through the table
}

// newPlan arranges a function's regions and takes the loops out that have another way in:
// what jumps back elsewhere than in a loop goes through the table, and so makes one.
func newPlan(f *function) *plan {
	p := &plan{function: f}
	p.loops = f.arrange()
	for p.enter(); ; p.enter() {
		count := len(p.loops)
		p.loops = slices.DeleteFunc(p.loops, func(l loop) bool { return slices.Contains(p.entered[l.first+1:l.last+1], true) })
		if len(p.loops) == count {
			break
		}
	}
	p.inner = slices.Repeat([]int{-1}, len(p.regions))
	for n, l := range slices.Backward(p.loops) {
		for r := l.first + 1; r <= l.last; r++ {
			p.inner[r] = n
		}
	}
	return p
}

// enter notes which regions the table has to enter with the loops as they are.
func (p *plan) enter() {
	p.entered = slices.Clone(p.resumed)
	p.around = false
	p.jumps(func(from, to int) {
		if to <= from && p.loop(from, to) < 0 {
			p.entered[to] = true
			p.around = true
		}
	})
}

// loop returns the loop that a jump back begins again, or -1.
func (p *plan) loop(from, to int) int {
	return slices.IndexFunc(p.loops, func(l loop) bool { return l.first == to && l.last >= from })
}

// jumps calls back for each jump between regions.
func (f *function) jumps(yield func(from, to int)) {
	for r, items := range f.regions {
		for _, i := range items {
			if i.kind == jump {
				yield(r, i.to)
			}
		}
	}
}

// label is something that a branch can leave, or begin again, from the outside in.
type label struct {
	what what
	at   int // region, loop, or place in the region's items
}

type what uint8

const (
	unwinding what = iota // the outer block
	nowhere               // leads to the trap behind everything
	all                   // the loop around everything
	forward               // a region's block
	backward              // a loop
	inside                // an item of the region
)

// writer writes a function's body.
type writer struct {
	*plan
	body   []byte
	labels []label
	cold   []bool // by region
	hints  []int  // places of branches that are hardly taken
	needed []bool // by region: something jumps to it, or enters it

	direct, turned int // jumps: direct ones, and those through the table
}

// newWriter plans how a function is laid out.
func newWriter(f *function) *writer {
	return &writer{plan: newPlan(f), body: append([]byte(nil), f.head...), cold: f.cold()}
}

func (w *writer) function() {
	w.needed = append([]bool(nil), w.entered...)
	w.jumps(func(from, to int) {
		if to > from {
			w.needed[to] = true
		}
	})
	if w.unwinds {
		w.begin(opBlock, label{what: unwinding})
	}
	w.begin(opBlock, label{what: nowhere})
	if w.around {
		w.begin(opLoop, label{what: all})
	}
	w.blocks(-1, 0, len(w.regions)-1)
	w.enterTable()
	for r, items := range w.regions {
		if w.needed[r] {
			w.end()
		}
		for n, l := range slices.Backward(w.loops) {
			if l.first == r {
				w.begin(opLoop, label{what: backward, at: n})
				w.blocks(n, l.first+1, l.last)
			}
		}
		w.region(r, items)
		for _, l := range w.loops {
			if l.last == r {
				w.end()
			}
		}
	}
	if w.around {
		w.end()
	}
	w.end()
	w.body = append(w.body, w.tail...)
}

// blocks begins the blocks of the regions whose innermost loop is the given one.
func (w *writer) blocks(inner, first, last int) {
	for r := last; r >= first; r-- {
		if w.inner[r] == inner && w.needed[r] {
			w.begin(opBlock, label{what: forward, at: r})
		}
	}
}

// enterTable writes the table: what nothing can enter leads to the trap.
func (w *writer) enterTable() {
	last := len(w.table) - 1
	for last > 0 && !w.enters(w.table[last]) {
		last--
	}
	if last == 0 && w.table[0] == 0 {
		w.body = append(w.body, opBr) // nothing but the beginning
		w.body = binary.AppendUvarint(w.body, w.depth(label{what: forward, at: 0}))
		return
	}
	w.body = append(w.body, opLocalGet, 0, opBrTable)
	w.body = binary.AppendUvarint(w.body, uint64(last+1))
	for _, r := range w.table[:last+1] {
		depth := w.depth(label{what: nowhere})
		if w.enters(r) {
			depth = w.depth(label{what: forward, at: r})
		}
		w.body = binary.AppendUvarint(w.body, depth)
	}
	w.body = binary.AppendUvarint(w.body, w.depth(label{what: nowhere}))
}

// enters tells whether the table enters a region; -1 is none.
func (w *writer) enters(r int) bool { return r >= 0 && w.entered[r] }

// region writes a region's code.
func (w *writer) region(r int, items []item) {
	outer := len(w.labels)
	for n, i := range items {
		switch i.kind {
		case plain:
			w.body = append(w.body, i.code...)
		case open:
			if unlikely(items, n) {
				w.hint()
			}
			w.body = append(w.body, i.code...)
			w.labels = append(w.labels, label{what: inside, at: n})
		case middle:
			w.body = append(w.body, opElse)
		case end:
			w.end()
		case branch:
			to := label{what: inside, at: i.to}
			if i.to == unwindExit {
				if i.op == opBrIf {
					w.hint()
				}
				to = label{what: unwinding}
			}
			w.branch(i.op, to)
		case jump:
			if i.to == r+1 && n == len(items)-1 && len(w.labels) == outer && i.op == opBr {
				w.direct++
				continue // it follows anyway
			}
			w.jump(r, i)
		}
	}
}

// jump writes a jump: out of a block, back to a loop's beginning, or through the table.
func (w *writer) jump(from int, i item) {
	if i.op == opBrIf && w.cold[i.to] {
		w.hint()
	}
	if i.to > from {
		w.direct++
		w.branch(i.op, label{what: forward, at: i.to})
		return
	}
	if n := w.loop(from, i.to); n >= 0 {
		w.direct++
		w.branch(i.op, label{what: backward, at: n})
		return
	}
	w.turned++
	if i.op == opBrIf {
		w.body = append(w.body, opIf, typeNone)
		w.labels = append(w.labels, label{what: inside, at: -1})
	}
	w.body = append(w.body, opI32Const)
	w.body = appendSigned(w.body, w.number(i.to))
	w.body = append(w.body, opLocalSet, 0)
	w.branch(opBr, label{what: all})
	if i.op == opBrIf {
		w.end()
	}
}

// number returns what PC_B holds for a region.
func (f *function) number(region int) int64 {
	for n, r := range f.table {
		if r == region {
			return int64(n)
		}
	}
	return int64(len(f.table) - 1)
}

// hint notes that what is written next is a branch that is hardly taken.
func (w *writer) hint() { w.hints = append(w.hints, len(w.body)) }

func (w *writer) begin(op byte, l label) {
	w.body = append(w.body, op, typeNone)
	w.labels = append(w.labels, l)
}

func (w *writer) end() {
	w.body = append(w.body, opEnd)
	w.labels = w.labels[:len(w.labels)-1]
}

func (w *writer) branch(op byte, to label) {
	w.body = append(w.body, op)
	w.body = binary.AppendUvarint(w.body, w.depth(to))
}

// depth returns how many labels stand between the innermost and a given one.
func (w *writer) depth(to label) uint64 {
	for n := len(w.labels) - 1; n >= 0; n-- {
		if w.labels[n] == to {
			return uint64(len(w.labels) - 1 - n)
		}
	}
	panic("straighten: a branch to what is not open")
}
