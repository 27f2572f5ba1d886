package diagnose

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// Details of protocol-mismatch.
const (
	plainToTLS = iota
	tlsToPlain
	otherProtocols
)

// protoNames are the protocols that first bytes tell.
var protoNames = map[flow.Proto]string{flow.ProtoHTTP: "HTTP/1", flow.ProtoHTTP2: "HTTP/2", flow.ProtoTLS: "TLS", flow.ProtoSSH: "SSH", flow.ProtoProxyHeader: "PROXY"}

var _ = register(&Rule{
	ID: "protocol-mismatch", Stage: StageMessage, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultClient,
	Title:   say("The two ends speak different protocols: {what}", "两端说的协议不同：{what}"),
	Verdict: say("protocol mismatch", "协议不匹配"),
	Doc: say("The client speaks TLS to a port that expects plain text, or plain HTTP to a TLS port. The server answers with an error that the client cannot read, or just closes or resets.",
		"客户端对期望明文的端口说 TLS，或对 TLS 端口说明文 HTTP。服务端返回客户端读不懂的错误，或干脆关闭、重置。"),
	Recognised: say("The first bytes of the two directions are of different protocols, or the server says so in its answer.", "两个方向的首字节属于不同协议，或服务端在应答中明说。"),
	Summary:    say("{client} and {server} do not speak the same protocol: {what} ①.", "{client} 与 {server} 说的不是同一种协议：{what} ①。"),
	LookAlikes: []LookAlike{apart("tls-alert", "Only one side speaks TLS here.", "这里只有一方在说 TLS。"), apart("server-abort", "The server ended it because it could not understand.", "服务端因无法理解而结束。")},
	Uncapped:   true,
	Confirm:    []analyzer.Confirmation{on(onClient, "curl -v http://{server}/; openssl s_client -connect {server}", say("One of the two works.", "两者之一可用。"))},
	Fix:        []analyzer.Text{say("Use the scheme that the port speaks (http or https), align PROXY protocol on both sides, and check mesh mTLS settings (PeerAuthentication).", "使用该端口所用的协议（http 或 https），两侧统一 PROXY 协议设置，并检查网格的 mTLS 设置（PeerAuthentication）。")},
	Needs:      spoke,
	Check: func(s *Subject) (Match, bool) {
		c, v := s.Client.Proto, s.Server.Proto
		switch {
		case s.Flags&flow.Midstream != 0: // what was seen first is not what was said first
			return Match{}, false
		case s.app().PlainToTLS, c == flow.ProtoHTTP && v == flow.ProtoTLS:
			return Match{Level: Certain, Detail: plainToTLS}, true
		case c == flow.ProtoTLS && v == flow.ProtoHTTP:
			return Match{Level: Certain, Detail: tlsToPlain}, true
		case c == flow.ProtoProxyHeader && v == flow.ProtoHTTP: // the header may be understood: what follows it is HTTP
			return Match{Level: Certain, Detail: otherProtocols}, s.app().Status == 400
		case c == flow.ProtoProxyHeader || protoNames[c] == "" || protoNames[v] == "":
			return Match{}, false
		}
		return Match{Level: Certain, Detail: otherProtocols}, c != v
	},
	Tell: func(t *Telling) {
		en, zh := "plain HTTP was sent to a TLS port", "向 TLS 端口发送了明文 HTTP"
		switch x, y := protoNames[t.Client.Proto], protoNames[t.Server.Proto]; t.Match.Detail {
		case tlsToPlain:
			en, zh = "a TLS ClientHello was sent to a plain HTTP port", "向明文 HTTP 端口发送了 TLS ClientHello"
		case otherProtocols:
			en, zh = x+" was sent to a port that speaks "+y, "向使用 "+y+" 的端口发送了 "+x
		}
		for _, x := range []*analyzer.Text{&t.Finding.Title, &t.Finding.Summary} {
			x.En = analyzer.Text{En: x.En}.Fill(map[string]string{"what": en}).En
			x.Zh = analyzer.Text{Zh: x.Zh}.Fill(map[string]string{"what": zh}).Zh
		}
		t.Show(say("the first bytes of both sides", "双方的首字节"), t.Client.FirstDataFrame, t.Server.FirstDataFrame)
	},
})
