package host

import (
	"net/netip"
	"path"
	"slices"
	"strings"
)

// formatIptables is iptables -L with or without -v: chains with a heading, rules in
// columns.
var formatIptables = format{
	command: "iptables -L",
	starts: func(line string) bool {
		w := strings.Fields(line)
		return len(w) >= 3 && w[0] == "Chain" && strings.HasPrefix(w[2], "(")
	},
	open: func(p *parser) reader {
		return &iptablesReader{table: p.tableAsked(), seen: map[string]bool{}}
	},
}

// tableAsked returns the table that the command at the last prompt named; filter is
// the default, and nothing is known without a command.
func (p *parser) tableAsked() string {
	words := strings.Fields(p.command)
	at := slices.IndexFunc(words, func(w string) bool { return strings.Contains(path.Base(w), "tables") })
	if at < 0 {
		return ""
	}
	for i := at; i+1 < len(words); i++ {
		if words[i] == "-t" || words[i] == "--table" {
			return words[i+1]
		}
	}
	return "filter"
}

type iptablesReader struct {
	table, chain string
	seen         map[string]bool
}

// baseChains are the chains that the kernel itself calls, and its hooks.
var baseChains = map[string]string{
	"PREROUTING": "prerouting", "INPUT": "input", "FORWARD": "forward", "OUTPUT": "output", "POSTROUTING": "postrouting",
}

func (r *iptablesReader) read(p *parser, line string) bool {
	w := strings.Fields(line)
	switch {
	case w[0] == "Chain" && len(w) >= 3:
		if r.seen[w[1]] {
			return false
		}
		r.chain = w[1]
		if r.table == "" && len(r.seen) == 0 { // the first chain tells: filter has no PREROUTING, nat begins with it
			r.table = map[string]string{"PREROUTING": "nat", "INPUT": "filter", "FORWARD": "filter"}[r.chain]
		}
		r.seen[r.chain] = true
		r.policy(p, w)
		return true
	case w[0] == "pkts" || w[0] == "target" && len(w) > 1 && w[1] == "prot":
		return true
	case w[0] == "#" || r.chain == "" || !ruleStart(w, 0):
		return false
	}
	rule := columns(w)
	rule.Table, rule.Chain, rule.Hook = r.table, r.chain, baseChains[r.chain]
	p.fact(Fact{Kind: KindRule, Name: r.chain, Value: rule.Packets, Rule: rule})
	return true
}

// policy takes what a chain's heading says: (policy DROP 12 packets, 720 bytes).
func (r *iptablesReader) policy(p *parser, w []string) {
	rule := &Rule{Table: r.table, Chain: r.chain, Hook: baseChains[r.chain], Packets: -1, Target: "policy"}
	if w[2] == "(policy" && len(w) > 3 {
		rule.Action = actions[strings.Trim(w[3], "()")]
		if len(w) > 4 {
			rule.Packets, rule.Rounded = counted(w[4])
		}
	}
	if rule.Action == Drop || rule.Action == Reject {
		p.fact(Fact{Kind: KindRule, Name: r.chain, Value: rule.Packets, Rule: rule})
	} else {
		p.block() // an empty chain is an answer, too
	}
}

func counted(s string) (int64, bool) {
	v, rounded, ok := scaled(s)
	if !ok {
		return -1, false
	}
	return v, rounded
}

// actions are the targets of iptables.
var actions = map[string]Action{
	"ACCEPT": Accept, "DROP": Drop, "REJECT": Reject, "DNAT": DNAT, "SNAT": SNAT, "MASQUERADE": SNAT, "REDIRECT": Redirect, "RETURN": Return,
}

// passing are targets that let the packet go on.
var passing = []string{"LOG", "NFLOG", "MARK", "CONNMARK", "CT", "NOTRACK", "TCPMSS", "TRACE", "CHECKSUM", "SET", "CLASSIFY", "DSCP", "TOS", "TTL", "HL", "AUDIT", "ULOG", "TPROXY", "NFQUEUE", "SYNPROXY", "TEE"}

func (r *Rule) target(name string) {
	r.Target = name
	if a, ok := actions[name]; ok {
		r.Action = a
	} else if name != "" && !slices.Contains(passing, name) {
		r.Action = Jump
	}
}

// protocols by name or, as newer versions print them, by number (IANA).
var protocols = map[string]string{
	"tcp": "tcp", "6": "tcp", "udp": "udp", "17": "udp", "icmp": "icmp", "1": "icmp", "all": "", "0": "", "icmpv6": "icmpv6", "58": "icmpv6",
	"sctp": "sctp", "132": "sctp", "ipv6-icmp": "icmpv6", "gre": "gre", "47": "gre", "esp": "esp", "50": "esp", "ah": "ah", "51": "ah", "4": "ipip", "ipencap": "ipip",
}

