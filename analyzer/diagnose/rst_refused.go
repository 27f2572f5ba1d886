package diagnose

import (
	"strconv"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// refusedAfter is how many packets each end must have sent after a RST: one may
// have been under way.
const refusedAfter = 2

var _ = register(&Rule{
	ID: "rst-refused", Stage: StageReset, Class: analyzer.Info, Severity: analyzer.SeverityWarning, Fault: analyzer.FaultPath,
	Title:   say("A RST in the name of {closer} was refused: the connection goes on", "以 {closer} 名义发出的 RST 被拒绝：连接仍在继续"),
	Verdict: say("RST refused, connection goes on", "RST 被拒绝，连接继续"),
	Doc: say("A RST is obeyed only if its sequence number is exactly the next one expected. One that merely lies in the window is answered with a challenge ACK, and the real peer, if it meant it, resets again with the right number (RFC 5961 §3.2). A RST that is refused and never repeated was not the peer's: somebody guessed (an attack, a security device that lagged behind the connection), or it is a leftover of an older connection with the same ports.",
		"只有序列号恰好等于下一个期望值的 RST 才会被执行。仅仅落在窗口内的 RST 会得到挑战 ACK；真正的对端若确有此意，会用正确的序列号再次重置（RFC 5961 §3.2）。被拒绝且不再重复的 RST 不是对端发的：有人在猜测（攻击，或跟不上连接进度的安全设备），或是端口相同的旧连接的残留。"),
	Recognised: say("A RST on an established connection whose sequence number is not the next one of its sender, after which both ends go on and new data is acknowledged.",
		"已建立连接上的 RST，其序列号不是发送方的下一个序列号，之后双方照常继续，新数据得到确认。"),
	Summary: say("A RST in the name of {closer} came on the connection from {client} to {server} ①, with a sequence number {off} bytes away from the one that counts. The other end did not obey, and both went on ②: nothing was lost, but somebody tried.",
		"在 {client} 到 {server} 的连接上出现了以 {closer} 名义发出的 RST ①，其序列号与有效值相差 {off} 字节。另一端没有执行，双方照常继续 ②：没有损失，但确实有人尝试过。"),
	LookAlikes: []LookAlike{
		apart("server-abort", "The connection goes on.", "连接仍在继续。"),
		apart("client-abort", "The connection goes on.", "连接仍在继续。"),
		maybe("rst-injected-by-middlebox", "Whoever sent it may try again with a better number.", "发送者可能会用更准的序列号再试。"),
	},
	Confirm: []analyzer.Confirmation{on(anywhere, "nstat -az TcpExtTCPChallengeACK TcpExtTCPSYNChallenge # twice, at the end that received it", say("TCPChallengeACK rises by one for each such RST.", "每个这样的 RST 使 TCPChallengeACK 增加一。"))},
	Fix:     []analyzer.Text{say("Nothing to mend at the ends. Find the sender: a capture nearer to {closer} tells from where on the RST exists.", "两端无需处理。查找发送者：在更靠近 {closer} 处抓包，可知 RST 从何处开始出现。")},
	Needs:   wasReset | troubled,
	Check: func(s *Subject) (Match, bool) {
		x := s.Trouble
		if s.ResetFrame == 0 || !s.Established() || s.Flags&flow.Midstream != 0 || x.ResetSeqOff == 0 || x.ResetsByClient+x.ResetsByServer > refusedAfter ||
			x.AfterReset[0] < refusedAfter || x.AfterReset[1] < refusedAfter {
			return Match{}, false
		}
		for _, d := range []flow.Dir{flow.Originator, flow.Responder} {
			if s.Sides[d].LastData > s.Reset.Add(s.RTT()) && s.Unread(d) == 0 {
				return Match{Level: Likely, Detail: uint8(s.ResetBy)}, true
			}
		}
		return Match{}, false
	},
	Tell: func(t *Telling) {
		t.setEnds(t.ResetBy, "closer", "other")
		off := int64(t.Trouble.ResetSeqOff)
		t.Set("off", strconv.FormatInt(max(off, -off), 10))
		t.Show(say("RST in the name of {closer}", "以 {closer} 名义发出的 RST"), t.resetFrames(t.ResetBy)...)
		t.Show(say("what both sent afterwards", "此后双方发送的报文"), append(t.framesAfter(flow.Originator, t.ResetFrame), t.framesAfter(flow.Responder, t.ResetFrame)...)...)
		if differs(t.Sides[t.ResetBy].TTL, t.Trouble.ResetTTL) {
			t.Note(say("Its time to live differs from that of {closer}'s own packets: it was forged on the way.", "它的 TTL 与 {closer} 自己的报文不同：是在途中伪造的。"))
		}
	},
})
