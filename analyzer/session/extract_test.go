package session

import (
	"bytes"
	"compress/gzip"
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"wirewhy/analyzer"
	"wirewhy/analyzer/capture"
	"wirewhy/analyzer/export"
	"wirewhy/analyzer/internal/script"
	"wirewhy/wasm/protocol"
)

// conclusions lists the findings of a session and the verdicts of its flows. That
// an anonymised capture is cut behind its headers is true, and of no matter here.
func conclusions(s *Session) string {
	var all []string
	r := s.Report()
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Diagnosis != "capture-snaplen" {
			all = append(all, f.Diagnosis+" "+string(f.Confidence)+" "+strings.Repeat("|", len(f.Flows)))
		}
	}
	for f := range r.Flows() {
		all = append(all, "flow "+s.diagnosis(f.ID)+" "+f.State().String())
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

func loadBytes(t *testing.T, data []byte) *Session {
	t.Helper()
	s := New()
	if err := s.Load(context.Background(), []capture.Source{capture.BytesSource("trace.pcap", data)}, nil); err != nil {
		t.Fatal(err)
	}
	return s
}

func extractOf(t *testing.T, s *Session, sel Selection) ([]byte, string) {
	t.Helper()
	sel.Lang = analyzer.English
	var b bytes.Buffer
	note, err := s.WritePcapng(&b, sel)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), note
}

// What is concluded from an anonymised capture is what was concluded from the
// original, wherever nothing hangs on what stood in the payload.
func TestAnonymisedConcludesTheSame(t *testing.T) {
	files, err := filepath.Glob("../diagnose/testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, name := range files {
		base := filepath.Base(name)
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			var lines []string
			for l := range strings.SplitSeq(string(f.Data), "\n") {
				if !strings.HasPrefix(strings.TrimSpace(l), "want: ") {
					lines = append(lines, l)
				}
			}
			text := strings.Join(lines, "\n")
			parsed, err := script.Parse(text)
			if strings.Contains(text, " data ") || strings.Contains(text, " dns ") || err != nil { // two captures, or a host's texts beside it
				continue
			}
			original := loadBytes(t, parsed.PCAP())
			anonymised, note := extractOf(t, original, Selection{All: true, Anonymise: true, key: &[32]byte{byte(compared)}})
			if want, got := conclusions(original), conclusions(loadBytes(t, anonymised)); got != want {
				t.Errorf("%s %s: %s\nwant %s\n%s", base, f.Name, got, want, note)
			}
			compared++
		}
	}
	if compared < 150 {
		t.Errorf("only %d captures were compared", compared)
	}
}

// A flow's extract holds its packets and what the findings say of them, whether
// the file was compressed or not.
func TestExtractFlow(t *testing.T) {
	plain := script.MustParse(wrongSource).PCAP()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(plain)
	z.Close()
	for _, data := range [][]byte{plain, packed.Bytes()} {
		s := loadBytes(t, data)
		got, note := extractOf(t, s, Selection{Flows: []int{0}})
		r := loadBytes(t, got)
		if n := r.loaded[0].tracker.Frames(); n != 6 || r.report.FlowCount() != 1 {
			t.Fatalf("%d frames, %d flows", n, r.report.FlowCount())
		}
		finding := s.report.Findings[0]
		if want := finding.Diagnosis + ": " + finding.Title.En; !strings.Contains(note, want) || !strings.Contains(note, "6 frames of trace.pcap") || r.loaded[0].capture.Comments[0] != note {
			t.Errorf("the section says %q, want %q in it and in %q", r.loaded[0].capture.Comments, want, note)
		}
		rows := ask[protocol.PacketRows](t, r, protocol.Request{Kind: protocol.Packets, Flow: 0, Finding: -1, To: 10}).Rows
		if said := finding.Evidence[0].Text.En; len(rows) != 6 || !strings.Contains(rows[finding.Evidence[0].Frames[0]-1].Info, said) {
			t.Errorf("no frame says %q: %+v", said, rows)
		}
	}
}

