package view

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"wirewhy/analyzer"
	"wirewhy/ui/state"
	"wirewhy/wasm/protocol"
)

// hostile is what a capture could put into any text that it influences.
const hostile = `<img src=x onerror=alert(1)>"'&` + "\x00\u202e</svg><script>%%{init: {}}%%"

// everything returns a state in which every text that comes from the worker or
// from a file's name is hostile.
func everything(lang analyzer.Lang) *state.State {
	s := state.New(lang)
	s.Samples = []state.Sample{{File: hostile, Title: analyzer.Text{En: hostile}, Text: analyzer.Text{En: hostile}}}
	s.Version = hostile
	s.Open([]protocol.File{{Name: hostile, Size: 10}}, false)
	open := s.Take()[0].ID
	row := protocol.FlowRow{ID: 3, Client: hostile, Server: hostile, AnsweredFrom: hostile, State: hostile, Diagnosis: "d", Verdict: hostile, Class: hostile, Severity: hostile, LossPermille: 5}
	s.Apply(open, protocol.Overview{
		Done: true, FlowCount: 5,
		Captures: []protocol.Capture{{Name: hostile, Format: hostile, Interfaces: []string{hostile}, Vantage: hostile, Warnings: []string{hostile, hostile, hostile, hostile}, Start: 1, End: 2}},
		Problems: []protocol.Problem{{
			Diagnosis: "d", Class: analyzer.Sick, Severity: hostile, Confidence: hostile, Fault: hostile, Title: hostile, Scope: hostile,
			Summary: "① " + hostile + ". `" + hostile + "` 10.0.0.1:80", FlowCount: 2, FirstFlow: 3,
			Evidence: []protocol.EvidenceLine{{Text: hostile, Frames: []uint32{1, 2, 9}}},
			Possible: []protocol.ExcludedLine{{Diagnosis: hostile, Title: hostile, Because: hostile}},
			Excluded: []protocol.ExcludedLine{{Diagnosis: hostile, Title: hostile, Because: hostile}},
			Confirm:  []protocol.ConfirmLine{{Where: hostile, Command: hostile, Expect: hostile}},
			Fix:      []string{hostile},
		}},
		Activity: protocol.Activity{Start: 1, Step: time.Second, Packets: []uint32{1, 2}, Errors: []uint32{0, 1}},
	})
	s.SeeLadder(800, 0, 600)
	s.SelectFlow(row)
	s.ShowTab(state.TabPackets)
	s.SelectPacket(1)
	for _, r := range s.Take() {
		switch r.Kind {
		case protocol.Flows:
			s.Apply(r.ID, protocol.FlowRows{Total: 2, Rows: []protocol.FlowRow{row, row}})
		case protocol.Ladder:
			s.Apply(r.ID, protocol.LadderView{
				Row: row, Excerpt: hostile, Error: hostile, Lanes: []protocol.Lane{{Role: hostile, Address: hostile, Place: hostile}, {Role: hostile, Address: hostile}},
				Steps: []protocol.Step{
					{Kind: protocol.StepSegment, To: 1, Flags: hostile, Options: hostile, Note: hostile, Evidence: 1, Time: 5, Frame: 1},
					{Kind: protocol.StepSilence, Note: hostile}, {Kind: protocol.StepBand, Note: hostile}, {Kind: protocol.StepMessage, From: 1, Flags: hostile, Note: hostile},
					{Kind: protocol.StepGhost, Flags: hostile, Note: hostile}, {Kind: protocol.StepSegment, Frame: 7, Capture: 1, Fate: protocol.FateLost, SACK: []uint32{1, 2}},
				},
			})
		case protocol.Packets:
			s.Apply(r.ID, protocol.PacketRows{Total: 1, Error: hostile, Rows: []protocol.PacketRow{{Frame: 1, Source: hostile, Target: hostile, Protocol: hostile, Info: hostile}}})
		case protocol.Packet:
			s.Apply(r.ID, protocol.PacketView{Frame: 1, Error: hostile, Data: []byte(hostile), Layers: []protocol.Layer{{Name: hostile, Summary: hostile, Fields: []protocol.Field{{Name: hostile, Value: hostile}}}}})
		}
	}
	return s
}

var views = map[string]func(*state.State) string{
	"Meta": Meta, "Actions": Actions, "Progress": Progress, "Banner": Banner, "Strip": Strip, "StripSay": StripSay, "Empty": Empty, "Problems": Problems,
	"FlowsHead": FlowsHead, "FlowRows": FlowRows, "Say": Say, "Tabs": Tabs, "Lanes": Lanes, "Timeline": Timeline, "PacketsHead": PacketsHead,
	"PacketRows": PacketRows, "Packet": Packet, "Dialog": Dialog, "FilterError": FilterError, "SwimHead": SwimHead, "SwimOver": SwimOver, "SwimTip": SwimTip,
}

