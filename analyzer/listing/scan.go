package listing

import "strings"

// number reads decimal digits at the start of s, up to 64 bits.
func number(s string) (n uint64, rest string, ok bool) {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		if n > (1<<64-10)/10 {
			return 0, s, false
		}
		n = n*10 + uint64(s[i]-'0')
		i++
	}
	return n, s[i:], i > 0
}

// number32 reads decimal digits that fit into 32 bits.
func number32(s string) (n uint32, rest string, ok bool) {
	v, rest, ok := number(s)
	if !ok || v > 1<<32-1 {
		return 0, s, false
	}
	return uint32(v), rest, true
}

// hexNumber reads 0x and hexadecimal digits, up to 32 bits.
func hexNumber(s string) (n uint32, rest string, ok bool) {
	s, found := strings.CutPrefix(s, "0x")
	i := 0
	for ; found && i < len(s) && i < 8; i++ {
		d, is := hexDigit(s[i])
		if !is {
			break
		}
		n = n<<4 | uint32(d)
	}
	return n, s[i:], i > 0
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// word reads up to the next space.
func word(s string) (w, rest string) {
	s = strings.TrimLeft(s, " \t")
	i := strings.IndexAny(s, " \t")
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimLeft(s[i:], " \t")
}

// bracketed reads an expression in balanced brackets at the start of s and
// returns what is inside.
func bracketed(s string, opening, closing byte) (inside, rest string, ok bool) {
	if s == "" || s[0] != opening {
		return "", s, false
	}
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case opening:
			depth++
		case closing:
			if depth--; depth == 0 {
				return s[1:i], s[i+1:], true
			}
		}
	}
	return "", s, false
}

// mac reads a link-layer address in tcpdump's notation, also without leading
// zeros, as old versions print it.
func mac(s string) (m uint64, rest string, ok bool) {
	rest = s
	for i := range 6 {
		if i > 0 {
			if !strings.HasPrefix(rest, ":") {
				return 0, s, false
			}
			rest = rest[1:]
		}
		var b, digits uint64
		for digits < 2 && rest != "" {
			d, is := hexDigit(rest[0])
			if !is {
				break
			}
			b, rest = b<<4|uint64(d), rest[1:]
			digits++
		}
		if digits == 0 {
			return 0, s, false
		}
		m = m<<8 | b
	}
	if rest != "" && (rest[0] == ':' || rest[0] == '.') {
		return 0, s, false // an IPv6 address
	}
	return m, rest, true
}
