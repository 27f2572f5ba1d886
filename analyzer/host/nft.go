package host

import "strings"

// formatNft is nft list ruleset: tables of chains of rules, in braces.
var formatNft = format{
	command: "nft list ruleset",
	starts: func(line string) bool {
		w := strings.Fields(line)
		return len(w) == 4 && w[0] == "table" && w[3] == "{"
	},
	open: func(*parser) reader { return &nftReader{} },
}

type nftReader struct {
	table, chain, hook string
	depth              int
	skip               int // depth of a set, map or the like
}

func (r *nftReader) read(p *parser, line string) bool {
	line, _, _ = strings.Cut(line, " # handle")
	w := strings.Fields(line)
	if len(w) == 0 {
		return true
	}
	last := w[len(w)-1]
	switch {
	case w[0] == "table":
		if r.depth != 0 || len(w) < 4 {
			return false
		}
		r.table, r.depth = w[2], 1
		p.block()
	case r.depth == 0:
		return false
	case w[0] == "}":
		r.depth--
		if r.skip >= r.depth+1 {
			r.skip = 0
		}
		if r.depth <= 1 {
			r.chain, r.hook = "", ""
		}
	case w[0] == "chain" && last == "{":
		r.chain, r.hook = w[1], ""
		r.depth++
	case last == "{" || strings.Count(line, "{") > strings.Count(line, "}"):
		r.depth++
		if r.skip == 0 {
			r.skip = r.depth
		}
	case r.skip > 0 || r.chain == "":
		if strings.Count(line, "}") > strings.Count(line, "{") {
			r.depth, r.skip = r.depth-1, 0
		}
	case w[0] == "type":
		r.base(p, w)
	default:
		rule := nftRule(w)
		rule.Table, rule.Chain, rule.Hook = r.table, r.chain, r.hook
		p.fact(Fact{Kind: KindRule, Name: r.chain, Value: rule.Packets, Rule: rule})
	}
	return true
}

// base reads a base chain's heading: type filter hook input priority 0; policy drop;
func (r *nftReader) base(p *parser, w []string) {
	policy := ""
	for i := 0; i+1 < len(w); i++ {
		switch w[i] {
		case "hook":
			r.hook = w[i+1]
		case "policy":
			policy = strings.Trim(w[i+1], ";")
		}
	}
	if policy == "drop" {
		p.fact(Fact{Kind: KindRule, Name: r.chain, Value: -1, Rule: &Rule{Table: r.table, Chain: r.chain, Hook: r.hook, Packets: -1, Target: "policy", Action: Drop}})
	}
}

// nftRule reads a rule's expressions.
func nftRule(w []string) *Rule {
	r := &Rule{Packets: -1}
	var other []string
	for i := 0; i < len(w); i++ {
		two := ""
		if i+1 < len(w) {
			two = w[i] + " " + w[i+1]
		}
		value, n := operand(w[min(i+2, len(w)):])
		switch {
		case two == "tcp dport" || two == "udp dport" || two == "th dport":
			r.Proto = strings.Replace(w[i], "th", "", 1)
			if !r.ports(&r.DestPorts, value) {
				other = append(other, two, value)
			}
		case two == "tcp sport" || two == "udp sport":
			r.Proto = w[i]
			if !r.ports(&r.SourcePorts, value) {
				other = append(other, two, value)
			}
		case two == "meta l4proto" || two == "ip protocol" || two == "ip6 nexthdr":
			r.Proto = protocols[value]
		case two == "ip daddr" || two == "ip6 daddr":
			r.Dest, r.NotDest = network(value)
		case two == "ip saddr" || two == "ip6 saddr":
			r.Source, r.NotSource = network(value)
		case two == "tcp flags":
			r.SYN = strings.Contains(strings.Join(w[i:], " "), "syn")
			for n = 0; i+2+n < len(w) && w[i+2+n] != "counter" && !nftVerdict(w[i+2+n]); n++ {
			}
		case w[i] == "iifname" || w[i] == "iif":
			value, n = operand(w[i+1:])
			r.In, n = strings.Trim(value, `"`), n-1
		case w[i] == "oifname" || w[i] == "oif":
			value, n = operand(w[i+1:])
			r.Out, n = strings.Trim(value, `"`), n-1
		case w[i] == "counter":
			n = -1
			if two == "counter packets" && i+4 < len(w) {
				r.Packets, _ = counted(w[i+2])
				n = 3
			}
		case nftVerdict(w[i]):
			i += r.verdict(w[i:])
			continue
		default:
			other = append(other, w[i])
			continue
		}
		i += 1 + n
	}
	r.Conditions = cut(strings.Join(other, " "))
	return r
}

// operand reads a value: 80, != 80, { 80, 443 }.
func operand(w []string) (string, int) {
	if len(w) == 0 {
		return "", 0
	}
	if w[0] == "!=" && len(w) > 1 {
		v, n := operand(w[1:])
		return "!" + v, n + 1
	}
	if w[0] != "{" {
		return w[0], 1
	}
	for i, x := range w {
		if x == "}" {
			return strings.Join(w[1:i], ""), i + 1
		}
	}
	return "", len(w)
}

func nftVerdict(s string) bool {
	switch s {
	case "accept", "drop", "reject", "return", "jump", "goto", "dnat", "snat", "masquerade", "redirect":
		return true
	}
	return false
}

// verdict reads a rule's verdict and returns how many words more than one it takes.
func (r *Rule) verdict(w []string) int {
	r.Target = w[0]
	r.Action = map[string]Action{"accept": Accept, "drop": Drop, "reject": Reject, "return": Return, "jump": Jump, "goto": Jump,
		"dnat": DNAT, "snat": SNAT, "masquerade": SNAT, "redirect": Redirect}[w[0]]
	switch r.Action {
	case Jump:
		if len(w) > 1 {
			r.Target = w[1]
			return 1
		}
	case Reject:
		r.Reject = strings.Join(w[1:], " ")
		return len(w) - 1
	case DNAT, SNAT, Redirect:
		for i := 1; i < len(w); i++ {
			if w[i] == "to" && i+1 < len(w) {
				r.rewrite(w[i+1])
				return i + 1
			}
		}
	}
	return 0
}
