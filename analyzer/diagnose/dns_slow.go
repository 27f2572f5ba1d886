package diagnose

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

var _ = dnsRule(Rule{
	ID: "dns-slow", Severity: analyzer.SeverityWarning,
	Title:      say("{name} took {delay} to resolve", "解析 {name} 花了 {delay}"),
	Verdict:    say("slow DNS", "DNS 缓慢"),
	Doc:        say("The name was resolved in the end, but a query or its answer was lost and the resolver asked again after its timeout (5 s for glibc, 2.5 s for musl), or the server was slow. Users see that as a slow connection.", "名称最终解析成功，但查询或应答丢失，解析器在超时后重发（glibc 5 秒，musl 2.5 秒），或服务器缓慢。用户感受到的是连接缓慢。"),
	Recognised: say("Two seconds or more from a first query to its answer.", "从首次查询到应答用了两秒或更久。"),
	Summary:    say("{asking} waited {delay} for the address of {name} from {dns} ①.{race}{more}", "{asking} 等了 {delay} 才从 {dns} 得到 {name} 的地址 ①。{raceZh}{moreZh}"),
	LookAlikes: []LookAlike{
		apart("dns-timeout", "The answer came.", "应答到了。"),
		apart("slow-server", "The time was lost before the connection began.", "时间是在连接开始之前损失的。"),
	},
	Confirm: []analyzer.Confirmation{on(askingHost, "dig @{dns} {name} | grep 'Query time'; conntrack -S | grep -o 'insert_failed=[0-9]*'", say("Now and then about 5 s: lost datagrams. insert_failed rises: the race of A and AAAA queries.", "偶尔约 5 秒：数据报丢失。insert_failed 增长：A 与 AAAA 查询的竞争。"))},
	Fix:     []analyzer.Text{say("options single-request-reopen or timeout:1 in resolv.conf, NodeLocal DNSCache, a nearer DNS server.", "resolv.conf 中使用 options single-request-reopen 或 timeout:1，使用 NodeLocal DNSCache 或更近的 DNS 服务器。")},
	Survey: func(v *Survey) {
		if v.clockUnsafe() {
			return
		}
		n := v.names()
		for _, g := range v.dnsGroups(func(l *flow.Lookup) bool {
			return l.Slowest >= dnsPatience && l.Answers > 0 && l.RCode == 0 && dialled(l) && !n.recursive(l.Client)
		}) {
			v.tellRace(g, &g.lookups[0])
			v.tellNames(Certain, g, say("queries and answer for {name}", "{name} 的查询与应答"))
		}
	},
})
