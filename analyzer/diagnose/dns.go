package diagnose

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

// Response codes and types (RFC 1035 §4.1.1, RFC 3596).
const (
	rcodeServFail = 2
	rcodeNXDomain = 3
	rcodeRefused  = 5
	typeA         = 1
	typeAAAA      = 28
)

const (
	// dnsPatience is how long an answer may take: resolvers ask again after 5 s (glibc,
	// Go) or 2.5 s (musl), and people have given up before.
	dnsPatience = 2 * time.Second
	// recursiveServers: a host that asks as many servers is a resolver itself, whose
	// failed questions are its own daily business.
	recursiveServers = 8
)

// nameKey is a name as one client asked for it.
type nameKey struct {
	client wire.Addr
	name   string
}

// names is what hosts learnt by DNS, for quick questions.
type names struct {
	resolved  map[nameKey]bool                  // with an address
	asked     map[nameKey]bool                  //
	servers   map[wire.Addr]map[wire.Addr]bool  // by client: whom it asked
	addresses map[wire.Addr]map[string]struct{} // of an address: the names that have it
}

func (v *Survey) names() *names {
	n := &names{resolved: map[nameKey]bool{}, asked: map[nameKey]bool{}, servers: map[wire.Addr]map[wire.Addr]bool{}, addresses: map[wire.Addr]map[string]struct{}{}}
	for _, l := range v.Tracker.Lookups() {
		k := nameKey{l.Client, l.Name}
		n.asked[k] = true
		if l.Answers > 0 && l.RCode == 0 && !l.Empty {
			n.resolved[k] = true
		}
		if n.servers[l.Client] == nil {
			n.servers[l.Client] = map[wire.Addr]bool{}
		}
		n.servers[l.Client][l.Server] = true
		for _, a := range l.Addresses {
			if a.IsZero() {
				break
			}
			if n.addresses[a] == nil {
				n.addresses[a] = map[string]struct{}{}
			}
			n.addresses[a][l.Name] = struct{}{}
		}
	}
	return n
}

// shorter calls f with a name and the names that remain when search domains are
// taken off its end, until f says yes. Resolvers try the long forms first (ndots),
// and what comes of those means nothing if a shorter one tells the story.
func shorter(name string, f func(string) bool) bool {
	for {
		if f(name) {
			return true
		}
		dot := strings.LastIndexByte(name, '.')
		if dot < 0 {
			return false
		}
		name = name[:dot]
	}
}

// found reports whether a client got an address for a name in the end.
func (n *names) found(l *flow.Lookup) bool {
	return shorter(l.Name, func(s string) bool { return n.resolved[nameKey{l.Client, s}] })
}

// suffixed reports that the client also asked for the name without its end.
func (n *names) suffixed(l *flow.Lookup) bool {
	return shorter(l.Name, func(s string) bool {
		return s != l.Name && strings.Contains(s, ".") && n.asked[nameKey{l.Client, s}]
	})
}

func (n *names) recursive(client wire.Addr) bool { return len(n.servers[client]) >= recursiveServers }

// dialled reports a question that a program asks before it connects: not one for
// a mail black list, a proxy that nobody has set up, or an address' name.
func dialled(l *flow.Lookup) bool {
	if l.Type != typeA && l.Type != typeAAAA {
		return false
	}
	labels := strings.SplitN(l.Name, ".", 5)
	numbers := 0
	for _, s := range labels[:min(4, len(labels))] {
		if _, err := strconv.ParseUint(s, 10, 8); err == nil {
			numbers++
		}
	}
	return numbers < 4 && labels[0] != "wpad" && labels[0] != "isatap" && !strings.HasPrefix(labels[0], "_")
}

// dnsGroup is the lookups of one finding: one client, one server.
type dnsGroup struct {
	lookups     []flow.Lookup // one for each name
	values      map[string]string
	first, last analyzer.Timestamp
}

