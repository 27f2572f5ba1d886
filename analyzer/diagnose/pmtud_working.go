package diagnose

import (
	"strconv"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// Details of the ICMP "too big" rules are shared: tooBig tells whether the flow
// went on afterwards.
func (s *Subject) tooBig() (seen, wentOn bool) {
	i := &s.Trouble.ICMP
	if i.Count == 0 || kindOf(i) != icmpTooBig {
		return false, false
	}
	d := i.QuotedDir
	acked := s.Unread(d) == 0 && s.Sides[d].LastData != 0
	return true, acked && s.Trouble.Sent[d].LongestRun < deadRun
}

var _ = register(&Rule{
	ID: "pmtud-working", Stage: StageRemark, Class: analyzer.Info, Severity: analyzer.SeverityInfo, Fault: analyzer.FaultPath,
	Title:   say("Path MTU discovery at work: a router asked for packets of at most {mtu} bytes", "路径 MTU 发现正常工作：路由器要求报文不超过 {mtu} 字节"),
	Verdict: say("path MTU discovery worked", "路径 MTU 发现正常"),
	Doc: say("A packet with the don't-fragment bit was too big for a link on the way. A router refused it with ICMP fragmentation needed (ICMPv6 packet too big), and the sender went on with smaller segments. That is how it is meant to be; it costs a round trip per connection.",
		"带 DF 位的报文对途中某条链路来说太大。路由器用 ICMP fragmentation needed（ICMPv6 packet too big）拒绝它，发送方改用更小的报文段继续。机制本来就是这样工作的；每条连接多花一个往返时间。"),
	Recognised: say("An ICMP fragmentation-needed error quotes the flow, and what was sent afterwards was acknowledged.", "一个 ICMP fragmentation-needed 错误引用了该连接，且其后发送的数据被确认。"),
	Summary: say("{from} refused a packet of {tooBigLen} bytes and asked for at most {mtu} ①; {sender} went on with smaller segments, and everything arrived. The path is narrower than the interfaces at its ends (a tunnel or overlay).",
		"{from} 拒绝了一个 {tooBigLen} 字节的报文并要求不超过 {mtu} ①；{sender} 改用更小的报文段，全部送达。路径比两端网卡的 MTU 窄（隧道或 overlay）。"),
	LookAlikes: []LookAlike{
		apart("mtu-blackhole", "The ICMP message arrived and was obeyed.", "ICMP 消息到达并被遵从。"),
		apart("packet-loss", "The repeated segments were refused for their size, not lost.", "重传的报文段是因尺寸被拒绝，而不是丢失。"),
	},
	Uncapped: true,
	Confirm:  []analyzer.Confirmation{on(anywhere, "tracepath -n {serverAddr}", say("pmtu {mtu}", "pmtu {mtu}"))},
	Fix:      []analyzer.Text{say("Nothing to mend. To save the round trip, clamp the MSS at the tunnel or set the MTU of the interfaces to {mtu}.", "无需处理。若想省去这个往返，可在隧道处钳制 MSS，或把网卡 MTU 设为 {mtu}。")},
	Check: func(s *Subject) (Match, bool) {
		seen, wentOn := s.tooBig()
		return Match{Level: Certain}, seen && wentOn
	},
	Tell: tellTooBig,
})

func tellTooBig(t *Telling) {
	i := &t.Trouble.ICMP
	t.Set("mtu", strconv.Itoa(int(i.MTU)))
	t.Set("from", i.From.String())
	t.Set("tooBigLen", strconv.Itoa(int(i.QuotedLen)))
	t.Set("sender", t.Flow.Client().String())
	if i.QuotedDir == flow.Responder {
		t.Set("sender", t.Flow.Server().String())
	}
	t.Show(say("ICMP from {from}: fragmentation needed, MTU {mtu}", "来自 {from} 的 ICMP：需要分片，MTU {mtu}"), i.Frame)
	t.Show(say("segments sent again", "重新发送的报文段"), t.eventFrames(i.QuotedDir, analyzer.Retransmission)...)
	if i.MTU != 0 && uint32(i.QuotedLen) <= i.MTU && i.QuotedLen != 0 {
		t.Note(say("Odd: the packet that was refused is not larger than the MTU that was asked for, so this request cannot be obeyed.", "奇怪的是：被拒绝的报文并不大于所要求的 MTU，因此这个要求无法被遵从。"))
	}
}
