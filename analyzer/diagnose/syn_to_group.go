package diagnose

import (
	"net/netip"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

var _ = register(&Rule{
	ID: "syn-to-broadcast-or-multicast", Stage: StageHandshake, Class: analyzer.Sick, Severity: analyzer.SeverityError, Fault: analyzer.FaultClient,
	Title:   say("SYN to {serverAddr}, {what}", "SYN 发往 {serverAddr}：{whatZh}"),
	Verdict: say("SYN to a group address", "SYN 发往组地址"),
	Doc:     say("TCP connects two hosts; a SYN to a broadcast or multicast address, or in a broadcast frame, is dropped by every host (RFC 1122 §4.2.3.10). The client was given a wrong address.", "TCP 只连接两台主机；发往广播或多播地址、或以广播帧发出的 SYN，会被每台主机丢弃（RFC 1122 §4.2.3.10）。客户端拿到的地址是错的。"),
	Recognised: say("The SYN's destination is an IP broadcast or multicast address, or its frame goes to a group MAC address, and nothing comes back.",
		"SYN 的目的地址是 IP 广播或多播地址，或帧的目的 MAC 是组地址，且没有任何返回。"),
	Summary: say("{client} dials {serverAddr} ①: {what}. No host may answer that. Look where the client has that address from: a wrong mask, a configuration file, a discovery service.",
		"{client} 连接 {serverAddr} ①：{whatZh}。任何主机都不允许应答。请检查客户端从哪里得到这个地址：错误的掩码、配置文件、服务发现。"),
	LookAlikes: []LookAlike{apart("syn-no-response", "The silence has a reason: hosts must ignore such a SYN.", "沉默是有原因的：主机必须忽略这样的 SYN。")},
	Uncapped:   true,
	Confirm:    []analyzer.Confirmation{on(onClient, "ip route get {serverAddr}; ip addr", say("\"broadcast\" or \"multicast\" in the answer.", "输出中出现 “broadcast” 或 “multicast”。"))},
	Fix:        []analyzer.Text{say("Give the client the address of a host.", "给客户端配置一个真正的主机地址。")},
	Needs:      flagged,
	Check: func(s *Subject) (Match, bool) {
		return Match{Level: Certain}, s.Flags&flow.SynToGroup != 0 && s.ClientAddr != s.ServerAddr && s.SynAckFrame == 0 && s.AckFrame == 0 && s.ResetFrame == 0
	},
	Tell: func(t *Telling) {
		t.Set("what", "sent in a broadcast frame (a subnet's broadcast address, or a wrong neighbour entry)")
		t.Set("whatZh", "以广播帧发出（某子网的广播地址，或邻居表项有误）")
		switch a := t.ServerAddr.Netip(); {
		case a.IsMulticast():
			t.Set("what", "a multicast address")
			t.Set("whatZh", "多播地址")
		case a == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
			t.Set("what", "the broadcast address")
			t.Set("whatZh", "广播地址")
		}
		t.Show(say("SYN to {server}", "发往 {server} 的 SYN"), t.synFrames()...)
	},
})
