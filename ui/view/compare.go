package view

import (
	"strconv"

	"wirewhy/analyzer"
	"wirewhy/ui/plot"
	"wirewhy/ui/state"
	"wirewhy/wasm/protocol"
)

// BesideRowHeight is the height of a line of the lists beside a capture, px; the
// stylesheet holds the same number.
const BesideRowHeight = 23

// The words of what stands beside a capture: Compare, Evidence, and how to add to them.
var beside = struct {
	Sources, Compare, Evidence, Add, AddTitle, AddText, AddFiles, AddIt, Nothing, Recognised, Remove                                                                      analyzer.Text
	Compared, NearIs, Swap, FindNear, Clock, Drift, NoDrift, OneWay, Ahead, Behind, Apart, By                                                                             analyzer.Text
	ToServer, ToClient, ThereOf, BackOf, Sent, Arrived, Lost, LostData, MadeUp, Twice, Delay, Changed, Asymmetry, Quickest                                                analyzer.Text
	Paired, Fates, Missing, Path, Connection, Time, What, NearFrame, FarFrame, Packet                                                                                     analyzer.Text
	Text, Texts, Between, Alone, Whose, Nobody, Earlier, Unread, UnreadLine, Grown, Before, After, Contradict, Facts, Rests, Confirms, Refutes, Remarks, Line, Kind, Said analyzer.Text
	NoEvidence, None, HostSaid, Refused                                                                                                                                   analyzer.Text
}{
	Sources: t("Captures and texts", "抓包与文本"), Compare: t("Compare", "对照"), Evidence: t("Evidence", "主机证据"), Add: t("Add…", "添加…"),
	AddTitle: t("Add another capture, or what a host says", "添加另一份抓包或主机信息"),
	AddText: t("The capture from the other side, or what a host says of itself: netstat -s, nstat, ss, sysctl, iptables, nft, conntrack, ip, ethtool, dmesg. Drop the files, choose them, or paste text here.",
		"另一侧的抓包，或主机自身的信息：netstat -s、nstat、ss、sysctl、iptables、nft、conntrack、ip、ethtool、dmesg。可拖入文件、选择文件，或在此粘贴文本。"),
	AddFiles: t("Choose files…", "选择文件…"), AddIt: t("Add this text", "添加此文本"),
	Nothing:    t("Nothing recognised so far. Packets that tcpdump printed are read, too.", "尚未识别出内容。tcpdump 打印的报文也可以读取。"),
	Recognised: t("Recognised:", "已识别："), Remove: t("Remove", "移除"),
	Compared: t("Captures of one incident, compared", "同一事件的多份抓包对照"), NearIs: t("is nearer to the clients:", "更靠近客户端："),
	Swap: t("Swap the two", "对调两者"), FindNear: t("Let the packets tell", "由报文判断"),
	Clock: t("clocks apart", "时钟相差"), Drift: t("drift apart", "时钟漂移"), NoDrift: t("none beyond", "未超出"),
	OneWay: t("only one direction can be compared: the path's own delay is part of it", "只有一个方向可供比较：其中包含路径自身的时延"),
	Ahead:  t("ahead of", "超前于"), Behind: t("behind", "滞后于"), Apart: t("only in one", "条只在一处"), By: t("joined by", "匹配依据"),
	ToServer: t("to servers", "去往服务端"), ToClient: t("to clients", "去往客户端"),
	ThereOf: t("→ arrived / sent", "→ 到达 / 发出"), BackOf: t("← arrived / sent", "← 到达 / 发出"), Sent: t("sent", "发出"), Arrived: t("arrived", "到达"), Lost: t("lost between", "途中丢失"), LostData: t("of these, with data", "其中带数据"),
	MadeUp: t("injected: never sent", "注入：从未发出"), Twice: t("came twice", "重复送达"), Delay: t("one way: least · median · most", "单程：最小 · 中位 · 最大"),
	Changed: t("changed on the way", "途中被修改"), Asymmetry: t("The two ways' medians differ by", "两个方向的中位时延相差"),
	Quickest: t("The clocks are set so that the quickest packets take as long both ways.", "估计时钟差时假定最快的报文在两个方向上耗时相同。"),
	Paired:   t("Connections", "连接"), Fates: t("Packets lost, changed, injected", "丢失、修改、注入的报文"), Missing: t("Only in one capture", "只在一份抓包中"),
	Path:       t("On the way from the clients:", "从客户端起的路径："),
	Connection: t("connection", "连接"), Time: t("time", "时间"), What: t("fate", "结局"), NearFrame: t("frame near", "近端帧"), FarFrame: t("frame far", "远端帧"), Packet: t("packet", "报文"),
	Text: t("text", "文本"), Texts: t("What was recognised", "已识别的内容"), Between: t("in between", "居中"), Alone: t("Add a capture, and its findings are held against what the hosts say.", "添加抓包后，结论会与主机信息相互印证。"), Whose: t("whose", "来自"), Nobody: t("not told", "未指明"), Earlier: t("Earlier", "提前"),
	Unread: t("lines not understood", "行未能识别"), UnreadLine: t("line not understood", "行未能识别"), Grown: t("What grew between the snapshots", "两次快照之间的增长"), Before: t("before", "之前"), After: t("after", "之后"),
	Contradict: t("What contradicts itself", "相互矛盾之处"), Facts: t("All facts", "全部事实"), Rests: t("What it means for the findings", "对结论的影响"),
	Confirms: t("confirms", "证实"), Refutes: t("speaks against", "否定"), Remarks: t("beside", "备注"), Line: t("line", "行"), Kind: t("kind", "类别"), Said: t("as it stood", "原文"),
	NoEvidence: t("Nothing in these texts bears on a finding.", "这些文本与任何结论都没有关系。"),
	None:       t("none", "无"), HostSaid: t("what the host said", "主机原文"), Refused: t("Not added", "未能添加")}

