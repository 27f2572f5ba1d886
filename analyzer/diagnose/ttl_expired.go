package diagnose

import "wirewhy/analyzer"

var _ = register(&Rule{
	ID: "ttl-expired", Stage: StageMessage, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultPath,
	Title:   say("The SYN's time to live ran out on the way: routing loop", "SYN 的 TTL 在途中耗尽：路由环路"),
	Verdict: say("TTL expired on the way", "途中 TTL 耗尽"),
	Doc: say("A router dropped the SYN because its time to live had counted down to zero. On a path that is not absurdly long, this means that two routers send the packet to each other until it dies.",
		"某台路由器因 TTL 减到零而丢弃了 SYN。除非路径长得离谱，否则这意味着两台路由器把报文互相推来推去，直到它消失。"),
	Recognised: say("An ICMP time exceeded error quotes the SYN, and no SYN-ACK comes.", "一个 ICMP 超时错误引用了该 SYN，且没有 SYN-ACK。"),
	Summary: say("{client} dialled {server} ①; the router {from} dropped the SYN because its time to live had run out ②. Most likely two routers on the way point at each other for {serverAddr}.",
		"{client} 连接 {server} ①；路由器 {from} 因 TTL 耗尽丢弃了 SYN ②。最可能的情况是途中两台路由器对 {serverAddr} 的路由互相指向对方。"),
	LookAlikes: []LookAlike{apart("host-unreachable", "The message is time exceeded.", "消息是超时（time exceeded）。")},
	Uncapped:   true,
	Confirm:    []analyzer.Confirmation{on(onClient, "traceroute -n {serverAddr}", say("Two routers alternate in the list.", "列表中两台路由器交替出现。"))},
	Fix:        []analyzer.Text{say("Correct the route to {serverAddr} on the routers that alternate.", "在交替出现的路由器上更正到 {serverAddr} 的路由。")},
	Needs:      troubled,
	Check: func(s *Subject) (Match, bool) {
		// traceroute over TCP provokes these on purpose, with a small TTL.
		return Match{Level: Likely}, s.saidToSYN(icmpExpired) && s.Client.TTL > 32
	},
	Tell: func(t *Telling) { t.tellICMP() },
})
