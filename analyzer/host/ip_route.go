package host

import (
	"net/netip"
	"strings"
)

// formatRoute is ip route, and ip route get.
var formatRoute = format{
	command: "ip route",
	starts: func(line string) bool {
		_, ok := route(strings.Fields(line))
		return ok
	},
	open: func(*parser) reader { return routeReader{} },
}

type routeReader struct{}

func (routeReader) read(p *parser, line string) bool {
	w := strings.Fields(line)
	if f := p.last(); f != nil && (w[0] == "cache" || w[0] == "nexthop") {
		return true
	}
	r, ok := route(w)
	if ok {
		p.fact(Fact{Kind: KindRoute, Name: r.Device, Route: r})
	}
	return ok
}

func route(w []string) (*Route, bool) {
	r := &Route{}
	if len(w) == 0 {
		return nil, false
	}
	switch w[0] {
	case "blackhole", "unreachable", "prohibit", "throw":
		r.Action, w = w[0], w[1:]
	case "local", "broadcast", "unicast", "anycast", "multicast":
		w = w[1:]
	}
	if len(w) == 0 {
		return nil, false
	}
	dest, ok := prefix(w[0])
	if !ok {
		return nil, false
	}
	r.Dest = dest
	_, err := netip.ParseAddr(w[0])
	r.Get = err == nil && !strings.Contains(w[0], "/")
	known := 0
	for i := 1; i+1 < len(w); i++ {
		switch w[i] {
		case "via":
			r.Via, _ = netip.ParseAddr(w[i+1])
			known++
		case "dev":
			r.Device = w[i+1]
			known++
		case "src":
			r.Source, _ = netip.ParseAddr(w[i+1])
		}
	}
	return r, known > 0 || r.Action != "" && len(w) <= 6
}
