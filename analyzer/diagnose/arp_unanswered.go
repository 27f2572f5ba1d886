package diagnose

import (
	"strconv"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

const (
	// arpTries is how often a question must have been asked in vain: Linux asks three
	// times, a second apart, before it gives a neighbour up (mcast_solicit, RFC 4861
	// MAX_MULTICAST_SOLICIT).
	arpTries = 3
	// scanTargets: who asks for more absent neighbours than this looks for hosts (a
	// scan, or a router into whose subnet somebody scans) and misses none of them.
	scanTargets = 8
)

var _ = register(&Rule{
	ID: "arp-unanswered", Stage: StageAddress, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultPath,
	Title:   say("{target} does not answer ARP", "{target} 不应答 ARP"),
	Verdict: say("neighbour does not answer ARP", "邻居不应答 ARP"),
	Doc: say("Before a packet can go to a host or gateway on the same link, its MAC address must be asked for (ARP, neighbour solicitation). Nobody answers, so nothing is sent at all: the host is down, has another address, sits in another VLAN, or the mask is wrong and it is not on this link.",
		"在向同一链路上的主机或网关发包之前，必须先询问它的 MAC 地址（ARP、邻居请求）。没有应答，就什么也发不出去：主机关机、地址不对、在另一个 VLAN，或掩码错误、它并不在这条链路上。"),
	Recognised: say("The same question at least three times without an answer from that address, by a host whose other incoming packets are in this capture.", "同一询问至少三次，该地址没有应答；而发给询问者的其他报文在这份抓包中可见。"),
	Summary: say("{asking} asked {count} times for the MAC address of {target} ① and got no answer. Packets for it cannot leave.",
		"{asking} 询问 {target} 的 MAC 地址 {count} 次 ①，没有应答。发往它的报文无法离开。"),
	LookAlikes: []LookAlike{
		apart("syn-no-response", "No SYN leaves: the link layer fails before.", "SYN 根本没有发出：链路层先失败了。"),
		apart("host-unreachable", "The question itself is in this capture.", "询问本身就在这份抓包中。"),
	},
	Uncapped: true,
	Confirm: []analyzer.Confirmation{
		on(say("host {asking}", "主机 {asking}"), "ip neigh show {target}; ip route get {target}", say("FAILED or INCOMPLETE.", "FAILED 或 INCOMPLETE。")),
		ask(say("switch", "交换机"), "The MAC table, and the VLAN of the ports of both: different VLANs, or no entry for the host.", "MAC 表与双方端口的 VLAN：VLAN 不同，或没有该主机的表项。"),
	},
	Fix: []analyzer.Text{say("Start {target}, or correct its address, the mask or the VLAN. If it is the gateway, everything beyond it waits for this.", "启动 {target}，或更正其地址、掩码或 VLAN。如果它是网关，其后的一切都在等它。")},
	Survey: func(v *Survey) {
		questions := v.unansweredQuestions()
		heard := v.heard(questions)
		for _, q := range questions {
			level := Certain
			switch {
			case heard[q.Target]:
				continue // it speaks, so its neighbours know it
			case heard[q.Asking]:
			case v.oneAsks():
				level = Likely // nothing shows that answers would be seen, nor that they would not
			default:
				continue // others' questions, heard as broadcasts; their answers pass elsewhere
			}
			v.Found(level, map[string]string{"asking": q.Asking.String(), "target": q.Target.String(), "count": strconv.Itoa(int(q.Count))},
				v.proof(say("who has {target}?", "谁是 {target}？"), q.Frames[:]...)...)
			v.Scope(v.neighbourScope(&q))
		}
	},
})

// neighbourScope tells whether others miss that neighbour too, and whether the
// asking host gets answers from others: a dead host and a cut-off one.
func (v *Survey) neighbourScope(q *flow.AddressQuestion) analyzer.Text {
	answered, miss := 0, 0
	for _, o := range v.Tracker.AddressQuestions() {
		switch {
		case o.Asking == q.Asking && o.Answered:
			answered++
		case o.Asking != q.Asking && o.Target == q.Target && !o.Answered:
			miss++
		}
	}
	return join(join(say("Asked ", "询问"), span(q.First, q.Last)), say("; other neighbours that answered {asking}: {answered}; other hosts that ask for {target} in vain: {miss}.",
		"；应答了 {asking} 的其他邻居：{answered} 个；询问 {target} 也无果的其他主机：{miss} 台。")).
		Fill(map[string]string{"answered": strconv.Itoa(answered), "miss": strconv.Itoa(miss)})
}

// unansweredQuestions returns the questions that were repeated in vain, without
// those of scanners.
func (v *Survey) unansweredQuestions() []flow.AddressQuestion {
	targets := map[wire.Addr]int{}
	var all, out []flow.AddressQuestion
	for _, q := range v.Tracker.AddressQuestions() {
		if q.Answered || q.Asking.IsZero() || q.Asking == q.Target {
			continue
		}
		targets[q.Asking]++
		if q.Count >= arpTries {
			all = append(all, q)
		}
	}
	for _, q := range all {
		if targets[q.Asking] <= scanTargets {
			out = append(out, q)
		}
	}
	return out
}

// oneAsks reports that all questions of the capture come from one host.
func (v *Survey) oneAsks() bool {
	all := v.Tracker.AddressQuestions()
	for _, q := range all {
		if q.Asking != all[0].Asking {
			return false
		}
	}
	return len(all) > 0
}

// heard tells which of the hosts that ask and are asked for were spoken with in
// this capture: they sent something, and what others sent them is here.
func (v *Survey) heard(questions []flow.AddressQuestion) map[wire.Addr]bool {
	out := map[wire.Addr]bool{}
	if len(questions) == 0 {
		return out
	}
	asked := map[wire.Addr]bool{}
	for _, q := range questions {
		out[q.Asking], out[q.Target] = false, false
		asked[q.Target] = true
	}
	note := func(a wire.Addr, yes bool) {
		if yes {
			if _, wanted := out[a]; wanted {
				out[a] = true
			}
		}
	}
	for _, q := range v.Tracker.AddressQuestions() {
		note(q.Asking, q.Answered)
	}
	for _, l := range v.Tracker.Lookups() {
		note(l.Client, l.Answers > 0)
		note(l.Server, l.Answers > 0)
	}
	for id := range v.primary {
		f := v.Tracker.Flow(id)
		c, s := f.Sides[flow.Originator].Packets > 0, f.Sides[flow.Responder].Packets > 0
		note(f.ClientAddr, c && s)
		note(f.ServerAddr, s)
		note(f.ClientAddr, c && asked[f.ClientAddr])
	}
	return out
}
