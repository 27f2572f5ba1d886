package stream

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"wirewhy/analyzer"
)

// scene is a list of segments; frames count from 1.
type scene struct {
	builder Builder
	data    map[uint32]string
}

// send adds a segment: "c 0 GET" is three bytes of the client's at offset 0, and
// "s 10 ok/5" five bytes of which two were captured.
func (s *scene) send(t *testing.T, lines ...string) *scene {
	if s.data == nil {
		s.data = map[uint32]string{}
		s.builder.Begin(0, 4_294_967_290) // the numbers wrap around
		s.builder.Begin(1, 77)
	}
	for _, l := range lines {
		var way string
		var at, length int
		var data string
		if _, err := fmt.Sscanf(l, "%1s %d %s", &way, &at, &data); err != nil {
			t.Fatal(l, err)
		}
		data = strings.ReplaceAll(data, "_", " ")
		if body, n, ok := strings.Cut(data, "/"); ok {
			fmt.Sscan(n, &length)
			data = body
		} else {
			length = len(data)
		}
		frame := uint32(len(s.data) + 1)
		s.data[frame] = data
		d, first := Dir(0), analyzer.Seq(4_294_967_290)
		if way == "s" {
			d, first = 1, 77
		}
		s.builder.Add(Segment{Dir: d, Seq: first.Add(uint32(at)), Frame: frame, Len: uint32(length), Data: []byte(data)})
	}
	return s
}

// told writes pieces as the segments of a conversation.
func (s *scene) told(t *testing.T) string {
	var b strings.Builder
	pos := int64(0)
	for _, p := range s.builder.Pieces() {
		if p.Pos != pos {
			t.Errorf("%+v lies at %d, not %d", p, p.Pos, pos)
		}
		who := "cs"[p.Dir]
		if p.Frame == 0 {
			fmt.Fprintf(&b, "%c%d…%d ", who, p.At, p.Len)
			continue
		}
		fmt.Fprintf(&b, "%c%d:%s ", who, p.At, s.data[p.Frame][p.Skip:][:p.Len])
		pos += p.Len
	}
	return strings.TrimSpace(b.String())
}

func TestPieces(t *testing.T) {
	for name, c := range map[string]struct{ segments, want string }{
		"in order":            {"c 0 abc,s 0 xy,c 3 def,s 2 z", "c0:abc s0:xy c3:def s2:z"},
		"sent twice":          {"c 0 abc,c 0 abc,c 3 d", "c0:abc c3:d"},
		"sent again, longer":  {"c 0 abc,c 0 abcdef", "c0:abc c3:def"},
		"out of order":        {"c 3 def,s 0 x,c 0 abc,s 1 y", "s0:x c0:abc c3:def s1:y"},
		"missing":             {"c 0 abc,s 0 x,c 9 jkl", "c0:abc s0:x c3…6 c9:jkl"},
		"cut by snap length":  {"c 0 abc/10,c 10 k,s 0 xy/8", "c0:abc c3…7 c10:k s0:xy s2…6"},
		"cut, then whole":     {"c 0 abc/6,c 0 abcdef,c 6 g", "c0:abc c3:def c6:g"},
		"keep-alive":          {"c 0 abc,c 2 #,c 3 d", "c0:abc c3:d"},
		"in the middle, late": {"c -4 late,c 0 now", "c0:late c4:now"},
	} {
		t.Run(name, func(t *testing.T) {
			s := (&scene{}).send(t, strings.Split(c.segments, ",")...)
			if got := s.told(t); got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
			if len(s.builder.Overlaps) > 0 {
				for _, o := range s.builder.Overlaps {
					if o.Differs {
						t.Errorf("%+v", o)
					}
				}
			}
		})
	}
}

// Bytes that were sent twice and differ are told.
func TestOverlaps(t *testing.T) {
	s := (&scene{}).send(t, "c 0 abc", "c 0 aXc", "c 2 cdef")
	s.told(t)
	want := []Overlap{{Kept: 1, Other: 2, Len: 3, Differs: true}, {Kept: 1, Other: 3, At: 2, Len: 1, Skip: [2]uint32{2, 0}, Unknown: true}}
	if !slices.Equal(s.builder.Overlaps, want) {
		t.Errorf("%+v\nwant %+v", s.builder.Overlaps, want)
	}
	if at := s.builder.Offset(0, 4, 0); at != 10 {
		t.Errorf("sequence number 4 lies at %d", at)
	}
}

