package session

import (
	"context"
	"slices"
	"strings"
	"testing"

	"wirewhy/analyzer"
	"wirewhy/analyzer/capture"
	"wirewhy/wasm/protocol"
)

func add(t *testing.T, s *Session, sources ...capture.Source) {
	t.Helper()
	if err := s.Add(context.Background(), sources, nil); err != nil {
		t.Fatal(err)
	}
}

// A second capture and a host's text that come later change what was concluded,
// and what is taken away again leaves nothing behind.
func TestAddAndRemove(t *testing.T) {
	s := loadScripts(t, atServer)
	before := s.Report().FlowCount()
	add(t, s, source(t, "client.pcap", atClient))
	o := ask[protocol.Overview](t, s, protocol.Request{Kind: protocol.OverviewAgain})
	if o.PairCount != 1 || o.FlowCount != 3 || o.Captures[1].Place != "nearer to the clients" || o.Captures[0].Place != "nearer to the servers" {
		t.Fatalf("%d pairs, %d flows, %+v", o.PairCount, o.FlowCount, o.Captures)
	}
	add(t, s, source(t, "other.pcap", wrongSource), capture.BytesSource("a.txt", []byte("net.core.somaxconn = 128\n")), capture.BytesSource("b.txt", []byte("nothing at all\n")))
	o = ask[protocol.Overview](t, s, protocol.Request{Kind: protocol.OverviewAgain})
	if o.PairCount != 1 || o.TextCount != 1 || len(o.Chips) != 1 || o.Chips[0] != (protocol.Chip{Name: "sysctl", Content: "1 setting"}) || len(o.Refused) != 1 {
		t.Errorf("%d pairs, chips %+v, refused %v", o.PairCount, o.Chips, o.Refused)
	}
	if n := len(o.Captures[2].Warnings); n != 1 { // it stands for itself
		t.Errorf("warnings %q", o.Captures[2].Warnings)
	}
	for _, x := range []struct {
		change protocol.Change
		item   int
	}{{protocol.RemoveText, 0}, {protocol.RemoveCapture, 1}, {protocol.RemoveCapture, 1}} {
		s.Change(x.change, x.item, "")
		add(t, s)
	}
	o = ask[protocol.Overview](t, s, protocol.Request{Kind: protocol.OverviewAgain})
	if o.PairCount != 0 || o.TextCount != 0 || len(o.Captures) != 1 || o.FlowCount != before || len(o.Captures[0].Warnings) != 0 {
		t.Errorf("%d pairs, %d texts, %d flows of %d, %+v", o.PairCount, o.TextCount, o.FlowCount, before, o.Captures)
	}
	s.Change(protocol.RemoveCapture, 7, "") // there is none
}

// A file that could not be read is listed behind the captures, and can be taken away.
func TestRemoveUnread(t *testing.T) {
	s := New()
	if err := s.Load(context.Background(), []capture.Source{capture.BytesSource("b.bin", []byte{1, 2, 3, 4}), source(t, "a.pcap", wrongSource)}, nil); err != nil {
		t.Fatal(err)
	}
	names := func() (all []string) {
		for _, c := range ask[protocol.Overview](t, s, protocol.Request{Kind: protocol.OverviewAgain}).Captures {
			all = append(all, c.Name)
		}
		return all
	}
	if got := names(); !slices.Equal(got, []string{"a.pcap", "b.bin"}) {
		t.Fatalf("%q", got)
	}
	s.Change(protocol.RemoveCapture, 1, "")
	add(t, s)
	if got := names(); !slices.Equal(got, []string{"a.pcap"}) {
		t.Errorf("%q", got)
	}
}

// A capture that was taken away cannot be asked of any more, also before anew
// conclusions are drawn, nor can what was made of it.
func TestAskedBetweenRemovingAndConcluding(t *testing.T) {
	s := loadScripts(t, atClient, wrongSource)
	last := s.Report().FlowCount() - 1
	extract := protocol.Request{Kind: protocol.Extract, What: protocol.ExtractAll}
	begun := ask[protocol.Document](t, s, extract)
	followedBy(t, s, protocol.Request{Flow: last})
	s.Change(protocol.RemoveCapture, 0, "")
	for kind := protocol.Flows; kind <= protocol.SwimAt; kind++ {
		s.Answer(protocol.Request{Kind: kind, Flow: last, Finding: 0, From: 1, To: 100, Frame: 1, Columns: 10, Lines: 10})
	}
	if extract.From = 1; begun.More {
		ask[protocol.Failure](t, s, extract)
	}
	if v := ask[protocol.PacketRows](t, s, protocol.Request{Kind: protocol.Packets, Flow: last, To: 10}); v.Error == "" || len(v.Rows) != 0 {
		t.Errorf("packets of a capture that is not there: %+v", v)
	}
}

