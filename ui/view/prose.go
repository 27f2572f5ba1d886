package view

import (
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The circled numbers that stand for lines of evidence in a summary.
const (
	firstCircled = '①'
	lastCircled  = '⑳'
)

// circled returns the sign for a line of evidence.
func circled(n int) string {
	if n >= 1 && n <= int(lastCircled-firstCircled)+1 {
		return string(firstCircled + rune(n-1))
	}
	return "(" + number(n) + ")"
}

// prose writes a paragraph: sentences that name evidence light it up, addresses
// and `commands` stand in the font of packets.
func prose(m *markup, text string) {
	for _, s := range sentences(text) {
		if evidence := evidenceIn(s); evidence != "" {
			words := strings.TrimLeft(s, " ")
			m.put(`%<span class="sentence" data-ev="%">`, s[:len(s)-len(words)], evidence)
			inline(m, words)
			m.put(`</span>`)
			continue
		}
		inline(m, s)
	}
}

// sentences cuts a text after its full stops. A stop inside of a number or an
// address ends nothing: a space and then no small letter must follow, except in
// Chinese.
func sentences(text string) []string {
	var all []string
	start := 0
	for i, r := range text {
		end := i + utf8.RuneLen(r)
		switch r {
		case '。', '！', '？':
		case '.', '!', '?':
			rest := text[end:]
			if !strings.HasPrefix(rest, " ") {
				continue
			}
			if next, _ := utf8.DecodeRuneInString(rest[1:]); unicode.IsLower(next) {
				continue
			}
		default:
			continue
		}
		all = append(all, text[start:end])
		start = end
	}
	if start < len(text) {
		all = append(all, text[start:])
	}
	return all
}

// evidenceIn lists the lines of evidence that a sentence names: "1 3".
func evidenceIn(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r >= firstCircled && r <= lastCircled {
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(number(int(r-firstCircled) + 1))
		}
	}
	return b.String()
}

// inline writes words: marks of evidence as buttons, addresses and what stands
// in backquotes as code.
func inline(m *markup, s string) {
	for s != "" {
		r, size := utf8.DecodeRuneInString(s)
		if r >= firstCircled && r <= lastCircled {
			n := int(r-firstCircled) + 1
			m.put(`<button type="button" class="mark-ev" data-act="evidence" data-arg="%" data-ev="%">%</button>`, n, n, s[:size])
			s = s[size:]
			continue
		}
		if r == '`' {
			if end := strings.IndexByte(s[1:], '`'); end >= 0 {
				m.put(`<code>%</code>`, s[1:1+end])
				s = s[end+2:]
				continue
			}
		}
		if n := addressLen(s); n > 0 {
			m.put(`<span class="addr">%</span>`, s[:n])
			s = s[n:]
			continue
		}
		n := plainLen(s)
		m.put(`%`, s[:n])
		s = s[n:]
	}
}

func inAddress(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' || c == '.' || c == ':' || c == '[' || c == ']' || c == '/'
}

// addressLen returns the length of the address, address and port, or network
// that s begins with; 0: none.
func addressLen(s string) int {
	n := 0
	for n < len(s) && n < 64 && inAddress(s[n]) {
		n++
	}
	for ; n >= 2; n-- {
		if c := s[n-1]; c == '.' || c == ':' || c == '/' {
			continue // the sentence's own
		}
		if isAddress(s[:n]) {
			return n
		}
	}
	return 0
}

func isAddress(s string) bool {
	if strings.Count(s, ".") != 3 && strings.Count(s, ":") < 2 {
		return false
	}
	if _, err := netip.ParseAddrPort(s); err == nil {
		return true
	}
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	_, err := netip.ParsePrefix(s)
	return err == nil
}

// plainLen returns the length of the plain words that s begins with, at least
// one character: up to the next mark, backquote or place where an address can begin.
func plainLen(s string) int {
	for i, r := range s {
		if i == 0 {
			continue
		}
		before := s[i-1]
		if r >= firstCircled && r <= lastCircled || r == '`' {
			return i
		}
		if r < utf8.RuneSelf && inAddress(byte(r)) && !inAddress(before) && !isLetter(before) {
			return i
		}
	}
	return len(s)
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
