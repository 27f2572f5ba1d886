package session

import (
	"io"
	"strconv"

	"wirewhy/analyzer"
	"wirewhy/analyzer/capture"
	"wirewhy/analyzer/host"
	"wirewhy/analyzer/report"
)

var textUnknown = analyzer.Text{
	En: "This is a text in which nothing was recognised: no capture, no packets that tcpdump printed, and no output of netstat, nstat, ss, sysctl, iptables, nft, conntrack or their like. It was left aside.",
	Zh: "这是一份文本，其中没有识别出任何内容：既不是抓包文件，也没有 tcpdump 打印的报文，也没有 netstat、nstat、ss、sysctl、iptables、nft、conntrack 等命令的输出。已搁置。",
}

// evidenceOf reads a text without packets, whose begin was read already.
func evidenceOf(name string, begin []byte, rest io.Reader) (*host.Evidence, error) {
	more, err := io.ReadAll(io.LimitReader(rest, int64(max(0, host.MaxLen+1-len(begin)))))
	if err != nil {
		return nil, err
	}
	ev, ok := host.Parse(name, append(begin, more...))
	if !ok {
		return nil, &capture.FormatError{Kind: capture.KindText, Text: textUnknown}
	}
	return ev, nil
}

// maxTexts bounds the texts that are kept.
const maxTexts = 1000

// learn adds what a text said.
func (s *Session) learn(ev *host.Evidence) {
	if len(s.texts) < maxTexts {
		s.texts = append(s.texts, ev)
		s.known = host.Gather(s.texts)
	}
}

// evidence lists the texts, one line for each command whose output they hold.
func (s *Session) evidence() []report.Evidence {
	var out []report.Evidence
	for _, ev := range s.texts {
		first := len(out)
		at := map[string]int{}
		for _, b := range ev.Blocks {
			i, ok := at[b.Command]
			if !ok {
				i = len(out)
				at[b.Command] = i
				out = append(out, report.Evidence{Name: ev.Name, Kind: b.Command})
			}
			out[i].FactCount += b.Facts
		}
		out[first].Notes = unreadLines(ev)
	}
	if s.known != nil && len(out) > 0 {
		out[0].Notes = append(out[0].Notes, s.known.Notes...)
	}
	return out
}

// unreadLines says which lines of a text were not understood.
func unreadLines(ev *host.Evidence) []analyzer.Text {
	var out []analyzer.Text
	if ev.Cut {
		out = append(out, analyzer.Text{En: "The text is longer than what is read of one; its end was left out.", Zh: "文本过长，末尾部分未读取。"})
	}
	if ev.UnreadCount == 0 {
		return out
	}
	const shown = 3
	t := analyzer.Text{En: "1 line was not understood: ", Zh: "有 1 行未能识别："}
	if n := strconv.Itoa(ev.UnreadCount); ev.UnreadCount > 1 {
		t = analyzer.Text{En: n + " lines were not understood: ", Zh: "有 " + n + " 行未能识别："}
	}
	for i, l := range ev.Unread[:min(shown, len(ev.Unread))] {
		if i > 0 {
			t.En, t.Zh = t.En+"; ", t.Zh+"；"
		}
		n := strconv.Itoa(l.Number)
		t.En, t.Zh = t.En+"line "+n+": "+l.Text, t.Zh+"第 "+n+" 行："+l.Text
	}
	if ev.UnreadCount > shown {
		t.En, t.Zh = t.En+" …", t.Zh+" ……"
	}
	return append(out, t)
}
