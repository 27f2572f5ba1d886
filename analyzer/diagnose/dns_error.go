package diagnose

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// dnsFailure names what an answer without an address says; empty if it is none of
// a failure.
func dnsFailure(l *flow.Lookup) string {
	switch {
	case l.Answers == 0 || l.Truncated:
	case l.RCode == rcodeServFail:
		return "SERVFAIL"
	case l.RCode == rcodeRefused:
		return "REFUSED"
	case l.RCode == 0 && l.Empty && l.Type == typeA:
		return "NODATA"
	}
	return ""
}

var _ = dnsRule(Rule{
	ID: "dns-error", Severity: analyzer.SeverityError,
	Title:      say("The DNS server {dns} answers {name} with {rcode}", "DNS 服务器 {dns} 对 {name} 返回 {rcode}"),
	Verdict:    say("DNS error", "DNS 错误"),
	Doc:        say("The server answered, but without an address. SERVFAIL: its own upstream fails, or DNSSEC does not verify. REFUSED: this client may not ask it. NODATA: the name exists and has no address record.", "服务器有应答，但没有给出地址。SERVFAIL：它的上游失败，或 DNSSEC 校验失败。REFUSED：不允许该客户端查询。NODATA：名称存在，但没有地址记录。"),
	Recognised: say("An answer SERVFAIL, REFUSED or without a record, and no address for the same name, of any type and from any server.", "应答为 SERVFAIL、REFUSED 或不含记录，且同一名称从任何服务器、以任何类型都没有得到地址。"),
	Summary:    say("{asking} asked {dns} for {name} and was answered {rcode} ①.{more}", "{asking} 向 {dns} 查询 {name}，得到 {rcode} ①。{moreZh}"),
	LookAlikes: []LookAlike{
		apart("dns-nxdomain", "The server does not say that the name does not exist.", "服务器并没有说该名称不存在。"),
		apart("dns-timeout", "The server answered.", "服务器有应答。"),
	},
	Confirm: []analyzer.Confirmation{on(askingHost, "dig @{dns} {name}; dig +cd @{dns} {name}", say("The same status; with +cd an answer, if DNSSEC is the reason.", "同样的状态；若原因是 DNSSEC，则加 +cd 可得到答案。"))},
	Fix:     []analyzer.Text{say("SERVFAIL: look at the server's own upstream and log. REFUSED: use the server meant for this client, or allow it there. NODATA: add the A or AAAA record.", "SERVFAIL：检查该服务器的上游与日志。REFUSED：使用为该客户端准备的服务器，或在其上放行。NODATA：添加 A 或 AAAA 记录。")},
	Survey: func(v *Survey) {
		n := v.names()
		for _, g := range v.dnsGroups(func(l *flow.Lookup) bool {
			return dnsFailure(l) != "" && dialled(l) && !n.found(l) && !n.suffixed(l) && !n.recursive(l.Client)
		}) {
			g.values["rcode"] = dnsFailure(&g.lookups[0])
			v.tellNames(Certain, g, say("query and answer for {name}", "{name} 的查询与应答"))
		}
	},
})
