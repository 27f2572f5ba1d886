package listing

import (
	"strings"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// Types and codes of ICMP (RFC 792, RFC 1812 §5.2.7.1) and ICMPv6 (RFC 4443).
const (
	icmpUnreachable = 3
	icmpRedirect    = 5
	icmpExceeded    = 11
	codeNet         = 0
	codeHost        = 1
	codeProtocol    = 2
	codePort        = 3
	codeTooBig      = 4
	icmp6Unreach    = 1
	icmp6TooBig     = 2
	icmp6Exceeded   = 3
	icmp6Solicit    = 135
	icmp6Advertise  = 136
)

// icmp reads an ICMP or ICMPv6 message.
func (f *fields) icmp(s string) bool {
	p := f.p
	p.Kind, p.Protocol = wire.KindICMP, 1
	f.length(s, 0)
	if _, six, ok := strings.Cut(s, "ICMP6, "); ok {
		p.Protocol = 58
		f.icmp6(six)
		f.quotation()
		return true
	}
	_, s = word(s)
	s = strings.TrimLeft(s, " ")
	m := &p.ICMP
	switch {
	case strings.HasPrefix(s, "echo request"):
		m.Type = 8
	case strings.HasPrefix(s, "echo reply"):
		m.Type = 0
	case strings.HasPrefix(s, "redirect"):
		m.Type, m.IsError = icmpRedirect, true
	case strings.HasPrefix(s, "time exceeded"), strings.HasPrefix(s, "ip reassembly time exceeded"):
		m.Type, m.IsError = icmpExceeded, true
		if strings.HasPrefix(s, "ip re") {
			m.Code = 1
		}
	case strings.Contains(s, " unreachable"):
		m.Type, m.IsError = icmpUnreachable, true
		f.unreachable(s)
	default:
		m.Type = 255 // reserved (IANA ICMP parameters): a type that the text does not tell
	}
	f.quotation()
	return true
}

// unreachables are the words after the address and what they mean (print-icmp.c,
// unreach2str).
var unreachables = [...]struct {
	words string
	code  uint8
}{
	{"need to frag", codeTooBig}, {"source route failed", 5}, {"source host isolated", 8}, {"admin prohibited filter", 13},
	{"host precedence violation", 14}, {"precedence cutoff", 15},
}

// unreachable reads: host 10.0.0.2 unreachable - admin prohibited, and its kin.
func (f *fields) unreachable(s string) {
	m := &f.p.ICMP
	before, after, _ := strings.Cut(s, " unreachable")
	what, address := word(before)
	m.Code = codeHost
	switch what {
	case "net":
		m.Code = codeNet
	case "host":
	default: // the address comes first: 10.0.0.2 tcp port 80
		address = what
		_, rest := word(before)
		f.unreachablePort(rest)
	}
	net := what == "net"
	switch {
	case strings.HasPrefix(after, " - unknown"):
		m.Code = 7 - is(net)
	case strings.HasPrefix(after, " - tos prohibited"):
		m.Code = 12 - is(net)
	case strings.HasPrefix(after, " - admin prohibited") && !strings.HasPrefix(after, " - admin prohibited filter"):
		m.Code = 10 - is(net)
	default:
		for _, u := range unreachables {
			if strings.HasPrefix(after, " - "+u.words) {
				m.Code = u.code
			}
		}
	}
	if _, mtu, ok := strings.Cut(after, "(mtu "); ok {
		m.MTU, _, _ = number32(mtu)
	}
	if address, _ = word(address); address != "" {
		m.QuotedDst, _ = f.r.names.host(strings.TrimRight(address, ","))
	}
}

// unreachablePort reads: tcp port 80, or protocol 132.
func (f *fields) unreachablePort(s string) {
	m := &f.p.ICMP
	kind, rest := word(s)
	port, isPort := strings.CutPrefix(rest, "port ")
	switch {
	case isPort:
		m.Code = codePort
		m.QuotedKind = map[string]wire.Kind{"tcp": wire.KindTCP, "udp": wire.KindUDP}[kind]
		port, _ = word(port)
		m.QuotedDstPort, _ = f.r.names.port(strings.TrimRight(port, ","))
	case kind == "protocol":
		m.Code = codeProtocol
	}
}

func is(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}

// icmp6 reads an ICMPv6 message.
func (f *fields) icmp6(s string) {
	m := &f.p.ICMP
	switch {
	case strings.HasPrefix(s, "destination unreachable"):
		m.Type, m.IsError = icmp6Unreach, true
		f.unreachable6(s)
	case strings.HasPrefix(s, "packet too big"):
		m.Type, m.IsError = icmp6TooBig, true
		if _, mtu, ok := strings.Cut(s, "mtu "); ok {
			m.MTU, _, _ = number32(mtu)
		}
	case strings.HasPrefix(s, "time exceeded"):
		m.Type, m.IsError = icmp6Exceeded, true
	case strings.HasPrefix(s, "parameter problem"):
		m.Type, m.IsError = 4, true
	case strings.HasPrefix(s, "echo request"):
		m.Type = 128
	case strings.HasPrefix(s, "echo reply"):
		m.Type = 129
	case strings.HasPrefix(s, "neighbor solicitation"):
		m.Type = icmp6Solicit
		f.neighbour(s, "who has ")
	case strings.HasPrefix(s, "neighbor advertisement"):
		m.Type = icmp6Advertise
		f.neighbour(s, "tgt is ")
	case strings.HasPrefix(s, "router solicitation"):
		m.Type = 133
	case strings.HasPrefix(s, "router advertisement"):
		m.Type = 134
	default:
		m.Type = 255 // reserved for expansion (RFC 4443 §2.1)
	}
}

func (f *fields) neighbour(s, before string) {
	if _, a, ok := strings.Cut(s, before); ok {
		a, _ = word(a)
		f.p.ICMP.NeighbourTarget, _ = f.r.names.host(strings.TrimRight(a, ","))
	}
}

// unreachable6 reads: destination unreachable, unreachable port, fd00::2 tcp port 80.
func (f *fields) unreachable6(s string) {
	m := &f.p.ICMP
	for i, words := range [...]string{"unreachable route", "unreachable prohibited", "beyond scope", "unreachable address", "unreachable port", "unreachable source address failed", "unreachable reject route"} {
		at := strings.Index(s, words)
		if at < 0 {
			continue
		}
		m.Code = uint8(i)
		rest := strings.TrimLeft(s[at+len(words):], " ,")
		if a, rest := word(rest); a != "length" && a != "" {
			m.QuotedDst, _ = f.r.names.host(strings.TrimRight(a, ","))
			if i == 4 {
				f.unreachablePort(rest)
				m.Code = 4
			}
		}
		return
	}
}

// quotation reads the packet that -v prints below an error.
func (f *fields) quotation() {
	m := &f.p.ICMP
	if !m.IsError || len(f.rec.details) == 0 || f.depth >= maxDepth {
		return
	}
	var text strings.Builder
	for _, d := range f.rec.details[:min(len(f.rec.details), 4)] {
		text.WriteString(strings.TrimSpace(d) + " ")
	}
	var q wire.Packet
	sub := fields{r: f.r, p: &q, rec: &record{}, depth: f.depth + 1}
	if !sub.read(strings.TrimSpace(text.String())) || q.Src.IsZero() {
		return
	}
	m.QuotedSrc, m.QuotedDst, m.QuotedKind = q.Src, q.Dst, wire.KindOther
	m.QuotedLen = uint16(min(q.IPLen, 0xffff))
	if q.Kind == wire.KindTCP || q.Kind == wire.KindUDP {
		m.QuotedKind, m.QuotedPorts = q.Kind, true
		m.QuotedSrcPort, m.QuotedDstPort = q.SrcPort, q.DstPort
		m.QuotedSeq = q.TCP.Seq
	}
}

// recent remembers the latest segments, to complete the quotations of ICMP errors:
// without -v a listing names the address that was not reached, and at most its
// port, but an error follows soon on what it is about.
type recent struct {
	ring [recentLen]sent
	at   int
}

const recentLen = 512

// sent is a segment, and whether something has answered it.
type sent struct {
	src, dst   wire.Addr
	sp, dp     uint16
	seq        analyzer.Seq
	length     uint32
	scope      uint32
	answered   bool
	connecting bool
}

func (x *recent) sent(p *wire.Packet) {
	for i := range x.ring {
		s := &x.ring[i]
		if s.src == p.Dst && s.sp == p.DstPort && s.dst == p.Src && s.dp == p.SrcPort {
			s.answered = true
		}
	}
	x.ring[x.at] = sent{
		src: p.Src, dst: p.Dst, sp: p.SrcPort, dp: p.DstPort, seq: p.TCP.Seq, length: p.IPLen, scope: p.Scope,
		connecting: p.TCP.Flags&(wire.SYN|wire.ACK) == wire.SYN,
	}
	x.at = (x.at + 1) % recentLen
}

// complete fills in which segment an error quotes, if the text has not told: the
// oldest one without an answer, since errors come in the order of what they are
// about. Host and port errors rather refuse openings than data.
func (x *recent) complete(p *wire.Packet) {
	m := &p.ICMP
	if m.QuotedPorts || m.QuotedKind == wire.KindUDP {
		return
	}
	var best *sent
	for i := range recentLen {
		s := &x.ring[(x.at+recentLen-1-i)%recentLen] // the latest first
		fits := s.src == p.Dst && !s.src.IsZero() && (m.QuotedDst.IsZero() || s.dst == m.QuotedDst) && s.scope == p.Scope &&
			(m.QuotedDstPort == 0 || s.dp == m.QuotedDstPort) && !s.answered
		switch {
		case !fits:
		case m.MTU != 0:
			if s.length > m.MTU {
				best = s
			}
		case s.connecting || best == nil || !best.connecting:
			best = s
		}
	}
	if best == nil {
		return
	}
	best.answered = true
	m.QuotedKind, m.QuotedPorts = wire.KindTCP, true
	m.QuotedSrc, m.QuotedDst, m.QuotedSrcPort, m.QuotedDstPort = best.src, best.dst, best.sp, best.dp
	m.QuotedSeq, m.QuotedLen = best.seq, uint16(min(best.length, 0xffff))
}
