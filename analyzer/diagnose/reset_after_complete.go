package diagnose

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

var _ = register(&Rule{
	ID: "reset-after-complete", Stage: StageRemark, Class: analyzer.Info, Severity: analyzer.SeverityInfo, Fault: analyzer.FaultUnknown,
	Title:   say("Connections end with RST instead of FIN, once all is delivered: {n}", "连接在全部送达之后以 RST 而非 FIN 结束：{n} 条"),
	Verdict: say("closed with RST, all delivered", "以 RST 关闭，数据已全部送达"),
	Doc: say("The request was answered in full and every byte acknowledged; then one end aborted its socket instead of closing it. Programs do that on purpose (SO_LINGER 0, to leave no TIME_WAIT), and load balancers when they drop idle connections. Nothing is lost.",
		"请求得到了完整应答，每个字节都已确认；随后一端中止套接字而不是正常关闭。有些程序有意这样做（SO_LINGER 0，避免留下 TIME_WAIT），负载均衡丢弃空闲连接时也会如此。没有丢失任何数据。"),
	Recognised: say("A complete HTTP response (Content-Length reached), all bytes of both ends acknowledged, then RST with ACK and the live sequence number, and neither end had sent FIN.",
		"HTTP 应答完整（达到 Content-Length），双方所有字节均已确认，随后出现带 ACK、序列号有效的 RST，且双方都未发过 FIN。"),
	Summary: say("Connections ({n}) were ended with RST ①, for instance that of {client} to {server} by {closer}, {after} after the last byte. The answer was complete and acknowledged ②: this is a way of closing, not a failure.",
		"有 {n} 条连接以 RST 结束 ①，例如 {client} 到 {server} 的连接，由 {closer} 在最后一个字节 {after} 之后发出。应答完整且已被确认 ②：这是一种关闭方式，不是故障。"),
	LookAlikes: []LookAlike{
		apart("server-abort", "The answer was complete.", "应答是完整的。"),
		apart("client-abort", "The answer was complete.", "应答是完整的。"),
	},
	Confirm: []analyzer.Confirmation{on(say("host of {closer}", "{closer} 所在主机"), "nstat -az TcpExtTCPAbortOnData TcpExtTCPAbortOnClose # twice", say("AbortOnData rises by one for each; look for SO_LINGER in its settings.", "每次 AbortOnData 增加一；查看其 SO_LINGER 设置。"))},
	Fix:     []analyzer.Text{say("Nothing to mend. If the other end logs \"connection reset\", let this one close() normally.", "无需处理。若另一端因此记录“connection reset”，让这一端正常 close()。")},
	Survey: func(v *Survey) {
		var flows []int
		for id, x := range v.traits {
			if f := v.Tracker.Flow(id); x&wasReset != 0 && f.ResetClass == flow.ResetAbort && len(v.matches.of(uint32(id))) == 0 && v.Subject(uint32(id)).endedWell() {
				flows = append(flows, id)
			}
		}
		if len(flows) == 0 {
			return
		}
		s := v.Subject(uint32(flows[0]))
		values := s.values()
		values["n"] = number(len(flows))
		values["closer"] = [2]string{values["client"], values["server"]}[s.ResetBy]
		values["after"] = Duration(s.ResetAfter(s.Server.LastData))
		var resets, last []uint32
		for _, id := range flows[:min(len(flows), maxEvidenceFrames)] {
			f := v.Tracker.Flow(id)
			resets, last = append(resets, f.ResetFrame), append(last, f.Sides[flow.Responder].LastDataFrame)
		}
		v.general = append(v.general, surveyed{rule: v.rule, match: Match{Level: Certain}, flows: flows, values: values, proof: []analyzer.Evidence{
			{Text: say("RST", "RST"), Capture: v.Index, Frames: resets},
			{Text: say("the last data of the answer", "应答的最后数据"), Capture: v.Index, Frames: last},
		}})
	},
})

// endedWell reports whether a reset came after everything had been said and taken.
func (s *Subject) endedWell() bool {
	return s.Established() && s.app().ResponseDone && s.LastAnswered() && s.Unread(flow.Originator) == 0 && s.Unread(flow.Responder) == 0 &&
		(s.Client.Flags|s.Server.Flags)&flow.SawFIN == 0 && s.Trouble.AfterReset == [2]uint16{} && s.Trouble.ResetSeqOff == 0
}
