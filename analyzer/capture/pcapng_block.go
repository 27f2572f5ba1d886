package capture

import (
	"net/netip"
	"strings"
	"time"

	"wirewhy/analyzer"
)

// Offsets within the blocks, from the block's first byte
// (draft-ietf-opsawg-pcapng §4).
const (
	enhancedDataAt = 28
	enhancedMinLen = enhancedDataAt + 4
	packetDataAt   = 28
	simpleDataAt   = 12
	simpleMinLen   = simpleDataAt + 4
	interfaceOptAt = 16
	statsOptAt     = 20
	namesAt        = 8
)

// Bounds on what a file may make us remember.
const (
	maxComments = 100
	maxNames    = 65536
	maxTextLen  = 4096
	maxNameLen  = 255
)

// block reads the block of n bytes at the window's start, of which it is known
// that it is there, and consumes it. It reports whether it gave a frame.
func (g *pcapng) block(s *stream, f *analyzer.Frame, kind uint32, n int) bool {
	b := s.buf[s.start : s.start+n : s.start+n]
	offset := s.offset()
	s.start += n
	if g.unknown {
		return false
	}
	switch kind {
	case blockEnhanced:
		return g.enhanced(s, f, b, offset)
	case blockSimple:
		return g.simple(s, f, b, offset)
	case blockPacket:
		return g.packet(s, f, b, offset)
	case blockInterface:
		g.addInterface(s, b, offset)
	case blockNames:
		g.names(s, b, offset)
	case blockStatistics:
		g.statistics(s, b, offset)
	}
	return false
}

// enhanced reads an Enhanced Packet Block.
func (g *pcapng) enhanced(s *stream, f *analyzer.Frame, b []byte, offset int64) bool {
	if len(b) < enhancedMinLen {
		s.log.count(blockTooShort, s.number, offset)
		return false
	}
	return g.put(s, f, b, offset, u32(b[8:], g.swap))
}

// packet reads the obsolete Packet Block, which has 16 bits of interface and 16
// of drop count where the Enhanced one has 32 of interface.
func (g *pcapng) packet(s *stream, f *analyzer.Frame, b []byte, offset int64) bool {
	if len(b) < enhancedMinLen {
		s.log.count(blockTooShort, s.number, offset)
		return false
	}
	return g.put(s, f, b, offset, uint32(u16(b[8:], g.swap)))
}

// put fills f from an Enhanced or obsolete Packet Block.
func (g *pcapng) put(s *stream, f *analyzer.Frame, b []byte, offset int64, id uint32) bool {
	if id >= uint32(len(g.interfaces)) {
		s.log.count(interfaceMissing, s.number, offset)
		return false
	}
	i := &g.interfaces[id]
	capLen, wireLen := u32(b[20:], g.swap), u32(b[24:], g.swap)
	if capLen > uint32(len(b)-enhancedMinLen) || capLen > MaxFrameLen {
		s.log.count(captureLenTooLong, s.number, offset)
		return false
	}
	when, ok := i.time(uint64(u32(b[12:], g.swap))<<32 | uint64(u32(b[16:], g.swap)))
	if !ok {
		s.log.count(timeImpossible, s.number+1, offset)
	}
	if wireLen < capLen || wireLen > MaxFrameLen {
		wireLen = s.believedLen(wireLen, capLen, offset)
	}
	end := enhancedDataAt + int(capLen)
	*f = analyzer.Frame{
		Interface: i.index,
		Link:      i.link,
		Time:      when,
		Offset:    offset,
		WireLen:   wireLen,
		Data:      b[enhancedDataAt:end:end],
	}
	fcsLen := i.fcsLen
	if optionsAt := align4(uint32(end)); len(b)-4-optionsAt >= optionHeaderLen {
		if n := g.packetOptions(s, f, b[optionsAt:len(b)-4]); n != 0 {
			fcsLen = n
		}
	}
	if fcsLen != 0 {
		f.FCSLen = keptFCS(fcsLen, f)
	}
	return true
}

