// Package straighten rewrites how the functions of a Go WebAssembly program jump.
//
// Go's compiler (cmd/internal/obj/wasm, preprocess) makes every jump in a function
// a round trip: the number of the next basic block goes into a variable, PC_B, and
// control back to a loop around the whole body, whose br_table finds the block. That is
// needed where a goroutine is resumed in the middle of a function, after a call, and
// nowhere else. To the browser's compiler each function is therefore one loop in which
// anything may follow on anything: an indirect jump for each branch of the source, and
// no variable that it could keep in a register.
//
// Program makes jumps to later blocks direct ones, as the blocks nest already; makes
// loops of those in which nothing is ever resumed; takes out of the table what nothing
// can enter any more; and tells which branches are hardly ever taken. What a function
// computes, and where it can be resumed, stays the same. A function of any other shape
// than the compiler's is left as it is.
package straighten

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
)

// Report says what Program found and did.
type Report struct {
	Functions    int // of the program
	Straightened int // that were rewritten
	Direct       int // jumps that are direct now
	Around       int // jumps that still go through the table
	Loops        int // loops made
	Hints        int // branches marked as hardly taken
}

// ErrModule says that a program is no WebAssembly module as Go's linker writes them.
var ErrModule = errors.New("not a WebAssembly module as Go's linker writes them")

// The sections that matter (WebAssembly Core Specification, 5.5.2).
const (
	headerLen     = 8
	sectionCustom = 0
	sectionImport = 2
	sectionCode   = 10
)

// section is a part of a program.
type section struct {
	kind    byte
	content []byte
}

// module is a program as it is rewritten.
type module struct {
	sections []section
	imported uint64            // functions, which are numbered before the program's own
	names    map[uint64]string // of functions; empty if the program does not tell
	hot      func(name string) bool
	hints    []functionHints
	Report
}

// Program returns the program with straightened functions, and without the names of
// functions. Those for whose names hot holds get hints for the browser, which take space.
// It is an error if it is no WebAssembly module.
func Program(program []byte, hot func(name string) bool) ([]byte, Report, error) {
	m := &module{hot: hot}
	if !m.read(program) {
		return nil, m.Report, ErrModule
	}
	out := slices.Clone(program[:headerLen])
	for _, s := range m.sections {
		if s.kind == sectionCode {
			content, ok := m.code(s.content)
			if !ok {
				return nil, m.Report, ErrModule
			}
			if s.content = content; len(m.hints) > 0 {
				out = appendSection(out, section{sectionCustom, m.hintSection()})
			}
		}
		out = appendSection(out, s)
	}
	return out, m.Report, nil
}

func appendSection(out []byte, s section) []byte {
	out = append(out, s.kind)
	out = binary.AppendUvarint(out, uint64(len(s.content)))
	return append(out, s.content...)
}

// read takes a program apart.
func (m *module) read(program []byte) bool {
	if !bytes.HasPrefix(program, []byte("\x00asm\x01\x00\x00\x00")) {
		return false
	}
	r := reader{b: program, at: headerLen, ok: true}
	for r.ok && r.at < len(program) {
		s := section{r.byte(), r.bytes()}
		inner := reader{b: s.content, ok: true}
		switch s.kind {
		case sectionImport:
			m.imported = inner.unsigned() // Go imports nothing but functions
		case sectionCustom:
			if string(inner.bytes()) == nameSection {
				m.names = functionNames(s.content[inner.at:])
				continue
			}
		}
		m.sections = append(m.sections, s)
	}
	return r.ok
}

// code rewrites the code section: a count, then the functions, each behind its length.
func (m *module) code(content []byte) ([]byte, bool) {
	r := reader{b: content, ok: true}
	count := r.unsigned()
	out := binary.AppendUvarint(make([]byte, 0, len(content)), count)
	for i := range count {
		body := r.bytes()
		if !r.ok {
			return nil, false
		}
		m.Functions++
		if f, ok := m.parse(body, i); ok {
			body = m.rewrite(f, i)
		}
		out = binary.AppendUvarint(out, uint64(len(body)))
		out = append(out, body...)
	}
	return out, r.at == len(content)
}

// rewrite lays a function out anew.
func (m *module) rewrite(f *function, index uint64) []byte {
	w := newWriter(f)
	w.function()
	m.Straightened++
	m.Direct += w.direct
	m.Around += w.turned
	m.Loops += len(w.loops)
	if index += m.imported; len(w.hints) > 0 && m.hot(m.names[index]) {
		m.hints = append(m.hints, functionHints{index, w.hints})
		m.Hints += len(w.hints)
	}
	return w.body
}
