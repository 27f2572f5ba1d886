package diagnose

import (
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

var _ = register(&Rule{
	ID: "stale-connection-reuse", Stage: StageReset, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultServerApp,
	Title:   say("Request sent on a connection that the server had just closed", "请求发送在服务端刚刚关闭的连接上"),
	Verdict: say("keep-alive race: server had closed", "keep-alive 竞争：服务端已关闭"),
	Doc: say("Two parties share an idle keep-alive connection, and each has its own idle timeout. When the server's is the shorter, it closes just when the client sends its next request: the FIN and the request cross, or the client does not look before it writes. The server's kernel has no socket any more and answers with RST. Proxies show this as sporadic 502s.",
		"双方共用一条空闲的 keep-alive 连接，各有自己的空闲超时。服务端的较短时，可能恰在客户端发送下一个请求时关闭：FIN 与请求在途中交错，或客户端写之前没有检查。服务端内核已没有对应套接字，便以 RST 回应。在代理上表现为偶发的 502。"),
	Recognised: say("FIN by the server, data by the client at about that time or after it, answered by a bare RST and not acknowledged.", "服务端发 FIN，客户端在此前后发送数据，得到不带 ACK 的 RST，且未被确认。"),
	Summary: say("{server} closed its connection with {client} ① after {idle} of idleness, and at the same time the client sent its next request on it ②. The server's kernel knows the connection no more and answers with RST ③; the request was not served.",
		"{server} 在空闲 {idle} 之后关闭了与 {client} 的连接 ①，而客户端同时在其上发送了下一个请求 ②。服务端内核已不认识该连接，以 RST 回应 ③；该请求没有被处理。"),
	LookAlikes: []LookAlike{
		apart("upstream-down-behind-proxy", "The server had closed before it got the request.", "服务端在收到请求之前就已关闭。"),
		apart("server-abort", "The server ended the connection in order; the RST answers what came too late.", "服务端是有序关闭的；RST 回应的是来得太晚的数据。"),
		apart("idle-timeout-rst", "The server's own FIN is here; no middlebox forgot anything.", "这里有服务端自己的 FIN；不是中间设备遗忘了连接。"),
	},
	Confirm: []analyzer.Confirmation{
		ask(onServer, "Its keep-alive timeout (nginx keepalive_timeout, Tomcat keepAliveTimeout, Node server.keepAliveTimeout = 5 s, gunicorn --keep-alive): about {idle}.", "其 keep-alive 超时（nginx keepalive_timeout、Tomcat keepAliveTimeout、Node server.keepAliveTimeout = 5 s、gunicorn --keep-alive）：约为 {idle}。"),
		ask(say("client or proxy", "客户端或代理"), "Its idle timeout for pooled connections: longer than the server's.", "其连接池的空闲超时：比服务端的长。"),
		on(say("client or proxy", "客户端或代理"), "ss -tno state close-wait 'dport = :{port}'", say("Pooled connections that the server has closed and nobody has noticed.", "连接池中已被服务端关闭而无人察觉的连接。")),
	},
	Fix: []analyzer.Text{
		say("Let the side that sends requests close first: make the server's idle timeout longer than the client's or proxy's.", "让发送请求的一方先关闭：把服务端的空闲超时设得比客户端或代理更长。"),
		say("Let clients retry idempotent requests once when a reused connection is reset before the first byte.", "复用的连接在首字节之前被重置时，让客户端对幂等请求重试一次。"),
	},
	Needs: wasReset | withData | closing,
	Check: func(s *Subject) (Match, bool) {
		fin := s.Server.FinTime
		if fin == 0 || s.ResetFrame == 0 || s.ResetBy != flow.Responder || s.Reset < fin || s.Client.LastData == 0 {
			return Match{}, false
		}
		crossing := s.RTT() + s.RTT()/2 + time.Millisecond
		late := s.Client.LastData.Sub(fin)
		if late < -crossing || s.Unread(flow.Originator) == 0 || s.Server.Payload == 0 && s.Completed() && late < 0 {
			return Match{}, false
		}
		// A goodbye that crosses the server's is no request: TLS says close_notify.
		if s.Client.Proto == flow.ProtoTLS && s.lastData(flow.Originator, s.ResetFrame).DataLen <= closeNotifyLen {
			return Match{}, false
		}
		return Match{Level: Certain}, fin.Sub(max(s.Server.LastData, s.AckTime)) >= max(2*s.RTT(), idleBeforeClose)
	},
	Tell: func(t *Telling) {
		last := max(t.Server.LastData, t.AckTime)
		t.Set("idle", Duration(t.Server.FinTime.Sub(last)))
		t.Show(say("FIN from {server}", "来自 {server} 的 FIN"), t.Server.FinFrame)
		t.Show(say("the next request", "下一个请求"), t.Client.LastDataFrame)
		t.Show(say("RST from {server}", "来自 {server} 的 RST"), t.resetFrames(flow.Responder)...)
	},
})

const (
	// closeNotifyLen is the longest TLS record that holds an alert: header, explicit
	// nonce, two bytes, padding and authentication tag (RFC 5246 §6.2.3).
	closeNotifyLen = 69
	// idleBeforeClose: a server that closes this long after its last answer does it
	// for idleness, not at the end of the exchange.
	idleBeforeClose = 100 * time.Millisecond
)
