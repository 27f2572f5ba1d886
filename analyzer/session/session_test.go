package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"wirewhy/analyzer"
	"wirewhy/analyzer/capture"
	"wirewhy/analyzer/internal/script"
	"wirewhy/wasm/protocol"
)

// wrongSource is a client whose SYN is answered from another address, beside a
// connection on which all is well.
const wrongSource = `
client = 192.0.2.10:40000
vip = 192.0.2.80:80 ttl 63
pod = 192.0.2.99:80 ttl 63
other = 192.0.2.10:40001
+0      client > vip S
+0.0002 pod > client S.
+0.0001 client > pod R
+1.0    client > vip S
+0.0002 pod > client S. new
+0.0001 client > pod R
+0.1    other > 192.0.2.53:443 S
+0.001  192.0.2.53:443 > other S.
+0.001  other > 192.0.2.53:443 .
+0.001  other > 192.0.2.53:443 P. len 100
+0.001  192.0.2.53:443 > other .
+0.010  192.0.2.53:443 > other P. len 500
+0.001  other > 192.0.2.53:443 .
+0.001  other > 192.0.2.53:443 F.
+0.001  192.0.2.53:443 > other F.
+0.001  other > 192.0.2.53:443 .
`

func loadScripts(t *testing.T, scripts ...string) *Session {
	t.Helper()
	var sources []capture.Source
	for i, text := range scripts {
		sources = append(sources, source(t, fmt.Sprintf("%d.pcap", i), text))
	}
	s := New()
	if err := s.Load(context.Background(), sources, nil); err != nil {
		t.Fatal(err)
	}
	return s
}

func source(t *testing.T, name, text string) capture.Source {
	t.Helper()
	parsed, err := script.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return capture.BytesSource(name, parsed.PCAP())
}

// ask answers a request and fails the test if the answer is of another kind.
func ask[T any](t *testing.T, s *Session, r protocol.Request) T {
	t.Helper()
	if r.Lang == "" {
		r.Lang = analyzer.English
	}
	reply, ok := s.Answer(r).(T)
	if !ok {
		t.Fatalf("%+v was answered with %T", r, s.Answer(r))
	}
	return reply
}

func TestOverview(t *testing.T) {
	s := loadScripts(t, wrongSource)
	o := ask[protocol.Overview](t, s, protocol.Request{Kind: protocol.OverviewAgain})
	if !o.Done || o.Canceled || o.FlowCount != 2 || len(o.Captures) != 1 || o.Captures[0].Packets != 16 {
		t.Errorf("overview: %+v", o)
	}
	if len(o.Problems) == 0 || o.Problems[0].Diagnosis != "synack-wrong-source" || o.Problems[0].FirstFlow != 0 {
		t.Fatalf("problems: %+v", o.Problems)
	}
	if o.Problems[0].Title == "" || len(o.Problems[0].Evidence) == 0 || o.MemoryLen <= 0 {
		t.Errorf("problem without words: %+v", o.Problems[0])
	}
	if o.Numbers.Complete != 1 || o.Numbers.HandshakeCount != 1 || o.Numbers.DataSegments != 2 {
		t.Errorf("numbers: %+v", o.Numbers)
	}
	packets, errs := uint32(0), uint32(0)
	for i := range o.Activity.Packets {
		packets += o.Activity.Packets[i]
		errs += o.Activity.Errors[i]
	}
	if packets != 16 || errs != 5 || len(o.Activity.Packets) > barCount {
		t.Errorf("activity: %d packets, %d errors in %d bars", packets, errs, len(o.Activity.Packets))
	}
	zh := ask[protocol.Overview](t, s, protocol.Request{Kind: protocol.OverviewAgain, Lang: analyzer.Chinese})
	if zh.Problems[0].Title == o.Problems[0].Title {
		t.Errorf("the Chinese title is %q", zh.Problems[0].Title)
	}
}

