package diagnose

import (
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

var _ = dnsRule(Rule{
	ID: "dns-timeout", Severity: analyzer.SeverityError,
	Title:   say("The DNS server {dns} does not answer {asking}", "DNS 服务器 {dns} 不应答 {asking}"),
	Verdict: say("DNS does not answer", "DNS 无应答"),
	Doc: say("Queries are repeated and not answered. The connection does not start, or starts seconds late after the resolver has tried another server (5 s for glibc). In Kubernetes, often a lost UDP packet (conntrack race of the A and AAAA queries from one port), an overloaded CoreDNS, or a policy that forgets port 53.",
		"查询被重复发送却没有应答。连接无法开始，或在解析器换用另一台服务器之后（glibc 为 5 秒）才晚几秒开始。在 Kubernetes 中常见于 UDP 丢包（同一端口的 A 与 AAAA 查询的 conntrack 竞争）、CoreDNS 过载，或策略漏放 53 端口。"),
	Recognised: say("The same question at least twice without an answer, or once, and seconds of silence.", "同一问题至少询问两次没有应答，或只询问一次；且沉默数秒。"),
	Summary:    say("{asking} asked {dns} for {name} {pending} times ① and got no answer.{late}{race}{more}", "{asking} 向 {dns} 查询 {name} 共 {pending} 次 ①，没有应答。{lateZh}{raceZh}{moreZh}"),
	LookAlikes: []LookAlike{
		apart("dns-nxdomain", "There is no answer at all.", "根本没有应答。"),
		maybe("packet-loss", "Single lost datagrams are repeated and answered.", "个别丢失的数据报会被重发并得到应答。"),
	},
	Confirm: []analyzer.Confirmation{
		on(askingHost, "dig @{dns} {name}; dig +tcp @{dns} {name}", say("connection timed out; no servers could be reached", "connection timed out; no servers could be reached")),
		on(onClientNode, "conntrack -S | grep -o 'insert_failed=[0-9]*'", say("Rises: two queries from one port raced (NodeLocal DNSCache, single-request-reopen).", "增长：同一端口的两个查询发生竞争（NodeLocal DNSCache、single-request-reopen）。")),
	},
	Fix: []analyzer.Text{say("Check that {dns} is the right server, is up, and may be reached on port 53 over UDP and TCP.", "检查 {dns} 是否正确、在线，且 UDP 与 TCP 的 53 端口可达。")},
	Survey: func(v *Survey) {
		if v.quality.TwoSided == 0 && v.quality.OneSided > 0 {
			return // one direction only: the answers may exist
		}
		n := v.names()
		for _, g := range v.dnsGroups(func(l *flow.Lookup) bool {
			return v.unansweredQuery(l) && !n.recursive(l.Client) && (v.quality.OneSided == 0 || v.quality.TwoSided > 0)
		}) {
			level, l := Certain, &g.lookups[0]
			if l.Queries == 1 {
				level = Likely
			}
			v.tellRace(g, l)
			g.values["late"], g.values["lateZh"] = "", ""
			if n.found(l) {
				g.values["late"], g.values["lateZh"] = " It got the address elsewhere or at another time; users feel that as a slow start.", "它从别处或在其他时候得到了地址；用户感受到的是启动缓慢。"
			}
			v.tellNames(level, g, say("queries for {name} without an answer", "{name} 没有应答的查询"))
		}
	},
})

// dnsRetry is the least timeout that resolv.conf(5) knows.
const dnsRetry = time.Second

// unansweredQuery reports a question that was asked again in vain, dnsRetry or more
// after the first time, or once and then never answered.
func (v *Survey) unansweredQuery(l *flow.Lookup) bool {
	waited := v.quality.Last.Sub(l.PendingSince)
	return l.Pending >= 2 && waited >= dnsRetry || l.Pending == 1 && l.Answers == 0 && waited >= silence
}

// tellRace fills the places that name the conntrack race.
func (v *Survey) tellRace(g *dnsGroup, l *flow.Lookup) {
	g.values["race"], g.values["raceZh"] = "", ""
	if v.race(l) {
		g.values["race"] = " The other question for that name, from the same port at the same moment, was answered: on Linux the two race for one conntrack entry, and one datagram is dropped."
		g.values["raceZh"] = "同一时刻从同一端口发出的、对该名称的另一个查询得到了应答：在 Linux 上两者会竞争同一个 conntrack 表项，其中一个数据报被丢弃。"
	}
}
