package listing

import (
	"strings"

	"wirewhy/analyzer/wire"
)

// fields reads the fields of one packet.
type fields struct {
	r          *Reader
	p          *wire.Packet
	rec        *record
	iface      string
	ether      string // the type of -e
	protocol   string // of -v: TCP, UDP, ICMP …
	depth      int
	absolute   bool   // numbers come from a dump: they need no restoring
	optionsLen uint32 // of TCP, in bytes
}

// maxDepth bounds tunnels within each other.
const maxDepth = 8

// read reads a packet's text; false if it is not one.
func (f *fields) read(body string) bool {
	f.p.Unknown = wire.UnknownTTL | wire.UnknownIPID
	f.p.Kind = wire.KindOther
	return f.packet(body)
}

// packet reads a packet's text, the one inside of a tunnel as well.
func (f *fields) packet(body string) bool {
	s := f.link(body)
	if f.ether == "ARP" || strings.HasPrefix(s, "ARP,") || strings.HasPrefix(s, "arp ") || strings.HasPrefix(s, "Request who-has") {
		return f.arp(s)
	}
	return f.network(s)
}

// network reads an IP packet, from the word IP or the header of -v on.
func (f *fields) network(s string) bool {
	p := f.p
	w, rest := word(s)
	switch strings.TrimSuffix(w, ",") {
	case "IP":
		p.Version, s = 4, rest
	case "IP6":
		p.Version, s = 6, rest
	case "ARP":
		return f.arp(s)
	default:
		switch f.ether {
		case "IPv4", "ip":
			p.Version = 4
		case "IPv6":
			p.Version = 6
		case "":
		default:
			p.Kind = wire.KindNone
			return true
		}
	}
	if inside, after, ok := bracketed(s, '(', ')'); ok {
		f.header(inside)
		s = strings.TrimLeft(after, " ")
	} else if inside, after, ok := bracketed(s, '[', ']'); ok && p.Version == 6 {
		f.header(inside)
		s = strings.TrimLeft(after, " ")
	}
	src, rest, ok := strings.Cut(s, " > ")
	if !ok || strings.ContainsAny(src, " \t") {
		return f.noNetwork(s)
	}
	dst, what, ok := strings.Cut(rest, ": ")
	if !ok {
		dst, ok = strings.CutSuffix(rest, ":")
	}
	if !ok || strings.ContainsAny(dst, " \t") {
		return f.noNetwork(s)
	}
	return f.transport(src, dst, what)
}

// noNetwork takes what is no IP packet, or one that is cut off.
func (f *fields) noNetwork(s string) bool {
	p := f.p
	if p.Version != 0 {
		p.Problem = wire.ProblemCut
		return strings.HasPrefix(s, "truncated") || strings.HasPrefix(s, "bad-") || strings.HasPrefix(s, "[|ip") || p.Unknown&wire.UnknownTTL == 0
	}
	for _, o := range otherStarts {
		if strings.HasPrefix(s, o) {
			p.Kind = wire.KindNone
			return true
		}
	}
	return f.ether != "" || p.SrcMAC != 0
}

// header reads what -v prints of the IP header: tos 0x0, ttl 64, id 58413, offset
// 0, flags [DF], proto TCP (6), length 60; hlim 64, next-header TCP (6) payload length: 40.
func (f *fields) header(s string) {
	p := f.p
	for s != "" {
		s = strings.TrimLeft(s, " ,")
		key, rest := word(s)
		n, _, isNumber := number32(rest)
		switch {
		case key == "tos" || key == "class":
			if v, _, ok := hexNumber(rest); ok {
				p.TOS = uint8(v)
			}
		case (key == "ttl" || key == "hlim") && isNumber:
			p.TTL = uint8(min(n, 255))
			p.Unknown &^= wire.UnknownTTL
			p.DF = p.Version == 6
			if key == "hlim" {
				p.Version, p.DF = 6, true
				p.Unknown &^= wire.UnknownIPID // there is none
			}
		case key == "id" && isNumber:
			p.IPID = uint16(n)
			p.Unknown &^= wire.UnknownIPID
		case key == "offset" && isNumber:
			p.FragmentOffset = uint16(n)
		case key == "flags":
			if set, _, ok := bracketed(rest, '[', ']'); ok {
				p.DF, p.MoreFragments = strings.Contains(set, "DF"), strings.Contains(set, "+")
			}
		case key == "proto" || key == "next-header":
			name, after := word(rest)
			f.protocol = name
			if inside, _, ok := bracketed(after, '(', ')'); ok {
				if v, _, ok := number(inside); ok {
					p.Protocol = uint8(v)
				}
			}
			if i := strings.Index(after, "payload length: "); i >= 0 {
				if n, _, ok := number32(after[i+len("payload length: "):]); ok {
					p.IPLen = n + 40
				}
			}
		case (key == "length" || key == "len") && isNumber:
			p.IPLen = n
		}
		_, s, _ = strings.Cut(s, ", ")
	}
}