// besideOpen reports whether what stands beside the capture is shown.
func besideOpen(s *state.State) bool {
	return s.Tab.IsBeside() && (s.Phase == state.Reading || s.Phase == state.Ready)
}

// BesideHead draws the captures' comparison, or what hosts said, above the list.
func BesideHead(s *state.State) string {
	if !besideOpen(s) {
		return ""
	}
	var m markup
	if s.Tab == state.TabEvidence {
		evidenceHead(&m, s)
	} else {
		compareHead(&m, s)
	}
	return m.String()
}

func compareHead(m *markup, s *state.State) {
	v := &s.Beside.Compare
	m.put(`<h1>%</h1>`, beside.Compared.In(s.Lang))
	if v.Path != "" {
		m.put(`<p class="path">% <b>%</b></p>`, beside.Path.In(s.Lang), v.Path)
	}
	for _, apart := range v.Apart {
		m.put(`<p class="note">%</p>`, apart)
	}
	if s.Beside.Pair >= len(v.Pairs) {
		return
	}
	if len(v.Pairs) > 1 {
		m.put(`<div class="segs" role="group">`)
		for i := range v.Pairs {
			m.put(`<button type="button" class="seg" id="pair-%" data-act="pair" data-arg="%" aria-pressed="%">% → %</button>`, i, i, choose(i == s.Beside.Pair, "true", "false"), captureName(s, v.Pairs[i].Near), captureName(s, v.Pairs[i].Far))
		}
		m.put(`</div>`)
	}
	p := &v.Pairs[s.Beside.Pair]
	m.put(`<p class="near"><b>%</b> % % <button type="button" id="near-swap" data-act="near" data-arg="swap">%</button>`, captureName(s, p.Near), beside.NearIs.In(s.Lang), p.Why, beside.Swap.In(s.Lang))
	if p.Told {
		m.put(` <button type="button" class="link" id="near-find" data-act="near" data-arg="find">%</button>`, beside.FindNear.In(s.Lang))
	}
	m.put(`</p><div class="two">`)
	pairFigures(m, s, p)
	ways(m, s, p)
	m.put(`</div>`)
	m.put(`<div class="segs lists" role="group">`)
	for _, l := range []struct {
		list  protocol.List
		title analyzer.Text
		count int
	}{{protocol.Paired, beside.Paired, joinedCount(p)}, {protocol.Fates, beside.Fates, p.Differ}, {protocol.Missing, beside.Missing, p.Missing}} {
		m.put(`<button type="button" class="seg" id="list-%" data-act="list" data-arg="%" aria-pressed="%">% <small>%</small></button>`, int(l.list), int(l.list), choose(s.Beside.List == l.list && s.Beside.Flow < 0, "true", "false"), l.title.In(s.Lang), number(l.count))
	}
	if s.Beside.Flow >= 0 {
		m.put(`<span class="seg on">% (%)</span>`, beside.Fates.In(s.Lang), number(s.Beside.Total))
	}
	m.put(`</div>`)
}

