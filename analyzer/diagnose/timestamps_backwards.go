package diagnose

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// oldStamps is how many segments must carry an old timestamp: one may have been
// overtaken by its successor before its number was given.
const oldStamps = 2

var _ = register(&Rule{
	ID: "timestamps-backwards", Stage: StageData, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultPath,
	Title:   say("The timestamps of {sender} go backwards, and {receiver} throws its data away", "{sender} 的时间戳倒退，{receiver} 丢弃其数据"),
	Verdict: say("data dropped for old timestamps", "数据因时间戳过旧被丢弃"),
	Doc: say("Within a connection each segment's timestamp must not be older than the one before; a receiver drops such segments and answers with an ACK of what it has (PAWS, RFC 7323 §5). Timestamps go backwards when a load balancer or proxy lets segments of two hosts into one connection, when a device rewrites some of them and not others, or after a virtual machine was moved with a broken clock.",
		"在一条连接内，报文段的时间戳不得早于前一个；接收方会丢弃这样的报文段，并用 ACK 重申自己已有的数据（PAWS，RFC 7323 §5）。时间戳倒退的原因：负载均衡或代理把两台主机的报文混入一条连接、某设备只改写了其中一部分时间戳，或虚拟机迁移后时钟出错。"),
	Recognised: say("New data of one end with a timestamp older than one that it sent before, at least twice; the other end does not acknowledge it, and it is sent again in vain at least three times.",
		"一端的新数据所带时间戳早于自己此前发过的，至少两次；另一端不予确认，数据至少重发三次仍无效。"),
	Summary: say("{sender} sent new data with timestamps older than those before ①. {receiver} takes that for an old duplicate (PAWS): it acknowledged none of it, and the data was repeated {run} times in vain ②.",
		"{sender} 用早于此前的时间戳发送新数据 ①。{receiver} 把它当作旧的重复报文（PAWS）：一点也没有确认，数据重发了 {run} 次仍无效 ②。"),
	LookAlikes: []LookAlike{
		apart("paws-per-host-drop", "Timestamps go backwards within one connection, not between several.", "时间戳在一条连接之内倒退，而不是在多条连接之间。"),
		maybe("peer-vanished", "If nothing at all comes back, the peer may be gone.", "如果完全没有任何返回，对端可能已经消失。"),
		apart("packet-loss", "Not a share of the data is lost, but all of it from the first old timestamp on.", "不是丢了一部分，而是从第一个旧时间戳起全部被丢弃。"),
	},
	Confirm: []analyzer.Confirmation{on(say("{receiver}", "{receiver}"), "nstat -az TcpExtPAWSEstab # twice", say("Rises with each segment.", "随每个报文段增长。"))},
	Fix:     []analyzer.Text{say("Find what mixes or rewrites the segments (load balancer, firewall); until then net.ipv4.tcp_timestamps=0 at one end.", "找出混入或改写报文的设备（负载均衡、防火墙）；在此之前可在一端设 net.ipv4.tcp_timestamps=0。")},
	Needs:   troubled,
	Check: func(s *Subject) (Match, bool) {
		for _, d := range []flow.Dir{flow.Originator, flow.Responder} {
			x := &s.Trouble.Sent[d]
			if s.Established() && x.OldStamps >= oldStamps && x.Run >= deadRun && s.Unread(d) > 0 && s.Trouble.Sent[d.Other()].DuplicateAcks > 0 {
				return Match{Level: Possible, Detail: uint8(d)}, true
			}
		}
		return Match{}, false
	},
	Tell: func(t *Telling) {
		d := flow.Dir(t.Match.Detail)
		x := &t.Trouble.Sent[d]
		t.setEnds(d, "sender", "receiver")
		t.Set("run", number(int(x.Run)))
		t.Show(say("the first segment with an old timestamp", "第一个时间戳过旧的报文段"), x.OldStampFrame)
		t.Show(say("the same data again", "同样的数据再次发送"), t.eventFrames(d, analyzer.Retransmission)...)
	},
})
