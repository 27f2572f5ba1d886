package diagnose

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

var _ = dnsRule(Rule{
	ID: "dns-tcp-blocked", Severity: analyzer.SeverityError,
	Title:   say("Big DNS answers fail: {dns} is not reachable over TCP port 53", "大的 DNS 应答失败：{dns} 的 TCP 53 端口不可达"),
	Verdict: say("DNS over TCP blocked", "DNS over TCP 被阻断"),
	Doc: say("An answer that does not fit into a datagram is cut short and marked (TC); the client then asks again over TCP (RFC 7766). Here that connection fails, so small names resolve and those with many records do not.",
		"放不进一个数据报的应答会被截短并带上 TC 标记；客户端随后改用 TCP 再问一次（RFC 7766）。这里该连接失败，因此小的名称能解析，记录多的则不能。"),
	Recognised: say("A truncated answer, then a connection of the same client to port 53 of the same server that is refused or not answered.", "收到被截断的应答之后，同一客户端到同一服务器 53 端口的连接被拒绝或没有应答。"),
	Summary:    say("The answer of {dns} for {name} was truncated ①, and the connection that {asking} opened to TCP port 53 for the whole of it failed ②.", "{dns} 对 {name} 的应答被截断 ①，而 {asking} 为取得完整应答打开的 TCP 53 连接失败了 ②。"),
	LookAlikes: []LookAlike{
		apart("dns-timeout", "Over UDP the server answers.", "通过 UDP 时服务器有应答。"),
		apart("syn-no-response", "The connection is the second half of a name lookup.", "这条连接是名称解析的后半部分。"),
	},
	Confirm: []analyzer.Confirmation{on(askingHost, "dig +tcp @{dns} {name}; dig +notcp +bufsize=4096 @{dns} {name}", say("The first fails, the second works.", "前者失败，后者成功。"))},
	Fix:     []analyzer.Text{say("Allow TCP port 53 to {dns} (firewall, security group, NetworkPolicy), and let the server listen on it.", "放行到 {dns} 的 TCP 53 端口（防火墙、安全组、NetworkPolicy），并让服务器监听该端口。")},
	Survey: func(v *Survey) {
		cut := map[[2]wire.Addr]*dnsGroup{}
		for _, g := range v.dnsGroups(func(l *flow.Lookup) bool { return l.Truncated }) {
			cut[[2]wire.Addr{g.lookups[0].Client, g.lookups[0].Server}] = g
		}
		if len(cut) == 0 {
			return
		}
		for id := range v.primary {
			f := v.Tracker.Flow(id)
			k := [2]wire.Addr{f.ClientAddr, f.ServerAddr}
			if f.ServerPort != 53 || cut[k] == nil || f.AckFrame != 0 || len(v.matches.of(uint32(id))) == 0 {
				continue
			}
			g := cut[k]
			delete(cut, k)
			v.Found(Certain, g.values, append(v.proof(say("the truncated answer", "被截断的应答"), g.lookups[0].Frames[:]...),
				v.proof(say("the connection to port 53", "到 53 端口的连接"), v.Subject(uint32(id)).synFrames()...)...)...)
			v.Scope(g.scope())
		}
	},
})