func isProto(s string) bool {
	_, ok := protocols[strings.TrimPrefix(s, "!")]
	return ok
}

func isOpt(s string) bool { return s == "--" || s == "-f" || s == "!f" || s == "*" }

func isCount(s string) bool {
	_, _, ok := scaled(s)
	return ok
}

// ruleStart reports that a rule in columns begins at word i: counters or none,
// target or none, protocol, options.
func ruleStart(w []string, i int) bool {
	at := func(k int) string {
		if i+k < len(w) {
			return w[i+k]
		}
		return ""
	}
	if isCount(at(0)) && isCount(at(1)) {
		return isProto(at(3)) && isOpt(at(4)) || isProto(at(2)) && isOpt(at(3))
	}
	return !isCount(at(0)) && at(0) != "" && isProto(at(1)) && (at(2) == "--" || at(2) == "-f") && at(4) != ""
}

// columns reads a rule that ruleStart has recognised.
func columns(w []string) *Rule {
	r := &Rule{Packets: -1}
	counters := isCount(w[0]) && isCount(w[1])
	if counters {
		r.Packets, r.Rounded = counted(w[0])
		w = w[2:]
	}
	if !(isProto(w[0]) && len(w) > 1 && isOpt(w[1])) { // a rule may have no target
		r.target(w[0])
		w = w[1:]
	}
	proto := w[0]
	r.Proto = protocols[strings.TrimPrefix(proto, "!")]
	if strings.HasPrefix(proto, "!") {
		r.Conditions, r.Proto = "protocol "+proto, ""
	}
	w = w[1:]
	if len(w) > 0 && w[0] != "*" { // ip6tables leaves the options out
		w = w[1:]
	}
	if counters && len(w) >= 2 {
		r.In, r.Out = anyway(w[0]), anyway(w[1])
		w = w[2:]
	}
	if len(w) >= 2 {
		r.Source, r.NotSource = network(w[0])
		r.Dest, r.NotDest = network(w[1])
		w = w[2:]
	}
	r.matches(w)
	return r
}

func anyway(s string) string {
	if s == "*" || s == "any" {
		return ""
	}
	return s
}

func network(s string) (netip.Prefix, bool) {
	s, not := strings.CutPrefix(s, "!")
	p, _ := prefix(s)
	return p, not
}

// matches reads what stands after the columns: dpt:80, to:10.0.0.1:80, ctstate …
func (r *Rule) matches(w []string) {
	var other []string
	for i := 0; i < len(w); i++ {
		x := w[i]
		key, value, _ := strings.Cut(x, ":")
		switch {
		case (key == "dpt" || key == "dpts") && r.ports(&r.DestPorts, value), (key == "spt" || key == "spts") && r.ports(&r.SourcePorts, value):
		case x == "dports" && i+1 < len(w) && r.ports(&r.DestPorts, w[i+1]), x == "sports" && i+1 < len(w) && r.ports(&r.SourcePorts, w[i+1]):
			i++
		case key == "to" && value != "":
			r.rewrite(value)
		case x == "ports" && i > 0 && w[i-1] == "redir" && i+1 < len(w):
			r.rewrite(":" + w[i+1])
			i++
		case x == "reject-with" && i+1 < len(w):
			r.Reject = w[i+1]
			i++
		case key == "flags" && (value == "0x17/0x02" || value == "FIN,SYN,RST,ACK/SYN"):
			r.SYN = true
		case x == "/*": // a comment
			for i < len(w) && w[i] != "*/" {
				i++
			}
		case x == "tcp" || x == "udp" || x == "redir" || x == "multiport" || x == "random" || x == "[goto]":
		default:
			other = append(other, x)
		}
	}
	if len(other) > 0 {
		r.Conditions = cut(strings.TrimSpace(r.Conditions + " " + strings.Join(other, " ")))
	}
}

func (r *Rule) ports(to *[]Ports, s string) bool {
	list, ok := portList(s)
	if ok {
		*to = list
	}
	return ok
}

// rewrite reads the new address and port of a translation: 10.0.0.1:80, :80,
// 10.0.0.1, [fd00::1]:80.
func (r *Rule) rewrite(s string) {
	if a, err := netip.ParseAddr(s); err == nil {
		r.To = a
		return
	}
	host, port := s, ""
	if i := strings.LastIndexByte(s, ':'); i >= 0 {
		host, port = s[:i], s[i+1:]
	}
	if list, ok := portList(port); ok && len(list) > 0 {
		r.ToPort = list[0].From
	}
	if a, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		r.To = a
	}
}
