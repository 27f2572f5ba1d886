package report

import (
	"io"
	"strconv"
	"time"
	"unicode/utf8"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// flushLen is the number of bytes that are gathered before they are written.
const flushLen = 32 << 10

// encoder appends JSON to a buffer and writes it in pieces. It keeps the first
// error and drops what follows.
type encoder struct {
	w    io.Writer
	b    []byte
	err  error
	deep int
	sep  bool // a value stands before: a comma is due
}

// flush writes what was gathered if it is more than limit bytes.
func (e *encoder) flush(limit int) {
	if len(e.b) <= limit {
		return
	}
	if e.err == nil {
		_, e.err = e.w.Write(e.b)
	}
	e.b = e.b[:0]
}

func (e *encoder) next() {
	if e.sep {
		e.b = append(e.b, ',')
	}
	e.sep = true
}

// line begins the next element of an array of objects on a line of its own.
func (e *encoder) line() {
	e.next()
	e.b = append(e.b, '\n', ' ', ' ')
	e.sep = false
}

func (e *encoder) key(k string) {
	e.next()
	if e.deep == 1 {
		e.b = append(e.b, '\n')
	}
	e.b = append(e.b, '"')
	e.b = append(e.b, k...)
	e.b = append(e.b, '"', ':', ' ')
	e.sep = false
}

func (e *encoder) open(c byte) {
	e.next()
	e.b = append(e.b, c)
	e.sep = false
	e.deep++
}

func (e *encoder) close(c byte) {
	e.b = append(e.b, c)
	e.sep = true
	e.deep--
}

func (e *encoder) null()           { e.next(); e.b = append(e.b, "null"...) }
func (e *encoder) bool(v bool)     { e.next(); e.b = strconv.AppendBool(e.b, v) }
func (e *encoder) int(v int64)     { e.next(); e.b = strconv.AppendInt(e.b, v, 10) }
func (e *encoder) uint(v uint64)   { e.next(); e.b = strconv.AppendUint(e.b, v, 10) }
func (e *encoder) string(s string) { e.next(); e.b = appendString(e.b, s) }

// number writes a small share, in units of 10⁻⁹.
func (e *encoder) number(v float64) { e.next(); e.b = strconv.AppendFloat(e.b, v, 'f', 9, 64) }

func (e *encoder) strings(list []string) {
	e.open('[')
	for _, s := range list {
		e.string(s)
	}
	e.close(']')
}

func (e *encoder) frames(list []uint32) {
	e.open('[')
	for _, n := range list {
		e.uint(uint64(n))
	}
	e.close(']')
}

func (e *encoder) endpoint(p flow.Endpoint) {
	e.next()
	e.b = append(e.b, '"')
	e.b = AppendEndpoint(e.b, p)
	e.b = append(e.b, '"')
}

// seconds appends a duration as a number of seconds, exactly.
func (e *encoder) seconds(d time.Duration) {
	e.next()
	e.b = appendSeconds(e.b, d)
}

// time appends a moment, or null where the file gave none.
func (e *encoder) time(t analyzer.Timestamp, digits int) {
	if t == 0 {
		e.null()
		return
	}
	e.next()
	e.b = append(e.b, '"')
	e.b = appendTime(e.b, t, digits)
	e.b = append(e.b, '"')
}

// digits returns the number of decimals of a second that a resolution needs.
func digits(resolution time.Duration) int {
	n := 0
	for unit := time.Second; unit > resolution && n < 9; unit /= 10 {
		n++
	}
	return n
}

// layouts are RFC 3339 with 0 to 9 decimals.
var layouts = func() (l [10]string) {
	for n := range l {
		l[n] = "2006-01-02T15:04:05Z"
		if n > 0 {
			l[n] = "2006-01-02T15:04:05." + "000000000"[:n] + "Z"
		}
	}
	return l
}()

func appendTime(b []byte, t analyzer.Timestamp, digits int) []byte {
	return t.Time().AppendFormat(b, layouts[digits])
}

func appendSeconds(b []byte, d time.Duration) []byte {
	u := uint64(d)
	if d < 0 {
		b = append(b, '-')
		u = -u
	}
	b = strconv.AppendUint(b, u/1e9, 10)
	u %= 1e9
	if u == 0 {
		return b
	}
	b = append(b, '.')
	for unit := uint64(1e8); u > 0; unit /= 10 {
		b = append(b, byte('0'+u/unit))
		u %= unit
	}
	return b
}

// AppendEndpoint appends address:port, [address]:port for IPv6.
func AppendEndpoint(b []byte, p flow.Endpoint) []byte {
	if p.Addr.Is4() {
		b = p.Addr.Netip().AppendTo(b)
	} else {
		b = append(p.Addr.Netip().AppendTo(append(b, '[')), ']')
	}
	return strconv.AppendUint(append(b, ':'), uint64(p.Port), 10)
}

const hex = "0123456789abcdef"

// appendString appends s as a JSON string (RFC 8259 §7). Bytes that are not
// UTF-8 become U+FFFD; <, > and & are escaped so that the report may stand
// inside a page.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c < 0x20 || c == 0x7f || c == '<' || c == '>' || c == '&':
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		case c < utf8.RuneSelf:
			b = append(b, c)
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == '\u2028' || r == '\u2029' { // line ends to JavaScript before ES2019
				b = append(b, '\\', 'u', '2', '0', '2', hex[r&15])
			} else {
				b = utf8.AppendRune(b, r)
			}
			i += n
			continue
		}
		i++
	}
	return append(b, '"')
}
