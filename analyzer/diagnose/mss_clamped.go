package diagnose

import (
	"strconv"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// clampedFrom returns the end whose announced segment size the path lowered.
func (b *both) clampedFrom() (flow.Dir, bool) {
	for d, mss := range b.MSS {
		if mss[1] != 0 && mss[1] < mss[0] {
			return flow.Dir(d), true
		}
	}
	return 0, false
}

var _ = register(&Rule{
	ID: "mss-clamped", Stage: StageRemark, GroupBy: ByCapture, Class: analyzer.Info, Severity: analyzer.SeverityInfo, Fault: analyzer.FaultPath,
	Title:   say("A device on the path lowers the segment size that the ends announce", "途中设备调低了两端通告的报文段大小"),
	Verdict: say("MSS clamped on the path", "MSS 被途中设备调低"),
	Doc: say("The MSS option of a SYN is smaller where it arrives than where it was sent: a router in front of a tunnel does so, so that segments fit (MSS clamping). That is right where the path is narrower than the ends' links, and a waste where it is not.",
		"SYN 的 MSS 选项在到达处比发出处小：隧道前的路由器会这样做以使报文段能放得下（MSS 钳制）。当路径比两端链路窄时这是对的，否则就是浪费。"),
	Recognised: say("The same SYN carries a smaller MSS in the capture that is further on, or was recorded twice within a tenth of a second by the device that lowers it, equal but for the MSS.", "同一个 SYN 在更远处的抓包中 MSS 更小；或在调低它的设备上于十分之一秒内被记录两次，除 MSS 外完全相同。"),
	Summary:    say("In {count} connections the MSS that {who} announces is lowered on the way from {before} to {after} bytes ①②.", "在 {count} 条连接中，{who} 通告的 MSS 在途中从 {before} 字节被调低到 {after} 字节 ①②。"),
	LookAlikes: []LookAlike{
		apart("mtu-blackhole", "Segments of the lowered size get through.", "调低后大小的报文段能够通过。"),
	},
	Confirm: []analyzer.Confirmation{on(onRouter, "iptables -t mangle -nvL | grep TCPMSS; nft list ruleset | grep maxseg", say("The rule that clamps.", "执行钳制的规则。"))},
	Fix:     []analyzer.Text{say("Nothing to mend if a tunnel follows; otherwise remove the rule.", "若其后有隧道则无需处理；否则移除该规则。")},
	Needs:   troubled,
	Check: func(s *Subject) (Match, bool) {
		x := &s.Trouble.Clamped
		return Match{Level: Certain}, x[flow.Originator].Frame != 0 || x[flow.Responder].Frame != 0
	},
	Tell: func(t *Telling) {
		d, frame := flow.Originator, t.SynFrame
		if t.Trouble.Clamped[d].Frame == 0 {
			d, frame = flow.Responder, t.SynAckFrame
		}
		x := t.Trouble.Clamped[d]
		t.setEnds(d, "who", "other")
		t.Set("count", number(len(t.Flows)))
		t.Set("before", strconv.Itoa(int(x.From)))
		t.Set("after", strconv.Itoa(int(x.To)))
		t.Show(say("recorded with one size", "以一种大小被记录"), frame)
		t.Show(say("and with the other", "又以另一种大小被记录"), x.Frame)
	},
	Survey: func(v *Survey) {
		v.compared(func(s *Subject, b *both) bool { _, ok := b.clampedFrom(); return ok }, func(s *Subject, b *both, n int) map[string]string {
			d, _ := b.clampedFrom()
			who := s.Flow.Client()
			if d == flow.Responder {
				who = s.Flow.Server()
			}
			return map[string]string{
				"count": strconv.Itoa(n), "who": who.String(), "before": strconv.Itoa(int(b.MSS[d][0])), "after": strconv.Itoa(int(b.MSS[d][1])),
			}
		})
	},
})
