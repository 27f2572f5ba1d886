package diagnose

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

var _ = register(&Rule{
	ID: "ecn-marking", Stage: StageRemark, Class: analyzer.Info, Severity: analyzer.SeverityInfo, Fault: analyzer.FaultPath,
	Title:   say("Routers mark congestion on the way from {sender}", "路由器在来自 {sender} 的路径上标记了拥塞"),
	Verdict: say("congestion marked (ECN)", "标记了拥塞（ECN）"),
	Doc: say("Both ends agreed on Explicit Congestion Notification (RFC 3168). A router whose queue grows sets the mark \"congestion experienced\" instead of dropping; the receiver echoes it (ECE), and the sender slows down as after a loss (CWR), without having to repeat anything. The bottleneck is there; nothing was lost because of it.",
		"双方协商使用显式拥塞通知（ECN，RFC 3168）。队列变长的路由器不丢包，而是打上“遭遇拥塞”标记；接收方回显（ECE），发送方像丢包后一样降速（CWR），却无需重发。瓶颈就在那里；但没有因此丢失任何数据。"),
	Recognised: say("Both SYNs agreed on ECN, and packets carry the mark CE, or one end echoes it with ECE and the other answers with CWR.", "双方 SYN 协商了 ECN，且有报文带 CE 标记，或一端以 ECE 回显、另一端以 CWR 回应。"),
	Summary: say("Data from {sender} meets a full queue: {marked} packets were seen with the mark \"congestion experienced\", {receiver} echoed it in {echoes} segments, and {sender} slowed down {reduced} times ①. That is ECN at work; throughput is bound by that queue.",
		"{sender} 发出的数据遇到了拥塞队列：看到 {marked} 个带“遭遇拥塞”标记的报文，{receiver} 在 {echoes} 个报文段中回显，{sender} 降速 {reduced} 次 ①。这是 ECN 在工作；吞吐量受该队列限制。"),
	LookAlikes: []LookAlike{apart("packet-loss", "The routers marked packets instead of dropping them.", "路由器标记报文而不是丢弃。")},
	Confirm:    []analyzer.Confirmation{on(onRouter, "tc -s qdisc show", say("ecn_mark rises on the bottleneck's queue.", "瓶颈队列上的 ecn_mark 增长。"))},
	Fix:        []analyzer.Text{say("Nothing to mend; for more throughput, more capacity at the link whose queue marks.", "无需处理；若要更高吞吐，为打标记的那条链路扩容。")},
	Needs:      troubled,
	Check: func(s *Subject) (Match, bool) {
		if s.Client.Flags&s.Server.Flags&flow.OffersECN == 0 {
			return Match{}, false
		}
		for _, d := range []flow.Dir{flow.Responder, flow.Originator} {
			x, o := &s.Trouble.Sent[d], &s.Trouble.Sent[d.Other()]
			if x.Congested > 0 || o.Echoes > 0 && x.Reduced > 0 {
				return Match{Level: Certain, Detail: uint8(d)}, true
			}
		}
		return Match{}, false
	},
	Tell: func(t *Telling) {
		d := flow.Dir(t.Match.Detail)
		x, o := &t.Trouble.Sent[d], &t.Trouble.Sent[d.Other()]
		t.setEnds(d, "sender", "receiver")
		t.Set("marked", number(int(x.Congested)))
		t.Set("echoes", number(int(o.Echoes)))
		t.Set("reduced", number(int(x.Reduced)))
		t.Show(say("the first mark, or its echo", "第一个标记或其回显"), x.CongestedFrame, t.firstEcho(d.Other()))
	},
})

// firstEcho returns the first segment after the handshake by which a side says
// that it was told of congestion.
func (t *Telling) firstEcho(d flow.Dir) uint32 {
	for e := range t.run.Tracker.Entries(t.Flow) {
		if e.Dir == d && e.Flags&(wire.ECE|wire.SYN) == wire.ECE {
			return e.Frame
		}
	}
	return 0
}