// parse feeds lines "c text" and "s text", a piece each; "c …9" is a gap.
func parse(lines ...string) []Message {
	var p Parser
	pos := int64(0)
	for i, l := range lines {
		d := Dir(strings.IndexByte("cs", l[0]))
		piece := Piece{Pos: pos, Frame: uint32(i + 1), Dir: d, Len: int64(len(l) - 2)}
		if n, ok := strings.CutPrefix(l[2:], "…"); ok {
			piece.Frame = 0
			fmt.Sscan(n, &piece.Len)
			p.Gap(piece)
			continue
		}
		p.Feed(piece, analyzer.Timestamp(i+1), []byte(l[2:]))
		pos += piece.Len
	}
	p.End()
	return p.Messages
}

func wantMessages(t *testing.T, got []Message, want ...string) {
	t.Helper()
	var told []string
	for _, m := range got {
		line := fmt.Sprintf("%d %c %s +%d", m.Kind, "cs"[m.Dir], m.Title, m.Len)
		for set, word := range map[bool]string{m.Chunked: " chunked"} {
			if set {
				line += word
			}
		}
		if m.Missing > 0 {
			line += fmt.Sprintf(" -%d", m.Missing)
		}
		if !m.Complete {
			line += " open"
		}
		if m.Pair > 0 {
			line += fmt.Sprintf(" with %d", m.Pair)
		}
		told = append(told, line)
	}
	if !slices.Equal(told, want) {
		t.Errorf("%q\nwant %q", told, want)
	}
}

func TestHTTP(t *testing.T) {
	wantMessages(t, parse("c GET / HTTP/1.1\r\nHost: a\r\n\r\nPOST /x HTTP/1.1\r\nContent-Length: 4\r\n\r\nab", "c cd", "s HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 204 No\r\n\r\n"),
		"1 c GET / HTTP/1.1 +0 with 3", "1 c POST /x HTTP/1.1 +4 with 4", "2 s HTTP/1.1 200 OK +2 with 1", "2 s HTTP/1.1 204 No +0 with 2")
	wantMessages(t, parse("c GET / HTTP/1.1\r\n", "c Host: <b>\r\n\r", "c \n", "s HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwi", "s ki\r\n5;x=y\r\npedia\r\n", "s 0\r\nX: y\r\n\r\n", "c GET /2 HTTP/1.1\r\n\r\n"),
		"1 c GET / HTTP/1.1 +0 with 2", "2 s HTTP/1.1 200 OK +9 chunked with 1", "1 c GET /2 HTTP/1.1 +0")
	wantMessages(t, parse("c HEAD / HTTP/1.1\r\n\r\n", "s HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", "s HTTP/1.1 100 Continue\r\n\r\n"),
		"1 c HEAD / HTTP/1.1 +0 with 2", "2 s HTTP/1.1 200 OK +0 with 1", "2 s HTTP/1.1 100 Continue +0")
	wantMessages(t, parse("s HTTP/1.0 200 OK\r\n\r\nuntil", "s  the end"), "2 s HTTP/1.0 200 OK +13")
	wantMessages(t, parse("s HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n12345", "s …10", "s 67890HTTP/1.1 404 Not\r\nContent-Length: 9\r\n\r\nx"),
		"2 s HTTP/1.1 200 OK +20 -10", "2 s HTTP/1.1 404 Not +1 open")
	wantMessages(t, parse("c CONNECT a:443 HTTP/1.1\r\n\r\n", "s HTTP/1.1 200 OK\r\n\r\n", "c \x16\x03\x01\x00\x04\x01\x00\x00\x00"),
		"1 c CONNECT a:443 HTTP/1.1 +0 with 2", "2 s HTTP/1.1 200 OK +0 with 1", "3 c handshake, TLS 1.0: ClientHello +4")
	wantMessages(t, parse("s 220 mail ready\r\n", "c EHLO x\r\n", "s 250 ok\r\n", "s 250 more\r\n"), "0 s  +16", "0 c  +8", "0 s  +18")
	if m := parse("c GET / HTTP/1.1\r\nA: 1\r\nB: \u202e2\r\n\r\n")[0]; !slices.Equal(m.Lines, []string{"A: 1", "B: \u202e2"}) {
		t.Errorf("%q", m.Lines)
	}
}

