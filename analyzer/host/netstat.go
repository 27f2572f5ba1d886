package host

import "strings"

// netstatSections are the headings of netstat -s and the prefix of nstat's names
// for what stands below (net-tools' statistics.c; iproute2's nstat.c).
var netstatSections = map[string]string{
	"Ip:": "Ip", "Icmp:": "Icmp", "IcmpMsg:": "IcmpMsg", "Tcp:": "Tcp", "Udp:": "Udp", "UdpLite:": "UdpLite", "TcpExt:": "TcpExt", "IpExt:": "IpExt",
	"MPTcpExt:": "MPTcpExt", "Ip6:": "Ip6", "Icmp6:": "Icmp6", "Udp6:": "Udp6", "UdpLite6:": "UdpLite6", "Sctp:": "Sctp",
}

var formatNetstat = format{
	command: "netstat -s",
	starts: func(line string) bool {
		if w := strings.TrimSpace(line); netstatSections[w] != "" {
			return true
		}
		_, ok := sentences[pattern(line)]
		return ok
	},
	open: func(*parser) reader { return &netstatReader{seen: map[string]bool{}} },
}

// netstatReader reads netstat -s, or the lines of it that somebody picked.
type netstatReader struct {
	section string
	seen    map[string]bool // sections and counters of this block
}

func (r *netstatReader) read(p *parser, line string) bool {
	trimmed := strings.TrimSpace(line)
	if prefix := netstatSections[trimmed]; prefix != "" {
		if r.seen[trimmed] {
			return false // the next snapshot
		}
		r.seen[trimmed] = true
		r.section = prefix
		p.block().Sections++
		return true
	}
	if name, ok := sentences[pattern(line)]; ok {
		return r.count(p, name, firstNumber(trimmed))
	}
	if r.section == "" {
		return false
	}
	name, value, ok := strings.Cut(trimmed, ": ")
	if n, isNum := number(strings.TrimSpace(value)); ok && isNum {
		if strings.Contains(name, " ") || strings.HasPrefix(r.section, "Icmp") { // a histogram of message types
			name = strings.ReplaceAll(name, " ", "-")
			return r.count(p, r.section+":"+name, n) || true
		}
		return r.count(p, r.section+strings.TrimPrefix(name, r.section), n)
	}
	if strings.HasSuffix(trimmed, "histogram:") {
		return true
	}
	return false
}

func (r *netstatReader) count(p *parser, name string, value int64) bool {
	if r.seen[name] {
		return false
	}
	r.seen[name] = true
	if value == 0 {
		p.block().Zeros = true
	}
	p.fact(Fact{Kind: KindCounter, Name: name, Value: value})
	return true
}

// pattern brings a sentence into the form of the keys of sentences: lower case,
// single spaces, % for its number.
func pattern(line string) string {
	if len(line) > maxSplitLen {
		return ""
	}
	words := strings.Fields(strings.ToLower(line))
	for i, w := range words {
		if isNumber(w) {
			words[i] = "%"
			break
		}
		if v, ok := strings.CutSuffix(w, ":"); ok && i == len(words)-1 {
			words[i] = v
		}
	}
	return strings.Join(words, " ")
}

func firstNumber(line string) int64 {
	for _, w := range strings.Fields(line) {
		if v, ok := number(w); ok {
			return v
		}
	}
	return 0
}
