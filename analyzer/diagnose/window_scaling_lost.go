package diagnose

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

var _ = register(&Rule{
	ID: "window-scaling-lost", Stage: StageData, Class: analyzer.Sick, Severity: analyzer.SeverityWarning, Fault: analyzer.FaultPath,
	Title:      say("Throughput bound by a window without scaling", "吞吐量受限于未缩放的窗口"),
	Verdict:    say("window scaling missing", "缺少窗口缩放"),
	Doc:        say("The client offered window scaling, the answer has none, so neither end may announce more than 65,535 bytes. The server may be old, answer with a SYN cookie without timestamps, or a device on the way strips the option; then the two ends may even disagree about the scale, and windows look tiny.", "客户端提供了窗口缩放，应答中却没有，因此双方都不能通告超过 65,535 字节。可能是服务端太旧、使用了不带时间戳的 SYN cookie，或途中设备剥除了该选项；后一种情况下双方甚至可能对缩放比例理解不一，窗口看起来极小。"),
	Recognised: say("The SYN offers window scaling, the SYN-ACK does not, and the sender fills the window again and again, or sends one window a round trip.", "SYN 提供窗口缩放，SYN-ACK 没有，且发送方一再填满窗口，或每个往返恰好发送一个窗口。"),
	Summary:    say("{client} offered window scaling ①, the SYN-ACK of {server} has none ②, and the transfer went just as fast as that lets it ③. Transfers over this path cannot be faster than 64 KB per round trip ({rtt}).", "{client} 提供了窗口缩放 ①，{server} 的 SYN-ACK 中没有 ②，传输速度正好卡在这个窗口上 ③。这条路径上的传输每个往返（{rtt}）不会超过 64 KB。"),
	LookAlikes: []LookAlike{apart("window-limited", "The window cannot grow: scaling is missing.", "窗口无法增大：缺少缩放。"), apart("zero-window", "The window was not closed.", "窗口没有关闭。")},
	Confirm:    []analyzer.Confirmation{on(onServer, "sysctl net.ipv4.tcp_window_scaling; tcpdump -ni any 'tcp[tcpflags] & tcp-syn != 0' -v", say("1, and the SYN arrives with or without wscale: with a capture on both sides the device that strips it is found.", "值为 1，且 SYN 到达时带或不带 wscale：两侧同时抓包可找到剥除它的设备。"))},
	Fix:        []analyzer.Text{say("Stop the firewall or proxy from removing TCP options; switch window scaling on at the server.", "让防火墙或代理不再移除 TCP 选项；在服务端开启窗口缩放。")},
	Needs:      withData,
	Check: func(s *Subject) (Match, bool) {
		fulls := max(s.Trouble.Sent[0].WindowFulls, s.Trouble.Sent[1].WindowFulls)
		stripped := s.Client.WScale >= 0 && s.Server.WScale == -2 && s.Client.Flags&s.Server.Flags&flow.SawSYN != 0
		return Match{Level: Possible}, stripped && (fulls >= limitedFulls || s.atUnscaledSpeed(flow.Originator) || s.atUnscaledSpeed(flow.Responder))
	},
	Tell: func(t *Telling) {
		t.Show(say("SYN with window scaling", "带窗口缩放的 SYN"), t.SynFrame)
		t.Show(say("SYN-ACK without", "不带窗口缩放的 SYN-ACK"), t.SynAckFrame)
		d := flow.Originator
		if t.Server.Payload > t.Client.Payload {
			d = flow.Responder
		}
		at := t.eventFrames(d, analyzer.WindowFull)
		if len(at) == 0 {
			at = []uint32{t.Sides[d].FirstDataFrame, t.Sides[d].LastDataFrame}
		}
		t.Show(say("segments that fill the window, or the first and last of the transfer", "填满窗口的报文段，或传输的首尾"), at...)
	},
})

// atUnscaledSpeed reports that a side sent as fast as a window allowed that would
// have been larger with scaling: receivers offer more than half of what can be said.
func (s *Subject) atUnscaledSpeed(d flow.Dir) bool {
	return s.Sides[d.Other()].Window >= 1<<15 && atWindowSpeed(s.Flow, d)
}