// dnsGroups gathers the lookups that fare alike.
func (v *Survey) dnsGroups(keep func(*flow.Lookup) bool) []*dnsGroup {
	var out []*dnsGroup
	by := map[[2]wire.Addr]*dnsGroup{}
	seen := map[[2]wire.Addr]map[string]bool{}
	for _, l := range v.Tracker.Lookups() {
		if !keep(&l) {
			continue
		}
		k := [2]wire.Addr{l.Client, l.Server}
		g := by[k]
		if g == nil {
			g = &dnsGroup{values: map[string]string{
				"name": l.Name, "asking": l.Client.String(), "dns": l.Server.String(),
				"pending": strconv.Itoa(int(l.Pending)), "delay": Duration(l.Slowest), "more": "", "moreZh": "",
			}}
			by[k], seen[k] = g, map[string]bool{}
			g.first = l.First
			out = append(out, g)
		}
		g.first, g.last = min(g.first, l.First), max(g.last, l.Last)
		if !seen[k][l.Name] {
			seen[k][l.Name] = true
			g.lookups = append(g.lookups, l)
		}
	}
	for _, g := range out {
		v.dnsScope(g, out)
		if n := len(g.lookups) - 1; n > 0 {
			g.values["more"], g.values["moreZh"] = " The same goes for "+strconv.Itoa(n)+" more of its questions.", "它的另外 "+strconv.Itoa(n)+" 个查询也是如此。"
		}
	}
	return out
}

// dnsScope counts what else a client asked that server, and who else did.
func (v *Survey) dnsScope(g *dnsGroup, all []*dnsGroup) {
	l := &g.lookups[0]
	asked, others, alike := map[string]bool{}, map[wire.Addr]bool{}, 0
	for _, o := range v.Tracker.Lookups() {
		switch {
		case o.Server != l.Server:
		case o.Client == l.Client:
			asked[o.Name] = true
		default:
			others[o.Client] = true
		}
	}
	for _, o := range all {
		if o != g && o.lookups[0].Server == l.Server {
			alike++
		}
	}
	g.values["hit"], g.values["asked"] = strconv.Itoa(len(g.lookups)), strconv.Itoa(len(asked))
	g.values["others"], g.values["alike"] = strconv.Itoa(len(others)), strconv.Itoa(alike)
}

// scope tells which names and clients a finding about names hit.
func (g *dnsGroup) scope() analyzer.Text {
	t := join(join(say("{hit} of {asked} names that {asking} asked {dns} for, ", "{asking} 向 {dns} 查询的 {asked} 个名称中的 {hit} 个，"), span(g.first, g.last)), say(".", "。"))
	if g.values["others"] != "0" {
		t = join(t, say(" Of {others} other clients of that server, this many fare alike: {alike}.", "该服务器的另外 {others} 个客户端中，{alike} 个也是如此。"))
	}
	return t
}

// dnsLines is how many names a finding shows.
const dnsLines = 8

// tellNames states a finding, with a line of evidence for each name.
func (v *Survey) tellNames(level Level, g *dnsGroup, text analyzer.Text) {
	var proof []analyzer.Evidence
	for _, l := range g.lookups[:min(len(g.lookups), dnsLines)] {
		proof = append(proof, v.proof(text.Fill(map[string]string{"name": l.Name}), l.Frames[:]...)...)
	}
	v.Found(level, g.values, proof...)
	v.Scope(g.scope())
}

// race reports that the two questions of a name, for its IPv4 and its IPv6
// address, left from one port and fared differently: one was answered, the other
// had to be repeated. On Linux two packets of a new conntrack entry race
// (kubernetes/kubernetes#56903).
func (v *Survey) race(l *flow.Lookup) bool {
	return slices.ContainsFunc(v.Tracker.Lookups(), func(o flow.Lookup) bool {
		return o.Client == l.Client && o.Server == l.Server && o.Name == l.Name && o.Type != l.Type && o.Port == l.Port &&
			o.Answers > 0 && o.Slowest < dnsPatience && (l.Slowest >= dnsPatience || l.Pending > 1)
	})
}

// dnsRule completes a rule about names.
func dnsRule(r Rule) *Rule {
	r.Stage, r.Class, r.Fault, r.GroupBy, r.Uncapped = StageMessage, analyzer.Sick, analyzer.FaultDNS, ByCapture, true
	return register(&r)
}

var askingHost = say("host {asking}", "主机 {asking}")
