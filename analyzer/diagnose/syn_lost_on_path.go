package diagnose

import (
	"strconv"

	"wirewhy/analyzer"
)

var _ = register(&Rule{
	ID: "syn-lost-on-path", Stage: StageHandshake, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultPath,
	Title:   say("The SYN to {server} is lost on its way", "发往 {server} 的 SYN 在途中丢失"),
	Verdict: say("SYN lost on the path", "SYN 在途中丢失"),
	Doc: say("Two captures were taken at the same time. The one nearer to the client holds the SYN, the one nearer to the server does not, although it was running and holds other connections between the same hosts. Something between the two places drops it: a firewall, security group or NetworkPolicy, a wrong route, a full queue, a device that is out of ports or state entries.",
		"两份抓包同时进行。靠近客户端的一份里有这个 SYN，靠近服务端的一份里没有，而后者当时正在抓包，并且有同样两台主机之间的其他连接。两个抓包点之间有东西将其丢弃：防火墙、安全组或 NetworkPolicy、错误的路由、队列溢出、端口或状态表用尽的设备。"),
	Recognised: say("SYNs of a connection are in the capture nearer to the client and not in the other one, which was running before and after and sees connections between the same two hosts.",
		"连接的 SYN 出现在靠近客户端的抓包里，而另一份抓包里没有；后者在此前后都在运行，并能看到同样两台主机之间的连接。"),
	Summary: say("{client} sent {syns} SYNs to {server} ①; {lostSyns} of them never came to the place of the second capture. They are dropped between the two places.",
		"{client} 向 {server} 发送了 {syns} 个 SYN ①；其中 {lostSyns} 个从未到达第二份抓包所在的位置。它们在两个抓包点之间被丢弃。"),
	LookAlikes: []LookAlike{
		apart("synack-lost-on-path", "The server's side never saw the SYN, so there is no answer that could be lost.", "服务端一侧从未看到 SYN，因此不存在丢失的应答。"),
		apart("syn-reached-server-no-reply", "The SYN did not come to the server's side.", "SYN 没有到达服务端一侧。"),
		apart("accept-queue-overflow", "The server's kernel never got the SYN.", "服务端内核从未收到 SYN。"),
	},
	Confirm: []analyzer.Confirmation{
		on(onRouter, "tcpdump -ni any tcp port {port} and host {clientAddr}", say("Taken hop by hop between the two places: the last one that holds the SYN is the one before the drop.", "在两点之间逐跳抓包：最后一个能看到 SYN 的位置就在丢弃点之前。")),
		on(onRouter, "iptables-save -c; nft list ruleset; conntrack -S", say("A DROP rule, or drop and insert_failed, that rise with each SYN.", "随每个 SYN 增长的 DROP 规则计数，或 drop、insert_failed。")),
	},
	Fix:   []analyzer.Text{say("Allow port {port} from {clientAddr} in the rules between the two places, or mend the route there.", "在两点之间的规则中放行来自 {clientAddr}、目的端口 {port} 的流量，或修复那里的路由。")},
	Needs: asked,
	Check: func(s *Subject) (Match, bool) {
		b := s.Compared()
		if b == nil || b.toServer.LostSyn == 0 || b.far != nil && !s.answeredLate() {
			return Match{}, false
		}
		m, ok := s.silentSyn()
		if !ok || m.Detail == synAnsweredLate && b.toServer.LostSyn+1 < uint32(s.SynCount) {
			return Match{}, false
		}
		m.Level = min(Likely, b.most)
		if b.toServer.LostSyn > 1 {
			m.Level = b.most
		}
		return m, true
	},
	Tell: func(t *Telling) {
		b := t.near.Both()
		t.Set("lostSyns", strconv.Itoa(int(b.toServer.LostSyn)))
		t.Show(say("SYN from {client}, not seen at the server's side", "来自 {client} 的 SYN，服务端一侧没有看到"), b.toServer.Lost...)
		if t.Match.Detail == synAnsweredLate {
			t.Finding.Severity = analyzer.SeverityWarning
			t.Note(say("The last one got through and was answered.", "最后一个通过并得到了应答。"))
		}
	},
})
