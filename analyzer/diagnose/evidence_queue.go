package diagnose

import (
	"strconv"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/host"
)

// Details of accept-queue-overflow: what the packets looked like.
const (
	overflowIgnored = iota // the final ACK is ignored, the SYN-ACK repeated
	overflowSilent         // the SYN is not answered
	overflowReset          // the final ACK is answered by RST
	overflowCookie         // everything after the SYN-ACK is ignored
)

var _ = refines("accept-queue-overflow", map[string]func(Match) (uint8, bool){
	"syn-no-response": as(overflowSilent), "syn-reached-server-no-reply": as(overflowSilent),
	"handshake-ack-lost": as(overflowIgnored), "handshake-done-server-ignores": as(overflowCookie),
	"rst-after-handshake": func(m Match) (uint8, bool) { return overflowReset, m.Detail == resetByKernel },
})

var _ = testifies(acceptQueue, "accept-queue-overflow")

// acceptQueue asks the server's host whether the listener's queue is or was full.
func acceptQueue(s *Subject) []statement {
	var out []statement
	for _, h := range s.servers() {
		full, known := false, false
		for _, f := range h.Listeners(s.ServerAddr.Netip(), s.ServerPort) {
			if !f.Socket.Limit {
				continue
			}
			known = true
			if f.Socket.RecvQ > f.Socket.SendQ {
				full = true
				v := map[string]string{"n": decimal(f.Socket.RecvQ), "limit": decimal(f.Socket.SendQ), "at": f.Socket.Local.String()}
				out = append(out, statement{speaks, Certain, said(say("{n} connections wait in the accept queue of {at}, whose limit is {limit}: Recv-Q above Send-Q is a full queue", "{at} 的 accept 队列中有 {n} 条连接在等待，上限为 {limit}：Recv-Q 大于 Send-Q 即队列已满").Fill(v), whence(h, f))})
			}
		}
		out = append(out, overflowCounter(s, h, full, known)...)
		if f, ok := h.Setting("net.ipv4.tcp_abort_on_overflow"); ok && len(out) > 0 && s.ResetFrame != 0 {
			out = append(out, statement{remark, None, said(say("tcp_abort_on_overflow = "+f.Setting, "tcp_abort_on_overflow = "+f.Setting), whence(h, f))})
		}
		if f, ok := h.Setting("net.core.somaxconn"); ok && full {
			out = append(out, statement{remark, None, said(say("net.core.somaxconn = "+f.Setting, "net.core.somaxconn = "+f.Setting), whence(h, f))})
		}
	}
	return out
}

// overflowCounter reads ListenOverflows, which counts for all listeners of a host.
func overflowCounter(s *Subject, h *host.Host, full, known bool) []statement {
	c, ok := h.Change("TcpExtListenOverflows")
	if !ok {
		return nil
	}
	text := changed(h, c)
	switch {
	case c.Rose() && (full || s.run.silent[s.Flow.Server()].waiting && c.Delta >= int64(s.run.silent[s.Flow.Server()].segments)):
		return []statement{{speaks, Certain, text}}
	case c.Rose() && s.ambiguous() && !full:
		return []statement{{remark, None, text}}
	case c.Rose() && known: // ss was run at another moment
		return []statement{{speaks, Possible, text}}
	case c.Rose():
		return []statement{{speaks, Likely, text}}
	case c.Still():
		out := []statement{{against, Possible, text}}
		if !full && s.Vantage() != flow.VantageServer {
			out[0].weight = rules
		}
		if d, ok := h.Change("TcpExtTCPDeferAcceptDrop"); ok && d.Rose() && s.Completed() {
			out = append(out, statement{remark, None, changed(h, d)})
		}
		return out
	case c.Value > 0:
		return []statement{{remark, None, text}}
	}
	return nil
}

// tellOverflow tells accept-queue-overflow as the packets show it.
func tellOverflow(t *Telling) {
	switch t.Match.Detail {
	case overflowSilent:
		t.Finding.Summary = say("{client} sent {syns} SYNs to {server} and nothing came back ①. The server's host says why: the accept queue of port {port} is full, and then Linux drops SYNs in silence. The application does not accept() connections fast enough, or not at all.",
			"{client} 向 {server} 发送了 {syns} 个 SYN，没有任何返回 ①。原因由服务端主机给出：端口 {port} 的 accept 队列已满，此时 Linux 会静默丢弃 SYN。应用 accept() 得不够快，或根本没有 accept。")
		t.Finding.Excluded = nil // they speak of the final ACK
		tellSilentSyn(t)
	case overflowReset:
		t.Finding.Summary = say("{client} and {server} completed their handshake ①, and the server's host reset the connection at once ②. The host's own words say why: the accept queue of port {port} is full and tcp_abort_on_overflow is 1. The application does not accept() connections fast enough, or not at all.",
			"{client} 与 {server} 完成握手 ①，服务端主机立即重置了连接 ②。原因由主机自己给出：端口 {port} 的 accept 队列已满且 tcp_abort_on_overflow 为 1。应用 accept() 得不够快，或根本没有 accept。")
		t.Show(say("the handshake with {server}", "与 {server} 的握手"), t.SynFrame, t.SynAckFrame, t.AckFrame)
		t.Show(say("RST from {server}", "来自 {server} 的 RST"), t.resetFrames(flow.Responder)...)
	case overflowCookie:
		t.Finding.Summary = say("{client} completed its handshake with {server} ① and repeats its data in vain ②: after the SYN-ACK the server's host takes nothing more. It answered with a SYN cookie, and the accept queue of port {port} had no room when the ACK came. The application does not accept() connections fast enough, or not at all.",
			"{client} 与 {server} 完成握手 ①，却徒劳地重发数据 ②：SYN-ACK 之后服务端主机不再接收任何东西。它用 SYN cookie 作答，而 ACK 到来时端口 {port} 的 accept 队列已没有空位。应用 accept() 得不够快，或根本没有 accept。")
		tellIgnored(t)
	default:
		tellIgnored(t)
	}
}

