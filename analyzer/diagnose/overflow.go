package diagnose

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// finalAckIgnored reports a server that repeats its SYN-ACK after the client's
// ACK, later than one that was under way, and takes nothing that the client sends.
func (s *Subject) finalAckIgnored() bool {
	return s.Completed() && s.Trouble.SynAcksAfterAck > 0 && s.Trouble.LastSynAck.Sub(s.AckTime) > s.RTT() && s.NothingAcked() && s.Server.Payload == 0 &&
		(s.Client.Payload > 0 || s.Trouble.SynAcksAfterAck > 1)
}

// silentServices returns how many flows to each server were accepted and never
// answered: connections that sit in an accept queue look like that.
func (v *Survey) silentServices() map[flow.Endpoint]int {
	out := map[flow.Endpoint]int{}
	for _, rule := range []string{"server-app-silent", "slow-server"} {
		for _, id := range v.Having(rule) {
			out[v.Tracker.Flow(int(id)).Server()]++
		}
	}
	return out
}

var _ = register(&Rule{
	ID: "accept-queue-overflow", Stage: StageHandshake, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultServerApp,
	Title:   say("The accept queue of {server} is full", "{server} 的 accept 队列已满"),
	Verdict: say("accept queue full", "accept 队列已满"),
	Doc: say("A listener's accept queue holds connections whose handshake is done until the application calls accept(). It holds min(backlog, somaxconn) + 1. When it is full, Linux ignores the final ACK and the data that follow it, and repeats the SYN-ACK: the client believes that it is connected, the server does not. (Further SYNs are dropped in silence; with tcp_abort_on_overflow=1 the ACK is answered with RST.) The application is too slow, stuck, or too small a backlog meets a burst.",
		"监听套接字的 accept 队列存放已完成握手、等待应用调用 accept() 的连接，容量为 min(backlog, somaxconn) + 1。队列满时，Linux 忽略最后的 ACK 及其后的数据，并重发 SYN-ACK：客户端以为已连接，服务端则不然。（后续 SYN 被静默丢弃；若 tcp_abort_on_overflow=1，则以 RST 回应 ACK。）原因是应用太慢、卡死，或 backlog 太小遇到突发。"),
	Recognised: say("After the client's ACK (and data) the server repeats its SYN-ACK, acknowledges nothing and sends nothing; seen at the server's side, or beside connections to the same port that were accepted and never answered.",
		"客户端 ACK（及数据）之后，服务端重发 SYN-ACK，既不确认也不发送任何数据；在服务端一侧看到，或同一端口还有被接受但从未应答的连接。"),
	Summary: say("{client} completed its handshake with {server} ①, but the server repeats its SYN-ACK as if the ACK had never come ②, and ignores the client's data. Linux does that when the accept queue of port {port} is full: the application does not accept() connections fast enough, or not at all. Its queue cannot be seen in packets; one look at ss -lnt decides.",
		"{client} 与 {server} 完成了握手 ①，但服务端像没收到 ACK 一样重发 SYN-ACK ②，并忽略客户端的数据。端口 {port} 的 accept 队列满时 Linux 就是这样：应用 accept() 得不够快，或根本没有 accept。队列在报文中看不到；看一眼 ss -lnt 即可定论。"),
	LookAlikes: []LookAlike{
		apart("syn-no-response", "The SYN is answered.", "SYN 得到了应答。"),
		maybe("handshake-ack-lost", "If the client's ACKs do not reach the server, the packets at the client are the same; a capture at the server decides.", "如果客户端的 ACK 没有到达服务端，在客户端看到的报文相同；在服务端抓包即可判定。"),
		maybe("handshake-done-server-ignores", "With SYN cookies the SYN-ACK would not be repeated.", "若启用了 SYN cookie，SYN-ACK 不会重发。"),
	},
	Confirm: []analyzer.Confirmation{
		on(onServer, "ss -lnt 'sport = :{port}'", say("Recv-Q greater than Send-Q (Send-Q + 1 when full).", "Recv-Q 大于 Send-Q（满时为 Send-Q + 1）。")),
		on(onServer, "nstat -az TcpExtListenOverflows TcpExtListenDrops # twice", say("Both rise with each repeated ACK or SYN. (If TCPDeferAcceptDrop rises instead, the listener uses TCP_DEFER_ACCEPT.)", "两者随每个重复的 ACK 或 SYN 增长。（若增长的是 TCPDeferAcceptDrop，则监听端使用了 TCP_DEFER_ACCEPT。）")),
		on(onServer, "ss -ant state syn-recv 'sport = :{port}'", say("The connections stand in SYN-RECV.", "这些连接停留在 SYN-RECV。")),
	},
	Fix: []analyzer.Text{
		say("Find why the application does not accept(): blocked event loop, exhausted workers or file descriptors, a stopped process. That is the cure.", "查明应用为何不 accept()：事件循环阻塞、工作线程或文件描述符耗尽、进程停止。这才是根治。"),
		say("For bursts raise the listen backlog and net.core.somaxconn together (the smaller one counts).", "应对突发：同时调大 listen backlog 与 net.core.somaxconn（以较小者为准）。"),
	},
	ExplainedBy: []string{"syn-flood"},
	Needs:       completed | troubled,
	Check: func(s *Subject) (Match, bool) {
		return Match{Level: Possible}, s.finalAckIgnored() && s.Vantage() == flow.VantageServer
	},
	Survey: func(v *Survey) {
		silent := v.silentServices()
		for _, id := range v.Having("handshake-ack-lost") {
			if silent[v.Tracker.Flow(int(id)).Server()] > 0 {
				v.Claim(id, Match{Level: Possible})
			}
		}
	},
	Tell: tellOverflow,
})

