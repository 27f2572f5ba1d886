package diagnose

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

var _ = register(&Rule{
	ID: "half-open-probe", Stage: StageRemark, Class: analyzer.Info, Severity: analyzer.SeverityInfo, Fault: analyzer.FaultClient,
	Title:   say("Port scan or health check: opened and reset at once", "端口扫描或健康检查：刚打开就被重置"),
	Verdict: say("probe: reset at once, not a failure", "探测：立即重置，不是故障"),
	Doc: say("The client learns from the SYN-ACK that the port is open, and resets without sending anything. Scanners (nmap -sS), load balancers that check health, and browsers whose other attempt was quicker (happy eyeballs) do this all day.",
		"客户端从 SYN-ACK 得知端口是开放的，随即在未发送任何数据的情况下重置。扫描器（nmap -sS）、做健康检查的负载均衡，以及另一次尝试更快的浏览器（happy eyeballs）整天都在这样做。"),
	Recognised: say("One SYN, a SYN-ACK, then a RST by the client within two seconds, no data either way, the same SYN not repeated.",
		"一个 SYN、一个 SYN-ACK，然后两秒内客户端发 RST，双向都没有数据，同一个 SYN 没有重发。"),
	Summary: say("{clientAddr} opened a connection to {server} and reset it at once, without data ①: a port scan, a load balancer's health check, or an attempt that another one had overtaken. Nothing failed.",
		"{clientAddr} 打开到 {server} 的连接后立即重置，没有数据 ①：端口扫描、负载均衡的健康检查，或已被另一次更快的尝试取代。没有任何故障。"),
	LookAlikes: []LookAlike{
		apart("synack-rejected-by-client", "There the same SYN comes again after the RST.", "那种情况下 RST 之后同一个 SYN 会再次出现。"),
		apart("client-abort", "No data was exchanged that could have been cut off.", "没有交换过数据，也就谈不上被打断。"),
	},
	GroupBy:     ByCapture,
	Confirm:     []analyzer.Confirmation{on(onServer, "grep -rn {clientAddr} /etc/haproxy /etc/nginx 2>/dev/null", say("{clientAddr} is a load balancer or a monitoring host.", "{clientAddr} 是负载均衡或监控主机。"))},
	Fix:         []analyzer.Text{say("Nothing to mend. If {clientAddr} is not yours, someone scans your ports.", "无需处理。若 {clientAddr} 不属于你，说明有人在扫描端口。")},
	Uncapped:    true,
	ExplainedBy: []string{"port-scan", "rst-injected-by-middlebox"},
	Needs:       answered | wasReset,
	Check: func(s *Subject) (Match, bool) {
		if s.ResetFrame == 0 || s.ResetBy != flow.Originator || s.SynCount != 1 || s.SynAckFrame == 0 || s.Payload() > 0 ||
			s.Server.Flags&flow.SawFIN != 0 || s.Trouble.StrayAcks > 0 || s.Trouble.ForeignSynAcks > 0 || s.ResetAfter(s.Start) > probeLife {
			return Match{}, false
		}
		return Match{Level: Certain}, true
	},
	Tell: func(t *Telling) {
		t.Show(say("SYN, SYN-ACK, RST", "SYN、SYN-ACK、RST"), t.SynFrame, t.SynAckFrame, t.AckFrame, t.ResetFrame)
	},
})