func TestFlowRows(t *testing.T) {
	s := loadScripts(t, wrongSource)
	rows := ask[protocol.FlowRows](t, s, protocol.Request{Kind: protocol.Flows, To: 10, Sort: protocol.ByStart})
	if rows.Total != 2 || len(rows.Rows) != 2 {
		t.Fatalf("rows: %+v", rows)
	}
	bad, good := rows.Rows[0], rows.Rows[1]
	if bad.AnsweredFrom != "192.0.2.99:80" || bad.RTT != -1 || bad.LossPermille != -1 || bad.Finding != 1 ||
		bad.Class != analyzer.Sick || bad.Severity != analyzer.SeverityError || bad.Verdict == "" || bad.State != "SYN-SENT" {
		t.Errorf("row of the failure: %+v", bad)
	}
	if good.Class != analyzer.Healthy || good.Finding != 0 || good.Bytes != 600 || good.RTT <= 0 || good.LossPermille != 0 {
		t.Errorf("row of the healthy flow: %+v", good)
	}
}

// Every column sorts, both ways, and says the same flows.
func TestFlowOrder(t *testing.T) {
	s := loadScripts(t, wrongSource)
	for by, first := range map[protocol.FlowOrder]int{
		protocol.ByStart: 0, protocol.ByClient: 0, protocol.ByServer: 1, protocol.ByDuration: 1,
		protocol.ByBytes: 0, protocol.ByRTT: 0, protocol.ByLoss: 0, protocol.ByVerdict: 0, protocol.ByState: 0,
	} {
		up := ask[protocol.FlowRows](t, s, protocol.Request{Kind: protocol.Flows, To: 10, Sort: by})
		down := ask[protocol.FlowRows](t, s, protocol.Request{Kind: protocol.Flows, To: 10, Sort: by, Down: true})
		if up.Rows[0].ID != first || down.Rows[0].ID != 1-first {
			t.Errorf("column %d: flow %d is first, and %d the other way round", by, up.Rows[0].ID, down.Rows[0].ID)
		}
	}
}

func TestFilter(t *testing.T) {
	s := loadScripts(t, wrongSource)
	for filter, want := range map[string][]int{
		"192.0.2.80": {0}, "192.0.2.99": {0}, "host 192.0.2.53": {1}, "host:192.0.2.10": {0, 1}, "port 443": {1},
		"port:80": {0}, "40001": {1}, "wrong-source": {0}, "problem:synack": {0}, "state:CLOSED": {1}, "state:s0": {0},
		"not port 80": {1}, "not (port 80 or port 443)": nil, "port 80 or port 443": {0, 1}, "port 80 || state:closed and port 443": {0, 1},
		"(port 80 or state:closed) and not 192.0.2.53": {0}, "port != 443": {0}, "port > 10000": {0, 1}, "port>=80 port<=80": {0},
		"rtt > 0.5ms": {1}, "rtt <= 2ms": {1}, "rtt<2ms": nil, "loss = 0%": {1}, "bytes>=600": {1}, "bytes > 0.6kB": nil, "packets > 6": {1},
		"duration > 1s": {0}, "start > 1s": {1}, "start <= 1000ms": {0}, "client:40001": {1}, "server != 192.0.2.53": {0}, "\"port\"": nil,
		"（port：80）": {0}, "rtt≥1ms": {1}, "NOT Problem:synack AND Port 443": {1}, "net 192.0.2.96/28": {0}, "port 80 and host 192.0.2.53": nil, "nothing-like-it": nil, "正常": {1},
		"  ": {0, 1},
	} {
		rows := ask[protocol.FlowRows](t, s, protocol.Request{Kind: protocol.Flows, To: 10, Filter: filter})
		var got []int
		for _, r := range rows.Rows {
			got = append(got, r.ID)
		}
		if rows.Error != "" || fmt.Sprint(got) != fmt.Sprint(want) || rows.Total != len(want) {
			t.Errorf("%q: flows %v of %d (%s), want %v", filter, got, rows.Total, rows.Error, want)
		}
	}
}

