package diagnose

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// Details of server-abort.
const (
	abortReset      = iota // RST
	abortIncomplete        // FIN before the promised end of the answer
)

// streaming reports whether a side's data went on over time, so that a reset
// interrupts a transfer rather than answers a request.
func (s *Subject) streaming(d flow.Dir) bool {
	x := &s.Sides[d]
	return x.LastData.Sub(x.FirstData) > max(rtoMin, slowRTTs*s.RTT())
}

var _ = register(&Rule{
	ID: "server-abort", Stage: StageReset, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultServerApp,
	Title:   say("The server broke the connection off in the middle", "服务端在中途中断了连接"),
	Verdict: say("aborted by the server", "被服务端中止"),
	Doc: say("An established connection is reset by the server's side while data is under way, or ended before the answer was complete. The process was killed or crashed (a kernel closes a dead process's sockets: with FIN if all was read, with RST if not), it closed with unread data, or a load balancer drained.",
		"已建立的连接在数据传输途中被服务端重置，或在应答未完成时结束。进程被杀或崩溃（内核会关闭死亡进程的套接字：数据已读完发 FIN，否则发 RST），在有未读数据时关闭，或负载均衡正在排空。"),
	Recognised: say("RST by the server's side with bytes under way, in the middle of a transfer, or while a request waits for its answer; or FIN before the end of an HTTP response that its head announced (Content-Length, the last chunk).",
		"服务端发 RST 时尚有字节在途、传输未完，或请求还在等应答；或 FIN 先于 HTTP 响应头声明的结尾（Content-Length、最后一个分块）到达。"),
	Summary: say("{server} broke off its connection with {client} ① after {answerLen} bytes of answer and {requestLen} bytes of request: the exchange was not complete.",
		"{server} 在收到 {requestLen} 字节请求、发出 {answerLen} 字节应答后中断了与 {client} 的连接 ①：交换并未完成。"),
	LookAlikes: []LookAlike{
		apart("client-abort", "The server's side ended it.", "结束连接的是服务端。"),
		apart("refused-by-rst", "The connection had been established.", "连接已经建立。"),
		maybe("rst-injected-by-middlebox", "If a capture at the server does not hold the RST, a device on the way sent it.", "如果服务端的抓包里没有这个 RST，则是途中设备发的。"),
	},
	Corroborate: true,
	Confirm: []analyzer.Confirmation{
		on(onServer, "journalctl -k | grep -i -e oom -e segfault; systemctl status; kubectl describe pod", say("The process was killed, crashed or restarted at that moment (OOMKilled, exit code 137).", "进程在该时刻被杀、崩溃或重启（OOMKilled，退出码 137）。")),
		on(onServer, "nstat -az TcpExtTCPAbortOnClose TcpExtTCPAbortOnData # twice", say("The application closed with unread data, or with SO_LINGER 0.", "应用在有未读数据时关闭，或使用了 SO_LINGER 0。")),
	},
	Fix:         []analyzer.Text{say("Mend what kills the process; for restarts let it finish its connections first (graceful shutdown, preStop, draining), and read requests to the end before closing.", "修复导致进程死亡的原因；重启时先让它处理完连接（优雅停机、preStop、排空），关闭前把请求读完。")},
	ExplainedBy: []string{"mtu-blackhole", "stale-connection-reuse", "idle-timeout-rst", "upstream-down-behind-proxy", "rst-after-handshake", "tls-alert", "rst-injected-by-middlebox", "keepalive-unanswered", "peer-vanished", "midflow-wrong-source", "host-restarted", "rst-refused", "accept-queue-overflow", "handshake-ack-lost", "handshake-done-server-ignores"},
	Needs:       withData,
	Check: func(s *Subject) (Match, bool) {
		if s.Client.Payload > 0 && s.app().CutShort() && s.Server.Flags&flow.SawFIN != 0 && (s.Client.FinTime == 0 || s.Client.FinTime >= s.Server.FinTime) {
			return Match{Level: Likely, Detail: abortIncomplete}, true
		}
		if s.ResetFrame == 0 || s.ResetBy != flow.Responder || !s.Established() || s.Flags&flow.Midstream != 0 ||
			s.Client.FinTime != 0 && s.Client.FinTime < s.Reset || s.Payload() == 0 || s.app().ResponseDone && s.LastAnswered() {
			return Match{}, false
		}
		served := s.LastAnswered() && s.Unread(flow.Responder) == 0 && !s.cutOff(flow.Responder) && !s.app().CutShort()
		if served || s.Server.FinTime != 0 && s.Server.FinTime <= s.Reset { // its own FIN came first: the RST answers what came too late
			return Match{}, false
		}
		return Match{Level: Likely, Detail: abortReset}, true
	},
	Tell: func(t *Telling) {
		if t.Match.Detail == abortIncomplete {
			t.Show(say("FIN from {server}, before the announced end of its answer", "来自 {server} 的 FIN，尚未达到应答声明的结尾"), t.Server.FinFrame)
		} else {
			t.Show(say("RST from {server}", "来自 {server} 的 RST"), t.resetFrames(flow.Responder)...)
		}
		t.Show(say("the last data of the server", "服务端的最后数据"), t.Server.LastDataFrame)
		t.Show(say("the last data of the client", "客户端的最后数据"), t.Client.LastDataFrame)
		t.tellAbort()
	},
})
