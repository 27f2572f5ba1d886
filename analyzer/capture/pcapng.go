package capture

import (
	"fmt"
	"io"

	"wirewhy/analyzer"
)

// Block types (draft-ietf-opsawg-pcapng §10.1).
const (
	blockInterface  = 1
	blockPacket     = 2 // obsolete
	blockSimple     = 3
	blockNames      = 4
	blockStatistics = 5
	blockEnhanced   = 6
	blockSection    = 0x0a0d0d0a
)

const (
	byteOrderMagic   = 0x1a2b3c4d
	minBlockLen      = 12
	sectionHeaderLen = 28
	// maxBlockLen leaves room for options beside the longest frame.
	maxBlockLen = MaxFrameLen + 1<<20
)

// pcapng reads the blocks of one section.
type pcapng struct {
	swap       bool // the section's byte order is big endian
	unknown    bool // the section's version: its blocks are skipped
	interfaces []ngInterface
}

func (g *pcapng) clone() format {
	c := *g
	c.interfaces = g.interfaces[:len(g.interfaces):len(g.interfaces)]
	return &c
}

func isSectionStart(b []byte) bool {
	return len(b) >= 4 && u32(b, false) == blockSection
}

// sectionOrder returns the byte order of the section header at b[0].
func sectionOrder(b []byte) (swap, ok bool) {
	if len(b) < minBlockLen || !isSectionStart(b) {
		return false, false
	}
	return u32(b[8:], false) != byteOrderMagic, u32(b[8:], false) == byteOrderMagic || u32(b[8:], true) == byteOrderMagic
}

func isSectionHeader(b []byte) bool { return sectionLen(b) != 0 }

// sectionLen returns the length of the section header at b[0], zero if it is none.
func sectionLen(b []byte) int {
	swap, ok := sectionOrder(b)
	if !ok {
		return 0
	}
	if n := u32(b[4:], swap); n >= sectionHeaderLen && n <= maxBlockLen {
		return align4(n)
	}
	return 0
}

// beginPcapng reads the section header in the window.
func beginPcapng(s *stream) error {
	offset := s.offset()
	if !s.fill(sectionHeaderLen) {
		return cutHeader("pcapng", s.len(), sectionHeaderLen)
	}
	swap, ok := sectionOrder(s.bytes())
	n := sectionLen(s.bytes())
	if !ok || n == 0 {
		return sectionHeaderError(s.bytes(), ok, swap)
	}
	if !s.fill(n) {
		return cutHeader("pcapng", s.len(), n)
	}
	b := s.bytes()[:n]
	g := &pcapng{swap: swap, unknown: u16(b[12:], swap) != 1}
	if g.unknown {
		s.log.count(sectionVersion, s.number, offset)
	}
	if s.capture.Format == "" {
		s.capture.Format = "pcapng"
	}
	if !s.begin(g, offset) {
		return io.EOF
	}
	if !g.unknown {
		g.sectionOptions(s, b[24:n-4])
	}
	if total := u32(b[n-4:], swap); align4(total) != n {
		s.log.count(trailerDiffers, s.number, offset)
	}
	s.start += n
	return nil
}

func sectionHeaderError(b []byte, orderKnown, swap bool) error {
	t := text(
		fmt.Sprintf("This begins like a pcapng file, but the byte-order magic is %08x instead of 1a2b3c4d: the file is damaged at its start.", b[8:12]),
		fmt.Sprintf("文件开头像 pcapng，但字节序魔数是 %08x 而不是 1a2b3c4d：文件开头已损坏。", b[8:12]))
	if orderKnown {
		n := u32(b[4:], swap)
		t = text(
			fmt.Sprintf("This begins like a pcapng file, but the length of its section header makes no sense (%d bytes): the file is damaged at its start.", n),
			fmt.Sprintf("文件开头像 pcapng，但节头长度没有意义（%d 字节）：文件开头已损坏。", n))
	}
	return &FormatError{Kind: KindCapture, Text: t}
}

// align4 rounds a length up to a multiple of four.
func align4(n uint32) int { return (int(n) + 3) &^ 3 }