func tellIgnored(t *Telling) {
	t.Show(say("the handshake as the client sees it", "客户端眼中的握手"), t.SynFrame, t.SynAckFrame, t.AckFrame)
	if frames := t.synAckFrames(); len(frames) > 1 {
		t.Show(say("SYN-ACKs after the client's ACK", "客户端 ACK 之后的 SYN-ACK"), frames[1:]...)
	}
	t.Show(say("data of the client, never acknowledged", "客户端数据，始终未被确认"), t.dataFrames(flow.Originator)...)
	t.Show(say("RST at the end", "最后的 RST"), t.ResetFrame)
}

var _ = register(&Rule{
	ID: "handshake-ack-lost", Stage: StageHandshake, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultPath,
	Title:   say("The server does not see the client's final ACK", "服务端没有看到客户端的最后 ACK"),
	Verdict: say("final ACK does not reach the server", "最后的 ACK 未到达服务端"),
	Doc: say("The client has its SYN-ACK, acknowledges it and sends data, but the server behaves as if none of this had arrived and repeats the SYN-ACK. Either the path loses everything after the SYN in that direction (a firewall that lets only the SYN through, an asymmetric path), or the server's host takes the packets and drops them because the accept queue is full.",
		"客户端收到 SYN-ACK，予以确认并发送数据，但服务端表现得像什么都没收到，一再重发 SYN-ACK。要么该方向上 SYN 之后的报文都在途中丢失（只放行 SYN 的防火墙、非对称路径），要么服务端主机收到后因 accept 队列已满而丢弃。"),
	Recognised: say("After the client's ACK the SYN-ACK is repeated, and the server acknowledges and sends nothing; the capture was not taken at the server.", "客户端 ACK 之后 SYN-ACK 重发，服务端不确认也不发送；抓包点不在服务端。"),
	Summary: say("{client} completed its handshake with {server} ①, but the server repeats its SYN-ACK ② and never acknowledges what the client sends. The client's packets after the SYN do not take effect at the server: they are lost on the way, or dropped by the server's host.",
		"{client} 与 {server} 完成握手 ①，但服务端重发 SYN-ACK ②，从不确认客户端发送的内容。客户端在 SYN 之后的报文在服务端没有生效：要么在途中丢失，要么被服务端主机丢弃。"),
	LookAlikes: []LookAlike{
		apart("syn-no-response", "The SYN is answered.", "SYN 得到了应答。"),
		apart("server-app-silent", "The server's kernel acknowledges nothing.", "服务端内核什么都没有确认。"),
		maybe("accept-queue-overflow", "A full accept queue looks the same from the client; a capture or counters at the server decide.", "从客户端看，accept 队列满的表现相同；需在服务端抓包或看计数器。"),
	},
	Confirm: []analyzer.Confirmation{
		on(onServer, "tcpdump -ni any host {clientAddr} and tcp port {port}", say("The ACK does not arrive: lost on the way. It arrives: nstat TcpExtListenOverflows.", "ACK 没有到达：途中丢失。到达了：查看 nstat TcpExtListenOverflows。")),
	},
	Fix:         []analyzer.Text{say("Mend the rule or path that passes SYNs of {clientAddr} but not what follows them; or see accept-queue-overflow.", "修复只放行 {clientAddr} 的 SYN 而不放行后续报文的规则或路径；或参见 accept-queue-overflow。")},
	ExplainedBy: []string{"accept-queue-overflow"},
	Needs:       completed | troubled,
	Check: func(s *Subject) (Match, bool) {
		return Match{Level: Possible}, s.finalAckIgnored() && s.Vantage() != flow.VantageServer
	},
	Tell: tellIgnored,
})

