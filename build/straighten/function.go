package straighten

import "bytes"

// function is the body of one of Go's functions, taken apart. The compiler lays it out
// as
//
//	variables; the stack pointer's copy
//	block                    only if it calls: left to unwind the stack
//	  loop                   each jump begins it again
//	    block … block        one for each region
//	      br_table (PC_B)
//	    end
//	    region 0
//	    end
//	    region 1 …
//	  end
//	  unreachable
//	end …
//
// A region is the code from one place that the table can enter to the next.
type function struct {
	head    []byte // up to the first block
	unwinds bool   // it has the outer block
	table   []int  // region of each number that PC_B may hold; the last for all others
	regions [][]item
	tail    []byte // behind the loop's end
	resumed []bool // by region: a goroutine may go on here
}

// kind is what an item of a region is.
type kind uint8

const (
	plain  kind = iota // instructions that neither jump nor nest
	open               // block, loop or if
	middle             // else
	end                // of what open began
	branch             // to what an item of the region opened, or to the outer block
	jump               // to a region
)

// item is a piece of a region.
type item struct {
	kind kind
	op   byte   // plain: the last instruction; open: what; branch, jump: opBr or opBrIf
	code []byte // plain: the instructions; open: with the type
	to   int    // jump: region; branch: the place of the item that opens, or unwindExit
}

// unwindExit is the target of branches to the function's outer block.
const unwindExit = -1

// firstFunction is the PC_F of the program's first function (cmd/link/internal/wasm:
// funcValueOffset).
const firstFunction = 0x1000

// parser goes through a function's body.
type parser struct {
	body  []byte
	at    int
	count int // of regions
	f     *function

	items    []item
	nest     []int                   // places in items of what is open
	begin    int                     // of the plain code that is no item yet
	last     [2]instruction          // the two before
	resume   []int64                 // constants that may be places to go on at
	owner    int64                   // PC_F
	defers   func(index uint64) bool // the function is runtime.deferreturn, as far as is known
	recovers bool                    // calls that
}

// parse takes a function's body apart. False: it is not laid out as function says, or
// nothing in it jumps.
func (m *module) parse(body []byte, index uint64) (*function, bool) {
	p := &parser{body: body, owner: firstFunction + int64(index), defers: m.defers, f: &function{}}
	if !p.variables() || !p.frame() {
		return nil, false
	}
	for len(p.f.regions) < p.count {
		in, ok := read(body, p.at)
		if p.at = in.next; !ok || !p.take(in) {
			return nil, false
		}
		p.last = [2]instruction{p.last[1], in}
	}
	p.f.tail = body[p.at:]
	return p.f, p.resumable()
}

// variables skips the declarations and the copy of the stack pointer.
func (p *parser) variables() bool {
	r := reader{b: p.body, ok: true}
	for range r.unsigned() {
		r.unsigned()
		if r.byte(); !r.ok {
			return false
		}
	}
	copied := []byte{opGlobalGet, 0, opLocalSet, 1}
	if !r.ok || !bytes.HasPrefix(p.body[r.at:], copied) {
		return false
	}
	p.at = r.at + len(copied)
	p.f.head = p.body[:p.at]
	return true
}

// frame reads the blocks and the table in front of the first region.
func (p *parser) frame() bool {
	var kinds []byte
	in, ok := read(p.body, p.at)
	for ; ok && (in.op == opBlock || in.op == opLoop); in, ok = read(p.body, in.next) {
		if in.value != typeNone {
			return false
		}
		kinds = append(kinds, in.op)
	}
	loop := bytes.IndexByte(kinds, opLoop)
	if !ok || loop < 0 || loop > 1 || bytes.LastIndexByte(kinds, opLoop) != loop || in.op != opLocalGet || in.value != 0 {
		return false
	}
	p.f.unwinds = loop == 1
	p.count = len(kinds) - loop - 1
	table, ok := read(p.body, in.next)
	if !ok || table.op != opBrTable {
		return false
	}
	for _, depth := range table.labels {
		if depth >= uint64(p.count) {
			return false
		}
		p.f.table = append(p.f.table, int(depth))
	}
	first, ok := read(p.body, table.next)
	p.at, p.begin = first.next, first.next
	return ok && first.op == opEnd
}

