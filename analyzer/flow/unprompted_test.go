package flow

import "testing"

// A server that speaks twice with a pause between sends news; one that pauses within
// the turn of its client does not.
func TestUnpromptedWords(t *testing.T) {
	const opening = `
client = 10.0.0.5:50100
server = 10.0.9.80:9000
0 client > server S
+0.01 server > client S.
+0.0001 client > server .
+0.001 client > server P. len 40
+0.01 server > client P. len 40
`
	for name, c := range map[string]struct {
		rest string
		want bool
	}{
		"news":              {"+1 server > client P. len 10\n", true},
		"the rest":          {"+0.5 server > client P. len 10\n", false},
		"asked for":         {"+5 client > server P. len 10\n+2 server > client P. len 10\n", false},
		"the client's turn": {"+5 client > server P. len 10\n+2 client > server P. len 10\n", false},
	} {
		f := track(t, opening+c.rest).Flow(0)
		if got := f.Flags&Unprompted != 0; got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestSwitchedProtocolIsNoted(t *testing.T) {
	tr := track(t, `
client = 10.0.0.5:50100
server = 10.0.9.80:80
0 client > server S
+0.01 server > client S.
+0.0001 client > server .
+0.001 client > server P. data "GET /a HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"
+0.01 server > client P. data "HTTP/1.1 101 Switching Protocols\r\n\r\n"
`)
	if a := tr.App(tr.Flow(0)); a.Status != SwitchingProtocols || a.StatusFrame != 5 || a.BodyMissing != 0 {
		t.Errorf("%+v", a)
	}
}

// A client that asks again at once after long waits polls; one that takes its time,
// or waits once, was served slowly.
func TestLongPolls(t *testing.T) {
	const opening = `
client = 10.0.0.5:50100
server = 10.0.9.80:80
0 client > server S
+0.01 server > client S.
+0.0001 client > server .
`
	turn := func(wait, pause string) string {
		return "+" + pause + " client > server P. len 40\n+" + wait + " server > client P. len 40\n"
	}
	for name, c := range map[string]struct {
		turns string
		want  bool
	}{
		"polls":       {turn("25", "0.01") + turn("25", "0.01") + turn("25", "0.01"), true},
		"slow once":   {turn("25", "0.01") + turn("0.1", "0.01") + turn("0.1", "0.01"), false},
		"a slow user": {turn("25", "0.01") + turn("25", "3") + turn("25", "3"), false},
		"slow":        {turn("4", "0.01") + turn("4", "0.01") + turn("4", "0.01"), false},
	} {
		f := track(t, opening+c.turns).Flow(0)
		if got := f.Flags&Polled != 0; got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