// simple reads a Simple Packet Block: of interface 0, without a time.
func (g *pcapng) simple(s *stream, f *analyzer.Frame, b []byte, offset int64) bool {
	switch {
	case len(b) < simpleMinLen:
		s.log.count(blockTooShort, s.number, offset)
		return false
	case len(g.interfaces) == 0:
		s.log.count(interfaceMissing, s.number, offset)
		return false
	}
	i := &g.interfaces[0]
	wireLen := u32(b[8:], g.swap)
	capLen := min(wireLen, uint32(len(b)-simpleMinLen), MaxFrameLen)
	if i.snapLen != 0 {
		capLen = min(capLen, i.snapLen)
	}
	if wireLen > MaxFrameLen {
		wireLen = s.believedLen(wireLen, capLen, offset)
	}
	end := simpleDataAt + int(capLen)
	*f = analyzer.Frame{Interface: i.index, Link: i.link, Offset: offset, WireLen: wireLen, Data: b[simpleDataAt:end:end]}
	s.log.count(timeMissing, s.number+1, offset)
	if i.fcsLen != 0 {
		f.FCSLen = keptFCS(i.fcsLen, f)
	}
	return true
}

// names reads a Name Resolution Block. The first name of an address is kept.
func (g *pcapng) names(s *stream, b []byte, offset int64) {
	for list := (optionList{b: b[namesAt : len(b)-4], swap: g.swap}); ; {
		kind, v, ok := list.next()
		if !ok {
			if list.damaged {
				s.log.count(nameRecordDamaged, s.number, offset)
			}
			return
		}
		addrLen := map[uint16]int{1: 4, 2: 16}[kind]
		if addrLen == 0 {
			continue // a MAC address (EUI-48, EUI-64)
		}
		if len(v) <= addrLen || v[len(v)-1] != 0 {
			s.log.count(nameRecordDamaged, s.number, offset)
			continue
		}
		addr, _ := netip.AddrFromSlice(v[:addrLen])
		name, _, _ := strings.Cut(string(v[addrLen:]), "\x00")
		s.addName(addr.String(), name)
	}
}

func (s *stream) addName(addr, name string) {
	c := &s.capture
	if c.Names == nil {
		c.Names = make(map[string]string)
	}
	if _, known := c.Names[addr]; !known && name != "" && len(c.Names) < maxNames {
		c.Names[addr] = cleanText([]byte(name), maxNameLen)
	}
}

// statistics reads an Interface Statistics Block. Its counters run from the
// start of the capture, so that the last block holds for the whole file.
func (g *pcapng) statistics(s *stream, b []byte, offset int64) {
	const implausible = 1 << 48
	if len(b) < statsOptAt+4 {
		s.log.count(blockTooShort, s.number, offset)
		return
	}
	id := u32(b[8:], g.swap)
	if id >= uint32(len(g.interfaces)) {
		s.log.count(statisticsOdd, s.number, offset)
		return
	}
	var received, dropped uint64
	has := false
	for list := (optionList{b: b[statsOptAt : len(b)-4], swap: g.swap}); ; {
		code, v, ok := list.next()
		if !ok {
			break
		}
		if len(v) != 8 || code != optReceived && code != optDropped && code != optOSDropped {
			continue
		}
		n := u64(v, g.swap)
		if n >= implausible {
			s.log.count(statisticsOdd, s.number, offset)
			continue
		}
		has = true
		if code == optReceived {
			received = n
		} else {
			dropped += n
		}
	}
	if i := &s.capture.Interfaces[g.interfaces[id].index]; has {
		i.Received, i.Dropped, i.HasStats = received, dropped, true
	}
}

// addInterface reads an Interface Description Block.
func (g *pcapng) addInterface(s *stream, b []byte, offset int64) {
	if len(b) < interfaceOptAt+4 {
		s.log.count(blockTooShort, s.number, offset)
		return
	}
	if len(s.capture.Interfaces) >= maxSections {
		s.log.count(interfacesTooMany, s.number, offset)
		return
	}
	i := ngInterface{
		link:    analyzer.LinkType(u16(b[8:], g.swap)),
		snapLen: u32(b[12:], g.swap),
	}
	name := i.options(s, b[interfaceOptAt:len(b)-4], g.swap, offset)
	i.setResolution(i.resolution)
	i.index = s.addInterface(analyzer.Interface{
		Name: name, Link: i.link, SnapLen: i.snapLen, Resolution: max(i.tick(), time.Nanosecond),
	})
	g.interfaces = append(g.interfaces, i)
}
