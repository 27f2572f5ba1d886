package diagnose

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// probesInVain returns the side whose keep-alive probes were not answered.
func (s *Subject) probesInVain() (flow.Dir, bool) {
	for _, d := range []flow.Dir{flow.Originator, flow.Responder} {
		if s.Trouble.Sent[d].KeepAlivesUnanswered >= 2 && !s.Mute(sideAddr(s.Flow, d.Other())) {
			return d, true
		}
	}
	return 0, false
}

// IsKeepAliveFailure reports that a side's probes were not answered.
func (s *Subject) IsKeepAliveFailure() bool { _, ok := s.probesInVain(); return ok }

var _ = register(&Rule{
	ID: "keepalive-unanswered", Stage: StageReset, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultPath,
	Title:   say("Keep-alive probes are not answered", "keep-alive 探测没有应答"),
	Verdict: say("keep-alive unanswered", "keep-alive 无应答"),
	Doc: say("An idle connection is tested by its kernel with keep-alive probes (segments of no new data, one below the next sequence number). A living peer answers each at once. When several in a row get nothing, the peer or the path is gone, and after the last the kernel resets the connection.",
		"内核用 keep-alive 探测（不含新数据、序列号比下一个小一的报文段）检验空闲连接。存活的对端会立即应答每一个。连续几个都没有应答，说明对端或路径已消失，最后一次之后内核会重置连接。"),
	Recognised: say("Two or more keep-alive probes in a row without any packet from the other side.", "连续两个或更多 keep-alive 探测，对方没有任何报文。"),
	Summary: say("{prober} sent {probes} keep-alive probes on its connection between {client} and {server} ① and got no answer. The other end, or the path to it, is gone.",
		"{prober} 在 {client} 与 {server} 的连接上发送了 {probes} 个 keep-alive 探测 ①，没有得到应答。对端或到它的路径已经消失。"),
	LookAlikes: []LookAlike{
		apart("zero-window", "The peer's window was not closed; these are not window probes.", "对端窗口没有关闭；这些不是窗口探测。"),
		apart("client-abort", "The RST at the end is the kernel's, after its last probe.", "最后的 RST 是内核在最后一次探测之后发的。"),
		maybe("idle-timeout-blackhole", "A middlebox that forgot the connection drops the probes as well.", "遗忘了连接的中间设备同样会丢弃探测。"),
	},
	Confirm:     []analyzer.Confirmation{on(anywhere, "ss -tno; ping {serverAddr}", say("timer:(keepalive,…) with probes counted; whether the host is alive.", "timer:(keepalive,…) 及探测次数；主机是否存活。"))},
	Fix:         []analyzer.Text{say("Find why the peer is gone (host down, NAT entry expired, rule changed). Keep-alives must be more frequent than the shortest idle timeout on the path.", "查明对端为何消失（宕机、NAT 条目过期、规则变更）。keep-alive 间隔必须小于路径上最短的空闲超时。")},
	ExplainedBy: []string{"zero-window"},
	Needs:       troubled,
	Check: func(s *Subject) (Match, bool) {
		d, ok := s.probesInVain()
		if !ok || s.Trouble.Sent[d.Other()].ZeroSince != 0 || s.Trouble.Sent[d.Other()].ZeroWindows > 0 {
			return Match{}, false
		}
		m := Match{Level: Likely, Detail: uint8(d)}
		if s.ResetFrame != 0 && s.ResetBy == d {
			m.Level = Certain
		}
		return m, true
	},
	Tell: func(t *Telling) {
		d := flow.Dir(t.Match.Detail)
		t.Set("prober", t.Flow.Client().String())
		if d == flow.Responder {
			t.Set("prober", t.Flow.Server().String())
		}
		t.Set("probes", number(int(t.Trouble.Sent[d].KeepAlivesUnanswered)))
		t.Show(say("keep-alive probes", "keep-alive 探测"), t.eventFrames(d, analyzer.KeepAlive)...)
		if t.ResetFrame != 0 && t.ResetBy == d {
			t.Show(say("the kernel gives up", "内核放弃"), t.ResetFrame)
		}
	},
})
