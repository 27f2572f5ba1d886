package capture

import (
	"math"
	"math/bits"
	"strings"
	"time"

	"wirewhy/analyzer"
)

// Option codes (draft-ietf-opsawg-pcapng §3.5 and §4).
const (
	optEnd         = 0
	optComment     = 1
	optPacketFlags = 2
	optIfName      = 2
	optIfDescr     = 3
	optIfTsResol   = 9
	optIfFCSLen    = 13
	optIfTsOffset  = 14
	optReceived    = 4
	optDropped     = 5
	optOSDropped   = 7

	optionHeaderLen = 4
)

// optionList walks through options: code, length, value padded to 4 bytes.
type optionList struct {
	b       []byte
	swap    bool
	damaged bool // a length pointed beyond the block
}

// next returns the next option; ok is false behind the last one. The list may
// end without opt_endofopt.
func (o *optionList) next() (code uint16, value []byte, ok bool) {
	if len(o.b) < optionHeaderLen {
		return 0, nil, false
	}
	code = u16(o.b, o.swap)
	n := int(u16(o.b[2:], o.swap))
	if code == optEnd {
		return 0, nil, false
	}
	if n > len(o.b)-optionHeaderLen {
		o.damaged = true
		return 0, nil, false
	}
	value = o.b[optionHeaderLen : optionHeaderLen+n]
	o.b = o.b[min(len(o.b), optionHeaderLen+align4(uint32(n))):]
	return code, value, true
}

func u64(b []byte, swap bool) uint64 {
	if swap {
		return uint64(u32(b, swap))<<32 | uint64(u32(b[4:], swap))
	}
	return uint64(u32(b[4:], swap))<<32 | uint64(u32(b, swap))
}

// sectionOptions keeps a section's comments.
func (g *pcapng) sectionOptions(s *stream, b []byte) {
	list := optionList{b: b, swap: g.swap}
	for code, v, ok := list.next(); ok; code, v, ok = list.next() {
		if code == optComment && len(s.capture.Comments) < maxComments {
			s.capture.Comments = append(s.capture.Comments, cleanText(v, maxTextLen))
		}
	}
	if list.damaged {
		s.log.count(optionsDamaged, s.number, s.offset())
	}
}

// packetOptions fills f from a packet's options and returns the length of the
// frame check sequence, zero if they do not say it.
func (g *pcapng) packetOptions(s *stream, f *analyzer.Frame, b []byte) (fcsLen uint8) {
	list := optionList{b: b, swap: g.swap}
	for code, v, ok := list.next(); ok; code, v, ok = list.next() {
		switch {
		case code == optComment && f.Comment == "":
			f.Comment = cleanText(v, maxTextLen)
		case code == optComment && len(f.Comment) < maxTextLen:
			f.Comment += "\n" + cleanText(v, maxTextLen)
		case code == optPacketFlags && len(v) == 4:
			flags := u32(v, g.swap)
			f.Direction = direction(flags)
			fcsLen = uint8(flags >> 5 & 0xf)
		}
	}
	if list.damaged {
		s.log.count(optionsDamaged, s.number, f.Offset)
	}
	return fcsLen
}

// direction reads epb_flags: bits 0–1 the direction, bits 2–4 how the frame was
// addressed.
func direction(flags uint32) analyzer.Direction {
	const inbound, outbound = 1, 2
	const multicast, broadcast, promiscuous = 2, 3, 4
	if flags&3 == outbound {
		return analyzer.DirectionOutbound
	}
	switch flags >> 2 & 7 {
	case multicast, broadcast:
		return analyzer.DirectionBroadcast
	case promiscuous:
		return analyzer.DirectionOtherHost
	}
	if flags&3 == inbound {
		return analyzer.DirectionInbound
	}
	return analyzer.DirectionUnknown
}