var _ = register(&Rule{
	ID: "syn-queue-overflow", Stage: StageHandshake, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultServerHost,
	Title:   say("The SYN queue of {server} is full and SYN cookies are off", "{server} 的 SYN 队列已满，且未启用 SYN cookie"),
	Verdict: say("SYN queue full, SYN dropped", "SYN 队列已满，SYN 被丢弃"),
	Doc: say("A listener keeps half-open connections (SYN received, SYN-ACK sent, no ACK yet) in its SYN queue, at most about as many as its backlog. When it is full, Linux answers further SYNs with SYN cookies; with net.ipv4.tcp_syncookies=0 it drops them in silence and counts TCPReqQFullDrop. What fills the queue is a flood of SYNs, or clients that do not get the SYN-ACK.",
		"监听套接字把半开连接（收到 SYN、已发 SYN-ACK、尚未收到 ACK）放在 SYN 队列中，数量上限与 backlog 相当。队列满时 Linux 用 SYN cookie 应答后续 SYN；若 net.ipv4.tcp_syncookies=0，则静默丢弃并计入 TCPReqQFullDrop。填满队列的往往是 SYN 洪泛，或收不到 SYN-ACK 的客户端。"),
	Recognised: say("SYNs without an answer, and the host's counter TCPReqQFullDrop grew between two snapshots.", "SYN 无应答，且主机的 TCPReqQFullDrop 计数在两次快照之间增长。"),
	Summary: say("{client} sent {syns} SYNs to {server} and nothing came back ①. The server's host says why: the SYN queue of a listener is full of half-open connections, and since SYN cookies are off, further SYNs are dropped in silence.",
		"{client} 向 {server} 发送了 {syns} 个 SYN，没有任何返回 ①。原因由服务端主机给出：监听套接字的 SYN 队列被半开连接占满，而 SYN cookie 未启用，后续 SYN 被静默丢弃。"),
	LookAlikes: []LookAlike{
		maybe("accept-queue-overflow", "That counts ListenOverflows.", "那种情况增长的是 ListenOverflows。"),
		maybe("syn-reached-server-no-reply", "Without the host's counters the two look the same.", "没有主机计数器时两者看起来相同。"),
	},
	Confirm: []analyzer.Confirmation{
		on(onServer, "sysctl net.ipv4.tcp_syncookies net.ipv4.tcp_max_syn_backlog net.core.somaxconn; ss -ant state syn-recv 'sport = :{port}' | wc -l", say("tcp_syncookies = 0, and as many half-open connections as the backlog allows.", "tcp_syncookies = 0，半开连接数达到 backlog 上限。")),
	},
	Fix: []analyzer.Text{
		say("sysctl -w net.ipv4.tcp_syncookies=1: legitimate clients get in even while the queue is full.", "sysctl -w net.ipv4.tcp_syncookies=1：即使队列已满，正常客户端也能接入。"),
		say("Find who fills the queue (ss -ant state syn-recv), and raise the listen backlog, somaxconn and tcp_max_syn_backlog together.", "查明是谁填满了队列（ss -ant state syn-recv），并同时调大 listen backlog、somaxconn 与 tcp_max_syn_backlog。"),
	},
	ExplainedBy: []string{"syn-flood"},
	Tell:        tellSilentSyn,
})

var _ = refines("syn-queue-overflow", map[string]func(Match) (uint8, bool){"syn-no-response": as(0), "syn-reached-server-no-reply": as(0)})

var _ = testifies(synQueue, "syn-queue-overflow")

// synQueue asks the server's host whether it dropped SYNs for want of room.
func synQueue(s *Subject) []statement {
	var out []statement
	for _, h := range s.servers() {
		cookies, set := h.Setting("net.ipv4.tcp_syncookies")
		off := set && cookies.Value == 0
		c, ok := h.Change("TcpExtTCPReqQFullDrop")
		switch {
		case ok && c.Rose() && s.ambiguous():
			out = append(out, statement{remark, None, changed(h, c)})
		case ok && c.Rose() && off:
			out = append(out, statement{speaks, Certain, changed(h, c)})
		case ok && c.Rose():
			out = append(out, statement{speaks, Likely, changed(h, c)})
		case ok && c.Still():
			out = append(out, statement{rules, None, changed(h, c)})
		case ok && c.Value > 0:
			out = append(out, statement{remark, None, changed(h, c)})
		}
		if set {
			w := remark
			if !off {
				w = against
			}
			out = append(out, statement{w, Possible, said(say("net.ipv4.tcp_syncookies = "+cookies.Setting, "net.ipv4.tcp_syncookies = "+cookies.Setting), whence(h, cookies))})
		}
		if n := halfOpen(h, s); n > 0 {
			out = append(out, statement{remark, None, told{Text: say(strconv.Itoa(n)+" half-open connections (SYN-RECV) on port "+strconv.Itoa(int(s.ServerPort)), "端口 "+strconv.Itoa(int(s.ServerPort))+" 上有 "+strconv.Itoa(n)+" 条半开连接（SYN-RECV）")}})
		}
	}
	return out
}

func halfOpen(h *host.Host, s *Subject) int {
	n := 0
	for _, f := range h.Sockets {
		if f.Socket.State == "SYN-RECV" && f.Socket.Local.Port() == s.ServerPort {
			n++
		}
	}
	return n
}
