package diagnose

import (
	"cmp"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

// cookieCount is how many attempts a server must have answered once and no more:
// fewer may have fallen out of a queue for reasons of their own.
const cookieCount = 10

var _ = register(&Rule{
	ID: "syn-cookies", Stage: StageRemark, Class: analyzer.Info, Severity: analyzer.SeverityInfo, Fault: analyzer.FaultServerHost,
	Title:   say("{server} answers with SYN cookies", "{server} 以 SYN cookie 应答"),
	Verdict: say("answered with a SYN cookie", "以 SYN cookie 应答"),
	Doc: say("When its SYN queue is full, a Linux server (net.ipv4.tcp_syncookies=1) keeps no state for further SYNs: it puts what it must remember into the SYN-ACK's sequence number and forgets the attempt. Such a SYN-ACK is never repeated. Clients that answer get in all the same; without timestamps they lose window scaling and SACK, and if their ACK gets lost they think they are connected while the server knows nothing.",
		"SYN 队列已满时，Linux 服务端（net.ipv4.tcp_syncookies=1）不再为后续 SYN 保存状态：它把需要记住的内容放进 SYN-ACK 的序列号，然后忘掉这次尝试。这样的 SYN-ACK 从不重发。作出应答的客户端照样能接入；但若没有时间戳，窗口缩放与 SACK 会丢失；若它们的 ACK 丢失，客户端以为已连上，而服务端一无所知。"),
	Recognised: say("Within ten seconds at least ten SYN-ACKs of one listener stayed unanswered and were not repeated although the capture went on for seconds, and other clients of that listener got in meanwhile or later.",
		"十秒内同一监听端至少有十个 SYN-ACK 未得到应答，而抓包又继续了数秒，却没有重发；同时或之后其他客户端能够接入。"),
	Summary: say("{server} answered {n} attempts within {span} once ① and never repeated those SYN-ACKs, although nobody took them up; {done} other connections to it were set up ②. So it keeps no state for them: its SYN queue is full, and SYN cookies do their work. {cut}",
		"{server} 在 {span} 内对 {n} 次尝试各应答一次 ①，虽无人回应也从不重发这些 SYN-ACK；另有 {done} 条到它的连接成功建立 ②。可见它没有为这些尝试保存状态：SYN 队列已满，SYN cookie 正在起作用。{cutZh}"),
	LookAlikes: []LookAlike{
		apart("syn-queue-overflow", "Every SYN was answered.", "每个 SYN 都得到了应答。"),
		apart("synack-unanswered", "A server that keeps state repeats its SYN-ACK after a second.", "保存了状态的服务端会在一秒后重发 SYN-ACK。"),
		maybe("window-scaling-lost", "A device that answers SYNs for the server (a SYN proxy) uses cookies as well.", "代服务端应答 SYN 的设备（SYN 代理）也会使用 cookie。"),
	},
	Confirm: []analyzer.Confirmation{on(onServer, "nstat -az TcpExtSyncookiesSent TcpExtSyncookiesRecv TcpExtTCPReqQFullDoCookies # twice; sysctl net.ipv4.tcp_syncookies; dmesg | grep -i 'sending cookies'",
		say("SyncookiesSent rises.", "SyncookiesSent 增长。"))},
	Fix: []analyzer.Text{say("Nothing is broken by it. Find who sends the SYNs; if they are wanted, raise the listen backlog, net.core.somaxconn and tcp_max_syn_backlog together.",
		"它本身并不造成故障。查明 SYN 的来源；若是正常访问，同时调大 listen backlog、net.core.somaxconn 与 tcp_max_syn_backlog。")},
	Survey: func(v *Survey) {
		for _, ids := range v.unrepeated() {
			for _, id := range ids {
				v.Claim(id, Match{Level: Possible})
			}
		}
	},
	Tell: tellCookies,
})

// unrepeated returns, by listener, the attempts that were answered once and
// forgotten, where others got in after the first of them.
func (v *Survey) unrepeated() map[flow.Endpoint][]uint32 {
	once, done := map[flow.Endpoint][]uint32{}, map[flow.Endpoint]analyzer.Timestamp{}
	for id, has := range v.traits {
		if has&(asked|answered|completed|wasReset) != asked|answered {
			continue
		}
		f := v.Tracker.Flow(id)
		x := v.Tracker.Trouble(f)
		if f.SynCount != 1 || x.SynAckRepeats > 0 || x.ICMP.Count > 0 || v.quality.Last.Sub(f.SynAck) < synPatience || v.facts.mute[f.ClientAddr] {
			continue
		}
		if at := f.Server(); len(once[at]) > 0 || len(once) < maxMute {
			once[at] = append(once[at], uint32(id))
		}
	}
	for at, ids := range once {
		if len(ids) < cookieCount {
			delete(once, at)
		}
	}
	if len(once) == 0 {
		return nil
	}
	for id, has := range v.traits {
		if !has.has(asked | answered | completed) {
			continue
		}
		if f := v.Tracker.Flow(id); len(once[f.Server()]) > 0 && !v.facts.mute[f.ClientAddr] {
			done[f.Server()] = max(done[f.Server()], f.AckTime)
		}
	}
	start := func(id uint32) analyzer.Timestamp { return v.Tracker.Flow(int(id)).Start }
	for at, ids := range once {
		analyzer.Sort(ids, func(a, b uint32) int { return cmp.Compare(start(a), start(b)) })
		if !v.crowded(ids) || done[at] < start(ids[0]) {
			delete(once, at)
		}
	}
	return once
}

// crowded reports whether cookieCount of the attempts came within floodSpan.
func (v *Survey) crowded(ids []uint32) bool {
	for i := cookieCount - 1; i < len(ids); i++ {
		if v.Tracker.Flow(int(ids[i])).Start.Sub(v.Tracker.Flow(int(ids[i-cookieCount+1])).Start) <= floodSpan {
			return true
		}
	}
	return false
}

func tellCookies(t *Telling) {
	first, last := t.Start, t.Start
	var answers []uint32
	cut := 0
	for _, id := range t.Flows {
		f := t.run.Tracker.Flow(id)
		first, last = min(first, f.Start), max(last, f.Start)
		if len(answers) < maxEvidenceFrames {
			answers = append(answers, f.SynAckFrame)
		}
		const lost = wire.OptWScale | wire.OptSACKPerm
		if f.Sides[flow.Originator].Options&^f.Sides[flow.Responder].Options&lost == lost {
			cut++
		}
	}
	done := 0
	var joined []uint32
	for id := range t.run.primary {
		if f := t.run.Tracker.Flow(id); f.Server() == t.Flow.Server() && f.AckFrame != 0 && f.AckTime >= first {
			if done++; len(joined) < maxEvidenceFrames {
				joined = append(joined, f.AckFrame)
			}
		}
	}
	t.Set("span", Duration(last.Sub(first)))
	t.Set("done", number(done))
	t.Set("cut", "")
	t.Set("cutZh", "")
	if cut > 0 {
		t.Set("cut", number(cut)+" of the SYN-ACKs lack the window scaling and SACK that the SYN offered: a cookie without timestamps has no room for them.")
		t.Set("cutZh", "其中 "+number(cut)+" 个 SYN-ACK 缺少 SYN 所提供的窗口缩放与 SACK：没有时间戳的 cookie 容不下它们。")
	}
	t.Show(say("SYN-ACKs that were sent once", "只发送一次的 SYN-ACK"), answers...)
	t.Show(say("others that got in", "成功接入的其他连接"), joined...)
}
