package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/internal/script"
)

const twoFlows = `
client = 192.0.2.10:40000
+0      client > 192.0.2.80:80 S
+0.0002 192.0.2.99:80 > client S.
+0.0001 client > 192.0.2.99:80 R
+1      [2001:db8::1]:5000 > [2001:db8::2]:443 S
+0.002  [2001:db8::2]:443 > [2001:db8::1]:5000 S.
+0.001  [2001:db8::1]:5000 > [2001:db8::2]:443 .
+0.001  [2001:db8::1]:5000 > [2001:db8::2]:443 P. len 10
+0.3    [2001:db8::1]:5000 > [2001:db8::2]:443 again
`

// fixed gives every flow the same verdict.
type fixed string

func (f fixed) Primary(int) string { return string(f) }
func (f fixed) Also(id int) []string {
	if id == 0 {
		return []string{"high-rtt"}
	}
	return nil
}

// hostile is a text that means something to every face.
const hostile = "<script>alert(1)</script> **bold** \"quoted\" \\ \x1b[31m\x00 `code` & \u2028 \xff"

func example(t *testing.T) *Report {
	t.Helper()
	s, err := script.Parse(twoFlows)
	if err != nil {
		t.Fatal(err)
	}
	tracker := flow.NewTracker(flow.Limits{})
	packets := s.Packets()
	for i := range packets {
		tracker.Add(&packets[i])
	}
	tracker.Finish()
	text := func(s string) analyzer.Text { return analyzer.Text{En: s, Zh: "中：" + s} }
	return &Report{
		Captures: []Capture{{
			Capture: analyzer.Capture{
				Name: hostile, Format: "pcapng", LinkTypes: []analyzer.LinkType{analyzer.LinkEthernet},
				Interfaces: []analyzer.Interface{{Name: "eth0", Resolution: time.Nanosecond}}, Packets: uint64(len(packets)),
				Start: packets[0].Time, End: packets[len(packets)-1].Time, Truncated: true,
				Warnings: []analyzer.Warning{{Text: text("cut"), Frame: 3, Offset: 99}, {Text: text("odd"), Offset: -1}},
			},
			Vantage: flow.VantageClient, Tracker: tracker,
		}},
		Verdicts: fixed("synack-wrong-source"),
		Evidence: []Evidence{{Name: "netstat.txt", Kind: "netstat -s", FactCount: 41}},
		Findings: []analyzer.Finding{{
			Diagnosis: "synack-wrong-source", Class: analyzer.Sick, Severity: analyzer.SeverityError, Confidence: analyzer.Certain,
			Fault: analyzer.FaultPath, Title: text("title " + hostile), Summary: text("summary ① " + hostile), Flows: []int{0}, FlowCount: 1,
			Evidence: []analyzer.Evidence{{Text: text("seen"), Frames: []uint32{2, 3}}},
			Excluded: []analyzer.Exclusion{{Diagnosis: "refused-by-rst", Because: text("no")}},
			Confirm:  []analyzer.Confirmation{{Where: text("node"), Command: "conntrack -L", Expect: text("an entry")}},
			Fix:      []analyzer.Text{text("mend it")},
		}},
	}
}

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	if err := example(t).WriteJSON(&b, analyzer.English); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Schema   string
		Captures []struct {
			Name, Format, Start, End, Vantage string
			LinkTypes, Interfaces             []string
			Packets                           int
			Truncated                         bool
			Warnings                          []struct {
				Text          string
				Frame, Offset *int
			}
		}
		Clock    *struct{}
		Evidence []struct {
			Name, Kind string
			Facts      int
		}
		Flows []struct {
			ID                                                     int
			Protocol, Client, Server, AnsweredFrom, Start, Outcome string
			State, Diagnosis                                       string
			Captures                                               []int
			Duration                                               float64
			Packets, Payload                                       struct{ Client, Server int }
			HandshakeRTT                                           *float64
			Analysis                                               map[string][]int
			Also                                                   []string
		}
		Findings []struct{ Diagnosis, Class, Severity, Confidence, Fault, Title, Summary string }
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatalf("%v in %s", err, b.Bytes())
	}
	c := got.Captures[0]
	if got.Schema != Schema || c.Start != "2024-03-01T10:00:00.000000000Z" || !c.Truncated || c.Vantage != "client" || got.Clock != nil {
		t.Errorf("captures: %+v", c)
	}
	if c.Name != strings.ToValidUTF8(hostile, "\uFFFD") || got.Findings[0].Title != "title "+c.Name {
		t.Errorf("the name came back as %q", c.Name)
	}
	if *c.Warnings[0].Frame != 3 || *c.Warnings[0].Offset != 99 || c.Warnings[1].Frame != nil || c.Warnings[1].Offset != nil {
		t.Errorf("warnings: %+v", c.Warnings)
	}
	a, six := got.Flows[0], got.Flows[1]
	if a.AnsweredFrom != "192.0.2.99:80" || a.HandshakeRTT != nil || a.Outcome != "S0" || len(a.Analysis["foreign"]) != 2 || a.Also[0] != "high-rtt" {
		t.Errorf("flow 0: %+v", a)
	}
	if six.Client != "[2001:db8::1]:5000" || six.HandshakeRTT == nil || *six.HandshakeRTT != 0.003 || six.Payload.Client != 10 ||
		six.Duration != 0.304 || six.Packets.Client != 4 || len(six.Analysis["retransmission"]) != 1 || six.Also == nil {
		t.Errorf("flow 1: %+v", six)
	}
	checkOrder(t, b.String())
}

