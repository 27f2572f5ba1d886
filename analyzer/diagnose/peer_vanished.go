package diagnose

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

var _ = register(&Rule{
	ID: "peer-vanished", Stage: StageData, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultPath,
	Title:   say("In the middle of the connection {who} falls silent", "连接进行中，{who} 突然沉默"),
	Verdict: say("peer or path gone in mid-connection", "对端或路径中途消失"),
	Doc: say("Data is repeated with growing pauses and nothing comes back any more: the other host lost power or its network, a virtual machine or container was removed without closing its connections, or the path broke (a failed link, a changed rule or route).",
		"数据以越来越长的间隔重发，再没有任何返回：对方主机断电或断网，虚拟机或容器被移除而没有关闭连接，或路径中断（链路故障、规则或路由被改）。"),
	Recognised: say("On a connection that worked, the same data is repeated at least three times, and the other side sends nothing any more until the capture ends.", "在一条工作过的连接上，同一数据至少重发三次，直到抓包结束对方再无任何报文。"),
	Summary: say("The connection between {client} and {server} worked; then nothing more came from {who}. The same data was sent {run} more times ①, over {span}, and was never acknowledged.",
		"{client} 与 {server} 之间的连接原本正常；之后 {who} 再没有任何报文。同样的数据又发送了 {run} 次 ①，历时 {span}，始终未被确认。"),
	LookAlikes: []LookAlike{
		apart("packet-loss", "Nothing gets through any more, not just less.", "不是变少，而是完全不通。"),
		apart("zero-window", "The receiver had not closed its window.", "接收方没有关闭窗口。"),
		apart("server-app-silent", "Not even the kernel acknowledges.", "连内核都没有确认。"),
		maybe("mtu-blackhole", "If smaller segments still pass, size is the reason.", "如果较小的报文段仍能通过，原因就是尺寸。"),
	},
	Corroborate: true,
	Confirm:     []analyzer.Confirmation{on(anywhere, "ping {serverAddr}; ip neigh", say("No answer: host or path is down; look at its uptime and console. An answer: look for a rule or NAT that lost this connection.", "无应答：主机或路径中断；看其运行时间与控制台。有应答：查找丢失了这条连接的规则或 NAT。"))},
	Fix:         []analyzer.Text{say("Bring host or path back. TCP_USER_TIMEOUT or keep-alives let the survivor notice within seconds.", "恢复主机或路径。TCP_USER_TIMEOUT 或 keep-alive 能让存活的一端在数秒内察觉。")},
	ExplainedBy: []string{"mtu-blackhole", "idle-timeout-blackhole", "handshake-done-server-ignores", "accept-queue-overflow", "handshake-ack-lost", "zero-window", "pmtud-ignored"},
	Needs:       troubled,
	Check: func(s *Subject) (Match, bool) {
		d, ok := s.vanished()
		by := d.Other()
		if !ok || s.Sides[d].Payload == 0 && s.NothingAcked() && d == flow.Responder || s.closedBeforeRun(d, by) {
			return Match{}, false
		}
		return Match{Level: Likely, Detail: uint8(d)}, true
	},
	Tell: func(t *Telling) {
		by := flow.Dir(t.Match.Detail).Other()
		t.Set("who", t.Flow.Client().String())
		if by == flow.Originator {
			t.Set("who", t.Flow.Server().String())
		}
		x := &t.Trouble.Sent[by]
		t.Set("run", number(int(x.Run)))
		t.Set("span", Duration(x.RunLast.Sub(x.RunStart)))
		t.tellFullWindow(flow.Dir(t.Match.Detail))
		if silent := &t.Sides[by.Other()]; silent.Flags&flow.SawFIN != 0 && silent.FinTime > x.RunStart {
			t.Note(say("Later it closed, still without having got any of it: its packets arrive here, those to it do not arrive there.", "之后它关闭了连接，仍未收到其中任何数据：它的报文能到这里，发给它的却到不了。"))
		}
		t.Show(say("the same data, again and again", "同样的数据，一再重发"), t.eventFrames(by, analyzer.Retransmission)...)
		t.tellMeanwhile(by)
	},
})

// closedBeforeRun reports that the silent side had finished, and its host is simply
// gone: harmless, since everything it wanted was delivered.
func (s *Subject) closedBeforeRun(silent, by flow.Dir) bool {
	return s.Sides[silent].Flags&flow.SawFIN != 0 && s.Sides[silent].FinTime <= s.Trouble.Sent[by].RunStart
}

// tellFullWindow says that the silent side had been running out of room before it
// fell silent: its application no longer read.
func (t *Telling) tellFullWindow(silent flow.Dir) {
	x, window := &t.Trouble.Sent[silent.Other()], uint32(t.Sides[silent].Window)
	if w, ok := t.ScaledWindow(silent); ok {
		window = w
	}
	if x.WindowFulls == 0 || window == 0 || x.RunLen < window {
		return
	}
	t.Set("room", number(int(window)))
	t.Finding.Fault = analyzer.FaultServerHost
	if silent == flow.Originator {
		t.Finding.Fault = analyzer.FaultClient
	}
	t.Note(say("Before that its receive window had shrunk to {room} bytes, which the repeated data fills exactly: its application had stopped reading. That speaks for a device that hung or was switched off, not for the network.",
		"在此之前它的接收窗口已缩小到 {room} 字节，重发的数据恰好填满它：其应用已停止读取。这说明是设备挂死或关机，而不是网络故障。"))
}