// swimming shows all flows over time, with one of them pointed at.
func swimming(s *state.State, each bool) {
	s.ShowTab(state.TabSwim)
	s.SeeSwim(500, 300)
	if each {
		s.TurnEach()
	}
	row := protocol.FlowRow{ID: 3, Client: hostile, Server: hostile, State: hostile, Verdict: hostile, Class: hostile}
	for range 2 {
		for _, r := range s.Take() {
			switch r.Kind {
			case protocol.Swimlanes:
				s.Apply(r.ID, protocol.SwimView{
					Total: 50, To: 2, Lines: 2, Columns: 500, Start: 1, Length: 1e9, First: 1, Last: 1e9, Rows: []protocol.FlowRow{row, row}, Error: hostile,
					Count: []uint32{0, 1, 2, 3, 4, 5}, Cells: protocol.AppendRun(nil, protocol.SwimError, 1000),
				})
				s.Swim.View = &protocol.SwimView{Total: 50, To: 2, Lines: 2, Columns: 500, Start: 1, Length: 1e9, First: 1, Last: 1e9, Rows: []protocol.FlowRow{row, row}, Count: []uint32{0, 1, 2, 3, 4, 5}}
				s.Swim.At = [2]int{10, 10}
				s.PointSwim(0, 1, .5, true)
			case protocol.SwimAt:
				s.Apply(r.ID, protocol.FlowRows{Total: 7, Rows: []protocol.FlowRow{row}})
			}
		}
	}
}

// situations are the states in which each view is looked at.
func situations(lang analyzer.Lang) map[string]*state.State {
	all := map[string]*state.State{}
	all["packets"] = everything(lang)
	all["timeline"] = everything(lang)
	all["timeline"].ShowTab(state.TabTimeline)
	all["clock"] = everything(lang)
	all["clock"].ShowTab(state.TabTimeline)
	all["clock"].TimeMode = state.TimeClock
	all["problem"] = everything(lang)
	all["problem"].SelectProblem(0)
	all["nothing selected"] = everything(lang)
	all["nothing selected"].Deselect()
	for name, each := range map[string]bool{"flows": false, "flows, one by one": true} {
		all[name] = everything(lang)
		swimming(all[name], each)
	}
	all["filter"] = everything(lang)
	all["filter"].FilterFlows(hostile)
	all["filter"].Flows.Error, all["filter"].Flows.At = hostile, 4
	all["crash"] = everything(lang)
	all["crash"].Crashed(hostile)
	all["failed"] = everything(lang)
	all["failed"].Fail(hostile)
	all["reading"] = everything(lang)
	all["reading"].Open([]protocol.File{{Name: hostile}}, false)
	all["reading"].Apply(0, protocol.Progress{File: hostile, Packets: 5, BytesRead: 5, BytesTotal: 50, Elapsed: time.Second})
	all["keys"], all["formats"], all["empty"] = everything(lang), everything(lang), everything(lang)
	all["keys"].Dialog, all["formats"].Dialog = state.DialogKeys, state.DialogFormats
	all["empty"].Close()
	return all
}

var tag = regexp.MustCompile(`<(/?)([a-zA-Z0-9]+)((?:\s+[a-zA-Z:-]+(?:="[^"<>]*")?)*)\s*(/?)>`)

var (
	quoted    = regexp.MustCompile(`="[^"]*"`)
	forbidden = regexp.MustCompile(`(?i)\s(on[a-z]+|style|src|href)\b`)
)

// Whatever a capture holds, each < of the markup begins one of our own elements,
// no attribute is one of a script or a style, and elements close as they opened.
func TestHostileTextNeverBecomesMarkup(t *testing.T) {
	shown := map[string]bool{}
	for _, lang := range []analyzer.Lang{analyzer.English, analyzer.Chinese} {
		for situation, s := range situations(lang) {
			for name, view := range views {
				html := view(s)
				if html == "" {
					continue
				}
				shown[name] = true
				if err := wellFormed(html); err != nil {
					t.Errorf("%s (%s): %v\n%.2000s", name, situation, err, html)
				}
			}
		}
	}
	for name := range views {
		if !shown[name] {
			t.Errorf("%s showed nothing in any situation", name)
		}
	}
}

func wellFormed(html string) error {
	var open []string
	rest := html
	for {
		i := strings.IndexByte(rest, '<')
		if i < 0 {
			break
		}
		rest = rest[i:]
		m := tag.FindStringSubmatch(rest)
		if m == nil || !strings.HasPrefix(rest, m[0]) {
			return fmt.Errorf("no element of ours begins at %.60q", rest)
		}
		closing, name, attributes, empty := m[1] != "", m[2], m[3], m[4] != ""
		switch {
		case name == "img" || name == "script" || name == "style":
			return fmt.Errorf("an element %s", name)
		case forbidden.MatchString(quoted.ReplaceAllString(attributes, "")):
			return fmt.Errorf("an attribute among %q", attributes)
		case closing && (len(open) == 0 || open[len(open)-1] != name):
			return fmt.Errorf("</%s> closes %v", name, open)
		case closing:
			open = open[:len(open)-1]
		case !empty && name != "br":
			open = append(open, name)
		}
		rest = rest[len(m[0]):]
	}
	if len(open) > 0 {
		return fmt.Errorf("%v stay open", open)
	}
	return nil
}

