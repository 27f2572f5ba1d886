package view

import (
	"strconv"
	"strings"
	"time"

	"wirewhy/analyzer"
	"wirewhy/ui/plot"
	"wirewhy/ui/state"
	"wirewhy/wasm/protocol"
)

var graphWords = struct {
	All, Side, Panels, Legend, Zoom, In, Out, Whole, Absolute, Loading, Nothing, Figures, Data, Hint, Joined, Frame, ByClient, ByServer, Label analyzer.Text
}{
	All: t("All", "全部"), Side: t("Whose data", "数据方向"), Panels: t("Graphs", "图表"), Legend: t("Curves: press to hide or show", "曲线：点按以隐藏或显示"),
	Zoom: t("Zoom", "缩放"), In: t("Zoom in (+)", "放大 (+)"), Out: t("Zoom out (−)", "缩小 (−)"), Whole: t("0: all of the time", "0：全部时间"),
	Absolute: t("absolute", "绝对序号"), Loading: t("Reading the packets again", "正在重新读取数据包"), Nothing: t("No packets to draw.", "没有可绘制的数据包。"),
	Figures: t("Figures", "数值"), Data: t("data of the", "数据来自"), Joined: t("packets in this place; zoom in to tell them apart", "个包在此处重叠；放大可区分"), Frame: t("frame", "帧"),
	Hint:     t("Drag to zoom, Shift-drag or ← → to move, wheel or + − to zoom, 0 for all, click or Enter for the packet.", "拖动选择放大，Shift+拖动平移，滚轮或 + − 缩放，← → 移动游标，0 显示全部，点击或 Enter 打开数据包。"),
	ByClient: t("client → server", "客户端 → 服务端"), ByServer: t("server → client", "服务端 → 客户端"),
	Label: t("Graphs", "图表"),
}

// panelTitles are the titles of the panels, shorter ones on their buttons.
var panelTitles = [plot.PanelCount][2]analyzer.Text{
	{t("Sequence", "序列号"), t("Sequence numbers over time", "序列号随时间变化")}, {t("RTT", "RTT"), t("Round-trip time", "往返时间")},
	{t("In flight", "在途"), t("Bytes in flight and receive window", "在途字节与接收窗口")}, {t("Throughput", "吞吐量"), t("Throughput", "吞吐量")},
	{t("Packets", "数据包"), t("Packets per second", "每秒数据包")}, {t("Errors", "错误"), t("Errors per second", "每秒错误")},
	{t("Flows", "连接"), t("Flows begun per second", "每秒新建连接")}, {t("Handshakes", "握手"), t("Handshake RTT over time", "握手 RTT 随时间变化")},
	{t("Distribution", "分布"), t("Handshake RTT: how many flows", "握手 RTT 分布（连接数）")},
}

var curveWords = [protocol.CurveKinds]analyzer.Text{
	t("data", "数据"), t("retransmitted", "重传"), t("out of order", "乱序"), t("missing", "缺失"), t("acknowledged", "已确认"), t("window", "窗口"), t("SACK", "SACK"),
	t("duplicate ACK", "重复 ACK"), t("zero window", "零窗口"), t("FIN", "FIN"), t("RST", "RST"),
	t("RTT of data", "数据 RTT"), t("handshake RTT", "握手 RTT"), t("in flight", "在途"), t("receive window", "接收窗口"), t("sent", "发送"), t("acknowledged (goodput)", "已确认（有效吞吐）"),
	t("packets", "数据包"), t("errors", "错误"), t("begun", "新建"), t("failed", "失败"), t("handshake RTT", "握手 RTT"), t("flows by RTT", "连接数"),
}

var figureWords = [protocol.FigureCount]analyzer.Text{
	t("payload", "净荷"), t("mean throughput", "平均吞吐"), t("data segments", "数据段"), t("retransmitted", "重传"), t("out of order", "乱序"), t("never captured", "未抓到"),
	t("handshake RTT", "握手 RTT"), t("RTT samples", "RTT 样本"), t("RTT min", "RTT 最小"), t("RTT p50", "RTT p50"), t("RTT p95", "RTT p95"), t("RTT p99", "RTT p99"), t("RTT max", "RTT 最大"),
	t("most in flight", "最大在途"), t("window min", "窗口最小"), t("window max", "窗口最大"), t("zero windows", "零窗口"), t("window closed for", "窗口关闭时长"),
	t("peak", "峰值"), t("flows begun", "新建连接"), t("of these failed", "其中失败"),
}

// Graph returns what is drawn of the state; nil if there is nothing yet.
func Graph(s *state.State) *plot.Graph {
	v := &s.Graphs
	if s.Tab != state.TabGraphs || v.View == nil {
		return nil
	}
	g := &plot.Graph{View: v.View, Width: float64(v.Width), Height: float64(v.Height), Alone: v.Panel, Hidden: v.Hidden, Absolute: v.Absolute}
	g.From, g.To = v.Stretch()
	for i := range panelTitles {
		g.Titles[i] = panelTitles[i][1].In(s.Lang)
	}
	for i := range curveWords {
		g.Names[i] = curveWords[i].In(s.Lang)
	}
	return g
}

