package diagnose

import (
	"fmt"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// alertKind groups the descriptions of fatal alerts by what mends them.
type alertKind uint8

const (
	alertOther alertKind = iota
	alertVersion
	alertUntrusted   // the certificate of the other end was refused
	alertWantsClient // a client certificate is missing or refused
	alertName        // nobody here by that server name
	alertProtocol    // ALPN
	alertGarbled     // what came was no TLS, or damaged
	alertHidden      // TLS 1.3: only its size is known
)

// alerts are the descriptions of fatal alerts (RFC 8446 §6, RFC 5246 §7.2, IANA
// TLS Alerts).
var alerts = map[uint8]struct {
	name string
	kind alertKind
}{
	10: {"unexpected_message", alertGarbled}, 20: {"bad_record_mac", alertGarbled}, 22: {"record_overflow", alertGarbled},
	40: {"handshake_failure", alertVersion}, 42: {"bad_certificate", alertUntrusted}, 43: {"unsupported_certificate", alertUntrusted},
	44: {"certificate_revoked", alertUntrusted}, 45: {"certificate_expired", alertUntrusted}, 46: {"certificate_unknown", alertUntrusted},
	47: {"illegal_parameter", alertGarbled}, 48: {"unknown_ca", alertUntrusted}, 49: {"access_denied", alertWantsClient},
	50: {"decode_error", alertGarbled}, 51: {"decrypt_error", alertGarbled}, 70: {"protocol_version", alertVersion},
	71: {"insufficient_security", alertVersion}, 80: {"internal_error", alertOther}, 86: {"inappropriate_fallback", alertVersion},
	109: {"missing_extension", alertGarbled}, 110: {"unsupported_extension", alertGarbled}, 112: {"unrecognized_name", alertName},
	113: {"bad_certificate_status_response", alertUntrusted}, 115: {"unknown_psk_identity", alertOther},
	116: {"certificate_required", alertWantsClient}, 120: {"no_application_protocol", alertProtocol},
}

// AlertWord names the description of a TLS alert, with its number.
func AlertWord(n uint8) string {
	if a, ok := alerts[n]; ok {
		return fmt.Sprintf("%s (%d)", a.name, n)
	}
	return fmt.Sprintf("alert %d", n)
}

// kindOfAlert also knows who sent it: a server that refuses a certificate refuses
// the client's.
func kindOfAlert(a *flow.TLSAlert) alertKind {
	if a.Encrypted && a.From == flow.Originator {
		return alertHidden
	}
	if a.Encrypted {
		return alertWantsClient
	}
	k := alerts[a.Description].kind
	if k == alertUntrusted && a.From == flow.Responder {
		return alertWantsClient
	}
	return k
}

// alertTexts say what an alert means and what mends it.
var alertTexts = [...]struct{ means, fix analyzer.Text }{
	alertOther: {
		say("The end that sent it failed for a reason of its own; its log has it.", "发送方因自身原因失败；原因在它的日志里。"),
		say("Look into the log of {sender} at that moment.", "查看 {sender} 当时的日志。"),
	},
	alertVersion: {
		say("The two have no TLS version or cipher suite in common, or the server has no certificate for what the client offers.", "双方没有共同的 TLS 版本或密码套件，或服务端没有与客户端能力匹配的证书。"),
		say("Enable a common version (TLS 1.2 or 1.3) and a common suite on both ends; an old client library is the usual reason.", "在两端启用共同的版本（TLS 1.2 或 1.3）与套件；常见原因是客户端库太旧。"),
	},
	alertUntrusted: {
		say("The client does not accept the server's certificate: its issuer is unknown, it has expired, or it is for another name.", "客户端不接受服务端证书：签发者未知、已过期，或证书是给别的名称的。"),
		say("Let the server send its full chain with a valid date, or install the issuing CA at the client. A proxy that intercepts TLS shows up as another issuer.", "让服务端发送完整且在有效期内的证书链，或在客户端安装签发 CA。若有拦截 TLS 的代理，签发者会不同。"),
	},
	alertWantsClient: {
		say("The server wants a certificate of the client (mutual TLS) and got none, or one that it does not accept.", "服务端要求客户端证书（双向 TLS），而客户端没有提供，或提供的不被接受。"),
		say("Give the client a certificate that the server's CA has issued; in a mesh check PeerAuthentication and that the client has its sidecar.", "为客户端配置由服务端认可的 CA 签发的证书；在服务网格中检查 PeerAuthentication 以及客户端是否有 sidecar。"),
	},
	alertName: {
		say("The server has nothing under the name that the client asked for (SNI).", "服务端没有客户端所请求名称（SNI）对应的站点。"),
		say("Correct the name at the client, or add host and certificate at {server}.", "更正客户端使用的名称，或在 {server} 上添加该主机与证书。"),
	},
	alertProtocol: {
		say("They have no application protocol in common (ALPN: h2, http/1.1).", "双方没有共同的应用协议（ALPN：h2、http/1.1）。"),
		say("Enable a common one, for instance http/1.1 beside h2.", "启用一个共同的协议，例如在 h2 之外启用 http/1.1。"),
	},
	alertGarbled: {
		say("What arrived was not the TLS that was expected: another protocol, another version's dialect, or bytes changed on the way.", "收到的内容不是所期望的 TLS：别的协议、别的版本，或途中被改动的字节。"),
		say("Check that both ends speak TLS on this port, without a PROXY header or a plain-text proxy in between.", "确认两端在该端口上都使用 TLS，中间没有 PROXY 头或明文代理。"),
	},
	alertHidden: {
		say("In TLS 1.3 the client's alert is encrypted; its size and its place, right after the server's certificate, give it away. Nearly always the client refused the certificate.", "TLS 1.3 中客户端的告警是加密的；它的长度以及紧随服务端证书之后的位置暴露了它。几乎总是客户端拒绝了证书。"),
		say("Read the client's error message; then mend the certificate chain, name or date, or install the CA at the client.", "查看客户端的报错；然后修复证书链、名称或有效期，或在客户端安装 CA。"),
	},
}

// refusals say why the client does not accept the server's certificate, where the
// alert tells.
var refusals = map[uint8]analyzer.Text{
	44: say("The server's certificate has been revoked.", "服务端证书已被吊销。"),
	45: say("For the client the server's certificate has expired, or is not valid yet: look at its dates and at the client's clock.", "在客户端看来服务端证书已过期或尚未生效：检查证书有效期与客户端时钟。"),
	48: say("The client does not know who issued the server's certificate: a private CA, an intermediate that the server does not send, or a proxy that intercepts TLS.", "客户端不认识服务端证书的签发者：私有 CA、服务端没有发送中间证书，或有拦截 TLS 的代理。"),
}

var _ = register(&Rule{
	ID: "tls-alert", Stage: StageMessage, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultServerApp,
	Title:   say("TLS fails: {alert}, said by the {who}", "TLS 失败：{whoZh}发出 {alertZh}"),
	Verdict: say("TLS alert", "TLS 告警"),
	Doc: say("TCP works. One end broke the TLS handshake, or the session, off with a fatal alert whose description says why: no common version, a certificate that is refused, a missing client certificate, an unknown name.",
		"TCP 正常。一端用致命告警中断了 TLS 握手或会话，告警描述说明了原因：没有共同版本、证书被拒绝、缺少客户端证书、名称未知。"),
	Recognised: say("A TLS alert record of level fatal in the clear; or, in TLS 1.3, a first encrypted record of the client too small to be its Finished, after which it closes; or one of the server's as small, in answer to what can only begin with the client's certificate, be it empty.",
		"明文的致命 TLS 告警记录；或在 TLS 1.3 中，客户端的第一个加密记录小到不可能是 Finished，随后连接关闭；或服务端对客户端证书（哪怕为空）的回应是同样小的记录，随后关闭。"),
	Summary: say("{sender} ended TLS with {alert} ①. {means}", "{sender} 以 {alertZh} 结束了 TLS ①。{meansZh}"),
	LookAlikes: []LookAlike{
		apart("server-abort", "The closing was announced by an alert.", "关闭之前有告警说明。"),
		apart("client-abort", "The closing was announced by an alert.", "关闭之前有告警说明。"),
		apart("upstream-down-behind-proxy", "There is an answer in words.", "对方给出了明确的回应。"),
	},
	Uncapped:    true,
	ExplainedBy: []string{"protocol-mismatch"},
	Confirm: []analyzer.Confirmation{
		on(onClient, "openssl s_client -connect {server} -servername NAME -showcerts </dev/null", say("The same alert, or a verify error with the certificate's issuer and dates.", "出现同样的告警，或带有证书签发者与日期的 verify error。")),
		ask(onServer, "The TLS terminator's error log: an entry for {clientAddr} at that moment.", "TLS 终结端的错误日志：当时有关于 {clientAddr} 的记录。"),
	},
	Fix:   []analyzer.Text{say("{fix}", "{fixZh}")},
	Needs: spoke,
	Check: func(s *Subject) (Match, bool) {
		a := s.app().Alert
		switch {
		case a.Frame == 0:
			return Match{}, false
		case !a.Encrypted:
			return Match{Level: Certain, Detail: a.Description}, true
		}
		m := Match{Level: Likely, Detail: hiddenAlert}
		if a.From == flow.Responder {
			m = Match{Level: Possible, Detail: hiddenAlert - 1} // sizes alone
		}
		return m, s.endedOnAlert(&a)
	},
	Tell: func(t *Telling) {
		a := t.app().Alert
		t.Set("sender", t.Flow.Client().String())
		t.Set("who", "client")
		t.Set("whoZh", "客户端")
		if a.From == flow.Responder {
			t.Set("sender", t.Flow.Server().String())
			t.Set("who", "server")
			t.Set("whoZh", "服务端")
		}
		kind := kindOfAlert(&a)
		t.Set("alert", AlertWord(a.Description))
		t.Set("alertZh", AlertWord(a.Description))
		if a.Encrypted {
			t.Set("alert", "an encrypted alert")
			t.Set("alertZh", "加密的告警")
		}
		text := alertTexts[kind]
		if m, ok := refusals[a.Description]; ok && kind == alertUntrusted {
			text.means = m
		}
		text.means, text.fix = text.means.Fill(t.Values), text.fix.Fill(t.Values)
		t.Set("means", text.means.En)
		t.Set("meansZh", text.means.Zh)
		t.Set("fix", text.fix.En)
		t.Set("fixZh", text.fix.Zh)
		switch kind {
		case alertUntrusted, alertHidden:
			t.Finding.Fault = analyzer.FaultServerApp
		case alertWantsClient, alertName:
			t.Finding.Fault = analyzer.FaultClient
		}
		t.Show(say("the alert", "告警"), a.Frame)
		t.Show(say("the hello messages", "hello 报文"), t.app().ClientHello, t.app().ServerHello)
	},
})

// hiddenAlert stands for an encrypted alert where a description would.
const hiddenAlert = 255

// endedOnAlert reports that an end closed the connection, as the first, with what
// looks like an encrypted alert: nothing of its own followed.
func (s *Subject) endedOnAlert(a *flow.TLSAlert) bool {
	side, other := &s.Sides[a.From], &s.Sides[a.From.Other()]
	closed := side.FinFrame != 0 || s.ResetFrame != 0 && s.ResetBy == a.From
	first := a.From == flow.Originator || other.FinFrame == 0 || side.FinFrame != 0 && side.FinFrame < other.FinFrame
	return closed && first && side.LastDataFrame == a.Frame
}
