package diagnose

import "wirewhy/analyzer/host"

// counterSign is a counter whose growth bears on diagnoses.
type counterSign struct {
	counter string
	of      func(*Subject) []*host.Host
	weight  weight
	level   Level
	about   []string
}

var silentSyns = []string{"syn-no-response", "syn-reached-server-no-reply"}

// counterSigns are counters that need no more than a look: they name a place where
// segments get lost, or a way in which a host ends connections.
var counterSigns = []counterSign{
	{"TcpExtListenOverflows", (*Subject).servers, remark, None, silentSyns},
	{"TcpExtTCPReqQFullDrop", (*Subject).servers, remark, None, silentSyns},
	{"TcpExtIPReversePathFilter", (*Subject).servers, remark, None, silentSyns},
	{"TcpExtPAWSPassive", (*Subject).servers, remark, None, silentSyns},
	{"TcpExtTCPMD5NotFound", (*Subject).servers, speaks, Likely, silentSyns},
	{"TcpExtTCPMD5Unexpected", (*Subject).servers, speaks, Likely, silentSyns},
	{"TcpExtTCPMD5Failure", (*Subject).servers, speaks, Likely, silentSyns},
	{"TcpExtTCPMinTTLDrop", (*Subject).servers, speaks, Likely, silentSyns},
	{"TcpInCsumErrors", (*Subject).servers, speaks, Likely, silentSyns},
	{"TcpExtTCPDeferAcceptDrop", (*Subject).servers, remark, None, []string{"handshake-ack-lost", "accept-queue-overflow"}},
	{"TcpExtTCPDeferAcceptDrop", (*Subject).servers, speaks, Likely, []string{"defer-accept"}},
	{"TcpExtSyncookiesSent", (*Subject).servers, speaks, Certain, []string{"syn-cookies"}},
	{"TcpExtSyncookiesSent", (*Subject).servers, remark, None, []string{"syn-flood", "handshake-done-server-ignores", "accept-queue-overflow"}},
	{"TcpExtSyncookiesSent", (*Subject).servers, speaks, Likely, []string{"syn-cookies"}},
	{"TcpExtTCPReqQFullDrop", (*Subject).servers, remark, None, []string{"syn-flood"}},
	{"TcpExtTCPAbortOnClose", (*Subject).servers, speaks, Likely, []string{"server-abort"}},
	{"TcpExtTCPAbortOnData", (*Subject).servers, speaks, Likely, []string{"server-abort"}},
	{"TcpExtTCPAbortOnMemory", (*Subject).servers, speaks, Likely, []string{"server-abort"}},
	{"TcpExtTCPAbortOnTimeout", (*Subject).servers, remark, None, []string{"server-abort", "peer-vanished", "keepalive-unanswered"}},
	{"TcpExtTCPAbortOnClose", (*Subject).clients, speaks, Likely, []string{"client-abort"}},
	{"TcpExtTCPAbortOnData", (*Subject).clients, speaks, Likely, []string{"client-abort"}},
	{"TcpExtTCPZeroWindowDrop", (*Subject).clients, remark, None, []string{"zero-window"}},
	{"TcpExtTCPToZeroWindowAdv", (*Subject).clients, speaks, Likely, []string{"zero-window"}},
	{"TcpExtTCPRcvQDrop", (*Subject).clients, remark, None, []string{"zero-window", "packet-loss"}},
	{"TcpExtPruneCalled", (*Subject).clients, remark, None, []string{"zero-window", "packet-loss"}},
	{"TcpExtTCPBacklogDrop", (*Subject).clients, speaks, Likely, []string{"packet-loss"}},
	{"TcpExtTCPBacklogDrop", (*Subject).servers, speaks, Likely, []string{"packet-loss"}},
	{"TcpRetransSegs", (*Subject).servers, remark, None, []string{"packet-loss", "mtu-blackhole", "peer-vanished"}},
	{"TcpInCsumErrors", (*Subject).clients, remark, None, []string{"packet-loss"}},
	{"conntrack:insert_failed", everyHost, speaks, Likely, silentSyns},
	{"conntrack:drop", everyHost, speaks, Likely, silentSyns},
	{"conntrack:early_drop", everyHost, remark, None, append([]string{"idle-timeout-blackhole", "idle-timeout-rst", "peer-vanished"}, silentSyns...)},
	{"conntrack:invalid", everyHost, remark, None, []string{"idle-timeout-blackhole", "synack-wrong-source", "asymmetric-return-path", "peer-vanished"}},
	{"IpOutNoRoutes", (*Subject).servers, speaks, Likely, silentSyns},
}

func everyHost(s *Subject) []*host.Host { return s.run.Host.Hosts }

var _ = func() bool {
	for _, x := range counterSigns {
		testifies(func(s *Subject) []statement {
			var out []statement
			for _, h := range x.of(s) {
				if c, ok := h.Change(x.counter); ok && c.Rose() {
					out = append(out, statement{x.weight, x.level, changed(h, c)})
				}
			}
			return out
		}, x.about...)
	}
	return true
}()

// messageSign is a message of the kernel that bears on diagnoses.
type messageSign struct {
	name   string
	level  Level
	of     func(*Subject) []*host.Host
	ported bool // the message names a port
	about  []string
}

var messageSigns = []messageSign{
	{host.MessageTableFull, Likely, everyHost, false, silentSyns},
	{host.MessageNeighbours, Likely, everyHost, false, silentSyns},
	{host.MessageMartian, Possible, (*Subject).servers, false, append([]string{"rp-filter-drop"}, silentSyns...)},
	{host.MessageFlood, Likely, (*Subject).servers, true, []string{"syn-flood", "syn-queue-overflow", "handshake-done-server-ignores"}},
	{host.MessageFirewallLog, Likely, everyHost, true, silentSyns},
	{host.MessageKilled, Likely, (*Subject).servers, false, []string{"server-abort"}},
	{host.MessageMemory, Likely, everyHost, false, []string{"packet-loss", "server-abort"}},
}

var _ = func() bool {
	for _, x := range messageSigns {
		testifies(func(s *Subject) []statement {
			for _, h := range x.of(s) {
				for _, f := range h.Message(x.name) {
					if x.ported && f.Value != int64(s.ServerPort) {
						continue
					}
					return []statement{{speaks, x.level, said(say("the kernel logged "+quoted(f), "内核日志："+quoted(f)), whence(h, f))}}
				}
			}
			return nil
		}, x.about...)
	}
	return true
}()
