package host

import "strings"

// formatProcNet is /proc/net/netstat and /proc/net/snmp: pairs of lines, the names
// and then the values, both after the protocol.
var formatProcNet = format{
	command: procNet,
	starts:  func(line string) bool { return procHeader(strings.Fields(line)) },
	open:    func(*parser) reader { return &procReader{seen: map[string]bool{}} },
}

// procHeader reports the first line of a pair. IcmpMsg has a name for each type of
// message that the kernel has seen, and may have but one (icmpmsg_put).
func procHeader(w []string) bool {
	if len(w) == 2 && w[0] == "IcmpMsg:" {
		return isName(w[1] + ":")
	}
	return len(w) > 2 && netstatSections[w[0]] != "" && isName(w[1]+":") && isName(w[2]+":")
}

const procNet = "/proc/net/netstat"

// procValues reports the second line of a pair, which is long but one line: netstat
// writes words after a number.
func procValues(w []string) bool {
	return len(w) > 2 && netstatSections[w[0]] != "" && isNumber(w[1]) && isNumber(w[2])
}

type procReader struct {
	names []string
	seen  map[string]bool
}

func (r *procReader) read(p *parser, line string) bool {
	w := strings.Fields(line)
	if procHeader(w) {
		if r.seen[w[0]] {
			return false
		}
		r.names = w
		return true
	}
	if len(w) < 2 || len(r.names) == 0 || w[0] != r.names[0] || len(w) != len(r.names) {
		return false
	}
	prefix := netstatSections[w[0]]
	r.seen[w[0]] = true
	p.block().Zeros = true
	for i := 1; i < len(w); i++ {
		if v, ok := number(w[i]); ok {
			p.fact(Fact{Kind: KindCounter, Name: prefix + r.names[i], Value: v})
		}
	}
	r.names = nil
	return true
}
