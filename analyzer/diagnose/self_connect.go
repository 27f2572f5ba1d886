package diagnose

import "wirewhy/analyzer"

var _ = register(&Rule{
	ID: "self-connect", Stage: StageRemark, Class: analyzer.Info, Severity: analyzer.SeverityInfo, Fault: analyzer.FaultClient,
	Title:   say("A program connected to itself: {client}", "程序连接到了自己：{client}"),
	Verdict: say("connected to itself", "连接到自己"),
	Doc: say("A client dialled a local port on which nobody listened, and the kernel happened to give it that very port as its own: its SYN met itself, as in a simultaneous open (RFC 9293 §3.5). It reads back what it writes, and the real service cannot bind its port while this lasts.",
		"客户端连接一个无人监听的本地端口，而内核恰好把这个端口分配给它自己：它的 SYN 遇到了自己，如同同时打开（RFC 9293 §3.5）。它读到的是自己写的内容，而且在此期间真正的服务无法绑定该端口。"),
	Recognised: say("Source and destination address and port are the same, and the handshake was completed.", "源与目的的地址和端口都相同，且握手完成。"),
	Summary:    say("{client} is connected to {server}, itself ①: the service that should listen there was not running, and the client's ephemeral port happened to be the same.", "{client} 连接到了 {server}，也就是它自己 ①：本应在那里监听的服务没有运行，而客户端的临时端口恰好相同。"),
	LookAlikes: []LookAlike{
		apart("simultaneous-open", "There is one socket, not two.", "只有一个套接字，而不是两个。"),
		apart("capture-one-direction", "Both directions are here; they are the same.", "两个方向都在这里，只是它们相同。"),
	},
	Uncapped: true,
	Needs:    completed,
	Confirm:  []analyzer.Confirmation{on(onClient, "ss -tnp 'sport = :{port}'; sysctl net.ipv4.ip_local_port_range", say("One line with the same address on both sides; the port lies in the range.", "一行中两侧地址相同；该端口位于范围之内。"))},
	Fix:      []analyzer.Text{say("Put services on ports outside ip_local_port_range (or into ip_local_reserved_ports), and restart that client.", "把服务放在 ip_local_port_range 之外的端口（或写入 ip_local_reserved_ports），并重启该客户端。")},
	Check: func(s *Subject) (Match, bool) {
		return Match{Level: Certain}, s.Flow.Client() == s.Flow.Server() && s.AckFrame != 0
	},
	Tell: func(t *Telling) {
		t.Show(say("its first packets", "其最初的报文"), t.SynFrame, t.SynAckFrame, t.AckFrame)
	},
})
