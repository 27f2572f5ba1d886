package diagnose

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

var _ = register(&Rule{
	ID: "server-closed-without-answer", Stage: StageData, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultServerApp,
	Title:   say("The server takes the request and closes without a word", "服务端收下请求，一言不发就关闭"),
	Verdict: say("closed without an answer", "未应答即关闭"),
	Doc: say("The request was acknowledged, and then the server closed in order (FIN) without having sent a byte. Whoever accepted read the request and had nothing to say: a proxy that could not reach its upstream after its retries (haproxy in tcp mode, nginx stream), or an application that failed or does not speak the client's protocol.",
		"请求被确认，然后服务端在没有发送任何字节的情况下正常关闭（FIN）。接受连接的一方读了请求却无话可说：重试后仍连不上上游的代理（tcp 模式的 haproxy、nginx stream），或出错的、不懂客户端协议的应用。"),
	Recognised: say("Handshake complete, request acknowledged, FIN by the server before any by the client, not one byte of payload from the server.", "握手完成，请求被确认，服务端先于客户端发 FIN，服务端没有任何载荷。"),
	Summary: say("{client} sent {requestLen} bytes to {server} ①, they were acknowledged, and {delay} later the server closed the connection ② without a byte of answer.",
		"{client} 向 {server} 发送 {requestLen} 字节 ①，被确认，{delay} 之后服务端关闭连接 ②，没有返回任何字节。"),
	LookAlikes: []LookAlike{
		apart("refused-by-rst", "The connection was accepted.", "连接被接受了。"),
		apart("client-abort", "The server closed first.", "先关闭的是服务端。"),
		maybe("upstream-down-behind-proxy", "The usual cause; a capture at the server that holds the second connection proves it.", "这是常见原因；在服务端抓到第二条连接即可证明。"),
	},
	Corroborate: true,
	Confirm: []analyzer.Confirmation{
		on(onServer, "ss -lntp 'sport = :{port}'", say("Who listens: a proxy or the application itself.", "谁在监听：代理还是应用本身。")),
		on(onServer, "tcpdump -ni any 'tcp[tcpflags] & (tcp-syn|tcp-rst) != 0'", say("A second connection, to the upstream, that is refused or unanswered before the FIN.", "在 FIN 之前有第二条到上游的连接被拒绝或无应答。")),
		ask(onServer, "The proxy's log (haproxy: termination state SC; nginx stream: connect() failed): the upstream that could not be reached.", "代理的日志（haproxy：终止状态 SC；nginx stream：connect() failed）：无法到达的上游。"),
	},
	Fix:         []analyzer.Text{say("Bring the upstream back, or mend what makes the application close on this request (its log tells).", "恢复上游，或修复使应用在该请求上关闭连接的问题（看应用日志）。")},
	ExplainedBy: []string{"tls-alert"},
	Needs:       completed | answered | withData | closing,
	Check: func(s *Subject) (Match, bool) {
		if !s.Completed() || s.ServerSpoke() || !s.RequestAcked() || s.Server.FinTime == 0 || s.Server.FinTime < s.Client.FirstData ||
			s.Client.FinTime != 0 && s.Client.FinTime < s.Server.FinTime || s.Mute(s.ServerAddr) {
			return Match{}, false
		}
		if s.Client.LastData > s.Server.FinTime || !s.oneRequest() {
			return Match{}, false
		}
		if s.Client.Proto == flow.ProtoUnknown {
			return Match{Level: Possible}, true // there are protocols in which no answer is due
		}
		return Match{Level: Likely}, true
	},
	Survey: func(v *Survey) { v.joinUpstreams("server-closed-without-answer") },
	Tell: func(t *Telling) {
		t.Set("delay", Duration(t.Server.FinTime.Sub(t.Client.LastData)))
		t.Show(say("the request", "请求"), t.dataFrames(flow.Originator)...)
		t.Show(say("FIN from {server}, {delay} later", "来自 {server} 的 FIN，{delay} 之后"), t.Server.FinFrame)
		t.tellJoined()
	},
})
