package diagnose

import (
	"strconv"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

var _ = register(&Rule{
	ID: "asymmetric-return-path", Stage: StageAddress, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultPath,
	Title:   say("The SYN comes in by one interface, the SYN-ACK leaves by another and is lost", "SYN 从一块网卡进来，SYN-ACK 从另一块出去并丢失"),
	Verdict: say("answer leaves by another interface", "应答从另一块网卡离开"),
	Doc: say("The server's host has two ways to the client and answers by the other one than the one it was asked by. That is legal, but a stateful firewall on that way has never seen the SYN and drops the SYN-ACK, or the other network simply has no route to the client.",
		"服务端主机到客户端有两条路，应答走的不是请求进来的那一条。这是合法的，但那条路上的状态防火墙从没见过 SYN，会丢弃 SYN-ACK，或者那个网络根本没有到客户端的路由。"),
	Recognised: say("SYN and SYN-ACK were captured on different interfaces of the server's host; both are repeated; no ACK comes.", "SYN 与 SYN-ACK 在服务端主机的不同网卡上抓到；两者都在重复；没有 ACK。"),
	Summary: say("The SYN of {client} to {server} comes in by interface {in} ①, and the SYN-ACK leaves by interface {out} ②. No ACK ever comes: on the way back something drops what it has not seen begin.",
		"{client} 发往 {server} 的 SYN 从接口 {in} 进来 ①，SYN-ACK 从接口 {out} 出去 ②。ACK 始终没来：回程上某个设备丢弃了它没见过开头的连接。"),
	LookAlikes: []LookAlike{
		apart("syn-reached-server-no-reply", "The answer leaves, by another interface.", "应答发出了，只是走另一块网卡。"),
		apart("accept-queue-overflow", "No ACK arrives that could be ignored.", "没有 ACK 到达，谈不上被忽略。"),
	},
	Confirm: []analyzer.Confirmation{
		on(onServer, "ip route get {clientAddr} from {serverAddr}; ip rule", say("The route leaves by another interface than the one that holds {serverAddr}.", "路由走的网卡不是 {serverAddr} 所在的那块。")),
		on(onRouter, "conntrack -S; iptables-save -c | grep -i invalid", say("SYN-ACKs are counted as invalid.", "SYN-ACK 被计为 invalid。")),
	},
	Fix:   []analyzer.Text{say("Answer where the question came from: a routing table and an ip rule per source address, or one default route; or let the firewalls share their state.", "从哪里来就从哪里回：为每个源地址建路由表和 ip rule，或只保留一条默认路由；或让两侧防火墙共享状态。")},
	Needs: asked | answered,
	Check: func(s *Subject) (Match, bool) {
		if !s.synAckHanging() || s.Client.Via == s.Server.Via || s.Server.Packets == 0 || s.Vantage() == flow.VantageClient || s.Vantage() == flow.VantageMiddle {
			return Match{}, false
		}
		return Match{Level: Likely}, true
	},
	Tell: func(t *Telling) {
		t.Set("in", t.run.interfaceName(t.Client.Via))
		t.Set("out", t.run.interfaceName(t.Server.Via))
		tellHandshake(t)
	},
})

// interfaceName names an interface as well as the capture can.
func (r *run) interfaceName(via uint8) string {
	if int(via) < len(r.Capture.Interfaces) && len(r.Capture.Interfaces) > 1 && r.Capture.Interfaces[via].Name != "" {
		return r.Capture.Interfaces[via].Name
	}
	return "#" + strconv.Itoa(int(via))
}
