package listing

import (
	"strings"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// oldFlags reports whether s is how tcpdump before 4.0 printed a TCP segment:
// S 1:1(0) ack 2 win 512 <mss 1460>.
func oldFlags(s string) bool {
	letters, rest := word(s)
	if letters == "" || len(letters) > 8 || rest == "" {
		return false
	}
	for i := range len(letters) {
		if strings.IndexByte("SFRPWEU.", letters[i]) < 0 {
			return false
		}
	}
	key, value := word(rest)
	if key == "ack" || key == "win" || key == "cksum" {
		return value != ""
	}
	if strings.HasPrefix(key, "[") && strings.Contains(rest, "win ") {
		return true
	}
	from, after, ok := number(key)
	return ok && from <= 1<<32-1 && strings.HasPrefix(after, ":") && strings.Contains(after, "(")
}

// oldTCP reads a segment as tcpdump before 4.0 printed it. The flags do not show
// ACK; the acknowledgment does.
func (f *fields) oldTCP(s string) bool {
	p := f.p
	t := &p.TCP
	letters, rest := word(s)
	for i := range len(letters) {
		if letters[i] != '.' { // nothing else is set
			t.Flags |= flagLetters[letters[i]]
		}
	}
	hadOptions := false
	for rest != "" {
		key, value := word(rest)
		rest = value
		n, after, isNumber := number32(value)
		switch {
		case key == "ack" && isNumber:
			t.Ack, t.Flags = analyzer.Seq(n), t.Flags|wire.ACK
			rest = after
		case key == "win" && isNumber:
			t.Window = uint16(min(n, 0xffff))
			p.Unknown &^= wire.UnknownWindow
			rest = after
		case key == "urg" && isNumber:
			t.Urgent = uint16(n)
			rest = after
		case key == "cksum":
			f.checksum(value)
		case key[0] == '<':
			inside, after, ok := strings.Cut(key[1:]+" "+value, ">")
			if ok {
				f.options(inside)
				hadOptions, rest = true, after
			}
		case key == "(DF)" || strings.HasPrefix(key, "(DF,"):
			p.DF = true
		default:
			f.oldRange(key)
		}
	}
	if t.Flags.Has(wire.ACK) {
		p.Unknown &^= wire.UnknownAck
	}
	if p.Unknown&wire.UnknownSeq != 0 && p.Unknown&wire.UnknownAck == 0 {
		f.payloadLen(0)
	}
	f.finish(hadOptions)
	return true
}

// oldRange reads 1:107(106).
func (f *fields) oldRange(s string) {
	n, rest, ok := number32(s)
	rest, colon := strings.CutPrefix(rest, ":")
	_, rest, ok2 := number32(rest)
	inside, _, ok3 := bracketed(rest, '(', ')')
	length, _, ok4 := number32(inside)
	if !ok || !colon || !ok2 || !ok3 || !ok4 {
		return
	}
	f.p.TCP.Seq = analyzer.Seq(n)
	f.p.Unknown &^= wire.UnknownSeq
	f.payloadLen(length)
}
