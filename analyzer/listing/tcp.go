package listing

import (
	"strings"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// flagLetters are tcpdump's (print-tcp.c, tcp_flag_values).
var flagLetters = map[byte]wire.Flags{
	'F': wire.FIN, 'S': wire.SYN, 'R': wire.RST, 'P': wire.PSH, '.': wire.ACK, 'U': wire.URG, 'E': wire.ECE, 'W': wire.CWR, 'e': wire.AE,
}

func flagsOf(s string) (wire.Flags, bool) {
	var flags wire.Flags
	if s == "none" {
		return 0, true
	}
	for i := range len(s) {
		x, ok := flagLetters[s[i]]
		if !ok {
			return 0, false
		}
		flags |= x
	}
	return flags, s != ""
}

// tcp reads a TCP segment.
func (f *fields) tcp(s string) bool {
	p := f.p
	p.Kind, p.Protocol = wire.KindTCP, 6
	p.Unknown |= wire.UnknownSeq | wire.UnknownAck | wire.UnknownWindow | wire.UnknownLen
	if !strings.HasPrefix(s, "Flags [") {
		return f.oldTCP(s)
	}
	letters, rest, ok := strings.Cut(s[len("Flags ["):], "]")
	if !ok {
		return false
	}
	t := &p.TCP
	if t.Flags, ok = flagsOf(letters); !ok {
		return false
	}
	hadOptions := false
	for rest != "" {
		rest = strings.TrimLeft(rest, ", ")
		key, value := word(rest)
		n, after, isNumber := number32(value)
		switch {
		case key == "seq" && isNumber:
			after = f.sequence(n, after)
		case key == "ack" && isNumber:
			t.Ack = analyzer.Seq(n)
			p.Unknown &^= wire.UnknownAck
		case key == "win" && isNumber:
			t.Window = uint16(min(n, 0xffff))
			p.Unknown &^= wire.UnknownWindow
		case key == "urg" && isNumber:
			t.Urgent = uint16(n)
		case key == "cksum":
			f.checksum(value)
			after = value
		case key == "options":
			inside, closed, ok := bracketed(value, '[', ']')
			if !ok {
				inside, closed = strings.TrimPrefix(value, "["), ""
				p.Problem = wire.ProblemCut
				p.Unknown |= wire.UnknownOptions
			}
			f.options(inside)
			hadOptions, after = true, closed
		case key == "length" && isNumber:
			f.payloadLen(n)
			f.shown(after)
			f.finish(hadOptions)
			return true
		default:
			after = rest
		}
		if i := strings.Index(after, ", "); i >= 0 {
			rest = after[i+2:]
		} else {
			rest = ""
		}
	}
	f.finish(hadOptions)
	return true
}

// sequence reads a sequence number, or two with a colon between them; the
// difference is the payload's length.
func (f *fields) sequence(n uint32, rest string) string {
	p := f.p
	p.TCP.Seq = analyzer.Seq(n)
	p.Unknown &^= wire.UnknownSeq
	if to, after, ok := strings.Cut(rest, ":"); ok && to == "" {
		if end, after, ok := number32(after); ok {
			f.payloadLen(end - n)
			return after
		}
	}
	return rest
}

const maxSegmentLen = 1 << 20 // IP allows 64 KiB; offload (BIG TCP) more

func (f *fields) payloadLen(n uint32) {
	if n <= maxSegmentLen {
		f.p.TCP.PayloadLen = n
		f.p.Unknown &^= wire.UnknownLen
	}
}

// finish works out what follows from what was read.
func (f *fields) finish(hadOptions bool) {
	p := f.p
	t := &p.TCP
	if !t.Flags.Has(wire.ACK) {
		p.Unknown &^= wire.UnknownAck
	}
	if p.Unknown&wire.UnknownLen != 0 && p.Unknown&wire.UnknownSeq == 0 && t.Flags.Any(wire.SYN|wire.RST) {
		p.Unknown &^= wire.UnknownLen // tcpdump before 4.0 left out what is zero
	}
	if !hadOptions && t.Flags.Any(wire.SYN) {
		p.Unknown |= wire.UnknownOptions // every stack sends some with its SYN: people cut them out
	}
	if p.IPLen == 0 && p.Unknown&(wire.UnknownLen|wire.UnknownOptions) == 0 {
		p.IPLen = f.headerLen() + 20 + f.optionsLen + t.PayloadLen
	}
}

// checksum reads what -v says of it: 0x5d61 (incorrect -> 0xf413).
func (f *fields) checksum(s string) {
	n, rest, ok := hexNumber(s)
	if !ok || f.absolute {
		return
	}
	f.p.TCP.Sum = uint16(n)
	switch {
	case strings.HasPrefix(rest, " (correct"):
		f.p.Checksum = wire.ChecksumGood
	case strings.HasPrefix(rest, " (incorrect"):
		f.p.Checksum = wire.ChecksumBad
	}
}

// judge tells the checksum of a segment whose sum the network card was to fill in
// from a wrong one: it is the sum of the pseudo header alone (RFC 9293 §3.1).
func (f *fields) judge() {
	p := f.p
	if p.Checksum != wire.ChecksumBad || p.Unknown&wire.UnknownLen != 0 || p.IPLen == 0 {
		return
	}
	sum := uint64(6) + uint64(p.IPLen-f.headerLen())
	for _, a := range [...]wire.Addr{p.Src, p.Dst} {
		words := [...]uint64{a.Hi, a.Lo}
		if a.Is4() {
			words = [...]uint64{0, a.Lo & 0xffffffff}
		}
		for _, w := range words {
			sum += w>>48 + w>>32&0xffff + w>>16&0xffff + w&0xffff
		}
	}
	for sum>>16 != 0 {
		sum = sum>>16 + sum&0xffff
	}
	if uint16(sum) == p.TCP.Sum {
		p.Checksum = wire.ChecksumPartial
	}
}

// shown keeps what the line shows of the payload: the first line of a request or a
// response, with -v all lines of its head.
func (f *fields) shown(s string) {
	s, ok := strings.CutPrefix(s, ": ")
	if !ok {
		return
	}
	if rest, ok := strings.CutPrefix(s, "HTTP: "); ok {
		f.p.Payload = []byte(rest + "\r\n")
		return
	}
	if rest, ok := strings.CutPrefix(s, "SSH: "); ok {
		f.p.Payload = []byte(rest + "\r\n")
		return
	}
	if !strings.HasPrefix(s, "HTTP, length: ") || len(f.rec.details) == 0 {
		return
	}
	var b []byte
	for _, d := range f.rec.details {
		b = append(append(b, strings.TrimLeft(d, "\t ")...), "\r\n"...)
	}
	f.p.Payload = b[:min(len(b), int(f.p.TCP.PayloadLen))]
}

// isQuick reports whether s is what -q prints of a segment: tcp 106.
func isQuick(s string) bool {
	_, rest := word(s)
	_, rest, ok := number(rest)
	return ok && (rest == "" || rest[0] == ' ')
}

// quick reads what -q prints: the payload's length and nothing else.
func (f *fields) quick(s string) bool {
	p := f.p
	p.Kind, p.Protocol = wire.KindTCP, 6
	p.Unknown |= wire.UnknownSeq | wire.UnknownAck | wire.UnknownWindow | wire.UnknownOptions | wire.UnknownLen
	if s, ok := strings.CutPrefix(s, "tcp "); ok {
		if n, _, ok := number32(s); ok {
			f.payloadLen(n)
		}
		f.r.notes.quick++
	}
	return true
}
