package host

import (
	"net/netip"
	"slices"
	"strings"
)

// formatConntrackStats is conntrack -S: a line a CPU, names and numbers. The
// counters are the sums, under the names conntrack:insert_failed and the like.
var formatConntrackStats = format{
	command: "conntrack -S",
	starts: func(line string) bool {
		w := strings.Fields(line)
		return len(w) > 3 && strings.HasPrefix(w[0], "cpu=") && strings.Contains(line, "insert_failed=")
	},
	open: func(*parser) reader { return &conntrackStats{at: map[string]int{}, cpus: map[string]bool{}} },
}

type conntrackStats struct {
	at   map[string]int // index of each counter's fact
	cpus map[string]bool
}

func (r *conntrackStats) read(p *parser, line string) bool {
	w := strings.Fields(line)
	if !strings.HasPrefix(w[0], "cpu=") || r.cpus[w[0]] {
		return false
	}
	r.cpus[w[0]] = true
	for _, x := range w[1:] {
		name, value, _ := strings.Cut(x, "=")
		v, ok := number(value)
		if !ok || len(r.at) > 64 {
			continue
		}
		if i, seen := r.at[name]; seen {
			p.ev.Facts[i].Value += v
			continue
		}
		p.fact(Fact{Kind: KindCounter, Name: "conntrack:" + name, Value: v})
		r.at[name] = len(p.ev.Facts) - 1
	}
	p.block().Zeros = true
	return true
}

// formatConntrack is conntrack -L and /proc/net/nf_conntrack.
var formatConntrack = format{
	command: "conntrack -L",
	starts: func(line string) bool {
		_, ok := entry(strings.Fields(line))
		return ok
	},
	open: func(*parser) reader { return conntrackReader{} },
}

type conntrackReader struct{}

func (conntrackReader) read(p *parser, line string) bool {
	if strings.HasPrefix(line, "conntrack v") {
		return true
	}
	e, ok := entry(strings.Fields(line))
	if ok {
		p.fact(Fact{Kind: KindEntry, Name: e.State, Entry: e})
	}
	return ok
}

// entry reads tcp 6 119 SYN_SENT src=… dst=… sport=… dport=… [UNREPLIED] src=… …
func entry(w []string) (*Entry, bool) {
	if len(w) > 2 && (w[0] == "ipv4" || w[0] == "ipv6") {
		w = w[2:]
	}
	if len(w) < 6 || !isNumber(w[1]) || !slices.Contains([]string{"tcp", "udp", "icmp", "sctp", "icmpv6", "dccp", "unknown"}, w[0]) {
		return nil, false
	}
	e := &Entry{Proto: w[0]}
	var addrs []netip.Addr
	var ports []uint16
	for _, x := range w[2:] {
		key, value, pair := strings.Cut(x, "=")
		switch {
		case x == "[UNREPLIED]":
			e.Unreplied = true
		case !pair:
			if e.State == "" && len(addrs) == 0 && !isNumber(x) {
				e.State = x
			}
		case key == "src" || key == "dst":
			a, err := netip.ParseAddr(value)
			if err != nil || len(addrs) >= 4 {
				return nil, false
			}
			addrs = append(addrs, a.Unmap())
		case (key == "sport" || key == "dport") && len(ports) < 4:
			if list, ok := portList(value); ok {
				ports = append(ports, list[0].From)
			}
		}
	}
	if len(addrs) != 4 {
		return nil, false
	}
	for len(ports) < 4 {
		ports = append(ports, 0)
	}
	ends := [4]netip.AddrPort{}
	for i := range ends {
		ends[i] = netip.AddrPortFrom(addrs[i], ports[i])
	}
	e.Source, e.Dest, e.Answer, e.AnswerTo = ends[0], ends[1], ends[2], ends[3]
	return e, true
}
