package diagnose

import (
	"strconv"
	"strings"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// harmfulOptions are those whose loss costs throughput or robustness.
var harmfulOptions = []struct {
	option wire.Option
	name   string
}{
	{wire.OptSACKPerm, "SACK"}, {wire.OptWScale, "window scale"}, {wire.OptTimestamps, "timestamps"}, {wire.OptMSS, "MSS"},
}

func (b *both) cut() (names []string) {
	for _, o := range harmfulOptions {
		if (b.OptionsCut[0]|b.OptionsCut[1])&o.option != 0 {
			names = append(names, o.name)
		}
	}
	return names
}

var _ = register(&Rule{
	ID: "options-stripped", Stage: StageRemark, Class: analyzer.Info, Severity: analyzer.SeverityWarning, Fault: analyzer.FaultPath,
	Title:   say("A device on the path removes TCP options: {options}", "途中设备删除了 TCP 选项：{options}"),
	Verdict: say("TCP options removed on the path", "TCP 选项在途中被删除"),
	Doc: say("An option of a SYN is there where it was sent and gone where it arrives: a firewall normalises it away, or a proxy opens the connection anew. Without window scaling no more than 64 KiB are under way at a time; without SACK several losses cost a round trip each; without timestamps old segments are not told from new ones.",
		"SYN 的某个选项在发出处存在，而在到达处消失：防火墙将其规整掉，或代理重新建立了连接。没有窗口扩大，在途数据不超过 64 KiB；没有 SACK，多处丢失各要付出一个往返；没有时间戳，就无法区分新旧报文段。"),
	Recognised: say("The same SYN or SYN-ACK carries fewer options in the capture that is further on.", "同一个 SYN 或 SYN-ACK 在更远处的抓包中选项更少。"),
	Summary:    say("In {count} connections, {options} of the SYN or SYN-ACK are removed on the way ①②.", "在 {count} 条连接中，SYN 或 SYN-ACK 的 {options} 在途中被删除 ①②。"),
	LookAlikes: []LookAlike{
		apart("window-limited", "The ends did offer it.", "两端确实提供了该选项。"),
	},
	Confirm: []analyzer.Confirmation{on(onRouter, "iptables -t mangle -nvL | grep TCPOPTSTRIP", say("The rule that removes them; or a setting of a firewall (TCP normalisation).", "删除选项的规则；或防火墙的设置（TCP 规范化）。"))},
	Fix:     []analyzer.Text{say("Let the device pass the options.", "让该设备放行这些选项。")},
	Survey: func(v *Survey) {
		v.compared(func(s *Subject, b *both) bool { return len(b.cut()) > 0 }, func(s *Subject, b *both, n int) map[string]string {
			return map[string]string{"count": strconv.Itoa(n), "options": strings.Join(b.cut(), ", ")}
		})
	},
})
