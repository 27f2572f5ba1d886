package capture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"wirewhy/analyzer"
)

// Sun's snoop, RFC 1761: everything big endian, 24 bytes before each packet.
const (
	snoopMagic     = "snoop\x00\x00\x00"
	snoopHeaderLen = 16
	snoopRecordLen = 24
	// snoopMaxPad is more than any writer puts behind a packet.
	snoopMaxPad = 64
)

// snoopLinks maps RFC 1761's data-link types, and Solaris's IPoIB.
var snoopLinks = map[uint32]analyzer.LinkType{
	0:  analyzer.LinkEthernet, // IEEE 802.3
	2:  6,                     // IEEE 802.5 Token Ring
	4:  analyzer.LinkEthernet,
	8:  10, // FDDI
	26: analyzer.LinkIPOIB,
}

type snoop struct {
	link       analyzer.LinkType
	iface      uint32
	started    bool
	lastSecond uint32
}

func isSnoop(b []byte) bool { return bytes.HasPrefix(b, []byte(snoopMagic)) }

func (p *snoop) clone() format { c := *p; return &c }

func beginSnoop(s *stream) error {
	offset := s.offset()
	if !s.fill(snoopHeaderLen) {
		return cutHeader("snoop", s.len(), snoopHeaderLen)
	}
	version, link := binary.BigEndian.Uint32(s.bytes()[8:]), binary.BigEndian.Uint32(s.bytes()[12:])
	lt, known := snoopLinks[link]
	if version != 2 || !known {
		return &FormatError{Kind: KindCapture, Text: text(
			fmt.Sprintf("This is a snoop file of version %d with data-link type %d, which is not supported (version 2 with Ethernet, Token Ring, FDDI and IPoIB is).", version, link),
			fmt.Sprintf("这是版本 %d、数据链路类型 %d 的 snoop 文件，不受支持（支持版本 2 的以太网、令牌环、FDDI 和 IPoIB）。", version, link))}
	}
	p := &snoop{link: lt}
	p.iface = pcapInterface(s, analyzer.Interface{Link: lt, Resolution: time.Microsecond})
	if s.capture.Format == "" {
		s.capture.Format = "snoop"
	}
	if !s.begin(p, offset) {
		return io.EOF
	}
	s.start += snoopHeaderLen
	return nil
}

type snoopRecord struct{ wireLen, capLen, recordLen, drops, second, micros uint32 }

func readSnoopRecord(b []byte) snoopRecord {
	be := binary.BigEndian
	return snoopRecord{be.Uint32(b), be.Uint32(b[4:]), be.Uint32(b[8:]), be.Uint32(b[12:]), be.Uint32(b[16:]), be.Uint32(b[20:])}
}

// sane reports whether the lengths agree with each other.
func (r snoopRecord) sane() bool {
	return r.capLen <= MaxFrameLen && r.recordLen >= snoopRecordLen+r.capLen && r.recordLen <= snoopRecordLen+r.capLen+snoopMaxPad
}

// next implements format.
func (p *snoop) next(s *stream, f *analyzer.Frame) error {
	for {
		if !s.fill(snoopRecordLen) {
			return s.tail()
		}
		r := readSnoopRecord(s.bytes())
		if !r.sane() {
			if captureAt(s) {
				return beginJoined(s)
			}
			if !s.resync(p.chain(), text("the record header makes no sense", "记录头没有意义")) {
				return io.EOF
			}
			continue
		}
		if !s.fill(int(r.recordLen)) {
			if !s.broken() && s.resyncCut(p.chain(), int(r.recordLen)) {
				continue
			}
			return s.cut(int(r.recordLen))
		}
		p.put(s, r, f)
		return s.emit(f)
	}
}

func (p *snoop) put(s *stream, r snoopRecord, f *analyzer.Frame) {
	at := s.start + snoopRecordLen
	end := at + int(r.capLen)
	offset := s.offset()
	if r.micros >= 1e6 {
		s.log.count(fractionTooLarge, s.number+1, offset)
	}
	if r.drops > 0 {
		i := &s.capture.Interfaces[p.iface]
		// Cumulative; what was received is what was recorded and what was not.
		i.Dropped, i.Received, i.HasStats = uint64(r.drops), s.capture.Packets+1+uint64(r.drops), true
	}
	*f = analyzer.Frame{
		Interface: p.iface,
		Link:      p.link,
		Time:      analyzer.Timestamp(int64(r.second)*int64(time.Second) + int64(r.micros)*int64(time.Microsecond)),
		Offset:    offset,
		WireLen:   s.believedLen(r.wireLen, r.capLen, offset),
		Data:      s.buf[at:end:end],
	}
	p.started, p.lastSecond = true, r.second
	s.start += int(r.recordLen)
}

type snoopChain struct {
	from    snoop
	started bool
	last    uint32
}

func (p *snoop) chain() chain { return &snoopChain{from: *p} }

func (c *snoopChain) reset() { c.started, c.last = c.from.started, c.from.lastSecond }

func (c *snoopChain) step(b []byte) int {
	if len(b) < snoopRecordLen {
		return 0
	}
	r := readSnoopRecord(b)
	if !r.sane() || r.micros >= 1e6 || r.wireLen < r.capLen || r.wireLen > usualFrameLen || r.wireLen == 0 ||
		c.started && r.second-c.last+day > 2*day {
		return 0
	}
	c.started, c.last = true, r.second
	return int(r.recordLen)
}
