package diagnose

import (
	"strconv"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

// refusedProxy is the detail of refused-by-rst for a proxy's own connection to its
// upstream: the proof of what befell the connection that it had accepted.
const refusedProxy = 1

var _ = register(&Rule{
	ID: "refused-by-rst", Stage: StageHandshake, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultServerHost,
	Title:   say("Connection refused by {server}: RST in answer to the SYN", "连接被 {server} 拒绝：以 RST 回应 SYN"),
	Verdict: say("refused", "连接被拒绝"),
	Doc: say("The host was reached and said no: no process listens on that address and port in that network namespace, or a firewall rejects with a TCP reset. The application sees \"connection refused\" (ECONNREFUSED) at once. The network works.",
		"主机已经到达，并明确说不：该地址、端口（在该网络命名空间内）没有进程监听，或者防火墙以 tcp-reset 方式拒绝。应用立即得到 \"connection refused\"（ECONNREFUSED）。网络是通的。"),
	Recognised: say("The SYN is answered with RST+ACK, acknowledgment number = SYN + 1, window 0, and no SYN-ACK ever comes.",
		"SYN 得到 RST+ACK 应答，确认号等于 SYN 序列号加一，窗口为 0，且始终没有 SYN-ACK。"),
	Summary: say("{client} dialled {server} ①, and {serverAddr} answered with RST {delay} later ②. The host is up and the path works both ways; it is port {port} that nobody serves: the process is not running, listens on another port or only on 127.0.0.1, or runs in another network namespace. A firewall rule REJECT with tcp-reset sends the same packet.",
		"{client} 连接 {server} ①，{delay} 之后 {serverAddr} 以 RST 应答 ②。主机在线，双向路径都通；只是没有进程在端口 {port} 上服务：进程没有运行、监听了别的端口或仅监听 127.0.0.1，或运行在另一个网络命名空间里。防火墙规则 REJECT --reject-with tcp-reset 发出的报文与此完全相同。"),
	LookAlikes: []LookAlike{
		apart("syn-no-response", "There is an answer, and it says no.", "有应答，而且是拒绝。"),
		apart("rst-after-handshake", "The RST answers the SYN itself; the handshake never began.", "RST 直接回应 SYN，握手根本没有开始。"),
		maybe("rejected-by-icmp", "A firewall that rejects may send a reset instead of ICMP; its rule counters tell.", "防火墙拒绝时也可能发 RST 而非 ICMP；查看规则计数器即可分辨。"),
	},
	Uncapped: true,
	Confirm: []analyzer.Confirmation{
		on(onServer, "ss -lntp 'sport = :{port}'", say("No line, or only 127.0.0.1:{port} / [::1]:{port}.", "没有输出，或只有 127.0.0.1:{port} / [::1]:{port}。")),
		on(say("cluster, if {serverAddr} is a service or pod", "集群（若 {serverAddr} 是 Service 或 Pod）"), "kubectl get endpointslices -A -o wide | grep -F {serverAddr}", say("No ready endpoint with that port, or a targetPort that the container does not open.", "没有该端口的就绪 endpoint，或 targetPort 与容器实际监听的端口不符。")),
		on(onServer, "iptables-save -c | grep -i reject; nft list ruleset | grep -i reject", say("No REJECT rule for port {port} whose counter rises.", "没有针对端口 {port} 且计数增长的 REJECT 规则。")),
	},
	Fix: []analyzer.Text{
		say("Start the service, or make it listen on {serverAddr} or 0.0.0.0 rather than on the loopback only, on port {port}.", "启动服务，或让它在 {serverAddr} 或 0.0.0.0（而不仅是回环地址）的端口 {port} 上监听。"),
		say("If it only restarts now and then: let clients retry, and take the instance out of service before it stops (readiness probe, connection draining).", "如果只是偶尔重启：让客户端重试，并在停止前先把实例摘除（readiness 探针、连接排空）。"),
	},
	ExplainedBy: []string{"port-scan", "dns-stale-address"},
	Needs:       wasReset,
	Check: func(s *Subject) (Match, bool) {
		if s.AckFrame != 0 || s.SynAckFrame != 0 || s.Trouble.ForeignSynAcks > 0 || s.Trouble.SynAckUnseen || s.Server.Payload > 0 {
			return Match{}, false
		}
		switch {
		case s.ResetFrame == 0 || s.ResetBy != flow.Responder || s.ResetClass != flow.ResetOfSYN:
		case s.SynFrame != 0:
			return Match{Level: Certain}, true
		default: // the SYN itself was not captured; the RST's shape tells what it answers
			return Match{Level: Likely}, true
		}
		return Match{}, false
	},
	Tell: func(t *Telling) {
		t.Set("delay", Duration(t.Reset.Sub(t.LastSyn)))
		if t.Match.Joined != 0 {
			t.tellProof()
			return
		}
		if t.SynFrame == 0 {
			t.Finding.Summary = say("{serverAddr} sent a RST to {client} of the kind that answers a SYN (sequence number 0, no window) ①. The SYN itself is not in this capture. Nobody serves port {port} there, or a firewall rejects with tcp-reset.",
				"{serverAddr} 向 {client} 发送了只在回应 SYN 时才会出现的 RST（序列号为 0，窗口为 0）①。SYN 本身不在此抓包中。那里没有进程在端口 {port} 上服务，或防火墙以 tcp-reset 拒绝。")
		}
		t.Show(say("SYN to {server}", "发往 {server} 的 SYN"), t.synFrames()...)
		t.Show(say("RST from {serverAddr}", "来自 {serverAddr} 的 RST"), t.resetFrames(flow.Responder)...)
		if ttl, ok := t.run.ttlOf(t.ServerAddr); ok && differs(ttl, t.Server.TTL) {
			t.Note(say("The RST's TTL differs from that of other packets of {serverAddr}: a device on the way may have sent it in its name.",
				"该 RST 的 TTL 与 {serverAddr} 其他报文不同：可能是途中设备以其名义发送的。"))
		}
		t.tellSentOn()
		t.tellName()
		if t.SynCount > 1 {
			t.Note(say("The client tried {syns} times with the same port, as some stacks do.", "客户端以同一端口尝试了 {syns} 次，有些协议栈就是这样做的。"))
		}
	},
})

// tellSentOn tells a refusal by whom the dialled address was translated to: there
// nobody listens, and there is where to look.
func (t *Telling) tellSentOn() {
	dialled, leg := t.sentOn()
	if leg == nil || leg.ResetClass != flow.ResetOfSYN || leg.ResetBy != flow.Responder {
		return
	}
	real := leg.Server()
	t.Set("server", dialled.String())
	t.Set("serverAddr", real.Addr.String())
	t.Set("port", strconv.Itoa(int(real.Port)))
	t.Note(say("{server} is translated to "+real.String()+" here: that is where nobody serves.", "{server} 在此被转换为 "+real.String()+"：是那里没有进程在服务。"))
}

// tellProof tells a refusal that is the cause of another finding: there the story
// stands, and what to do; here only that it is a part of it.
func (t *Telling) tellProof() {
	first := t.run.Tracker.Flow(int(t.Match.Joined - 1))
	t.Set("first", first.Client().String()+" → "+first.Server().String())
	x := t.Finding
	x.Class, x.Severity, x.Fault = analyzer.Info, analyzer.SeverityInfo, analyzer.FaultServerApp
	x.Title = say("The proxy's own connections to {server} were refused", "代理自己到 {server} 的连接被拒绝")
	x.Summary = say("{client} dialled {server} ① and was refused {delay} later ②, while {first} waited for its answer: a proxy's connection to its upstream. This is the proof of the problem told there, not another one.",
		"{client} 连接 {server} ①，{delay} 之后被拒绝 ②，而此时 {first} 正在等待应答：这是代理到上游的连接。它是那个问题的证据，不是另一个问题。")
	x.Confirm = x.Confirm[:1]
	t.Show(say("SYN to {server}", "发往 {server} 的 SYN"), t.synFrames()...)
	t.Show(say("RST from {serverAddr}", "来自 {serverAddr} 的 RST"), t.resetFrames(flow.Responder)...)
}

// ttlOf returns the TTL of what a host sent on another flow, if it sent anything.
func (r *run) ttlOf(a wire.Addr) (uint8, bool) {
	for id := range r.primary {
		f := r.Tracker.Flow(id)
		if f.ServerAddr == a && f.SynAckFrame != 0 && f.Sides[flow.Responder].TTL != 0 {
			return f.Sides[flow.Responder].TTL, true
		}
	}
	return 0, false
}

// differs reports whether two times to live cannot be those of one host's packets
// by one path. Hosts begin with 32, 64, 128 or 255, and one host may use different
// ones for what its kernel and its applications send: the distance counts.
func differs(a, b uint8) bool {
	d := int(hops(a)) - int(hops(b))
	return a != 0 && b != 0 && (d > ttlNoise || -d > ttlNoise)
}

// hops returns how many routers have lowered a time to live since it was set.
func hops(ttl uint8) uint8 {
	for _, initial := range []uint8{32, 64, 128} {
		if ttl <= initial {
			return initial - ttl
		}
	}
	return 255 - ttl
}
