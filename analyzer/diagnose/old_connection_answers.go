package diagnose

import (
	"strconv"

	"wirewhy/analyzer"
)

var _ = register(&Rule{
	ID: "old-connection-answers", Stage: StageHandshake, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultServerHost,
	Title:   say("An old connection with the same ports answers the SYN", "端口相同的旧连接应答了 SYN"),
	Verdict: say("SYN meets an old connection", "SYN 遇到旧连接"),
	Doc: say("The server still holds a connection with these very addresses and ports, so it answers the SYN with an ACK of the old sequence numbers (a challenge, RFC 9293 §3.10.7.4 and RFC 5961). The client resets that, and as long as the reset does not reach the old socket, or a device drops it, each new SYN meets the same answer. Ports were reused too soon (NAT, a small port range, a client that was restarted), or the server never closed (CLOSE_WAIT).",
		"服务端仍保留着地址与端口完全相同的连接，因此用旧序列号的 ACK 回应 SYN（挑战 ACK，RFC 9293 §3.10.7.4、RFC 5961）。客户端将其重置；只要这个 RST 没有到达旧套接字或被设备丢弃，每个新 SYN 都会得到同样的回应。原因是端口过早复用（NAT、端口范围小、客户端重启），或服务端一直没有关闭（CLOSE_WAIT）。"),
	Recognised: say("The SYN is answered with an ACK that does not acknowledge it, and no SYN-ACK comes within the attempt.", "SYN 得到一个并不确认它的 ACK，且整个尝试期间没有 SYN-ACK。"),
	Summary: say("{client} dialled {server} ①, and was answered {acks} times with an ACK of another connection's numbers ②: the server still has an older connection with the same ports. The attempt did not succeed.",
		"{client} 连接 {server} ①，{acks} 次得到的却是另一条连接序号的 ACK ②：服务端仍有端口相同的旧连接。此次尝试没有成功。"),
	LookAlikes: []LookAlike{
		apart("synack-wrong-source", "The answer is no SYN-ACK, and comes from the dialled address.", "应答不是 SYN-ACK，且来自所连接的地址。"),
		apart("timewait-port-reuse", "The attempt never succeeded.", "该尝试始终没有成功。"),
		apart("syn-no-response", "There is an answer, of the wrong connection.", "有应答，只是属于别的连接。"),
	},
	Confirm: []analyzer.Confirmation{on(onServer, "ss -tan 'dst {client}'", say("A connection with these ports in ESTAB, CLOSE-WAIT, FIN-WAIT or TIME-WAIT.", "存在这些端口的连接，状态为 ESTAB、CLOSE-WAIT、FIN-WAIT 或 TIME-WAIT。"))},
	Fix:     []analyzer.Text{say("Let both ends close their sockets; widen the port range of the client or NAT; keep-alives let the server drop dead connections.", "让双方正确关闭套接字；扩大客户端或 NAT 的端口范围；keep-alive 可让服务端清除死连接。")},
	Needs:   troubled,
	Check: func(s *Subject) (Match, bool) {
		return Match{Level: Likely}, s.Trouble.StrayAcks > 0 && s.SynAckFrame == 0 && s.AckFrame == 0 && s.Trouble.ForeignSynAcks == 0 && (s.Left(s.LastSyn) >= retryPatience || s.Trouble.StrayAcks > 1)
	},
	Tell: func(t *Telling) {
		t.Set("acks", strconv.Itoa(int(t.Trouble.StrayAcks)))
		t.Show(say("SYN from {client}", "来自 {client} 的 SYN"), t.synFrames()...)
		t.Show(say("ACK that does not fit", "不匹配的 ACK"), t.Trouble.StrayAckFrame)
	},
})
