// Package export writes frames into capture files, as they were recorded or with
// everything taken out that tells whose they are.
//
// It knows bytes and headers only: which frames are written, and what is said of
// them, is the caller's choice. Files are written piece by piece into buffers of
// the caller's, so that a large selection never stands in memory as a whole.
package export

import (
	"encoding/binary"
	"time"
	"unicode/utf8"

	"wirewhy/analyzer"
)

// Blocks and options of pcapng
// (https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-03.html §4 and §3.5).
const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockPacket    = 6
	byteOrderMagic = 0x1a2b3c4d

	optComment     = 1
	optApplication = 4 // shb_userappl
	optName        = 2 // if_name
	optResolution  = 9 // if_tsresol
	optFlags       = 2 // epb_flags
)

// maxCommentLen is how much of a comment is written: an option's length has 16 bits.
const maxCommentLen = 60_000

// Writer writes pcapng. Its methods append to a buffer and return it; the zero
// Writer is ready for its first section.
type Writer struct {
	interfaces map[uint32]written // by index in the capture
}

// written is an interface of the present section.
type written struct {
	id   uint32
	tick time.Duration // of its timestamps
}

// Section begins a section, with the program that wrote it and a comment.
func (w *Writer) Section(b []byte, application, comment string) []byte {
	w.interfaces = map[uint32]written{}
	b, begin := beginBlock(b, blockSection)
	b = binary.LittleEndian.AppendUint32(b, byteOrderMagic)
	b = binary.LittleEndian.AppendUint32(b, 1) // version 1.0
	b = binary.LittleEndian.AppendUint64(b, 1<<64-1)
	b = appendText(b, optApplication, application)
	b = appendText(b, optComment, comment)
	return endBlock(b, begin)
}

// Frame writes a frame of an interface, which is described before its first one.
// Empty comments are left out.
func (w *Writer) Frame(b []byte, f *analyzer.Frame, on *analyzer.Interface, comments ...string) []byte {
	i, ok := w.interfaces[f.Interface]
	if !ok {
		i.id = uint32(len(w.interfaces))
		b, i.tick = describe(b, f.Link, on)
		w.interfaces[f.Interface] = i
	}
	ticks := uint64(max(f.Time, 0)) / uint64(i.tick)
	b, begin := beginBlock(b, blockPacket)
	for _, v := range []uint32{i.id, uint32(ticks >> 32), uint32(ticks), uint32(len(f.Data)), max(f.WireLen, uint32(len(f.Data)))} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	b = pad(append(b, f.Data...), begin)
	if flags := flagsOf(f); flags != 0 {
		b = binary.LittleEndian.AppendUint32(appendOption(b, optFlags, 4), flags)
	}
	for _, c := range comments {
		b = appendText(b, optComment, c)
	}
	return endBlock(b, begin)
}

// describe writes an interface and returns the unit of its timestamps.
func describe(b []byte, link analyzer.LinkType, on *analyzer.Interface) ([]byte, time.Duration) {
	tick, digits := time.Second, byte(0)
	for tick > 1 && (on.Resolution <= 0 || on.Resolution < tick) {
		tick, digits = tick/10, digits+1
	}
	if on.Resolution > 0 && on.Resolution < time.Second && on.Resolution != tick { // no power of ten, as 2⁻²⁰ s
		tick, digits = 1, 9
	}
	b, begin := beginBlock(b, blockInterface)
	b = binary.LittleEndian.AppendUint32(b, uint32(uint16(link)))
	b = binary.LittleEndian.AppendUint32(b, on.SnapLen)
	b = appendText(b, optName, on.Name)
	b = append(appendOption(b, optResolution, 1), digits, 0, 0, 0)
	return endBlock(b, begin), tick
}

// flagsOf returns epb_flags: direction, kind of reception, length of the check
// sequence (§4.3.1).
func flagsOf(f *analyzer.Frame) uint32 {
	flags := uint32(f.FCSLen&0xf) << 5
	switch f.Direction {
	case analyzer.DirectionInbound:
		return flags | 1
	case analyzer.DirectionOutbound:
		return flags | 2
	case analyzer.DirectionBroadcast:
		return flags | 1 | 3<<2
	case analyzer.DirectionOtherHost:
		return flags | 1 | 4<<2
	}
	return flags
}

func beginBlock(b []byte, kind uint32) (_ []byte, begin int) {
	begin = len(b)
	return binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(b, kind), 0), begin
}

// endBlock ends the options and writes the block's length at both of its ends.
func endBlock(b []byte, begin int) []byte {
	b = appendOption(b, 0, 0)
	length := uint32(len(b) - begin + 4)
	binary.LittleEndian.PutUint32(b[begin+4:], length)
	return binary.LittleEndian.AppendUint32(b, length)
}

// pad fills up to a multiple of four bytes since begin.
func pad(b []byte, begin int) []byte {
	for (len(b)-begin)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func appendOption(b []byte, code uint16, length int) []byte {
	return binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(b, code), uint16(length))
}

func appendText(b []byte, code uint16, s string) []byte {
	if s == "" {
		return b
	}
	if n := maxCommentLen; len(s) > n {
		for !utf8.RuneStart(s[n]) {
			n--
		}
		s = s[:n]
	}
	begin := len(b)
	return pad(append(appendOption(b, code, len(s)), s...), begin)
}
