package diagnose

import (
	"slices"
	"strconv"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

var _ = register(&Rule{
	ID: "slow-server", Stage: StageTiming, Class: analyzer.Sick, Severity: analyzer.SeverityWarning, Fault: analyzer.FaultServerApp,
	Title:   say("Slow answer: the server thinks for {think}", "应答缓慢：服务端思考了 {think}"),
	Verdict: say("slow server", "服务端缓慢"),
	Doc: say("The request is acknowledged at the speed of the network, and the first byte of the answer comes much later. The time in between is spent in the application or in what it waits for, not on the path.",
		"请求以网络的速度被确认，而应答的首字节很久之后才来。中间的时间花在应用或它所等待的依赖上，而不是路径上。"),
	Recognised: say("At least a second, and at least ten round trips of this connection, from the last byte of a request to the first byte of its answer, without losses or a closed window in between.",
		"从请求的最后一字节到应答的首字节至少一秒，且至少是该连接往返时间的十倍，其间没有丢包或窗口关闭。"),
	Summary: say("{client} had to wait {think} for the first byte of an answer from {server} ①②. The round trip takes {rtt}, and the request was acknowledged at once, so the time was spent in the application or behind it.",
		"{client} 等了 {think} 才收到 {server} 应答的首字节 ①②。往返时间只有 {rtt}，请求也被立即确认，所以时间花在应用或其后端。"),
	LookAlikes: []LookAlike{
		apart("packet-loss", "Nothing was repeated in that time.", "这段时间内没有重传。"),
		apart("high-rtt", "The wait is many round trips long.", "等待时间是往返时间的很多倍。"),
		apart("zero-window", "No window was closed.", "没有窗口关闭。"),
		maybe("healthy", "A long poll waits for news by design; it is known by the next request that follows each late answer at once.", "长轮询本来就要等待消息；其特征是每次迟到的应答之后立即跟着下一个请求。"),
	},
	Confirm: []analyzer.Confirmation{
		ask(onServer, "The application's access log with durations: the request with about {think}.", "应用的访问日志（含耗时）：该请求耗时约 {think}。"),
		on(onServer, "tcpdump -ni any host not {clientAddr}", say("What the application asks of others (database, upstream) in that time.", "应用在这段时间里向其他系统（数据库、上游）请求了什么。")),
	},
	Fix: []analyzer.Text{say("Profile the request in the application; look first at what it calls. If several connections wait until the same moment, something blocked them all (lock, garbage collection, stopped process).", "在应用中剖析该请求；先看它调用了什么。若多条连接都等到同一时刻，说明有东西把它们一起卡住了（锁、GC、进程停止）。")},
	ExplainedBy: []string{"packet-loss", "zero-window", "mtu-blackhole", "client-abort", "upstream-down-behind-proxy", "accept-queue-overflow", "http-503-from-proxy",
		"idle-timeout-rst", "stale-connection-reuse", "path-outage"},
	Needs: slow,
	Check: func(s *Subject) (Match, bool) {
		if s.Think()-s.leap() < max(slowFloor, slowRTTs*s.quickestAnswer()) || !s.answerDue() || s.Mute(s.ServerAddr) || s.Mute(s.ClientAddr) {
			return Match{}, false
		}
		for _, d := range []flow.Dir{flow.Originator, flow.Responder} {
			if x := &s.Trouble.Sent[d]; x.Stall > s.Think()/4 || x.ZeroWindowLongest > s.Think()/4 || x.LostSegments > 0 && s.run.cap < Certain {
				return Match{}, false
			}
		}
		if s.Client.Proto == flow.ProtoTLS { // what was said cannot be read
			if s.lastData(flow.Originator, s.ThinkFrame).DataLen <= frameLen {
				return Match{Level: Possible}, true // perhaps no question, and the answer news: a chat, a stream of HTTP/2
			}
			return Match{Level: Likely}, true
		}
		return Match{Level: Certain}, true
	},
	Tell: func(t *Telling) {
		t.Set("think", Duration(t.Think()))
		if _, ok := t.HandshakeRTT(); !ok {
			t.Set("rtt", Duration(time.Millisecond)+" (?)")
		}
		if n, half := t.otherThinks(); n >= corroboration {
			t.Set("others", strconv.Itoa(n))
			t.Set("half", Duration(half))
			t.Note(say("Half of the {others} other connections to it that were answered waited {half} or less.", "到它的另外 {others} 条得到应答的连接中，一半的等待不超过 {half}。"))
		}
		t.Show(say("the last byte of the request", "请求的最后一字节"), t.dataBefore(flow.Originator, t.ThinkFrame))
		t.Show(say("the first byte of the answer, {think} later", "应答的首字节，{think} 之后"), t.ThinkFrame)
	},
})

// quickestAnswer returns the round trip time; where the handshake was not seen, the
// shortest time in which a segment of the client's was acknowledged.
func (s *Subject) quickestAnswer() time.Duration {
	if _, ok := s.HandshakeRTT(); !ok {
		if x := s.run.Tracker.Stats(s.Flow).Sides[flow.Originator].RTT; x.Samples > 0 {
			return x.Min
		}
	}
	return s.RTT()
}

// otherThinks returns how many other connections to the same service were answered,
// and the median of the longest that each of them waited.
func (t *Telling) otherThinks() (int, time.Duration) {
	var waits []time.Duration
	for id, service := range t.run.placed().service {
		if service != t.run.placed().service[t.ID] {
			continue
		}
		f := t.run.Tracker.Flow(id)
		if _, mine := slices.BinarySearch(t.Flows, id); !mine && f.Think() > 0 {
			waits = append(waits, f.Think())
		}
	}
	if len(waits) == 0 {
		return 0, 0
	}
	slices.Sort(waits)
	return len(waits), waits[len(waits)/2]
}

// pushFloor: a wait this long before the server speaks again is as likely news that
// it sends of its own accord (chat, subscriptions, long polls) as an answer.
const pushFloor = time.Minute

// answerDue reports that what the server said after its longest silence can be
// taken for the answer to what the client had said before: the protocol is one of
// requests and answers, or it was the very first exchange.
func (s *Subject) answerDue() bool {
	if s.Flags&flow.Polled != 0 {
		return false
	}
	switch s.Client.Proto {
	case flow.ProtoHTTP:
		a := s.app()
		return a.Status != flow.SwitchingProtocols || s.ThinkFrame <= a.StatusFrame
	case flow.ProtoTLS:
		return s.Think() < pushFloor && s.Flags&flow.Unprompted == 0
	}
	return s.ThinkFrame == s.Server.FirstDataFrame && s.Think() < pushFloor && s.Flags&flow.Midstream == 0
}
