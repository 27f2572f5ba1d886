package host

import (
	"strconv"
	"strings"
)

// counterPrefixes begin the names of nstat: the kernel's protocol and its name for
// the counter without a separator (iproute2, nstat.c).
var counterPrefixes = []string{"TcpExt", "IpExt", "MPTcpExt", "Ip6", "Icmp6", "Icmp", "Udp6", "UdpLite6", "UdpLite", "Udp", "Tcp", "Ip", "Sctp"}

// isCounterName reports a name of nstat.
func isCounterName(s string) bool {
	for _, prefix := range counterPrefixes {
		if rest, ok := strings.CutPrefix(s, prefix); ok && len(rest) > 1 && rest[0] >= 'A' && rest[0] <= 'Z' && isName(s+":") {
			return true
		}
	}
	return false
}

var formatNstat = format{
	command: "nstat",
	starts: func(line string) bool {
		f := strings.Fields(line)
		return strings.TrimSpace(line) == "#kernel" || len(f) >= 2 && len(f) <= 3 && isCounterName(f[0]) && isNumber(f[1])
	},
	open: func(p *parser) reader {
		// Without -a nstat prints what was added since it ran last.
		increments := false
		if p.ran("nstat") {
			increments = true
			for _, w := range strings.Fields(p.command) {
				if strings.HasPrefix(w, "-") && strings.Contains(w, "a") {
					increments = false
				}
			}
		}
		return &nstatReader{seen: map[string]bool{}, increments: increments}
	},
}

type nstatReader struct {
	seen       map[string]bool
	headed     bool
	increments bool
}

func (r *nstatReader) read(p *parser, line string) bool {
	f := strings.Fields(line)
	if f[0] == "#kernel" {
		first := !r.headed && len(r.seen) == 0
		r.headed = true
		return first
	}
	if len(f) < 2 || len(f) > 3 || !isCounterName(f[0]) || r.seen[f[0]] {
		return false
	}
	value, ok := number(f[1])
	if !ok {
		return false
	}
	if len(f) == 3 { // the rate, of nstat's daemon
		if _, err := strconv.ParseFloat(f[2], 64); err != nil {
			return false
		}
	}
	r.seen[f[0]] = true
	b := p.block()
	b.Increments = r.increments
	b.Zeros = b.Zeros || value == 0
	p.fact(Fact{Kind: KindCounter, Name: f[0], Value: value})
	return true
}
