package diagnose

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

var _ = register(&Rule{
	ID: "syn-reached-server-no-reply", Stage: StageHandshake, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultServerHost,
	Title:   say("The SYN reaches the server's host, which sends nothing back", "SYN 到达服务端主机，但主机没有任何回应"),
	Verdict: say("server's host ignores the SYN", "服务端主机忽略 SYN"),
	Doc: say("The SYN is seen at the server's own interface, and the host sends neither SYN-ACK nor RST. A capture there sees packets before the firewall and before TCP, so the reason lies inside the host: netfilter drops it, the reverse path filter, a full accept queue or SYN queue, or per-host PAWS on kernels before 4.12.",
		"SYN 出现在服务端自己的网卡上，而主机既不发 SYN-ACK 也不发 RST。那里的抓包点位于防火墙和 TCP 之前，所以原因在主机内部：netfilter 丢弃、反向路径过滤、accept 队列或 SYN 队列已满，或 4.12 之前内核的按主机 PAWS 检查。"),
	Recognised: say("As syn-no-response, in a capture taken at the server's host.", "同 syn-no-response，但抓包点在服务端主机。"),
	Summary: say("{client} sent {syns} SYNs to {server}; they arrive at the server's host ①, and within {wait} nothing leaves it for them. The wire has done its part: what drops them sits between the network card and the socket. From packets alone the kernel's reason cannot be named; its counters can name it.",
		"{client} 向 {server} 发送了 {syns} 个 SYN；它们到达了服务端主机 ①，但 {wait} 内主机没有为此发出任何报文。线路没有问题：丢弃发生在网卡与套接字之间。仅凭报文无法指明内核的原因，但计数器可以。"),
	LookAlikes: []LookAlike{
		apart("syn-lost-on-path", "The SYN is here, at its destination.", "SYN 就在这里，已到达目的主机。"),
		apart("refused-by-rst", "A closed port would answer with RST.", "端口关闭时会以 RST 应答。"),
		maybe("accept-queue-overflow", "Likely if the listener's Recv-Q exceeds its Send-Q and ListenOverflows rises.", "若监听套接字 Recv-Q 大于 Send-Q 且 ListenOverflows 增长，则很可能是它。"),
		maybe("paws-per-host-drop", "Only on kernels before 4.12 with tcp_tw_recycle=1, behind NAT.", "仅限 4.12 之前的内核、tcp_tw_recycle=1 且客户端在 NAT 之后。"),
		maybe("rp-filter-drop", "If the route back to the client leaves by another interface.", "若返回客户端的路由走另一块网卡。"),
		maybe("syn-no-response", "If the capturing host does not hold {serverAddr} but routes towards it, it is that router which drops (blackhole route, FORWARD rule).", "如果抓包主机并不持有 {serverAddr}，而只是通往它的路由器，则是该路由器在丢弃（黑洞路由、FORWARD 规则）。"),
		maybe("asymmetric-return-path", "If the host has another interface, the answer may have left there.", "若主机有另一块网卡，应答可能从那里发出。"),
	},
	Confirm: []analyzer.Confirmation{
		on(onServer, "nstat -az TcpExtListenOverflows TcpExtListenDrops TcpExtTCPReqQFullDrop TcpExtPAWSPassive TcpExtIPReversePathFilter # before and after one failing attempt",
			say("The counter that rises names the reason: accept queue full (ListenOverflows), SYN queue full (TCPReqQFullDrop), PAWS (PAWSPassive), reverse path (IPReversePathFilter).",
				"哪个计数增长，原因就是哪个：accept 队列满（ListenOverflows）、SYN 队列满（TCPReqQFullDrop）、PAWS（PAWSPassive）、反向路径（IPReversePathFilter）。")),
		on(onServer, "ss -lnt 'sport = :{port}'", say("Recv-Q greater than Send-Q: the accept queue is full.", "Recv-Q 大于 Send-Q：accept 队列已满。")),
		on(onServer, "iptables-save -c; nft list ruleset", say("A DROP rule whose counter rises with each SYN.", "某条 DROP 规则的计数随每个 SYN 增长。")),
		on(onServer, "ip route get {clientAddr}; sysctl net.ipv4.conf.all.rp_filter net.ipv4.tcp_tw_recycle; uname -r", say("Whether the way back leaves by the interface that the SYN came in by.", "回程是否从 SYN 进来的网卡出去。")),
		on(onServer, "tcpdump -ni any host {clientAddr}", say("No SYN-ACK on any interface.", "任何网卡上都没有 SYN-ACK。")),
	},
	Fix: []analyzer.Text{
		say("Accept queue full: make the application accept faster; then raise its listen backlog and net.core.somaxconn together.", "accept 队列满：先让应用更快地 accept，再同时调大 listen backlog 与 net.core.somaxconn。"),
		say("Firewall: allow port {port}. Reverse path: rp_filter=2 or a policy route. tcp_tw_recycle: set it to 0 and keep timestamps.", "防火墙：放行端口 {port}。反向路径：rp_filter=2 或策略路由。tcp_tw_recycle：设为 0 并保留时间戳。"),
	},
	ExplainedBy: []string{"port-scan", "syn-flood", "dns-stale-address"},
	Needs:       asked,
	Check: func(s *Subject) (Match, bool) {
		m, ok := s.silentSyn()
		m.Level = min(m.Level, Likely)
		return m, ok && s.Vantage() == flow.VantageServer
	},
	Tell: tellSilentSyn,
})