func TestFilterFault(t *testing.T) {
	s := loadScripts(t, wrongSource)
	for filter, at := range map[string]int{"port x": 5, "a port:99999": 7, "host": 4, "net 10.0.0.1": 4,
		"(port 80": 0, "port 80)": 7, "port 80 or": 10, "and port 80": 0, "rtt > 100": 6, "rtt > ": 6, "loss > much": 7, "color > 3": 0,
		"start > noon": 8, "state > 3": 6, "not": 3, "()": 1, "(host)": 5, strings.Repeat("(", 60) + "a": 50, "bytes > -1": 8} {
		rows := ask[protocol.FlowRows](t, s, protocol.Request{Kind: protocol.Flows, To: 10, Filter: filter})
		if rows.Error == "" || rows.At != at {
			t.Errorf("%q: %q at %d, want a fault at %d", filter, rows.Error, rows.At, at)
		}
	}
}

func TestLadderOfAnAnswerFromElsewhere(t *testing.T) {
	s := loadScripts(t, wrongSource)
	v := ask[protocol.LadderView](t, s, protocol.Request{Kind: protocol.Ladder, Flow: 0, Finding: -1})
	if v.Error != "" || len(v.Lanes) != 3 || v.Lanes[2].Address != "192.0.2.99:80" {
		t.Fatalf("lanes: %+v (%s)", v.Lanes, v.Error)
	}
	var got []string
	for _, st := range v.Steps {
		line := fmt.Sprintf("%d %d>%d %s seq %d", st.Kind, st.From, st.To, st.Flags, st.Seq)
		if st.HasAck {
			line += fmt.Sprintf(" ack %d", st.Ack)
		}
		got = append(got, line)
	}
	want := []string{
		"1 0>1 SYN seq 0", "1 2>0 SYN-ACK seq 0 ack 1", "1 0>2 RST seq 1",
		"2 0>2  seq 0",
		"1 0>1 SYN seq 0", "1 2>0 SYN-ACK seq 0 ack 1", "1 0>2 RST seq 1",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("steps:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if v.Steps[0].Evidence == 0 || v.Steps[1].Evidence == 0 || !v.Steps[1].Bad {
		t.Errorf("evidence is not marked: %+v", v.Steps[:2])
	}
	if note := v.Steps[3].Note; !strings.Contains(note, "SYN timer") {
		t.Errorf("the silence is told as %q", note)
	}
	if note := v.Steps[4].Note; !strings.Contains(note, "same port, same ISN") {
		t.Errorf("the repeated SYN is told as %q", note)
	}
}

func TestPackets(t *testing.T) {
	s := loadScripts(t, wrongSource)
	all := ask[protocol.PacketRows](t, s, protocol.Request{Kind: protocol.Packets, Flow: -1, From: 2, To: 5})
	if all.Total != 16 || len(all.Rows) != 3 || all.Rows[0].Frame != 3 || all.Rows[0].Protocol != "TCP" || all.Error != "" {
		t.Errorf("packets of the capture: %+v", all)
	}
	flow := ask[protocol.PacketRows](t, s, protocol.Request{Kind: protocol.Packets, Flow: 1, To: 100})
	if flow.Total != 10 || len(flow.Rows) != 10 || !strings.Contains(flow.Rows[3].Info, "seq 1:101, ack 1,") {
		t.Errorf("packets of the flow: %+v", flow)
	}
	if flow.Rows[0].Source != "192.0.2.10:40001" || flow.Rows[0].Target != "192.0.2.53:443" {
		t.Errorf("ends: %+v", flow.Rows[0])
	}
	p := ask[protocol.PacketView](t, s, protocol.Request{Kind: protocol.Packet, Flow: 0, Frame: 1})
	if p.Error != "" || len(p.Layers) < 3 || len(p.Data) < 54 {
		t.Errorf("packet: %+v", p)
	}
	if p := ask[protocol.PacketView](t, s, protocol.Request{Kind: protocol.Packet, Frame: 999}); p.Error == "" {
		t.Error("a frame beyond the end was shown")
	}
}

// Flows of a second capture go on counting; its frames are its own.
func TestSeveralCaptures(t *testing.T) {
	s := loadScripts(t, "+0 10.0.0.1:1000 > 10.0.0.2:80 S\n+0.001 10.0.0.2:80 > 10.0.0.1:1000 R.", wrongSource)
	if n := s.Report().FlowCount(); n != 3 {
		t.Fatalf("%d flows", n)
	}
	rows := ask[protocol.FlowRows](t, s, protocol.Request{Kind: protocol.Flows, To: 10})
	diagnoses := map[int]string{}
	for _, r := range rows.Rows {
		diagnoses[r.ID] = r.Diagnosis
	}
	if diagnoses[1] != "synack-wrong-source" || diagnoses[0] == diagnoses[1] || diagnoses[2] != "healthy" {
		t.Errorf("diagnoses: %v", diagnoses)
	}
	v := ask[protocol.LadderView](t, s, protocol.Request{Kind: protocol.Ladder, Flow: 1, Finding: -1})
	if len(v.Steps) != 7 || v.Steps[0].Frame != 1 || v.Steps[0].Evidence == 0 {
		t.Errorf("ladder of the second capture's flow: %+v", v.Steps)
	}
}

func TestUnreadable(t *testing.T) {
	picture := capture.BytesSource("holiday.png", []byte("\x89PNG\r\n\x1a\n0000000000000000"))
	s := New()
	var unread *UnreadError
	if err := s.Load(context.Background(), []capture.Source{picture}, nil); !errors.As(err, &unread) {
		t.Fatalf("a picture was read: %v", err)
	}
	if text := unread.Error(); !strings.Contains(text, "holiday.png: ") || unread.In(analyzer.Chinese) == text {
		t.Errorf("the reason is %q", text)
	}
	if err := s.Load(context.Background(), []capture.Source{picture, source(t, "good.pcap", wrongSource)}, nil); err != nil {
		t.Fatalf("the good file was given up: %v", err)
	}
	o := ask[protocol.Overview](t, s, protocol.Request{Kind: protocol.OverviewAgain})
	if len(o.Captures) != 2 || o.Captures[1].Name != "holiday.png" || len(o.Captures[1].Warnings) != 1 || o.FlowCount != 2 {
		t.Errorf("overview: %+v", o.Captures)
	}
}

// What was read before a cancellation is analysed, and it is said that there is more.
func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	many := source(t, "many.pcap", "repeat 3000 every 0.01\n +0 10.0.0.1:${10000+i} > 10.0.0.2:80 S\n +0.001 10.0.0.2:80 > 10.0.0.1:${10000+i} R.\nend\n")
	s := New()
	if err := s.Load(ctx, []capture.Source{canceling{many, cancel}, many}, nil); err != nil {
		t.Fatal(err)
	}
	o := ask[protocol.Overview](t, s, protocol.Request{Kind: protocol.OverviewAgain})
	if !o.Done || !o.Canceled || len(o.Captures) != 1 || o.Captures[0].Packets == 0 || o.Captures[0].Packets >= 6000 ||
		len(o.Captures[0].Warnings) == 0 || len(o.Problems) == 0 || !s.Report().Captures[0].Truncated {
		t.Errorf("overview after a cancellation: %+v", o)
	}
}

