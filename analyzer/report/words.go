package report

import (
	"strconv"
	"strings"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// The words of the faces that people read.
var (
	wordProblems  = analyzer.Text{En: "Problems", Zh: "问题"}
	wordRemarks   = analyzer.Text{En: "Remarks", Zh: "提示"}
	wordArtefacts = analyzer.Text{En: "About the capture itself", Zh: "抓包本身的情况"}
	wordNone      = analyzer.Text{En: "No problems found.", Zh: "未发现问题。"}
	wordNothing   = analyzer.Text{En: "No TCP connections in it: nothing to judge.", Zh: "其中没有 TCP 连接，无从判断。"}
	wordNoCapture = analyzer.Text{En: "What the hosts said was read. To judge connections, add the capture that it belongs to.", Zh: "主机文本已读取。要判断连接，请加入与之对应的抓包。"}
	wordEvidence  = analyzer.Text{En: "Evidence", Zh: "证据"}
	wordPossible  = analyzer.Text{En: "What these packets leave open", Zh: "这些数据包无法排除的"}
	wordExcluded  = analyzer.Text{En: "What it is not", Zh: "已排除"}
	wordConfirm   = analyzer.Text{En: "Confirm", Zh: "如何确认"}
	wordExpect    = analyzer.Text{En: "expect: ", Zh: "预期："}
	wordFix       = analyzer.Text{En: "Fix", Zh: "如何修复"}
	wordAsAbove   = analyzer.Text{En: "What it is not, how to confirm and how to fix it: as for ", Zh: "排除项、确认与修复方法：同 "}
	wordNumbers   = analyzer.Text{En: "Numbers", Zh: "数据"}
	wordFrames    = analyzer.Text{En: "frames ", Zh: "帧 "}
	wordFrame     = analyzer.Text{En: "frame ", Zh: "帧 "}
	wordCapture   = analyzer.Text{En: "capture ", Zh: "抓包 "}
	wordTruncated = analyzer.Text{En: "breaks off", Zh: "文件不完整"}
	wordTitle     = analyzer.Text{En: "wirewhy report", Zh: "wirewhy 报告"}
)

var severityWords = map[analyzer.Severity]analyzer.Text{
	analyzer.SeverityError:   {En: "error", Zh: "错误"},
	analyzer.SeverityWarning: {En: "warning", Zh: "警告"},
	analyzer.SeverityInfo:    {En: "info", Zh: "提示"},
}

var confidenceWords = map[analyzer.Confidence]analyzer.Text{
	analyzer.Certain:  {En: "certain", Zh: "确定"},
	analyzer.Likely:   {En: "likely", Zh: "很可能"},
	analyzer.Possible: {En: "possible", Zh: "可能"},
}

var vantageWords = map[flow.Vantage]analyzer.Text{
	flow.VantageClient: {En: "taken at the client", Zh: "在客户端抓取"},
	flow.VantageServer: {En: "taken at the server", Zh: "在服务端抓取"},
	flow.VantageMiddle: {En: "taken on the path", Zh: "在路径中间抓取"},
}

// factsWord returns "1 fact", "41 facts".
func factsWord(n int, lang analyzer.Lang) string {
	switch {
	case lang == analyzer.Chinese:
		return Grouped(uint64(n)) + " 项事实"
	case n == 1:
		return "1 fact"
	}
	return Grouped(uint64(n)) + " facts"
}

// flowsWord returns "1 flow", "37 flows".
func flowsWord(n int, lang analyzer.Lang) string {
	switch {
	case lang == analyzer.Chinese:
		return Grouped(uint64(n)) + " 条连接"
	case n == 1:
		return "1 flow"
	}
	return Grouped(uint64(n)) + " flows"
}

func packetsWord(n uint64, lang analyzer.Lang) string {
	switch {
	case lang == analyzer.Chinese:
		return Grouped(n) + " 个分组"
	case n == 1:
		return "1 packet"
	}
	return Grouped(n) + " packets"
}

// Grouped returns n with a comma every three digits.
func Grouped(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Span returns a duration with three significant digits and its unit: "154 µs",
// "1.04 s", "3 min 12 s".
func Span(d time.Duration) string {
	if d < 0 {
		return "-" + Span(-d)
	}
	switch {
	case d < time.Microsecond:
		return strconv.FormatInt(int64(d), 10) + " ns"
	case d < time.Millisecond:
		return significant(d, time.Microsecond) + " µs"
	case d < time.Second:
		return significant(d, time.Millisecond) + " ms"
	case d < 100*time.Second:
		return significant(d, time.Second) + " s"
	}
	d = d.Round(time.Second)
	minutes, seconds := int64(d/time.Minute), int64(d%time.Minute/time.Second)
	if minutes < 60 {
		return strconv.FormatInt(minutes, 10) + " min " + strconv.FormatInt(seconds, 10) + " s"
	}
	return strconv.FormatInt(minutes/60, 10) + " h " + strconv.FormatInt(minutes%60, 10) + " min"
}

// significant returns d in a unit with up to three significant digits.
func significant(d, unit time.Duration) string {
	v := float64(d) / float64(unit)
	decimals := 2
	if v >= 100 {
		decimals = 0
	} else if v >= 10 {
		decimals = 1
	}
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// Size returns a number of bytes with a decimal unit.
func Size(n uint64) string {
	if n < 1000 {
		return strconv.FormatUint(n, 10) + " B"
	}
	v, unit := float64(n), 0
	for v >= 999.5 && unit < 4 {
		v, unit = v/1000, unit+1
	}
	decimals := 0
	if v < 10 {
		decimals = 1
	}
	return strconv.FormatFloat(v, 'f', decimals, 64) + " " + [...]string{"B", "kB", "MB", "GB", "TB"}[unit]
}

// Number returns the sign that stands for evidence line n (from 1), as the
// summaries of findings have it.
func Number(n int) string {
	if n >= 1 && n <= 20 {
		return string(rune('①' + n - 1))
	}
	return "(" + strconv.Itoa(n) + ")"
}

// maxFramesShown bounds the frames that are named in a line for people.
const maxFramesShown = 12

// frameList returns "frames 2, 3, 7 …".
func frameList(v *analyzer.Evidence, captures int, lang analyzer.Lang) string {
	if len(v.Frames) == 0 {
		return ""
	}
	var b strings.Builder
	if captures > 1 {
		b.WriteString(wordCapture.In(lang) + strconv.Itoa(v.Capture+1) + ", ")
	}
	if len(v.Frames) == 1 {
		b.WriteString(wordFrame.In(lang))
	} else {
		b.WriteString(wordFrames.In(lang))
	}
	for i, f := range v.Frames {
		if i == maxFramesShown {
			b.WriteString(" …")
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.FormatUint(uint64(f), 10))
	}
	return b.String()
}

// captureLine describes a capture in one line.
func (r *Report) captureLine(i int, lang analyzer.Lang) string {
	c := &r.Captures[i]
	format := c.Format
	if c.Container != "" {
		format += " (" + c.Container + ")"
	}
	parts := []string{c.Name, format, packetsWord(c.Packets, lang), flowsWord(c.Tracker.Len(), lang)}
	if c.Start != 0 {
		parts = append(parts, Span(c.End.Sub(c.Start)), string(appendTime(nil, c.Start, 0)))
	}
	if v, ok := vantageWords[c.Vantage]; ok {
		parts = append(parts, v.In(lang))
	}
	if c.Truncated {
		parts = append(parts, wordTruncated.In(lang))
	}
	return strings.Join(parts, " · ")
}

// numberLines returns the figures, a line each.
func (r *Report) numberLines(lang analyzer.Lang) []string {
	n := r.Numbers()
	zh := lang == analyzer.Chinese
	pick := func(en, chinese string) string {
		if zh {
			return chinese
		}
		return en
	}
	lines := []string{
		packetsWord(n.Packets, lang) + ", " + Size(n.Bytes) + pick(" in ", "，时长 ") + Span(n.Duration()),
		flowsWord(n.Flows, lang) + pick(", of which ", "，其中 ") + Grouped(uint64(n.Complete)) + pick(" were set up, served and closed", " 条建立、应答并正常关闭"),
	}
	if n.HandshakeCount > 0 {
		lines = append(lines, pick("handshake RTT: half within ", "握手 RTT：50% 不超过 ")+Span(n.HandshakeP50)+pick(", 95 % within ", "，95% 不超过 ")+Span(n.HandshakeP95))
	}
	if n.DataSegments > 0 {
		share := float64(n.Retransmissions) * 100 / float64(n.DataSegments)
		lines = append(lines, Grouped(n.DataSegments)+pick(" data segments, ", " 个数据段，")+Grouped(n.Retransmissions)+
			pick(" sent again (", " 个重传（")+strconv.FormatFloat(share, 'f', 2, 64)+pick(" %)", "%）"))
	}
	return lines
}

// caption is the line beside a finding's title.
func caption(f *analyzer.Finding, lang analyzer.Lang) string {
	parts := []string{severityWords[f.Severity].In(lang), confidenceWords[f.Confidence].In(lang)}
	if f.FlowCount > 0 {
		parts = append(parts, flowsWord(f.FlowCount, lang))
	}
	return strings.Join(append(parts, f.Diagnosis), " · ")
}

// groups are the kinds of findings in the order in which people want them.
var groups = [...]struct {
	class analyzer.Class
	title *analyzer.Text
}{{analyzer.Sick, &wordProblems}, {analyzer.Artefact, &wordArtefacts}, {analyzer.Info, &wordRemarks}}
