package diagnose

import (
	"strconv"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// reasons tells a proxy's reason for its error, with Envoy's response flags.
var reasons = map[flow.UpstreamReason]analyzer.Text{
	flow.ReasonRefused: say("Its words say that the connection to the upstream was refused (Envoy: UF): nothing listens there.", "其措辞表明到上游的连接被拒绝（Envoy：UF）：那里没有进程监听。"),
	flow.ReasonConnect: say("Its words say that the connection to the upstream failed or timed out (Envoy: UF).", "其措辞表明到上游的连接失败或超时（Envoy：UF）。"),
	flow.ReasonNone:    say("Its words say that no healthy upstream is left (Envoy: UH).", "其措辞表明没有健康的上游（Envoy：UH）。"),
	flow.ReasonTimeout: say("Its words say that the upstream did not answer in time (Envoy: UT).", "其措辞表明上游未及时应答（Envoy：UT）。"),
	flow.ReasonReset:   say("Its words say that the upstream broke the connection off before it answered (Envoy: UC, UR).", "其措辞表明上游在应答前中断了连接（Envoy：UC、UR）。"),
	flow.ReasonFull:    say("Its words say that a limit of the proxy itself was reached (Envoy: UO, circuit breaker).", "其措辞表明达到了代理自身的限制（Envoy：UO，熔断）。"),
	flow.ReasonRoute:   say("Its words say that it has no route for the request (Envoy: NR).", "其措辞表明没有该请求的路由（Envoy：NR）。"),
}

var _ = register(&Rule{
	ID: "http-503-from-proxy", Stage: StageMessage, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultServerApp,
	Title:   say("A proxy answers {status}: the server behind it is not available", "代理返回 {status}：其后的服务不可用"),
	Verdict: say("gateway error", "网关错误"),
	Doc: say("TCP is fine, and HTTP is, too: a proxy or gateway took the request and answered 502, 503 or 504 because it did not get an answer from the application behind it. There are two connections; the one in this capture is healthy, the other is not.",
		"TCP 正常，HTTP 也正常：代理或网关收下请求后返回 502、503 或 504，因为它没能从后面的应用得到应答。这里有两条连接；本次抓到的这条是健康的，另一条不是。"),
	Recognised: say("An HTTP response with status 502, 503 or 504.", "状态码为 502、503 或 504 的 HTTP 响应。"),
	Summary: say("{server} answered a request of {client} with HTTP status {status} ①. The connection worked; whoever answered could not serve the request with what is behind it.",
		"{server} 以 HTTP 状态 {status} 应答了 {client} 的请求 ①。连接本身正常；应答者无法借助其后端完成该请求。"),
	LookAlikes: []LookAlike{
		apart("refused-by-rst", "This connection was accepted and answered.", "这条连接被接受并得到应答。"),
		apart("server-closed-without-answer", "There is an answer.", "有应答。"),
		maybe("slow-server", "504 says that the upstream was too slow for the proxy's patience.", "504 表示上游慢得超出了代理的耐心。"),
	},
	Uncapped: true,
	Confirm: []analyzer.Confirmation{
		ask(say("proxy", "代理"), "Its access log (Envoy: response flags UF, UH, UC, UO, NR, UT): why it gave up, and which upstream it had chosen.", "其访问日志（Envoy：响应标志 UF、UH、UC、UO、NR、UT）：放弃的原因，以及它选择的上游。"),
		on(onServer, "tcpdump -ni any 'tcp[tcpflags] & (tcp-syn|tcp-rst) != 0'", say("The proxy's own connection to the upstream, refused or unanswered.", "代理到上游的连接被拒绝或无应答。")),
	},
	Fix:   []analyzer.Text{say("Bring the upstream back (process, port, readiness, endpoints); for 504 make it faster or the timeout longer.", "恢复上游（进程、端口、readiness、endpoint）；对 504，让上游更快或放宽超时。")},
	Needs: spoke,
	Check: func(s *Subject) (Match, bool) {
		g := s.app().Gateway
		level := Certain // RFC 9110 §15.6.3, §15.6.5: only a gateway says 502 and 504
		if g.Status == 503 && !g.FromProxy {
			level = Possible
		}
		return Match{Level: level, Detail: uint8(g.Status - 500)}, g.Frame != 0
	},
	Survey: func(v *Survey) { v.joinUpstreams("http-503-from-proxy") },
	Tell: func(t *Telling) {
		g := t.app().Gateway
		t.Set("status", strconv.Itoa(int(g.Status)))
		t.Finding.Title = t.Finding.Title.Fill(t.Values)
		t.Show(say("the response", "该响应"), g.Frame)
		if r, ok := reasons[g.Reason]; ok {
			t.Note(r)
		}
		if !g.FromProxy {
			t.Note(say("Nothing in the response names a proxy: the application itself may say that it takes no requests for now.", "响应中没有代理的标识：也可能是应用自己表示暂不接受请求。"))
		}
		t.tellJoined()
	},
})
