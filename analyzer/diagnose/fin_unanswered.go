package diagnose

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

var _ = register(&Rule{
	ID: "fin-unanswered", Stage: StageRemark, Class: analyzer.Info, Severity: analyzer.SeverityInfo, Fault: analyzer.FaultUnknown,
	Title:      say("{closer} repeats its FIN in vain: the other end is gone already", "{closer} 反复发送 FIN 而无回应：对端已经离开"),
	Verdict:    say("FIN not acknowledged, other end gone", "FIN 未被确认，对端已离开"),
	Doc:        say("Everything was said and delivered; only the last FIN finds nobody to acknowledge it, because the other host has forgotten the connection (closed and gone, asleep, behind a NAT that dropped its entry) and sends no RST either. The sender keeps the socket for a while (tcp_orphan_retries) and gives up. Users notice nothing.", "该说的都已说完并送达；只是最后的 FIN 无人确认，因为对方主机已忘记连接（已关闭并离开、休眠、NAT 条目已删除），也不发 RST。发送方保留套接字一段时间（tcp_orphan_retries）后放弃。用户毫无感觉。"),
	Recognised: say("FIN repeated at least three times without an answer, after the other end had closed.", "对端已关闭之后，FIN 至少重复三次没有回应。"),
	Summary:    say("{closer} sent its FIN again and again ① after the other end had closed, without an answer. All that mattered had been delivered.", "对端关闭之后，{closer} 反复发送 FIN ①，没有回应。重要的内容都已送达。"),
	LookAlikes: []LookAlike{apart("peer-vanished", "The other end had said that it was done.", "对端已表明自己结束。")},
	Confirm:    []analyzer.Confirmation{on(anywhere, "ss -tan state last-ack state fin-wait-1", say("The orphaned connection, with a retransmission timer.", "带重传定时器的孤儿连接。"))},
	Fix:        []analyzer.Text{say("Nothing to mend. If there are many, lower net.ipv4.tcp_orphan_retries.", "无需处理。若数量很多，可降低 net.ipv4.tcp_orphan_retries。")},
	GroupBy:    ByCapture,
	Needs:      closing | troubled,
	Check: func(s *Subject) (Match, bool) {
		for _, d := range []flow.Dir{flow.Originator, flow.Responder} {
			a, b := &s.Sides[d], &s.Sides[d.Other()]
			if a.Flags&flow.SawFIN != 0 && a.Flags&flow.FinAcked == 0 && b.Flags&flow.SawFIN != 0 && s.Trouble.Sent[d].Run >= deadRun && s.Trouble.Sent[d].RunStart >= b.FinTime && s.ResetFrame == 0 {
				return Match{Level: Likely, Detail: uint8(d)}, true
			}
		}
		return Match{}, false
	},
	Tell: func(t *Telling) {
		d := flow.Dir(t.Match.Detail)
		t.Set("closer", t.senderName(d))
		t.Show(say("the FIN, again and again", "反复发送的 FIN"), t.eventFrames(d, analyzer.Retransmission)...)
		t.Show(say("the other end's FIN", "对端的 FIN"), t.Sides[d.Other()].FinFrame)
	},
})
