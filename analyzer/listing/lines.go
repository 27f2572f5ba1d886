package listing

import (
	"bufio"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	// lookAheadLen is how far the reader looks ahead to learn how times are meant.
	lookAheadLen = 256 << 10
	// maxLineLen bounds a line; what is longer is cut. tcpdump's longest lines are
	// those of -A with a payload that has no line ends: 256 KiB at most.
	maxLineLen = 64 << 10
)

// line is one line of the text, without its end.
type line struct {
	text   string
	offset int64 // of its first byte in the text
	length int   // in the text, its end included
	number int   // from 1
}

// lines reads lines and knows where they stand.
type lines struct {
	in     *bufio.Reader
	offset int64
	number int
	buf    []byte
}

// next returns the next line; false after the last one, or where reading failed.
func (l *lines) next() (line, bool, error) {
	l.buf = l.buf[:0]
	out := line{offset: l.offset, number: l.number + 1}
	for {
		part, err := l.in.ReadSlice('\n')
		out.length += len(part)
		if room := maxLineLen - len(l.buf); room > 0 {
			l.buf = append(l.buf, part[:min(room, len(part))]...)
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		if err == io.EOF {
			err = nil
			if out.length == 0 {
				return out, false, nil
			}
		}
		l.offset += int64(out.length)
		l.number++
		out.text = clean(l.buf)
		return out, err == nil, err
	}
}

// peek returns text that was not read yet, as much as is looked ahead.
func (l *lines) peek() string {
	b, _ := l.in.Peek(lookAheadLen)
	return string(b)
}

// clean takes off what editors, terminals and web pages put into text.
func clean(b []byte) string {
	for len(b) > 0 && (b[len(b)-1] == '\n' || b[len(b)-1] == '\r') {
		b = b[:len(b)-1]
	}
	s := string(b)
	if strings.IndexByte(s, 0x1b) >= 0 {
		s = withoutEscapes(s)
	}
	if strings.Contains(s, "&gt;") {
		s = strings.NewReplacer("&gt;", ">", "&lt;", "<", "&amp;", "&").Replace(s)
	}
	if strings.Contains(s, "\u00a0") {
		s = strings.ReplaceAll(s, "\u00a0", " ") // no-break spaces of web pages
	}
	return strings.TrimPrefix(s, "\ufeff")
}

// withoutEscapes removes a terminal's control sequences (ECMA-48 §5.4): ESC, an
// opening bracket, parameters, a final byte.
func withoutEscapes(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != 0x1b {
			b.WriteByte(s[i])
			continue
		}
		if i+1 < len(s) && s[i+1] == '[' {
			for i += 2; i < len(s) && (s[i] < 0x40 || s[i] > 0x7e); i++ {
			}
		}
	}
	return b.String()
}

// decoded returns the text as UTF-8: PowerShell's redirection writes UTF-16 with
// a byte-order mark.
func decoded(in *bufio.Reader) io.Reader {
	b, _ := in.Peek(2)
	switch string(b) {
	case "\xff\xfe":
		return &wide{in: in, low: 0}
	case "\xfe\xff":
		return &wide{in: in, low: 1}
	}
	return in
}

// wide turns UTF-16 into UTF-8.
type wide struct {
	in   *bufio.Reader
	low  int // index of the less significant byte
	rest []byte
	half rune // a high surrogate that waits for its other half
}

func (w *wide) Read(p []byte) (int, error) {
	for len(w.rest) == 0 {
		var b [2]byte
		if _, err := io.ReadFull(w.in, b[:]); err != nil {
			return 0, io.EOF
		}
		u := rune(b[w.low]) | rune(b[1-w.low])<<8
		switch {
		case w.half != 0:
			w.rest = utf8.AppendRune(nil, utf16.DecodeRune(w.half, u))
			w.half = 0
		case u >= 0xd800 && u < 0xdc00:
			w.half = u
		case u != 0xfeff:
			w.rest = utf8.AppendRune(nil, u)
		}
	}
	n := copy(p, w.rest)
	w.rest = w.rest[n:]
	return n, nil
}
