package diagnose

import (
	"strconv"

	"wirewhy/analyzer"
)

var _ = register(&Rule{
	ID: "nat-between", Stage: StageRemark, Class: analyzer.Info, Severity: analyzer.SeverityInfo, Fault: analyzer.FaultPath,
	Title:   say("Addresses are translated between the two captures", "两份抓包之间存在地址转换"),
	Verdict: say("address translation between", "途中有地址转换"),
	Doc: say("The same connections have other addresses or ports at the second place: a NAT, masquerade, load balancer or service datapath rewrites them. Sequence numbers stay what they are, by which they are recognised. Nothing is wrong with that; it tells which addresses to look for on which side, and that a table of translations lies on the path, which can be full or forget.",
		"同一批连接在第二个位置有不同的地址或端口：NAT、masquerade、负载均衡或服务数据面改写了它们。序列号保持不变，据此可以识别。这本身没有问题；它说明在哪一侧应查找哪个地址，也说明路径上有一张可能写满或遗忘的转换表。"),
	Recognised: say("Connections with the same initial sequence numbers of both ends and other addresses or ports in the other capture.", "在另一份抓包中，双方初始序列号相同而地址或端口不同的连接。"),
	Summary:    say("{count} connections are in both captures under different addresses ①②: {before} here is {after} there.", "有 {count} 条连接以不同的地址出现在两份抓包中 ①②：这里的 {before} 在那里是 {after}。"),
	LookAlikes: []LookAlike{
		apart("synack-wrong-source", "The answers are translated back.", "应答方向做了反向转换。"),
	},
	Confirm: []analyzer.Confirmation{on(onRouter, "conntrack -L; iptables -t nat -nvL; ipvsadm -Ln", say("The entries that translate.", "执行转换的条目。"))},
	Fix:     []analyzer.Text{say("Nothing to mend.", "无需处理。")},
	Survey: func(v *Survey) {
		v.compared(func(s *Subject, b *both) bool { return b.NAT && s.Trouble.ForeignSynAcks == 0 }, func(s *Subject, b *both, n int) map[string]string {
			return map[string]string{
				"count": strconv.Itoa(n), "before": s.Flow.Client().String() + " > " + s.Flow.Server().String(),
				"after": b.far.Flow.Client().String() + " > " + b.far.Flow.Server().String(),
			}
		})
	},
})