var _ = register(&Rule{
	ID: "handshake-done-server-ignores", Stage: StageHandshake, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultServerApp,
	Title:   say("After its SYN-ACK the server ignores everything", "发出 SYN-ACK 之后，服务端忽略一切"),
	Verdict: say("server ignores all after its SYN-ACK", "SYN-ACK 之后服务端全部忽略"),
	Doc: say("The handshake looks complete to the client, its data is repeated and never acknowledged, and the server does not even repeat its SYN-ACK. That is a listener that answered with a SYN cookie and had no room in its accept queue when the ACK came: with cookies there is no half-open connection that could repeat or reset anything. It can also be a path that died in that very moment.",
		"对客户端来说握手已完成，它的数据一再重发却从未被确认，服务端甚至不重发 SYN-ACK。这是监听端用 SYN cookie 作答，而 ACK 到来时 accept 队列已没有空位：使用 cookie 时没有半开连接，因此既不会重发也不会重置。也可能恰在此刻路径断了。"),
	Recognised: say("One SYN-ACK, the client's ACK and data, at least two repetitions of the data, and not one more packet from the server.", "一个 SYN-ACK，客户端的 ACK 与数据，数据至少重发两次，服务端再无任何报文。"),
	Summary: say("{client} completed its handshake with {server} ① and sent its data ②, again and again; after the SYN-ACK the server sent nothing more: no ACK, no RST, no further SYN-ACK. A Linux server does that when its accept queue is full while SYN cookies are in use (a burst of connections, and an application that does not accept them).",
		"{client} 与 {server} 完成握手 ① 并一再发送数据 ②；SYN-ACK 之后服务端再没有发送任何东西：没有 ACK、没有 RST、没有再次 SYN-ACK。Linux 服务端在使用 SYN cookie 且 accept 队列已满时就是这样（突发连接，而应用没有及时 accept）。"),
	LookAlikes: []LookAlike{
		apart("server-app-silent", "The server's kernel acknowledges nothing.", "服务端内核什么都没有确认。"),
		apart("packet-loss", "Nothing at all gets through.", "没有任何报文通过。"),
		maybe("handshake-ack-lost", "Without cookies the server would repeat its SYN-ACK.", "如果没有使用 cookie，服务端会重发 SYN-ACK。"),
		maybe("peer-vanished", "If other connections to the host die in the same moment, it is the path; if only some requests or names meet this, a filter drops by content.", "若同一时刻到该主机的其他连接也断了，则是路径问题；若只有某些请求或名称如此，则是按内容丢弃的过滤设备。"),
	},
	Corroborate: true,
	Confirm: []analyzer.Confirmation{
		on(onServer, "nstat -az TcpExtListenOverflows TcpExtListenDrops TcpExtSyncookiesSent TcpExtTCPReqQFullDoCookies # twice; ss -lnt 'sport = :{port}'", say("SyncookiesSent and ListenOverflows rise; Recv-Q exceeds Send-Q.", "SyncookiesSent 与 ListenOverflows 增长；Recv-Q 大于 Send-Q。")),
	},
	Fix:         []analyzer.Text{say("Make the application accept faster, and raise the listen backlog and net.core.somaxconn together: the backlog also limits the SYN queue, and a small one makes bursts fall back to cookies.", "让应用更快地 accept，并同时调大 listen backlog 与 net.core.somaxconn：backlog 也限制 SYN 队列，过小会使突发流量退化为 cookie。")},
	ExplainedBy: []string{"mtu-blackhole", "pmtud-ignored"},
	Needs:       completed | withData | troubled,
	Check: func(s *Subject) (Match, bool) {
		if !s.Completed() || s.Server.Packets != uint32(s.SynAckCount) || s.Trouble.SynAcksAfterAck > 0 || s.Client.Payload == 0 ||
			s.Trouble.Sent[flow.Originator].Run < 2 || s.ResetFrame != 0 && s.ResetBy == flow.Responder || s.Mute(s.ServerAddr) {
			return Match{}, false
		}
		if s.Vantage() == flow.VantageServer {
			return Match{Level: Likely}, true
		}
		return Match{Level: Possible}, true
	},
	Tell: tellIgnored,
})
