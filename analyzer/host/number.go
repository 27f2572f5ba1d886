package host

import (
	"math"
	"net/netip"
	"strconv"
	"strings"
)

// isNumber reports an unsigned decimal number that fits into 64 bits.
func isNumber(s string) bool {
	_, ok := number(s)
	return ok
}

// number reads a counter; those beyond 2⁶³ are taken for 2⁶³-1.
func number(s string) (int64, bool) {
	if s == "" || len(s) > 20 {
		return 0, false
	}
	for i := range len(s) {
		if (s[i] < '0' || s[i] > '9') && !(i == 0 && s[i] == '-' && len(s) > 1) {
			return 0, false
		}
	}
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return math.MaxInt64, true
	}
	return v, true
}

// scaled reads a counter that may be written in thousands: 12K, 3M (iptables -v).
func scaled(s string) (v int64, rounded, ok bool) {
	if s == "" {
		return 0, false, false
	}
	factor := int64(1)
	switch s[len(s)-1] {
	case 'K':
		factor = 1e3
	case 'M':
		factor = 1e6
	case 'G':
		factor = 1e9
	case 'T':
		factor = 1e12
	}
	if factor > 1 {
		s = s[:len(s)-1]
	}
	v, ok = number(s)
	if !ok || v < 0 || v > math.MaxInt64/factor {
		return 0, false, false
	}
	return v * factor, factor > 1, true
}

// addrPort reads an endpoint as ss, netstat and conntrack write them: 10.0.0.1:80,
// [::1]:80, :::80, *:80, 0.0.0.0:*, 127.0.0.1%lo:53. A wildcard is the unspecified
// address; port * is 0.
func addrPort(s string) (netip.AddrPort, bool) {
	at := strings.LastIndexByte(s, ':')
	if at < 0 {
		return netip.AddrPort{}, false
	}
	host, port := s[:at], s[at+1:]
	n := uint64(0)
	if port != "*" {
		var err error
		if n, err = strconv.ParseUint(port, 10, 16); err != nil {
			return netip.AddrPort{}, false
		}
	}
	host = strings.Trim(host, "[]")
	if i := strings.IndexByte(host, '%'); i >= 0 {
		host = strings.TrimRight(host[:i], "]")
	}
	if host == "*" || host == "" {
		return netip.AddrPortFrom(netip.IPv4Unspecified(), uint16(n)), true
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return netip.AddrPort{}, false
	}
	return netip.AddrPortFrom(a.Unmap(), uint16(n)), true
}

// prefix reads 10.0.0.0/8, 10.0.0.1, 10.0.0.0/255.0.0.0, anywhere and default.
func prefix(s string) (netip.Prefix, bool) {
	switch s {
	case "anywhere", "default", "0.0.0.0/0", "::/0", "0/0":
		return netip.PrefixFrom(netip.IPv4Unspecified(), 0), true
	}
	if p, err := netip.ParsePrefix(s); err == nil {
		return p.Masked(), true
	}
	addr, mask, masked := strings.Cut(s, "/")
	a, err := netip.ParseAddr(addr)
	if err != nil {
		return netip.Prefix{}, false
	}
	bits := a.BitLen()
	if masked {
		m, err := netip.ParseAddr(mask)
		if err != nil || m.BitLen() != bits {
			return netip.Prefix{}, false
		}
		bits = 0
		for _, b := range m.AsSlice() {
			for ; b&0x80 != 0; b <<= 1 {
				bits++
			}
		}
	}
	p, err := a.Prefix(bits)
	return p, err == nil
}

// portList reads 80, 80:90, 80-90 and lists of these with commas.
func portList(s string) ([]Ports, bool) {
	var out []Ports
	for _, part := range strings.Split(s, ",") {
		from, to, ranged := strings.Cut(part, ":")
		if !ranged {
			from, to, ranged = strings.Cut(part, "-")
		}
		a, err := strconv.ParseUint(strings.TrimSpace(from), 10, 16)
		if err != nil {
			return nil, false
		}
		b := a
		if ranged {
			if b, err = strconv.ParseUint(strings.TrimSpace(to), 10, 16); err != nil {
				return nil, false
			}
		}
		if len(out) < 64 {
			out = append(out, Ports{uint16(a), uint16(b)})
		}
	}
	return out, true
}

// has reports whether a port lies in one of the ranges; no range is every port.
func has(list []Ports, port uint16) bool {
	for _, r := range list {
		if port >= r.From && port <= r.To {
			return true
		}
	}
	return len(list) == 0
}
