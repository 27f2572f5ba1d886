package host

import "strings"

// formatIPLink is ip -s link, with addresses or without. Counters are named
// eth0:rx_dropped and the like.
var formatIPLink = format{
	command: "ip -s link",
	starts:  func(line string) bool { _, ok := linkName(line); return ok },
	open:    func(*parser) reader { return &linkReader{} },
}

// linkName recognises 2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 …
func linkName(line string) (string, bool) {
	w := strings.Fields(line)
	if len(w) < 4 || !strings.HasSuffix(w[0], ":") || !isNumber(strings.TrimSuffix(w[0], ":")) || !strings.HasPrefix(w[2], "<") {
		return "", false
	}
	name, _, _ := strings.Cut(strings.TrimSuffix(w[1], ":"), "@")
	return name, true
}

type linkReader struct {
	device string
	way    string   // rx or tx
	names  []string // of the columns that come next
	seen   map[string]bool
}

func (r *linkReader) read(p *parser, line string) bool {
	if name, ok := linkName(line); ok {
		if r.seen[name] {
			return false
		}
		if r.seen == nil {
			r.seen = map[string]bool{}
		}
		r.seen[name] = true
		r.device, r.names = name, nil
		p.block().Zeros = true
		w := strings.Fields(line)
		for i := range w {
			if w[i] == "mtu" && i+1 < len(w) {
				if v, ok := number(w[i+1]); ok {
					p.fact(Fact{Kind: KindSetting, Name: name + ":mtu", Value: v, Setting: w[i+1]})
				}
			}
		}
		return true
	}
	w := strings.Fields(line)
	switch {
	case r.device == "" || line[0] != ' ' && line[0] != '\t':
		return false
	case w[0] == "RX:" || w[0] == "TX:":
		r.way, r.names = strings.ToLower(w[0][:2]), w[1:]
		return true
	case len(r.names) > 0 && isNumber(w[0]):
		for i, x := range w {
			if v, ok := number(x); ok && i < len(r.names) {
				p.fact(Fact{Kind: KindCounter, Name: r.device + ":" + r.way + "_" + r.names[i], Value: v})
			}
		}
		r.names = nil
		return true
	}
	if (w[0] == "inet" || w[0] == "inet6") && len(w) > 1 {
		if dest, ok := prefix(w[1]); ok {
			host, _, _ := strings.Cut(w[1], "/")
			ends, _ := addrPort("[" + host + "]:0")
			p.fact(Fact{Kind: KindRoute, Name: r.device, Route: &Route{Dest: dest, Device: r.device, Source: ends.Addr()}})
		}
	}
	return true
}
