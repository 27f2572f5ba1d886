package listing

import (
	"net/netip"
	"strconv"
	"strings"

	"wirewhy/analyzer/wire"
)

func decimal(n uint64) string { return strconv.FormatUint(n, 10) }

// maxNames bounds the host names and services that get a number of their own.
const maxNames = 1 << 14

// names gives addresses to hosts that the listing calls by name (tcpdump without
// -n). The addresses stand in for real ones that nobody knows; they come from
// 240.0.0.0/4, which no host can have (RFC 1112 §4, RFC 6890 table 15).
type names struct {
	hosts    map[string]wire.Addr
	shown    map[string]string // address to name, for people
	services map[string]uint16
	unknown  []string // services whose port is not known, in order
}

const firstStandIn = 240<<24 + 1

// host returns the address of a host: as printed, or a stand-in for a name.
func (n *names) host(s string) (wire.Addr, bool) {
	if a, err := netip.ParseAddr(s); err == nil {
		return wire.AddrFrom(a), true
	}
	if i := strings.IndexByte(s, '%'); i > 0 {
		return n.host(s[:i])
	}
	if !isName(s) {
		return wire.Addr{}, false
	}
	switch s {
	case "localhost":
		return wire.Addr4(127<<24 | 1), true
	case "ip6-localhost", "localhost6":
		return wire.Addr{Lo: 1}, true
	}
	if a, ok := n.hosts[s]; ok {
		return a, true
	}
	if n.hosts == nil {
		n.hosts, n.shown = map[string]wire.Addr{}, map[string]string{}
	}
	if len(n.hosts) >= maxNames {
		return wire.Addr{}, false
	}
	a := wire.Addr4(firstStandIn + uint32(len(n.hosts)))
	n.hosts[s] = a
	n.shown[a.String()] = s
	return a, true
}

// isName reports whether s may be a host's name (RFC 1123 §2.1), or what people
// write in its place.
func isName(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	letters := false
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= 0x80:
			letters = true
		case c >= '0' && c <= '9', c == '-', c == '.', c == '_', c == '*':
		default:
			return false
		}
	}
	return letters && s[0] != '.' && s[0] != '-'
}

// lastStandIn is the port that the first unknown service gets; further ones go
// down from there.
const lastStandIn = 32767

// port returns a port: as printed, or that of a service.
func (n *names) port(s string) (uint16, bool) {
	if v, rest, ok := number(s); ok && rest == "" {
		return uint16(v), v < 1<<16
	}
	if p, ok := services()[s]; ok {
		return p, true
	}
	if !isName(s) {
		return 0, false
	}
	if p, ok := n.services[s]; ok {
		return p, true
	}
	if n.services == nil {
		n.services = map[string]uint16{}
	}
	if len(n.services) >= maxNames {
		return 0, false
	}
	p := uint16(lastStandIn - len(n.services))
	n.services[s] = p
	n.unknown = append(n.unknown, s)
	return p, true
}

// endpoint reads an address and a port: 10.0.0.1.80, fd00::1.80, web.http, and as
// other tools have it, 10.0.0.1:80 and [fd00::1]:80.
func (n *names) endpoint(s string) (wire.Addr, uint16, bool) {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return wire.AddrFrom(ap.Addr()), ap.Port(), true
	}
	i := strings.LastIndexByte(s, '.')
	if i <= 0 || i+1 == len(s) {
		return wire.Addr{}, 0, false
	}
	if strings.Count(s, ".") == 3 && isAddr(s) {
		return wire.Addr{}, 0, false
	}
	port, ok := n.port(s[i+1:])
	if !ok {
		return wire.Addr{}, 0, false
	}
	a, ok := n.host(s[:i])
	return a, port, ok
}

func isAddr(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil
}

// show writes an endpoint for people.
func show(a wire.Addr, port uint16) string {
	return netip.AddrPortFrom(a.Netip(), port).String()
}
