package diagnose

import (
	"strconv"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// waited returns how long the client's last request went without an answer: until
// the client gave up, or the capture ended.
func (s *Subject) waited() time.Duration {
	end := s.run.quality.Last
	if s.Client.FinTime != 0 {
		end = s.Client.FinTime
	}
	if s.ResetFrame != 0 && s.Reset < end {
		end = s.Reset
	}
	return end.Sub(s.Client.LastData)
}

// oneRequest reports whether the client's data came as one burst, as a request
// does, rather than as a stream to which no answer is due.
func (s *Subject) oneRequest() bool {
	return s.Client.LastData.Sub(s.Client.FirstData) < max(oneBurst, slowRTTs*s.RTT())
}

var _ = register(&Rule{
	ID: "server-app-silent", Stage: StageData, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultServerApp,
	Title:   say("Connected, request acknowledged, and no answer ever", "已连接，请求被确认，但始终没有应答"),
	Verdict: say("server application silent", "服务端应用沉默"),
	Doc: say("The server's kernel does all that kernels do: it completes the handshake and acknowledges the request. The application never answers. It may be stuck (deadlock, long garbage collection, SIGSTOP), waiting for something behind it, or it has not accepted the connection at all: those in the accept queue look just like this.",
		"服务端内核做了内核该做的一切：完成握手，确认请求。应用却从不应答。它可能卡住了（死锁、长时间 GC、SIGSTOP），在等后面的依赖，或根本没有 accept 这条连接：停在 accept 队列里的连接看起来就是这样。"),
	Recognised: say("Handshake complete, the request acknowledged, not one byte from the server for at least three seconds until the client gives up or the capture ends.", "握手完成，请求被确认，至少三秒内服务端没有一个字节，直到客户端放弃或抓包结束。"),
	Summary: say("{client} connected to {server} ① and sent {requestLen} bytes, which the server's kernel acknowledged ②. In the {wait} that followed the application sent nothing. Network and kernel work; look at the process.",
		"{client} 连接到 {server} ① 并发送 {requestLen} 字节，服务端内核予以确认 ②。随后 {wait} 内应用没有发送任何东西。网络与内核都正常；请看进程。"),
	LookAlikes: []LookAlike{
		apart("packet-loss", "The request was acknowledged: it did not get lost.", "请求已被确认：没有丢失。"),
		apart("handshake-done-server-ignores", "The server's kernel acknowledges.", "服务端内核有确认。"),
		maybe("slow-server", "With more patience an answer might have come.", "再多等一会儿也许会有应答。"),
		maybe("accept-queue-overflow", "If the application does not accept at all, SYNs will be dropped next.", "如果应用根本不 accept，接下来 SYN 会被丢弃。"),
	},
	Corroborate: true,
	Confirm: []analyzer.Confirmation{
		on(onServer, "ss -lnt 'sport = :{port}'; ss -tnp state established 'sport = :{port}'", say("Recv-Q of the listener above 0: connections wait for accept(). Recv-Q of the connection above 0: the request lies unread.", "监听套接字 Recv-Q 大于 0：连接在等 accept()。连接的 Recv-Q 大于 0：请求尚未被读取。")),
		on(onServer, "ps -o pid,stat,wchan -p PID", say("T (stopped), D (waiting for disk); in a stack dump, all threads waiting for the same thing.", "T（已停止）、D（等待磁盘）；栈转储中所有线程都在等同一件事。")),
	},
	Fix: []analyzer.Text{say("Restart or mend the stuck process; find what it waits for (database, lock, upstream) and give that wait a timeout.", "重启或修复卡住的进程；查明它在等什么（数据库、锁、上游），并为这种等待设置超时。")},
	ExplainedBy: []string{"upstream-down-behind-proxy", "server-closed-without-answer", "mtu-blackhole", "zero-window", "client-abort", "peer-vanished",
		"idle-timeout-blackhole", "keepalive-unanswered", "http-503-from-proxy", "tls-alert"},
	Needs: completed | answered | withData,
	Check: func(s *Subject) (Match, bool) {
		if !s.Completed() || s.ServerSpoke() || !s.RequestAcked() || !s.oneRequest() || s.Server.Flags&flow.SawFIN != 0 && !s.gaveUpFirst() ||
			s.ResetFrame != 0 && s.ResetBy == flow.Responder || s.Mute(s.ServerAddr) {
			return Match{}, false
		}
		gaveUp := s.Client.Proto != flow.ProtoUnknown && s.Client.FinTime != 0
		if wait := s.waited(); wait < max(silence, slowRTTs*s.RTT()) {
			return Match{Level: Possible}, gaveUp && wait >= max(slowFloor, slowRTTs*s.RTT()) // some clients' patience ends sooner
		}
		if s.app().RequestMissing > 0 || s.run.cap < Certain && s.Trouble.Sent[flow.Originator].LostSegments > 0 {
			return Match{}, false // the request is not complete; or this capture lost packets of the connection, perhaps the answer
		}
		if s.ResetFrame == 0 && s.Client.FinTime == 0 && s.waited() < shortWait {
			return Match{Level: Possible, Weak: s.Client.Proto == flow.ProtoUnknown}, true // the capture ended: it may be slow
		}
		if s.Client.Proto == flow.ProtoUnknown && s.ResetFrame == 0 && (s.Client.FinTime == 0 || s.readsOn()) {
			return Match{Level: Possible, Weak: true}, s.Client.FinTime == 0 // nobody gave up; or the server was reading: as with a log that is sent one way
		}
		return Match{Level: Likely}, true
	},
	Tell: func(t *Telling) {
		t.Set("wait", Duration(t.waited()))
		t.Show(say("the handshake", "握手"), t.SynFrame, t.SynAckFrame, t.AckFrame)
		t.Show(say("the request and its acknowledgment", "请求及其确认"), append(t.dataFrames(flow.Originator), t.firstAckAfter(t.Client.LastDataFrame))...)
		if n := t.run.countAt(t.Flow.Server(), "accept-queue-overflow") + t.run.countAt(t.Flow.Server(), "syn-reached-server-no-reply") + t.run.countAt(t.Flow.Server(), "handshake-done-server-ignores"); n > 0 {
			t.Set("dropped", strconv.Itoa(n))
			t.Note(say("Further connections to this port ({dropped}) are not even taken: these here may wait in a full accept queue.", "到该端口的另外 {dropped} 条连接甚至没有被接受：这里的这些可能正排在已满的 accept 队列中。"))
		} else if t.Match.Weak {
			t.Finding.Severity = analyzer.SeverityWarning // no answer may be due
		}
		if t.Client.FinFrame != 0 {
			t.Show(say("the client gives up after {wait}", "客户端在 {wait} 之后放弃"), t.Client.FinFrame)
			if n, ok := roundSeconds(t.waited()); ok {
				t.Set("seconds", n)
				t.Note(say("The client gave up after {seconds} s sharp: its timeout.", "客户端正好在 {seconds} 秒后放弃：这是它的超时。"))
			}
		}
	},
})

// firstAckAfter returns the server's first packet after a frame.
func (s *Subject) firstAckAfter(frame uint32) uint32 {
	if f := s.framesAfter(flow.Responder, frame); len(f) > 0 {
		return f[0]
	}
	return 0
}

// shortWait is what slow answers and long polls take; most clients wait longer.
const shortWait = 30 * time.Second

// readsOn reports that the server closed as soon as the client had: its application
// was not stuck.
func (s *Subject) readsOn() bool {
	return s.Server.FinTime != 0 && s.Server.FinTime.Sub(s.Client.FinTime) < s.RTT()+rtoMin
}

// gaveUpFirst reports that the client closed before the server did.
func (s *Subject) gaveUpFirst() bool {
	return s.Client.FinTime != 0 && s.Client.FinTime < s.Server.FinTime
}
