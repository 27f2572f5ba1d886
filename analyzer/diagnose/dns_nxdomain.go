package diagnose

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

var _ = dnsRule(Rule{
	ID: "dns-nxdomain", Severity: analyzer.SeverityError,
	Title:   say("The name {name} does not exist", "名称 {name} 不存在"),
	Verdict: say("name does not exist", "名称不存在"),
	Doc: say("The client asked for a name and the server says that there is none (NXDOMAIN). No connection follows. A typing error, a missing record, the wrong search domain or the wrong DNS server (split horizon).",
		"客户端查询某个名称，服务器回答不存在（NXDOMAIN）。之后不会有连接。可能是拼写错误、缺少记录、搜索域错误或用错了 DNS 服务器（内外网解析不同）。"),
	Recognised: say("NXDOMAIN for a name, and no address for the same name or the one without its search suffix to the same client.", "某名称得到 NXDOMAIN，且同一客户端对该名称或去掉搜索后缀后的名称都没有得到地址。"),
	Summary:    say("{asking} asked {dns} for {name}, and the answer is that there is no such name ①. No connection can follow.{more}", "{asking} 向 {dns} 查询 {name}，回答是没有这个名称 ①。因此不会有后续连接。{moreZh}"),
	LookAlikes: []LookAlike{apart("dns-timeout", "The server answered.", "服务器有应答。"), apart("syn-no-response", "No SYN was sent.", "没有发送 SYN。")},
	Confirm:    []analyzer.Confirmation{on(askingHost, "dig +search {name}; dig @{dns} {name}; cat /etc/resolv.conf", say("status: NXDOMAIN", "status: NXDOMAIN"))},
	Fix:        []analyzer.Text{say("Correct the name or add the record. In Kubernetes: service.namespace.svc.cluster.local, with a trailing dot to spare the search list (ndots:5).", "更正名称或添加记录。Kubernetes 中使用 service.namespace.svc.cluster.local，末尾加点可省去搜索列表（ndots:5）。")},
	Survey: func(v *Survey) {
		n := v.names()
		for _, g := range v.dnsGroups(func(l *flow.Lookup) bool {
			return l.Answers > 0 && l.RCode == rcodeNXDomain && dialled(l) && !n.found(l) && !n.suffixed(l) && !n.recursive(l.Client)
		}) {
			v.tellNames(Certain, g, say("query and answer for {name}", "{name} 的查询与应答"))
		}
	},
})
