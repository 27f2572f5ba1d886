package session

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"wirewhy/analyzer"
	"wirewhy/analyzer/capture"
	"wirewhy/analyzer/diagnose"
	"wirewhy/analyzer/host"
	"wirewhy/analyzer/report"
	"wirewhy/wasm/protocol"
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

// kindWords name facts of a kind; one and several.
var kindWords = map[host.Kind][2]analyzer.Text{
	host.KindCounter:  {{En: "counter", Zh: "个计数器"}, {En: "counters", Zh: "个计数器"}},
	host.KindSetting:  {{En: "setting", Zh: "项设置"}, {En: "settings", Zh: "项设置"}},
	host.KindRelease:  {{En: "kernel release", Zh: "个内核版本"}, {En: "kernel releases", Zh: "个内核版本"}},
	host.KindSocket:   {{En: "socket", Zh: "个套接字"}, {En: "sockets", Zh: "个套接字"}},
	host.KindRule:     {{En: "rule", Zh: "条规则"}, {En: "rules", Zh: "条规则"}},
	host.KindEntry:    {{En: "tracked connection", Zh: "条连接跟踪"}, {En: "tracked connections", Zh: "条连接跟踪"}},
	host.KindRoute:    {{En: "route", Zh: "条路由"}, {En: "routes", Zh: "条路由"}},
	host.KindFeature:  {{En: "feature", Zh: "项网卡特性"}, {En: "features", Zh: "项网卡特性"}},
	host.KindMessage:  {{En: "message", Zh: "条消息"}, {En: "messages", Zh: "条消息"}},
	host.KindResponse: {{En: "response", Zh: "条响应"}, {En: "responses", Zh: "条响应"}},
}

// recognised counts what the output of one command gave.
type recognised struct {
	command string
	kind    host.Kind
	facts   int
	blocks  int
}

// recognise counts what texts gave, by command.
func recognise(texts []*host.Evidence) []recognised {
	var out []recognised
	at := map[string]int{}
	for _, ev := range texts {
		kinds := make([]host.Kind, len(ev.Blocks))
		for i := range ev.Facts {
			kinds[ev.Facts[i].Block] = ev.Facts[i].Kind
		}
		for i, b := range ev.Blocks {
			n, ok := at[b.Command]
			if !ok {
				n = len(out)
				at[b.Command] = n
				out = append(out, recognised{command: b.Command})
			}
			x := &out[n]
			x.facts, x.blocks = x.facts+b.Facts, x.blocks+1
			if kinds[i] != "" {
				x.kind = kinds[i]
			}
		}
	}
	return out
}

// content says how much it is: "14 sockets", "2 snapshots".
func (x *recognised) content(lang analyzer.Lang) string {
	words, n := kindWords[x.kind], x.facts
	if x.kind == host.KindCounter && x.blocks > 1 {
		words, n = [2]analyzer.Text{{}, {En: "snapshots", Zh: "次快照"}}, x.blocks
	}
	w := words[1]
	if n == 1 {
		w = words[0]
	}
	return strconv.Itoa(n) + " " + w.In(lang)
}

// chips say what was recognised in the texts.
func (s *Session) chips(lang analyzer.Lang) []protocol.Chip {
	var out []protocol.Chip
	for _, x := range recognise(s.texts) {
		out = append(out, protocol.Chip{Name: x.command, Content: x.content(lang)})
	}
	return out
}

// hostText describes one text.
func hostText(ev *host.Evidence, lang analyzer.Lang) protocol.HostText {
	t := protocol.HostText{Name: ev.Name, Host: hostOf(ev), Role: string(ev.Of()), More: max(0, ev.UnreadCount-len(ev.Unread))}
	for i, x := range recognise([]*host.Evidence{ev}) {
		if i > 0 {
			t.Content += ", "
		}
		t.Content += x.command + " · " + x.content(lang)
	}
	if ev.Cut {
		t.Unread = append(t.Unread, unreadLines(ev)[0].In(lang))
	}
	for _, l := range ev.Unread {
		t.Unread = append(t.Unread, strconv.Itoa(l.Number)+": "+l.Text)
	}
	return t
}

