package diagnose

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

// afterIdle reports whether the connection was used, then idle, and then someone
// spoke again; who, is Trouble.IdleBy.
func (s *Subject) afterIdle() bool {
	return s.Trouble.Idle >= idleFloor && s.Payload() > 0 && s.Server.Flags&flow.SawFIN == 0 && s.Client.Flags&flow.SawFIN == 0
}

const idleTimers = "conntrack -L -p tcp --dport {port}; sysctl net.netfilter.nf_conntrack_tcp_timeout_established"

var _ = register(&Rule{
	ID: "idle-timeout-rst", Stage: StageReset, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultPath,
	Title:   say("After {idle} of idleness the connection is reset at the first word", "空闲 {idle} 之后，连接在第一句话时就被重置"),
	Verdict: say("reset after idle time", "空闲后被重置"),
	Doc: say("A NAT, firewall or load balancer keeps a state for each connection and forgets it after an idle time (AWS NLB and NAT gateway 350 s, Azure 4 min, many firewalls 60 min). The next segment meets a device or a host that knows nothing of the connection, and is answered with RST. A host that was restarted in the meantime answers in the same way.",
		"NAT、防火墙或负载均衡为每条连接保存状态，空闲一段时间后遗忘（AWS NLB 与 NAT 网关 350 秒、Azure 4 分钟、许多防火墙 60 分钟）。之后的报文遇到的设备或主机对该连接一无所知，于是以 RST 回应。其间重启过的主机也会这样回应。"),
	Recognised: say("An established connection that carried data, silent for seconds or more, then a segment that is answered with RST, with nothing acknowledged in between.", "已建立且传输过数据的连接静默若干秒或更久，之后的第一个报文段被 RST 回应，其间没有任何确认。"),
	Summary: say("The connection from {client} to {server} was silent for {idle}; the first segment after that ① was answered with RST {delay} later ②. Somebody had forgotten the connection: a NAT, firewall or load balancer with an idle timeout of at most {idle}, or a host that lost its state.",
		"从 {client} 到 {server} 的连接静默了 {idle}；之后的第一个报文段 ① 在 {delay} 后被 RST 回应 ②。有人忘了这条连接：空闲超时不超过 {idle} 的 NAT、防火墙或负载均衡，或丢失了状态的主机。"),
	LookAlikes: []LookAlike{
		apart("upstream-down-behind-proxy", "The connection had worked before.", "该连接此前工作正常。"),
		apart("stale-connection-reuse", "The server had not closed.", "服务端没有关闭。"),
		maybe("server-abort", "A restarted server answers in the same way; its uptime tells.", "重启过的服务端也会这样回应；看其运行时间。"),
	},
	Corroborate: true,
	Confirm:     []analyzer.Confirmation{on(onRouter, idleTimers, say("A timeout just below {idle}, there or on another NAT, firewall or load balancer of the path. The same idle time on several connections is the proof.", "那里，或路径上其他 NAT、防火墙、负载均衡器上，有略小于 {idle} 的超时。多条连接的空闲时间相同即为证据。"))},
	Fix:         []analyzer.Text{say("Send keep-alives more often than the shortest timeout (SO_KEEPALIVE with TCP_KEEPIDLE, or pings of the protocol), or close idle connections in the pool before it.", "以比最短超时更短的间隔发送 keep-alive（SO_KEEPALIVE 配合 TCP_KEEPIDLE，或协议层 ping），或让连接池在此之前关闭空闲连接。")},
	ExplainedBy: []string{"stale-connection-reuse", "midflow-wrong-source", "host-restarted", "accept-queue-overflow", "handshake-ack-lost", "handshake-done-server-ignores"},
	Needs:       wasReset | troubled,
	Check: func(s *Subject) (Match, bool) {
		if !s.afterIdle() || s.ResetFrame == 0 || s.ResetBy == s.Trouble.IdleBy || s.Reset < s.Trouble.IdleEnd || s.IsKeepAliveFailure() {
			return Match{}, false
		}
		if s.Client.Proto != flow.ProtoUnknown && !s.ServerSpoke() {
			return Match{}, false // not idle: it waited for an answer that never came
		}
		by := s.Trouble.IdleBy
		if s.Trouble.AfterIdle[by.Other()] > 1+resetsOf(s.Trouble, by.Other()) || s.ResetFrame == s.Trouble.IdleFrame ||
			s.ResetAfter(s.Trouble.IdleEnd) > promptReset+slowRTTs*s.RTT() || s.Unread(by) == 0 && s.Sides[by].LastData >= s.Trouble.IdleEnd && s.ResetClass == flow.ResetAbort {
			return Match{}, false
		}
		return Match{Level: Likely}, true
	},
	Tell: func(t *Telling) {
		t.Set("idle", Duration(t.Trouble.Idle))
		t.Set("delay", Duration(t.ResetAfter(t.Trouble.IdleEnd)))
		t.Show(say("the first segment after {idle}", "静默 {idle} 之后的第一个报文段"), t.Trouble.IdleFrame)
		t.Show(say("RST", "RST"), t.ResetFrame)
		if differs(t.Sides[t.ResetBy].TTL, t.Trouble.ResetTTL) {
			t.Note(say("The RST's time to live differs from that of the host's earlier packets: it comes from a device on the way.", "RST 的 TTL 与该主机此前报文不同：它来自途中的设备。"))
		}
	},
})