// Somebody says that the other capture is the nearer one; taking it back has the
// packets tell again.
func TestSetNear(t *testing.T) {
	s := loadScripts(t, atClient, atServer)
	view := func() protocol.PairView {
		v := ask[protocol.CompareView](t, s, protocol.Request{Kind: protocol.Compare, Lang: analyzer.English})
		if len(v.Pairs) != 1 {
			t.Fatalf("%+v", v)
		}
		return v.Pairs[0]
	}
	first := view()
	if first.Near != 0 || first.Told || first.Ways[0].Lost == 0 {
		t.Errorf("%+v", first)
	}
	s.Change(protocol.SwapNear, 0, "")
	add(t, s)
	if v := view(); v.Near != 1 || !v.Told || !strings.Contains(v.Why, "by hand") {
		t.Errorf("swapped: %+v", v)
	}
	s.Change(protocol.FindNear, 0, "")
	add(t, s)
	if v := view(); v.Near != first.Near || v.Told || v.Clock != first.Clock || v.Ways[0].Lost != first.Ways[0].Lost {
		t.Errorf("found again: %+v", v)
	}
}

// The lists of a pair: what both hold, what one does not, and single packets.
func TestComparedLines(t *testing.T) {
	s := loadScripts(t, atClient, atServer)
	lines := func(list protocol.List, flow int) protocol.Lines {
		return ask[protocol.Lines](t, s, protocol.Request{Kind: protocol.LinesOf, List: list, Flow: flow, To: 100, Lang: analyzer.English})
	}
	paired := lines(protocol.Paired, -1)
	if paired.Total != 2 || !strings.Contains(paired.Lines[0].Cells[0], "⇒  10.2.0.1:61000") || !strings.Contains(paired.Lines[0].Cells[3], "addresses") {
		t.Errorf("%+v", paired)
	}
	missing := lines(protocol.Missing, -1)
	if missing.Total != 1 || missing.Lines[0].Flow != 1 || !missing.Lines[0].Bad {
		t.Errorf("%+v", missing)
	}
	fates := lines(protocol.Fates, 1)
	if fates.Total != 3 || fates.Lines[0].Frame != 10 || fates.Lines[0].Cells[3] != "✕" || !strings.Contains(fates.Lines[0].Cells[1], "lost") {
		t.Errorf("%+v", fates)
	}
	for _, face := range []protocol.Face{protocol.Markdown, protocol.HTML} {
		d := ask[protocol.Document](t, s, protocol.Request{Kind: protocol.Report, Face: face, Lang: analyzer.English})
		if !strings.Contains(string(d.Data), "0.pcap was taken nearer to the clients. The clock of 1.pcap is 3.000000 s") {
			t.Errorf("%s does not tell what the captures tell together:\n%s", d.Name, d.Data)
		}
	}
	v := ask[protocol.PacketView](t, s, protocol.Request{Kind: protocol.Packet, Flow: -1, Capture: 2, Frame: 1})
	if v.Error != "" || len(v.Data) == 0 {
		t.Errorf("the far capture's packet: %+v", v)
	}
}

