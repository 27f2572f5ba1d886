package capture

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"time"

	"wirewhy/analyzer"
)

// pcapMagic returns a pcap file's magic number and whether the file is big
// endian; zero if it is none.
func pcapMagic(b []byte) (magic uint32, swap bool) {
	if len(b) < 4 {
		return 0, false
	}
	little := binary.LittleEndian.Uint32(b)
	for _, v := range [2]uint32{little, bits.ReverseBytes32(little)} {
		switch v {
		case magicMicro, magicNano, magicModified, magicNavtel, magicFmesquic, magicIxiaHW, magicIxiaSW:
			return v, v != little
		}
	}
	return 0, false
}

// isPcapHeader is the strict test for a file header where a record is expected:
// the magic number alone could be a time.
func isPcapHeader(b []byte) bool {
	magic, swap := pcapMagic(b)
	if magic == 0 || len(b) < pcapHeaderLen {
		return false
	}
	major, minor := u16(b[4:], swap), u16(b[6:], swap)
	return major == 2 && minor <= 4 && u32(b[12:], swap) == 0 // accuracy of the times: always zero
}

// captureAt reports whether a capture file starts here, in place of a record.
func captureAt(s *stream) bool {
	if magic, _ := pcapMagic(s.bytes()); magic != 0 {
		return s.fill(pcapHeaderLen) && isPcapHeader(s.bytes())
	}
	if isSectionStart(s.bytes()) {
		return s.fill(sectionHeaderLen) && isSectionHeader(s.bytes())
	}
	return isSnoop(s.bytes()) && s.fill(snoopHeaderLen)
}

// beginJoined goes on with a capture that was appended to another one.
func beginJoined(s *stream) error {
	offset := s.offset()
	if err := beginFormat(s); err != nil {
		return io.EOF
	}
	s.log.count(joined, s.number, offset)
	return errAgain
}

// beginFormat reads the file header in the window and makes its format the
// stream's.
func beginFormat(s *stream) error {
	s.fill(minSniffLen)
	b := s.bytes()
	switch {
	case isSectionStart(b):
		return beginPcapng(s)
	case isSnoop(b):
		return beginSnoop(s)
	}
	return beginPcap(s)
}

// beginPcap reads a pcap file header.
func beginPcap(s *stream) error {
	offset := s.offset()
	if !s.fill(pcapHeaderLen) {
		return cutHeader("pcap", s.len(), pcapHeaderLen)
	}
	b := s.bytes()
	magic, swap := pcapMagic(b)
	p := &pcap{swap: swap, recordLen: pcapRecordLen, unit: 1000, fractions: 1e6}
	if (u16(b[4:], swap) > 255 || u16(b[4:], swap) == 0) && u16(b[4:], !swap) == 2 {
		// A tool swapped the magic number, and nothing else.
		p.swap = !swap
		s.warn(offset, text("The magic number is in another byte order than the rest of the file.", "魔数的字节序与文件其余部分不同。"))
	}
	if magic == magicNano || magic == magicNavtel || magic == magicIxiaHW || magic == magicIxiaSW {
		p.unit, p.fractions = 1, 1e9
	}
	major, minor := u16(b[4:], p.swap), u16(b[6:], p.swap)
	p.order = lengthsOf(major, minor)
	word := u32(b[20:], p.swap)
	snapLen := u32(b[16:], p.swap)
	p.usualLen = min(max(usualFrameLen, snapLen), MaxFrameLen)
	p.setLink(s, word)
	headerLen := pcapHeaderLen
	if magic == magicIxiaHW || magic == magicIxiaSW {
		headerLen += ixiaHeaderExtra
		s.fill(headerLen)
	}
	s.start += min(headerLen, s.len())
	if magic == magicModified {
		p.chooseRecordLen(s)
	}
	if (major != 2 || minor > 4) && major != 543 {
		if err := p.checkVersion(s, major, minor); err != nil {
			return err
		}
	}
	p.iface = pcapInterface(s, analyzer.Interface{Link: p.link, SnapLen: snapLen, Resolution: time.Duration(p.unit)})
	if s.capture.Format == "" {
		s.capture.Format = "pcap"
		if magic == magicNano {
			s.capture.Format = "pcap-ns"
		}
	}
	if !s.begin(p, offset) {
		return io.EOF
	}
	return nil
}

