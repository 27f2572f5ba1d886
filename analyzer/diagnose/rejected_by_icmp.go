package diagnose

import "wirewhy/analyzer"

var _ = register(&Rule{
	ID: "rejected-by-icmp", Stage: StageMessage, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultServerHost,
	Title:   say("SYN rejected with ICMP: {message}", "SYN 被 ICMP 拒绝：{message}"),
	Verdict: say("rejected by ICMP", "被 ICMP 拒绝"),
	Doc: say("A firewall or the host itself answers the SYN with an ICMP error that means no: port unreachable or administratively prohibited. It is a rule that says REJECT (iptables REJECT, firewalld, a router's access list), or kube-proxy's answer for a service without endpoints.",
		"防火墙或主机自身用表示拒绝的 ICMP 错误回应 SYN：端口不可达或管理性禁止。这来自一条 REJECT 规则（iptables REJECT、firewalld、路由器访问列表），或者是 kube-proxy 对没有 endpoint 的 Service 的回应。"),
	Recognised: say("An ICMP error (type 3 code 2, 3, 9, 10 or 13; ICMPv6 type 1 code 1, 4, 5 or 6) quotes the SYN, and no SYN-ACK comes.",
		"一个 ICMP 错误（类型 3，代码 2、3、9、10 或 13；ICMPv6 类型 1，代码 1、4、5 或 6）引用了该 SYN，且没有 SYN-ACK。"),
	Summary: say("{client} dialled {server} ①, and {from} answered with ICMP \"{message}\" ②. Somebody decided to say no and says so: a firewall rule with REJECT, or a service address without any endpoint. The application sees \"connection refused\" or \"no route to host\" at once.",
		"{client} 连接 {server} ①，{from} 以 ICMP “{message}” 回应 ②。这是明确的拒绝：某条 REJECT 防火墙规则，或没有任何 endpoint 的服务地址。应用立即看到 “connection refused” 或 “no route to host”。"),
	LookAlikes: []LookAlike{
		apart("refused-by-rst", "The answer is an ICMP error, not a RST: a closed port alone does not send that for TCP.", "回应是 ICMP 错误而不是 RST：仅仅端口关闭时 TCP 不会这样回应。"),
		apart("syn-no-response", "There is an answer.", "有回应。"),
		apart("host-unreachable", "The message says forbidden or closed, not that there is no way.", "消息表示禁止或关闭，而不是没有路可走。"),
	},
	Uncapped: true,
	Confirm: []analyzer.Confirmation{
		on(say("host {from}", "主机 {from}"), "iptables-save -c | grep REJECT; nft list ruleset | grep reject; firewall-cmd --list-all", say("The rule whose counter rises with each SYN to port {port}.", "随每个发往端口 {port} 的 SYN 而计数增长的那条规则。")),
		on(say("cluster", "集群"), "kubectl get endpointslices -A | grep -F {serverAddr}; iptables-save -c | grep -F {serverAddr}", say("A service without ready endpoints: kube-proxy rejects it (KUBE-SERVICES … has no endpoints).", "没有就绪 endpoint 的 Service：kube-proxy 会拒绝（KUBE-SERVICES … has no endpoints）。")),
	},
	Fix: []analyzer.Text{
		say("Allow port {port} in the rules of {from}, if the connection is wanted.", "如果该连接是需要的，在 {from} 的规则中放行端口 {port}。"),
		say("Kubernetes: bring an endpoint up (readiness, selector, targetPort).", "Kubernetes：让 endpoint 就绪（readiness、selector、targetPort）。"),
	},
	ExplainedBy: []string{"port-scan", "dns-stale-address"},
	Needs:       troubled,
	Check:       func(s *Subject) (Match, bool) { return Match{Level: Certain}, s.saidToSYN(icmpRejected) },
	Tell: func(t *Telling) {
		t.tellICMP()
		if t.Trouble.ICMP.From != t.ServerAddr {
			t.Note(say("The error does not come from {serverAddr} but from {from}: a router or firewall on the way rejects.", "错误并非来自 {serverAddr}，而是来自 {from}：是途中的路由器或防火墙在拒绝。"))
			t.Finding.Fault = analyzer.FaultPath
		}
	},
})
