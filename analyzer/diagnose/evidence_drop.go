package diagnose

import (
	"net/netip"
	"strings"

	"wirewhy/analyzer"
	"wirewhy/analyzer/host"
	"wirewhy/analyzer/wire"
)

var _ = register(&Rule{
	ID: "rp-filter-drop", Stage: StageHandshake, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultServerHost,
	Title:   say("The reverse path filter of {serverAddr} drops what comes from {clientAddr}", "{serverAddr} 的反向路径过滤丢弃来自 {clientAddr} 的报文"),
	Verdict: say("dropped by the reverse path filter", "被反向路径过滤丢弃"),
	Doc: say("With rp_filter=1 Linux drops a packet whose source it would reach by another interface than the one the packet came in by (RFC 3704, strict). On hosts with several interfaces the way in and the way back then must be the same. The drop is silent: tcpdump sees the SYN, TCP never does.",
		"rp_filter=1 时，如果到报文源地址的路由走的不是它进来的那块网卡，Linux 就丢弃该报文（RFC 3704 严格模式）。因此多网卡主机上来去必须走同一接口。丢弃是静默的：tcpdump 看得到 SYN，TCP 却收不到。"),
	Recognised: say("SYNs without an answer, and the host's counter IPReversePathFilter grew between two snapshots.", "SYN 无应答，且主机的 IPReversePathFilter 计数在两次快照之间增长。"),
	Summary: say("{client} sent {syns} SYNs to {server} and nothing came back ①. The server's host says why: its reverse path filter drops packets, because the route back to their source leaves by another interface than the one they came in by.",
		"{client} 向 {server} 发送了 {syns} 个 SYN，没有任何返回 ①。原因由服务端主机给出：反向路径过滤丢弃了报文，因为返回其源地址的路由走的是另一块网卡。"),
	LookAlikes: []LookAlike{
		maybe("syn-reached-server-no-reply", "Without the host's counters the reason cannot be told.", "没有主机计数器时无法指明原因。"),
	},
	Confirm: []analyzer.Confirmation{
		on(onServer, "ip route get {clientAddr}; sysctl net.ipv4.conf.all.rp_filter; sysctl -a | grep '\\.rp_filter'", say("The route leaves by another interface than the SYN came in by, and rp_filter is 1 for all or for that interface (the higher of the two counts).", "回程路由走的不是 SYN 进来的网卡，且 all 或该网卡的 rp_filter 为 1（取两者中较大的值）。")),
		on(onServer, "nstat -az TcpExtIPReversePathFilter # twice; sysctl -w net.ipv4.conf.all.log_martians=1; dmesg | tail", say("Rises with each SYN; \"martian source\" names the packet.", "随每个 SYN 增长；“martian source” 日志给出报文。")),
	},
	Fix: []analyzer.Text{
		say("Make the way back the way in: a route or a policy rule (ip rule add from {serverAddr} …) for the second interface.", "让回程与来路一致：为第二块网卡添加路由或策略规则（ip rule add from {serverAddr} …）。"),
		say("Or rp_filter=2 (loose) on that interface, if asymmetric paths are meant to be.", "若有意使用非对称路径：在该网卡上设 rp_filter=2（宽松模式）。"),
	},
	ExplainedBy: []string{"syn-flood"},
	Tell:        tellSilentSyn,
})

var _ = refines("rp-filter-drop", map[string]func(Match) (uint8, bool){"syn-no-response": as(0), "syn-reached-server-no-reply": as(0)})

var _ = testifies(func(s *Subject) []statement { return reversePath(s, s.servers(), s.ClientAddr) }, "rp-filter-drop")

// reversePath asks hosts whether they drop what comes from an address because the
// way back is another.
func reversePath(s *Subject, hosts []*host.Host, from wire.Addr) []statement {
	var out []statement
	for _, h := range hosts {
		strict, told := strictest(h)
		level := Likely
		if told && strict.Value == 1 {
			level = Certain
		}
		c, ok := h.Change("TcpExtIPReversePathFilter")
		switch {
		case ok && c.Rose():
			out = append(out, statement{speaks, level, changed(h, c)})
		case ok && c.Still():
			out = append(out, statement{rules, None, changed(h, c)})
		case ok && c.Value > 0:
			out = append(out, statement{remark, None, changed(h, c)})
		}
		if told {
			w := remark
			if strict.Value == 0 {
				w = against
			}
			out = append(out, statement{w, Possible, said(say(strict.Name+" = "+strict.Setting, strict.Name+" = "+strict.Setting), whence(h, strict))})
		}
		if f, ok := h.RouteTo(from.Netip()); ok && f.Route.Device != "" && f.Route.Dest.Bits() >= 0 {
			out = append(out, statement{remark, None, said(say("the route to "+from.String()+" leaves by "+f.Route.Device+": "+quoted(f), "到 "+from.String()+" 的路由从 "+f.Route.Device+" 出去："+quoted(f)), whence(h, f))})
		}
	}
	return out
}

