package diagnose

import (
	"strconv"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

var _ = register(&Rule{
	ID: "timewait-port-reuse", Stage: StageRemark, Class: analyzer.Info, Severity: analyzer.SeverityInfo, Fault: analyzer.FaultUnknown,
	Title:   say("A port pair in TIME_WAIT is used again", "处于 TIME_WAIT 的端口对被再次使用"),
	Verdict: say("port pair reused from TIME_WAIT", "复用 TIME_WAIT 中的端口对"),
	Doc: say("The client dials with addresses and ports that the server still remembers from a connection that it closed first (TIME_WAIT, 60 s on Linux). A newer sequence number or timestamp lets the SYN in at once; otherwise the server answers with an ACK of the old connection, the client resets that, and its next SYN succeeds.",
		"客户端使用的地址与端口，服务端仍因先关闭的旧连接而记着（TIME_WAIT，Linux 上为 60 秒）。若序列号或时间戳更新，SYN 立即被接受；否则服务端以旧连接的 ACK 作答，客户端将其重置，下一个 SYN 成功。"),
	Recognised: say("The same addresses and ports carried an earlier connection that the server closed first, less than four minutes before; or the SYN was answered with an ACK that does not fit, then RST, then a SYN that succeeded.",
		"相同的地址与端口在不到四分钟前承载过由服务端先关闭的连接；或 SYN 得到不匹配的 ACK，随后 RST，再次 SYN 成功。"),
	Summary: say("{client} used its port again for a new connection to {server} ① while the server still kept the old one in TIME_WAIT. It worked{how}.",
		"{client} 在服务端仍把旧连接保留在 TIME_WAIT 时，用同一端口向 {server} 建立了新连接 ①。连接成功{howZh}。"),
	LookAlikes: []LookAlike{
		apart("syn-no-response", "The connection was established in the end.", "连接最终建立了。"),
		apart("synack-wrong-source", "The answer came from the dialled address.", "应答来自所连接的地址。"),
	},
	Confirm: []analyzer.Confirmation{on(onServer, "ss -tan state time-wait 'sport = :{port}' | wc -l; sysctl net.ipv4.tcp_tw_reuse net.ipv4.ip_local_port_range", say("Many TIME_WAIT states of {clientAddr}.", "{clientAddr} 有许多 TIME_WAIT。"))},
	Fix:     []analyzer.Text{say("Nothing is broken. If it is frequent: keep connections open, let the client close first, widen ip_local_port_range.", "没有故障。若很频繁：使用长连接、让客户端先关闭、扩大 ip_local_port_range。")},
	Needs:   completed | answered,
	Check: func(s *Subject) (Match, bool) {
		if !s.Completed() {
			return Match{}, false
		}
		if s.Trouble.StrayAcks > 0 && s.Trouble.StrayResets > 0 {
			return Match{Level: Certain, Detail: 1}, true
		}
		old, ok := s.run.Tracker.Previous(s.Flow)
		if !ok || old.ServerAddr != s.ServerAddr || old.ServerPort != s.ServerPort || s.Flags&flow.ReusesPorts == 0 {
			return Match{}, false
		}
		oc, os := &old.Sides[flow.Originator], &old.Sides[flow.Responder]
		serverFirst := os.FinTime != 0 && (oc.FinTime == 0 || os.FinTime < oc.FinTime)
		return Match{Level: Likely}, serverFirst && old.ResetFrame == 0 && s.Start.Sub(old.End) < timeWait
	},
	Tell: func(t *Telling) {
		t.Set("how", "")
		t.Set("howZh", "")
		t.Show(say("the new SYN", "新的 SYN"), t.synFrames()...)
		if t.Match.Detail == 1 {
			t.Set("how", ", after an ACK of the old connection, a RST to that, and the SYN once more")
			t.Set("howZh", "：先收到旧连接的 ACK，将其重置后再次发送 SYN")
			t.Show(say("the answer of the old connection", "旧连接的应答"), t.Trouble.StrayAckFrame)
		}
		if first, closed := t.serverClosesFirst(); closed >= corroboration && 2*first > closed {
			t.Set("serverFirst", strconv.Itoa(first))
			t.Set("closed", strconv.Itoa(closed))
			t.Note(say("The server closes first on {serverFirst} of {closed} connections to it: that is why the TIME_WAITs pile up on its side.", "到它的 {closed} 条连接中有 {serverFirst} 条由服务端先关闭：因此 TIME_WAIT 堆积在它那一侧。"))
		}
	},
})

// serverClosesFirst counts the closed connections to the same service, and those of
// them that the server was the first to close: it keeps their TIME_WAIT.
func (t *Telling) serverClosesFirst() (first, closed int) {
	for id, service := range t.run.placed().service {
		if service != t.run.placed().service[t.ID] {
			continue
		}
		f := t.run.Tracker.Flow(id)
		c, s := &f.Sides[flow.Originator], &f.Sides[flow.Responder]
		if c.FinTime == 0 || s.FinTime == 0 {
			continue
		}
		closed++
		if s.FinTime < c.FinTime {
			first++
		}
	}
	return first, closed
}

var _ = register(&Rule{
	ID: "simultaneous-open", Stage: StageRemark, GroupBy: ByCapture, Class: analyzer.Info, Severity: analyzer.SeverityInfo, Fault: analyzer.FaultUnknown,
	Title:      say("Both ends dialled each other at the same time", "两端同时互相发起连接"),
	Verdict:    say("simultaneous open", "同时打开"),
	Doc:        say("Both ends sent a SYN before they saw the other's. TCP makes one connection of it (RFC 9293 §3.5). Rare outside peer-to-peer programs that punch holes through NATs.", "两端都在看到对方 SYN 之前发出了自己的 SYN。TCP 会把它们合成一条连接（RFC 9293 §3.5）。除了做 NAT 打洞的点对点程序，很少见。"),
	Recognised: say("A SYN without ACK from each end, crossing.", "两端各发出一个不带 ACK 的 SYN，互相交错。"),
	Summary:    say("{client} and {server} sent their SYNs at the same time ①; the connection was established all the same.", "{client} 与 {server} 同时发送 SYN ①；连接照样建立。"),
	LookAlikes: []LookAlike{apart("syn-no-response", "Both SYNs were answered.", "两个 SYN 都得到了应答。")},
	Confirm:    []analyzer.Confirmation{on(anywhere, "ss -tan", say("One established connection between the two.", "两者之间有一条已建立的连接。"))},
	Fix:        []analyzer.Text{say("Nothing to mend.", "无需处理。")},
	Needs:      flagged,
	Check: func(s *Subject) (Match, bool) {
		return Match{Level: Certain}, s.Flags&flow.SimultaneousOpen != 0 && s.Client.Flags&s.Server.Flags&flow.SawSYN != 0 && (s.SynAckCount > 0 || s.AckFrame != 0)
	},
	Tell: func(t *Telling) { t.Show(say("the SYNs", "两个 SYN"), t.synFrames()...) },
})

var _ = register(&Rule{
	ID: "simultaneous-close", Stage: StageRemark, GroupBy: ByCapture, Class: analyzer.Info, Severity: analyzer.SeverityInfo, Fault: analyzer.FaultUnknown,
	Title:       say("Both ends closed at the same time", "两端同时关闭"),
	Verdict:     say("simultaneous close", "同时关闭"),
	Doc:         say("Each end sent its FIN before it had seen the other's. Legal (RFC 9293 §3.6); both go through CLOSING.", "两端都在看到对方 FIN 之前发出了自己的 FIN。这是合法的（RFC 9293 §3.6）；两端都会经过 CLOSING。"),
	Recognised:  say("Two FINs, neither of which acknowledges the other.", "两个 FIN，互不确认对方。"),
	Summary:     say("{client} and {server} closed their connection at the same time ①. Nothing is wrong.", "{client} 与 {server} 同时关闭了连接 ①。没有问题。"),
	LookAlikes:  []LookAlike{apart("stale-connection-reuse", "No request was under way.", "没有请求在途。")},
	Confirm:     []analyzer.Confirmation{on(anywhere, "ss -tan state closing state time-wait", say("TIME_WAIT on both ends.", "两端都处于 TIME_WAIT。"))},
	Fix:         []analyzer.Text{say("Nothing to mend.", "无需处理。")},
	ExplainedBy: []string{"simultaneous-open"},
	Needs:       closing | troubled,
	Check: func(s *Subject) (Match, bool) {
		gap := s.Client.FinTime.Sub(s.Server.FinTime)
		near := 2*s.RTT() + unknownRTT
		return Match{Level: Certain}, s.Trouble.SimultaneousClose && s.ResetFrame == 0 && gap < near && -gap < near
	},
	Tell: func(t *Telling) { t.Show(say("the two FINs", "两个 FIN"), t.Client.FinFrame, t.Server.FinFrame) },
})

var _ = register(&Rule{
	ID: "half-close", Stage: StageRemark, GroupBy: ByCapture, Class: analyzer.Info, Severity: analyzer.SeverityInfo, Fault: analyzer.FaultUnknown,
	Title:      say("One end finished sending, the other went on for a while", "一端发送完毕，另一端继续发送了一段时间"),
	Verdict:    say("half-closed for a while", "半关闭一段时间"),
	Doc:        say("FIN closes one direction only. A client that says \"that was all\" (shutdown for writing) and then reads the answer to its end uses that. Some middleboxes dislike it.", "FIN 只关闭一个方向。客户端声明“我说完了”（关闭写端）后继续把应答读完，就是这种用法。有些中间设备不喜欢它。"),
	Recognised: say("FIN by one end, acknowledged; then new data by the other, a round trip and more later.", "一端的 FIN 被确认；另一端在一个往返之后仍发送新数据。"),
	Summary:    say("{first} finished its side ①, and {second} went on sending ② for {span}. Legal, and both got what they wanted.", "{first} 结束了自己的方向 ①，{second} 继续发送 ② 达 {span}。这是合法的，双方各得其所。"),
	LookAlikes: []LookAlike{
		apart("client-abort", "Nothing was reset.", "没有重置。"),
		apart("slow-server", "The client had asked for all it wanted and waited in order.", "客户端已发完请求并有序等待。"),
	},
	Confirm: []analyzer.Confirmation{on(anywhere, "ss -tan state fin-wait-2 state close-wait", say("The connection stands in FIN-WAIT-2 and CLOSE-WAIT meanwhile.", "期间连接处于 FIN-WAIT-2 与 CLOSE-WAIT。"))},
	Fix:     []analyzer.Text{say("Nothing to mend.", "无需处理。")},
	Needs:   closing | withData,
	Check: func(s *Subject) (Match, bool) {
		if s.ResetFrame != 0 {
			return Match{}, false
		}
		for _, d := range []flow.Dir{flow.Originator, flow.Responder} {
			a, b := &s.Sides[d], &s.Sides[d.Other()]
			if a.FinTime != 0 && a.Flags&flow.FinAcked != 0 && b.LastData.Sub(a.FinTime) > 2*s.RTT()+unknownRTT && b.FinTime >= b.LastData && s.Trouble.Sent[d.Other()].LongestRun == 0 {
				return Match{Level: Certain, Detail: uint8(d)}, true
			}
		}
		return Match{}, false
	},
	Tell: func(t *Telling) {
		d := flow.Dir(t.Match.Detail)
		t.Set("first", t.Flow.Client().String())
		t.Set("second", t.Flow.Server().String())
		if d == flow.Responder {
			t.Set("first", t.Flow.Server().String())
			t.Set("second", t.Flow.Client().String())
		}
		t.Set("span", Duration(t.Sides[d.Other()].LastData.Sub(t.Sides[d].FinTime)))
		t.Show(say("FIN from {first}", "来自 {first} 的 FIN"), t.Sides[d].FinFrame)
		t.Show(say("data from {second} after it", "此后来自 {second} 的数据"), t.Sides[d.Other()].LastDataFrame)
	},
})
