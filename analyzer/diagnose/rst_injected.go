package diagnose

import (
	"strconv"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// Details of rst-injected-by-middlebox.
const (
	injectedTTL     = iota // its time to live is not that host's
	injectedSpoken         // the end that "reset" goes on talking
	injectedTwice          // the one SYN was answered with RST and then with SYN-ACK
	injectedEarly          // it came sooner than that host can have answered
	injectedBetween        // a capture on the side of the end that "reset" does not hold it
)

var _ = register(&Rule{
	ID: "rst-injected-by-middlebox", Stage: StageReset, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultPath,
	Title:   say("A RST in the name of {who} that {who} did not send", "以 {who} 名义发出、但并非由它发出的 RST"),
	Verdict: say("RST injected on the path", "路径上注入的 RST"),
	Doc: say("Firewalls, intrusion prevention systems, carriers and censors end connections by forging RSTs in the names of both ends. The forgery shows: its time to live has another number of hops behind it, its IP identification or window does not fit the host's other packets, or the host goes on talking after \"its own\" reset.",
		"防火墙、入侵防御系统、运营商和审查设备以两端的名义伪造 RST 来终止连接。伪造会露出破绽：TTL 对应的跳数不同，IP 标识或窗口与该主机其他报文不符，或该主机在“自己的”RST 之后继续说话。"),
	Recognised: say("A RST within an established connection whose time to live differs by more than two from that of the same host's other packets; or after which that host sends data or ACKs as if nothing had happened; or a RST in answer to a SYN that the same host then accepts; or one that comes sooner than the host can have answered.",
		"已建立连接中的 RST，其 TTL 与同一主机其他报文相差超过 2；或在它之后该主机若无其事地继续发送数据或 ACK；或以 RST 应答 SYN，随后同一主机又接受了它；或到得比该主机可能的回应更早的 RST。"),
	Summary: say("The RST in the connection between {client} and {server} ① was not sent by {who}, in whose name it comes. {why}", "{client} 与 {server} 之间连接里的 RST ① 并非由其声称的 {who} 发出。{whyZh}"),
	LookAlikes: []LookAlike{
		apart("server-abort", "The RST's marks are not those of the host's other packets.", "该 RST 的特征与该主机其他报文不符。"),
		apart("client-abort", "The RST's marks are not those of the host's other packets.", "该 RST 的特征与该主机其他报文不符。"),
	},
	Confirm: []analyzer.Confirmation{
		on(say("host {who}", "主机 {who}"), "tcpdump -ni any host {clientAddr} and port {port}", say("The RST is not in a capture taken there: proof.", "在那里的抓包中没有这个 RST：即为证据。")),
		on(onClient, "traceroute -T -p {port} {serverAddr}", say("The hop at the distance that the RST's time to live tells.", "RST 的 TTL 所对应距离上的那一跳。")),
	},
	Fix:         []analyzer.Text{say("Ask the owner of the firewall or IPS for its log at that moment, and for an exception or a corrected policy.", "向防火墙或 IPS 的负责人索取该时刻的日志，并请求例外或修正策略。")},
	ExplainedBy: []string{"idle-timeout-rst", "stale-connection-reuse", "rst-refused"},
	Needs:       wasReset,
	Check: func(s *Subject) (Match, bool) {
		if s.acceptedAfterAll() {
			return Match{Level: Likely, Detail: injectedTwice}, true
		}
		if s.ResetFrame == 0 || !s.Established() || s.ResetClass == flow.ResetOfSYN {
			return Match{}, false
		}
		by := s.ResetBy
		own := &s.Sides[by]
		if own.Packets > 1 && differs(own.TTL, s.Trouble.ResetTTL) && own.Flags&flow.HadCopies == 0 {
			level := Likely
			if s.Trouble.ResetTTL == 255 || s.Trouble.ResetTTL == 128 || s.Trouble.ResetTTL == 64 {
				level = Possible // some stacks send resets with another initial value
			}
			return Match{Level: level, Detail: injectedTTL}, true
		}
		if s.Trouble.AfterReset[by] >= 2 && own.Last.Sub(s.Reset) > s.RTT()/2+unknownRTT && own.Flags&flow.SawFIN == 0 {
			return Match{Level: Likely, Detail: injectedSpoken}, true
		}
		quick := s.run.quickest(s.ID)
		return Match{Level: Possible, Detail: injectedEarly}, by == flow.Responder && s.Completed() && s.Vantage() == flow.VantageClient &&
			quick > 2*unknownRTT && s.ResetAfter(s.AckTime) < quick/2 && s.Server.DataSegments == 0 && s.Server.Flags&flow.SawFIN == 0
	},
	Tell: func(t *Telling) {
		who := t.Flow.Client()
		if t.ResetBy == flow.Responder {
			who = t.Flow.Server()
		}
		t.Set("who", who.String())
		t.Show(say("the RST", "该 RST"), t.resetFrames(t.ResetBy)...)
		if t.Match.Detail == injectedTTL {
			a, b := strconv.Itoa(int(t.Trouble.ResetTTL)), strconv.Itoa(int(t.Sides[t.ResetBy].TTL))
			t.Set("why", "Its time to live is "+a+", that of the host's other packets is "+b+": it began somewhere else.")
			t.Set("whyZh", "它的 TTL 是 "+a+"，而该主机其他报文的 TTL 是 "+b+"：它来自别处。")
			return
		}
		if t.Match.Detail == injectedTwice {
			t.Set("why", "The server itself accepts the same SYN afterwards ②: whoever refused it was nearer. (Two hosts that share the address would look alike.)")
			t.Set("whyZh", "随后服务端自己接受了同一个 SYN ②：拒绝它的是更近的设备。（两台主机共用该地址也会如此。）")
			t.Show(say("the server's SYN-ACK", "服务端的 SYN-ACK"), t.SynAckFrame)
			return
		}
		if t.Match.Detail == injectedEarly {
			since := Duration(t.ResetAfter(t.AckTime))
			t.Set("why", "It came "+since+" after the client's ACK, and a round trip to that host takes {rtt}: whoever sent it is nearer.")
			t.Set("whyZh", "它在客户端 ACK 之后仅 "+since+" 到达，而到该主机的往返要 {rtt}：发送者更近。")
			t.Finding.Summary = t.Finding.Summary.Fill(map[string]string{"why": t.Values["why"], "whyZh": t.Values["whyZh"]})
			return
		}
		if t.Match.Detail == injectedBetween {
			t.Set("why", "The other capture, taken on that host's side, does not hold it: it was made up between the two places.")
			t.Set("whyZh", "在该主机一侧的另一份抓包里没有它：它是在两个抓包点之间伪造的。")
			return
		}
		t.Set("why", "That host goes on talking after it ②, as nobody does who has just reset.")
		t.Set("whyZh", "该主机在其后继续说话 ②，刚重置连接的一方不会这样。")
		t.Show(say("what the host sent afterwards", "该主机此后发送的报文"), t.framesAfter(t.ResetBy, t.ResetFrame)...)
	},
})

// acceptedAfterAll reports that the only SYN was refused with RST and then answered
// with a SYN-ACK: no host says both.
func (s *Subject) acceptedAfterAll() bool {
	return s.ResetClass == flow.ResetOfSYN && s.ResetBy == flow.Responder && s.SynCount == 1 && s.SynAckFrame > s.ResetFrame && s.ResetFrame > 0
}
