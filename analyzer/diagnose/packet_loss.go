package diagnose

import (
	"fmt"
	"strconv"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

// lost estimates how many segments with data of one side were lost on the path:
// what was sent again and was needed. What was only late is out of order, not lost:
// the tracker tells the two apart by the order in which they were sent.
func (s *Subject) lost(d flow.Dir) uint32 {
	x, back := &s.Trouble.Sent[d], &s.Trouble.Sent[d.Other()]
	return x.DataRetransmissions - min(x.DataRetransmissions, max(x.Spurious+x.Needless, back.DSACKs))
}

// stallHarm is a wait for one lost segment that people notice: the retransmission
// timer was the repair, and had doubled (RFC 6298: at least 200 ms on Linux, 1 s by
// the standard).
const stallHarm = time.Second

// copyDelay is how late a copy of a packet may be recorded, by a second interface
// or a mirror port, and look like a repetition: milliseconds of queueing. Repairs
// of real losses take a round trip, or the timer's 200 ms.
const copyDelay = 10 * time.Millisecond

var _ = register(&Rule{
	ID: "packet-loss", Stage: StageData, Class: analyzer.Sick, Severity: analyzer.SeverityWarning, Fault: analyzer.FaultPath,
	Title:   say("Packet loss: {lost} of {sent} data segments from {sender}", "丢包：{sender} 的 {sent} 个数据段中丢失 {lost} 个"),
	Verdict: say("packet loss", "丢包"),
	Doc: say("Data segments are lost on the path and sent again. A few in a thousand are normal; from one in a hundred on, throughput falls (with the square root of the share), and a loss that only the retransmission timer repairs costs 200 ms and more. After each loss the sender halves its congestion window, which is in no packet (ss -ti shows it). Bursts of loss at a flat rate with a steady round trip are a policer's work.",
		"数据段在路径上丢失并重传。千分之几是正常的；到百分之一，吞吐量就会下降（与丢失率的平方根成反比），而只能靠重传定时器修复的丢失要付出 200 毫秒以上。每次丢包后发送方会把拥塞窗口减半，这个窗口不在任何报文里（用 ss -ti 查看）。若速率平坦、往返稳定而成串丢包，则是限速器（policer）所为。"),
	Recognised: say("At least three data segments of one direction and one in a hundred (three in two hundred, if all were repaired before a timer ran out) were sent again and needed (no D-SACK, not already acknowledged), or two, one of which had to wait a second and more for its repetition.",
		"同一方向至少三个且至少百分之一（若都在定时器到期之前补上，则为百分之一点五）的数据段被重传且确有必要（没有 D-SACK，尚未被确认），或有两个，其中一个等了一秒以上才补上。"),
	Summary: say("{lost} of {sent} data segments from {sender} ({share}) were lost on the way and sent again ①{how}.",
		"{sender} 的 {sent} 个数据段中有 {lost} 个（{share}）在途中丢失并重传 ①{howZh}。"),
	LookAlikes: []LookAlike{
		apart("reordering", "What was missing was sent a second time.", "缺失的数据确实被发送了第二次。"),
		apart("mtu-blackhole", "Segments of the same size get through.", "同样大小的报文段能够通过。"),
		apart("capture-kernel-drops", "The ends themselves acted on the loss.", "两端自身对丢失做出了反应。"),
		apart("zero-window", "No window was closed.", "没有窗口关闭。"),
	},
	Corroborate: true,
	Confirm: []analyzer.Confirmation{
		on(anywhere, "ss -ti dst {serverAddr}; nstat -az TcpRetransSegs TcpExtTCPLostRetransmit # twice", say("retrans:…/… rises.", "retrans:…/… 增长。")),
		on(onRouter, "ip -s link; ethtool -S IFACE | grep -i -e drop -e err -e discard; tc -s qdisc", say("Counters of drops or errors that rise with the transfer.", "随传输增长的丢弃或错误计数。")),
		on(onClient, "mtr -T -P {port} {serverAddr}", say("Loss that begins at one hop and goes on to the end.", "从某一跳开始并持续到终点的丢失。")),
	},
	Fix: []analyzer.Text{say("Find the hop: a second capture on the other side tells on which half of the path the segments vanish. Look for full queues, policers, duplex or cable errors, Wi-Fi.", "定位丢包的那一跳：在另一侧再抓一份即可知道报文消失在路径的哪一半。检查队列溢出、限速、双工或线缆错误、Wi-Fi。")},
	ExplainedBy: []string{"midflow-wrong-source", "mtu-blackhole", "peer-vanished", "idle-timeout-blackhole", "handshake-done-server-ignores", "accept-queue-overflow", "handshake-ack-lost", "zero-window",
		"keepalive-unanswered", "pmtud-working", "pmtud-ignored", "icmp-too-big-odd", "reordering", "path-outage", "stale-connection-reuse", "idle-timeout-rst"},
	Needs: withData | troubled,
	Check: func(s *Subject) (Match, bool) {
		if !s.Established() || s.run.cap < Certain && s.run.quality.OneSided == 0 {
			return Match{}, false // a capture that loses packets cannot tell loss on the path
		}
		for _, d := range []flow.Dir{flow.Responder, flow.Originator} {
			x, side := &s.Trouble.Sent[d], &s.Sides[d]
			n := s.lost(d)
			deaf := s.Sides[d.Other()].Packets == 0 && x.LongestRun >= deadRun
			if s.Unread(d) > 0 && x.Run >= deadRun || side.Packets == 0 || deaf {
				continue // nothing gets through, or nothing comes back: another story
			}
			if side.Flags&flow.HadCopies != 0 && x.Stall < copyDelay {
				continue // a copy that came too late to be known as one
			}
			share := lossShare
			if x.Stall < rtoMin {
				share = lossShareFast
			}
			heavy := n >= lossCount && float64(n) >= share*float64(side.DataSegments)
			if heavy || n > 1 && x.Stall >= stallHarm && s.Trouble.Sent[d.Other()].ZeroWindowLongest < x.Stall/2 {
				return Match{Level: Likely, Detail: uint8(d)}, true
			}
		}
		return Match{}, false
	},
	Tell: func(t *Telling) {
		d := flow.Dir(t.Match.Detail)
		n, side, x := t.lost(d), &t.Sides[d], &t.Trouble.Sent[d]
		t.Set("sender", t.Flow.Client().String())
		if d == flow.Responder {
			t.Set("sender", t.Flow.Server().String())
		}
		t.Set("lost", strconv.Itoa(int(n)))
		t.Set("sent", strconv.Itoa(int(side.DataSegments)))
		t.Set("share", fmt.Sprintf("%.1f %%", 100*float64(n)/float64(max(1, side.DataSegments))))
		if dups := t.Trouble.Sent[d.Other()].DuplicateAcks; dups > 0 {
			t.Set("dups", number(int(dups)))
			t.Note(say("The receiver asked for them with {dups} duplicate ACKs.", "接收方用 {dups} 个重复 ACK 请求它们。"))
		}
		if x.FastRetransmissions == 0 && x.Stall >= rtoMin {
			t.Note(say("No fast retransmission: each waited for the sender's timer.", "没有快速重传：每次都等到了发送方的定时器。"))
		}
		t.Set("how", "")
		t.Set("howZh", "")
		if t.Client.Flags&t.Server.Flags&flow.SawSYN != 0 && t.Client.Options&t.Server.Options&wire.OptSACKPerm == 0 {
			t.Note(say("The two ends do not use SACK: after a loss the sender also repeats what had arrived, so that fewer may have been lost.", "两端没有使用 SACK：丢包之后发送方也会重发已到达的数据，因此实际丢失可能更少。"))
		}
		if x.Stall > 0 {
			t.Set("how", ", the slowest after "+Duration(x.Stall))
			t.Set("howZh", "，最慢的一次等了 "+Duration(x.Stall))
		}
		t.Show(say("segments sent again", "重传的报文段"), t.eventFrames(d, analyzer.Retransmission)...)
		t.Show(say("duplicate ACKs", "重复 ACK"), t.eventFrames(d.Other(), analyzer.DuplicateAck)...)
	},
})
