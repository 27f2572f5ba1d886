package diagnose

import (
	"slices"
	"strconv"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

var _ = register(&Rule{
	ID: "syn-no-response", Stage: StageHandshake, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultUnknown,
	Title:   say("No answer at all to the SYN to {server}", "发往 {server} 的 SYN 没有任何应答"),
	Verdict: say("no answer to SYN", "SYN 无应答"),
	Doc: say("SYNs leave and nothing comes back at this capture point: no SYN-ACK, no RST, no ICMP error. The SYN or the answer may have been lost or dropped anywhere on the way, or the server's host may be silent. One capture cannot tell which; a second one at the other end can.",
		"SYN 发出之后，在这个抓包点看不到任何返回：没有 SYN-ACK，没有 RST，也没有 ICMP 错误。SYN 或应答可能在途中任何一处丢失或被丢弃，也可能是服务端主机沉默。单个抓包无法区分；在另一端再抓一个即可。"),
	Recognised: say("The SYN is repeated with the same port and sequence number, or the capture goes on for three seconds after it; no packet from the server's address and port, no ICMP error that quotes it; packets of that direction are visible otherwise.",
		"SYN 以相同端口与序列号重发，或其后抓包又持续了三秒；没有来自服务端地址与端口的报文，也没有引用它的 ICMP 错误；而该方向的其他报文是可见的。"),
	Summary: say("{client} sent {syns} SYNs to {server} ①, and within {wait} nothing came back here: no SYN-ACK, no RST, no ICMP error. Somebody drops in silence: a firewall, security group or NetworkPolicy on the way or on the server (DROP, not REJECT), a route into nowhere, a host that is down, or a server kernel that refuses without a word (full accept queue, per-host PAWS). The client's application sees a connect timeout.",
		"{client} 向 {server} 发送了 {syns} 个 SYN ①，{wait} 内这里没有任何返回：没有 SYN-ACK、没有 RST、没有 ICMP 错误。有人在静默丢弃：途中或服务端的防火墙、安全组、NetworkPolicy（DROP 而非 REJECT）、路由黑洞、主机宕机，或服务端内核不声不响地拒绝（accept 队列满、按主机的 PAWS 检查）。应用看到的是连接超时。"),
	LookAlikes: []LookAlike{
		apart("refused-by-rst", "No RST came back.", "没有 RST 返回。"),
		apart("rejected-by-icmp", "No ICMP error quotes the SYN in this capture.", "此抓包中没有引用该 SYN 的 ICMP 错误。"),
		maybe("syn-reached-server-no-reply", "Whether the SYN reached the server can be seen only there.", "SYN 是否到达服务端，只有在那里才能看到。"),
		maybe("synack-lost-on-path", "The answer may have been sent and lost on its way back.", "应答可能已经发出，但在返回途中丢失。"),
	},
	Corroborate: true,
	Confirm: []analyzer.Confirmation{
		on(onServer, "tcpdump -ni any tcp port {port} and host {clientAddr}", say("Decides it: no SYN arrives → it is lost on the way; SYN and no SYN-ACK → the server's host drops it; SYN-ACK leaves → the way back loses it.",
			"一锤定音：没有 SYN 到达 → 途中丢失；有 SYN 无 SYN-ACK → 服务端主机丢弃；SYN-ACK 已发出 → 回程丢失。")),
		on(onServer, "nstat -az TcpExtListenOverflows TcpExtListenDrops TcpExtTCPReqQFullDrop TcpExtPAWSPassive TcpExtIPReversePathFilter # twice, some seconds apart",
			say("A counter that rises with each SYN names the kernel's reason.", "随每个 SYN 增长的计数器就是内核丢弃的原因。")),
		on(onClient, "traceroute -T -p {port} {serverAddr}", say("The last hop that answers is the last one before the drop.", "最后一个应答的跳点就是丢弃之前的最后一跳。")),
	},
	Fix: []analyzer.Text{
		say("Find where the SYN ends (a capture at the server, then halfway), and mend that rule, route or host.", "先找到 SYN 消失的位置（在服务端抓包，再取中间点），然后修复该处的规则、路由或主机。"),
		say("If only some connections fail, compare them with those that work: same client, same backend, same moment?", "如果只有部分连接失败，与成功的连接对比：同一客户端？同一后端？同一时刻？"),
	},
	ExplainedBy: []string{"port-scan", "dns-stale-address"},
	Needs:       asked,
	Check: func(s *Subject) (Match, bool) {
		m, ok := s.silentSyn()
		return m, ok && s.Vantage() != flow.VantageServer
	},
	Tell: tellSilentSyn,
})

// silentSyn judges how well the silence after a flow's SYNs is established.
func (s *Subject) silentSyn() (Match, bool) {
	if s.Flags&flow.SynToGroup != 0 || s.Mute(s.ServerAddr) {
		return Match{}, false
	}
	if s.answeredLate() {
		return Match{Level: Likely, Detail: synAnsweredLate}, true
	}
	if !s.Unanswered() {
		return Match{}, false
	}
	wait, left := s.Left(s.Start), s.Left(s.LastSyn)
	switch {
	case s.SynCount < 2 && left < synPatience, wait < retryPatience:
		return Match{}, false // the capture ended too soon to tell
	case s.SynCount < 2:
		return Match{Level: Possible}, !s.run.facts.superseded[s.ID]
	case wait < synPatience:
		return Match{Level: Possible}, true
	case s.SynCount == 2:
		return Match{Level: Likely}, true
	}
	return Match{Level: Certain}, true
}

// Details of syn-no-response and syn-reached-server-no-reply.
const (
	synNeverAnswered = iota
	synAnsweredLate  // only the last of several SYNs was
)

// answeredLate reports that several SYNs in a row went without an answer before
// one got it. One lost SYN is a lost packet; two and seconds are a fault.
func (s *Subject) answeredLate() bool {
	return s.SynCount >= 3 && s.SynFrame != 0 && s.Completed() && s.Trouble.SynAckRepeats == 0 && s.Trouble.StrayAcks == 0 &&
		s.Trouble.ForeignSynAcks == 0 && s.Flags&flow.SimultaneousOpen == 0 && s.LastSyn.Sub(s.Start) >= synPatience && s.SynAck >= s.LastSyn
}

// tellTranslated says that the SYN which found no answer was translated here and
// sent on.
func (t *Telling) tellTranslated() {
	dialled, leg := t.sentOn()
	if leg == nil {
		return
	}
	t.Set("sentTo", leg.Server().String())
	t.Set("server", dialled.String())
	t.Note(say("This host translated it to {sentTo} and sent it on, and no answer comes back through here: if {sentTo} answers the client past this host, nothing translates that answer back (see the client's side).",
		"本机将其转换为 {sentTo} 并转发，而应答没有经过这里返回：如果 {sentTo} 绕过本机直接应答客户端，就没有设备把应答转换回来（请看客户端一侧）。"))
}

// sentOn returns what the client dialled, and the leg on which this host sent that
// on to another address; nil if it did not.
func (s *Subject) sentOn() (dialled flow.Endpoint, leg *flow.Flow) {
	id := s.run.main(s.ID)
	dialled = s.run.Tracker.Flow(int(id)).Server()
	for _, l := range s.run.legs[id] {
		if f := s.run.Tracker.Flow(int(l)); f.Server() != dialled {
			leg = f
		}
	}
	return dialled, leg
}

// tellQueued points at connections to the same port that the kernel took and the
// application never answered: those that fill an accept queue look so.
func (t *Telling) tellQueued() {
	if n := t.othersAnswered(); n >= contradictions {
		t.Set("beside", strconv.Itoa(n))
		because := say("Within half a second of {beside} of these SYNs, others to the same port were answered: a full queue would have dropped them, too.", "在其中 {beside} 个 SYN 前后半秒之内，发往同一端口的其他 SYN 得到了应答：若队列已满，它们也会被丢弃。")
		t.Exclude("accept-queue-overflow", because)
		t.Exclude("syn-queue-overflow", because)
		t.Note(say("At the same time others to this port are answered: look at what sets this client apart (its address, a rule, its timestamps).", "与此同时发往该端口的其他 SYN 得到应答：请看该客户端的不同之处（地址、规则、时间戳）。"))
		return
	}
	if n := t.run.countAt(t.Flow.Server(), "server-app-silent"); n > 0 {
		t.Set("waiting", strconv.Itoa(n))
		t.Note(say("Other connections to this port ({waiting}) were taken by the server's kernel and never answered by the application: they may fill its accept queue, and then SYNs are dropped.",
			"到该端口的另外 {waiting} 条连接被服务端内核接受，而应用从未应答：它们可能占满了 accept 队列，此后 SYN 会被丢弃。"))
	}
	if n := t.run.countAt(t.Flow.Server(), "syn-flood"); n > 0 {
		t.Set("flood", strconv.Itoa(n))
		t.Note(say("A flood of SYNs ({flood}) hits the same port: its SYN queue may be full, with SYN cookies off.", "同一端口正遭受 SYN 洪泛（{flood} 个）：其 SYN 队列可能已满，且未启用 SYN cookie。"))
	}
}

const (
	// contradictions is how many of a flow's SYNs must have had an answered neighbour
	// before that speaks against a full queue: one may have found the moment in which
	// a place was free.
	contradictions = 2
	// sameMoment is how near in time that neighbour must be.
	sameMoment = time.Second / 2
)

// othersAnswered counts the flow's SYNs beside which another SYN to the same
// service was answered.
func (t *Telling) othersAnswered() int {
	var answers []analyzer.Timestamp
	services := t.run.placed().service
	for id, x := range t.run.traits {
		if x&answered != 0 && services[id] == services[t.ID] && uint32(id) != t.ID {
			answers = append(answers, t.run.Tracker.Flow(id).SynAck)
		}
	}
	slices.Sort(answers)
	n := 0
	for _, after := range t.Trouble.SynOffsets[:min(int(t.SynCount), flow.MaxSynTimes)] {
		at := t.Start.Add(after)
		if i, _ := slices.BinarySearch(answers, at.Add(-sameMoment)); i < len(answers) && answers[i] <= at.Add(sameMoment) {
			n++
		}
	}
	return n
}

// countAt counts the flows to a service that have a primary diagnosis.
func (r *run) countAt(at flow.Endpoint, ruleID string) int {
	n, rule := 0, Lookup(ruleID)
	for id, p := range r.primary {
		if p == rule.index+1 && r.Tracker.Flow(id).Server() == at {
			n++
		}
	}
	return n
}

func tellSilentSyn(t *Telling) {
	t.tellTranslated()
	t.Set("wait", Duration(t.Left(t.Start)))
	if t.answeredLate() { // not by the detail: rules that counters lead to have their own
		t.Set("wait", Duration(t.LastSyn.Sub(t.Start)))
		t.Finding.Severity = analyzer.SeverityWarning
		switch t.Finding.Diagnosis {
		case "syn-no-response", "syn-reached-server-no-reply":
			t.Finding.Title = say("{server} answers only after several SYNs", "{server} 在多个 SYN 之后才应答")
		}
		t.Note(say("The last of them was answered: the reason had gone by then.", "其中最后一个得到了应答：那时原因已经消失。"))
	}
	t.Show(say("SYN from {client} to {server} without an answer", "{client} 发往 {server} 的 SYN，没有应答"), t.synFrames()...)
	t.tellName()
	t.tellQueued()
	if t.SynCount == 1 {
		t.Note(say("It was sent once only: a scanner, or an application with a short timeout.", "SYN 只发送了一次：可能是扫描器，或应用的超时很短。"))
	}
	if c := t.synClock(); !c.IsZero() { // last: it helps to believe the rest, not to act
		t.Note(c)
	}
}
