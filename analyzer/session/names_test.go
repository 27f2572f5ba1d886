package session

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"testing"

	"wirewhy/analyzer"
	"wirewhy/analyzer/capture"
	"wirewhy/analyzer/internal/script"
	"wirewhy/analyzer/report"
	"wirewhy/wasm/protocol"
)

// frames returns the frames of a script, as a pcap file holds them.
func frames(t *testing.T, text string) (out []analyzer.Frame) {
	t.Helper()
	r, err := capture.Open(source(t, "script.pcap", text), capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for {
		var f analyzer.Frame
		if err := r.Next(&f); err == io.EOF {
			return out
		} else if err != nil {
			t.Fatal(err)
		}
		f.Data = bytes.Clone(f.Data)
		out = append(out, f)
	}
}

// block returns a little-endian pcapng block (draft-ietf-opsawg-pcapng, section 3.1).
func block(kind uint32, parts ...any) []byte {
	var body bytes.Buffer
	for _, p := range parts {
		if text, ok := p.(string); ok { // an option's or a record's value
			p = append([]byte(text), make([]byte, -len(text)&3)...)
		}
		binary.Write(&body, binary.LittleEndian, p)
	}
	n := uint32(12 + body.Len())
	out := binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, kind), n)
	return binary.LittleEndian.AppendUint32(append(out, body.Bytes()...), n)
}

// What a pcapng says of itself, its comments and its names for addresses, stands
// on the page and in every face of the report.
func TestNamesAndComments(t *testing.T) {
	const comment, name = "taken <b>at noon</b>", "db-1.Lan"
	const nul = "\x00"
	file := block(0x0a0d0d0a, uint32(0x1a2b3c4d), uint16(1), uint16(0), int64(-1), uint16(1), uint16(len(comment)), comment, uint32(0))
	file = append(file, block(1, uint16(1), uint16(0), uint32(0))...)
	file = append(file, block(4, uint16(1), uint16(4+len(name+nul)), []byte{192, 0, 2, 53}, name+nul, uint32(0))...)
	for _, f := range frames(t, wrongSource) {
		us := uint64(f.Time / 1000)
		file = append(file, block(6, uint32(0), uint32(us>>32), uint32(us), uint32(len(f.Data)), uint32(len(f.Data)), string(f.Data))...)
	}
	s := New()
	if err := s.Load(context.Background(), []capture.Source{capture.BytesSource("named.pcapng", file)}, nil); err != nil {
		t.Fatal(err)
	}
	if c := ask[protocol.Overview](t, s, protocol.Request{Kind: protocol.OverviewAgain}).Captures[0]; fmt.Sprint(c.Comments) != "["+comment+"]" {
		t.Errorf("comments %q", c.Comments)
	}
	rows := ask[protocol.FlowRows](t, s, protocol.Request{Kind: protocol.Flows, To: 10, Filter: "db-1.lan"})
	if rows.Total != 1 || rows.Rows[0].ServerName != name || rows.Rows[0].ClientName != "" {
		t.Fatalf("%+v", rows)
	}
	view := ask[protocol.LadderView](t, s, protocol.Request{Kind: protocol.Ladder, Flow: rows.Rows[0].ID, Finding: -1})
	if last := view.Lanes[len(view.Lanes)-1]; !strings.HasSuffix(last.Role, " · "+name) || strings.Contains(view.Lanes[0].Role, "·") {
		t.Errorf("lanes %+v", view.Lanes)
	}
	var json, text, markdown, html strings.Builder
	s.Report().WriteJSON(&json, analyzer.English)
	s.Report().WriteText(&text, report.TextOptions{Lang: analyzer.English})
	s.Report().WriteMarkdown(&markdown, analyzer.English)
	s.Report().WriteHTML(&html, analyzer.English)
	for _, c := range []struct{ face, holds string }{
		{json.String(), `"names": {"192.0.2.53": "db-1.Lan"}`}, {json.String(), `"comments": [`}, {text.String(), "# " + comment},
		{markdown.String(), "at noon"}, {html.String(), "taken &lt;b&gt;at noon"},
	} {
		if !strings.Contains(c.face, c.holds) {
			t.Errorf("no %q in:\n%s", c.holds, c.face)
		}
	}
}

// far is a capture of more than 4 GiB: a pcap file whose records are one filler,
// over and over, and a connection at its end.
type far struct {
	head, filler, tail []byte
	count              int64
}

func (f *far) Name() string { return "far.pcap" }
func (f *far) Size() int64 {
	return int64(len(f.head)) + f.count*int64(len(f.filler)) + int64(len(f.tail))
}
func (f *far) Open(offset int64) (io.ReadCloser, error) { return &farReader{f, offset}, nil }

type farReader struct {
	*far
	at int64
}

func (r *farReader) Close() error { return nil }

func (r *farReader) Read(b []byte) (int, error) {
	filled := r.at - int64(len(r.head))
	tail := filled - r.count*int64(len(r.filler))
	var n int
	switch {
	case filled < 0:
		n = copy(b, r.head[r.at:])
	case tail < 0:
		n = copy(b, r.filler[filled%int64(len(r.filler)):])
	case tail < int64(len(r.tail)):
		n = copy(b, r.tail[tail:])
	default:
		return 0, io.EOF
	}
	r.at += int64(n)
	return n, nil
}

// A packet past 4 GiB is found again: in the list, in its layers, in the timeline.
func TestPacketsBeyond4GiB(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 4 GiB")
	}
	parsed, err := script.Parse(wrongSource)
	if err != nil {
		t.Fatal(err)
	}
	pcap := parsed.PCAP()
	const headLen, fillerLen = 24, 256 << 10
	filler := append(bytes.Clone(pcap[headLen:headLen+8]), make([]byte, 8+fillerLen)...) // an all-zero frame, 802.3 without anything in it
	binary.LittleEndian.PutUint32(filler[8:], fillerLen)
	binary.LittleEndian.PutUint32(filler[12:], fillerLen)
	f := &far{head: pcap[:headLen], filler: filler, tail: pcap[headLen:], count: 1<<32/fillerLen + 1}
	s := New()
	if err := s.Load(context.Background(), []capture.Source{f}, nil); err != nil {
		t.Fatal(err)
	}
	packets := ask[protocol.PacketRows](t, s, protocol.Request{Kind: protocol.Packets, Flow: 0, To: 10})
	if packets.Error != "" || len(packets.Rows) != 6 || packets.Rows[0].Frame != uint32(f.count)+1 || !strings.Contains(packets.Rows[0].Info, "[S]") {
		t.Fatalf("%+v", packets)
	}
	view := ask[protocol.PacketView](t, s, protocol.Request{Kind: protocol.Packet, Frame: packets.Rows[5].Frame})
	if view.Error != "" || len(view.Layers) < 4 || view.Layers[3].Name != "TCP" {
		t.Errorf("%+v", view)
	}
}
