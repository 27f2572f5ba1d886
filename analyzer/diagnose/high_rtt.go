package diagnose

import (
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// outlierRTT: a handshake that took this many times as long as another one between
// the same hosts was held up by a busy host or a queue; the path is as long as its
// quickest round trip.
const outlierRTT = 4

// quickest returns the shortest handshake between a flow's two hosts. What it needs
// is worked out when the first long one is met: most captures have none.
func (r *run) quickest(id uint32) time.Duration {
	places := r.placed()
	pair := func(id int) uint64 {
		return uint64(places.client[id])<<32 | uint64(places.serverOf[places.service[id]])
	}
	if r.facts.quickest == nil {
		r.facts.quickest = map[uint64]time.Duration{}
		for i, x := range r.traits {
			if !x.has(answered | completed) {
				continue
			}
			if rtt, ok := r.Tracker.Flow(i).HandshakeRTT(); ok {
				k := pair(i)
				if least, known := r.facts.quickest[k]; known && rtt < least || !known && len(r.facts.quickest) < maxMute {
					r.facts.quickest[k] = rtt
				}
			}
		}
	}
	if least, known := r.facts.quickest[pair(int(id))]; known {
		return least
	}
	return time.Hour
}

var _ = register(&Rule{
	ID: "high-rtt", Stage: StageRemark, Class: analyzer.Info, Severity: analyzer.SeverityInfo, Fault: analyzer.FaultPath,
	Title:   say("Long path: {rtt} a round trip to {serverAddr}", "路径很长：到 {serverAddr} 往返 {rtt}"),
	Verdict: say("high round trip time", "往返时间高"),
	Doc: say("The handshake alone took {limit} or more. Every exchange over this path costs at least that; TLS two of them more, and a transfer's speed is bound by window divided by round trip.",
		"仅握手就花了 {limit} 或更久。这条路径上的每次交互至少付出这么多；TLS 还要多两次，传输速度受窗口除以往返时间限制。").Fill(map[string]string{"limit": Duration(highRTT)}),
	Recognised: say("The time from SYN to the ACK of the SYN-ACK, measured by the handshake, is at least {limit}.", "由握手测得的从 SYN 到确认 SYN-ACK 的时间不少于 {limit}。").Fill(map[string]string{"limit": Duration(highRTT)}),
	Summary:    say("The round trip between {clientAddr} and {serverAddr} takes {rtt} ①. That is the path, not the application; every exchange pays it.", "{clientAddr} 与 {serverAddr} 之间的往返需要 {rtt} ①。这是路径造成的，不是应用；每次交互都要付出。"),
	LookAlikes: []LookAlike{
		apart("slow-server", "The kernel's answer to the SYN is slow already.", "内核对 SYN 的应答就已经慢了。"),
		apart("packet-loss", "Nothing was repeated in the handshake.", "握手中没有重传。"),
	},
	GroupBy: ByServer,
	Confirm: []analyzer.Confirmation{on(onClient, "ping {serverAddr}; mtr {serverAddr}", say("About {rtt}.", "约 {rtt}。"))},
	Fix:     []analyzer.Text{say("Nothing is broken. Bring the ends nearer together (region, CDN), keep connections open, batch requests, check for a detour in the route.", "没有故障。让两端更近（区域、CDN）、保持长连接、合并请求，并检查路由是否绕路。")},
	Needs:   completed | answered,
	Check: func(s *Subject) (Match, bool) {
		rtt, ok := s.HandshakeRTT()
		ok = ok && rtt >= highRTT && s.Completed() && (s.SynCount == 1 && s.Trouble.SynAckRepeats == 0 || s.SynCount > 1 && s.LastSyn == s.Start) && s.Flags&flow.SimultaneousOpen == 0
		return Match{Level: Certain}, ok && rtt < outlierRTT*s.run.quickest(s.ID)
	},
	Tell: func(t *Telling) { t.Show(say("the handshake", "握手"), t.SynFrame, t.SynAckFrame, t.AckFrame) },
})