// canceling is a source whose reading is cancelled as it begins.
type canceling struct {
	capture.Source
	cancel context.CancelFunc
}

func (c canceling) Open(offset int64) (io.ReadCloser, error) {
	c.cancel()
	return c.Source.Open(offset)
}

// Queries are answered while a capture is read, about what is known by then.
func TestQueriesWhileReading(t *testing.T) {
	var b strings.Builder
	b.WriteString("repeat 4000 every 0.01\n +0 10.0.0.1:${10000+i} > 10.0.0.2:80 S\n +0.001 10.0.0.2:80 > 10.0.0.1:${10000+i} R.\nend\n")
	s, asked := New(), make(chan protocol.Overview)
	src := source(t, "many.pcap", b.String())
	go func() {
		for ; ; runtime.Gosched() { // in a browser nobody is interrupted
			s.Answer(protocol.Request{Kind: protocol.Flows, To: 10, Filter: "10.0.0.1", Sort: protocol.ByVerdict})
			s.Answer(protocol.Request{Kind: protocol.Ladder, Flow: 0, Finding: -1})
			s.Answer(protocol.Request{Kind: protocol.Packets, Flow: -1, To: 3})
			if o := s.Answer(protocol.Request{Kind: protocol.OverviewAgain}).(protocol.Overview); o.Done {
				asked <- o
				return
			}
		}
	}()
	if err := s.Load(context.Background(), []capture.Source{src}, func(protocol.Progress) {}); err != nil {
		t.Fatal(err)
	}
	if o := <-asked; o.FlowCount != 4000 {
		t.Errorf("%d flows", o.FlowCount)
	}
}

