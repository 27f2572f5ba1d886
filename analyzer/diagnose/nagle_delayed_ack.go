package diagnose

import (
	"strconv"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// heldBackCount: a few stalls of the kind may be chance, a pause of the program that
// ended when the acknowledgment came.
const heldBackCount = 5

var _ = register(&Rule{
	ID: "nagle-delayed-ack", Stage: StageTiming, Class: analyzer.Sick, Severity: analyzer.SeverityWarning, Fault: analyzer.FaultClient,
	Title:   say("Small writes of {sender} wait for delayed acknowledgments", "{sender} 的小块写入在等待延迟确认"),
	Verdict: say("Nagle meets delayed ACK", "Nagle 与延迟 ACK 相遇"),
	Doc: say("A program writes a message in two small parts. Its kernel sends the first and holds the second back until the first is acknowledged (Nagle's algorithm, RFC 896); the other kernel delays that acknowledgment by 40 ms or 200 ms, hoping to send it along with an answer, which cannot come before the second part. Every message costs that wait.",
		"程序把一条消息分两小块写出。其内核发出第一块，并扣住第二块直到第一块被确认（Nagle 算法，RFC 896）；对端内核则把确认延迟 40 毫秒或 200 毫秒，希望随应答一起发出，而应答在第二块到达之前不可能有。每条消息都要付出这段等待。"),
	Recognised: say("At least {n} times: a small segment, a pure ACK of it 35 to 250 ms later, and more data of the same side at once, before the other side answered.", "至少 {n} 次：一个小报文段，35 至 250 毫秒后才有它的纯 ACK，随即同一侧立刻又发数据，而此前对端没有应答。").Fill(map[string]string{"n": strconv.Itoa(heldBackCount)}),
	Summary: say("{count} times the kernel of {sender} held a small write back until a delayed acknowledgment came, {time} in all, for instance before ①. The network is idle in that time.",
		"{sender} 的内核有 {count} 次把小块写入扣住，直到延迟确认到达，合计 {time}，例如在 ① 之前。这段时间网络是空闲的。"),
	LookAlikes: []LookAlike{
		apart("slow-server", "The request itself is not complete in that time.", "这段时间里请求本身还没有发完。"),
		apart("packet-loss", "Nothing is repeated.", "没有重传。"),
		apart("high-rtt", "The round trip of the handshake is much shorter.", "握手的往返时间短得多。"),
	},
	ExplainedBy: []string{"packet-loss", "zero-window"},
	Confirm:     []analyzer.Confirmation{on(say("host of {sender}", "{sender} 所在主机"), "strace -f -e trace=write,sendto,writev,setsockopt -p PID", say("Two small writes for each message, and no TCP_NODELAY.", "每条消息两次小写入，且没有设置 TCP_NODELAY。"))},
	Fix:         []analyzer.Text{say("Write each message in one piece (a buffer, writev), or set TCP_NODELAY on that socket.", "把每条消息一次写出（缓冲、writev），或在该套接字上设置 TCP_NODELAY。")},
	Needs:       spoke,
	Check: func(s *Subject) (Match, bool) {
		if s.run.clockUnsafe() {
			return Match{}, false
		}
		st := s.run.Tracker.Stats(s.Flow)
		for d := range st.Sides {
			if st.Sides[d].HeldBack >= heldBackCount {
				return Match{Level: Likely, Detail: uint8(d)}, true
			}
		}
		return Match{}, false
	},
	Tell: func(t *Telling) {
		d := flow.Dir(t.Match.Detail)
		t.Set("sender", t.Flow.Client().String())
		if d == flow.Responder {
			t.Set("sender", t.Flow.Server().String())
			t.Finding.Fault = analyzer.FaultServerApp
		}
		x := t.run.Tracker.Stats(t.Flow).Sides[d]
		t.Set("count", strconv.Itoa(int(x.HeldBack)))
		t.Set("time", Duration(x.HeldBackTime))
		t.Show(say("a segment that was held back", "被扣住的一个报文段"), x.HeldBackFrame)
	},
})