func TestEscape(t *testing.T) {
	var b strings.Builder
	escapeTo(&b, "a<b>&\"'\x00\x1b\x7f\u202e\nzh 中文")
	if got, want := b.String(), "a&lt;b&gt;&amp;&#34;&#39;\u2400\u241b\u2421\ufffd\nzh 中文"; got != want {
		t.Errorf("got %q, not %q", got, want)
	}
}

func TestPutWantsAsManyValuesAsPlaces(t *testing.T) {
	for _, f := range []func(*markup){
		func(m *markup) { m.put(`<b>%</b>`) },
		func(m *markup) { m.put(`<b></b>`, 1) },
		func(m *markup) { m.put(`%`, []byte("x")) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("a wrong call of put went through")
				}
			}()
			f(&markup{})
		}()
	}
}

func TestProse(t *testing.T) {
	var m markup
	prose(&m, "The client dialled 10.4.26.234:80. 154 µs later 10.4.26.11:80 answered ①②. See `ss -lnt`, or [2001:db8::1]:443.")
	got := m.String()
	for _, want := range []string{
		`<span class="addr">10.4.26.234:80</span>. <span class="sentence" data-ev="1 2">154 µs later <span class="addr">10.4.26.11:80</span>`,
		`data-arg="1" data-ev="1">①</button>`, `<code>ss -lnt</code>`, `<span class="addr">[2001:db8::1]:443</span>.`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	text := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(got, "")
	if want := "The client dialled 10.4.26.234:80. 154 µs later 10.4.26.11:80 answered ①②. See ss -lnt, or [2001:db8::1]:443."; text != want {
		t.Errorf("the words became %q", text)
	}
}

func TestProseKeepsWords(t *testing.T) {
	for _, text := range []string{"", "a", "`", "``", "12:30:45.5 is a time", "face::", "客户端 10.0.0.1 发出 SYN①。服务器没有应答。", "::1", "1.2.3.4.5", "\xff\xfe"} {
		var m markup
		prose(&m, text)
		plain := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(m.String(), "")
		if want := strings.ToValidUTF8(strings.ReplaceAll(text, "``", ""), "\ufffd"); plain != want && !strings.Contains(text, "\xff") {
			t.Errorf("%q became %q", text, plain)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{number(0), "0"}, {number(999), "999"}, {number(1000), "1,000"}, {number(412006), "412,006"}, {number(-1234), "-1,234"},
		{bytesText(int64(999)), "999 B"}, {bytesText(int64(5_012)), "5.01 kB"}, {bytesText(uint64(301_234_567)), "301 MB"}, {bytesText(int64(999_999)), "1.00 MB"},
		{percent(0, 0), "0 %"}, {percent(1, 1000), "0.10 %"},
		{framesText([]uint32{3}, analyzer.English), "frame 3"}, {framesText([]uint32{2, 1, 3}, analyzer.English), "frames 1–3"},
		{framesText([]uint32{2, 5, 9, 11, 20}, analyzer.English), "frames 2, 5, 9, 11 …"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, not %q", c.got, c.want)
		}
	}
}

// Every sentence of the interface stands in both languages.
func TestWordsAreTranslated(t *testing.T) {
	same := map[string]bool{"RTT": true, "DNS": true}
	for word, text := range codeWords {
		if text.En == "" || text.Zh == "" || text.En == text.Zh && !same[text.En] {
			t.Errorf("%s: %+v", word, text)
		}
	}
	for _, text := range allWords() {
		if text.En == "" || text.Zh == "" || text.En == text.Zh && !same[text.En] {
			t.Errorf("%+v", text)
		}
	}
}

func TestLadderText(t *testing.T) {
	s := everything(analyzer.English)
	text := LadderText(s)
	if n := strings.Count(text, "\n"); n < 6 {
		t.Errorf("%d lines for two lanes and four steps:\n%s", n, text)
	}
	if !strings.Contains(text, hostile) {
		t.Error("text for the clipboard is escaped")
	}
}

// The words of a finding are those of its first connection: whoever looks at
// another one is told so.
func TestToldOfAnother(t *testing.T) {
	s := state.New(analyzer.English)
	s.Phase = state.Ready
	s.Overview = protocol.Overview{FlowCount: 3, Problems: []protocol.Problem{{Diagnosis: "d", Title: "Refused", FlowCount: 2, FirstFlow: 1, Class: analyzer.Sick}}}
	for flow, want := range map[int]bool{1: false, 2: true} {
		s.SelectFlow(protocol.FlowRow{ID: flow, Client: "10.0.0.1:1", Server: "10.0.0.2:2", Diagnosis: "d", Finding: 1})
		if got := strings.Contains(Say(s), toldOfFirst.En); got != want {
			t.Errorf("flow %d: %v, want %v: %s", flow, got, want, Say(s))
		}
	}
}
