package diagnose

import "wirewhy/analyzer"

var _ = register(&Rule{
	ID: "high-rtt", Stage: StageRemark, Class: analyzer.Info, Severity: analyzer.SeverityInfo, Fault: analyzer.FaultPath,
	Title:   say("Long path: {rtt} a round trip to {serverAddr}", "路径很长：到 {serverAddr} 往返 {rtt}"),
	Verdict: say("high round trip time", "往返时间高"),
	Doc: say("The handshake alone took {limit} or more. Every exchange over this path costs at least that; TLS two of them more, and a transfer's speed is bound by window divided by round trip.",
		"仅握手就花了 {limit} 或更久。这条路径上的每次交互至少付出这么多；TLS 还要多两次，传输速度受窗口除以往返时间限制。").Fill(map[string]string{"limit": Duration(highRTT)}),
	Recognised: say("The time from SYN to the ACK of the SYN-ACK, measured by the handshake, is at least {limit}.", "由握手测得的从 SYN 到确认 SYN-ACK 的时间不少于 {limit}。").Fill(map[string]string{"limit": Duration(highRTT)}),
	Summary:    say("The round trip between {clientAddr} and {serverAddr} takes {rtt} ①. That is the path, not the application; every exchange pays it.", "{clientAddr} 与 {serverAddr} 之间的往返需要 {rtt} ①。这是路径造成的，不是应用；每次交互都要付出。"),
	LookAlikes: []LookAlike{
		apart("slow-server", "The kernel's answer to the SYN is slow already.", "内核对 SYN 的应答就已经慢了。"),
		apart("packet-loss", "Nothing was repeated in the handshake.", "握手中没有重传。"),
	},
	GroupBy: ByServer,
	Confirm: []analyzer.Confirmation{on(onClient, "ping {serverAddr}; mtr {serverAddr}", say("About {rtt}.", "约 {rtt}。"))},
	Fix:     []analyzer.Text{say("Nothing is broken. Bring the ends nearer together (region, CDN), keep connections open, batch requests, check for a detour in the route.", "没有故障。让两端更近（区域、CDN）、保持长连接、合并请求，并检查路由是否绕路。")},
	Needs:   completed | answered,
	Check: func(s *Subject) (Match, bool) {
		rtt, ok := s.HandshakeRTT()
		return Match{Level: Certain}, ok && rtt >= highRTT && s.Completed() && s.SynCount == 1 && s.Trouble.SynAckRepeats == 0
	},
	Tell: func(t *Telling) { t.Show(say("the handshake", "握手"), t.SynFrame, t.SynAckFrame, t.AckFrame) },
})
