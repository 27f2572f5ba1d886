package listing

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"wirewhy/analyzer"
)

const (
	// maxSkipped is how many lines that were not understood are told one by one.
	maxSkipped = 5
	// maxTranslated is how many joined connections are told one by one.
	maxTranslated = 5
	excerptLen    = 80
)

// notes gathers what people must know of how the text was read.
type notes struct {
	frame     uint32 // of the packet read last
	skipped   []skippedLine
	skipCount int
	quick     int
	relative  int
}

type skippedLine struct {
	number int
	frame  uint32
	text   string
}

// skip notes a line that means nothing to the reader.
func (n *notes) skip(number int, s string) {
	n.skipCount++
	if len(n.skipped) < maxSkipped {
		n.skipped = append(n.skipped, skippedLine{number, n.frame, excerpt(s)})
	}
}

// excerpt shortens a line for a sentence.
func excerpt(s string) string {
	s = strings.TrimSpace(strings.ToValidUTF8(s, "\ufffd"))
	if len(s) <= excerptLen {
		return s
	}
	cut := excerptLen
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

func text(en, zh string) analyzer.Text { return analyzer.Text{En: en, Zh: zh} }

// warnings says what was wrong with the listing, in the order of importance.
func (n *notes) warnings(r *Reader) []analyzer.Warning {
	var out []analyzer.Warning
	say := func(frame uint32, t analyzer.Text) {
		out = append(out, analyzer.Warning{Text: t, Frame: frame, Offset: -1})
	}
	n.translated(r.joins.translations(), say)
	n.times(r, say)
	if n.quick > 0 {
		say(0, text(
			fmt.Sprintf("tcpdump -q printed neither flags nor sequence numbers (%s): hardly anything can be concluded. List the packets again without -q.", count(n.quick, "packet")),
			fmt.Sprintf("tcpdump -q 不输出标志位和序列号（%d 个报文）：几乎无法下结论。请去掉 -q 重新输出。", n.quick)))
	}
	if n.relative > 0 {
		say(0, text(
			fmt.Sprintf("The beginning of some connections is missing in the listing: the sequence numbers of %s stay relative.", count(n.relative, "packet")),
			fmt.Sprintf("列表中缺少部分连接的开头：%d 个报文的序列号只能保持相对值。", n.relative)))
	}
	n.named(&r.names, say)
	if d := r.stats.dropped; d > 0 {
		say(0, text(
			fmt.Sprintf("tcpdump itself said that %s dropped before it could print them: packets that seem to be missing may have been there.", were(d)),
			fmt.Sprintf("tcpdump 自己报告有 %d 个报文在输出之前被丢弃：看似缺失的报文可能确实存在过。", d)))
	}
	n.lines(&out)
	return out
}

func (n *notes) translated(list []Translation, say func(uint32, analyzer.Text)) {
	for i, t := range list {
		if i == maxTranslated {
			say(0, text(fmt.Sprintf("The same holds for %s.", count(len(list)-i, "more connection")), fmt.Sprintf("另有 %d 条连接与此相同。", len(list)-i)))
			return
		}
		cp, sp := t.ClientPort, t.ServerPort
		en := fmt.Sprintf("The printed addresses contradict each other: the client's lines say %s > %s, the server's %s > %s, but ports and sequence numbers are those of one connection. ",
			show(t.Client, cp), show(t.Server, sp), show(t.PrintedServer, sp), show(t.PrintedClient, cp))
		zh := fmt.Sprintf("列出的地址前后矛盾：客户端方向写着 %s > %s，服务端方向写着 %s > %s，但端口和序列号属于同一条连接。",
			show(t.Client, cp), show(t.Server, sp), show(t.PrintedServer, sp), show(t.PrintedClient, cp))
		switch t.Evidence {
		case EvidenceEdited:
			en += "NAT or edited addresses; the relative numbers say edited: tcpdump counted both directions from the same initial numbers, so it saw one pair of addresses. The lines were joined."
			zh += "可能是 NAT，也可能是地址被改写；相对序列号表明是改写：tcpdump 对两个方向使用了同一组初始序列号，说明它看到的是同一对地址。已将这些行合并为一条连接。"
		case EvidenceNAT:
			en += "NAT or edited addresses; the numbers say NAT: tcpdump counted the directions apart, so it saw two pairs of addresses. The lines were joined."
			zh += "可能是 NAT，也可能是地址被改写；序列号表明是 NAT：tcpdump 对两个方向分别计数，说明它看到的是两对地址。已将这些行合并为一条连接。"
		default:
			en += "NAT or edited addresses: the numbers in this listing do not tell which. The lines were joined."
			zh += "可能是 NAT，也可能是地址被改写：本列表中的序列号无法区分。已将这些行合并为一条连接。"
		}
		say(t.Frame, text(en, zh))
	}
}

func (n *notes) times(r *Reader, say func(uint32, analyzer.Text)) {
	switch c := &r.clock; {
	case r.capture.Packets == 0 || c.dated:
	case r.capture.End == 0:
		say(0, text("The listing has no times (tcpdump -t): only the order of packets is known, no durations.",
			"列表不含时间（tcpdump -t）：只知道报文的先后顺序，不知道时间间隔。"))
	case c.decided && c.meaning == meaningClock:
		say(0, text("The listing has no date: times are of an unknown day, shown as 1970-01-01. tcpdump -tttt prints the date.",
			"列表不含日期：时间属于未知的某一天，显示为 1970-01-01。用 tcpdump -tttt 可输出日期。"))
	default:
		say(0, text("The listing gives differences instead of times (tcpdump -ttt or -ttttt): they are counted from 1970-01-01 00:00:00.",
			"列表给出的是时间差而不是时刻（tcpdump -ttt 或 -ttttt）：从 1970-01-01 00:00:00 起累计。"))
	}
}

func (n *notes) named(names *names, say func(uint32, analyzer.Text)) {
	if len(names.shown) > 0 {
		say(0, text(
			fmt.Sprintf("%s printed by name (tcpdump without -n); addresses from 240.0.0.0/4 stand for them.", hostsWere(len(names.shown))),
			fmt.Sprintf("%d 台主机以名称列出（tcpdump 未加 -n），这里用 240.0.0.0/4 中的地址代替。", len(names.shown))))
	}
	if u := names.unknown; len(u) > 0 {
		list := strings.Join(u[:min(len(u), 5)], ", ")
		say(0, text(
			fmt.Sprintf("The ports of these services are not known here: %s. Ports from %d down stand for them.", list, lastStandIn),
			fmt.Sprintf("不知道这些服务的端口号：%s。这里用 %d 及以下的端口号代替。", list, lastStandIn)))
	}
}

// lines tells what was skipped.
func (n *notes) lines(out *[]analyzer.Warning) {
	for _, s := range n.skipped {
		*out = append(*out, analyzer.Warning{Frame: s.frame, Offset: -1, Text: text(
			fmt.Sprintf("Line %d was not understood and left out: “%s”", s.number, s.text),
			fmt.Sprintf("第 %d 行无法识别，已略去：“%s”", s.number, s.text))})
	}
	if more := n.skipCount - len(n.skipped); more > 0 {
		*out = append(*out, analyzer.Warning{Offset: -1, Text: text(
			fmt.Sprintf("%s more not understood and left out.", linesWere(more)), fmt.Sprintf("另有 %d 行无法识别，已略去。", more))})
	}
}

func count(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

func linesWere(n int) string {
	if n == 1 {
		return "1 line was"
	}
	return fmt.Sprintf("%d lines were", n)
}

func hostsWere(n int) string {
	if n == 1 {
		return "1 host is"
	}
	return fmt.Sprintf("%d hosts are", n)
}

func were(n uint64) string {
	if n == 1 {
		return "1 packet was"
	}
	return fmt.Sprintf("%d packets were", n)
}
