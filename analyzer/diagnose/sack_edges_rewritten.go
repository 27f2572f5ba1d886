package diagnose

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// oddSACKs is how many SACKs must lie outside the window: a single one may be a
// damaged segment.
const oddSACKs = 2

var _ = register(&Rule{
	ID: "sack-edges-rewritten", Stage: StageData, Class: analyzer.Sick, Severity: analyzer.SeverityWarning, Fault: analyzer.FaultPath,
	Title:   say("SACKs of {reporter} name bytes that do not exist: a device shifts sequence numbers and forgets the option", "{reporter} 的 SACK 指向不存在的字节：有设备改写了序列号却漏掉该选项"),
	Verdict: say("SACK does not fit the sequence numbers", "SACK 与序列号不符"),
	Doc: say("A firewall that randomises sequence numbers must shift the acknowledgment number and the edges of SACK blocks by the same amount. Some forget the option: the sender then gets SACK blocks far outside of what it sent, ignores them or drops the whole segment, and every loss is repaired slowly, or not at all.",
		"会随机化序列号的防火墙，必须把确认号与 SACK 块的边界按同样的量平移。有些设备忘了这个选项：发送方收到的 SACK 块远在所发数据之外，于是忽略它们甚至丢弃整个报文段，每次丢包都修复得很慢，或根本无法修复。"),
	Recognised: say("SACK blocks more than 64 MiB away from the acknowledgment number of their own segment, at least twice.", "SACK 块与所在报文段的确认号相差超过 64 MiB，至少两次。"),
	Summary: say("{odd} of {all} segments with SACK from {reporter} report bytes that are nowhere near those that they acknowledge ①: a device between {reporter} and this capture shifts sequence numbers without shifting SACK. {sender} cannot use them.",
		"{reporter} 发出的 {all} 个带 SACK 的报文段中，有 {odd} 个所报告的字节与其确认的字节相去甚远 ①：{reporter} 与抓包点之间有设备平移了序列号却没有平移 SACK。{sender} 无法利用它们。"),
	LookAlikes: []LookAlike{
		apart("packet-loss", "Loss explains SACKs, but not their numbers.", "丢包能解释 SACK 的出现，但不能解释其数值。"),
		apart("reordering", "Late segments have numbers within the window.", "迟到的报文段序号仍在窗口内。"),
	},
	Confirm: []analyzer.Confirmation{
		ask(onRouter, "The firewall's sequence number randomisation (off with Cisco ASA: set connection random-sequence-number disable): on, for this traffic.", "防火墙的序列号随机化（Cisco ASA 的关闭命令：set connection random-sequence-number disable）：对该流量启用。"),
		on(say("{sender}", "{sender}"), "nstat -az TcpExtTCPSACKDiscard # twice", say("Rises with each such segment.", "随每个此类报文段增长。")),
	},
	Fix:   []analyzer.Text{say("Switch off sequence number randomisation on that device (hosts choose random numbers themselves), or update it.", "在该设备上关闭序列号随机化（主机本身就使用随机序列号），或升级该设备。")},
	Needs: troubled,
	Check: func(s *Subject) (Match, bool) {
		for _, d := range []flow.Dir{flow.Originator, flow.Responder} {
			if s.Trouble.Sent[d].SACKsOutside >= oddSACKs {
				return Match{Level: Likely, Detail: uint8(d)}, true // the file may have been edited
			}
		}
		return Match{}, false
	},
	Tell: func(t *Telling) {
		d := flow.Dir(t.Match.Detail)
		x := &t.Trouble.Sent[d]
		t.setEnds(d, "reporter", "sender")
		t.Set("odd", number(int(x.SACKsOutside)))
		t.Set("all", number(int(x.SACKs)))
		t.Show(say("the first SACK that does not fit", "第一个不符的 SACK"), x.SACKOutsideFrame)
	},
})

// setEnds names the end d and the other one.
func (t *Telling) setEnds(d flow.Dir, this, other string) {
	ends := [2]string{t.Flow.Client().String(), t.Flow.Server().String()}
	t.Set(this, ends[d])
	t.Set(other, ends[d.Other()])
}
