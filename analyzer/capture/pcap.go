package capture

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"time"

	"wirewhy/analyzer"
)

// Magic numbers of the pcap family, as their writers saw them (libpcap
// sf-pcap.c, Wireshark wiretap/libpcap.h).
const (
	magicMicro    = 0xa1b2c3d4
	magicNano     = 0xa1b23c4d
	magicModified = 0xa1b2cd34 // Kuznetzov's: 8 more bytes in each record header
	magicNavtel   = 0xa12b3c4d // Navtel's libpcap; nanoseconds
	magicFmesquic = 0xa1b234cd // Fmesquita's libpcap
	magicIxiaHW   = 0x1c0001ac // Ixia lcap: nanoseconds, 4 more bytes in the file header
	magicIxiaSW   = 0x1c0001ab
)

const (
	pcapHeaderLen   = 24
	pcapRecordLen   = 16
	modifiedExtra   = 8
	ixiaHeaderExtra = 4
	day             = 24 * 60 * 60
)

// lengthOrder says which of a record's two lengths comes first: until libpcap
// 0.3 (file version 2.2) the original length did (sf-pcap.c, lengths_swapped).
type lengthOrder uint8

const (
	capturedFirst lengthOrder = iota
	originalFirst
	eitherFirst // version 2.3 was written in both ways
)

// pcap reads the records of one pcap file.
type pcap struct {
	swap       bool // the file's byte order is big endian
	recordLen  int  // of a record's header
	unit       uint32
	fractions  uint32 // of a second; a larger fraction is odd
	order      lengthOrder
	link       analyzer.LinkType
	fcsLen     uint8
	iface      uint32
	usualLen   uint32 // longer frames are odd
	started    bool
	lastSecond uint32
}

type pcapRecord struct{ second, fraction, capLen, wireLen uint32 }

func (p *pcap) clone() format { c := *p; return &c }

func u32(b []byte, swap bool) uint32 {
	v := binary.LittleEndian.Uint32(b)
	if swap {
		v = bits.ReverseBytes32(v)
	}
	return v
}

func u16(b []byte, swap bool) uint16 {
	v := binary.LittleEndian.Uint16(b)
	if swap {
		v = bits.ReverseBytes16(v)
	}
	return v
}

func (p *pcap) record(b []byte) pcapRecord {
	_ = b[15]
	r := pcapRecord{u32(b, p.swap), u32(b[4:], p.swap), u32(b[8:], p.swap), u32(b[12:], p.swap)}
	if p.order != capturedFirst && (p.order == originalFirst || r.capLen > r.wireLen) {
		r.capLen, r.wireLen = r.wireLen, r.capLen
	}
	return r
}

// usual reports whether nothing about a record's header is odd. What is odd is
// looked at more closely before it is believed.
func (p *pcap) usual(r pcapRecord) bool {
	return r.fraction < p.fractions && r.capLen <= r.wireLen && r.wireLen <= p.usualLen && r.wireLen != 0 &&
		(r.second-p.lastSecond+day <= 2*day || !p.started)
}

// next implements format.
func (p *pcap) next(s *stream, f *analyzer.Frame) error {
	for {
		if s.end-s.start < p.recordLen && !s.fill(p.recordLen) {
			return s.tail()
		}
		r := p.record(s.buf[s.start:])
		usual := p.usual(r)
		if !usual {
			if captureAt(s) {
				return beginJoined(s)
			}
			if reason, ok := p.believable(s, r); !ok {
				if !s.resync(p.chain(), reason) {
					return io.EOF
				}
				continue
			}
		}
		total := p.recordLen + int(r.capLen)
		if s.end-s.start < total && !s.fill(total) {
			if s.broken() {
				return io.EOF
			}
			if !s.resyncCut(p.chain(), total) {
				return s.cut(total)
			}
			continue
		}
		p.put(s, r, f, usual)
		return s.emit(f)
	}
}

// put fills f from a record that is in the window, and consumes it.
func (p *pcap) put(s *stream, r pcapRecord, f *analyzer.Frame, usual bool) {
	at := s.start + p.recordLen
	s.start = at + int(r.capLen)
	// Field by field: a literal would be built aside and copied.
	f.Interface, f.Link, f.Direction, f.FCSLen = p.iface, p.link, analyzer.DirectionUnknown, 0
	f.Time = analyzer.Timestamp(int64(r.second)*int64(time.Second) + int64(r.fraction)*int64(p.unit))
	f.Offset = s.base + int64(at-p.recordLen)
	f.WireLen = r.wireLen
	if f.Comment != "" {
		f.Comment = ""
	}
	f.Data = s.buf[at:s.start:s.start]
	p.lastSecond = r.second
	p.started = true
	if !usual {
		p.odd(s, r, f)
	}
	if p.fcsLen != 0 {
		f.FCSLen = keptFCS(p.fcsLen, f)
	}
}

// keptFCS returns how much of a frame's check sequence the snap length left.
func keptFCS(fcsLen uint8, f *analyzer.Frame) uint8 {
	lost := f.WireLen - uint32(len(f.Data))
	if lost >= uint32(fcsLen) {
		return 0
	}
	return min(fcsLen-uint8(lost), uint8(min(len(f.Data), 255)))
}

// odd notes what is odd about a record that is believed all the same.
func (p *pcap) odd(s *stream, r pcapRecord, f *analyzer.Frame) {
	if r.fraction >= p.fractions {
		s.log.count(fractionTooLarge, s.number+1, f.Offset)
	}
	f.WireLen = s.believedLen(r.wireLen, r.capLen, f.Offset)
}

// believedLen returns a frame's length on the wire: what the record claims, or
// what was captured where the claim cannot be.
func (s *stream) believedLen(wireLen, capLen uint32, offset int64) uint32 {
	switch {
	case wireLen < capLen:
		s.log.count(wireLenShort, s.number+1, offset)
	case wireLen > MaxFrameLen:
		s.log.count(wireLenAbsurd, s.number+1, offset)
	default:
		return wireLen
	}
	return capLen
}

// sane is the weaker form of usual: the lengths can be.
func (p *pcap) sane(r pcapRecord) bool {
	return r.capLen <= p.usualLen && r.capLen|r.wireLen != 0 &&
		(r.wireLen <= p.usualLen || r.wireLen == 1<<32-1)
}

// believable decides whether a record whose header is odd is one: the record
// behind it must make sense, or the file end there.
func (p *pcap) believable(s *stream, r pcapRecord) (reason analyzer.Text, ok bool) {
	switch {
	case r == pcapRecord{}:
		return text("the file goes on with zeros", "文件后面全是零"), false
	case r.capLen > MaxFrameLen:
		return text(
			fmt.Sprintf("the record claims to hold %d bytes, which no frame has", r.capLen),
			fmt.Sprintf("记录声称含有 %d 字节，不可能有这样长的帧", r.capLen)), false
	}
	reason = text("the record header makes no sense", "记录头没有意义")
	total := p.recordLen + int(r.capLen)
	if !s.fill(total + p.recordLen) {
		return reason, s.len() >= total
	}
	behind := s.bytes()[total:]
	return reason, p.sane(p.record(behind)) || isPcapHeader(behind) || isSectionHeader(behind)
}
