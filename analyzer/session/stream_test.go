package session

import (
	"strings"
	"testing"

	"wirewhy/analyzer"
	"wirewhy/wasm/protocol"
)

// conversed is a connection with two requests, a repeated segment, one that the
// capture lacks and one that was sent twice with other bytes.
const conversed = `
client = 192.0.2.10:40000
server = 192.0.2.80:80
+0      client > server S
+0.001  server > client S.
+0.001  client > server .
+0.001  client > server P. data "GET /one HTTP/1.1\r\nHost: <b>shop</b>\r\n\r\n"
+0.001  server > client .
+0.050  server > client P. data "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
+0.001  server > client again
+0.001  client > server .
+0.001  client > server P. data "GET /two HTTP/1.1\r\n\r\n"
+0.300  server > client P. data "HTTP/1.1 503 Sorry\r\nContent-Length: 10\r\n\r\n12345"
+0.001  server > client P. unseen len 3
+0.001  server > client P. data "90"
+0.010  client > server .
+0.010  client > server F.
+0.001  server > client F.
+0.001  client > server .
`

// followedBy asks until the stream has been put together.
func followedBy(t *testing.T, s *Session, r protocol.Request) protocol.StreamView {
	t.Helper()
	r.Kind = protocol.Stream
	for range 1000 {
		v := ask[protocol.StreamView](t, s, r)
		if searched := r.Filter == "" || v.Searched == v.Len; v.Done == v.Total && searched || v.Error != "" {
			return v
		}
	}
	t.Fatal("the stream is never there")
	panic("")
}

func TestStream(t *testing.T) {
	s := loadScripts(t, conversed)
	v := followedBy(t, s, protocol.Request{})
	var text strings.Builder
	for _, p := range v.Pieces {
		text.WriteString(map[bool]string{false: "\n> ", true: "\n< "}[p.Server] + string(p.Data))
		if p.Missing > 0 {
			text.WriteString("…" + string(rune('0'+p.Missing)))
		}
	}
	want := "\n> GET /one HTTP/1.1\r\nHost: <b>shop</b>\r\n\r\n\n< HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello\n> GET /two HTTP/1.1\r\n\r\n" +
		"\n< HTTP/1.1 503 Sorry\r\nContent-Length: 10\r\n\r\n12345\n< …3\n< 90"
	if text.String() != want || v.Missing != [2]int64{0, 3} || v.Sent[0]+v.Sent[1] != v.Len || v.Error != "" {
		t.Errorf("%q\nwant %q\n%+v", text.String(), want, v)
	}
	if v := followedBy(t, s, protocol.Request{Way: 2}); len(v.Pieces) != 4 || !v.Pieces[0].Server {
		t.Errorf("of the server alone %+v", v.Pieces)
	}
	// From packets to places and back, also of one that repeats another.
	for frame, want := range map[uint32]int64{4: 0, 6: v.Pieces[1].Pos, 7: v.Pieces[1].Pos, 9: v.Pieces[2].Pos, 5: -1} {
		if got := followedBy(t, s, protocol.Request{Frame: frame}); got.At != want {
			t.Errorf("frame %d lies at %d, want %d", frame, got.At, want)
		}
	}
}

func TestStreamMessages(t *testing.T) {
	s := loadScripts(t, conversed)
	v := followedBy(t, s, protocol.Request{Messages: true, To: 100})
	if len(v.Messages) != 4 || v.MessageTotal != 4 {
		t.Fatalf("%+v", v)
	}
	ask, answer, sorry := v.Messages[0], v.Messages[1], v.Messages[3]
	if ask.Title != "GET /one HTTP/1.1" || ask.Lines[0] != "Host: <b>shop</b>" || ask.Pair != 2 || ask.Server || ask.Frame != 4 {
		t.Errorf("%+v", ask)
	}
	if answer.Pair != 1 || answer.After.Milliseconds() != 51 || answer.Body != "body 5 bytes" || answer.Bad {
		t.Errorf("%+v", answer)
	}
	if !sorry.Bad || sorry.Body != "body 10 bytes · 3 of them not captured" {
		t.Errorf("%+v", sorry)
	}
	if v := followedBy(t, s, protocol.Request{Messages: true, From: 1, To: 2, Lang: analyzer.Chinese}); len(v.Messages) != 1 || v.Messages[0].Body != "正文 5 字节" {
		t.Errorf("%+v", v)
	}
}

func TestStreamSearch(t *testing.T) {
	s := loadScripts(t, conversed)
	server := followedBy(t, s, protocol.Request{}).Pieces[1].Pos
	for needle, want := range map[string][]int64{
		"get /": {0, followedBy(t, s, protocol.Request{}).Pieces[2].Pos}, "0x48 54 54 50 2f 31 2e 31 20 32": {server}, "1234590": nil, "nowhere": nil, "Http/1.1 200": {server},
	} {
		got := followedBy(t, s, protocol.Request{Filter: needle})
		if len(got.Found) != len(want) || len(want) > 0 && (got.Found[0] != want[0] || got.Found[len(want)-1] != want[len(want)-1]) || got.Searched != got.Len {
			t.Errorf("%q was found at %v, want %v", needle, got.Found, want)
		}
	}
}

