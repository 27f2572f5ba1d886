package diagnose

import (
	"strconv"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

// arpTries is how often a question must have been asked in vain: Linux asks three
// times, a second apart, before it gives a neighbour up (mcast_solicit, RFC 4861
// MAX_MULTICAST_SOLICIT).
const arpTries = 3

var _ = register(&Rule{
	ID: "arp-unanswered", Stage: StageAddress, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultPath,
	Title:   say("{target} does not answer ARP", "{target} 不应答 ARP"),
	Verdict: say("neighbour does not answer ARP", "邻居不应答 ARP"),
	Doc: say("Before a packet can go to a host or gateway on the same link, its MAC address must be asked for (ARP, neighbour solicitation). Nobody answers, so nothing is sent at all: the host is down, has another address, sits in another VLAN, or the mask is wrong and it is not on this link.",
		"在向同一链路上的主机或网关发包之前，必须先询问它的 MAC 地址（ARP、邻居请求）。没有应答，就什么也发不出去：主机关机、地址不对、在另一个 VLAN，或掩码错误、它并不在这条链路上。"),
	Recognised: say("The same question at least three times without an answer from that address.", "同一询问至少三次，该地址没有应答。"),
	Summary: say("{asking} asked {count} times for the MAC address of {target} ① and got no answer. Packets for it cannot leave{hence}.",
		"{asking} 询问 {target} 的 MAC 地址 {count} 次 ①，没有应答。发往它的报文无法离开{henceZh}。"),
	LookAlikes: []LookAlike{
		apart("syn-no-response", "No SYN leaves: the link layer fails before.", "SYN 根本没有发出：链路层先失败了。"),
		apart("host-unreachable", "The question itself is in this capture.", "询问本身就在这份抓包中。"),
	},
	Uncapped: true,
	Confirm: []analyzer.Confirmation{
		on(say("host {asking}", "主机 {asking}"), "ip neigh show {target}; ip route get {target}", say("FAILED or INCOMPLETE.", "FAILED 或 INCOMPLETE。")),
		on(say("switch", "交换机"), "the MAC table and VLAN of the ports of both", say("Different VLANs, or no entry for the host.", "VLAN 不同，或没有该主机的表项。")),
	},
	Fix: []analyzer.Text{say("Start {target}, or correct its address, the mask or the VLAN. If it is the gateway, everything beyond it waits for this.", "启动 {target}，或更正其地址、掩码或 VLAN。如果它是网关，其后的一切都在等它。")},
	Survey: func(v *Survey) {
		for _, q := range v.Tracker.AddressQuestions() {
			if q.Answered || q.Count < arpTries || q.Asking.IsZero() || q.Asking == q.Target || v.speaks(q.Target) {
				continue
			}
			values := map[string]string{"asking": q.Asking.String(), "target": q.Target.String(), "count": strconv.Itoa(int(q.Count)), "hence": "", "henceZh": ""}
			v.Found(Certain, values, analyzer.Evidence{Text: say("who has {target}?", "谁是 {target}？"), Capture: v.Index, Frames: frames(q.Frames[:])})
		}
	},
})

// speaks reports whether an address sent anything on a flow: then its neighbour
// knows it, whatever became of a question.
func (v *Survey) speaks(a wire.Addr) bool {
	for id := range v.primary {
		f := v.Tracker.Flow(id)
		if f.ClientAddr == a && f.Sides[flow.Originator].Packets > 0 || f.ServerAddr == a && f.Sides[flow.Responder].Packets > 0 {
			return true
		}
	}
	return false
}

// frames returns the frame numbers of a list that ends with zeros.
func frames(list []uint32) []uint32 {
	var out []uint32
	for _, f := range list {
		if f != 0 {
			out = append(out, f)
		}
	}
	return out
}
