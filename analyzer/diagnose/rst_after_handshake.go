package diagnose

import (
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// Details of rst-after-handshake.
const (
	resetByKernel = iota // the form of a kernel without a socket: the accept queue overflowed
	resetByOwner         // the form of a socket that its owner aborted
)

var _ = register(&Rule{
	ID: "rst-after-handshake", Stage: StageReset, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultServerHost,
	Title:   say("Reset right after the handshake, before any data was taken", "握手刚完成、数据尚未被接收就被重置"),
	Verdict: say("reset right after the handshake", "握手后立即被重置"),
	Doc: say("SYN, SYN-ACK, ACK, and at once a RST from the server's side. Two causes share this shape, and the form of the RST tells them apart. A bare RST with window 0 and no timestamps comes from a kernel that has no socket for the connection: the accept queue was full and tcp_abort_on_overflow=1. A RST+ACK with a live window comes from a socket that its owner aborted: a layer 4 proxy or load balancer that accepted, dialled its upstream, and was refused; or a listener that was closed with connections waiting.",
		"SYN、SYN-ACK、ACK，随即服务端发来 RST。两种原因会呈现这一形态，而 RST 的形式可以区分。不带 ACK、窗口为 0、没有时间戳的 RST 来自没有对应套接字的内核：accept 队列已满且 tcp_abort_on_overflow=1。带 ACK 且窗口有效的 RST 来自被其拥有者中止的套接字：四层代理或负载均衡接受连接后去连上游被拒绝；或监听套接字在还有等待连接时被关闭。"),
	Recognised: say("The handshake is complete; within a second the server's side resets it, having sent no data and acknowledged none.",
		"握手完成；一秒之内服务端将其重置，没有发送任何数据，也没有确认任何数据。"),
	Summary: say("{client} and {server} completed their handshake ①, and {delay} later the server's side reset the connection ②, before it had taken or sent any data.",
		"{client} 与 {server} 完成握手 ①，{delay} 之后服务端重置了连接 ②，此时它既没有接收也没有发送任何数据。"),
	LookAlikes: []LookAlike{
		apart("refused-by-rst", "The SYN was answered with SYN-ACK; the reset answers the final ACK.", "SYN 得到了 SYN-ACK；RST 回应的是最后的 ACK。"),
		apart("client-abort", "The server's side sent the RST.", "RST 由服务端发出。"),
		maybe("upstream-down-behind-proxy", "The same cause with a proxy that waits for the request before it dials.", "若代理等到请求到来才连接上游，原因相同。"),
		maybe("rst-injected-by-middlebox", "A device that lets the handshake through and then kills it; a capture at the server shows whether it sent the RST.", "放过握手再杀掉连接的设备；在服务端抓包看 RST 是否由它发出。"),
	},
	Corroborate: true,
	Confirm: []analyzer.Confirmation{
		on(onServer, "sysctl net.ipv4.tcp_abort_on_overflow; nstat -az TcpExtListenOverflows # twice; ss -lnt 'sport = :{port}'",
			say("1, a rising counter and Recv-Q above Send-Q: accept queue overflow.", "值为 1、计数增长且 Recv-Q 大于 Send-Q：accept 队列溢出。")),
		on(onServer, "ss -lntp 'sport = :{port}'; tcpdump -ni any 'tcp[tcpflags] & (tcp-syn|tcp-rst) != 0'",
			say("The listener is a proxy, and it dials an upstream that refuses at the moment of the reset.", "监听者是代理，并且在重置的瞬间它连接的上游拒绝了它。")),
	},
	Fix: []analyzer.Text{
		say("Overflow: find why the application is slow to accept(), raise listen backlog and net.core.somaxconn together, and set tcp_abort_on_overflow=0 so that clients retry instead of failing.",
			"队列溢出：查明应用为何 accept() 缓慢，同时调大 listen backlog 与 net.core.somaxconn，并设 tcp_abort_on_overflow=0，使客户端重试而非失败。"),
		say("Proxy: bring its upstream back, or take the proxy out of service while it has none (health check of the upstream).", "代理：恢复其上游，或在没有上游时将代理摘除（对上游做健康检查）。"),
	},
	ExplainedBy: []string{"rst-injected-by-middlebox"},
	Needs:       completed | answered | wasReset,
	Check: func(s *Subject) (Match, bool) {
		if s.ResetFrame == 0 || s.ResetBy != flow.Responder || !s.Completed() || s.ServerSpoke() || !s.NothingAcked() ||
			s.Server.Flags&flow.SawFIN != 0 {
			return Match{}, false
		}
		// An overflow drops the final ACK silently if the RST is for later data.
		since := s.AckTime
		if s.Client.FirstData > since && s.Client.FirstData <= s.Reset && s.ResetClass == flow.ResetNoSocket {
			since = s.Client.FirstData
		}
		if d := s.ResetAfter(since); d > promptReset || s.Trouble.SynAcksAfterAck > 0 {
			return Match{}, false
		}
		if s.ResetClass == flow.ResetNoSocket {
			return Match{Level: Likely, Detail: resetByKernel}, true
		}
		return Match{Level: Possible, Detail: resetByOwner}, true
	},
	Survey: func(v *Survey) { v.joinUpstreams("rst-after-handshake") },
	Tell: func(t *Telling) {
		t.Set("delay", Duration(t.ResetAfter(t.AckTime)))
		t.Show(say("the handshake with {server}", "与 {server} 的握手"), t.SynFrame, t.SynAckFrame, t.AckFrame)
		t.Show(say("RST from {server}", "来自 {server} 的 RST"), t.resetFrames(flow.Responder)...)
		if t.Match.Detail == resetByKernel {
			t.Note(say("The RST is bare (no ACK, window 0): that is how a kernel answers when it has no socket for the connection. Linux does that when the accept queue of port {port} is full and tcp_abort_on_overflow is 1: the application does not accept() fast enough. So does a host that the ACK reached but not the SYN, behind a balancer that splits connections (ECMP).",
				"这个 RST 不带 ACK、窗口为 0：内核在没有对应套接字时就是这样回应的。端口 {port} 的 accept 队列已满且 tcp_abort_on_overflow 为 1 时 Linux 会这样：应用 accept() 得不够快。若负载均衡把一条连接拆到多台主机（ECMP），只收到 ACK 而没收到 SYN 的主机也会这样。"))
		} else {
			t.Note(say("The RST carries ACK and a live window: a socket that existed was aborted by its owner. Typical is a layer 4 proxy or load balancer that dials its upstream at once and finds nobody there; or a service that was just stopped with connections waiting to be accepted.",
				"这个 RST 带 ACK 且窗口有效：存在的套接字被其拥有者中止。典型情形是四层代理或负载均衡立即去连上游却无人应答；或服务刚被停止，而还有连接在等待 accept。"))
			t.Finding.Fault = analyzer.FaultServerApp
			if t.sameMoment() {
				t.Note(say("All of them were reset in the same moment: the listener was closed or restarted while they waited to be accepted.", "它们在同一瞬间被重置：监听端在它们等待 accept 时被关闭或重启。"))
			}
		}
		t.tellJoined()
	},
})

// restartSpan: a kernel that closes a listener resets what waits in its queue in
// one go.
const restartSpan = 5 * time.Millisecond

// sameMoment reports that several flows of the finding were reset at once although
// they had not begun at once.
func (t *Telling) sameMoment() bool {
	first, last := t.Reset, t.Reset
	begun, ended := t.Start, t.Start
	for _, id := range t.Flows {
		f := t.run.Tracker.Flow(id)
		first, last = min(first, f.Reset), max(last, f.Reset)
		begun, ended = min(begun, f.Start), max(ended, f.Start)
	}
	return len(t.Flows) > 1 && last.Sub(first) <= restartSpan && ended.Sub(begun) > 2*restartSpan
}
