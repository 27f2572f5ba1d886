package diagnose

import (
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// closeWaitLimit is how long a server may leave a closed connection open: after 60 s
// (net.ipv4.tcp_fin_timeout) the kernel that closed first has forgotten it, so that
// nothing which the server could still send would be taken.
const closeWaitLimit = 60 * time.Second

var _ = register(&Rule{
	ID: "close-wait-leak", Stage: StageRemark, Class: analyzer.Sick, Severity: analyzer.SeverityWarning, Fault: analyzer.FaultServerApp,
	Title:   say("{server} does not close connections that its clients have closed", "{server} 不关闭客户端已经关闭的连接"),
	Verdict: say("left in CLOSE-WAIT", "停留在 CLOSE-WAIT"),
	Doc: say("The client said goodbye with FIN, the server's kernel acknowledged it, and the application never called close(). The connection stays in CLOSE-WAIT and keeps its file descriptor. Enough of these, and the server takes no more connections.",
		"客户端用 FIN 告别，服务端内核已确认，而应用始终没有调用 close()。连接停留在 CLOSE-WAIT，占用文件描述符。积累多了，服务端就无法再接受连接。"),
	Recognised: say("FIN of the client acknowledged, and neither data nor FIN nor RST of the server for at least {limit} until the end of the capture.", "客户端的 FIN 已被确认，此后直到抓包结束至少 {limit}，服务端既无数据也无 FIN 或 RST。").Fill(map[string]string{"limit": Duration(closeWaitLimit)}),
	Summary:    say("{client} closed its connection to {server} ①, the server's kernel acknowledged that, and in the {left} until the end of the capture the application did not close its side.", "{client} 关闭了到 {server} 的连接 ①，服务端内核已确认，但直到抓包结束的 {left} 内，应用没有关闭它那一侧。"),
	LookAlikes: []LookAlike{
		apart("half-close", "The server sends nothing any more.", "服务端不再发送任何内容。"),
		apart("peer-vanished", "The server's kernel acknowledged the FIN.", "服务端内核确认了 FIN。"),
	},
	Corroborate: true,
	Confirm:     []analyzer.Confirmation{on(onServer, "ss -tanp state close-wait 'sport = :{port}'; ls /proc/PID/fd | wc -l", say("The number grows and does not fall.", "数量只增不减。"))},
	Fix:         []analyzer.Text{say("Find the path in the application that returns without close() (an exception, a worker that waits, a read that is not repeated after end of file).", "在应用中找到没有调用 close() 就返回的路径（异常、等待中的工作线程、读到文件尾后未处理）。")},
	Needs:       completed | answered | closing,
	Check: func(s *Subject) (Match, bool) {
		c, v := s.Client, s.Server
		leaked := s.Completed() && c.Flags&flow.SawFIN != 0 && c.Flags&flow.FinAcked != 0 && v.Flags&flow.SawFIN == 0 && s.ResetFrame == 0 &&
			v.LastData <= c.FinTime && s.Left(c.FinTime) >= closeWaitLimit && !s.Mute(s.ServerAddr)
		return Match{Level: Possible}, leaked
	},
	Tell: func(t *Telling) {
		t.Set("left", Duration(t.Left(t.Client.FinTime)))
		t.Show(say("FIN of the client and its acknowledgment", "客户端的 FIN 及其确认"), append([]uint32{t.Client.FinFrame}, t.framesAfter(flow.Responder, t.Client.FinFrame)...)...)
	},
})
