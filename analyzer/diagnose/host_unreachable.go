package diagnose

import "wirewhy/analyzer"

var _ = register(&Rule{
	ID: "host-unreachable", Stage: StageMessage, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultPath,
	Title:   say("A router says that {serverAddr} cannot be reached: {message}", "路由器表示无法到达 {serverAddr}：{message}"),
	Verdict: say("host unreachable", "主机不可达"),
	Doc: say("A router (or the client's own kernel) gave up on the SYN and said so. Network unreachable: it has no route. Host unreachable: it is the last hop, and the host does not answer ARP or neighbour solicitations there, because it is down, has another address, or sits in another VLAN.",
		"路由器（或客户端自己的内核）放弃了这个 SYN 并说明了原因。网络不可达：它没有路由。主机不可达：它是最后一跳，而主机在那里不回应 ARP 或邻居请求，因为主机关机、地址不对或在别的 VLAN 里。"),
	Recognised: say("An ICMP error (type 3 code 0, 1, 5-8, 11, 12; ICMPv6 type 1 code 0, 2, 3) quotes the SYN, and no SYN-ACK comes.",
		"一个 ICMP 错误（类型 3，代码 0、1、5-8、11、12；ICMPv6 类型 1，代码 0、2、3）引用了该 SYN，且没有 SYN-ACK。"),
	Summary: say("{client} dialled {server} ①; {from} answered \"{message}\" {delay} after the first SYN ②. The packet got as far as {from} and no further.",
		"{client} 连接 {server} ①；{from} 在第一个 SYN 之后 {delay} 回应 “{message}” ②。报文到达了 {from}，然后就走不下去了。"),
	LookAlikes: []LookAlike{
		apart("rejected-by-icmp", "The message says that there is no way, not that it is forbidden.", "消息表示没有路，而不是被禁止。"),
		apart("syn-no-response", "There is an answer, from a router.", "有回应，来自路由器。"),
	},
	Uncapped: true,
	Confirm: []analyzer.Confirmation{
		on(say("router {from}", "路由器 {from}"), "ip route get {serverAddr}; ip neigh show {serverAddr}", say("No route, or a neighbour entry in state FAILED or INCOMPLETE.", "没有路由，或邻居表项处于 FAILED 或 INCOMPLETE 状态。")),
	},
	Fix: []analyzer.Text{
		say("Host unreachable: start the host, or correct its address, mask or VLAN. Network unreachable: add the route on {from}.", "主机不可达：启动主机，或更正其地址、掩码或 VLAN。网络不可达：在 {from} 上添加路由。"),
	},
	ExplainedBy: []string{"port-scan", "arp-unanswered", "dns-stale-address"},
	Needs:       troubled,
	Check:       func(s *Subject) (Match, bool) { return Match{Level: Certain}, s.saidToSYN(icmpUnreachable) },
	Tell: func(t *Telling) {
		t.tellICMP()
		if t.Trouble.ICMP.From == t.ClientAddr {
			t.Note(say("{from} is the client itself: its own kernel has no route or no neighbour.", "{from} 就是客户端自己：它的内核没有路由或邻居。"))
			t.Finding.Fault = analyzer.FaultClient
		}
	},
})
