package listing

import (
	"strings"

	"wirewhy/analyzer"
)

// directions are the packet types of Linux cooked captures, as -i any prints them
// (print-sll.c, sll_pkttype_values).
var directions = map[string]analyzer.Direction{
	"In": analyzer.DirectionInbound, "Out": analyzer.DirectionOutbound, "B": analyzer.DirectionBroadcast,
	"M": analyzer.DirectionBroadcast, "P": analyzer.DirectionOtherHost,
}

// columns reads the interface and direction that -i any prints: "eth0  In  IP …",
// or with -e before tcpdump 4.99 the direction alone.
func columns(s string) (iface string, d analyzer.Direction, rest string, ok bool) {
	first, rest := word(s)
	if d, ok := directions[first]; ok && rest != "" {
		return "", d, rest, true
	}
	second, after := word(rest)
	d, ok = directions[second]
	_, digits, isNumber := number(first)
	if !ok || after == "" || isNumber && digits == "" || len(first) > 32 || first == "IP" || first == "IP6" || strings.HasSuffix(first, ",") {
		return "", 0, s, false
	}
	return first, d, after, true
}

// link reads what stands before the network protocol: interface columns and what
// -e prints of the link layer.
func (f *fields) link(s string) string {
	if name, d, rest, ok := columns(s); ok {
		if name != "?" {
			f.iface = name
		}
		f.p.Direction, f.p.Broadcast = d, d == analyzer.DirectionBroadcast
		s = rest
	}
	if rest, ok := strings.CutPrefix(s, "ifindex "); ok {
		f.p.IfIndex, rest, _ = number32(rest)
		s = strings.TrimLeft(rest, " ")
	}
	src, rest, ok := mac(s)
	if !ok {
		return f.types(s)
	}
	f.p.SrcMAC, s = src, vendor(rest)
	s = strings.TrimPrefix(s, "> ")
	if dst, rest, ok := mac(s); ok {
		f.p.DstMAC, s = dst, vendor(rest)
		f.p.Broadcast = f.p.Broadcast || dst>>40&1 != 0
	} else if b, ok := strings.CutPrefix(s, "Broadcast"); ok {
		f.p.DstMAC, f.p.Broadcast, s = 0xffffffffffff, true, vendor(b)
	}
	return f.types(s)
}

// vendor skips what tcpdump prints after an address without -n: (oui Unknown).
func vendor(s string) string {
	s = strings.TrimLeft(s, " ")
	if _, rest, ok := bracketed(s, '(', ')'); ok && strings.HasPrefix(s, "(oui ") {
		s = rest
	}
	return strings.TrimLeft(s, ", ")
}

// types reads the types, lengths and tags of -e up to the network protocol.
func (f *fields) types(s string) string {
	for {
		s = strings.TrimLeft(s, " ,")
		if strings.HasPrefix(s, ":") && !strings.HasPrefix(s, "::") { // an address may begin with two
			s = strings.TrimLeft(s[1:], " ")
		}
		w, rest := word(s)
		switch {
		case w == "ethertype":
			name, after := word(rest)
			f.ether = strings.TrimRight(name, ",:")
			if _, closed, ok := bracketed(after, '(', ')'); ok {
				after = closed
			}
			s = after
		case w == "length":
			n, after, ok := number32(rest)
			if !ok || !strings.HasPrefix(after, ":") {
				return s
			}
			f.p.WireLen = n
			s = after[1:]
		case w == "vlan":
			id, after, ok := number32(rest)
			if !ok {
				return s
			}
			f.p.Scope = f.r.scopes.number(scope{f.p.Scope, "VLAN", id & 0xfff, [2]string{}})
			s = after
		case w == "p":
			_, after, ok := number32(rest)
			if !ok {
				return s
			}
			s = after
		case w == "DEI,", w == "802.1Q,", w == "CFI,":
			s = rest
		case w == "ip", w == "0800": // tcpdump before 3.9
			_, after := word(s)
			s = after
			if n, colon, ok := number32(s); ok && strings.HasPrefix(colon, ":") {
				f.p.WireLen, s = n, colon[1:]
			}
		case w == "ip:", w == "ip6:":
			f.ether, s = map[string]string{"ip:": "IPv4", "ip6:": "IPv6"}[w], rest
		case w == "AF":
			name, after := word(rest)
			f.ether = strings.TrimRight(name, ",:")
			if _, closed, ok := bracketed(after, '(', ')'); ok {
				after = closed
			}
			s = after
		case s != "" && (s[0] == '(') && strings.HasPrefix(s, "(0x"):
			_, after, ok := bracketed(s, '(', ')')
			if !ok {
				return s
			}
			s = after
		default:
			return s
		}
	}
}

// scope is a step into a VLAN or a tunnel; both ends of a tunnel without an
// identifier, in ascending order.
type scope struct {
	parent uint32
	kind   string
	id     uint32
	ends   [2]string
}

// maxScopes bounds the scopes that are told apart; packets of further ones share
// the last.
const maxScopes = 1 << 12

// scopes numbers scopes from 1.
type scopes struct {
	numbers map[scope]uint32
	list    []scope
}

func (s *scopes) number(k scope) uint32 {
	if n, ok := s.numbers[k]; ok {
		return n
	}
	if len(s.list) >= maxScopes {
		return maxScopes
	}
	if s.numbers == nil {
		s.numbers = map[scope]uint32{}
	}
	s.list = append(s.list, k)
	s.numbers[k] = uint32(len(s.list))
	return uint32(len(s.list))
}

func (s *scopes) name(n uint32) string {
	var parts []string
	for n > 0 && int(n) <= len(s.list) {
		k := s.list[n-1]
		switch {
		case k.ends[0] != "":
			parts = append([]string{k.kind + " " + k.ends[0] + " ↔ " + k.ends[1]}, parts...)
		default:
			parts = append([]string{k.kind + " " + decimal(uint64(k.id))}, parts...)
		}
		n = k.parent
	}
	return strings.Join(parts, ", ")
}
