package listing

import (
	"strings"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// dumpLine reads a line of -x or -X: 0x0010:  242d 0000 0a0e 24ea  $-....$. It
// returns the bytes if the offset is the one that comes next.
func dumpLine(s string, at int) ([]byte, bool) {
	s = strings.TrimLeft(s, " \t")
	if len(s) < 8 || !strings.HasPrefix(s, "0x") {
		return nil, false
	}
	offset, rest, ok := hexNumber(s)
	rest, colon := strings.CutPrefix(rest, ":")
	if !ok || !colon {
		return nil, false
	}
	if int(offset) != at {
		return nil, true // part of a dump, but not of this packet's beginning
	}
	rest = strings.TrimLeft(rest, " \t")
	if i := strings.Index(rest, "  "); i >= 0 {
		rest = rest[:i] // the characters of -X
	}
	b := make([]byte, 0, 16)
	for len(rest) >= 2 && len(b) < 16 {
		if rest[0] == ' ' {
			rest = rest[1:]
			continue
		}
		high, ok := hexDigit(rest[0])
		low, ok2 := hexDigit(rest[1])
		if !ok || !ok2 {
			break
		}
		b = append(b, high<<4|low)
		rest = rest[2:]
	}
	return b, true
}

// dumped decodes the bytes that -x and -X show.
type dumped struct {
	decoder *wire.Decoder
}

// dump takes over what the bytes tell, if they are those of the packet that the
// line describes: they say more than the line.
func (f *fields) dump() {
	p, b := f.p, f.rec.dump
	defer f.judge()
	if len(b) < 20 || p.Depth > 0 || p.Kind != wire.KindTCP && p.Kind != wire.KindICMP && p.Kind != wire.KindUDP {
		return
	}
	if f.r.dumped.decoder == nil {
		f.r.dumped.decoder = wire.NewDecoder(wire.Config{})
	}
	var q wire.Packet
	for _, try := range [...]struct {
		link   analyzer.LinkType
		header int
	}{{analyzer.LinkRaw, 0}, {analyzer.LinkEthernet, 14}, {analyzer.LinkLinuxSLL2, 20}, {analyzer.LinkLinuxSLL, 16}} {
		n := ipLen(b, try.header)
		if n == 0 {
			continue
		}
		f.r.dumped.decoder.Decode(&analyzer.Frame{Link: try.link, WireLen: uint32(max(n+try.header, len(b))), Data: b}, &q)
		if q.Kind == p.Kind && q.SrcPort == p.SrcPort && q.DstPort == p.DstPort && q.Depth == 0 {
			f.take(&q)
			return
		}
	}
}

// ipLen returns the length that the IP header behind a link-layer header claims;
// zero if none stands there.
func ipLen(b []byte, at int) int {
	if len(b) < at+20 {
		return 0
	}
	switch b = b[at:]; b[0] >> 4 {
	case 4:
		return int(b[2])<<8 | int(b[3])
	case 6:
		return 40 + int(b[4])<<8 | int(b[5])
	}
	return 0
}

func (f *fields) take(q *wire.Packet) {
	p := f.p
	p.Version, p.Protocol, p.TTL, p.TOS, p.DF, p.IPID, p.IPLen = q.Version, q.Protocol, q.TTL, q.TOS, q.DF, q.IPID, q.IPLen
	p.Problem, p.Cut = q.Problem, q.Cut
	p.Unknown = 0
	p.Payload = q.Payload
	switch p.Kind {
	case wire.KindTCP:
		p.TCP = q.TCP
		f.absolute = true
	case wire.KindICMP:
		p.ICMP = q.ICMP
	}
	if p.Checksum == wire.ChecksumUnverified {
		p.Checksum = f.r.dumped.decoder.Checksum(q)
	}
}
