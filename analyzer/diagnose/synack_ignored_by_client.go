package diagnose

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

var _ = register(&Rule{
	ID: "synack-ignored-by-client", Stage: StageHandshake, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultClient,
	Title:   say("The SYN-ACK reaches the client's host, which ignores it", "SYN-ACK 到达客户端主机，却被忽略"),
	Verdict: say("client's host ignores the SYN-ACK", "客户端主机忽略 SYN-ACK"),
	Doc: say("This capture at the client holds the SYN-ACK, yet the client's kernel behaves as if it had not come: no ACK, no RST, the SYN again. A capture sees packets before the host's firewall and before checksums are verified, so something behind it drops the answer: a local firewall rule, connection tracking that calls it invalid, the reverse path filter, or a damaged packet.",
		"客户端上的这份抓包里有 SYN-ACK，但客户端内核表现得像没收到一样：没有 ACK，没有 RST，又重发 SYN。抓包点在主机防火墙和校验和验证之前，所以是后面的某个环节丢弃了应答：本机防火墙规则、被连接跟踪判为 INVALID、反向路径过滤，或报文损坏。"),
	Recognised: say("In a capture taken at the client: SYN, SYN-ACK, no ACK and no RST, SYN again.", "在客户端的抓包中：SYN、SYN-ACK、没有 ACK 也没有 RST、再次 SYN。"),
	Summary: say("{client} dialled {server} ① and the SYN-ACK came ②, but the client's host neither acknowledged nor reset it, and sent its SYN again. The packet is on the client's interface; what drops it sits inside the client's host.",
		"{client} 连接 {server} ①，SYN-ACK 也到了 ②，但客户端主机既没确认也没重置，又重发了 SYN。报文已在客户端网卡上；丢弃它的环节在客户端主机内部。"),
	LookAlikes: []LookAlike{
		apart("syn-no-response", "The answer is here.", "应答就在这里。"),
		apart("synack-wrong-source", "It comes from the address that was dialled.", "它来自所连接的地址。"),
		apart("synack-lost-on-path", "It was not lost: this capture holds it.", "它没有丢失：这份抓包里有它。"),
	},
	Confirm: []analyzer.Confirmation{
		on(onClient, "iptables-save -c; nft list ruleset; conntrack -S", say("A rule in INPUT, or the counter of invalid packets, that rises with each SYN-ACK.", "INPUT 中某条规则或 invalid 计数随每个 SYN-ACK 增长。")),
		on(onClient, "nstat -az TcpInCsumErrors TcpExtIPReversePathFilter # twice", say("TcpInCsumErrors: damaged packet. IPReversePathFilter: it came in by the wrong interface.", "TcpInCsumErrors：报文损坏。IPReversePathFilter：从错误的网卡进来。")),
	},
	Fix:   []analyzer.Text{say("Allow established traffic in the client's firewall (ct state established,related accept), or mend the route or the device that damages packets.", "在客户端防火墙放行已建立的流量（ct state established,related accept），或修复路由、修复损坏报文的设备。")},
	Needs: asked | answered,
	Check: func(s *Subject) (Match, bool) {
		if !s.synAckHanging() || s.Vantage() != flow.VantageClient {
			return Match{}, false
		}
		m := Match{Level: Likely}
		if s.Server.Flags&flow.BadSums != 0 {
			m.Detail = 1
		}
		return m, true
	},
	Tell: func(t *Telling) {
		tellHandshake(t)
		if t.Match.Detail == 1 {
			t.Note(say("Its checksum is wrong: the client's kernel must drop it. A device on the way (NAT, network card, driver) damaged it.", "它的校验和是错的：客户端内核必须丢弃。途中某个设备（NAT、网卡、驱动）损坏了它。"))
			t.Finding.Fault = analyzer.FaultPath
		}
	},
})