// strictest returns the highest setting of rp_filter that a host told: the kernel
// uses the maximum of all and the interface's (Documentation/networking/ip-sysctl).
func strictest(h *host.Host) (host.Fact, bool) {
	best, found := h.Setting("net.ipv4.conf.all.rp_filter")
	for _, f := range h.Settings("net.ipv4.conf.", ".rp_filter") {
		if f.Value == 1 && best.Value != 1 { // strict, whatever all says short of loose
			if found && best.Value == 2 {
				break
			}
			best, found = f, true
		}
	}
	return best, found
}

var _ = refines("paws-per-host-drop", map[string]func(Match) (uint8, bool){"syn-no-response": as(pawsByCounter), "syn-reached-server-no-reply": as(pawsByCounter)})

// pawsByCounter is the detail of a paws-per-host-drop that a host's counter shows
// where the packets alone did not.
const pawsByCounter = 7

var _ = testifies(perHostPAWS, "paws-per-host-drop")

// perHostPAWS asks the server's host for tcp_tw_recycle, its counter and its age.
func perHostPAWS(s *Subject) []statement {
	var out []statement
	stamped := s.Client.Options&wire.OptTimestamps != 0
	for _, h := range s.servers() {
		recycle, told := h.Setting("net.ipv4.tcp_tw_recycle")
		on := told && recycle.Value == 1
		if c, ok := h.Change("TcpExtPAWSPassive"); ok && stamped {
			switch {
			case c.Rose() && on:
				out = append(out, statement{speaks, Certain, changed(h, c)})
			case c.Rose():
				out = append(out, statement{speaks, Likely, changed(h, c)})
			case c.Still() && c.Line > 0:
				out = append(out, statement{rules, None, changed(h, c)})
			case c.Value > 0:
				out = append(out, statement{remark, None, changed(h, c)})
			}
		}
		if told {
			x := statement{remark, None, said(say("net.ipv4.tcp_tw_recycle = "+recycle.Setting, "net.ipv4.tcp_tw_recycle = "+recycle.Setting), whence(h, recycle))}
			if !on {
				x.weight = rules
			}
			out = append(out, x)
		}
		if major, minor, f, ok := h.Release(); ok {
			x := statement{remark, None, said(say("kernel "+f.Name+": before 4.12, so tcp_tw_recycle exists", "内核 "+f.Name+"：早于 4.12，存在 tcp_tw_recycle"), whence(h, f))}
			if major > 4 || major == 4 && minor >= 12 {
				x.weight = rules
				x.text = said(say("kernel "+f.Name+": from 4.12 on there is no per-host PAWS", "内核 "+f.Name+"：4.12 起已没有按主机的 PAWS"), whence(h, f))
			}
			out = append(out, x)
		}
	}
	if len(out) > 0 && !stamped {
		return nil
	}
	return out
}

// tellPAWSByCounter tells a drop by per-host PAWS that only the host's counter shows.
func tellPAWSByCounter(t *Telling) {
	t.Finding.Summary = say("{client} sent {syns} SYNs to {server} and nothing came back ①. The server's host says why: it rejects connections because of their time stamps, as kernels before 4.12 do with tcp_tw_recycle=1 when several hosts share one address.",
		"{client} 向 {server} 发送了 {syns} 个 SYN，没有任何返回 ①。原因由服务端主机给出：它因时间戳而拒绝连接，4.12 之前的内核在 tcp_tw_recycle=1 且多台主机共用一个地址时正是如此。")
	t.Finding.Excluded = nil
	tellSilentSyn(t)
}

var (
	_ = testifies(packetFilter, "syn-no-response", "syn-reached-server-no-reply")
	_ = testifies(rejectRule, "refused-by-rst", "rejected-by-icmp")
	_ = testifies(clientDrops, "synack-ignored-by-client")
)

func endpoint(a wire.Addr, port uint16) netip.AddrPort { return netip.AddrPortFrom(a.Netip(), port) }

