package diagnose

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// synAckHanging reports that the server's SYN-ACK was neither acknowledged nor
// reset, and that this is not because the capture ended.
func (s *Subject) synAckHanging() bool {
	if s.SynAckFrame == 0 || s.SynFrame == 0 || s.AckFrame != 0 || s.ResetFrame != 0 || s.Payload() > 0 ||
		s.Trouble.ForeignSynAcks > 0 || s.Trouble.StrayAcks > 0 || s.Trouble.ClientResetsOfSynAck > 0 || s.Flags&flow.SimultaneousOpen != 0 || s.Client.Flags&flow.SawFIN != 0 {
		return false
	}
	repeated := s.Trouble.SynAckRepeats > 0 || s.LastSyn > s.SynAck
	return repeated && s.Left(s.SynAck) >= retryPatience && !s.Mute(s.ClientAddr)
}

var _ = register(&Rule{
	ID: "synack-unanswered", Stage: StageHandshake, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultPath,
	Title:   say("The SYN-ACK leaves the server, and the final ACK never comes", "SYN-ACK 已从服务端发出，但最后的 ACK 始终没来"),
	Verdict: say("SYN-ACK never acknowledged", "SYN-ACK 未被确认"),
	Doc: say("The server's host received the SYN and answered it, again and again. No ACK and no RST comes back. If the client repeats its SYN at the same time, it is alive and never saw the answer: the SYN-ACK is lost on its way (an asymmetric path, a stateful firewall that saw only one direction). If it does not, the client is gone, or its address was forged.",
		"服务端主机收到 SYN 并一再应答，却没有 ACK 或 RST 返回。如果客户端同时在重发 SYN，说明它活着但从未看到应答：SYN-ACK 在途中丢失（非对称路径、只看到单向流量的状态防火墙）。如果客户端没有重发，则它已离开，或其地址是伪造的。"),
	Recognised: say("SYN and SYN-ACK are repeated, no ACK, RST or data by the client.", "SYN 与 SYN-ACK 反复出现，客户端没有 ACK、RST 或数据。"),
	Summary: say("{server} answered the SYN of {client} ① with {synacks} SYN-ACKs ②, and the handshake was never completed: neither ACK nor RST came back.",
		"{server} 用 {synacks} 个 SYN-ACK ② 应答了 {client} 的 SYN ①，但握手始终没有完成：既没有 ACK 也没有 RST 返回。"),
	LookAlikes: []LookAlike{
		apart("syn-reached-server-no-reply", "The server's host does answer.", "服务端主机确实应答了。"),
		apart("synack-rejected-by-client", "The client's host sends no RST.", "客户端主机没有发 RST。"),
		apart("accept-queue-overflow", "No ACK arrives that could be ignored.", "根本没有 ACK 到达，谈不上被忽略。"),
		maybe("synack-ignored-by-client", "Whether the SYN-ACK reaches the client's host can be seen only there.", "SYN-ACK 是否到达客户端主机，只有在那里才能看到。"),
	},
	Corroborate: true,
	Confirm: []analyzer.Confirmation{
		on(onClient, "tcpdump -ni any host {serverAddr} and tcp port {port}", say("SYNs only: the SYN-ACK is lost on the way back. SYN-ACKs arrive: the client's host ignores them.", "只有 SYN：SYN-ACK 在回程丢失。SYN-ACK 到达了：客户端主机忽略它。")),
		on(onServer, "ip route get {clientAddr}", say("The interface and gateway by which the answers leave; compare with the way the SYNs come in.", "应答离开所经的网卡与网关；与 SYN 进来的路径对比。")),
		on(onRouter, "conntrack -L -s {clientAddr}; conntrack -S", say("INVALID drops, or an entry that saw one direction only.", "INVALID 丢弃，或只看到单方向的条目。")),
	},
	Fix: []analyzer.Text{
		say("Make both directions pass the same stateful devices, or exempt them from state tracking.", "让双向流量经过同一组有状态设备，或对其豁免状态跟踪。"),
		say("Check rules and routes for packets from {serverAddr} port {port} to {clientAddr}.", "检查从 {serverAddr} 端口 {port} 到 {clientAddr} 的规则与路由。"),
	},
	ExplainedBy: []string{"port-scan", "asymmetric-return-path", "syn-flood"},
	Needs:       asked | answered,
	Check: func(s *Subject) (Match, bool) {
		if !s.synAckHanging() || s.Vantage() == flow.VantageClient {
			return Match{}, false
		}
		m := Match{Level: Likely}
		if s.Trouble.SynAckRepeats > 1 || s.SynCount > 1 && s.Trouble.SynAckRepeats > 0 {
			m.Level = Certain
		}
		if s.Left(s.SynAck) < synPatience {
			m.Level = Possible // the path may be that long
		}
		return m, true
	},
	Tell: func(t *Telling) {
		tellHandshake(t)
		if t.SynCount > 1 {
			t.Note(say("The client repeats its SYN ({syns} in all): it is alive and has not seen the answer.", "客户端在重发 SYN（共 {syns} 个）：它活着，但没有看到应答。"))
		} else {
			t.Note(say("The client sends its SYN only once: it is gone, or its address was forged.", "客户端只发了一次 SYN：它已离开，或地址是伪造的。"))
		}
	},
})

func tellHandshake(t *Telling) {
	t.Show(say("SYN from {client}", "来自 {client} 的 SYN"), t.synFrames()...)
	t.Show(say("SYN-ACK from {server}", "来自 {server} 的 SYN-ACK"), t.synAckFrames()...)
}
