package diagnose

import "wirewhy/analyzer"

var _ = register(&Rule{
	ID: "pmtud-ignored", Stage: StageMessage, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultPath,
	Title:   say("Told to send smaller packets (MTU {mtu}), the sender repeats the big one", "被要求发送更小的报文（MTU {mtu}），发送方仍重发大报文"),
	Verdict: say("ICMP 'too big' not obeyed", "未遵从 ICMP“报文过大”"),
	Doc: say("A router says that the packets are too big, and the sender goes on sending them at the same size. The ICMP message is dropped before it reaches the sending host (firewall, NAT that does not translate it, another address of the cluster), or is not believed there.",
		"路由器说报文太大，发送方却继续以同样的尺寸发送。ICMP 消息在到达发送主机之前被丢弃（防火墙、未转换它的 NAT、被送到集群的另一台机器），或者到了却不被采信。"),
	Recognised: say("ICMP fragmentation needed quotes the flow, and the same segment is repeated at least three times without being acknowledged.", "ICMP fragmentation needed 引用该连接，而同一报文段至少重复三次且未被确认。"),
	Summary: say("{from} refused a packet of {tooBigLen} bytes of {sender} and asked for at most {mtu} ①, but the same data is sent again and again at the old size ② and never acknowledged.",
		"{from} 拒绝了 {sender} 的一个 {tooBigLen} 字节的报文并要求不超过 {mtu} ①，但同样的数据仍以原尺寸反复发送 ②，始终没有被确认。"),
	LookAlikes: []LookAlike{
		apart("pmtud-working", "The sender did not go on with smaller segments.", "发送方没有改用更小的报文段。"),
		apart("mtu-blackhole", "Here the ICMP message is visible.", "这里能看到 ICMP 消息。"),
	},
	Uncapped: true,
	Confirm:  []analyzer.Confirmation{on(say("sending host", "发送主机"), "ip route get {clientAddr}; nstat -az IcmpInDestUnreachs # twice", say("No mtu in the route's cache although the messages come in, or the counter does not move.", "消息已到达而路由缓存中没有 mtu，或计数器不变。"))},
	Fix: []analyzer.Text{
		say("Let ICMP type 3 code 4 (ICMPv6 type 2) through to the sending host, or clamp the MSS to the path at the router.", "放行到发送主机的 ICMP 类型 3 代码 4（ICMPv6 类型 2），或在路由器上按路径钳制 MSS。"),
	},
	Needs: troubled,
	Check: func(s *Subject) (Match, bool) {
		seen, wentOn := s.tooBig()
		return Match{Level: Likely}, seen && !wentOn && s.Trouble.Sent[s.Trouble.ICMP.QuotedDir].LongestRun >= deadRun
	},
	Tell: tellTooBig,
})