var _ = register(&Rule{
	ID: "idle-timeout-blackhole", Stage: StageData, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultPath,
	Title:   say("After {idle} of idleness the connection is dead: nothing gets through any more", "空闲 {idle} 之后连接已死：再没有任何报文通过"),
	Verdict: say("dead after idle time", "空闲后失效"),
	Doc: say("As idle-timeout-rst, but the device that forgot the connection drops its packets in silence (a stateful firewall, a cloud NAT without TCP reset). The sender repeats its data with back-off until it gives up, minutes later.",
		"与 idle-timeout-rst 相同，但遗忘连接的设备静默丢弃其报文（状态防火墙、未启用 TCP reset 的云 NAT）。发送方按退避重发数据，直到几分钟后放弃。"),
	Recognised: say("An established connection that carried data, silent for seconds or more; then data that is repeated at least three times, with nothing coming back.", "已建立且传输过数据的连接静默若干秒或更久；之后的数据至少重发三次，没有任何返回。"),
	Summary: say("The connection from {client} to {server} was silent for {idle}. The data after that ① was sent again {run} times ② and nothing came back. A stateful device on the way has most likely forgotten the connection and drops in silence.",
		"从 {client} 到 {server} 的连接静默了 {idle}。之后的数据 ① 重发了 {run} 次 ②，没有任何返回。很可能是途中的有状态设备遗忘了连接并静默丢弃。"),
	LookAlikes: []LookAlike{
		apart("packet-loss", "Not a share of the packets is lost, but all of them, from the idle time on.", "不是丢了一部分，而是空闲之后全部丢失。"),
		apart("server-app-silent", "Not even the server's kernel acknowledges.", "连服务端内核都没有确认。"),
		maybe("peer-vanished", "A host that went down in the idle time looks the same; other connections to it tell.", "空闲期间宕机的主机看起来一样；看到它的其他连接即可分辨。"),
	},
	Corroborate: true,
	Confirm:     []analyzer.Confirmation{on(onRouter, idleTimers, say("A timeout below {idle}, there or on another NAT, firewall or load balancer of the path.", "那里，或路径上其他 NAT、防火墙、负载均衡器上，有小于 {idle} 的超时。"))},
	Fix:         []analyzer.Text{say("Keep-alives more often than the shortest timeout on the path; TCP_USER_TIMEOUT so that the application learns of it sooner.", "以小于路径上最短超时的间隔发送 keep-alive；设置 TCP_USER_TIMEOUT 使应用更早得知。")},
	Needs:       troubled,
	Check: func(s *Subject) (Match, bool) {
		by := s.Trouble.IdleBy
		x := &s.Trouble.Sent[by]
		d, ok := s.vanished()
		if !ok || d != by.Other() || s.Payload() == 0 || s.closedBeforeRun(d, by) {
			return Match{}, false
		}
		// Back-off makes pauses, too: the idle time must lie before the repeated data.
		idle := x.RunStart.Sub(s.lastHeard(by, x.RunStart))
		if idle < idleFloor || x.WindowFulls > 0 && x.RunLen >= uint32(s.Sides[d].Window) { // it filled the last of a shrinking window: the reader hangs
			return Match{}, false
		}
		return Match{Level: Likely}, true
	},
	Tell: func(t *Telling) {
		by := t.Trouble.IdleBy
		x := &t.Trouble.Sent[by]
		t.Set("idle", Duration(x.RunStart.Sub(t.lastHeard(by, x.RunStart))))
		t.Set("run", number(int(x.Run)))
		t.Show(say("the first data after the idle time", "空闲之后的首个数据"), t.dataBefore(by, x.RunFrame))
		t.Show(say("the same data again", "同样的数据再次发送"), t.eventFrames(by, analyzer.Retransmission)...)
	},
})

// lastHeard returns when the peer of a side last sent something before a moment.
func (s *Subject) lastHeard(by flow.Dir, before analyzer.Timestamp) analyzer.Timestamp {
	return min(s.Sides[by.Other()].Last, before)
}

// vanished reports whether one side stopped answering for good: the other repeats
// its data in vain to the end. It returns who is silent.
func (s *Subject) vanished() (flow.Dir, bool) {
	if !s.Established() || s.Flags&flow.Midstream != 0 && s.Payload() == 0 {
		return 0, false
	}
	for _, by := range []flow.Dir{flow.Originator, flow.Responder} {
		x := &s.Trouble.Sent[by]
		silent := &s.Sides[by.Other()]
		few := x.Run < deadRun && !(x.Run == deadRun-1 && x.RunLast.Sub(x.RunStart) >= synPatience)
		if few || s.Unread(by) == 0 || silent.Packets == 0 || s.Mute(sideAddr(s.Flow, by.Other())) {
			continue
		}
		if s.ResetFrame != 0 && s.ResetBy == by.Other() || silent.Last > x.RunStart.Add(s.RTT()+rtoMin) && !s.onlyCloses(by.Other(), x.RunFrame) || silent.Flags&flow.HadZeroWindow != 0 && s.Trouble.Sent[by.Other()].ZeroSince != 0 {
			continue
		}
		return by.Other(), true
	}
	return 0, false
}

// onlyCloses reports that all a side said after a frame is that it closes: it had got
// nothing of what was repeated to it, or it would have acknowledged that.
func (s *Subject) onlyCloses(d flow.Dir, after uint32) bool {
	if s.Sides[d].Flags&flow.SawFIN == 0 {
		return false
	}
	for e := range s.run.Tracker.Entries(s.Flow) {
		if e.Dir == d && e.Frame > after && !e.Flags.Has(wire.FIN) {
			return false
		}
	}
	return true
}

func resetsOf(t *flow.Trouble, d flow.Dir) uint16 {
	if d == flow.Originator {
		return t.ResetsByClient
	}
	return t.ResetsByServer
}
