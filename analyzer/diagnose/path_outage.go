package diagnose

import (
	"strconv"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// outageFloor is how long nothing may get through before it is an outage rather
// than a loss: by then the retransmission timer has doubled at least three times.
const outageFloor = 2 * time.Second

var _ = register(&Rule{
	ID: "path-outage", Stage: StageData, Class: analyzer.Sick, Severity: analyzer.SeverityWarning, Fault: analyzer.FaultPath,
	Title:   say("Nothing got through for {outage}, then {next}", "{outage} 内没有任何报文通过，随后{nextZh}"),
	Verdict: say("path down for a while", "路径中断了一段时间"),
	Doc:     say("The same segment was repeated by the retransmission timer, with growing pauses, and nothing came back; then everything resumed. That is no congestion and no random loss: the path was down (a link or route changed over, a Wi-Fi or radio gap, a firewall that restarted, a host that was paused).", "同一报文段被重传定时器以越来越长的间隔反复发送，没有任何返回；之后一切恢复。这既不是拥塞也不是随机丢包：路径中断了（链路或路由切换、Wi-Fi 或无线盲区、防火墙重启、主机被暂停）。"),
	Recognised: say("One segment repeated at least three times over two seconds or more, and acknowledged in the end.",
		"同一报文段在两秒或更久内重复至少三次，最终被确认。"),
	Summary: say("For {outage} nothing of what {sender} sent was acknowledged: the same segment was repeated {run} times ①, then {next}.",
		"{outage} 内 {sender} 发送的内容没有得到任何确认：同一报文段重复了 {run} 次 ①，随后{nextZh}。"),
	LookAlikes: []LookAlike{
		apart("packet-loss", "Not a share of the packets was lost, but all of them for a time.", "不是丢失了一部分，而是一段时间内全部丢失。"),
		apart("peer-vanished", "The peer came back.", "对端恢复了。"),
		apart("zero-window", "The receiver's window was open.", "接收方窗口是打开的。"),
	},
	Corroborate: true,
	Confirm: []analyzer.Confirmation{ask(onRouter, "The log of links, routing and the firewall at that moment: a link, route or failover event; other connections stop in the same seconds.", "该时刻链路、路由与防火墙的日志：链路、路由或主备切换事件；其他连接在同一时刻停顿。"),
		on(anywhere, "dmesg -T | grep -i 'link is'", say("If it was the host's own link: down and up again at that moment.", "若是主机自己的链路：该时刻断开后又恢复。"))},
	Fix:         []analyzer.Text{say("Find what changed over at that moment; make failover faster than the applications' patience.", "查明该时刻发生了什么切换；让故障切换快于应用的耐心。")},
	ExplainedBy: []string{"mtu-blackhole", "pmtud-working", "pmtud-ignored"},
	Needs:       withData | troubled,
	Check: func(s *Subject) (Match, bool) {
		if !s.Established() {
			return Match{}, false
		}
		for _, d := range []flow.Dir{flow.Originator, flow.Responder} {
			x, back := &s.Trouble.Sent[d], &s.Trouble.Sent[d.Other()]
			if x.LongestRun >= deadRun && x.Stall >= outageFloor && back.ZeroWindowLongest < x.Stall/2 && x.DataRetransmissions > 0 {
				return Match{Level: Likely, Detail: uint8(d)}, true
			}
		}
		return Match{}, false
	},
	Tell: func(t *Telling) {
		d := flow.Dir(t.Match.Detail)
		x := &t.Trouble.Sent[d]
		t.Set("sender", t.senderName(d))
		t.Set("outage", Duration(x.Stall))
		t.Set("run", strconv.Itoa(int(x.LongestRun)))
		t.Set("next", "the transfer went on")
		t.Set("nextZh", "传输继续")
		if t.gaveUpMeanwhile(d) {
			t.Set("next", "an answer came, but "+t.senderName(d)+" had given up")
			t.Set("nextZh", "有了应答，但 "+t.senderName(d)+" 已经放弃")
		}
		t.Show(say("the same segment, again and again", "同一报文段，一再重发"), t.repeatsOf(d, x.StallFrame)...)
		t.tellMeanwhile(d)
	},
})

// senderName returns the endpoint of a side.
func (s *Subject) senderName(d flow.Dir) string {
	if d == flow.Responder {
		return s.Flow.Server().String()
	}
	return s.Flow.Client().String()
}

// repeatsOf returns the repetitions that a side sent from a frame on.
func (s *Subject) repeatsOf(d flow.Dir, from uint32) []uint32 {
	return s.entries(func(e flow.Entry) bool {
		return e.Dir == d && e.Frame >= from && e.Events&analyzer.Retransmission != 0
	})
}

// gaveUpMeanwhile reports that a side closed while it repeated its data in vain, and
// reset what came at last.
func (s *Subject) gaveUpMeanwhile(d flow.Dir) bool {
	x, fin := &s.Trouble.Sent[d], s.Sides[d].FinTime
	return x.LongestRun >= deadRun && x.Stall >= outageFloor && fin > x.RunStart && fin < x.RunLast && s.ResetFrame != 0 && s.ResetBy == d
}

// tellMeanwhile points at other connections between the same hosts, or of the same
// client, that opened while a side repeated its data in vain: not the whole path was
// down.
func (t *Telling) tellMeanwhile(d flow.Dir) {
	x, n := &t.Trouble.Sent[d], 0
	clients := t.run.placed().client
	for id, client := range clients {
		if client != clients[t.ID] {
			continue // told for many findings: most records stay untouched
		}
		f := t.run.Tracker.Flow(id)
		if f.AckFrame != 0 && f.SynAck > x.RunStart && f.SynAck < x.RunLast {
			n++
		}
	}
	if n > 0 {
		t.Set("meanwhile", strconv.Itoa(n))
		t.Note(say("Other connections of {clientAddr} opened meanwhile ({meanwhile}): its own link works. Ask whether something on the way drops this connection's data by its content, or the trouble lies beyond.", "其间 {clientAddr} 的另外 {meanwhile} 条连接成功建立：它自己的链路是通的。请查是否有设备按内容丢弃这条连接的数据，或问题在更远处。"))
	}
}
