package diagnose

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

var _ = register(&Rule{
	ID: "write-after-close", Stage: StageReset, Class: analyzer.Sick, Severity: analyzer.SeverityWarning, Fault: analyzer.FaultServerApp,
	Title:   say("{closer} closed while {writer} was still sending, and resets what comes", "{closer} 在 {writer} 仍在发送时关闭，并重置后续数据"),
	Verdict: say("closed while the other was sending", "对方发送时关闭"),
	Doc: say("One end closed both directions (close, not shutdown) while the other was in the middle of sending. The data that arrives afterwards meets no socket and is answered with RST; the sender sees \"broken pipe\" or \"connection reset\", and an answer that was sent before the close may be lost with it (a server that rejects an upload early, for instance with 413 or 401).",
		"一端在对方仍在发送时关闭了双向（close 而非 shutdown）。之后到达的数据没有套接字接收，被以 RST 回应；发送方看到 “broken pipe” 或 “connection reset”，关闭前发出的应答也可能随之丢失（例如服务端提前以 413 或 401 拒绝上传）。"),
	Recognised: say("FIN by one end, more data by the other that was under way or followed, then a RST by the first.", "一端发 FIN，另一端仍有在途或后续数据，随后前者发出 RST。"),
	Summary:    say("{closer} closed the connection ① while {writer} was sending; what came after it was answered with RST ②. {left} bytes were not taken.", "{closer} 在 {writer} 发送时关闭了连接 ①；其后到达的数据被以 RST 回应 ②。{left} 字节未被接收。"),
	LookAlikes: []LookAlike{
		apart("stale-connection-reuse", "The connection was not idle: data was flowing.", "连接并非空闲：数据正在传输。"),
		apart("server-abort", "The end was a FIN; the RST answers what came after it.", "结束的是 FIN；RST 回应其后的数据。"),
	},
	Confirm:     []analyzer.Confirmation{on(onServer, "nstat -az TcpExtTCPAbortOnClose TcpExtTCPAbortOnData # twice", say("One rises; the application's log says that it rejected or gave up the request early.", "其一增长；应用日志说明它提前拒绝或放弃了请求。"))},
	Fix:         []analyzer.Text{say("Let the closing side read to the end, or shut down its sending side and drain before it closes (lingering close).", "让关闭方读到结尾，或先关闭写端并排空后再关闭（lingering close）。")},
	ExplainedBy: []string{"stale-connection-reuse", "idle-timeout-rst", "tls-alert", "protocol-mismatch", "client-abort", "http-503-from-proxy"},
	Needs:       completed | answered | wasReset | closing,
	Check: func(s *Subject) (Match, bool) {
		by := flow.Responder // clients that close early are client-abort's business
		fin := s.Sides[by].FinTime
		w := &s.Sides[flow.Originator]
		if !s.Completed() {
			return Match{}, false
		}
		if fin == 0 || s.ResetFrame == 0 || s.ResetBy != by || s.Reset < fin || s.Unread(flow.Originator) <= int32(closeNotifyLen) {
			return Match{}, false
		}
		if w.FinTime != 0 && w.FinTime < fin || !s.streaming(flow.Originator) && s.Unread(flow.Originator) < 1<<10 {
			return Match{}, false
		}
		return Match{Level: Likely}, true
	},
	Tell: func(t *Telling) {
		t.Set("closer", t.Flow.Server().String())
		t.Set("writer", t.Flow.Client().String())
		t.Set("left", number(int(t.Unread(flow.Originator))))
		t.Show(say("FIN from {closer}", "来自 {closer} 的 FIN"), t.Server.FinFrame)
		t.Show(say("RST from {closer}", "来自 {closer} 的 RST"), t.resetFrames(flow.Responder)...)
		t.Show(say("the last data of {writer}", "{writer} 的最后数据"), t.Client.LastDataFrame)
	},
})