// GraphsHead draws the switches over the graphs, and their legend.
func GraphsHead(s *state.State) string {
	v := s.Graphs.View
	if s.Tab != state.TabGraphs || v == nil {
		return ""
	}
	var m markup
	m.put(`<div class="tools graph-tools">`)
	if v.Flow >= 0 {
		group(&m, s, graphWords.Side)
		turn(&m, s, "side", "0", v.Side == 0, graphWords.ByClient)
		turn(&m, s, "side", "1", v.Side == 1, graphWords.ByServer)
		m.put(`</div>`)
	}
	var panels [plot.PanelCount]bool
	for _, c := range v.Curves {
		panels[plot.PanelOf(c.Kind)] = true
	}
	group(&m, s, graphWords.Panels)
	turn(&m, s, "panel", "-1", s.Graphs.Panel < 0, graphWords.All)
	for i, has := range panels {
		if has {
			turn(&m, s, "panel", strconv.Itoa(i), s.Graphs.Panel == i, panelTitles[i][0])
		}
	}
	from, to := s.Graphs.Stretch()
	begin := "0"
	if from > 0 {
		begin = plot.Duration(from)
	}
	m.put(`</div><span class="stretch" id="graph-stretch">% – %</span>`, begin, plot.Duration(to))
	group(&m, s, graphWords.Zoom)
	for i, key := range [...]string{"−", "+", "0"} {
		title := [...]analyzer.Text{graphWords.Out, graphWords.In, graphWords.Whole}[i].In(s.Lang)
		m.put(`<button type="button" id="zoom-%" data-act="graph-zoom" data-arg="%" title="%" aria-label="%">%</button>`, i, key, title, title, key)
	}
	m.put(`</div></div>`)
	legend(&m, s, v)
	return m.String()
}

// group begins a group of buttons.
func group(m *markup, s *state.State, title analyzer.Text) {
	m.put(`<div class="segs" role="group" aria-label="%">`, title.In(s.Lang))
}

// turn draws a button that is one of several choices.
func turn(m *markup, s *state.State, act, arg string, on bool, text analyzer.Text) {
	m.put(`<button type="button" id="%-%" data-act="%" data-arg="%" aria-pressed="%">%</button>`, act, arg, act, arg, choose(on, "true", "false"), text.In(s.Lang))
}

func legend(m *markup, s *state.State, v *protocol.GraphView) {
	m.put(`<div class="legend" role="group" aria-label="%">`, graphWords.Legend.In(s.Lang))
	for _, c := range v.Curves {
		if p := plot.PanelOf(c.Kind); s.Graphs.Panel >= 0 && p != s.Graphs.Panel {
			continue
		}
		m.put(`<button type="button" id="curve-%" data-act="curve" data-arg="%" aria-pressed="%">`, int(c.Kind), int(c.Kind), choose(s.Graphs.Hidden>>c.Kind&1 == 0, "true", "false"))
		style := plot.Looks[c.Kind]
		m.put(`<svg class="swatch c%" viewBox="0 0 12 12" aria-hidden="true"><path d="%"/></svg>%</button>`, style.Color, swatch(c.Kind, style.Shape), curveWords[c.Kind].In(s.Lang))
	}
	if v.Flow >= 0 && (s.Graphs.Panel < 0 || s.Graphs.Panel == plot.PanelSequence) {
		m.put(`<button type="button" id="act-absolute" data-act="raw-seq" aria-pressed="%">%</button>`, choose(s.Graphs.Absolute, "true", "false"), graphWords.Absolute.In(s.Lang))
	}
	m.put(`</div>`)
}

// swatch is a curve's sign in the legend.
func swatch(kind protocol.CurveKind, shape plot.Shape) lit {
	switch kind {
	case protocol.CurveResent:
		return "M6 0l3.500 5h-2v7h-3v-7h-2z"
	case protocol.CurveReordered:
		return "M6 0l3 3-3 3-3-3zM4.500 6h3v6h-3z"
	case protocol.CurveMissing:
		return "M3 1h6v2h-4v6h4v-2h-2v-2h2v7h-6z"
	}
	return [...]lit{"M4.500 0h3v12h-3z", "M0 8h5v-5h7v2h-5v5h-7z", "M3 6a3 3 0 1 0 6 0a3 3 0 1 0-6 0", "M1 5h4v7h-4zM6 2h4v10h-4z", "M1 5h10v2.500h-10z",
		"M1 6a5 5 0 1 0 10 0a5 5 0 1 0-10 0h2a3 3 0 1 1 6 0a3 3 0 1 1-6 0z", "M1 3l2-2 3 3 3-3 2 2-3 3 3 3-2 2-3-3-3 3-2-2 3-3z", "M6 1l5 5-5 5-5-5z"}[shape]
}