// checkOrder holds the keys of the first object of each kind in their places.
func checkOrder(t *testing.T, s string) {
	t.Helper()
	at := 0
	for _, key := range strings.Fields(`schema captures name format linkTypes interfaces packets bytes start end vantage truncated
		warnings text frame offset evidence name kind facts flows id protocol client server answeredFrom captures start duration state
		outcome packets payload handshakeRTT analysis diagnosis also findings diagnosis class severity confidence fault title summary
		flows evidence text capture frames possible excluded diagnosis because confirm where command expect fix`) {
		i := strings.Index(s[at:], `"`+key+`": `)
		if i < 0 {
			t.Fatalf("no key %q after byte %d", key, at)
		}
		at += i + 1
	}
}

func TestFacesEscape(t *testing.T) {
	r := example(t)
	for name, write := range map[string]func(*bytes.Buffer) error{
		"html":     func(b *bytes.Buffer) error { return r.WriteHTML(b, analyzer.English) },
		"markdown": func(b *bytes.Buffer) error { return r.WriteMarkdown(b, analyzer.English) },
		"text":     func(b *bytes.Buffer) error { return r.WriteText(b, TextOptions{Lang: analyzer.English}) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		got := b.String()
		if name != "text" && strings.Contains(got, "<script>") {
			t.Errorf("%s holds markup of the capture", name)
		}
		if strings.ContainsAny(got, "\x1b\x00") {
			t.Errorf("%s holds control characters of the capture", name)
		}
		for _, part := range []string{"conntrack -L", "mend it", "frames 2, 3", "refused-by-rst", "cut"} {
			if !strings.Contains(got, part) {
				t.Errorf("%s lacks %q", name, part)
			}
		}
		if name == "markdown" && strings.Contains(got, "**bold**") {
			t.Error("markdown of the capture works")
		}
	}
}

func TestText(t *testing.T) {
	r := example(t)
	var plain, color, zh bytes.Buffer
	_ = r.WriteText(&plain, TextOptions{Lang: analyzer.English, Width: 80})
	_ = r.WriteText(&color, TextOptions{Lang: analyzer.English, Color: true})
	_ = r.WriteText(&zh, TextOptions{Lang: analyzer.Chinese})
	for line := range strings.Lines(plain.String()) {
		if n := textWidth(strings.TrimRight(line, "\n")); n > 80 {
			t.Errorf("%d columns: %q", n, line)
		}
	}
	if !strings.Contains(color.String(), "\x1b[1;31m") || !strings.Contains(zh.String(), "证据") {
		t.Error("neither colours nor Chinese")
	}
	r.Findings = nil
	plain.Reset()
	_ = r.WriteText(&plain, TextOptions{Lang: analyzer.English})
	if got := plain.String(); !strings.Contains(got, "No problems found.") || !strings.Contains(got, "2 flows") {
		t.Errorf("healthy: %s", got)
	}
}

// Of many findings of a kind, a summary explains the first ones and names the rest.
func TestTextStaysReadable(t *testing.T) {
	r := example(t)
	for range 3 * toldWhole {
		r.Findings = append(r.Findings, r.Findings[0])
	}
	var b bytes.Buffer
	_ = r.WriteText(&b, TextOptions{Lang: analyzer.English})
	if told, named := strings.Count(b.String(), "summary ①"), strings.Count(b.String(), "✗"); told != toldWhole || named != 3*toldWhole+1 {
		t.Errorf("%d findings are explained, %d named", told, named)
	}
}

func TestCSV(t *testing.T) {
	var b bytes.Buffer
	if err := example(t).WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(rows) != 3 || rows[1][3] != "192.0.2.99:80" || rows[2][1] != "[2001:db8::1]:5000" || rows[2][13] != "1" {
		t.Errorf("%v: %v", err, rows)
	}
}

type failing struct{}

var errFull = errors.New("disk full")

func (failing) Write([]byte) (int, error) { return 0, errFull }

func TestWriteErrorIsTold(t *testing.T) {
	r := example(t)
	for name, err := range map[string]error{
		"json": r.WriteJSON(failing{}, analyzer.English), "csv": r.WriteCSV(failing{}), "html": r.WriteHTML(failing{}, analyzer.English),
		"markdown": r.WriteMarkdown(failing{}, analyzer.English), "text": r.WriteText(failing{}, TextOptions{}),
	} {
		if !errors.Is(err, errFull) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		in    string
		width int
		want  string
	}{
		{"one two three", 7, "one two|three"},
		{"a-word-that-is-too-long ok", 8, "a-word-that-is-too-long|ok"},
		{"two\nlines", 20, "two|lines"},
		{"客户端发出复位报文", 8, "客户端发|出复位报|文"},
		{"地址正确，应答错误", 8, "地址正|确，应答|错误"},
		{"", 10, ""},
	} {
		if got := strings.Join(Wrap(c.in, c.width), "|"); got != c.want {
			t.Errorf("%q in %d columns: %q, want %q", c.in, c.width, got, c.want)
		}
	}
}

func TestNumbersForPeople(t *testing.T) {
	for d, want := range map[time.Duration]string{
		154 * time.Microsecond: "154 µs", 1042 * time.Millisecond: "1.04 s", 200 * time.Millisecond: "200 ms", 12*time.Second + 34*time.Millisecond: "12 s",
		192 * time.Second: "3 min 12 s", 2*time.Hour + 5*time.Minute: "2 h 5 min", 0: "0 ns", -1500 * time.Millisecond: "-1.5 s",
	} {
		if got := Span(d); got != want {
			t.Errorf("%d: %q, want %q", d, got, want)
		}
	}
	if got := Grouped(1234567); got != "1,234,567" {
		t.Error(got)
	}
	if got := Size(999_600); got != "1.0 MB" {
		t.Error(got)
	}
	for d, want := range map[time.Duration]string{0: "0", 7110 * time.Millisecond: "7.11", -50 * time.Microsecond: "-0.00005", 1: "0.000000001"} {
		if got := string(appendSeconds(nil, d)); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
	for r, want := range map[time.Duration]int{time.Microsecond: 6, time.Nanosecond: 9, time.Second: 0, 10 * time.Millisecond: 2} {
		if got := digits(r); got != want {
			t.Errorf("%v: %d digits, want %d", r, got, want)
		}
	}
}

// Writing flows allocates a bounded number of times, however many there are.
func TestFlowsCostNoMemory(t *testing.T) {
	r := example(t)
	r.Verdicts = fixed("healthy")
	e := &encoder{w: failingNever{}, b: make([]byte, 0, 1<<20)}
	var m marks
	f, _ := r.Flow(1)
	r.encodeFlow(e, &f, 9, &m)
	if n := testing.AllocsPerRun(100, func() {
		e.b = e.b[:0]
		r.encodeFlow(e, &f, 9, &m)
	}); n > 2 { // the iterator over the flow's packets
		t.Errorf("%v allocations for a flow", n)
	}
}

type failingNever struct{}

func (failingNever) Write(b []byte) (int, error) { return len(b), nil }
