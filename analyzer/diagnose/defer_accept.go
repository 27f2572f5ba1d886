package diagnose

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

var _ = register(&Rule{
	ID: "defer-accept", Stage: StageRemark, Class: analyzer.Info, Severity: analyzer.SeverityInfo, Fault: analyzer.FaultServerHost,
	Title:      say("{server} waits for the client's first data before it takes the connection (TCP_DEFER_ACCEPT)", "{server} 等待客户端首个数据才接受连接（TCP_DEFER_ACCEPT）"),
	Verdict:    say("waits for first data (defer accept)", "等待首个数据（defer accept）"),
	Doc:        say("A listener with TCP_DEFER_ACCEPT ignores the bare final ACK and repeats its SYN-ACK until the first data comes. That is by design and harmless for protocols in which the client speaks first; a client that waits for the server's greeting waits for ever.", "设置了 TCP_DEFER_ACCEPT 的监听端会忽略不带数据的最后 ACK，并重发 SYN-ACK，直到首个数据到来。这是设计如此，对客户端先说话的协议无害；等待服务端问候的客户端则会一直等下去。"),
	Recognised: say("The SYN-ACK is repeated after the client's ACK while the client has sent no data; once it does, it is served.", "客户端发出 ACK 但尚无数据期间 SYN-ACK 被重发；一旦有数据即得到服务。"),
	Summary:    say("{server} repeated its SYN-ACK after the ACK of {client} ①, and took the connection when the first data came. That is TCP_DEFER_ACCEPT at work.", "{server} 在 {client} 的 ACK 之后重发了 SYN-ACK ①，并在首个数据到来时接受了连接。这是 TCP_DEFER_ACCEPT 在起作用。"),
	LookAlikes: []LookAlike{apart("accept-queue-overflow", "The first data was taken at once.", "首个数据立即被接收。"), maybe("handshake-ack-lost", "A lost ACK looks the same once.", "丢失一次 ACK 的表现相同。")},
	Confirm:    []analyzer.Confirmation{on(onServer, "nstat -az TcpExtTCPDeferAcceptDrop # twice", say("Rises.", "增长。"))},
	Fix:        []analyzer.Text{say("Nothing to mend if the client speaks first; otherwise drop the option (nginx listen … deferred, Apache AcceptFilter).", "若由客户端先发数据则无需处理；否则去掉该选项（nginx listen … deferred，Apache AcceptFilter）。")},
	Needs:      completed | withData | troubled,
	Check: func(s *Subject) (Match, bool) {
		return Match{Level: Possible}, s.Completed() && s.Trouble.SynAcksAfterAck > 0 && s.Client.Payload > 0 && s.Client.FirstData > s.Trouble.LastSynAck &&
			s.Client.FirstData.Sub(s.AckTime) >= retryPatience && !s.NothingAcked() && s.Trouble.Sent[flow.Originator].DataRetransmissions == 0
	},
	Tell: func(t *Telling) {
		t.Show(say("SYN-ACKs after the ACK", "ACK 之后的 SYN-ACK"), t.synAckFrames()...)
		t.Show(say("the first data", "首个数据"), t.Client.FirstDataFrame)
	},
})
