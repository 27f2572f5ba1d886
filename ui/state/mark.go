package state

import (
	"maps"
	"slices"
)

// Flows can be marked, one by one or a stretch of the list at a time, to be saved
// together.

// maxMarked bounds how many flows are marked by hand; the filter chooses more.
const maxMarked = 10_000

// Marked reports whether a flow is marked.
func (f *Flows) Marked(id int) bool { return f.marked[id] }

// Marks returns the ids of the marked flows in ascending order.
func (f *Flows) Marks() []int { return slices.Sorted(maps.Keys(f.marked)) }

// MarkCount returns how many flows are marked.
func (f *Flows) MarkCount() int { return len(f.marked) }

// Mark turns the mark of the flow in a row of the list; with its stretch, all rows
// from the one that was marked last up to it are marked.
func (s *State) Mark(row int, stretch bool) {
	f := &s.Flows
	if f.marked == nil {
		f.marked = map[int]bool{}
	}
	last := f.lastMark
	f.Cursor, f.lastMark = row, row
	if stretch && len(f.marked) > 0 {
		for i := min(last, row); i <= max(last, row); i++ {
			f.mark(i)
		}
		return
	}
	if r, ok := f.Row(row); ok && f.marked[r.ID] {
		delete(f.marked, r.ID)
		return
	}
	f.mark(row)
}

// mark marks the flow in a row, if the row is here.
func (f *Flows) mark(row int) {
	if r, ok := f.Row(row); ok && len(f.marked) < maxMarked {
		f.marked[r.ID] = true
	}
}

// ClearMarks takes all marks away.
func (s *State) ClearMarks() { s.Flows.marked = nil }
