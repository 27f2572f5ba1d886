package diagnose

import (
	"strings"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

const (
	// An option is suspected once two attempts got an answer as soon as they left it
	// out: one lost SYN looks the same, because stacks give up options when they try
	// again (Linux ECN with the first repetition, net.ipv4.tcp_ecn_fallback).
	optionFlows = 2
	// plainAnswer bounds the time from the plain SYN to its answer: below the time
	// after which the next one would have gone out.
	plainAnswer = time.Second
)

// optionNames are what a SYN may ask for, as texts name it.
var optionNames = []struct {
	option wire.Option
	name   string
}{
	{wire.OptFastOpen, "TCP Fast Open"}, {wire.OptMPTCP, "MPTCP"}, {wire.OptTimestamps, "timestamps"},
	{wire.OptWScale, "window scaling"}, {wire.OptSACKPerm, "SACK"}, {wire.OptMD5, "MD5"}, {wire.OptAO, "TCP-AO"},
	{wire.OptMSS, "MSS"}, {wire.OptUnknown, "an unknown option"},
}

var _ = register(&Rule{
	ID: "syn-options-dropped", Stage: StageHandshake, Class: analyzer.Sick, Severity: analyzer.SeverityWarning, Fault: analyzer.FaultPath,
	Title:   say("SYNs to {server} that ask for {options} are dropped, plain ones answered", "发往 {server}、请求 {options} 的 SYN 被丢弃，不带它的则得到应答"),
	Verdict: say("SYN dropped for its options", "SYN 因选项被丢弃"),
	Doc: say("A device on the way (or the server) throws SYNs away that carry something it does not know: ECN, TCP Fast Open, MPTCP, timestamps. The client's stack tries again without it after a second or more, and that SYN is answered at once. Each connection begins late.",
		"途中某个设备（或服务端）会丢弃带有它不认识的内容的 SYN：ECN、TCP Fast Open、MPTCP、时间戳。客户端协议栈在一秒或更久之后去掉它再试，这个 SYN 立即得到应答。每条连接都因此迟到。"),
	Recognised: say("At least two attempts to one server were silent as long as the SYN asked for something, and answered within a second of the first SYN that no longer did; no SYN to that server that asked for it was ever answered.",
		"至少两次到同一服务端的尝试，在 SYN 请求某项功能期间一直无人应答，而第一个不再请求它的 SYN 在一秒内得到应答；到该服务端、带此请求的 SYN 从未得到过应答。"),
	Summary: say("{n} attempts to {server} got no answer while their SYNs asked for {options} ①; the first SYN without was answered at once ②. That cost {wait}.",
		"到 {server} 的 {n} 次尝试，在 SYN 请求 {options} 时没有应答 ①；第一个不带它的 SYN 立即得到应答 ②。为此耽误了 {wait}。"),
	LookAlikes: []LookAlike{
		maybe("first-syn-lost", "A path that loses SYNs at random would also lose plain ones, and let some of the others through.", "随机丢 SYN 的路径也会丢掉普通 SYN，并放过一些带选项的 SYN。"),
		apart("syn-no-response", "The plain SYN was answered.", "不带选项的 SYN 得到了应答。"),
	},
	Confirm: []analyzer.Confirmation{on(onClient, "sysctl net.ipv4.tcp_ecn net.ipv4.tcp_fastopen net.mptcp.enabled net.ipv4.tcp_timestamps; nstat -az TcpExtTCPFastOpenActiveFail TcpExtTCPFastOpenBlackhole MPTcpExtMPCapableSYNTXDrop",
		say("Switched off (=0), connections begin at once.", "关闭（=0）之后，连接立即建立。"))},
	Fix: []analyzer.Text{say("Let the firewall on the path pass the option (find it with a capture on either side of each hop), or switch it off for this destination (ip route … features, or the sysctl).",
		"让路径上的防火墙放行该选项（在每一跳两侧抓包定位），或对该目的地关闭它（ip route … features，或 sysctl）。")},
	Survey: func(v *Survey) {
		type kind struct {
			server flow.Endpoint
			lacks  wire.Option
			ecn    bool
		}
		by := map[kind][]uint32{}
		for id, has := range v.traits {
			if !has.has(answered | completed | troubled) {
				continue
			}
			f := v.Tracker.Flow(id)
			x := v.Tracker.Trouble(f)
			if x.SynChanged == 0 || f.LastSyn != x.SynChanged {
				continue
			}
			if d := f.SynAck.Sub(x.SynChanged); d < 0 || d > plainAnswer || v.facts.mute[f.ServerAddr] {
				continue
			}
			if k := (kind{f.Server(), x.SynLacks, x.SynLacksECN}); k.ecn || k.lacks != 0 {
				if _, ok := by[k]; ok || len(by) < maxMute {
					by[k] = append(by[k], uint32(id))
				}
			}
		}
		if len(by) == 0 {
			return
		}
		for id := range v.primary { // one answer to such a SYN clears the option
			f := v.Tracker.Flow(id)
			c := &f.Sides[flow.Originator]
			if f.SynAckFrame == 0 || v.Tracker.Trouble(f).SynChanged != 0 && f.LastSyn >= v.Tracker.Trouble(f).SynChanged {
				continue
			}
			for k := range by {
				if k.server == f.Server() && c.Options&k.lacks == k.lacks && (!k.ecn || c.Flags&flow.OffersECN != 0) {
					delete(by, k)
				}
			}
		}
		for _, ids := range by {
			for _, id := range ids {
				if len(ids) >= optionFlows {
					v.Claim(id, Match{Level: Likely})
				}
			}
		}
	},
	Tell: func(t *Telling) {
		x := t.Trouble
		var names []string
		if x.SynLacksECN {
			names = append(names, "ECN")
		}
		for _, o := range optionNames {
			if x.SynLacks&o.option != 0 {
				names = append(names, o.name)
			}
		}
		t.Set("options", strings.Join(names, ", "))
		t.Set("wait", Duration(x.SynChanged.Sub(t.Start)))
		asking := t.synFrames()
		t.Show(say("SYN that asks for it", "带此请求的 SYN"), asking[:min(len(asking), int(x.SynsBeforeChange))]...)
		t.Show(say("SYN without, and its answer", "不带它的 SYN 及其应答"), x.SynChangedFrame, t.SynAckFrame)
	},
})