// hello is a ClientHello with server name, ALPN and versions.
func hello() string {
	extensions := "\x00\x00\x00\x0c\x00\x0a\x00\x00\x07a.examp" + "\x00\x10\x00\x0e\x00\x0c\x02h2\x08http/1.1" + "\x00\x2b\x00\x07\x06\x0a\x0a\x03\x04\x03\x03"
	body := "\x03\x03" + strings.Repeat("r", 32) + "\x00" + "\x00\x04\x13\x01\x13\x02" + "\x01\x00" + string([]byte{0, byte(len(extensions))}) + extensions
	return string([]byte{1, 0, 0, byte(len(body))}) + body
}

func record(kind byte, body string) string {
	return string([]byte{kind, 3, 3, byte(len(body) >> 8), byte(len(body))}) + body
}

func TestTLS(t *testing.T) {
	serverHello := "\x02\x00\x00\x26\x03\x03" + strings.Repeat("r", 32) + "\x00\x13\x01\x00"
	flight := serverHello + "\x0b\x00\x00\x03abc" + "\x0e\x00\x00\x00"
	ch := record(22, hello())
	m := parse("c "+ch[:9], "c "+ch[9:], "s "+record(22, flight), "c "+record(20, "\x01")+record(22, "secret secret"), "s "+record(23, strings.Repeat("x", 300)), "s "+record(21, "\x02\x28"))
	wantMessages(t, m, fmt.Sprintf("3 c handshake, TLS 1.2: ClientHello +%d", len(hello())), fmt.Sprintf("3 s handshake, TLS 1.2: ServerHello, Certificate, ServerHelloDone +%d", len(flight)),
		"3 c change_cipher_spec, TLS 1.2 +1", "3 c handshake, TLS 1.2: encrypted +13", "3 s application_data, TLS 1.2 +300", "3 s alert, TLS 1.2 +2")
	if want := []string{"server name: a.examp", "ALPN: h2, http/1.1", "versions: TLS 1.3, TLS 1.2", "cipher suites: 2"}; !slices.Equal(m[0].Lines, want) {
		t.Errorf("%q\nwant %q", m[0].Lines, want)
	}
	if m[5].Alert != 41 || m[5].Level != 2 {
		t.Errorf("alert %d of level %d", m[5].Alert, m[5].Level)
	}
	// A message that goes on in the next record, and a record with a gap.
	m = parse("s "+record(22, flight[:46]), "s "+record(22, flight[46:]), "s "+record(23, "0123456789")[:9], "s …6", "s "+record(21, "\x01\x00"))
	wantMessages(t, m, "3 s handshake, TLS 1.2: ServerHello, Certificate … +46", fmt.Sprintf("3 s handshake, TLS 1.2: Certificate, ServerHelloDone +%d", len(flight)-46),
		"3 s application_data, TLS 1.2 +10 -6", "3 s alert, TLS 1.2 +2")
}

// FuzzParser: whatever the bytes and however they are cut, nothing panics or hangs,
// and messages lie one behind the other.
func FuzzParser(f *testing.F) {
	f.Add("GET / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", 5, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
	f.Add(record(22, hello()), 9, record(21, "\x02\x28"))
	f.Fuzz(func(t *testing.T, a string, cut int, b string) {
		cut = min(max(cut, 0), len(a))
		for _, m := range parse("c "+a[:cut], "s "+b, "c …3", "c "+a[cut:], "s "+b) {
			if m.Len < 0 || m.Pos < 0 || m.Frame == 0 {
				t.Errorf("%+v", m)
			}
		}
	})
}

// What is told apart is bounded: by the number of messages and by their text.
func TestParserIsBounded(t *testing.T) {
	for name, message := range map[string]string{
		"messages": "GET / HTTP/1.1\r\n\r\n",
		"text":     "GET /" + strings.Repeat("a", 10_000) + " HTTP/1.1\r\n\r\n",
	} {
		var p Parser
		for i := range 2 * maxMessages {
			p.Feed(Piece{Frame: uint32(i + 1), Len: int64(len(message))}, 0, []byte(message))
		}
		text := 0
		for _, m := range p.Messages {
			text += len(m.Title)
		}
		if !p.Full || len(p.Messages) > maxMessages+1 || text > maxText+2*len(message) {
			t.Errorf("%s: full %v, %d messages with %d bytes", name, p.Full, len(p.Messages), text)
		}
	}
}
