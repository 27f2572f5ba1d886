package diagnose

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

const (
	// forgottenRun repetitions over at least synPatience are more than a lost
	// segment or two: the host, or the way to it, was gone for a time.
	forgottenRun = 2
)

var _ = register(&Rule{
	ID: "host-restarted", Stage: StageReset, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultServerHost,
	Title:   say("{serverAddr} was silent for {away}, and then knew nothing of the connection: restarted?", "{serverAddr} 沉默了 {away}，之后对该连接一无所知：重启过？"),
	Verdict: say("forgotten after an outage", "中断之后被遗忘"),
	Doc: say("Data is repeated for seconds without any answer; when an answer comes at last, it is a bare RST: a kernel that has no such connection. The host was restarted, or the address (a pod's, a floating one) has moved to another host that starts with no connections. A server that gave the connection up by itself during an outage of the path (TCP_USER_TIMEOUT, keep-alives) answers in the same way.",
		"数据重发数秒没有任何应答；终于等来的却是不带 ACK 的 RST：内核没有这样的连接。主机重启了，或该地址（Pod 地址、浮动地址）已移到另一台没有任何连接的主机上。若服务端在路径中断期间自行放弃了连接（TCP_USER_TIMEOUT、keep-alive），表现也相同。"),
	Recognised: say("On a connection that had worked, the same data is sent at least three times over three seconds with nothing coming back, and then answered with a RST without ACK, window 0.",
		"在曾正常工作的连接上，同样的数据在三秒以上发送至少三次而没有任何返回，随后得到一个不带 ACK、窗口为 0 的 RST。"),
	Summary: say("The connection from {client} to {server} worked. Then the client's data was repeated {run} times over {away} without any answer ①, until {serverAddr} answered with a bare RST ②: it has no such connection any more. {next}",
		"从 {client} 到 {server} 的连接原本正常。随后客户端的数据在 {away} 内重发 {run} 次没有任何应答 ①，直到 {serverAddr} 回了一个不带 ACK 的 RST ②：它已没有这条连接。{nextZh}"),
	LookAlikes: []LookAlike{
		apart("idle-timeout-rst", "The connection was in use, and the host did not answer for seconds before it reset.", "连接正在使用，且主机在重置之前有数秒没有应答。"),
		apart("server-abort", "A live socket's owner resets with ACK; here the kernel knows no socket.", "活动套接字的拥有者发出的 RST 带 ACK；这里内核根本没有该套接字。"),
		maybe("path-outage", "After an outage of the path the server may have given up by itself; its uptime tells.", "路径中断之后服务端也可能自行放弃；看其运行时间。"),
	},
	Corroborate: true,
	Confirm: []analyzer.Confirmation{
		on(onServer, "uptime -s; last -x reboot | head -3; journalctl --list-boots | tail -2", say("Booted within that silence.", "在那段沉默期间启动。")),
		on(say("cluster", "集群"), "kubectl get pod -A -o wide | grep {serverAddr}; kubectl get events -A --sort-by=.lastTimestamp | tail", say("The pod was started, or got this address, at that time.", "该 Pod 在那时启动，或在那时获得此地址。")),
	},
	Fix: []analyzer.Text{say("Let clients connect again after a reset; drain connections before a planned restart; give moving addresses to hosts only when the old one has closed its connections.",
		"客户端在被重置后应重新连接；计划内重启前先排空连接；浮动地址应在旧主机关闭连接之后再移动。")},
	Needs: wasReset | troubled,
	Check: func(s *Subject) (Match, bool) {
		x := &s.Trouble.Sent[flow.Originator]
		if s.ResetFrame == 0 || s.ResetBy != flow.Responder || s.ResetClass != flow.ResetNoSocket || !s.Established() || s.Server.Packets < 3 ||
			s.Server.Flags&flow.SawFIN != 0 || s.Trouble.ForeignSegments > 0 || s.Mute(s.ServerAddr) {
			return Match{}, false
		}
		if x.Run < forgottenRun || s.ResetFrame <= x.RunFrame || s.Reset.Sub(x.RunStart) < synPatience || s.spokeBetween(flow.Responder, x.RunFrame, s.ResetFrame) {
			return Match{}, false
		}
		return Match{Level: Possible}, true
	},
	Tell: func(t *Telling) {
		x := &t.Trouble.Sent[flow.Originator]
		t.Set("run", number(int(x.Run)))
		t.Set("away", Duration(t.Reset.Sub(x.RunStart)))
		t.Set("next", "")
		t.Set("nextZh", "")
		t.Show(say("the same data, again and again", "同样的数据一再发送"), t.eventFrames(flow.Originator, analyzer.Retransmission)...)
		t.Show(say("RST from {server}", "来自 {server} 的 RST"), t.resetFrames(flow.Responder)...)
		t.tellMeanwhile(flow.Originator)
		for id := range t.run.primary {
			f := t.run.Tracker.Flow(id)
			if f.ServerAddr == t.ServerAddr && f.Start > t.Reset && f.AckFrame != 0 {
				t.Set("next", "A new connection, "+Duration(f.Start.Sub(t.Reset))+" later, is accepted ③.")
				t.Set("nextZh", Duration(f.Start.Sub(t.Reset))+" 之后的新连接被接受 ③。")
				t.Show(say("the next connection", "下一条连接"), f.SynFrame, f.SynAckFrame)
				break
			}
		}
	},
})

// spokeBetween reports whether a side sent anything between two frames.
func (s *Subject) spokeBetween(d flow.Dir, from, to uint32) bool {
	for e := range s.run.Tracker.Entries(s.Flow) {
		if e.Dir == d && e.Frame > from && e.Frame < to && e.Events&(analyzer.Copy|analyzer.Foreign) == 0 {
			return true
		}
	}
	return false
}