// take notes the next instruction. False: it is not as Go's compiler uses it.
func (p *parser) take(in instruction) bool {
	switch in.op {
	case opBlock, opLoop, opIf:
		p.note(in.at, item{kind: open, op: in.op, code: p.body[in.at:in.next]})
		p.nest = append(p.nest, len(p.items)-1)
	case opElse:
		p.note(in.at, item{kind: middle})
		return len(p.nest) > 0
	case opEnd:
		p.end(in)
	case opBr, opBrIf:
		return p.branch(in)
	case opBrTable:
		return false
	case opCall:
		p.recovers = p.recovers || p.defers(uint64(in.value))
	case opI64Const:
		if in.value>>16 == p.owner {
			p.resume = append(p.resume, in.value&0xffff)
		}
	}
	return true
}

// note appends the plain code up to a place, and an item behind it.
func (p *parser) note(until int, next item) {
	p.plain(until)
	p.items = append(p.items, next)
	p.begin = p.at
}

func (p *parser) plain(until int) {
	if until > p.begin {
		p.items = append(p.items, item{kind: plain, op: p.last[1].op, code: p.body[p.begin:until]})
	}
	p.begin = p.at
}

// end ends what is open in the region, or the region.
func (p *parser) end(in instruction) {
	if len(p.nest) == 0 {
		p.plain(in.at)
		p.f.regions = append(p.f.regions, p.items)
		p.items = nil
		return
	}
	p.note(in.at, item{kind: end})
	p.nest = p.nest[:len(p.nest)-1]
	// An if around nothing but a jump is a conditional jump.
	if n := len(p.items); n >= 3 && p.items[n-3].isIf() && p.items[n-2].kind == jump && p.items[n-2].op == opBr {
		p.items[n-3] = item{kind: jump, op: opBrIf, to: p.items[n-2].to}
		p.items = p.items[:n-2]
	}
}

func (i item) isIf() bool { return i.kind == open && i.op == opIf && i.code[1] == typeNone }

// branch notes a branch. To the loop around all, it is a jump, with the number of the
// region in front of it.
func (p *parser) branch(in instruction) bool {
	depth, nested := int(in.value), len(p.nest)
	ahead := p.count - 1 - len(p.f.regions) // blocks of regions still to come
	switch {
	case depth < nested:
		p.note(in.at, item{kind: branch, op: in.op, to: p.nest[nested-1-depth]})
	case depth < nested+ahead:
		p.note(in.at, item{kind: jump, op: in.op, to: len(p.f.regions) + 1 + depth - nested})
	case depth == nested+ahead:
		number, set := p.last[0], p.last[1]
		if in.op != opBr || number.op != opI32Const || set.op != opLocalSet || set.value != 0 || number.at < p.begin || number.value < 0 {
			return false
		}
		p.note(number.at, item{kind: jump, op: opBr, to: p.f.region(number.value)})
	case depth == nested+ahead+1 && p.f.unwinds:
		p.note(in.at, item{kind: branch, op: in.op, to: unwindExit})
	default:
		return false
	}
	return true
}

// region returns the region that the table enters for a number.
func (f *function) region(number int64) int {
	return f.table[min(number, int64(len(f.table)-1))]
}

// resumable marks the regions at which a goroutine may go on: the first; that behind
// each call, whose number stands in the constant which the call leaves on the stack as
// its return address; and, if the function defers, the one before too, for a recovered
// panic goes on at the call of runtime.deferreturn (cmd/link/internal/ld,
// computeDeferReturn). False: a function that calls leaves no such constants.
func (p *parser) resumable() bool {
	f := p.f
	f.resumed = make([]bool, p.count)
	f.resumed[f.region(0)] = true
	for _, number := range p.resume {
		f.resumed[f.region(number)] = true
		if p.recovers {
			f.resumed[f.region(max(number-1, 0))] = true
		}
	}
	return len(p.resume) > 0 || !f.unwinds
}

// defers tells whether a function may be runtime.deferreturn.
func (m *module) defers(index uint64) bool {
	return len(m.names) == 0 || m.names[index] == "runtime.deferreturn"
}