func captureName(s *state.State, i int) string {
	if i < 0 || i >= len(s.Overview.Captures) {
		return ""
	}
	return s.Overview.Captures[i].Name
}

func joinedCount(p *protocol.PairView) (n int) {
	for _, by := range p.By {
		n += by.Count
	}
	return n
}

// pairFigures draws how far the clocks are apart, and what was joined by what.
func pairFigures(m *markup, s *state.State, p *protocol.PairView) {
	m.put(`<dl class="figures-list">`)
	line := func(title analyzer.Text, value, hint string) {
		m.put(`<div><dt>%</dt><dd>% <small>%</small></dd></div>`, title.In(s.Lang), value, hint)
	}
	if c := &p.Clock; c.Known {
		order := beside.Ahead
		if c.Offset < 0 {
			order = beside.Behind
		}
		hint := captureName(s, p.Far) + " " + order.In(s.Lang) + " " + captureName(s, p.Near)
		if c.OneWay {
			hint += "; " + beside.OneWay.In(s.Lang)
		}
		line(beside.Clock, strconv.FormatFloat(c.Offset.Abs().Seconds(), 'f', 6, 64)+" s ± "+plot.Duration(c.Uncertainty), hint)
		if c.DriftKnown {
			value := signed(c.Drift) + " ± " + ppm(c.DriftError) + " ppm"
			if most := max(c.Drift, -c.Drift); most <= c.DriftError {
				value = beside.NoDrift.In(s.Lang) + " " + ppm(most+c.DriftError) + " ppm"
			}
			line(beside.Drift, value, "")
		}
	}
	tallies := func(title analyzer.Text, list []protocol.Tally) {
		if len(list) == 0 {
			return
		}
		m.put(`<div><dt>%</dt><dd><ul>`, title.In(s.Lang))
		for _, x := range list {
			m.put(`<li><b>%</b> %</li>`, number(x.Count), x.Words)
		}
		m.put(`</ul></dd></div>`)
	}
	tallies(beside.By, p.By)
	tallies(beside.Apart, p.Apart)
	m.put(`</dl>`)
}

func ppm(billionths int64) string {
	return strconv.FormatFloat(float64(billionths)/1000, 'f', 2, 64)
}

func signed(billionths int64) string {
	if billionths > 0 {
		return "+" + ppm(billionths)
	}
	return ppm(billionths)
}