// What hosts said is listed with its lines, what changed, and what rests on it.
func TestEvidenceView(t *testing.T) {
	s := New()
	texts := []capture.Source{
		source(t, "0.pcap", silence),
		capture.BytesSource("one.txt", []byte("root@web1:~# nstat -az\nTcpExtListenOverflows 40 0.0\n#?! what\n")),
		capture.BytesSource("two.txt", []byte("root@web1:~# nstat -az\nTcpExtListenOverflows 13 0.0\n")),
	}
	if err := s.Load(context.Background(), texts, nil); err != nil {
		t.Fatal(err)
	}
	view := func() protocol.EvidenceView {
		return ask[protocol.EvidenceView](t, s, protocol.Request{Kind: protocol.Evidence, Lang: analyzer.English})
	}
	v := view()
	if len(v.Texts) != 2 || len(v.Texts[0].Unread) != 1 || v.Texts[0].Content != "nstat · 1 counter" {
		t.Errorf("%+v", v.Texts)
	}
	if len(v.Changes) != 1 || v.Changes[0].Before != 13 || v.Changes[0].After != 40 || v.Changes[0].Finding != 1 {
		t.Errorf("%+v", v.Changes)
	}
	if len(v.Links) == 0 || v.Links[0].Bearing != analyzer.Confirms || v.Links[0].Diagnosis != "accept-queue-overflow" {
		t.Errorf("%+v", v.Links)
	}
	l := ask[protocol.Lines](t, s, protocol.Request{Kind: protocol.LinesOf, List: protocol.Facts, To: 9, Lang: analyzer.English})
	if l.Total != 2 || l.Lines[0].Finding != 1 || l.Lines[0].Cells[1] != "2" {
		t.Errorf("%+v", l)
	}
	if p := ask[protocol.Overview](t, s, protocol.Request{Kind: protocol.OverviewAgain}).Problems; p[0].Evidence[len(p[0].Evidence)-1].Fact != 1 {
		t.Errorf("%+v", p[0].Evidence)
	}
	for _, face := range []protocol.Face{protocol.Markdown, protocol.HTML} {
		d := ask[protocol.Document](t, s, protocol.Request{Kind: protocol.Report, Face: face, Lang: analyzer.English})
		if text := string(d.Data); !strings.Contains(text, "one.txt · nstat · 1 fact") || !strings.Contains(text, "1 line was not understood") {
			t.Errorf("%s does not list the evidence:\n%s", d.Name, text)
		}
	}
	s.Change(protocol.AttributeText, 0, "client") // another host's: nothing to compare it with
	add(t, s)
	if v := view(); len(v.Changes) != 0 || v.Texts[0].Role != "client" {
		t.Errorf("attributed: %+v", v)
	}
	if v := ask[protocol.EvidenceView](t, s, protocol.Request{Kind: protocol.Evidence, Filter: "net.core.somaxconn = 5"}); len(v.Texts) != 1 || v.Texts[0].Content == "" {
		t.Errorf("tried: %+v", v)
	}
	s.Change(protocol.EarlierText, 1, "")
	add(t, s)
	if v := view(); v.Texts[0].Name != "two.txt" {
		t.Errorf("earlier: %+v", v.Texts)
	}
}

// A proxy's two connections are listed as two, and told of as belonging together.
func TestProxyStaysTwoConnections(t *testing.T) {
	s := loadScripts(t, `
1.000 10.1.0.5:40000 > 10.2.0.9:80 S seq 100 <mss 1460>
+0.001 10.2.0.9:80 > 10.1.0.5:40000 S. seq 900 <mss 1460>
+0.000 10.1.0.5:40000 > 10.2.0.9:80 .
+0.001 10.1.0.5:40000 > 10.2.0.9:80 P. data "GET /what/only/one/asks HTTP/1.1"
+4.000 10.2.0.9:80 > 10.1.0.5:40000 P. data "HTTP/1.1 200 it took a long time"
+0.001 10.1.0.5:40000 > 10.2.0.9:80 .
+0.001 10.2.0.9:80 > 10.1.0.5:40000 R.
`, `
1.002 10.2.0.9:51000 > 10.3.0.7:8080 S seq 7100 <mss 1460>
+0.001 10.3.0.7:8080 > 10.2.0.9:51000 S. seq 7900 <mss 1460>
+0.000 10.2.0.9:51000 > 10.3.0.7:8080 .
+0.001 10.2.0.9:51000 > 10.3.0.7:8080 P. data "GET /what/only/one/asks HTTP/1.1"
+3.996 10.3.0.7:8080 > 10.2.0.9:51000 P. data "HTTP/1.1 200 it took a long time"
+0.001 10.2.0.9:51000 > 10.3.0.7:8080 .
`)
	if n := s.Report().FlowCount(); n != 2 {
		t.Errorf("%d flows", n)
	}
	v := ask[protocol.CompareView](t, s, protocol.Request{Kind: protocol.Compare, Lang: analyzer.English})
	if len(v.Pairs) != 1 || len(v.Pairs[0].By) != 1 || !strings.Contains(v.Pairs[0].By[0].Words, "proxy") || !v.Pairs[0].Clock.Known {
		t.Fatalf("%+v", v)
	}
	told := false
	for _, f := range s.Report().Findings {
		told = told || strings.Contains(f.Summary.En, "10.2.0.9:51000 > 10.3.0.7:8080")
	}
	if !told {
		t.Errorf("no finding tells of the proxy: %+v", s.Report().Findings)
	}
}
