package diagnose

import (
	"strconv"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

// Details of client-abort.
const (
	abortWaiting = iota // before the first byte of an answer
	abortMiddle         // in the middle of one
)

// cutOff reports whether a side was in the middle of sending when the connection
// was reset: bytes under way, or a full-size segment as its last, after which more
// was to come. Where that was pushed, nothing may have followed (RFC 9293 §3.9.1.2)
// unless the reset came before the acknowledgments that would have let it.
func (s *Subject) cutOff(d flow.Dir) bool {
	if s.Unread(d) > 0 || s.Trouble.AfterReset[d] > 0 && s.Sides[d].LastData > s.Reset {
		return true
	}
	last, largest := s.lastData(d, s.ResetFrame), uint32(0)
	if m := s.Sides[d.Other()].MSS; m != 0 {
		largest = uint32(m) - timestampsLen
	}
	soon := time.Second + slowRTTs*s.RTT()
	if last.Flags.Has(wire.PSH) {
		soon = 2 * s.RTT()
	}
	return largest > 0 && last.DataLen >= largest && s.ResetAfter(s.Sides[d].LastData) < soon
}

// goodbye reports that the last that the client sent before its reset was a
// close_notify by its size, the reset followed at once, and the server had no more
// to say than the same: programs that have read all they wanted close so.
func (s *Subject) goodbye() bool {
	if s.Client.Proto != flow.ProtoTLS || s.ResetAfter(s.Client.LastData) > s.RTT() {
		return false
	}
	var client, server, after uint32 // the last segment of each before the reset; what the server said then
	for e := range s.run.Tracker.Entries(s.Flow) {
		switch {
		case e.DataLen == 0 || e.Events&(analyzer.Copy|analyzer.Retransmission) != 0:
		case e.Dir == flow.Originator:
			client = e.DataLen
		case e.Frame < s.ResetFrame:
			server = e.DataLen
		default:
			after += e.DataLen
		}
	}
	full := uint32(s.Client.MSS) - timestampsLen
	return client <= closeNotifyLen && after <= closeNotifyLen && (s.Client.MSS == 0 || server < full)
}

const (
	// noWait: who resets sooner after its last words than an answer can come has not
	// waited for one. Timers of applications begin at tens of milliseconds.
	noWait = 10 * time.Millisecond
	// frameLen is the longest control frame of HTTP/2 (PING, RFC 9113 §6.7, 17 bytes)
	// twice over, in a TLS record of its own: WINDOW_UPDATE, SETTINGS, PING and their
	// acknowledgments go both ways without a question.
	frameLen = 2*17 + closeNotifyLen - 2
)

// gaveUpWaiting reports that what the client had said last was due an answer, and
// that it waited longer than one takes. On a connection that was served before, a few
// bytes of HTTP/2, be it within TLS, may be no question.
func (s *Subject) gaveUpWaiting() bool {
	small := s.Server.Payload > 0 && (s.Client.Proto == flow.ProtoHTTP2 || s.Client.Proto == flow.ProtoTLS) && s.lastData(flow.Originator, s.ResetFrame).DataLen <= frameLen
	return !small && s.ResetAfter(s.Client.LastData) >= 2*s.RTT()+noWait
}

// timestampsLen is what the timestamps option takes of each segment (RFC 7323
// appendix A).
const timestampsLen = 12

var _ = register(&Rule{
	ID: "client-abort", Stage: StageReset, Class: analyzer.Sick, Severity: analyzer.SeverityWarning, Fault: analyzer.FaultClient,
	Title:   say("The client broke the connection off", "客户端中断了连接"),
	Verdict: say("aborted by the client", "被客户端中止"),
	Doc: say("The client's side ended the connection with a RST while something was still owed: an answer that had not come, or data on its way. It gave up waiting, it was cancelled or killed, or it closed with data that it had not read. When it gave up waiting, the cause lies with whatever was slow.",
		"客户端在事情尚未完成时用 RST 结束了连接：应答还没来，或数据还在路上。它等得不耐烦了、被取消或杀死，或在有未读数据时关闭。如果是等待超时而放弃，根源在于那个慢的环节。"),
	Recognised: say("RST by the client on an established connection, while a request is unanswered or the server is in the middle of sending; not after a complete exchange.",
		"在已建立的连接上客户端发 RST，而此时请求尚未应答，或服务端正在发送；并非完整交换之后的重置。"),
	Summary: say("{client} reset its connection to {server} {when} ①.", "{client} {whenZh}重置了到 {server} 的连接 ①。"),
	LookAlikes: []LookAlike{
		apart("server-abort", "The client's side sent the RST.", "RST 由客户端发出。"),
		apart("half-open-probe", "Data had been exchanged.", "已经交换过数据。"),
		maybe("rst-injected-by-middlebox", "A RST in the client's name may be forged; a capture at the client tells.", "以客户端名义的 RST 可能是伪造的；在客户端抓包可分辨。"),
	},
	Corroborate: true,
	Confirm: []analyzer.Confirmation{
		ask(onClient, "The client's log and its timeouts: a timeout or cancellation at that moment; round numbers of seconds (1, 3, 5, 10, 30, 60) betray a setting.", "客户端的日志与超时设置：该时刻的超时或取消；整数秒（1、3、5、10、30、60）说明是配置的超时。"),
		on(onClient, "nstat -az TcpExtTCPAbortOnClose TcpExtTCPAbortOnData # twice", say("AbortOnClose rises: closed with unread data.", "AbortOnClose 增长：在有未读数据时关闭。")),
	},
	Fix: []analyzer.Text{
		say("If it gave up waiting: make the server faster, or the client's timeout longer than the server's slowest legitimate answer.", "如果是等待超时：让服务端更快，或把客户端超时设得比服务端最慢的合理应答更长。"),
		say("If it closes before it has read everything: read to the end, or shut down in order.", "如果是没读完就关闭：读到结尾，或有序关闭。"),
	},
	ExplainedBy: []string{"tls-alert", "protocol-mismatch", "zero-window", "peer-vanished", "keepalive-unanswered", "idle-timeout-blackhole", "rst-injected-by-middlebox",
		"accept-queue-overflow", "handshake-done-server-ignores", "handshake-ack-lost", "mtu-blackhole", "server-app-silent"},
	Needs: wasReset | withData,
	Check: func(s *Subject) (Match, bool) {
		if s.ResetFrame == 0 || s.ResetBy != flow.Originator || !s.Established() || s.Client.Payload == 0 || s.Flags&flow.Midstream != 0 || s.Mute(s.ServerAddr) || s.gaveUpMeanwhile(flow.Originator) {
			return Match{}, false
		}
		fin := s.Client.FinTime
		switch {
		case fin != 0 && fin < s.Reset && s.Server.Payload > 0 && s.Server.FirstData > fin && s.Client.FirstData < fin && s.Server.FirstData.Sub(fin) > s.RTT():
			return Match{Level: Likely, Detail: abortWaiting}, true // it had closed before the first byte came
		case s.Server.Flags&flow.SawFIN != 0 && s.Server.FinTime <= s.Reset:
			return Match{}, false // the server had finished
		case fin != 0:
			return Match{}, false // what comes after its own FIN is answered by the kernel
		case s.Server.Payload > 0 && s.goodbye():
			return Match{}, false
		case s.Server.LastData < s.Client.LastData && s.RequestAcked():
			if s.waited() >= patience {
				return Match{}, false // the server's silence is the story
			}
			return Match{Level: Likely, Detail: abortWaiting}, s.gaveUpWaiting() && (s.oneRequest() || s.Server.Payload > 0)
		case s.Server.Payload > 0 && s.Server.LastData >= s.Client.LastData && s.cutOff(flow.Responder):
			if s.ResetClass == flow.ResetNoSocket { // a program that aborts sends its ACK along
				return Match{Level: Possible, Detail: abortMiddle, Weak: true}, true
			}
			return Match{Level: Likely, Detail: abortMiddle}, true
		}
		return Match{}, false
	},
	Tell: func(t *Telling) {
		wait := Duration(t.ResetAfter(t.Client.LastData))
		if t.Client.FinTime != 0 {
			wait = Duration(t.Client.FinTime.Sub(t.Client.LastData))
		}
		if t.Match.Detail == abortWaiting {
			t.Set("when", "after "+wait+" without an answer to its request")
			t.Set("whenZh", "在请求 "+wait+" 未得到应答后")
			t.Finding.Severity = analyzer.SeverityError
			if n, ok := roundSeconds(t.ResetAfter(t.Client.LastData)); ok && t.Client.FinTime == 0 {
				t.Set("seconds", n)
				t.Note(say("That is {seconds} s sharp: a timeout that somebody set.", "正好 {seconds} 秒：是某处设置的超时。"))
			}
		} else {
			t.Set("when", "in the middle of an answer, after {answerLen} bytes of it")
			t.Set("whenZh", "在应答中途（已收到 {answerLen} 字节）")
		}
		t.Finding.Summary = t.Finding.Summary.Fill(t.Values)
		if t.ResetClass == flow.ResetNoSocket && t.Client.FinTime == 0 {
			t.Note(say("The RST is bare, as from a kernel without such a connection: the client crashed, its own end of the connection was lost on the way, or somebody had reset it in the server's name (a capture at the client tells).",
				"这个 RST 不带 ACK，像是内核里没有这条连接：客户端崩溃了，它自己的结束报文在途中丢失，或有人以服务端名义重置了它（在客户端抓包可分辨）。"))
		}
		t.Show(say("RST from {client}", "来自 {client} 的 RST"), t.resetFrames(flow.Originator)...)
		t.Show(say("its last data before", "此前客户端的最后数据"), t.dataBefore(flow.Originator, t.ResetFrame))
		t.Show(say("the client's own FIN", "客户端自己的 FIN"), t.Client.FinFrame)
		t.Show(say("what the server still sent", "服务端此后仍在发送的报文"), t.framesAfter(flow.Responder, t.ResetFrame)...)
	},
})

// roundSeconds returns a wait in seconds if it is a whole number of them, or of tens
// above twenty: timers end a few milliseconds late, and people choose such numbers.
func roundSeconds(d time.Duration) (string, bool) {
	n := d.Round(time.Second)
	whole := n >= time.Second && (n <= 20*time.Second || n%(10*time.Second) == 0)
	return strconv.Itoa(int(n / time.Second)), whole && (d-n).Abs() <= max(10*time.Millisecond, n/200)
}

// patience is how long a client may wait before its giving up is no longer the
// story, but the server's silence: the shortest timeouts of HTTP clients and load
// balancers are five seconds.
const patience = 5 * time.Second
