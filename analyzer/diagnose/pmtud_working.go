package diagnose

import (
	"strconv"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

// Details of the ICMP "too big" rules are shared: tooBig tells whether the flow
// went on afterwards.
func (s *Subject) tooBig() (seen, wentOn bool) {
	i := &s.Trouble.ICMP
	if i.Count == 0 || kindOf(i) != icmpTooBig {
		return false, false
	}
	d := i.QuotedDir
	acked := s.Unread(d) == 0 && s.Sides[d].LastData != 0 || s.Sides[d.Other()].Last.Sub(i.Time) > s.RTT() // or acknowledged so far
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
	Needs:    troubled,
	Check: func(s *Subject) (Match, bool) {
		seen, wentOn := s.tooBig()
		return Match{Level: Certain}, seen && wentOn && !s.oddTooBig()
	},
	Tell: tellTooBig,
})

// oddTooBig reports an error about a packet that was not larger than it asks for,
// or that its sender never sent so large: put together on the way.
func (s *Subject) oddTooBig() bool {
	i := &s.Trouble.ICMP
	if i.MTU == 0 || i.QuotedLen == 0 {
		return false
	}
	return uint32(i.QuotedLen) <= i.MTU || s.mergedOnTheWay()
}

// mergedOnTheWay reports that the packet which was refused is larger than all that
// its sender had sent, and those are no larger than what is asked for.
func (s *Subject) mergedOnTheWay() bool {
	i := &s.Trouble.ICMP
	largest := uint32(0)
	for e := range s.run.Tracker.Entries(s.Flow) {
		if e.Frame < i.Frame && e.Dir == i.QuotedDir {
			largest = max(largest, e.DataLen)
		}
	}
	headers := uint32(40) // IPv4 and TCP without options
	if i.Version == 6 {
		headers = 60
	}
	if s.Client.Options&s.Server.Options&wire.OptTimestamps != 0 {
		headers += timestampsLen
	}
	return largest > smallMTU && largest+headers <= i.MTU && uint32(i.QuotedLen) > largest+headers
}

var _ = register(&Rule{
	ID: "icmp-too-big-odd", Stage: StageRemark, Class: analyzer.Info, Severity: analyzer.SeverityInfo, Fault: analyzer.FaultPath,
	Title:      say("{from} calls packets too big that are not", "{from} 称并不过大的报文过大"),
	Verdict:    say("odd ICMP \"too big\"", "异常的 ICMP“过大”"),
	Doc:        say("An ICMP error asks for packets of at most a size that the refused packet did not exceed. The sender cannot obey; it repeats the segment, and usually that passes. A device on the way (load balancer, tunnel end, offload) writes a wrong size into the message, or judged the packet by what it had put together itself.", "ICMP 错误要求报文不超过某个尺寸，而被拒绝的报文并没有超过。发送方无法遵从，只能重发，通常会通过。途中的某个设备（负载均衡、隧道端点、卸载）在消息中写了错误的尺寸，或按自己合并后的报文来判断。"),
	Recognised: say("Fragmentation needed, with an MTU not smaller than the quoted packet's length, or than every packet that its sender sent.", "fragmentation needed，且其 MTU 不小于被引用报文的长度，或不小于发送方发出的每一个报文。"),
	Summary:    say("{from} refused a packet of {tooBigLen} bytes and asked for at most {mtu} ①, but {sender} had sent none larger than that. The request cannot be obeyed; each costs the sender a repetition.", "{from} 拒绝了 {tooBigLen} 字节的报文并要求不超过 {mtu} ①，但 {sender} 从未发出超过该尺寸的报文。该要求无法遵从；每次都让发送方多一次重传。"),
	LookAlikes: []LookAlike{apart("pmtud-working", "The size asked for changes nothing.", "所要求的尺寸并不改变什么。"), apart("packet-loss", "The segments were refused, not lost.", "报文段是被拒绝，而不是丢失。")},
	Uncapped:   true,
	Confirm:    []analyzer.Confirmation{on(say("host {from}", "主机 {from}"), "ip link; ethtool -k IFACE | grep -e gro -e lro", say("An MTU smaller than {mtu} behind it, or LRO/GRO on a forwarding host.", "其后的 MTU 小于 {mtu}，或转发主机上开启了 LRO/GRO。"))},
	Fix:        []analyzer.Text{say("Correct the MTU or switch LRO off on {from}.", "在 {from} 上更正 MTU 或关闭 LRO。")},
	Needs:      troubled,
	Check: func(s *Subject) (Match, bool) {
		seen, _ := s.tooBig()
		return Match{Level: Certain}, seen && s.oddTooBig()
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
	if t.Finding.Diagnosis == "icmp-too-big-odd" && t.mergedOnTheWay() {
		t.Note(say("Segments were put together to one packet on the way (LRO or GRO at {from} or before it), and that was judged.", "多个报文段在途中被合并成一个报文（{from} 或其之前的 LRO、GRO），被判断的是合并后的报文。"))
	}
	t.Show(say("ICMP from {from}: fragmentation needed, MTU {mtu}", "来自 {from} 的 ICMP：需要分片，MTU {mtu}"), i.Frame)
	t.Show(say("segments sent again", "重新发送的报文段"), t.eventFrames(i.QuotedDir, analyzer.Retransmission)...)
}
