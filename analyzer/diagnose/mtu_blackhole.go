package diagnose

import (
	"strconv"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// smallMTU is the payload below which no path on Earth refuses a packet: IPv4
// hosts must take 576 bytes (RFC 1122 §3.3.2), headers and options taken off.
const smallMTU = 500

// Details of mtu-blackhole, besides the direction.
const (
	stuckSender   = iota // seen where the big segments leave
	stuckReceiver        // seen where they do not arrive
	stuckProbed          // the sender found out by itself, and went on with smaller ones
)

// sizes returns the largest payload that a side sent among first transmissions,
// and the smallest full one; from the index, so call it only for flows in trouble.
func (s *Subject) largestSeen(d flow.Dir) uint32 {
	var n uint32
	for e := range s.run.Tracker.Entries(s.Flow) {
		if e.Dir == d {
			n = max(n, e.DataLen)
		}
	}
	return n
}

// largestAcked returns the payload of the largest segment of a side that was
// acknowledged, also while others were on their way: counted out from the index,
// where segments sent for the first time follow one another.
func (s *Subject) largestAcked(d flow.Dir) uint32 {
	return max(uint32(s.Sides[d].LargestAcked), s.largestBefore(d, s.Sides[d.Other()].Acked))
}

// largestBefore returns the payload of the largest segment that ended before a
// sequence number.
func (s *Subject) largestBefore(d flow.Dir, end analyzer.Seq) (largest uint32) {
	left := int64(end.Sub(s.Sides[d].ISN.Add(1)))
	const again = analyzer.Retransmission | analyzer.SpuriousRetransmission | analyzer.OutOfOrder | analyzer.Copy | analyzer.KeepAlive
	for e := range s.run.Tracker.Entries(s.Flow) {
		if e.Dir != d || e.DataLen == 0 || e.Events&again != 0 {
			continue
		}
		if left -= int64(e.DataLen); left < 0 {
			break
		}
		largest = max(largest, e.DataLen)
	}
	return largest
}

var _ = register(&Rule{
	ID: "mtu-blackhole", Stage: StageData, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultPath,
	Title:   say("Small segments pass, big ones never arrive: path MTU black hole", "小报文通过，大报文永远到不了：路径 MTU 黑洞"),
	Verdict: say("MTU black hole", "MTU 黑洞"),
	Doc: say("A link on the path takes only packets smaller than the ends believe (a tunnel, VXLAN −50, GRE −24, WireGuard −60/80, PPPoE −8). The router there should answer with ICMP fragmentation needed, but that message is filtered. Handshake and small requests work; the first full-size segment and all its repetitions vanish. Typical: TLS hangs after the ClientHello, uploads or big answers hang, ping works.",
		"路径上某条链路能承载的报文比两端以为的要小（隧道：VXLAN −50、GRE −24、WireGuard −60/80、PPPoE −8）。那里的路由器本应回 ICMP fragmentation needed，但该消息被过滤了。握手和小请求正常；第一个满尺寸报文段及其所有重传都消失。典型表现：TLS 在 ClientHello 之后卡住，上传或大应答卡住，而 ping 正常。"),
	Recognised: say("Segments larger than anything that was ever acknowledged are repeated at least three times without an acknowledgment, while smaller ones of the same connection got through, and no ICMP error quotes them. At the receiver: a hole of at least a full segment that is never filled, while small segments before and after it arrive; or the head of an upload, and nothing of the body that it announces.",
		"比任何已确认报文段都大的报文段至少重复三次仍未确认，而同一连接中较小的报文段能通过，且没有 ICMP 错误引用它们。在接收端：一个至少整段大小、永远填不上的空洞，而前后的小报文段都到达了；或只到了上传请求的头部，而它所声明的正文一点也没到。"),
	Summary: say("Between {client} and {server} segments of up to {small} bytes get through; those of {big} bytes from {sender} do not ①, however often they are sent, and no ICMP \"fragmentation needed\" comes back. A link on the path has a smaller MTU than the ends, and whoever should say so is not heard.",
		"{client} 与 {server} 之间，不超过 {small} 字节的报文段能通过；{sender} 发出的 {big} 字节的报文段无论发多少次都过不去 ①，也没有 ICMP “fragmentation needed” 返回。路径上某条链路的 MTU 小于两端，而本该说明这一点的消息听不到。"),
	LookAlikes: []LookAlike{
		apart("packet-loss", "Loss does not choose by size; here every big segment is lost and no small one.", "丢包不挑尺寸；这里大的全丢，小的一个不丢。"),
		apart("zero-window", "The receiver's window is open.", "接收方窗口是打开的。"),
		apart("pmtud-working", "No ICMP message says which size would fit.", "没有 ICMP 消息说明合适的尺寸。"),
		maybe("peer-vanished", "If small segments no longer pass either, the peer or path is gone.", "如果小报文也不再通过，则是对端或路径消失了。"),
	},
	Corroborate: true,
	Confirm: []analyzer.Confirmation{
		on(say("sending host", "发送主机"), "ping -c 3 -M do -s 1472 {to}; ping -c 3 -M do -s 1372 {to}; tracepath -n {to}", say("The big one gets nothing, the small one an answer; tracepath stops where the link is.", "大的没有回应，小的有；tracepath 停在那条链路处。")),
		on(say("sending host", "发送主机"), "sysctl -w net.ipv4.tcp_mtu_probing=1", say("After a few timeouts the connection goes on with smaller segments.", "几次超时之后连接会改用更小的报文段继续。")),
		on(anywhere, "tcpdump -ni any icmp or icmp6", say("Nothing about fragmentation, although ICMP is captured.", "虽然抓了 ICMP，却没有任何关于分片的消息。")),
	},
	Fix: []analyzer.Text{
		say("Let ICMP type 3 code 4 (ICMPv6 type 2) pass, everywhere on the path.", "在整条路径上放行 ICMP 类型 3 代码 4（ICMPv6 类型 2）。"),
		say("Clamp the MSS at the tunnel (iptables -t mangle … TCPMSS --clamp-mss-to-pmtu), or set the MTU of interfaces or CNI to what the path takes.", "在隧道处钳制 MSS（iptables -t mangle … TCPMSS --clamp-mss-to-pmtu），或把网卡/CNI 的 MTU 设为路径能承载的值。"),
	},
	Needs: withData,
	Check: func(s *Subject) (Match, bool) {
		if !s.Established() || s.Trouble.ICMP.Count > 0 && kindOf(&s.Trouble.ICMP) == icmpTooBig {
			return Match{}, false
		}
		for _, d := range []flow.Dir{flow.Originator, flow.Responder} {
			x, side, peer := &s.Trouble.Sent[d], &s.Sides[d], &s.Sides[d.Other()]
			switch {
			case x.Run >= deadRun && s.Unread(d) > 0 && x.RunLen > smallMTU && x.RunLen > s.largestAcked(d) && s.sizeMatters(d) && peer.Flags&flow.SawRST == 0:
				return Match{Level: Likely, Detail: uint8(stuckSender)<<1 | uint8(d)}, true
			case x.LongestRun >= deadRun && x.Stall >= outageFloor && s.wentOnSmaller(d):
				return Match{Level: Likely, Detail: uint8(stuckProbed)<<1 | uint8(d)}, true
			case side.Next.Sub(side.Contiguous) > 2*smallMTU && x.LostSegments > 0 && peer.Acked.Sub(side.Contiguous) <= 0 && s.run.cap == Certain && s.holeOfBigOnes(d):
				return Match{Level: Possible, Detail: uint8(stuckReceiver)<<1 | uint8(d)}, true
			}
		}
		if s.bodyNeverCame() {
			return Match{Level: Possible, Detail: uint8(stuckReceiver)<<1 | uint8(flow.Originator)}, true
		}
		return Match{}, false
	},
	Tell: func(t *Telling) {
		d, at := flow.Dir(t.Match.Detail&1), t.Match.Detail>>1
		t.Set("sender", t.Flow.Client().String())
		t.Set("to", t.ServerAddr.String())
		if d == flow.Responder {
			t.Set("sender", t.Flow.Server().String())
			t.Set("to", t.ClientAddr.String())
		}
		if x := &t.Trouble.Sent[d]; at == stuckProbed {
			big, small, _ := t.aroundStall(d)
			t.Set("small", strconv.Itoa(int(small)))
			t.Set("big", strconv.Itoa(int(big)))
			t.Set("stall", Duration(x.Stall))
			t.Finding.Severity = analyzer.SeverityWarning
			t.tellLink(d, small, big)
			t.Note(say("After {stall} the sender found out (MTU probing, black hole detection) and went on with smaller segments.", "{stall} 之后发送方自行发现（MTU 探测、黑洞检测），改用更小的报文段继续。"))
			t.Show(say("big segments, sent again in vain, then smaller ones", "徒劳重发的大报文段，随后是更小的报文段"), t.repeatsOf(d, x.StallFrame)...)
			return
		}
		if at == stuckSender {
			small := t.largestAcked(d)
			t.Set("small", strconv.Itoa(int(max(small, 1))))
			t.Set("big", strconv.Itoa(int(t.Trouble.Sent[d].RunLen)))
			t.tellLink(d, small, t.Trouble.Sent[d].RunLen)
			t.Show(say("big segments, sent again and never acknowledged", "反复发送、始终未被确认的大报文段"), t.eventFrames(d, analyzer.Retransmission)...)
			return
		}
		small := t.largestSeen(d)
		t.Set("small", strconv.Itoa(int(small)))
		t.Set("big", "> "+strconv.Itoa(int(small)))
		t.Show(say("the segments around the hole that is never filled", "始终未填上的空洞前后的报文段"), t.dataFrames(d)...)
	},
})

// bodyNeverCame reports, at the server, a request of which only a small first segment
// arrived: at least a full segment of the body that its head announces did not, for
// longer than two repetitions take.
func (s *Subject) bodyNeverCame() bool {
	return s.Vantage() == flow.VantageServer && s.run.cap == Certain && !s.ServerSpoke() && s.Client.Flags&(flow.SawFIN|flow.SawRST) == 0 &&
		s.RequestAcked() && s.Server.MSS != 0 && s.app().RequestMissing >= int64(s.Server.MSS) && s.largestSeen(flow.Originator) < uint32(s.Server.MSS)-timestampsLen && s.waited() >= silence
}

// smallerCount segments, none of the old size again, are a sender's new limit, not
// its application's habit.
const smallerCount = 3

// wentOnSmaller reports that a stall ended with a smaller segment, that from then on
// none was as large again, and that none as large had been acknowledged before. (A
// sender that tries smaller ones does so after any outage.)
func (s *Subject) wentOnSmaller(d flow.Dir) bool {
	big, small, n := s.aroundStall(d)
	return big > smallMTU && small < big && n >= smallerCount && s.largestBefore(d, s.Trouble.Sent[d].StallSeq) <= small
}

// aroundStall returns the payload of the segment on which a side stalled, that of
// the largest since it was cut smaller, and how many followed.
func (s *Subject) aroundStall(d flow.Dir) (big, small uint32, n int) {
	same := 0
	for e := range s.run.Tracker.Entries(s.Flow) {
		switch {
		case e.Dir != d || e.DataLen <= smallMTU || e.Frame < s.Trouble.Sent[d].StallFrame:
		case big == 0:
			big = e.DataLen
		case e.DataLen >= big && small == 0:
			same++ // repeated once more
		default:
			small = max(small, e.DataLen)
			n++
		}
	}
	if same == 0 {
		n = 0
	}
	return big, small, n
}

// sizeMatters reports that something smaller than the stuck segment got through in
// the same direction, or at least that the handshake did while nothing else was
// tried, and that nothing as big ever did.
func (s *Subject) sizeMatters(d flow.Dir) bool {
	x, side := &s.Trouble.Sent[d], &s.Sides[d]
	if largest := s.largestAcked(d); largest > 0 {
		return largest < x.RunLen
	}
	// Nothing of this side was acknowledged yet: it must be its very first data, and
	// the other side's small data must have got an acknowledgment that arrived.
	return side.Payload > 0 && s.Sides[d.Other()].Payload > 0 && s.Completed()
}

// holeOfBigOnes reports that what arrived from a side is small, and what is missing
// between is at least twice as big as the largest of it.
func (s *Subject) holeOfBigOnes(d flow.Dir) bool {
	largest := s.largestSeen(d)
	missing := s.Sides[d].Next.Sub(s.Sides[d].Contiguous)
	full := uint32(s.Sides[d.Other()].MSS)
	if full > timestampsLen {
		full -= timestampsLen
	}
	return largest < full && int64(missing) >= int64(full)
}
