package diagnose

import (
	"strconv"

	"wirewhy/analyzer"
)

// lostAtTranslator is the detail of synack-lost-on-path, besides those of
// syn-no-response, where one capture holds both sides of an address translation.
const lostAtTranslator = 2

var _ = register(&Rule{
	ID: "synack-lost-on-path", Stage: StageHandshake, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultPath,
	Title:   say("The SYN-ACK of {server} is lost on its way back", "{server} 的 SYN-ACK 在回程丢失"),
	Verdict: say("SYN-ACK lost on the path", "SYN-ACK 在回程丢失"),
	Doc: say("Two captures were taken at the same time. The one nearer to the server holds the SYN and the SYN-ACK that answers it, the one nearer to the client holds the SYN only. The way back drops the answer: it leads over another device than the way there (a stateful firewall that never saw the SYN, a NAT without an entry), or a rule or route on it is wrong.",
		"两份抓包同时进行。靠近服务端的一份里有 SYN 以及应答它的 SYN-ACK，靠近客户端的一份里只有 SYN。回程丢弃了应答：回程经过与去程不同的设备（从未见过 SYN 的状态防火墙、没有表项的 NAT），或回程上某条规则或路由有误。"),
	Recognised: say("The SYN is in both captures, the SYN-ACK only in the one nearer to the server, although the other one was running.", "SYN 在两份抓包里都有，SYN-ACK 只出现在靠近服务端的那份里，而另一份当时正在抓包。"),
	Summary: say("{client} dialled {server} ①. The server's side answered ②, and {lostSynAcks} SYN-ACKs never came to the client's side. They are dropped on the way back, between the two places.",
		"{client} 连接 {server} ①。服务端一侧作出了应答 ②，但有 {lostSynAcks} 个 SYN-ACK 从未到达客户端一侧。它们在回程、两个抓包点之间被丢弃。"),
	LookAlikes: []LookAlike{
		apart("syn-lost-on-path", "The SYN is in both captures.", "SYN 在两份抓包里都有。"),
		apart("syn-reached-server-no-reply", "The server's side does answer.", "服务端一侧确实应答了。"),
		apart("synack-ignored-by-client", "The SYN-ACK did not come to the client's side.", "SYN-ACK 没有到达客户端一侧。"),
		apart("synack-wrong-source", "It comes from the address that was dialled.", "它来自所连接的地址。"),
	},
	Confirm: []analyzer.Confirmation{
		on(onServer, "ip route get {clientAddr}", say("The interface and gateway by which the answers leave; compare with the way the SYNs come in.", "应答离开所经的网卡与网关；与 SYN 进来的路径对比。")),
		on(onRouter, "tcpdump -ni any tcp port {port} and host {clientAddr}; conntrack -S", say("The last hop that holds the SYN-ACK is the one before the drop; invalid or drop rises with each.", "最后一个能看到 SYN-ACK 的位置就在丢弃点之前；invalid 或 drop 随之增长。")),
	},
	Fix: []analyzer.Text{
		say("Make both directions pass the same stateful devices, or exempt them from state tracking.", "让双向流量经过同一组有状态设备，或对其豁免状态跟踪。"),
		say("Check rules and routes for packets from {serverAddr} port {port} to {clientAddr}.", "检查从 {serverAddr} 端口 {port} 到 {clientAddr} 的规则与路由。"),
	},
	ExplainedBy: []string{"asymmetric-return-path"},
	Needs:       asked,
	Check: func(s *Subject) (Match, bool) {
		b := s.Compared()
		if b == nil || b.far == nil || b.toClient.LostSyn == 0 || b.far.SynAckFrame == 0 ||
			b.far.AckFrame != 0 || b.far.Trouble.ClientResetsOfSynAck > 0 { // the client got it, by another way

			return Match{}, false
		}
		m, ok := s.silentSyn()
		if !ok || m.Detail == synAnsweredLate && b.toClient.LostSyn < 2 {
			return Match{}, false
		}
		m.Level = min(Likely, b.most)
		if b.toClient.LostSyn > 1 {
			m.Level = b.most
		}
		return m, true
	},
	Tell: func(t *Telling) {
		if t.Match.Detail == lostAtTranslator {
			tellLostAtTranslator(t)
			return
		}
		b := t.near.Both()
		t.Set("lostSynAcks", strconv.Itoa(int(b.toClient.LostSyn)))
		t.Show(say("SYN from {client}", "来自 {client} 的 SYN"), t.synFrames()...)
		t.ShowIn(b.far, say("SYN-ACKs of the server's side, not seen at the client's", "服务端一侧的 SYN-ACK，客户端一侧没有看到"), b.toClient.Lost...)
		t.ShowIn(b.far, say("the SYNs that they answer, as they came there", "它们所应答的 SYN 到达那里时的样子"), b.far.synFrames()...)
		if t.Match.Detail == synAnsweredLate {
			t.Finding.Severity = analyzer.SeverityWarning
			t.Note(say("The last one got through.", "最后一个通过了。"))
		}
	},
})

func tellLostAtTranslator(t *Telling) {
	leg := t.run.Tracker.Flow(int(t.Match.Joined - 1))
	t.Set("leg", leg.Client().String()+" > "+leg.Server().String())
	t.Set("lostSynAcks", strconv.Itoa(int(leg.SynAckCount)))
	t.Finding.Summary = say("{client} dialled {server} ①; addresses were translated, and the SYN went on as {leg}. To that the answer came back ②, {lostSynAcks} times, and was not sent on to the client: it is dropped where addresses are translated back, or right behind.",
		"{client} 连接 {server} ①；地址经过转换，SYN 以 {leg} 继续前行。对它的应答返回了 {lostSynAcks} 次 ②，却没有转发给客户端：它在反向转换处或紧随其后被丢弃。")
	s := &Subject{}
	s.load(t.run, leg)
	t.Show(say("SYN from {client}", "来自 {client} 的 SYN"), t.synFrames()...)
	t.Show(say("SYN-ACKs to {leg}", "发给 {leg} 的 SYN-ACK"), s.synAckFrames()...)
}