// pcapInterface returns the interface of a file header: a joined file does not
// get one for each of its parts if they are alike.
func pcapInterface(s *stream, i analyzer.Interface) uint32 {
	if n := len(s.capture.Interfaces); n > 0 && s.capture.Interfaces[n-1] == i {
		return uint32(n - 1)
	}
	return s.addInterface(i)
}

// lengthsOf follows libpcap's sf-pcap.c; 543 is DG/UX.
func lengthsOf(major, minor uint16) lengthOrder {
	switch {
	case major == 543, major == 2 && minor < 3:
		return originalFirst
	case major == 2 && minor == 3:
		return eitherFirst
	}
	return capturedFirst
}

// setLink takes the link-type word apart: type in the low 16 bits, the length of
// the frame check sequence in 16-bit units in the top four where bit 26 is set
// (draft-ietf-opsawg-pcap §4).
func (p *pcap) setLink(s *stream, word uint32) {
	const hasFCS, reserved = 1 << 26, 0x03ff0000
	p.link = analyzer.LinkType(word & 0xffff)
	if word&hasFCS != 0 {
		p.fcsLen = uint8(word>>28) * 2
	}
	if word&reserved != 0 {
		s.warn(s.offset(), text(
			fmt.Sprintf("Reserved bits of the link type are set (0x%08x); they were ignored.", word),
			fmt.Sprintf("链路类型的保留位不为零（0x%08x），已忽略。", word)))
	}
}

// chooseRecordLen finds out whether records have the 8 bytes more that the
// modified magic number promises: some tools write only the number.
func (p *pcap) chooseRecordLen(s *stream) {
	s.fill(minReadLen)
	plain := p.chainCount(s)
	p.recordLen = pcapRecordLen + modifiedExtra
	if plain > p.chainCount(s) {
		p.recordLen = pcapRecordLen
	}
}

// chainCount returns how many records in a row make sense here, up to 8; a
// chain that ends with the file counts 8.
func (p *pcap) chainCount(s *stream) int {
	b, n := s.bytes(), 0
	for ; n < 8 && len(b) >= p.recordLen; n++ {
		r := p.record(b)
		if !p.sane(r) {
			return n
		}
		total := p.recordLen + int(r.capLen)
		if total > len(b) {
			return n
		}
		if b = b[total:]; len(b) == 0 && s.err != nil {
			return 8
		}
	}
	return n
}

// checkVersion accepts an unknown version if the records make sense all the same.
func (p *pcap) checkVersion(s *stream, major, minor uint16) error {
	s.fill(minReadLen)
	if s.len() > 0 && p.chainCount(s) == 0 {
		return &FormatError{Kind: KindCapture, Text: text(
			fmt.Sprintf("This looks like a pcap file of version %d.%d, but its records make no sense. Known versions are 2.0 to 2.4.", major, minor),
			fmt.Sprintf("看起来是版本 %d.%d 的 pcap 文件，但其记录没有意义。已知版本为 2.0 到 2.4。", major, minor))}
	}
	s.warn(s.offset(), text(
		fmt.Sprintf("The pcap version %d.%d is not known (2.0 to 2.4 are); it was read as 2.4.", major, minor),
		fmt.Sprintf("pcap 版本 %d.%d 未知（已知 2.0 到 2.4），按 2.4 读取。", major, minor)))
	return nil
}

func cutHeader(format string, have, want int) error {
	return &FormatError{Kind: KindCapture, Text: text(
		fmt.Sprintf("The %s file header is cut short: %d of %d bytes are there.", format, have, want),
		fmt.Sprintf("%s 文件头不完整：应有 %[3]d 字节，实际只有 %[2]d 字节。", format, have, want))}
}
