package diagnose

import (
	"strconv"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

const (
	// floodCount attempts that no client completes, from floodSources addresses or
	// ports of few, within floodSpan, are more than a listener's usual SYN queue
	// (128 entries was the kernel's smallest default of tcp_max_syn_backlog).
	floodCount = 30
	floodSpan  = 10 * time.Second
	// floodDone is how many of the attempts may complete and it is still a flood.
	floodDone = 0.5
)

var _ = register(&Rule{
	ID: "syn-flood", Stage: StageHandshake, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultClient,
	Title:   say("Flood of SYNs to {server} that never complete", "大量永不完成的 SYN 涌向 {server}"),
	Verdict: say("part of a SYN flood", "SYN 洪泛的一部分"),
	Doc: say("Many SYNs arrive in a short time from addresses that never finish the handshake: an attack with forged addresses, a scanner, or a broken client. Each takes an entry of the SYN queue for up to a minute. With SYN cookies (default on Linux) others still get in; without, their SYNs are dropped.",
		"短时间内涌入大量从不完成握手的 SYN：伪造地址的攻击、扫描器或有缺陷的客户端。每个都会占用 SYN 队列条目最长一分钟。启用 SYN cookie（Linux 默认）时其他客户端仍能接入；否则他们的 SYN 会被丢弃。"),
	Recognised: say("At least thirty attempts to one address and port within ten seconds that were never completed by their clients, and more than half of all attempts in that time.",
		"十秒内对同一地址与端口至少三十次未被客户端完成的尝试，且占同期全部尝试的一半以上。"),
	Summary: say("{n} connection attempts to {server} within {span}, from {sources} addresses, were never completed by their clients ①. {effect}", "{span} 内对 {server} 的 {n} 次连接尝试（来自 {sources} 个地址）从未被客户端完成 ①。{effectZh}"),
	LookAlikes: []LookAlike{
		apart("synack-unanswered", "One lost path does not make so many sources fall silent at once.", "单条路径丢失不会让这么多来源同时沉默。"),
		apart("accept-queue-overflow", "The handshakes are not completed by the clients.", "是客户端没有完成握手。"),
	},
	Confirm: []analyzer.Confirmation{
		on(onServer, "nstat -az TcpExtSyncookiesSent TcpExtTCPReqQFullDrop TcpExtTCPReqQFullDoCookies; sysctl net.ipv4.tcp_syncookies; dmesg | grep -i flood", say("Cookies sent (they help), or requests dropped (they are off); \"possible SYN flooding on port {port}\".", "发送了 cookie（有效），或请求被丢弃（未启用）；“possible SYN flooding on port {port}”。")),
		on(onServer, "ss -ant state syn-recv 'sport = :{port}' | wc -l", say("Near the listen backlog.", "接近 listen backlog。")),
	},
	Fix: []analyzer.Text{say("net.ipv4.tcp_syncookies=1; larger listen backlog, somaxconn and tcp_max_syn_backlog; rate limits or scrubbing upstream; find the sender if the addresses are real.", "net.ipv4.tcp_syncookies=1；调大 listen backlog、somaxconn 与 tcp_max_syn_backlog；上游限速或清洗；若地址真实，找到发送者。")},
	Survey: func(v *Survey) {
		for _, ids := range v.floods() {
			for _, id := range ids {
				v.Claim(id, Match{Level: Likely})
			}
		}
	},
	Tell: func(t *Telling) {
		sources := map[wire.Addr]bool{}
		first, last := t.Start, t.Start
		var frames []uint32
		answered, repeated := 0, 0
		for _, id := range t.Flows {
			f := t.run.Tracker.Flow(id)
			sources[f.ClientAddr] = true
			first, last = min(first, f.Start), max(last, f.Start)
			if len(frames) < maxEvidenceFrames {
				frames = append(frames, f.SynFrame)
			}
			if f.SynAckFrame != 0 {
				answered++
				if t.run.Tracker.Trouble(f).SynAckRepeats > 0 {
					repeated++
				}
			}
		}
		t.Set("sources", count(len(sources)))
		t.Set("span", Duration(last.Sub(first)))
		t.Set("n", strconv.Itoa(len(t.Flows)))
		t.Show(say("the SYNs", "这些 SYN"), frames...)
		t.Set("effect", "While it lasts, clients that mean it may find the SYN queue full.")
		t.Set("effectZh", "在此期间，真正的客户端可能遇到 SYN 队列已满。")
		switch waited := t.Left(last) >= synPatience; {
		case answered == len(t.Flows) && repeated <= answered/2 && waited:
			t.Set("effect", "The server answered every one and sent only "+strconv.Itoa(repeated)+" of its SYN-ACKs again, as with SYN cookies: clients that mean it still get in.")
			t.Set("effectZh", "服务端应答了每一个，只重发了 "+strconv.Itoa(repeated)+" 个 SYN-ACK，这是使用 SYN cookie 的表现：真正的客户端仍能接入。")
		case answered > 0 && answered <= len(t.Flows)/2 && t.Vantage() == flow.VantageServer:
			t.Set("effect", "The server answered "+strconv.Itoa(answered)+" of them and drops the rest, as with a full SYN queue and SYN cookies off: clients that mean it are dropped, too.")
			t.Set("effectZh", "服务端只应答了其中 "+strconv.Itoa(answered)+" 个，其余被丢弃，这是 SYN 队列已满且未启用 SYN cookie 的表现：真正的客户端也会被丢弃。")
		}
	},
})

// floods returns, by listener, the attempts that make up a flood.
func (v *Survey) floods() map[flow.Endpoint][]uint32 {
	type attempts struct {
		open []uint32
		done int
	}
	by := map[flow.Endpoint]*attempts{}
	// A client that dials once and falls silent; one that repeats its SYN means it.
	silent := func(f *flow.Flow) bool {
		return f.SynCount == 1 && f.Payload() == 0 && f.ResetClass != flow.ResetOfSYN && f.Sides[flow.Originator].Packets <= 2
	}
	counts := func(f *flow.Flow) bool {
		return f.Flags&flow.SynToGroup == 0 && !v.facts.mute[f.ClientAddr] && !v.facts.mute[f.ServerAddr]
	}
	for id, x := range v.traits {
		if x&(asked|completed) != asked {
			continue
		}
		if f := v.Tracker.Flow(id); silent(f) && counts(f) {
			a := by[f.Server()]
			if a == nil {
				if len(by) >= maxMute {
					continue
				}
				a = &attempts{}
				by[f.Server()] = a
			}
			a.open = append(a.open, uint32(id))
		}
	}
	for at, a := range by {
		if len(a.open) < floodCount {
			delete(by, at)
		}
	}
	if len(by) == 0 {
		return nil
	}
	for id, x := range v.traits {
		if x&asked == 0 {
			continue
		}
		f := v.Tracker.Flow(id)
		if a := by[f.Server()]; a != nil && (x&completed != 0 || !silent(f)) && counts(f) {
			a.done++
		}
	}
	out := map[flow.Endpoint][]uint32{}
	for at, a := range by {
		if burst := v.burst(a.open); len(burst) >= floodCount && float64(a.done) <= floodDone*float64(len(burst)) {
			out[at] = burst
		}
	}
	return out
}

// burst returns the flows that belong to the densest floodSpan, with all that go on
// from it without a pause of that length.
func (v *Survey) burst(ids []uint32) []uint32 {
	if len(ids) < floodCount {
		return nil
	}
	analyzer.Sort(ids, func(a, b uint32) int {
		return int(max(-1, min(1, v.Tracker.Flow(int(a)).Start-v.Tracker.Flow(int(b)).Start)))
	})
	start := func(i int) analyzer.Timestamp { return v.Tracker.Flow(int(ids[i])).Start }
	for i := 0; i+floodCount <= len(ids); i++ {
		if start(i+floodCount-1).Sub(start(i)) <= floodSpan {
			j := i + floodCount
			for j < len(ids) && start(j).Sub(start(j-1)) <= floodSpan {
				j++
			}
			return ids[i:j]
		}
	}
	return nil
}
