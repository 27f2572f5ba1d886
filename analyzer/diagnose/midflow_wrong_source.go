package diagnose

import (
	"strconv"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

// Details of midflow-wrong-source.
const (
	strayKilled   = iota // the server reset the connection afterwards
	straySurvived        // it went on, or nobody knows
)

var _ = register(&Rule{
	ID: "midflow-wrong-source", Stage: StageAddress, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultPath,
	Title:   say("In the middle of the connection a segment comes from {foreignAddr} instead of {serverAddr}", "连接中途有报文来自 {foreignAddr} 而不是 {serverAddr}"),
	Verdict: say("a segment was not translated back", "有报文未被反向转换"),
	Doc: say("The connection runs through a translated address: a service IP stands for a pod or a real server, and a device translates each answer back. One segment was let through untranslated. In Linux that is a packet which connection tracking calls INVALID, most often because its sequence number is beyond the window that it has seen announced. The client knows no such connection and resets it; the real server takes that RST for its own connection and drops it, and the client's next segment is answered with RST: \"connection reset by peer\" in the middle of a transfer, though neither application did anything.",
		"这条连接经过了地址转换：服务 IP 代表某个 Pod 或真实服务器，由某个设备把每个应答转换回来。有一个报文未经转换就被放行。在 Linux 上，这是被连接跟踪判为 INVALID 的报文，最常见的原因是其序列号超出了连接跟踪所见的窗口。客户端不认识这样的连接，于是将其重置；真实服务器把这个 RST 当作针对自己连接的，从而丢弃连接，客户端的下一个报文便被以 RST 回应：传输中途出现“connection reset by peer”，而两端应用什么都没做。"),
	Recognised: say("A segment to the client's port whose sequence and acknowledgment numbers both fit the server's side of an established connection, from an address that has no part in it, and a bare RST by the client to that address.",
		"发往客户端端口的报文，序列号与确认号都与一条已建立连接的服务端一侧吻合，却来自与该连接无关的地址；客户端向该地址回了不带 ACK 的 RST。"),
	Summary: say("The connection from {client} to {server} was established; then {foreign} sent the client {segments} ①, with sequence and acknowledgment numbers that fit this connection: {foreignAddr} is the real server behind {serverAddr}, and the translation back was skipped for it. The client's kernel knows no connection with {foreign} and answered with RST ②. {end}",
		"从 {client} 到 {server} 的连接已经建立；随后 {foreign} 向客户端发来{segmentsZh} ①，其序列号与确认号正好属于这条连接：{foreignAddr} 是 {serverAddr} 背后的真实服务器，而反向转换被跳过了。客户端内核没有与 {foreign} 的连接，于是回以 RST ②。{endZh}"),
	LookAlikes: []LookAlike{
		apart("synack-wrong-source", "The handshake was translated properly.", "握手被正确地转换了。"),
		apart("server-abort", "The server's RST only answers what the client's RST had already torn down.", "服务端的 RST 只是在回应已被客户端 RST 拆掉的连接。"),
		apart("client-abort", "The client's RST went to another address than its connection's.", "客户端的 RST 发往的不是该连接的地址。"),
	},
	Confirm: []analyzer.Confirmation{
		on(say("node that translates (often the client's)", "做转换的节点（常常是客户端所在节点）"), "conntrack -S # twice: invalid; sysctl net.netfilter.nf_conntrack_tcp_be_liberal; iptables-save | grep INVALID",
			say("invalid rises with each such segment; be_liberal is 0, and no rule drops INVALID packets.", "invalid 随每个此类报文增长；be_liberal 为 0，且没有规则丢弃 INVALID 报文。")),
		on(say("real server {foreignAddr}", "真实服务器 {foreignAddr}"), "tcpdump -ni any host {clientAddr} and 'tcp[tcpflags] & tcp-rst != 0'",
			say("A RST from {clientAddr} that the client never sent to {serverAddr}.", "一个来自 {clientAddr} 的 RST，而客户端从未向 {serverAddr} 发过它。")),
	},
	Fix: []analyzer.Text{
		say("Drop packets that connection tracking calls INVALID (-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP; kube-proxy of Kubernetes 1.15 and later does): TCP then sends the segment again.",
			"丢弃被连接跟踪判为 INVALID 的报文（-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP；Kubernetes 1.15 及以后的 kube-proxy 已这样做）：TCP 会重发该报文。"),
		say("Or net.netfilter.nf_conntrack_tcp_be_liberal=1 on the node that translates, so that out-of-window segments are translated as well.",
			"或在做转换的节点上设置 net.netfilter.nf_conntrack_tcp_be_liberal=1，使窗口外的报文也被转换。"),
	},
	Needs: troubled,
	Check: func(s *Subject) (Match, bool) {
		x := s.Trouble
		if x.ForeignSegments == 0 || x.ForeignSynAcks > 0 || x.ForeignResets == 0 || x.ForeignResetFrame < x.ForeignSegmentFrame || !s.Established() {
			return Match{}, false
		}
		if s.ResetFrame != 0 && s.ResetBy == flow.Responder && s.Reset >= x.ForeignReset {
			return Match{Level: Certain, Detail: strayKilled}, true
		}
		return Match{Level: Certain, Detail: straySurvived}, true
	},
	Tell: func(t *Telling) {
		x := t.Trouble
		t.Set("foreign", x.Foreign.String())
		t.Set("foreignAddr", x.Foreign.Addr.String())
		t.Set("segments", "one segment")
		t.Set("segmentsZh", "一个报文")
		if x.ForeignSegments > 1 {
			t.Set("segments", strconv.Itoa(int(x.ForeignSegments))+" segments")
			t.Set("segmentsZh", " "+strconv.Itoa(int(x.ForeignSegments))+" 个报文")
		}
		stray := t.entries(func(e flow.Entry) bool {
			return e.Events&analyzer.Foreign != 0 && e.Dir == flow.Responder && e.Flags&wire.RST == 0
		})
		t.Show(say("from {foreign}, with numbers of the connection to {server}", "来自 {foreign}，序号属于到 {server} 的连接"), stray...)
		t.Show(say("RST from the client to {foreign}", "客户端发往 {foreign} 的 RST"), t.foreignFrames(wire.RST)...)
		t.Set("end", "The real server forgets its connection over that RST.")
		t.Set("endZh", "真实服务器会因这个 RST 而忘掉自己的连接。")
		if t.Match.Detail == strayKilled {
			t.Set("end", "The real server forgot its connection over that RST, and "+Duration(t.Reset.Sub(x.ForeignReset))+" later what the client sent was answered with RST ③.")
			t.Set("endZh", "真实服务器因这个 RST 忘掉了自己的连接，"+Duration(t.Reset.Sub(x.ForeignReset))+" 后客户端发出的报文被以 RST 回应 ③。")
			t.Show(say("RST from {server}", "来自 {server} 的 RST"), t.resetFrames(flow.Responder)...)
		}
	},
})
