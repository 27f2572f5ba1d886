package assemble

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// A Go program carries, for each of its instructions, the file and line that it
// came from, and its functions' names: a fifteenth of the page's program as it is sent.
// Nothing but a stack trace reads them. DropLines blanks them, but for the names of
// the project's own functions; a trace of the page's program then has these and
// offsets, and the rest can be had from the same commit built again (builds are
// reproducible).

// errLayout says that a program's tables are not laid out as DropLines knows them.
var errLayout = errors.New("the program's line tables are not laid out as those of Go 1.20 to 1.26 are")

// DropLines blanks the line tables, and other people's functions' names, in a
// WebAssembly program of Go's. It returns an error, and leaves the program as it was,
// if it does not know their layout (runtime/symtab.go: pcHeader;
// internal/abi/symtab.go; cmd/link/internal/ld/pcln.go).
func DropLines(program []byte) error {
	segments, err := dataSegments(program)
	if err != nil {
		return err
	}
	image := memoryImage(segments)
	at := bytes.Index(image, []byte{0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8}) // magic, padding, instructions of a byte, pointers of 8
	if at < 0 {
		return errLayout
	}
	t, ok := readTables(image[at:])
	if !ok || !t.blank() || !t.foreign() {
		return errLayout
	}
	for _, s := range segments {
		copy(s.bytes, image[s.at:])
	}
	return nil
}

// tables are the parts of a pclntab that are of concern.
type tables struct {
	names     []byte // of functions, each with a zero behind it
	files     []byte // units and file names
	pc        []byte // tables from program counter to value
	functions []byte // first an index of nfunc entries
	nfunc     int
}

func readTables(b []byte) (t tables, ok bool) {
	const headerLen = 8 + 8*8
	if len(b) < headerLen {
		return t, false
	}
	word := func(i int) uint64 { return binary.LittleEndian.Uint64(b[8+8*i:]) }
	nfunc, names, units, pc, functions := word(0), word(3), word(4), word(6), word(7)
	if names > units || units > pc || pc > functions || functions > uint64(len(b)) || nfunc > (uint64(len(b))-functions)/8 {
		return t, false
	}
	return tables{b[names:units], b[units:pc], b[pc:functions], b[functions:], int(nfunc)}, true
}

// The offsets of what concerns us in a function's record (runtime._func).
const (
	recordName    = 4  // offset of the name
	recordSP      = 16 // offset of the table of stack depths
	recordFile    = 20 // of that of files
	recordLine    = 24 // of that of lines
	recordTables  = 28 // how many further tables there are
	recordUnit    = 32
	recordStart   = 36 // the line on which the function begins
	recordSpecial = 40 // not 0: generated, or known to the runtime
	recordFurther = 44 // where their offsets stand
)

// blank clears the files, and of the tables those that no function needs for
// anything but lines. False: something is not as it should be.
func (t *tables) blank() bool {
	needed := make([]bool, len(t.pc))
	for i := range t.nfunc {
		offset := uint64(binary.LittleEndian.Uint32(t.functions[8*i+4:]))
		if offset+recordFurther > uint64(len(t.functions)) {
			return false
		}
		f := t.functions[offset:]
		further := int(binary.LittleEndian.Uint32(f[recordTables:]))
		if further > (len(f)-recordFurther)/4 || !t.need(needed, f[recordSP:]) {
			return false
		}
		for j := range further {
			if !t.need(needed, f[recordFurther+4*j:]) {
				return false
			}
		}
	}
	for i := range t.nfunc {
		f := t.functions[binary.LittleEndian.Uint32(t.functions[8*i+4:]):]
		clear(f[recordFile:recordTables])
		clear(f[recordUnit : recordStart+4])
	}
	for i := range needed {
		if !needed[i] {
			t.pc[i] = 0
		}
	}
	clear(t.files)
	return true
}

// foreign clears the names of other people's functions. Kept are those of generated
// methods: runtime.panicwrap takes them apart. False: something is not as it should be.
func (t *tables) foreign() bool {
	for i := range t.nfunc {
		f := t.functions[binary.LittleEndian.Uint32(t.functions[8*i+4:]):]
		at := binary.LittleEndian.Uint32(f[recordName:])
		if uint64(at) > uint64(len(t.names)) {
			return false
		}
		name, _, ended := bytes.Cut(t.names[at:], []byte{0})
		switch {
		case !ended:
			return false
		case bytes.HasPrefix(name, []byte("wirewhy/")), bytes.HasPrefix(name, []byte("main.")):
		case f[recordSpecial] != 0 && bytes.Contains(name, []byte(".(*")):
		default:
			clear(name)
		}
	}
	return true
}

// need marks the table whose offset stands at b; offset 0 is none.
func (t *tables) need(needed []bool, b []byte) bool {
	at := int(binary.LittleEndian.Uint32(b))
	for first := true; at != 0; first = false {
		delta, next, ok := varint(t.pc, at)
		end := ok && delta == 0 && !first
		if ok && !end {
			_, next, ok = varint(t.pc, next)
		}
		if !ok {
			return false
		}
		for ; at < next; at++ {
			needed[at] = true
		}
		if end {
			break
		}
	}
	return true
}

// varint reads an unsigned LEB128 number and returns where the next byte stands.
func varint(b []byte, at int) (v uint64, next int, ok bool) {
	if at < 0 || at > len(b) {
		return 0, 0, false
	}
	v, n := binary.Uvarint(b[at:])
	return v, at + n, n > 0
}

// segment is a piece of a program's memory as it is at the start.
type segment struct {
	at    int
	bytes []byte // in the program
}

const (
	wasmHeaderLen   = 8
	sectionData     = 11
	segmentLenLimit = 1 << 30
)

// dataSegments returns the data segments of a WebAssembly program (WebAssembly
// Core Specification, 5.5.14).
func dataSegments(program []byte) (out []segment, err error) {
	at, ok := wasmHeaderLen, bytes.HasPrefix(program, []byte("\x00asm"))
	for ok && at < len(program) {
		kind := program[at]
		var n uint64
		if n, at, ok = varint(program, at+1); !ok || n > uint64(len(program)-at) {
			break
		}
		if kind == sectionData {
			return readSegments(program[at : at+int(n)])
		}
		at += int(n)
	}
	return nil, errLayout
}

func readSegments(section []byte) (out []segment, err error) {
	count, at, ok := varint(section, 0)
	for range count {
		// An active segment of memory 0, its place an i32.const.
		if !ok || !bytes.HasPrefix(section[at:], []byte{0, 0x41}) {
			return nil, errLayout
		}
		place, next, ok1 := signed(section, at+2)
		if !ok1 || next >= len(section) || section[next] != 0x0b || place < 0 || place > segmentLenLimit {
			return nil, errLayout
		}
		n, begin, ok2 := varint(section, next+1)
		if !ok2 || n > uint64(len(section)-begin) {
			return nil, errLayout
		}
		at = begin + int(n)
		out = append(out, segment{place, section[begin:at]})
	}
	return out, nil
}

// signed reads a signed LEB128 number.
func signed(b []byte, at int) (v, next int, ok bool) {
	u, next, ok := varint(b, at)
	if bits := 7 * (next - at); ok && bits < 63 && u>>(bits-1)&1 == 1 {
		return int(u) - 1<<bits, next, true
	}
	return int(u), next, ok
}

func memoryImage(segments []segment) []byte {
	end := 0
	for _, s := range segments {
		end = max(end, s.at+len(s.bytes))
	}
	image := make([]byte, end)
	for _, s := range segments {
		copy(image[s.at:], s.bytes)
	}
	return image
}
