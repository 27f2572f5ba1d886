package diagnose

import (
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// closedFor returns how long a side kept its window closed in all, and at most at
// a time; a window that is still closed counts to the end.
func (s *Subject) closedFor(d flow.Dir) time.Duration {
	x := &s.Trouble.Sent[d]
	total := x.ZeroWindowTotal
	if x.ZeroSince != 0 {
		total += s.End.Sub(x.ZeroSince)
	}
	return total
}

var _ = register(&Rule{
	ID: "zero-window", Stage: StageData, Class: analyzer.Sick, Severity: analyzer.SeverityWarning, Fault: analyzer.FaultClient,
	Title:   say("{who} does not read: its receive window was closed for {closed}", "{who} 不读取数据：接收窗口关闭了 {closed}"),
	Verdict: say("receiver does not read (zero window)", "接收方不读取（零窗口）"),
	Doc: say("A receiver announces how much it can still take. When its application does not read, the buffer fills and the window shrinks to 0; the sender must wait and probes now and then. The network is innocent: the receiving application is slow, busy or stuck.",
		"接收方会通告自己还能接收多少。当应用不读取时，缓冲区填满，窗口缩到 0；发送方只能等待并不时探测。网络是无辜的：是接收端应用慢、忙或卡住了。"),
	Recognised: say("Window 0 announced, and a sender with more to send held up for a second or more in all.", "通告窗口为 0，还有数据要发的发送方总共被阻塞一秒或更久。"),
	Summary: say("{who} announced a zero window ①: its application did not read what it was sent, for {closed} in all. {sender} had to wait and could only probe ②.",
		"{who} 通告了零窗口 ①：它的应用没有读取收到的数据，共 {closed}。{sender} 只能等待并探测 ②。"),
	LookAlikes: []LookAlike{
		apart("packet-loss", "The repeated segments are window probes.", "重复的报文段是窗口探测。"),
		apart("slow-server", "The receiver of the data holds the transfer up, not its sender.", "阻塞传输的是数据的接收方，而不是发送方。"),
		apart("peer-vanished", "The probes are answered.", "探测得到了应答。"),
		apart("keepalive-unanswered", "Probes at the edge of a closed window are no keep-alives.", "关闭窗口边缘的探测不是 keep-alive。"),
	},
	Confirm: []analyzer.Confirmation{
		on(say("receiving host {who}", "接收主机 {who}"), "ss -tmn 'sport = :{port} or dport = :{port}'", say("Recv-Q large, near rb (the receive buffer).", "Recv-Q 很大，接近 rb（接收缓冲区）。")),
		on(say("receiving host {who}", "接收主机 {who}"), "nstat -az TcpExtTCPToZeroWindowAdv TcpExtTCPWantZeroWindowAdv # twice", say("Rise while it hangs.", "卡住期间增长。")),
	},
	Fix:   []analyzer.Text{say("Look at the receiving application: what does it do instead of reading (disk, lock, downstream)? Bigger buffers only delay the stop.", "检查接收端应用：它不读数据时在做什么（磁盘、锁、下游）？更大的缓冲区只会推迟停顿。")},
	Needs: troubled,
	Check: func(s *Subject) (Match, bool) {
		for _, d := range []flow.Dir{flow.Responder, flow.Originator} {
			if s.Sides[d].Flags&flow.HadZeroWindow != 0 && s.closedFor(d) >= max(zeroWindowHarm, slowRTTs*s.RTT()) {
				held := s.Trouble.Sent[d.Other()].Probes > 0 || s.Trouble.Sent[d.Other()].WindowFulls > 0 || s.Sides[d.Other()].LastData >= s.Trouble.Sent[d].ZeroSince
				if held {
					return Match{Level: Certain, Detail: uint8(d)}, true
				}
			}
		}
		return Match{}, false
	},
	Tell: func(t *Telling) {
		d := flow.Dir(t.Match.Detail)
		t.Set("who", t.ClientAddr.String())
		t.Set("sender", t.Flow.Server().String())
		if d == flow.Responder {
			t.Set("who", t.ServerAddr.String())
			t.Set("sender", t.Flow.Client().String())
			t.Finding.Fault = analyzer.FaultServerApp
		}
		t.Set("closed", Duration(t.closedFor(d)))
		t.Show(say("zero window from {who}", "来自 {who} 的零窗口"), t.eventFrames(d, analyzer.ZeroWindow)...)
		t.Show(say("the sender fills the window, and probes", "发送方填满窗口并探测"), t.eventFrames(d.Other(), analyzer.ZeroWindowProbe|analyzer.WindowFull|analyzer.KeepAlive)...)
		if x := &t.Trouble.Sent[d]; x.ZeroSince != 0 {
			t.Note(say("The window was still closed at the end.", "直到最后窗口仍然关闭。"))
			t.Finding.Severity = analyzer.SeverityError
		}
	},
})
