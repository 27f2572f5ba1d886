package straighten

import "encoding/binary"

// The instructions that matter (WebAssembly Core Specification, 5.4).
const (
	opUnreachable = 0x00
	opBlock       = 0x02
	opLoop        = 0x03
	opIf          = 0x04
	opElse        = 0x05
	opEnd         = 0x0b
	opBr          = 0x0c
	opBrIf        = 0x0d
	opBrTable     = 0x0e
	opReturn      = 0x0f
	opCall        = 0x10
	opCallTable   = 0x11
	opLocalGet    = 0x20
	opLocalSet    = 0x21
	opGlobalGet   = 0x23
	opI32Const    = 0x41
	opI64Const    = 0x42

	typeNone = 0x40 // of a block that leaves nothing on the stack
)

// instruction is one of a function's, in its body.
type instruction struct {
	op       byte
	at, next int
	value    int64    // the first immediate: a label's depth, a variable, a constant
	labels   []uint64 // of a br_table; the last is the default
}

// read decodes the instruction at a place. False: it is none that Go's compiler uses.
func read(b []byte, at int) (in instruction, ok bool) {
	if at >= len(b) {
		return in, false
	}
	r := reader{b: b, at: at + 1, ok: true}
	in = instruction{op: b[at], at: at}
	switch op := in.op; {
	case op == opBlock, op == opLoop, op == opIf, op == 0x3f, op == 0x40: // memory.size, memory.grow
		in.value = int64(r.byte())
	case op == opBr, op == opBrIf, op == opCall, op >= opLocalGet && op <= 0x24:
		in.value = int64(r.unsigned())
	case op == opBrTable:
		for n := r.unsigned(); r.ok && uint64(len(in.labels)) <= n; {
			in.labels = append(in.labels, r.unsigned())
		}
	case op == opCallTable, op >= 0x28 && op <= 0x3e: // loads and stores
		in.value = int64(r.unsigned())
		r.unsigned()
	case op == opI32Const, op == opI64Const:
		in.value = r.signed()
	case op == 0x43: // f32.const
		r.at += 4
	case op == 0x44: // f64.const
		r.at += 8
	case op == 0xfc:
		switch kind := r.unsigned(); {
		case kind <= 7: // saturating conversions
		case kind == 10: // memory.copy
			r.at += 2
		case kind == 11: // memory.fill
			r.at++
		default:
			r.ok = false
		}
	case op <= 0x01, op == opElse, op == opEnd, op == opReturn, op == 0x1a, op == 0x1b, op >= 0x45 && op <= 0xc4:
	default:
		r.ok = false
	}
	in.next = r.at
	return in, r.ok && r.at <= len(b)
}

// reader takes immediates one after the other; ok turns false at the end of the bytes.
type reader struct {
	b  []byte
	at int
	ok bool
}

func (r *reader) byte() byte {
	if r.at >= len(r.b) {
		r.ok = false
		return 0
	}
	r.at++
	return r.b[r.at-1]
}

func (r *reader) unsigned() uint64 {
	if r.at > len(r.b) {
		r.ok = false
		return 0
	}
	v, n := binary.Uvarint(r.b[r.at:])
	if n <= 0 {
		r.ok = false
		return 0
	}
	r.at += n
	return v
}

// signed reads a signed LEB128 number, whose last byte's bit 6 is its sign.
func (r *reader) signed() int64 {
	var v int64
	for shift := 0; shift < 70; shift += 7 {
		part := r.byte()
		v |= int64(part&0x7f) << shift
		if part < 0x80 {
			if shift+7 < 64 && part&0x40 != 0 {
				v |= -1 << (shift + 7)
			}
			return v
		}
	}
	r.ok = false
	return 0
}

// appendSigned appends a signed LEB128 number.
func appendSigned(b []byte, v int64) []byte {
	for {
		part := byte(v & 0x7f)
		v >>= 7
		if v == 0 && part&0x40 == 0 || v == -1 && part&0x40 != 0 {
			return append(b, part)
		}
		b = append(b, part|0x80)
	}
}