// GraphsSay draws what the crosshair has caught.
func GraphsSay(s *state.State) string {
	var m markup
	switch {
	case s.Tab != state.TabGraphs:
	case s.Graphs.Error != "":
		m.put(`<p class="trouble" role="alert">%</p>`, s.Graphs.Error)
	case s.Graphs.View != nil:
		m.put(`<p class="reading">%</p>`, GraphReading(s))
	}
	return m.String()
}

// GraphsFigures draws the figures, which are the graphs' text.
func GraphsFigures(s *state.State) string {
	v := s.Graphs.View
	if s.Tab != state.TabGraphs || v == nil {
		return ""
	}
	var m markup
	if v.Note != "" {
		m.put(`<p class="hint">%</p>`, v.Note)
	}
	m.put(`<details class="figures-table"><summary id="graph-figures">% <span>%</span></summary><table><tbody>`, graphWords.Figures.In(s.Lang), summary(s, v))
	for i, value := range v.Figures {
		if value >= 0 && i < len(figureWords) {
			m.put(`<tr><th scope="row">%</th><td>%</td></tr>`, figureWords[i].In(s.Lang), figure(protocol.Figure(i), value))
		}
	}
	m.put(`</tbody></table><p class="hint">%</p></details>`, graphWords.Hint.In(s.Lang))
	return m.String()
}

// summary tells in a line what the graphs show.
func summary(s *state.State, v *protocol.GraphView) string {
	var parts []string
	for _, f := range [...]protocol.Figure{
		protocol.FigurePayload, protocol.FigureThroughput, protocol.FigureResent, protocol.FigureHandshake, protocol.FigureMedian, protocol.FigureP95, protocol.FigureP99,
		protocol.FigureFlight, protocol.FigureZeroWindows, protocol.FigurePeak, protocol.FigureFlows, protocol.FigureFailed,
	} {
		if int(f) < len(v.Figures) && v.Figures[f] >= 0 {
			parts = append(parts, figureWords[f].In(s.Lang)+" "+figure(f, v.Figures[f]))
		}
	}
	return strings.Join(parts, " · ")
}

func figure(f protocol.Figure, value int64) string {
	switch f {
	case protocol.FigureThroughput:
		return plot.Amount(float64(value)*8, "bit/s")
	case protocol.FigurePayload, protocol.FigureMissed, protocol.FigureFlight, protocol.FigureWindowMin, protocol.FigureWindowMax:
		return bytesText(value)
	case protocol.FigureHandshake, protocol.FigureMin, protocol.FigureMedian, protocol.FigureP95, protocol.FigureP99, protocol.FigureMax, protocol.FigureClosed:
		return plot.Duration(time.Duration(value))
	case protocol.FigurePeak:
		return plot.Amount(float64(value), "/s")
	}
	return number(value)
}

// GraphReading says what the crosshair has caught, or how far reading has come.
func GraphReading(s *state.State) string {
	v := s.Graphs.View
	if v.Read < v.Total {
		return graphWords.Loading.In(s.Lang) + " · " + percent(uint64(v.Read), uint64(v.Total))
	}
	g := Graph(s)
	if len(v.Curves) == 0 {
		return graphWords.Nothing.In(s.Lang)
	}
	if !s.Graphs.Pointed {
		return graphWords.Hint.In(s.Lang)
	}
	hit, ok := g.At(s.Graphs.X, s.Graphs.Y)
	if !ok {
		from, to := s.Graphs.Stretch()
		return "+" + plot.Duration(from+time.Duration(g.Time(s.Graphs.X)*float64(to-from)))
	}
	p := hit.Point
	text := curveWords[hit.Kind].In(s.Lang)
	for e := p.Events & plot.Hurts; e != 0; e &= e - 1 {
		text += ", " + strings.ReplaceAll((e&-e).Key(), "_", " ")
	}
	value := g.Value(hit.Kind, float64(p.High))
	if p.High > p.Low && hit.Kind != protocol.CurveDistribution && plot.Looks[hit.Kind].Shape != plot.Bar {
		value = g.Value(hit.Kind, float64(p.Low)) + " – " + value
	}
	if plot.PanelOf(hit.Kind) == plot.PanelSequence && !s.Graphs.Absolute {
		value = number(p.Low)
		if p.High > p.Low {
			value += "–" + number(p.High) + " (" + bytesText(p.High-p.Low) + ")"
		}
	}
	parts := []string{text, value}
	switch {
	case hit.Kind == protocol.CurveDistribution:
		parts[1] = plot.Duration(p.At) + " – " + plot.Duration(time.Duration(p.Low)) + ": " + number(p.High)
	default:
		parts = append(parts, "+"+plot.Duration(p.At), plot.Clock(v.Start.Add(p.At)))
	}
	if p.Frame > 0 {
		parts = append(parts, graphWords.Frame.In(s.Lang)+" "+number(p.Frame))
	}
	if p.Count > 1 {
		parts = append(parts, number(p.Count)+" "+graphWords.Joined.In(s.Lang))
	}
	return strings.Join(parts, " · ")
}
