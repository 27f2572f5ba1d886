package diagnose

import (
	"strconv"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

// Details of synack-wrong-source.
const (
	foreignReset  = iota // the client's host reset the answer
	foreignUnused        // nothing was sent back to the other address
	foreignLeg           // taken where the SYN is translated: the answer passes as it came
)

var _ = register(&Rule{
	ID: "synack-wrong-source", Stage: StageAddress, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultPath,
	Title:   say("SYN-ACK came from another address than the one dialled", "SYN-ACK 来自另一个地址，而不是所连接的地址"),
	Verdict: say("answered from another address", "应答来自其他地址"),
	GroupBy: ByServer, // all ports: it is the address that is not translated back
	Doc: say("A connection is its four numbers: two addresses, two ports. If a device rewrites the destination of the SYN (a service IP becomes a pod or a real server) but nothing rewrites the source of the answer back, the client's kernel gets a SYN-ACK for a connection that it never began. It answers that with a RST and goes on waiting for the address that it dialled, until its SYN retries are used up.",
		"一条连接由两个地址和两个端口共同确定。如果某个设备改写了 SYN 的目的地址（把服务 IP 换成 Pod 或真实服务器），却没有任何设备把应答的源地址改回来，客户端内核收到的就是一个自己从未发起过的连接的 SYN-ACK。它用 RST 回绝，同时继续等待当初所连接的那个地址，直到 SYN 重试耗尽。"),
	Recognised: say("A SYN-ACK to the client's port whose acknowledgment number is exactly the SYN's sequence number plus one, from an address or port that was not dialled; none from the one that was; the SYN is repeated with the same port and sequence number, or the answer is reset with a bare RST whose sequence number is the SYN-ACK's acknowledgment number.",
		"发往客户端端口的 SYN-ACK，其确认号恰好等于 SYN 序列号加一，但来自未曾连接的地址或端口；所连接的地址没有给出 SYN-ACK；SYN 以相同端口和序列号重发，或该应答被一个不带 ACK 的 RST 回绝，RST 的序列号等于 SYN-ACK 的确认号。"),
	Summary: say("{clientAddr} dialled {server} ①, and a SYN-ACK came back from {foreign} ②, which nobody had dialled. Its acknowledgment number is that of the SYN plus one, so it is the answer to this very SYN: something on the way translated the destination {serverAddr} to {foreignAddr}, and the translation back was skipped for the answer.",
		"{clientAddr} 连接 {server} ①，返回的 SYN-ACK 却来自从未被连接过的 {foreign} ②。它的确认号正是这个 SYN 的序列号加一，因此它就是对这个 SYN 的应答：途中有设备把目的地址 {serverAddr} 转换成了 {foreignAddr}，而应答方向的反向转换被跳过了。"),
	LookAlikes: []LookAlike{
		apart("refused-by-rst", "The RST was sent by the client, to {foreign}. Nobody refused the connection: there is an answer that says yes.",
			"RST 是客户端发给 {foreign} 的。没有谁拒绝这个连接：对方给出的是同意的应答。"),
		apart("client-abort", "The RST belongs to a connection that does not exist for the client. Its own attempt lives on: the same SYN from the same port follows.",
			"这个 RST 针对的是客户端并不认识的连接。它自己的连接尝试仍在继续：随后又从同一端口发出同一个 SYN。"),
		apart("syn-no-response", "There is an answer; it came from the wrong place.", "有应答，只是来自错误的地址。"),
		apart("packet-loss", "The SYN is repeated because no answer that fits came, not because one was lost.",
			"SYN 重发是因为没有等到匹配的应答，而不是应答丢失。"),
	},
	Confirm: []analyzer.Confirmation{
		on(say("node that translates (often the client's)", "做转换的节点（常常是客户端所在节点）"), "conntrack -L -d {serverAddr}",
			say("An entry {clientAddr} → {serverAddr} whose reply source is {foreignAddr}, in SYN_SENT; or none at all, if the translation is not conntrack's (eBPF, IPVS, a load balancer).",
				"存在一条 {clientAddr} → {serverAddr} 的条目，应答源为 {foreignAddr}，状态 SYN_SENT；如果转换不是由 conntrack 完成（eBPF、IPVS、负载均衡器），则没有条目。")),
		on(say("client node, Kubernetes with Cilium", "客户端所在节点，使用 Cilium 的 Kubernetes"), "cilium bpf lb list | grep {serverAddr}; cilium monitor -v --related-to $(cilium endpoint list -o jsonpath='{[*].id}')",
			say("{server} is a service address and {foreignAddr} one of its backends; the answer is delivered without reverse NAT.",
				"{server} 是服务地址，{foreignAddr} 是它的一个后端；应答在未做反向 NAT 的情况下被送达。")),
		on(say("cluster", "集群"), "kubectl get svc,endpointslices -A -o wide | grep -e {serverAddr} -e {foreignAddr}; kubectl get pod -A -o wide | grep {foreignAddr}",
			say("{serverAddr} is an ExternalIP, LoadBalancer IP or ClusterIP, {foreignAddr} a pod behind it; see whether that pod runs on the client's own node.",
				"{serverAddr} 是 ExternalIP、LoadBalancer IP 或 ClusterIP，{foreignAddr} 是其后的 Pod；看该 Pod 是否与客户端在同一节点。")),
		on(say("real server {foreignAddr}", "真实服务器 {foreignAddr}"), "tcpdump -ni any host {clientAddr} and port {port}",
			say("A normal SYN and SYN-ACK there, then a RST from {clientAddr}.", "那里看到的是正常的 SYN 与 SYN-ACK，随后是来自 {clientAddr} 的 RST。")),
	},
	Fix: []analyzer.Text{
		say("Make the answer pass the device that translated the request: route the return path over it, or let it also translate the source (masquerade, SNAT) so that the real server answers to it.",
			"让应答经过做转换的那个设备：把回程路由指向它，或者让它同时转换源地址（masquerade、SNAT），使真实服务器把应答发给它。"),
		say("Kubernetes: if client and pod share a node, the known cause is a service datapath that skips the reverse translation for local traffic to an ExternalIP (cilium/cilium#9285): upgrade the CNI or kube-proxy replacement, or reach the service by its ClusterIP from inside the cluster.",
			"Kubernetes：若客户端与 Pod 在同一节点，已知原因是服务数据面对发往 ExternalIP 的本地流量跳过了反向转换（cilium/cilium#9285）：升级 CNI 或 kube-proxy 替代组件，或在集群内改用 ClusterIP 访问。"),
		say("LVS or a load balancer with direct return (DSR): the real server must hold {serverAddr} on its loopback (arp_ignore=1, arp_announce=2) and answer from it. Hairpin, with client and real server in one subnet: SNAT on the balancer.",
			"LVS 或直接返回（DSR）模式的负载均衡：真实服务器必须在 lo 上配置 {serverAddr}（arp_ignore=1、arp_announce=2）并以它作答。客户端与真实服务器同网段（hairpin）：在负载均衡上做 SNAT。"),
		say("A server with several addresses or NICs that answers from another one: bind the service to the dialled address, or add a policy route for it.",
			"服务器有多个地址或网卡、以另一个地址作答：把服务绑定到被连接的地址，或为它添加策略路由。"),
	},
	Needs: troubled,
	Check: func(s *Subject) (Match, bool) {
		t := s.Trouble
		if t.ForeignSynAcks == 0 || s.SynAckFrame != 0 || s.AckFrame != 0 || s.Client.Payload > 0 || t.ForeignOther > 0 {
			return Match{}, false
		}
		switch {
		case t.ForeignResets > 0:
			return Match{Level: Certain, Detail: foreignReset}, true
		case s.SynCount > 1:
			return Match{Level: Likely, Detail: foreignUnused}, true
		}
		return Match{}, false
	},
	Tell: func(t *Telling) {
		if t.Match.Detail == foreignLeg {
			t.tellForeignLeg()
			return
		}
		x := t.Trouble
		t.Set("foreign", x.Foreign.String())
		t.Set("foreignAddr", x.Foreign.Addr.String())
		t.Set("delay", Duration(x.ForeignFirst.Sub(t.Start)))
		t.Set("foreignISNs", strconv.Itoa(int(x.ForeignISNs)))
		t.Show(say("SYN from {client} to {server}", "{client} 发往 {server} 的 SYN"), t.SynFrame)
		t.Show(say("SYN-ACK from {foreign}, {delay} after the SYN, with the acknowledgment number that fits it", "来自 {foreign} 的 SYN-ACK，在 SYN 之后 {delay}，确认号与之吻合"), t.foreignFrames(wire.SYN|wire.ACK)...)
		if t.Match.Detail == foreignReset {
			t.Show(say("RST from the client to {foreign}", "客户端发往 {foreign} 的 RST"), t.foreignFrames(wire.RST)...)
			t.Note(say("For the client's kernel that answer belongs to no connection, so it resets it ③. It does not reset its own attempt: the socket stays in SYN-SENT and goes on dialling {server}.",
				"对客户端内核来说，这个应答不属于任何连接，于是发 RST 回绝 ③。它并没有重置自己的连接尝试：套接字仍处于 SYN-SENT，继续连接 {server}。"))
		} else {
			t.Note(say("The client's host does not even reset it (a firewall or a stateful filter there may drop it first).",
				"客户端主机甚至没有回 RST（可能被其上的防火墙或状态过滤先行丢弃）。"))
		}
		if t.SynCount > 1 {
			t.Show(say("the same SYN again, from the same port with the same sequence number", "同一个 SYN 再次发出，端口与序列号不变"), t.synFrames()[1:]...)
			t.Note(say("The SYN was sent {syns} times, always from port {clientPort} with the same sequence number; the application sees a connect timeout.",
				"SYN 共发送 {syns} 次，始终来自端口 {clientPort}、序列号相同；应用看到的是连接超时。"))
		}
		if x.ForeignISNs > 1 {
			t.Note(say("The answers carry {foreignISNs} different initial sequence numbers: each RST reached {foreignAddr} and removed its half-open connection, or it would have repeated the old number. So the path works both ways; only the address is wrong.",
				"这些应答带有 {foreignISNs} 个不同的初始序列号：说明每个 RST 都到达了 {foreignAddr} 并清除了半开连接，否则它会重复旧的序列号。所以双向路径都是通的，错的只是地址。"))
		}
		if x.Foreign.Port != t.ServerPort {
			t.Note(say("The port differs, too: this is a port translation that is not undone.", "端口也不同：这是未被还原的端口转换。"))
		}
		if t.Vantage() == flow.VantageServer {
			t.Note(say("The capture was taken near the server.", "抓包点靠近服务端。"))
		}
	},
})

// tellForeignLeg tells of an answer that passes the translating host as it came: a flow
// of its own there, since its SYN was seen, too.
func (t *Telling) tellForeignLeg() {
	var leg Subject
	leg.load(t.run, t.run.Tracker.Flow(int(t.Match.Joined-1)))
	t.Set("foreign", leg.Flow.Server().String())
	t.Set("foreignAddr", leg.ServerAddr.String())
	t.Set("delay", Duration(leg.SynAck.Sub(t.Start)))
	t.Show(say("SYN from {client} to {server}", "{client} 发往 {server} 的 SYN"), t.SynFrame)
	t.Show(say("SYN-ACK from {foreign}, {delay} after the SYN, passed on without being translated back", "来自 {foreign} 的 SYN-ACK，在 SYN 之后 {delay}，转发时没有被转换回去"), leg.SynAckFrame)
	t.Show(say("RST from the client to {foreign}", "客户端发往 {foreign} 的 RST"), leg.ResetFrame)
	t.Show(say("the SYN as this host sent it on", "本机转发出去的 SYN"), leg.SynFrame)
	t.Note(say("The capture holds both sides of the translation: the SYN leaves here for {foreign}, and the answer is not translated back here. Look at this host first (a rule that exempts it from connection tracking, a lost entry).",
		"抓包同时包含转换的两侧：SYN 从这里发往 {foreign}，而应答在这里没有被转换回去。先检查本机（把它排除在连接跟踪之外的规则、丢失的表项）。"))
}