// next implements format.
func (g *pcapng) next(s *stream, f *analyzer.Frame) error {
	for {
		if s.end-s.start < minBlockLen && !s.fill(minBlockLen) {
			return s.tail()
		}
		b := s.buf[s.start:s.end]
		kind, total := u32(b, g.swap), u32(b[4:], g.swap)
		n := int(total)
		if total < minBlockLen || total > maxBlockLen || total&3 != 0 || kind == blockSection || mayBeMagic(kind) {
			var err error
			if n, err = g.oddBlock(s, kind, total); err != nil {
				return err
			} else if n == 0 {
				continue
			}
		}
		if s.end-s.start < n && !s.fill(n) {
			if !s.broken() && s.resyncCut(g.chain(), n) {
				continue
			}
			return s.cut(n)
		}
		if u32(s.buf[s.start+n-4:], g.swap) != total && !g.fitsWhatFollows(s, n) {
			if !s.resync(g.chain(), text("the two lengths of a block disagree", "块首尾的长度不一致")) {
				return io.EOF
			}
			continue
		}
		if g.block(s, f, kind, n) {
			return s.emit(f)
		}
	}
}

// mayBeMagic reports whether a block type could begin another file: a pcap magic
// number in either byte order, or snoop's. No block has such a type.
func mayBeMagic(kind uint32) bool {
	const littleSnoop, bigSnoop = 0x6f6f6e73, 0x736e6f6f
	return kind>>16 == 0xa1b2 || kind&0xffff == 0xb2a1 || kind == littleSnoop || kind == bigSnoop
}

// oddBlock handles what is no ordinary block: a new section, a pcap file
// appended to this one, lengths that cannot be. It returns the length of the
// block that is to be read after all, zero if next shall look again.
func (g *pcapng) oddBlock(s *stream, kind, total uint32) (n int, err error) {
	switch {
	case kind == blockSection && s.fill(sectionHeaderLen) && sectionLen(s.bytes()) != 0:
		if n := sectionLen(s.bytes()); !s.fill(n) {
			return 0, s.cut(n)
		}
		if beginPcapng(s) != nil {
			return 0, io.EOF
		}
		return 0, errAgain
	case kind != blockSection && captureAt(s):
		return 0, beginJoined(s)
	case total >= minBlockLen && total <= maxBlockLen && kind != blockSection:
		if total&3 != 0 {
			s.log.count(lengthUnaligned, s.number, s.offset())
		}
		return align4(total), nil
	case s.skipLong(g, kind, total):
		return 0, nil
	}
	if s.resync(g.chain(), text(
		fmt.Sprintf("a block of type 0x%x claims a length of %d bytes, which cannot be", kind, total),
		fmt.Sprintf("类型 0x%x 的块声称长度为 %d 字节，这不可能", kind, total))) {
		return 0, nil
	}
	return 0, io.EOF
}

// skipLong skips a block that is too long to be looked at, if it is of no
// interest and the file is known to hold it.
func (s *stream) skipLong(g *pcapng, kind, total uint32) bool {
	if kind <= blockEnhanced || kind == blockSection || total <= maxBlockLen || total&3 != 0 || s.plain == nil {
		return false
	}
	size := s.plain.size
	return size >= s.offset()+int64(total) && s.skip(int64(total))
}

// fitsWhatFollows reports whether the block after one whose trailing length is
// wrong begins where its leading length says.
func (g *pcapng) fitsWhatFollows(s *stream, n int) bool {
	s.fill(n + maxBlockLen/64)
	if rest := s.bytes()[n:]; len(rest) > 0 && g.chain().step(rest) == 0 {
		if header, _ := headerStep(rest); header == 0 {
			return false
		}
	}
	s.log.count(trailerDiffers, s.number, s.offset())
	return true
}

func (g *pcapng) chain() chain { return &ngChain{swap: g.swap, first: g.swap} }

// ngChain follows blocks of known types whose two lengths agree.
type ngChain struct{ swap, first bool }

func (c *ngChain) reset() { c.swap = c.first }

func (c *ngChain) step(b []byte) int {
	if len(b) < minBlockLen {
		return 0
	}
	kind, total := u32(b, c.swap), u32(b[4:], c.swap)
	n := int(total)
	if total < minBlockLen || total > maxBlockLen || total&3 != 0 || !knownBlock(kind) {
		return 0
	}
	if n <= len(b) && u32(b[n-4:], c.swap) != total {
		return 0
	}
	if kind == blockEnhanced && (n < enhancedMinLen || len(b) < enhancedDataAt || int64(u32(b[20:], c.swap)) > int64(n-enhancedMinLen)) {
		return 0
	}
	return n
}

// knownBlock reports whether a block type is registered or for local use.
func knownBlock(kind uint32) bool {
	const custom, customNoCopy = 0xbad, 0x40000bad
	return kind >= blockInterface && kind <= 13 || kind == custom || kind == customNoCopy || kind>>31 == 1
}
