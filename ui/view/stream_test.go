package view

import (
	"regexp"
	"strings"
	"testing"

	"wirewhy/analyzer"
	"wirewhy/ui/state"
	"wirewhy/wasm/protocol"
)

// streaming shows the stream of a flow in a form, with hostile payload.
func streaming(form state.StreamForm, v protocol.StreamView) *state.State {
	s := everything(analyzer.English)
	s.Take()
	s.Stream.Needle = "img"
	s.ShowTab(state.TabStream)
	s.ShowStream(form)
	for _, r := range s.Take() {
		if r.Kind == protocol.Stream {
			s.Apply(r.ID, v)
		}
	}
	return s
}

// hostileStream is payload that means something to HTML, terminals and readers from
// right to left, with a character that two segments share.
func hostileStream() protocol.StreamView {
	return protocol.StreamView{
		Len: 200, Sent: [2]int64{100, 100}, Missing: [2]int64{0, 7}, At: -1, Found: []int64{1, 30}, Searched: 200,
		Pieces: []protocol.StreamPiece{
			{Pos: 0, Frame: 4, Data: []byte(hostile + "\xe4\xb8")},
			{Pos: int64(len(hostile)) + 2, Frame: 5, Data: []byte("\xad plain\x1b[31m\xff")},
			{Pos: 100, Frame: 6, Server: true, Data: []byte(hostile), Note: hostile},
			{Pos: 100, Server: true, Missing: 7},
		},
		Messages: []protocol.StreamMessage{{Title: hostile, Body: hostile, Lines: []string{hostile, "b"}, Frame: 4, After: 5, Pair: 2, Bad: true}}, MessageTotal: 1, MessagesCut: true,
	}
}

func TestHostileStream(t *testing.T) {
	for _, form := range []state.StreamForm{state.StreamText, state.StreamHex, state.StreamMessages} {
		s := streaming(form, hostileStream())
		s.Stream.Error = hostile
		for name, html := range map[string]string{"body": StreamBody(s), "tools": StreamTools(s), "hits": StreamHits(s)} {
			if html == "" {
				t.Errorf("%s: the %s shows nothing", form, name)
			}
			if err := wellFormed(html); err != nil {
				t.Errorf("%s: %s: %v\n%s", form, name, err, html)
			}
			if strings.ContainsAny(html, "\x00\x1b\u202e") {
				t.Errorf("%s: %s: what cannot be seen stays so in %q", form, name, html)
			}
		}
	}
}

var tags = regexp.MustCompile(`<[^>]*>`)

// The words of a stream are those of the payload: characters over the edge of two
// segments are whole, and what was found is marked.
func TestStreamText(t *testing.T) {
	html := StreamBody(streaming(state.StreamText, hostileStream()))
	if text := tags.ReplaceAllString(html, ""); !strings.Contains(text, "中 plain") || !strings.Contains(text, "⟨U+202e⟩") || !strings.Contains(text, "… 7 bytes not captured") {
		t.Errorf("%s", text)
	}
	if n := strings.Count(html, "<mark"); n != 2 || strings.Count(html, `<mark class="on"`) != 1 {
		t.Errorf("%d places are marked in %s", n, html)
	}
	if n := strings.Count(html, `class="turn `); n != 2 {
		t.Errorf("%d turns", n)
	}
}

// A packet as text can be read by xxd and text2pcap: offset, bytes, characters.
func TestPacketText(t *testing.T) {
	s := everything(analyzer.English)
	s.Packet.View.Data = []byte("GET / HTTP/1.1\r\n\x00é<")
	want := "000000  47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d 0a  GET / HTTP/1.1..\n" +
		"000010  00 c3 a9 3c                                      ...<\n"
	if got := PacketText(s, true); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if got := PacketText(s, false); !strings.HasPrefix(got, hostile+"  ") || !strings.Contains(got, "\n    "+hostile+": ") {
		t.Errorf("%q", got)
	}
}
