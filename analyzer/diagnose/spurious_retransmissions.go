package diagnose

import (
	"strconv"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

var _ = register(&Rule{
	ID: "spurious-retransmissions", Stage: StageRemark, Class: analyzer.Info, Severity: analyzer.SeverityInfo, Fault: analyzer.FaultPath,
	Title:       say("{sender} repeats data that had arrived", "{sender} 重传了已经到达的数据"),
	Verdict:     say("needless retransmissions", "不必要的重传"),
	Doc:         say("Most of what was sent again had been acknowledged already, or the receiver reports it as a duplicate (D-SACK). Nothing was lost: the acknowledgments came later than the sender's timer expected, because the delay of the path jumps (mobile and Wi-Fi links, buffers, a receiver asleep).", "重传的大部分数据其实已被确认，或被接收方以 D-SACK 报告为重复。没有丢失：确认比发送方定时器预期的来得晚，因为路径时延在跳变（移动与 Wi-Fi 链路、缓冲、休眠的接收方）。"),
	Recognised:  say("At least three segments repeated that were acknowledged or answered with D-SACK, and at least half of all repetitions.", "至少三个重传的报文段此前已被确认或得到 D-SACK，且占全部重传的一半以上。"),
	Summary:     say("{needless} of {again} retransmissions by {sender} were needless: the data had arrived ①. The path's delay varies more than the sender's timer allows for.", "{sender} 的 {again} 次重传中有 {needless} 次是不必要的：数据已经到达 ①。路径时延的波动超出了发送方定时器的容忍。"),
	LookAlikes:  []LookAlike{apart("packet-loss", "The data had arrived.", "数据已经到达。"), apart("reordering", "Nothing came late in another order.", "没有报文以不同顺序迟到。")},
	Confirm:     []analyzer.Confirmation{on(anywhere, "nstat -az TcpExtTCPSpuriousRTOs TcpExtTCPDSACKRecv # twice", say("Rise with the transfer.", "随传输增长。"))},
	Fix:         []analyzer.Text{say("Look for what delays the acknowledgments (radio power saving, full buffers). Linux senders with F-RTO and RACK recover by themselves.", "查找延迟确认的原因（无线省电、缓冲区堆积）。启用 F-RTO 与 RACK 的 Linux 发送方可自行恢复。")},
	ExplainedBy: []string{"packet-loss", "path-outage", "reordering", "zero-window", "peer-vanished", "idle-timeout-blackhole", "handshake-ack-lost", "accept-queue-overflow"},
	GroupBy:     ByServer,
	Needs:       withData | troubled,
	Check: func(s *Subject) (Match, bool) {
		for _, d := range []flow.Dir{flow.Responder, flow.Originator} {
			if n := s.needless(d); n >= lossCount && 2*n >= s.Trouble.Sent[d].DataRetransmissions && s.Sides[d].Flags&flow.HadCopies == 0 {
				return Match{Level: Likely, Detail: uint8(d)}, true
			}
		}
		return Match{}, false
	},
	Tell: func(t *Telling) {
		d := flow.Dir(t.Match.Detail)
		t.Set("sender", t.senderName(d))
		t.Set("needless", strconv.Itoa(int(t.needless(d))))
		t.Set("again", strconv.Itoa(int(t.Trouble.Sent[d].DataRetransmissions)))
		t.Show(say("repetitions of data that had arrived", "已到达数据的重传"), t.eventFrames(d, analyzer.SpuriousRetransmission|analyzer.NeedlessRetransmission)...)
		t.Show(say("D-SACKs", "D-SACK"), t.eventFrames(d.Other(), analyzer.DSACK)...)
	},
})

// needless returns how many of a side's repetitions were.
func (s *Subject) needless(d flow.Dir) uint32 {
	x := &s.Trouble.Sent[d]
	return min(x.DataRetransmissions, max(x.Spurious+x.Needless, s.Trouble.Sent[d.Other()].DSACKs))
}
