package diagnose

import (
	"strconv"
	"strings"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// scope tells how many connections a finding hit, of how many, since when and from
// whom: the pattern that tells one sick client from one sick server.
func (g *group) scope() analyzer.Text {
	n, total := g.hit.flows, g.total.flows
	v := map[string]string{
		"n": strconv.Itoa(n), "total": strconv.Itoa(total), "first": clockTime(g.hit.first), "last": clockTime(g.hit.last),
		"clients": count(len(g.hit.clients)), "allClients": count(len(g.total.clients)), "fine": strconv.Itoa(g.total.fine),
	}
	v["to"], v["toZh"] = g.where()
	t := analyzer.Text{}
	switch {
	case n == 1 && total <= 1:
		t = analyzer.Text{En: "The only connection {to}, at {first}.", Zh: "{toZh}的唯一一条连接，时间 {first}。"}
	case n == 1:
		t = analyzer.Text{En: "1 of {total} connections {to}, at {first}.", Zh: "{toZh}的 {total} 条连接中的 1 条，时间 {first}。"}
	case n == total && n == 2:
		t = join(say("Both connections {to}, ", "{toZh}的两条连接都是如此，"), g.span())
	case n == total:
		t = join(say("All {n} connections {to}, ", "{toZh}的全部 {n} 条连接，"), g.span())
	default:
		t = join(say("{n} of {total} connections {to}, ", "{toZh}的 {total} 条连接中的 {n} 条，"), g.span())
	}
	if n > 1 {
		t = join(t, g.from())
	}
	if s := g.onset(); !s.IsZero() {
		t = join(t, s)
	}
	return join(t, g.pattern()).Fill(v)
}

// patternClients and patternFlows are the least from which the clients that fail
// can be told from those that do not: fewer may differ by chance.
const (
	patternClients = 3
	patternFlows   = 3
)

// pattern says what those that fail have in common: the client's side, the server,
// or a share of its backends.
func (g *group) pattern() analyzer.Text {
	hit, all := len(g.hit.clients), len(g.total.clients)
	meanwhile := g.total.fine - g.total.fineBefore - g.total.fineAfter
	switch {
	case g.rule.Class != analyzer.Sick || g.rule.GroupBy == ByClient || g.others > 0 || g.hit.flows < patternFlows:
	case g.scatteredAmongHealthy():
		n := strconv.Itoa((g.total.flows + g.hit.flows/2) / g.hit.flows)
		return say(" About one in "+n+" fails, whoever dials and whenever: one of several backends behind this address may be dead.", "大约每 "+n+" 条失败一条，与客户端和时间无关：该地址后的多个后端中可能有一个已失效。")
	case all < patternClients || all >= maxClients:
	case hit < all && meanwhile >= patternFlows && g.apart():
		return say(" Who fails, fails with everything, and the others with nothing: look at what sets these clients apart (their side, their path, a rule).", "失败的客户端全部失败，其余的完全正常：请看这些客户端的不同之处（其自身、其路径、某条规则）。")
	case hit == all && g.total.fine > 0 && g.total.fineBefore == g.total.fine:
		return say(" From then on it hits everyone: look at the server, or at what all paths share.", "此后所有客户端都失败：请看服务端，或所有路径的共用部分。")
	case hit == all && g.hit.flows == g.total.flows:
		return say(" It hits everyone: look at the server, or at what all paths share.", "所有客户端都失败：请看服务端，或所有路径的共用部分。")
	}
	return analyzer.Text{}
}

// apart reports that no client that is hit had a healthy connection.
func (g *group) apart() bool {
	for c := range g.hit.clients {
		if _, fine := g.total.fineClients[c]; fine {
			return false
		}
	}
	return true
}

func join(a, b analyzer.Text) analyzer.Text { return analyzer.Text{En: a.En + b.En, Zh: a.Zh + b.Zh} }

// span tells when a group's connections began.
func (g *group) span() analyzer.Text { return span(g.hit.first, g.hit.last) }

func span(first, last analyzer.Timestamp) analyzer.Text {
	v := map[string]string{"first": clockTime(first), "last": clockTime(last)}
	if v["first"] == v["last"] {
		return say("at {first}", "时间 {first}").Fill(v)
	}
	return say("{first}–{last}", "时间 {first}–{last}").Fill(map[string]string{"first": strings.TrimSuffix(v["first"], " UTC"), "last": v["last"]})
}

// where names the place of a group.
func (g *group) where() (en, zh string) {
	switch {
	case g.key.at == (flow.Endpoint{}):
		return "in this capture", "本次抓包中"
	case g.rule.GroupBy == ByClient:
		a := g.key.at.Addr.String()
		return "from " + a, "来自 " + a + " "
	case g.rule.GroupBy == ByServer:
		a := g.key.at.Addr.String()
		return "to " + a, "到 " + a + " "
	}
	a := g.key.at.String()
	return "to " + a, "到 " + a + " "
}

func (g *group) from() analyzer.Text {
	hit, all := len(g.hit.clients), len(g.total.clients)
	switch {
	case g.rule.GroupBy == ByClient:
		return analyzer.Text{En: ".", Zh: "。"}
	case hit == 1 && all == 1:
		return analyzer.Text{En: ", all from one client.", Zh: "，都来自同一个客户端。"}
	case hit == all:
		return analyzer.Text{En: ", from all {clients} clients.", Zh: "，涉及全部 {clients} 个客户端。"}
	case hit == 1:
		return analyzer.Text{En: ", from one of {allClients} clients.", Zh: "，来自 {allClients} 个客户端中的一个。"}
	}
	return analyzer.Text{En: ", from {clients} of {allClients} clients.", Zh: "，来自 {allClients} 个客户端中的 {clients} 个。"}
}

// onset says how the healthy connections to the same place lie in time.
func (g *group) onset() analyzer.Text {
	if g.hit.flows < 2 || g.total.fine == 0 || g.rule.Class != analyzer.Sick {
		return analyzer.Text{}
	}
	switch {
	case g.total.fine == 1 && g.total.fineBefore == 1:
		return analyzer.Text{En: " The healthy one came before.", Zh: "正常的那一条在此之前。"}
	case g.total.fine == 1 && g.total.fineAfter == 1:
		return analyzer.Text{En: " The healthy one came after.", Zh: "正常的那一条在此之后。"}
	case g.total.fine == 1:
		return analyzer.Text{En: " One other in the meantime was healthy.", Zh: "期间另有一条正常。"}
	case g.total.fineBefore == g.total.fine:
		return analyzer.Text{En: " The {fine} healthy ones all came before.", Zh: "正常的 {fine} 条都在此之前。"}
	case g.total.fineAfter == g.total.fine:
		return analyzer.Text{En: " The {fine} healthy ones all came after.", Zh: "正常的 {fine} 条都在此之后。"}
	}
	return analyzer.Text{En: " {fine} others in the meantime were healthy.", Zh: "期间另有 {fine} 条正常。"}
}

const (
	// backendFlows connections are the least from which a share can be read: with
	// twenty, one dead backend of ten is still hit twice on average.
	backendFlows    = 20
	backendShareMin = 0.05
	backendShareMax = 0.95
)

// scatteredAmongHealthy reports that a fixed share of the connections to a service
// fails whoever dials and whenever: the pattern of a load balancer with a dead
// backend.
func (g *group) scatteredAmongHealthy() bool {
	n, total := float64(g.hit.flows), float64(g.total.flows)
	mixed := g.total.fine-g.total.fineBefore-g.total.fineAfter > g.total.fine/2
	everyone := len(g.hit.clients) == len(g.total.clients) || len(g.hit.clients) > 3
	return g.rule.Class == analyzer.Sick && g.rule.GroupBy == ByService && g.others == 0 && total >= backendFlows && n >= backendShareMin*total && n <= backendShareMax*total && mixed && everyone && g.hit.flows > 1
}

func count(n int) string {
	if n >= maxClients {
		return strconv.Itoa(maxClients) + "+"
	}
	return strconv.Itoa(n)
}