// Evidence, the flows that a finding hit, those that match a filter, and all.
func TestExtractSelections(t *testing.T) {
	s := loadScripts(t, wrongSource)
	evidence := map[uint32]bool{}
	for _, e := range s.report.Findings[0].Evidence {
		for _, n := range e.Frames {
			evidence[n] = true
		}
	}
	for _, c := range []struct {
		request protocol.Request
		frames  int
	}{
		{protocol.Request{What: protocol.ExtractEvidence, Finding: 0}, len(evidence)},
		{protocol.Request{What: protocol.ExtractHit, Finding: 0}, 6},
		{protocol.Request{What: protocol.ExtractMatching, Filter: "port 443"}, 10},
		{protocol.Request{What: protocol.ExtractFlows, Flows: []int{0, 1}}, 16},
		{protocol.Request{What: protocol.ExtractAll}, 16},
		{protocol.Request{What: protocol.ExtractAll, Anonymise: true, Shift: true}, 16},
	} {
		c.request.Kind = protocol.Extract
		data, last := pieces(t, s, c.request)
		r := loadBytes(t, data)
		if n := int(r.loaded[0].tracker.Frames()); n != c.frames || last.Note == "" {
			t.Errorf("%+v: %d frames, want %d; %q", c.request, n, c.frames, last.Note)
		}
		if c.request.Anonymise && (bytes.Contains(data, []byte{192, 0, 2}) || strings.Contains(last.Note, "192.0.2")) {
			t.Error("an address remains")
		}
	}
	for _, r := range []protocol.Request{{What: protocol.ExtractFlows}, {What: protocol.ExtractFlows, Flows: []int{7}}, {What: protocol.ExtractEvidence, Finding: 99}, {From: 3}} {
		r.Kind = protocol.Extract
		ask[protocol.Failure](t, s, r)
	}
}

// pieces puts an extract together.
func pieces(t *testing.T, s *Session, r protocol.Request) (data []byte, last protocol.Document) {
	t.Helper()
	for last.More = true; last.More; r.From++ {
		last = ask[protocol.Document](t, s, r)
		data = append(data, last.Data...)
	}
	return data, last
}

// A large extract comes in pieces, and a second one ends the first.
func TestExtractInPieces(t *testing.T) {
	s := loadScripts(t, "client = 192.0.2.1:40000\nserver = 192.0.2.2:80\n+0 client > server S\n+0.001 server > client S.\n+0.001 client > server .\n"+
		"repeat 6000 every 0.001\n +0 server > client P. len 400\nend\n")
	r := protocol.Request{Kind: protocol.Extract, What: protocol.ExtractAll}
	first := ask[protocol.Document](t, s, r)
	if len(first.Data) < pieceLen || len(first.Data) > pieceLen+1000 || !first.More || first.Total != 6003 || first.Done == 0 {
		t.Errorf("the first piece has %d bytes, %d of %d frames", len(first.Data), first.Done, first.Total)
	}
	data, _ := pieces(t, s, r)
	if n := loadBytes(t, data).loaded[0].tracker.Frames(); n != 6003 {
		t.Errorf("%d frames", n)
	}
	r.From = 1
	ask[protocol.Failure](t, s, r)
}

// Each capture becomes a section of its own.
func TestExtractOfTwoCaptures(t *testing.T) {
	s := loadScripts(t, wrongSource, "a = 198.51.100.1:1000\nb = 198.51.100.2:80\n+2 a > b S\n+0.1 b > a R.\n")
	data, _ := extractOf(t, s, Selection{All: true})
	r := loadBytes(t, data)
	if c := r.loaded[0].capture; c.Packets != 18 || len(c.Comments) != 2 || len(c.Warnings) > 0 {
		t.Errorf("%+v", c)
	}
	if got := r.report.FlowCount(); got != s.report.FlowCount() {
		t.Errorf("%d flows of %d", got, s.report.FlowCount())
	}
}

// Of a capture whose frames are all dropped, nothing is written, and it is said why.
func TestExtractOfNothingThatIsUnderstood(t *testing.T) {
	radio := append([]byte{0, 0, 8, 0, 0, 0, 0, 0, 0x80}, make([]byte, 40)...)
	var w export.Writer
	f := analyzer.Frame{Link: analyzer.LinkRadiotap, Time: 1e18, WireLen: uint32(len(radio)), Data: radio}
	s := loadBytes(t, w.Frame(w.Section(nil, "", ""), &f, &analyzer.Interface{}))
	why := ask[protocol.Failure](t, s, protocol.Request{Kind: protocol.Extract, What: protocol.ExtractAll, Anonymise: true}).Text
	if !strings.Contains(why, "0 of 1 frames kept") || !strings.Contains(why, "not every header") || strings.Contains(why, "read again") {
		t.Errorf("%q", why)
	}
}
