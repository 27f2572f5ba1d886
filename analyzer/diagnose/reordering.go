package diagnose

import (
	"strconv"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

const (
	// reorderCount and reorderShare: single swaps between the queues of a network
	// card are harmless; from one in fifty on, duplicate ACKs make senders slow down
	// (RFC 5681 takes three in a row for a loss).
	reorderCount = 5
	reorderShare = 0.02
	// sackEpisodes: a sender that got this many SACKs and had to repeat next to
	// nothing looks at reordering.
	sackEpisodes = 10
	// sackShare: each late segment is told by several SACKs.
	sackShare = 2 * reorderShare
)

// filledByItself reports that the receiver of a side's data told of gaps again and
// again, all of which closed without a single repetition: what was missing had only
// been overtaken.
func (s *Subject) filledByItself(d flow.Dir) bool {
	x, back := &s.Trouble.Sent[d], &s.Trouble.Sent[d.Other()]
	return s.run.cap == Certain && s.run.quality.OneSided == 0 && x.Retransmissions == 0 && x.OutOfOrder == 0 && x.LostSegments == 0 &&
		back.SACKs >= sackEpisodes && float64(back.SACKs) >= sackShare*float64(s.Sides[d].DataSegments) && s.Unread(d) == 0
}

var _ = register(&Rule{
	ID: "reordering", Stage: StageData, Class: analyzer.Sick, Severity: analyzer.SeverityWarning, Fault: analyzer.FaultPath,
	Title:   say("Segments from {sender} arrive out of order", "{sender} 的报文段乱序到达"),
	Verdict: say("reordering", "乱序"),
	Doc: say("Segments overtake each other on the path (packets of one flow spread over several links or queues). Nothing is lost, but the receiver sends duplicate ACKs, and the sender may repeat what only came late and slow down.",
		"报文段在路径上互相超车（同一条流的报文被分散到多条链路或队列）。没有丢失，但接收方会发送重复 ACK，发送方可能重传只是迟到的数据并降低速度。"),
	Recognised: say("At the receiver: segments that fill a gap late and whose IP identification shows that they were sent before those that overtook them. At the sender: many SACKs and no repetition at all, or hardly one, and that answered with D-SACK.",
		"在接收端：迟到填补空洞的报文段，其 IP 标识表明它们早于超车者发出。在发送端：大量 SACK 而完全没有重传，或几乎没有重传且重传得到 D-SACK。"),
	Summary: say("Segments from {sender} arrive in another order than they were sent ①: {late} came late; little or nothing was lost. The receiver answered with {dups} duplicate ACKs.",
		"{sender} 的报文段到达顺序与发送顺序不同 ①：{late} 个迟到；几乎没有丢失。接收方回应了 {dups} 个重复 ACK。"),
	LookAlikes: []LookAlike{
		apart("packet-loss", "The late segments are the originals, not repetitions.", "迟到的是原始报文，而不是重传。"),
		apart("capture-duplicates", "No packet was recorded twice.", "没有报文被记录两次。"),
	},
	Confirm: []analyzer.Confirmation{
		on(anywhere, "nstat -az TcpExtTCPSACKReorder TcpExtTCPTSReorder TcpExtTCPDSACKRecv # twice; ss -ti | grep reordering", say("Rise with the transfer.", "随传输增长。")),
	},
	Fix:   []analyzer.Text{say("Let the packets of one flow take one path: hash by addresses and ports (ECMP, LAG, receive queues), not packet by packet.", "让同一条流的报文走同一条路径：按地址和端口哈希（ECMP、LAG、接收队列），而不是逐包分配。")},
	Needs: troubled,
	Check: func(s *Subject) (Match, bool) {
		if !s.Established() {
			return Match{}, false
		}
		for _, d := range []flow.Dir{flow.Responder, flow.Originator} {
			x, back, side := &s.Trouble.Sent[d], &s.Trouble.Sent[d.Other()], &s.Sides[d]
			real, sacks := s.lost(d), back.SACKs-min(back.SACKs, back.DSACKs)
			if x.OutOfOrder >= reorderCount && float64(x.OutOfOrder) >= reorderShare*float64(side.DataSegments) && x.OutOfOrder > 2*real && s.needless(d) <= x.OutOfOrder {
				return Match{Level: Likely, Detail: uint8(d)}, true
			}
			if sacks >= sackEpisodes && float64(sacks) >= sackShare*float64(side.DataSegments) && back.DSACKs > 0 && side.Packets > 0 && x.Spurious == 0 && real == 0 && back.ZeroWindows == 0 {
				return Match{Level: Possible, Detail: uint8(d)}, true
			}
			if s.filledByItself(d) {
				return Match{Level: Likely, Detail: uint8(d)}, true
			}
		}
		return Match{}, false
	},
	Tell: func(t *Telling) {
		d := flow.Dir(t.Match.Detail)
		x := &t.Trouble.Sent[d]
		t.Set("sender", t.Flow.Client().String())
		if d == flow.Responder {
			t.Set("sender", t.Flow.Server().String())
		}
		t.Set("late", strconv.Itoa(int(x.OutOfOrder)))
		if x.OutOfOrder == 0 {
			t.Set("late", "some")
		}
		t.Set("dups", strconv.Itoa(int(t.Trouble.Sent[d.Other()].DuplicateAcks)))
		late := t.eventFrames(d, analyzer.OutOfOrder|analyzer.Retransmission)
		if len(late) == 0 {
			late = t.eventFrames(d.Other(), analyzer.DuplicateAck|analyzer.DSACK)
		}
		t.Show(say("late segments, or the SACKs about them", "迟到的报文段，或针对它们的 SACK"), late...)
	},
})