// ways draws what became of the packets, a column for each direction.
func ways(m *markup, s *state.State, p *protocol.PairView) {
	m.put(`<table class="ways"><thead><tr><td></td><th scope="col">% →</th><th scope="col">← %</th></tr></thead><tbody>`, beside.ToServer.In(s.Lang), beside.ToClient.In(s.Lang))
	row := func(title analyzer.Text, always, bad bool, cell func(w *protocol.WayView) string) {
		cells := [2]string{cell(&p.Ways[0]), cell(&p.Ways[1])}
		if !always && cells[0] == "0" && cells[1] == "0" {
			return
		}
		m.put(`<tr><th scope="row">%</th>`, title.In(s.Lang))
		for _, text := range cells {
			m.put(`<td class="%">%</td>`, choose(bad && text != "0", "bad", ""), text)
		}
		m.put(`</tr>`)
	}
	row(beside.Sent, true, false, func(w *protocol.WayView) string { return number(w.Sent) })
	row(beside.Arrived, true, false, func(w *protocol.WayView) string { return number(w.Arrived) })
	row(beside.Lost, true, true, func(w *protocol.WayView) string {
		if w.Lost == 0 {
			return "0"
		}
		return number(w.Lost) + " (" + percent(uint64(w.Lost), uint64(w.Sent)) + ")"
	})
	row(beside.LostData, false, false, func(w *protocol.WayView) string {
		if w.LostData == 0 {
			return "0"
		}
		return number(w.LostData) + " · " + bytesText(w.LostBytes)
	})
	row(beside.MadeUp, false, true, func(w *protocol.WayView) string { return number(w.MadeUp) })
	row(beside.Twice, false, false, func(w *protocol.WayView) string { return number(w.Twice) })
	row(beside.Delay, true, false, func(w *protocol.WayView) string {
		if !w.Timed {
			return "–"
		}
		return plot.Duration(max(w.DelayMin, 0)) + " · " + plot.Duration(max(w.DelayMedian, 0)) + " · " + plot.Duration(max(w.DelayMax, 0))
	})
	m.put(`<tr><th scope="row">%</th>`, beside.Changed.In(s.Lang))
	for d := range p.Ways {
		m.put(`<td>`)
		if len(p.Ways[d].Changes) == 0 {
			m.put(`%`, beside.None.In(s.Lang))
		}
		for _, c := range p.Ways[d].Changes {
			m.put(`<span class="change">%</span>`, c)
		}
		m.put(`</td>`)
	}
	m.put(`</tr>`)
	m.put(`</tbody>`)
	if a, b := &p.Ways[0], &p.Ways[1]; a.Timed && b.Timed {
		m.put(`<tfoot><tr><td colspan="3">% % · %</td></tr></tfoot>`, beside.Asymmetry.In(s.Lang), plot.Duration((a.DelayMedian - b.DelayMedian).Abs()), beside.Quickest.In(s.Lang))
	}
	m.put(`</table>`)
}

// columnsOf are the titles of the list's columns.
func columnsOf(s *state.State) []analyzer.Text {
	switch {
	case s.Tab == state.TabEvidence:
		return []analyzer.Text{beside.Text, beside.Line, beside.Kind, beside.Said}
	case s.Beside.List == protocol.Fates:
		return []analyzer.Text{beside.Time, beside.What, beside.NearFrame, beside.FarFrame, beside.Packet, beside.Connection}
	}
	return []analyzer.Text{beside.Connection, beside.ThereOf, beside.BackOf, beside.Changed, beside.By}
}

// BesideColumns draws the head of the list.
func BesideColumns(s *state.State) string {
	if !besideOpen(s) {
		return ""
	}
	var m markup
	m.put(`<div class="columns %">`, listClass(s))
	for _, title := range columnsOf(s) {
		m.put(`<span>%</span>`, title.In(s.Lang))
	}
	m.put(`</div>`)
	return m.String()
}

func listClass(s *state.State) lit {
	switch {
	case s.Tab == state.TabEvidence:
		return "facts-list"
	case s.Beside.List == protocol.Fates:
		return "fates-list"
	}
	return "paired-list"
}

// BesideRows draws the lines of the list that are in sight.
func BesideRows(s *state.State) string {
	if !besideOpen(s) {
		return ""
	}
	var m markup
	b := &s.Beside
	for i := b.First; i < min(b.End, b.Total); i++ {
		line, ok := b.Line(i)
		m.put(`<div class="line %%%" id="line-%" role="option" aria-selected="%" aria-setsize="%" aria-posinset="%" data-act="line" data-arg="%">`,
			listClass(s), choose(line.Bad, " hurts", ""), choose(i == b.Cursor, " on", ""), i, choose(i == b.Cursor, "true", "false"), b.Total, i+1, i)
		if !ok {
			m.put(`…`)
		}
		for k, cell := range line.Cells {
			mark := ""
			if k == 0 && line.Finding > 0 {
				mark = "● "
			}
			m.put(`<span title="%">%%</span>`, cell, mark, cell)
		}
		m.put(`</div>`)
	}
	return m.String()
}
