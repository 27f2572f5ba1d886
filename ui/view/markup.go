// Package view draws the page: each view is a pure function from the state to
// markup, one file for each. Everything that comes from a capture is escaped on
// its way into markup, and the page sets markup through an allow-list besides
// (ui/dom).
package view

import (
	"strconv"
	"strings"
)

// lit is markup written in this program: only constants become one, so that no
// text from outside can be taken for markup by mistake.
type lit string

// markup writes HTML.
type markup struct{ b strings.Builder }

// put writes a literal, each % of it replaced by the next value: strings are
// escaped, numbers written out, and markup (lit or *markup) stands as it is.
func (m *markup) put(format lit, values ...any) {
	rest := string(format)
	for _, value := range values {
		i := strings.IndexByte(rest, '%')
		if i < 0 {
			panic("view: more values than places in " + string(format))
		}
		m.b.WriteString(rest[:i])
		rest = rest[i+1:]
		m.value(value)
	}
	if strings.IndexByte(rest, '%') >= 0 {
		panic("view: fewer values than places in " + string(format))
	}
	m.b.WriteString(rest)
}

func (m *markup) value(value any) {
	var digits [20]byte
	switch v := value.(type) {
	case string:
		escapeTo(&m.b, v)
	case int:
		m.b.Write(strconv.AppendInt(digits[:0], int64(v), 10))
	case uint32:
		m.b.Write(strconv.AppendUint(digits[:0], uint64(v), 10))
	case float64:
		m.b.Write(strconv.AppendFloat(digits[:0], v, 'f', 1, 64))
	case lit:
		m.b.WriteString(string(v))
	case *markup:
		m.b.WriteString(v.b.String())
	default:
		panic("view: a value of a type that is never shown")
	}
}

// when writes a literal if a condition holds.
func (m *markup) when(yes bool, s lit) {
	if yes {
		m.b.WriteString(string(s))
	}
}

func (m *markup) String() string { return m.b.String() }

func choose(yes bool, a, b lit) lit {
	if yes {
		return a
	}
	return b
}

// escapeTo writes text as HTML text or attribute value. Control characters,
// which HTML cannot hold or shows as nothing, and characters that turn the
// direction of the text around become visible stand-ins.
func escapeTo(b *strings.Builder, s string) {
	for _, r := range s {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '"':
			b.WriteString("&#34;")
		case r == '\'':
			b.WriteString("&#39;")
		case r == '\n' || r == '\t':
			b.WriteRune(r)
		case r < ' ':
			b.WriteRune(0x2400 + r) // the control pictures
		case r == 0x7f:
			b.WriteRune(0x2421)
		case r >= 0x80 && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f:
			b.WriteRune('\ufffd')
		default:
			b.WriteRune(r)
		}
	}
}