// transport reads what follows the two endpoints.
func (f *fields) transport(src, dst, s string) bool {
	p := f.p
	s = strings.TrimLeft(s, " ")
	if sum, after, ok := bracketed(s, '[', ']'); ok && (sum == "no cksum" || strings.HasPrefix(sum, "udp sum") || strings.HasPrefix(sum, "bad udp cksum")) {
		f.protocol, s = "UDP", strings.TrimLeft(after, " ")
	}
	fragment := p.FragmentOffset > 0 || p.MoreFragments
	switch {
	case strings.HasPrefix(s, "Flags ["), oldFlags(s):
		if !f.ports(src, dst) {
			return false
		}
		return f.tcp(s)
	case strings.HasPrefix(s, "[|tcp]"), f.protocol == "TCP" && !fragment && !strings.HasPrefix(s, "ip-proto"), strings.HasPrefix(s, "tcp ") && isQuick(s):
		return f.ports(src, dst) && f.quick(s)
	}
	if inner, ok := f.tunnel(src, dst, s); ok {
		return inner
	}
	switch {
	case strings.HasPrefix(s, "ICMP"), strings.HasPrefix(s, "icmp"), strings.HasPrefix(s, "[icmp6 sum ok] ICMP6"), strings.HasPrefix(s, "[bad icmp6"):
		return f.hosts(src, dst) && f.icmp(s)
	case fragment:
		if !f.hosts(src, dst) && !f.ports(src, dst) {
			return false
		}
		p.Kind, p.FragmentID = wire.KindFragment, uint32(p.IPID)
		return true
	}
	return f.datagram(src, dst, s)
}

// datagram reads UDP, and whatever else has two ports, or no ports at all.
func (f *fields) datagram(src, dst, s string) bool {
	p := f.p
	udp := strings.HasPrefix(s, "UDP") || strings.HasPrefix(s, "udp ") || f.protocol == "UDP"
	if f.ports(src, dst) {
		switch {
		case udp, p.Protocol == 17:
			p.Kind, p.Protocol = wire.KindUDP, 17
		case p.Protocol == 0 && (isDatagramPort(p.SrcPort) || isDatagramPort(p.DstPort)):
			p.Kind, p.Protocol = wire.KindUDP, 17
		}
		f.length(s, 8)
		if p.Kind == wire.KindUDP {
			p.Payload = f.dns(s)
		}
		return true
	}
	if !f.hosts(src, dst) {
		return false
	}
	f.length(s, 0)
	return true
}

// isDatagramPort reports whether tcpdump prints the protocol of this port by its
// own name, so that the word UDP is missing (print-udp.c).
func isDatagramPort(port uint16) bool {
	switch port {
	case 53, 67, 68, 69, 123, 137, 138, 161, 162, 443, 500, 514, 520, 546, 547, 1701, 1812, 1813, 1985, 3478, 4500, 5353, 5355, 6081, 4789, 8472:
		return true
	}
	return false
}

// length reads the length of a datagram's payload, and makes the packet's of it
// where -v does not give that.
func (f *fields) length(s string, header uint32) {
	i := strings.LastIndex(s, "length ")
	if i < 0 || f.p.IPLen != 0 {
		return
	}
	if n, _, ok := number32(s[i+len("length "):]); ok {
		f.p.IPLen = f.headerLen() + header + n
	}
}

