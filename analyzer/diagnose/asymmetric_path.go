package diagnose

import (
	"strconv"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

var _ = register(&Rule{
	ID: "asymmetric-path", Stage: StageRemark, Class: analyzer.Info, Severity: analyzer.SeverityInfo, Fault: analyzer.FaultPath,
	Title:   say("Requests come in by {in}, answers leave by {out}", "请求从 {in} 进来，应答从 {out} 出去"),
	Verdict: say("another way back", "去回不同路"),
	Doc: say("A host with several interfaces answers by another one than it was asked by. That works as long as no stateful firewall and no strict reverse path filter stands on either way; those see half of each connection and drop it.",
		"一台有多块网卡的主机，应答走的不是请求进来的那块。只要两条路上都没有状态防火墙、也没有严格的反向路径过滤，这就能工作；否则它们只看到连接的一半，会将其丢弃。"),
	Recognised: say("On a capture of several interfaces at one end, the two directions of working connections were recorded on different ones, and no packet on both.",
		"在一端多网卡的抓包中，正常连接的两个方向记录在不同的网卡上，且没有报文在两块上都出现。"),
	Summary: say("Connections ({n}, for instance {example}) come in by interface {in} ① and are answered by {out} ②. They work; a firewall that keeps state on either way, or rp_filter=1, would break them.",
		"有 {n} 条连接（例如 {example}）从接口 {in} 进来 ①，从 {out} 应答 ②。它们工作正常；但任一条路上若有状态防火墙或 rp_filter=1，就会中断。"),
	LookAlikes: []LookAlike{
		apart("asymmetric-return-path", "The answers arrive.", "应答能够到达。"),
		apart("return-path-not-visible", "Both ways were captured.", "两条路都抓到了。"),
	},
	Confirm: []analyzer.Confirmation{on(say("capturing host", "抓包主机"), "ip route get {peer} from {local}; ip rule; sysctl net.ipv4.conf.all.rp_filter", say("The route leaves by {out}.", "路由从 {out} 出去。"))},
	Fix:     []analyzer.Text{say("Nothing is broken. To be safe: a routing table and an ip rule for each source address, or one default route.", "没有故障。稳妥起见：为每个源地址建路由表和 ip rule，或只保留一条默认路由。")},
	Survey: func(v *Survey) {
		if len(v.Capture.Interfaces) == 0 || v.quality.Copies > 0 {
			return
		}
		var example *flow.Flow
		n := 0
		for id, x := range v.traits {
			if !x.has(answered | completed | withData) {
				continue
			}
			f := v.Tracker.Flow(id)
			c, s := &f.Sides[flow.Originator], &f.Sides[flow.Responder]
			if c.Via == s.Via || s.Payload == 0 {
				continue
			}
			if at := v.Tracker.Vantage(f); at != flow.VantageServer && at != flow.VantageClient {
				continue
			}
			if n++; n == 1 {
				example = f
			}
		}
		if n == 0 {
			return
		}
		in, out := &example.Sides[flow.Originator], &example.Sides[flow.Responder]
		first, second, local, peer := example.SynFrame, example.SynAckFrame, example.ServerAddr, example.ClientAddr
		if v.Tracker.Vantage(example) == flow.VantageClient {
			in, out, first, second, local, peer = out, in, second, first, peer, local
		}
		v.Found(Likely, map[string]string{
			"n": strconv.Itoa(n), "example": ends(example), "local": local.String(), "peer": peer.String(),
			"in": v.interfaceName(in.Via), "out": v.interfaceName(out.Via),
		}, append(v.proof(say("comes in by {in}", "从 {in} 进来"), first), v.proof(say("leaves by {out}", "从 {out} 出去"), second)...)...)
	},
})
