package straighten

import "encoding/binary"

// Which branches are hardly ever taken is known here, and told to the browser's
// compiler, which then keeps what belongs to them out of the way (WebAssembly Branch
// Hinting, a custom section in front of the code): those that unwind the stack for a
// switch of goroutines, those that make room for more stack, and those to code that
// ends in a panic.

const hintName = "metadata.code.branch_hint"

// functionHints are the places, in a function's body, of branches that are hardly taken.
type functionHints struct {
	index uint64 // of the function among all, imported ones first
	at    []int
}

// hintSection returns the section's content.
func (m *module) hintSection() []byte {
	content := binary.AppendUvarint(nil, uint64(len(hintName)))
	content = append(content, hintName...)
	content = binary.AppendUvarint(content, uint64(len(m.hints)))
	for _, f := range m.hints {
		content = binary.AppendUvarint(content, f.index)
		content = binary.AppendUvarint(content, uint64(len(f.at)))
		for _, at := range f.at {
			content = binary.AppendUvarint(content, uint64(at))
			content = append(content, 1, 0) // one byte: unlikely
		}
	}
	return content
}

// cold marks the regions that end in a trap whatever happens: the compiler puts one
// behind each call that does not return.
func (f *function) cold() []bool {
	cold := make([]bool, len(f.regions)+1)
	for changed := true; changed; {
		changed = false
		for r := len(f.regions) - 1; r >= 0; r-- {
			if !cold[r] && f.trapped(r, cold) {
				cold[r], changed = true, true
			}
		}
	}
	return cold
}

// trapped tells whether a region has no way out but into cold ones.
func (f *function) trapped(r int, cold []bool) bool {
	items := f.regions[r]
	for _, i := range items {
		if i.kind == jump && !cold[i.to] || i.kind == plain && i.op == opReturn {
			return false
		}
	}
	if n := len(items); n > 0 && items[n-1].kind == plain && items[n-1].op == opUnreachable {
		return true
	}
	return f.stops(r) || cold[r+1]
}

// unlikely tells whether what an if of a region holds is hardly ever run: Go's compiler
// calls in an if only to grow the stack, to panic, and where a call must not be left.
func unlikely(items []item, at int) bool {
	if items[at].op != opIf {
		return false
	}
	for n := at + 1; n < len(items) && items[n].kind != end && items[n].kind != middle; n++ {
		i := items[n]
		if i.kind == branch && i.to == unwindExit || i.kind == plain && i.op == opUnreachable {
			return true
		}
	}
	return false
}