// headerLen is the length of an IP header without options.
func (f *fields) headerLen() uint32 {
	if f.p.Version == 6 {
		return 40
	}
	return 20
}

// ports reads two endpoints with ports.
func (f *fields) ports(src, dst string) bool {
	p, n := f.p, &f.r.names
	var ok, ok2 bool
	a, ap, ok := n.endpoint(src)
	b, bp, ok2 := n.endpoint(dst)
	if !ok || !ok2 {
		return false
	}
	p.Src, p.SrcPort, p.Dst, p.DstPort = a, ap, b, bp
	f.version()
	return true
}

// hosts reads two endpoints without ports.
func (f *fields) hosts(src, dst string) bool {
	a, ok := f.r.names.host(src)
	b, ok2 := f.r.names.host(dst)
	if !ok || !ok2 {
		return false
	}
	f.p.Src, f.p.Dst = a, b
	f.version()
	return true
}

func (f *fields) version() {
	if f.p.Version == 0 {
		f.p.Version = 4
		if !f.p.Src.Is4() {
			f.p.Version = 6
		}
	}
	if f.p.Version == 6 {
		f.p.DF = true
		f.p.Unknown &^= wire.UnknownIPID
	}
}

// tunnel reads the packet inside of a tunnel's; false if this is none.
func (f *fields) tunnel(src, dst, s string) (ok, is bool) {
	kind, id, at := "", uint32(0), -1
	switch {
	case strings.HasPrefix(s, "IP "), strings.HasPrefix(s, "IP6 "), strings.HasPrefix(s, "(tos "), looksLikePair(s):
		kind, at = "IP in IP", 0
	case strings.HasPrefix(s, "GREv"):
		kind, at = "GRE", innerAt(s)
	case strings.HasPrefix(s, "VXLAN"), strings.HasPrefix(s, "OTV"): // tcpdump takes port 8472 for OTV's, Linux for VXLAN's
		kind, at = "VXLAN VNI", innerAt(s)
	case strings.HasPrefix(s, "Geneve"):
		kind, at = "Geneve VNI", innerAt(s)
	}
	if at < 0 || f.depth >= maxDepth {
		return false, false
	}
	ends := [2]string{src, dst}
	if dst < src {
		ends = [2]string{dst, src}
	}
	if _, vni, found := strings.Cut(strings.Replace(s, "instance ", "vni ", 1), "vni "); found && strings.HasSuffix(kind, "VNI") {
		if id, _, found = hexNumber(vni); !found {
			id, _, _ = number32(vni)
		}
		ends = [2]string{}
	}
	p := f.p
	outer := *p
	*p = wire.Packet{
		Scope: f.r.scopes.number(scope{p.Scope, kind, id, ends}), Depth: p.Depth + 1, SrcMAC: p.SrcMAC, DstMAC: p.DstMAC,
		Direction: p.Direction, IfIndex: p.IfIndex, WireLen: p.WireLen, Unknown: wire.UnknownTTL | wire.UnknownIPID,
	}
	f.depth++
	f.ether, f.protocol = "", ""
	inner := strings.TrimLeft(s[at:], "\n ")
	if !f.packet(inner) {
		*p = outer
		return false, false
	}
	return true, true
}

// innerAt returns where the packet inside begins, -1 if the text does not show it.
func innerAt(s string) int {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		return i + 1
	}
	at := 0
	for range maxColons {
		i := strings.Index(s[at:], ": ")
		if i < 0 {
			return -1
		}
		if at += i + 2; startsInner(s[at:]) {
			return at
		}
	}
	return -1
}

// maxColons bounds the places where a packet inside of another is looked for: a
// tunnel's header prints three.
const maxColons = 8

// startsInner reports whether a packet inside of another may begin like s.
func startsInner(s string) bool {
	if strings.HasPrefix(s, "(tos ") || strings.HasPrefix(s, "(hlim ") || strings.HasPrefix(s, "(class ") || strings.HasPrefix(s, "(flowlabel ") {
		return true
	}
	starts, _ := startsPacket(s)
	return starts
}