// toldByHosts answers Evidence: what hosts said of themselves, or what would be
// recognised in a text. s.mu is held.
func (s *Session) toldByHosts(r *protocol.Request) protocol.EvidenceView {
	var v protocol.EvidenceView
	lang := r.Lang
	if r.Filter != "" {
		if ev, ok := host.Parse("", []byte(r.Filter)); ok {
			v.Texts = append(v.Texts, hostText(ev, lang))
		}
		return v
	}
	for _, ev := range s.texts {
		v.Texts = append(v.Texts, hostText(ev, lang))
	}
	if s.known == nil {
		return v
	}
	rests := s.rests()
	for _, h := range s.known.Hosts {
		for _, c := range h.Grown() {
			x := protocol.CounterChange{
				Name: c.Name, Words: diagnose.CounterWords(c.Name).In(lang), Before: c.Value - c.Delta, After: c.Value,
				Place: c.Source, Finding: rests[analyzer.Said{Source: c.Source, Line: c.Line}],
			}
			if h.Label != "" {
				x.Place = h.Label + " · " + x.Place
			}
			v.Changes = append(v.Changes, x)
		}
	}
	for _, n := range s.known.Notes {
		v.Notes = append(v.Notes, n.In(lang))
	}
	v.Links = s.links(lang)
	return v
}

// hostOf returns the name of the host that a text's prompts tell.
func hostOf(ev *host.Evidence) string {
	for _, b := range ev.Blocks {
		if b.Host != "" {
			return b.Host
		}
	}
	return ""
}

// links lists the sentences of findings that rest on a host's words.
func (s *Session) links(lang analyzer.Lang) []protocol.Link {
	var out []protocol.Link
	for i := range s.report.Findings {
		f := &s.report.Findings[i]
		for _, e := range f.Evidence {
			if e.Said != (analyzer.Said{}) {
				out = append(out, protocol.Link{Finding: i, Diagnosis: f.Diagnosis, Bearing: e.Said.Bearing, Text: e.Text.In(lang)})
			}
		}
		for _, x := range f.Excluded {
			if x.Said != (analyzer.Said{}) {
				out = append(out, protocol.Link{Finding: i, Diagnosis: x.Diagnosis, Bearing: x.Said.Bearing, Text: x.Because.In(lang)})
			}
		}
	}
	return out
}

// rests maps lines of texts to 1 + the index of the first finding that rests on them.
func (s *Session) rests() map[analyzer.Said]int {
	out := map[analyzer.Said]int{}
	add := func(said analyzer.Said, finding int) {
		said.Bearing = ""
		if _, ok := out[said]; !ok && said.Line > 0 {
			out[said] = finding
		}
	}
	for i := range s.report.Findings {
		for _, e := range s.report.Findings[i].Evidence {
			add(e.Said, i+1)
		}
		for _, x := range s.report.Findings[i].Excluded {
			add(x.Said, i+1)
		}
	}
	return out
}

// facts are those of all texts, one after the other.
func (s *Session) facts() []*host.Fact {
	var facts []*host.Fact
	for _, ev := range s.texts {
		for i := range ev.Facts {
			facts = append(facts, &ev.Facts[i])
		}
	}
	return facts
}

// factAt returns 1 + the place of a line among facts; 0 if none stands there.
func factAt(facts []*host.Fact, said analyzer.Said) int {
	return 1 + slices.IndexFunc(facts, func(f *host.Fact) bool { return said.Line > 0 && f.Line == said.Line && f.Source == said.Source })
}

// factLines lists the facts of all texts, each with the line that it stood on.
func (s *Session) factLines(r *protocol.Request) protocol.Lines {
	rests, facts := s.rests(), s.facts()
	return page(r, len(facts), func(int) bool { return true }, func(i int) protocol.Line {
		f := facts[i]
		return protocol.Line{
			Flow: -1, Finding: rests[analyzer.Said{Source: f.Source, Line: f.Line}],
			Cells: []string{f.Source, strconv.Itoa(f.Line), strings.TrimLeft(kindWords[f.Kind][0].In(r.Lang), "个项条"), f.Text},
		}
	})
}
