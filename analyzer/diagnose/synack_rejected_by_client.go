package diagnose

import (
	"strconv"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

var _ = register(&Rule{
	ID: "synack-rejected-by-client", Stage: StageAddress, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultPath,
	Title:   say("The client resets the SYN-ACK and dials again", "客户端重置 SYN-ACK，然后再次发起同一连接"),
	Verdict: say("SYN-ACK reset by the client, SYN repeated", "SYN-ACK 被客户端重置，SYN 重发"),
	Doc: say("The client's host answers the SYN-ACK with a RST and yet repeats the same SYN. Both can be true only if its kernel does not recognise the SYN-ACK as the answer to its attempt: on the client's side it carries another address or port. This is what a missing reverse NAT looks like at the real server.",
		"客户端主机用 RST 回绝 SYN-ACK，却又重发同一个 SYN。这两件事同时成立只有一种可能：它的内核不认为这个 SYN-ACK 是对自己连接的应答——在客户端看来，它的地址或端口不对。反向 NAT 缺失时，在真实服务器一侧看到的就是这样。"),
	Recognised: say("SYN and SYN-ACK, then a RST without ACK whose sequence number is the SYN-ACK's acknowledgment number, then the same SYN from the same port with the same sequence number.",
		"SYN、SYN-ACK，之后是不带 ACK 的 RST（序列号等于 SYN-ACK 的确认号），随后同一端口、同一序列号的 SYN 再次到来。"),
	Summary: say("{server} answered the SYN of {client} ①②. The client's host sent a RST to that answer ③ and then the very same SYN again. A client that gave up would not dial again with the same sequence number; a client that was satisfied would not reset. So the answer that reaches the client is not one that it can match: most likely the client dialled another address (a service IP) that is translated to {serverAddr} on the way, and the answer goes back without being translated.",
		"{server} 应答了 {client} 的 SYN ①②。客户端主机对该应答回了 RST ③，随后又发出完全相同的 SYN。放弃连接的客户端不会用相同序列号再次发起，满意的客户端不会发 RST。因此到达客户端的应答是它无法匹配的：最可能的情况是客户端连接的是另一个地址（服务 IP），途中被转换为 {serverAddr}，而应答返回时没有被转换回去。"),
	LookAlikes: []LookAlike{
		apart("half-open-probe", "A scanner or health check does not repeat the same SYN after its RST.", "扫描或健康检查在 RST 之后不会重发同一个 SYN。"),
		apart("client-abort", "The connection was never established, and the client goes on dialling.", "连接从未建立，而且客户端仍在继续发起。"),
		apart("refused-by-rst", "The server said yes; the RST came from the client.", "服务端已经同意；RST 来自客户端。"),
		maybe("rst-injected-by-middlebox", "A device that forges RSTs towards the server would look the same here; a capture at the client settles it.", "若有设备向服务端伪造 RST，这里看到的也一样；在客户端抓包即可判定。"),
	},
	Confirm: []analyzer.Confirmation{
		on(onClient, "tcpdump -ni any host {serverAddr} or 'tcp[tcpflags] & (tcp-syn|tcp-rst) != 0'",
			say("The SYN goes to another address than {serverAddr}; the SYN-ACK comes from {serverAddr} and is reset.",
				"SYN 发往的地址不是 {serverAddr}；SYN-ACK 却来自 {serverAddr}，并被重置。")),
		on(say("device that translates: client node, router, load balancer", "做转换的设备：客户端节点、路由器或负载均衡"), "conntrack -L | grep {clientAddr}",
			say("An entry that translates the dialled address to {serverAddr}, stuck in SYN_SENT.", "存在把所连接地址转换成 {serverAddr} 的条目，停留在 SYN_SENT。")),
	},
	Fix: []analyzer.Text{
		say("Send the answers of {serverAddr} back through the device that translated the request, or let that device translate the source as well (SNAT, masquerade).",
			"让 {serverAddr} 的应答经由做转换的设备返回，或让该设备同时做源地址转换（SNAT、masquerade）。"),
		say("If {serverAddr} has a second interface or a more specific route to {clientAddr} that bypasses the translator, remove it or add a policy route.",
			"如果 {serverAddr} 有另一块网卡或更具体的路由绕过转换设备直达 {clientAddr}，请去掉它或添加策略路由。"),
	},
	Needs: answered | troubled,
	Check: func(s *Subject) (Match, bool) {
		t := s.Trouble
		if t.ClientResetsOfSynAck == 0 || s.SynCount < 2 || s.SynAckFrame == 0 || s.AckFrame != 0 ||
			t.ForeignSynAcks > 0 || t.StrayAcks > 0 || s.Client.Payload > 0 {
			return Match{}, false
		}
		if t.ClientResetsOfSynAck > 1 || t.SynAckISNs > 0 {
			return Match{Level: Certain}, true
		}
		return Match{Level: Likely}, true
	},
	Tell: func(t *Telling) {
		t.Set("resets", strconv.Itoa(int(t.Trouble.ClientResetsOfSynAck)))
		t.Show(say("SYN from {client}, always the same", "来自 {client} 的 SYN，始终相同"), t.synFrames()...)
		t.Show(say("SYN-ACK from {server}", "来自 {server} 的 SYN-ACK"), t.synAckFrames()...)
		t.Show(say("RST from the client's host", "来自客户端主机的 RST"), t.resetFrames(flow.Originator)...)
		if t.Trouble.SynAckISNs > 0 {
			t.Note(say("Each RST removed the half-open connection here, so each repeated SYN got a SYN-ACK with a new sequence number.",
				"每个 RST 都清除了这里的半开连接，因此每次重发的 SYN 得到的 SYN-ACK 序列号都不同。"))
		}
	},
})
