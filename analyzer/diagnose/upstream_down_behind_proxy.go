package diagnose

import (
	"cmp"
	"slices"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

// Details of upstream-down-behind-proxy.
const (
	upstreamRefused = iota // the reset came at once
	upstreamSlow           // it came after a wait that looks like a connect timeout
)

var _ = register(&Rule{
	ID: "upstream-down-behind-proxy", Stage: StageReset, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultServerApp,
	Title:   say("Accepted, request acknowledged, then reset without a byte of answer: a proxy whose upstream is down", "连接被接受、请求被确认，随后在没有任何应答字节的情况下被重置：代理的上游不可用"),
	Verdict: say("proxy reset it: upstream down", "代理重置：上游不可用"),
	Doc: say("A sidecar or layer 4 proxy (Envoy in a service mesh, for one) accepts first and dials its upstream afterwards. There are two separate handshakes: client to proxy, which succeeds, and proxy to application, which is refused or never answered. The proxy then closes the first connection; because the client's request is still unread, its kernel sends RST rather than FIN. A port that is open from outside is thus no proof that the application runs.",
		"sidecar 或四层代理（例如服务网格中的 Envoy）先接受连接，再去连接上游。这里有两次独立的握手：客户端到代理，成功；代理到应用，被拒绝或没有应答。于是代理关闭第一条连接；由于客户端的请求尚未被读取，内核发出的是 RST 而不是 FIN。因此，从外面看端口是通的，并不能证明应用在运行。"),
	Recognised: say("Handshake complete, the client's first data acknowledged, not one byte from the server, then RST+ACK by a living socket (live window and timestamps, acknowledgment number covering the request) within the time of a connect attempt. Certain if the capture also holds the refused second connection.",
		"握手完成，客户端首批数据被确认，服务端一个字节都没有发，随后在一次连接尝试的时间内出现由存活套接字发出的 RST+ACK（窗口与时间戳有效，确认号覆盖请求）。若抓包中还有那条被拒绝的第二条连接，则为确定。"),
	Summary: say("{client} connected to {server} without trouble ① and sent its request of {requestLen} bytes ②, which the server's kernel acknowledged. Then, {delay} after the request and without a single byte of answer, came a RST ③. Its form (acknowledgment number of everything received, live window) is that of a socket whose owner closed it with the request unread. Most likely whoever accepted is not the application but something in front of it, which gave up when it could not reach the application behind.",
		"{client} 顺利连接到 {server} ①，并发送了 {requestLen} 字节的请求 ②，服务端内核确认了它。请求之后 {delay}，在没有返回任何一个字节的情况下来了一个 RST ③。从形态看（确认号覆盖全部已收数据、窗口有效），这是套接字的拥有者在请求未读的情况下关闭了它。接受连接的多半不是应用本身，而是它前面的代理；代理连不上后面的应用，于是放弃。"),
	LookAlikes: []LookAlike{
		apart("refused-by-rst", "The handshake was completed; the reset came after the request.", "握手已经完成；RST 出现在请求之后。"),
		apart("accept-queue-overflow", "The request was acknowledged by an established connection; an overflow acknowledges nothing.", "请求被已建立的连接确认；队列溢出时不会确认任何数据。"),
		apart("client-abort", "The server's side sent the RST.", "RST 由服务端发出。"),
		maybe("server-abort", "An application that crashes or closes on this very request sends the same packets; the second connection on lo, or the application's log, tells them apart.", "应用恰好因该请求崩溃或关闭时，报文完全相同；看 lo 上的第二条连接或应用日志即可区分。"),
		maybe("rst-injected-by-middlebox", "An inspection device that dislikes the request may forge such a RST; its TTL and a capture at the server tell.", "不喜欢该请求的检测设备也可能伪造这样的 RST；对比 TTL 并在服务端抓包可分辨。"),
	},
	Corroborate: true,
	Confirm: []analyzer.Confirmation{
		on(onPod, "nsenter -t $(pidof envoy || docker inspect -f '{{.State.Pid}}' CONTAINER) -n tcpdump -ni lo 'tcp[tcpflags] & (tcp-syn|tcp-rst) != 0'",
			say("At the moment of each failure a second SYN, to the application's port on 127.0.0.1 or the pod's address, answered by RST.",
				"每次失败的瞬间都有第二个 SYN，发往 127.0.0.1 或 Pod 地址上的应用端口，并被 RST 回绝。")),
		on(onPod, "nsenter -t PID -n ss -lntp", say("The proxy listens (15006 or 15001 for Istio), the application's port does not.", "代理在监听（Istio 为 15006 或 15001），应用端口没有监听。")),
		on(onPod, "nsenter -t PID -n iptables -t nat -nvL", say("PREROUTING → ISTIO_INBOUND → ISTIO_IN_REDIRECT → REDIRECT to the proxy, with packet counters that rise: the connection never goes to the application directly.",
			"PREROUTING → ISTIO_INBOUND → ISTIO_IN_REDIRECT → REDIRECT 到代理，且计数增长：连接从不直接到达应用。")),
		on(say("proxy", "代理"), "kubectl logs POD -c istio-proxy | grep -e UF -e URX -e UH", say("Response flags UF or URX (upstream connection failure), \"delayed_connect_error:_111\", or UH (no healthy upstream).",
			"响应标志 UF 或 URX（上游连接失败）、“delayed_connect_error:_111”，或 UH（无健康上游）。")),
		on(onServer, "nstat -az TcpExtTCPAbortOnClose # twice", say("Rises by one with each such connection (closed with unread data).", "每条这样的连接使其加一（在有未读数据时关闭）。")),
	},
	Fix: []analyzer.Text{
		say("Start the application behind the proxy, on the port that the proxy dials (containerPort, targetPort, upstream address), bound to 0.0.0.0 or at least to the address that the proxy uses.",
			"启动代理后面的应用，端口与代理所连的一致（containerPort、targetPort、上游地址），绑定到 0.0.0.0 或至少绑定到代理使用的地址。"),
		say("Let a readiness probe test the application itself, not the proxy's port, so that no traffic comes while it is down.", "让 readiness 探针检测应用本身而不是代理端口，这样应用不可用时不会有流量进来。"),
		say("The proxy cannot refuse earlier: it has to accept before it knows. Clients need a retry on a reset before the first byte.", "代理无法更早拒绝：它必须先接受才知道上游如何。客户端应在首字节之前被重置时重试。"),
	},
	ExplainedBy: []string{"rst-after-handshake", "tls-alert", "idle-timeout-rst", "stale-connection-reuse", "midflow-wrong-source"},
	Needs:       completed | answered | wasReset | withData,
	Check: func(s *Subject) (Match, bool) {
		if s.ResetFrame == 0 || s.ResetBy != flow.Responder || s.ResetClass == flow.ResetNoSocket || s.ResetClass == flow.ResetOfSYN ||
			s.ServerSpoke() || !s.Completed() || !s.RequestAcked() || s.streaming(flow.Originator) || s.Server.Flags&flow.SawFIN != 0 {
			return Match{}, false
		}
		d := s.ResetAfter(s.Client.LastData)
		if d > upstreamPatience || differs(s.Server.TTL, s.Trouble.ResetTTL) {
			return Match{}, false
		}
		m := Match{Level: Possible, Detail: upstreamRefused, Weak: s.Server.TTL == 0 || s.Trouble.ResetTTL == 0}
		if d > promptReset {
			m.Detail = upstreamSlow
		}
		return m, true
	},
	Survey: func(v *Survey) { v.joinUpstreams("upstream-down-behind-proxy") },
	Tell:   tellUpstream,
})

func tellUpstream(t *Telling) {
	t.Set("delay", Duration(t.ResetAfter(t.Client.LastData)))
	t.Show(say("the handshake with {server}", "与 {server} 的握手"), t.SynFrame, t.SynAckFrame, t.AckFrame)
	t.Show(say("the request, {requestLen} bytes, and its acknowledgment", "请求 {requestLen} 字节及其确认"),
		append(t.dataFrames(flow.Originator), t.ackBefore(flow.Responder, t.ResetFrame))...)
	t.Show(say("RST from {server}, {delay} after the request", "来自 {server} 的 RST，在请求之后 {delay}"), t.ResetFrame)
	t.Show(say("packets that the client still sent", "客户端此后仍发送的报文"), t.framesAfter(flow.Originator, t.ResetFrame)...)
	if t.Match.Detail == upstreamSlow {
		t.Note(say("The wait of {delay} looks like the proxy's connect timeout: the upstream does not even refuse, it is silent.", "{delay} 的等待像是代理的连接超时：上游甚至没有拒绝，而是沉默。"))
	}
	t.tellJoined()
}

// tellJoined names the second connection, where the capture holds it.
func (t *Telling) tellJoined() {
	if t.Match.Joined == 0 {
		return
	}
	var second Subject
	second.load(t.run, t.run.Tracker.Flow(int(t.Match.Joined-1)))
	t.Set("upstream", second.Flow.Server().String())
	t.Set("upstreamClient", second.Flow.Client().String())
	t.Show(say("the second connection, from {upstreamClient} to {upstream}: SYN and RST", "第二条连接，从 {upstreamClient} 到 {upstream}：SYN 与 RST"),
		append(second.synFrames(), second.resetFrames(flow.Responder)...)...)
	t.Note(say("The proof is in this capture: just before, the host itself dialled {upstream} and was refused. That is the second handshake, from the proxy to the application.",
		"证据就在这份抓包里：就在此前，该主机自己连接了 {upstream} 并被拒绝。这就是第二次握手，即代理到应用的连接。"))
}

// joinWindow is how long before the end of the first connection the refusal of
// the second may lie: proxies retry a few times before they give up.
const joinWindow = 3 * time.Second

// joinNear is the same for a second connection that another address of the host
// dialled: the end must follow its refusal as an effect follows a cause.
const joinNear = 50 * time.Millisecond

// joinUpstreams looks for the refused connections of a proxy to its upstream
// beside each connection that a rule found broken off.
func (v *Survey) joinUpstreams(ruleID string) {
	refused := v.Having("refused-by-rst")
	if len(refused) == 0 {
		return
	}
	analyzer.Sort(refused, func(a, b uint32) int {
		return cmp.Compare(v.Tracker.Flow(int(a)).Reset, v.Tracker.Flow(int(b)).Reset)
	})
	for _, id := range v.Having(ruleID) {
		f := v.Tracker.Flow(int(id))
		end := f.Reset
		if fin := f.Sides[flow.Responder].FinTime; end == 0 || fin != 0 && fin < end {
			end = fin
		}
		at, _ := slices.BinarySearchFunc(refused, end+1, func(id uint32, t analyzer.Timestamp) int {
			return cmp.Compare(v.Tracker.Flow(int(id)).Reset, t)
		})
		var proof *flow.Flow
		for i := at - 1; i >= 0; i-- {
			second := v.Tracker.Flow(int(refused[i]))
			if end.Sub(second.Reset) > joinWindow {
				break
			}
			level := v.secondOf(f, second, end)
			retry := proof != nil && second.Server() == proof.Server() && second.ClientAddr == proof.ClientAddr
			if level == None && !retry || second.ID == f.ID || second.Start < f.Start {
				continue
			}
			if proof == nil {
				v.change(id, ruleID, func(m *Match) { m.Level, m.Weak, m.Joined = min(level, v.cap), false, int32(second.ID)+1 })
			}
			proof = second
			v.change(second.ID, "refused-by-rst", func(m *Match) { m.Detail, m.Joined = refusedProxy, int32(id)+1 })
		}
	}
}

// secondOf tells how sure it is that a refused connection was dialled by the host
// that had accepted the first: from the same address or within that host it is
// certain; from another address of the capturing host, to the first one's port and
// right before its end, it is likely.
func (v *Survey) secondOf(first, second *flow.Flow, end analyzer.Timestamp) Level {
	switch {
	case dialledBy(second, first.ServerAddr):
		return Certain
	case second.ServerPort == first.ServerPort && end.Sub(second.Reset) <= joinNear && second.ClientAddr != first.ClientAddr &&
		v.Tracker.Vantage(first) == flow.VantageServer && v.Tracker.Vantage(second) == flow.VantageClient:
		return Likely
	}
	return None
}

// dialledBy reports whether a connection was dialled by the host that holds an
// address: from that address, or within one host.
func dialledBy(f *flow.Flow, host wire.Addr) bool {
	c, s := f.ClientAddr.Netip(), f.ServerAddr.Netip()
	return f.ClientAddr == host || c.IsLoopback() || s.IsLoopback() || c == s
}