// Of one direction only its own places are found; letters beyond ASCII are found as
// they were written.
func TestStreamSearchOneWay(t *testing.T) {
	s := loadScripts(t, strings.Replace(conversed, "shop", "shop É", 1))
	for way, want := range []int{4, 2, 2} {
		if got := followedBy(t, s, protocol.Request{Filter: "http/1.1", Way: uint8(way)}); len(got.Found) != want || got.Searched != got.Len {
			t.Errorf("way %d: found at %v, searched %d of %d bytes", way, got.Found, got.Searched, got.Len)
		}
	}
	if got := followedBy(t, s, protocol.Request{Filter: "SHOP É"}).Found; len(got) != 1 {
		t.Errorf("%v", got)
	}
}

// What lies over the edges of segments is found, and a stream of many segments is
// read in turns, window by window.
func TestLongStream(t *testing.T) {
	s := loadScripts(t, "client = 192.0.2.1:40000\nserver = 192.0.2.2:80\n+0 client > server S\n+0.001 server > client S.\n+0.001 client > server .\n"+
		"repeat 9000 every 0.001\n +0 server > client P. data \"0123456789abcdef ${i}\"\nend\n")
	v := followedBy(t, s, protocol.Request{From: 100_000})
	if v.From != 100_000/streamWindow*streamWindow || len(v.Pieces) == 0 || v.Pieces[0].Pos != v.From {
		t.Fatalf("from %d: %+v", v.From, v.Pieces[:1])
	}
	n := 0
	for _, p := range v.Pieces {
		n += len(p.Data)
	}
	if n != streamWindow {
		t.Errorf("%d bytes in a window", n)
	}
	got := followedBy(t, s, protocol.Request{Filter: "77780123456789abcdef 7779"})
	if len(got.Found) != 1 || got.Found[0] != 9*18+90*19+900*20+6778*21+17 {
		t.Errorf("%v", got.Found)
	}
	if got := followedBy(t, s, protocol.Request{Filter: "0123456789"}); len(got.Found) != maxFound {
		t.Errorf("%d places", len(got.Found))
	}
}

// A gap takes no room in the conversation, however long it is: windows behind
// long ones show what lies in them.
func TestStreamBehindGap(t *testing.T) {
	script := "client = 192.0.2.1:40000\nserver = 192.0.2.2:80\n+0 client > server S\n+0.001 server > client S.\n+0.001 client > server .\n" +
		"repeat 100 every 0.001\n +0 server > client P. len 1000\n +0 server > client P. unseen len 60000\nend\n+0.001 server > client P. len 1000\n"
	s := loadScripts(t, script)
	for from := range 6 {
		v := followedBy(t, s, protocol.Request{From: from * streamWindow})
		at := int64(from * streamWindow)
		for _, p := range v.Pieces {
			if p.Missing == 0 && p.Pos != at {
				t.Fatalf("in the window from %d, a piece lies at %d, not at %d", v.From, p.Pos, at)
			}
			at += int64(len(p.Data))
		}
		if want := min(v.From+streamWindow, v.Len); at != want || v.Missing[1] != 6_000_000 {
			t.Errorf("the window from %d ends at %d, not at %d; %d bytes are missing", v.From, at, want, v.Missing[1])
		}
	}
}

func TestSaveStream(t *testing.T) {
	s := loadScripts(t, conversed)
	var last protocol.Document
	save := func(way uint8) string {
		var b strings.Builder
		last = protocol.Document{More: true}
		for r := (protocol.Request{Kind: protocol.SaveStream, Way: way, Lang: analyzer.English}); last.More; r.From++ {
			last = ask[protocol.Document](t, s, r)
			b.Write(last.Data)
		}
		return b.String()
	}
	client := "GET /one HTTP/1.1\r\nHost: <b>shop</b>\r\n\r\nGET /two HTTP/1.1\r\n\r\n"
	if got := save(1); got != client {
		t.Errorf("%q", got)
	}
	if last.Note != "" {
		t.Errorf("of the client nothing is missing: %q", last.Note)
	}
	if both := save(0); len(both) != len(client)+len(save(2)) || !strings.HasPrefix(both, client[:20]) {
		t.Errorf("%q", both)
	}
	if !strings.HasPrefix(last.Note, "3 bytes were not captured") {
		t.Errorf("three bytes of the server are missing: %q", last.Note)
	}
	ask[protocol.Failure](t, s, protocol.Request{Kind: protocol.SaveStream, Flow: 9})
	if v := followedBy(t, s, protocol.Request{Flow: 9}); v.Error == "" {
		t.Error("a flow that is not there has a stream")
	}
}