// An ICMP error is an arrow of its own from whoever sent it, and windows are scaled.
func TestLadderOfAMessage(t *testing.T) {
	s := loadScripts(t, `
client = 10.0.0.1:1000
first: 0 client > 10.9.9.9:22 S
+0.001 10.0.0.254 > client icmp host-unreachable quote first
+1 client > 10.0.0.2:80 S
+0.001 10.0.0.2:80 > client S.
+0.001 client > 10.0.0.2:80 . win 100
`)
	v := ask[protocol.LadderView](t, s, protocol.Request{Kind: protocol.Ladder, Flow: 0, Finding: -1})
	if len(v.Steps) != 2 || v.Steps[1].Kind != protocol.StepMessage || v.Steps[1].Flags != "ICMP host unreachable" ||
		len(v.Lanes) != 3 || v.Lanes[v.Steps[1].From].Address != "10.0.0.254" || v.Steps[1].To != 0 || !v.Steps[1].Bad {
		t.Errorf("lanes %+v, steps %+v", v.Lanes, v.Steps)
	}
	v = ask[protocol.LadderView](t, s, protocol.Request{Kind: protocol.Ladder, Flow: 1, Finding: -1})
	if len(v.Steps) != 3 || v.Steps[2].Window != 100<<7 {
		t.Errorf("steps %+v", v.Steps)
	}
}

// failing is a source that breaks after some bytes.
type failing struct {
	capture.Source
	after int64
}

var errTape = errors.New("the tape tore")

func (f failing) Open(offset int64) (io.ReadCloser, error) {
	r, err := f.Source.Open(offset)
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(io.LimitReader(r, f.after-offset), iotest.ErrReader(errTape)), r}, nil
}

// What came before a source failed is kept, with a word about it.
func TestSourceFails(t *testing.T) {
	s := New()
	if err := s.Load(context.Background(), []capture.Source{failing{source(t, "a.pcap", wrongSource), 600}}, nil); err != nil {
		t.Fatal(err)
	}
	o := ask[protocol.Overview](t, s, protocol.Request{Kind: protocol.OverviewAgain})
	if len(o.Captures) != 1 || o.Captures[0].Packets == 0 || o.Captures[0].Packets >= 16 || !strings.Contains(strings.Join(o.Captures[0].Warnings, " "), errTape.Error()) {
		t.Errorf("captures: %+v", o.Captures)
	}
	if err := New().Load(context.Background(), []capture.Source{failing{source(t, "a.pcap", wrongSource), 10}}, nil); !errors.As(err, new(*UnreadError)) {
		t.Errorf("a source that gives nothing was taken: %v", err)
	}
}
