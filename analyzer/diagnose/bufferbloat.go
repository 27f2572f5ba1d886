package diagnose

import (
	"strconv"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

const (
	// bloatFactor: a queue that makes half of all round trips five times as long as
	// the shortest one is no jitter.
	bloatFactor = 5
	// bloatFloor is the queueing delay from which interactive use of the line suffers:
	// ITU-T G.114 wants calls below 150 ms one way, and a delayed acknowledgment (40 ms,
	// RFC 1122 allows 500) may account for less.
	bloatFloor = 100 * time.Millisecond
	// bloatSamples and bloatFlight: a transfer that keeps a line busy has many round
	// trips and tens of segments under way.
	bloatSamples = 20
	bloatFlight  = 20 * 1460
)

var _ = register(&Rule{
	ID: "bufferbloat", Stage: StageRemark, Class: analyzer.Info, Severity: analyzer.SeverityInfo, Fault: analyzer.FaultPath,
	Title:   say("A queue builds up while data flows: the round trip grows from {min} to {median}", "传输时形成排队：往返时间从 {min} 增至 {median}"),
	Verdict: say("queue on the path (bufferbloat)", "路径上排队（bufferbloat）"),
	Doc: say("As long as little is under way, the round trip is short; while the transfer runs it is many times longer. The sender fills a large buffer in front of the slowest link, and each byte waits there. The transfer itself does not suffer; whatever shares that link (calls, clicks, DNS) does.",
		"在途数据少时往返很短；传输进行时却长了许多倍。发送方填满了最慢链路前的大缓冲区，每个字节都要在那里等待。传输本身不受影响；共用该链路的其他业务（通话、点击、DNS）会变慢。"),
	Recognised: say("Half of the round trips of a transfer with at least {flight} bytes under way take at least {factor} times as long as the shortest and as the handshake, and {floor} longer.",
		"在途至少 {flight} 字节的传输中，一半的往返时间至少是最短者以及握手的 {factor} 倍，且长出 {floor}。").Fill(map[string]string{"flight": strconv.Itoa(bloatFlight), "factor": strconv.Itoa(bloatFactor), "floor": Duration(bloatFloor)}),
	Summary: say("While {sender} sends to {who} ①, with up to {inflight} bytes under way, half of the acknowledgments take {median} or longer; the shortest round trip is {min}, the handshake took {rtt}. The rest is waiting in a queue, in front of the slowest link or at the receiving host.",
		"{sender} 向 {who} 发送时 ①，在途最多 {inflight} 字节，一半的确认需要 {median} 或更久；最短往返为 {min}，握手用了 {rtt}。多出的时间是在排队，或在最慢链路之前，或在接收主机上。"),
	LookAlikes: []LookAlike{
		apart("high-rtt", "The path itself is short.", "路径本身很短。"),
		apart("slow-server", "The kernel's acknowledgments are late, not the program's answers.", "迟到的是内核的确认，而不是程序的应答。"),
		maybe("packet-loss", "When the queue overflows, it drops.", "队列溢出时就会丢包。"),
	},
	Confirm: []analyzer.Confirmation{on(anywhere, "ping {whoAddr}, while the transfer runs and after it; tc -s qdisc show dev IFACE", say("About {median} and about {min}; a backlog at the bottleneck.", "分别约 {median} 与 {min}；瓶颈处有积压。"))},
	Fix:     []analyzer.Text{say("Active queue management at the bottleneck (fq_codel, CAKE), or shape to a little less than the link's rate; BBR at the sender.", "在瓶颈处使用主动队列管理（fq_codel、CAKE），或整形到略低于链路速率；发送端使用 BBR。")},
	Survey: func(v *Survey) {
		if v.clockUnsafe() {
			return
		}
		for id, has := range v.traits {
			if !has.has(completed|withData) || v.Tracker.Flow(id).Payload() < bloatFlight {
				continue
			}
			s := v.Subject(uint32(id))
			if d, x, ok := s.queued(); ok {
				values := s.values()
				values["sender"], values["who"], values["whoAddr"] = values["server"], values["client"], values["clientAddr"]
				if d == flow.Originator {
					values["sender"], values["who"], values["whoAddr"] = values["client"], values["server"], values["serverAddr"]
				}
				values["min"], values["median"], values["inflight"] = Duration(x.RTT.Min), Duration(x.RTT.Median), strconv.Itoa(int(x.MaxInFlight))
				v.Found(Likely, values, v.proof(say("its first and last data", "其首个与最后的数据"), s.Sides[d].FirstDataFrame, s.Sides[d].LastDataFrame)...)
				v.general[len(v.general)-1].flows = []int{id}
				return // one says it: they share the link
			}
		}
	},
})

// queued finds the direction whose data waits in a queue on its way.
func (s *Subject) queued() (flow.Dir, flow.SideStats, bool) {
	rtt, ok := s.HandshakeRTT()
	if !ok || s.Payload() < bloatFlight {
		return 0, flow.SideStats{}, false
	}
	st := s.run.Tracker.Stats(s.Flow)
	for d := range st.Sides {
		x := &st.Sides[d]
		short := max(x.RTT.Min, rtt)
		if x.RTT.Samples >= bloatSamples && x.MaxInFlight >= bloatFlight && x.RTT.Median >= bloatFactor*short && x.RTT.Median-short >= bloatFloor {
			return flow.Dir(d), *x, true
		}
	}
	return 0, flow.SideStats{}, false
}
