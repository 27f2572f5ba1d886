package straighten

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
)

// A model of what Go's compiler makes: a function of regions, each of which tells that
// it is run, and ends as chance has it: in a jump, one under a condition, a call behind
// which a goroutine may be resumed, a return, or by falling into the next.

// The functions of a modelled module, imported ones first.
const (
	traced  = iota // is told the number of a region, and a sum that goes through all of them
	decided        // returns a condition
	called         // returns 1 to unwind the stack, else 0
	tested         // the modelled one
)

// stackTop is where the stack begins, in bytes.
const stackTop = 1 << 15

// model is a function in the making.
type model struct {
	random  *rand.Rand
	regions int
	table   []uint64 // region of each PC_B
	first   []int64  // PC_B of each region
	body    []byte
	depth   uint64 // of blocks open in the region
	calls   bool
}

// newModel makes the body of a function; with calls, some regions call.
func newModel(random *rand.Rand, calls bool) *model {
	m := &model{random: random, regions: 2 + random.IntN(14), calls: calls}
	for r := range m.regions {
		m.first = append(m.first, int64(len(m.table)))
		for range 1 + random.IntN(2) {
			m.table = append(m.table, uint64(r))
		}
	}
	m.emit(2, 2, 0x7f, 1, 0x7e) // variables: PC_B is the parameter, 1 the stack pointer, 2 a sum, 3 spare
	m.body = []byte{2, 1, 0x7f, 1, 0x7e}
	m.emit(opGlobalGet, 0, opLocalSet, 1)
	if calls {
		m.emit(opBlock, typeNone)
	}
	m.emit(opLoop, typeNone)
	for range m.regions {
		m.emit(opBlock, typeNone)
	}
	m.emit(opLocalGet, 0, opBrTable)
	m.body = binary.AppendUvarint(m.body, uint64(len(m.table)-1))
	for _, r := range m.table {
		m.body = binary.AppendUvarint(m.body, r)
	}
	for r := range m.regions {
		m.emit(opEnd)
		m.region(r)
	}
	m.emit(opEnd, opUnreachable)
	if calls {
		m.emit(opEnd, opI32Const, 1)
	}
	m.emit(opEnd)
	return m
}

func (m *model) emit(code ...byte) { m.body = append(m.body, code...) }

// region emits a region's code.
func (m *model) region(r int) {
	m.emit(opLocalGet, 2, opI64Const, byte(1+m.random.IntN(60)), 0x7c, 0x42, 3, 0x7e, opLocalSet, 2) // sum = (sum + n) * 3
	m.emit(opI32Const)
	m.body = appendSigned(m.body, int64(r))
	m.emit(opLocalGet, 2, 0xa7, opCall, traced)
	for range m.random.IntN(3) {
		m.inside(r)
	}
	switch m.random.IntN(8) {
	case 0:
		m.emit(opI32Const, 0, opReturn)
	case 1, 2:
		m.jump(r)
	case 3:
		m.emit(opUnreachable)
	case 4:
		if m.calls && r+1 < m.regions {
			m.call(r + 1)
		}
	}
	// Otherwise control falls into the next region.
}

// inside emits something within a region.
func (m *model) inside(r int) {
	switch m.random.IntN(4) {
	case 0: // a jump under a condition
		m.emit(opCall, decided, opIf, typeNone)
		m.depth++
		m.jump(r)
		m.depth--
		m.emit(opEnd)
	case 1: // both ways of an if, one of which jumps
		m.emit(opCall, decided, opIf, typeNone)
		m.depth++
		m.sum(5)
		m.emit(opElse)
		m.sum(7)
		m.jump(r)
		m.depth--
		m.emit(opEnd)
	case 2: // a block that is left early
		m.emit(opBlock, typeNone, opCall, decided, opBrIf, 0)
		m.sum(11)
		m.emit(opEnd)
	case 3: // a loop of its own
		m.emit(opLoop, typeNone)
		m.sum(13)
		m.emit(opCall, decided, opBrIf, 0, opEnd)
	}
}

func (m *model) sum(n byte) { m.emit(opLocalGet, 2, opI64Const, n, 0x7c, opLocalSet, 2) }

// jump emits a jump to any region.
func (m *model) jump(from int) {
	to := m.random.IntN(m.regions)
	if m.random.IntN(3) > 0 { // more often near, as loops are
		to = min(max(from-2+m.random.IntN(5), 0), m.regions-1)
	}
	m.emit(opI32Const)
	m.body = appendSigned(m.body, m.first[to])
	m.emit(opLocalSet, 0, opBr)
	m.body = binary.AppendUvarint(m.body, m.depth+uint64(m.regions-1-from))
}

// call emits a call, behind which the function is resumed at a region.
func (m *model) call(resume int) {
	m.emit(opLocalGet, 1, opI32Const, 8, 0x6b, 0x22, 1, 0x24, 0, opLocalGet, 1, opI64Const)
	m.body = appendSigned(m.body, (firstFunction+tested-called)<<16|m.first[resume])
	m.emit(0x37, 3, 0, opI32Const, 0, opCall, called, opGlobalGet, 0, opLocalSet, 1, opBrIf)
	m.body = binary.AppendUvarint(m.body, uint64(m.regions-resume+1))
}

// module returns a module with the function in it.
func (m *model) module() []byte {
	out := []byte("\x00asm\x01\x00\x00\x00")
	add := func(kind byte, content ...byte) { out = appendSection(out, section{kind, content}) }
	add(1, 4, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 2, 0x7f, 0x7f, 0, 0x60, 0, 1, 0x7f, 0x60, 0, 0)
	add(2, slices.Concat([]byte{2},
		[]byte("\x03env\x06traced"), []byte{0, 1},
		[]byte("\x03env\x07decided"), []byte{0, 2})...)
	add(3, 2, 0, 0)
	add(5, 1, 0, 1)
	add(6, slices.Concat([]byte{1, 0x7f, 1, opI32Const}, appendSigned(nil, stackTop), []byte{opEnd})...)
	add(7, slices.Concat([]byte{3}, []byte("\x01f"), []byte{0, tested}, []byte("\x02sp"), []byte{3, 0}, []byte("\x03mem"), []byte{2, 0})...)
	// What is called gives its return address back, and unwinds if it is told to.
	callee := []byte{0, opGlobalGet, 0, opI32Const, 8, 0x6a, 0x24, 0, opCall, decided, opEnd}
	code := binary.AppendUvarint([]byte{2}, uint64(len(callee)))
	code = append(code, callee...)
	code = binary.AppendUvarint(code, uint64(len(m.body)))
	add(10, append(code, m.body...)...)
	return out
}