// opening is the flow's SYN as a packet filter sees it.
func (s *Subject) opening() host.Opening {
	return host.Opening{From: endpoint(s.ClientAddr, s.ClientPort), To: endpoint(s.ServerAddr, s.ServerPort)}
}

// packetFilter asks the server's host, and hosts on the way, for a rule that drops
// the SYN.
func packetFilter(s *Subject) []statement {
	var out []statement
	for _, h := range s.servers() {
		out = append(out, dropRule(h, h.Filter(s.opening(), "input", false))...)
	}
	for _, h := range s.run.Host.Between() {
		out = append(out, dropRule(h, h.Filter(s.opening(), "forward", false))...)
	}
	return out
}

func dropRule(h *host.Host, f host.Fate) []statement {
	r := f.Rule.Rule
	if f.Action != host.Drop || r.Packets == 0 {
		return nil
	}
	level := Likely
	if f.Sure && r.Packets > 0 && len(r.DestPorts) > 0 {
		level = Certain
	}
	if r.Target == "policy" && len(r.DestPorts) == 0 && r.Packets < 0 {
		level = Possible
	}
	return []statement{{speaks, level, said(ruleText(f, say("a rule of the packet filter drops it", "包过滤的一条规则将其丢弃")), whence(h, f.Rule))}}
}

// ruleText quotes a rule with its chain and its counter.
func ruleText(f host.Fate, what analyzer.Text) analyzer.Text {
	r := f.Rule.Rule
	t := join(what, say(": chain "+r.Chain+", "+quoted(f.Rule), "：链 "+r.Chain+"，"+quoted(f.Rule)))
	if r.Packets >= 0 {
		n := decimal(r.Packets)
		t = join(t, say(", "+n+" packets", "，"+n+" 个报文"))
	}
	if len(f.Path) > 0 {
		var chains []string
		for _, x := range f.Path {
			chains = append(chains, x.Rule.Chain)
		}
		chains = append(chains, r.Chain)
		t = join(t, say(" (by "+strings.Join(chains, " → ")+")", "（经由 "+strings.Join(chains, " → ")+"）"))
	}
	return t
}

// rejectRule asks the server's host whether a rule rejects, or nobody listens.
func rejectRule(s *Subject) []statement {
	var out []statement
	for _, h := range append(s.servers(), s.run.Host.Between()...) {
		for _, hook := range []string{"input", "forward"} {
			if f := h.Filter(s.opening(), hook, false); f.Action == host.Reject && f.Rule.Rule.Packets != 0 {
				out = append(out, statement{speaks, Certain, said(ruleText(f, say("a rule of the packet filter rejects it", "包过滤的一条规则将其拒绝")), whence(h, f.Rule))})
			}
		}
	}
	for _, h := range s.servers() {
		if n := len(h.Listeners(s.ServerAddr.Netip(), s.ServerPort)); n > 0 {
			out = append(out, statement{remark, None, told{Text: say("a socket listens on port {port} at the moment of ss: it was started later, or a firewall refused", "执行 ss 的那一刻端口 {port} 上有监听：要么它后来才启动，要么是防火墙拒绝的")}})
		} else if h.Listens() {
			out = append(out, statement{speaks, Certain, told{Text: say("ss lists listeners, and none on port {port}", "ss 列出了监听套接字，但端口 {port} 上没有")}})
		}
	}
	return dedupe(out)
}

// clientDrops asks the client's host why it does not take the SYN-ACK.
func clientDrops(s *Subject) []statement {
	var out []statement
	back := host.Opening{From: endpoint(s.ServerAddr, s.ServerPort), To: endpoint(s.ClientAddr, s.ClientPort), Reply: true}
	for _, h := range s.clients() {
		out = append(out, dropRule(h, h.Filter(back, "input", false))...)
		for _, name := range []string{"TcpInCsumErrors", "TcpExtIPReversePathFilter", "TcpExtTCPMD5NotFound"} {
			if c, ok := h.Change(name); ok && c.Rose() {
				out = append(out, statement{speaks, Likely, changed(h, c)})
			}
		}
	}
	return out
}

// dedupe drops statements that repeat each other: one host may be asked twice.
func dedupe(list []statement) []statement {
	var out []statement
	seen := map[string]bool{}
	for _, x := range list {
		if !seen[x.text.En] {
			seen[x.text.En] = true
			out = append(out, x)
		}
	}
	return out
}