// ngInterface is what reading a packet needs of its interface.
type ngInterface struct {
	index      uint32 // in Capture.Interfaces
	link       analyzer.LinkType
	snapLen    uint32
	fcsLen     uint8
	resolution uint8  // if_tsresol
	scale      uint64 // nanoseconds of a unit; zero if that is no whole number
	divisor    uint64 // units of a nanosecond, for decimal units shorter than one
	offset     int64  // if_tsoffset, seconds
}

const microseconds = 6 // if_tsresol where there is none

// options reads an interface's options and returns its name.
func (i *ngInterface) options(s *stream, b []byte, swap bool, offset int64) string {
	i.resolution = microseconds
	var name, description string
	list := optionList{b: b, swap: swap}
	for code, v, ok := list.next(); ok; code, v, ok = list.next() {
		switch {
		case code == optIfName:
			name = cleanText(v, maxNameLen)
		case code == optIfDescr:
			description = cleanText(v, maxNameLen)
		case code == optIfTsResol && len(v) >= 1:
			i.resolution = v[0]
		case code == optIfFCSLen && len(v) >= 1:
			// The draft says bits, its example and most writers bytes.
			if i.fcsLen = v[0]; i.fcsLen >= 16 {
				i.fcsLen /= 8
			}
		case code == optIfTsOffset && len(v) == 8:
			i.offset = int64(u64(v, swap))
		}
	}
	if list.damaged {
		s.log.count(optionsDamaged, s.number, offset)
	}
	if name == "" || strings.HasPrefix(name, `\Device\`) && description != "" {
		return description // Windows: a GUID as the name
	}
	return name
}

// setResolution takes if_tsresol: 10^-n, or 2^-n with the top bit set.
func (i *ngInterface) setResolution(v uint8) {
	i.resolution = v
	const powerOfTwo = 0x80
	switch {
	case v&powerOfTwo != 0:
	case v <= 9:
		i.scale = pow10(9 - v)
	case v <= 9+19:
		i.divisor = pow10(v - 9)
	default:
		i.divisor = math.MaxUint64 // shorter than any time that 64 bits could hold
	}
}

func pow10(n uint8) uint64 {
	v := uint64(1)
	for ; n > 0; n-- {
		v *= 10
	}
	return v
}

// tick returns the length of the unit, rounded down.
func (i *ngInterface) tick() time.Duration {
	if i.scale == 0 && i.divisor == 0 {
		return time.Duration(1e9 >> min(i.resolution&0x7f, 63))
	}
	return time.Duration(i.scale)
}

// time converts a timestamp. ok is false if it lies beyond what a Timestamp can
// hold (the year 2262).
func (i *ngInterface) time(v uint64) (t analyzer.Timestamp, ok bool) {
	var hi, ns uint64
	switch {
	case i.scale != 0:
		hi, ns = bits.Mul64(v, i.scale)
	case i.divisor != 0:
		ns = v / i.divisor
	default:
		hi, ns = bits.Mul64(v, 1e9)
		if n := uint(i.resolution & 0x7f); n >= 64 {
			hi, ns = 0, hi>>(n-64)
		} else {
			hi, ns = hi>>n, hi<<(64-n)|ns>>n
		}
	}
	if hi != 0 || ns > math.MaxInt64 {
		return 0, false
	}
	if i.offset != 0 {
		const limit = math.MaxInt64 / 1_000_000_000
		if i.offset > limit || i.offset < -limit {
			return 0, false
		}
		shifted := int64(ns) + i.offset*1e9
		if i.offset > 0 && shifted < int64(ns) {
			return 0, false
		}
		return analyzer.Timestamp(shifted), true
	}
	return analyzer.Timestamp(ns), true
}

// cleanText makes a file's text fit to keep: without padding, valid, bounded.
func cleanText(v []byte, limit int) string {
	v = v[:min(len(v), limit)]
	return strings.TrimRight(strings.ToValidUTF8(string(v), "\ufffd"), "\x00")
}
