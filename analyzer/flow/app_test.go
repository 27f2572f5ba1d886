package flow

import (
	"strconv"
	"testing"
)

func TestProtocols(t *testing.T) {
	for _, c := range []struct {
		data string
		want Proto
	}{
		{`"GET / HTTP/1.1\r\n\r\n"`, ProtoHTTP},
		{`"HTTP/1.1 200 OK\r\n\r\n"`, ProtoHTTP},
		{`"GETTING"`, ProtoUnknown},
		{`"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"`, ProtoHTTP2},
		{`"\x16\x03\x01\x00\x05hello"`, ProtoTLS},
		{`"\x16\x09\x01\x00\x05hello"`, ProtoUnknown},
		{`"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n"`, ProtoProxyHeader},
		{`"\r\n\r\n\x00\r\nQUIT\n\x21"`, ProtoProxyHeader},
		{`"SSH-2.0-x\r\n"`, ProtoSSH},
		{`"xy"`, ProtoUnknown},
	} {
		tr := track(t, opening+"+0.001 c > s P. data "+c.data)
		if got := tr.App(tr.Flow(0)).ClientProto; got != c.want {
			t.Errorf("%s: %d, want %d", c.data, got, c.want)
		}
	}
}

func TestHTTP(t *testing.T) {
	request := opening + `
+0.001 c > s P. data "GET / HTTP/1.1\r\nhost: a\r\n\r\n"
+0.02 s > c P. data `
	for _, c := range []struct {
		name, response string
		status         uint16
		done, proxy    bool
		missing        int64
	}{
		{"whole", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", 200, true, false, 0},
		{"cut short", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc", 200, false, false, 7},
		{"chunked", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 200, true, false, 0},
		{"chunked, not ended", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n", 200, false, false, 0},
		{"chunked, in a chunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10\r\nabc0\r\n\r\n", 200, false, false, 0},
		{"chunked, none", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nhello", 200, false, false, 0},
		{"chunked, too big", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffff\r\n", 200, false, false, 0},
		{"a proxy's", "HTTP/1.1 503 Service Unavailable\r\nserver: envoy\r\ncontent-length: 0\r\n\r\n", 503, true, true, 0},
		{"an app's", "HTTP/1.1 503 Service Unavailable\r\nserver: gunicorn\r\ncontent-length: 0\r\n\r\n", 503, true, false, 0},
		{"upstream connect error", "HTTP/1.1 503 Service Unavailable\r\n\r\nupstream connect error or disconnect", 503, false, true, 0},
		{"continue is no answer", "HTTP/1.1 100 Continue\r\n\r\n", 0, false, false, 0},
		{"no digits", "HTTP/1.1 2x0 OK\r\n\r\n", 0, false, false, 0},
		{"a length that is none", "HTTP/1.1 200 OK\r\ncontent-length: 9999999999999999999999\r\n\r\n", 200, false, false, 0},
	} {
		tr := track(t, request+strconv.Quote(c.response))
		a := tr.App(tr.Flow(0))
		if open := c.name == "chunked, not ended" || c.name == "chunked, in a chunk"; a.ChunksOpen != open {
			t.Errorf("%s: in chunks: %v", c.name, a.ChunksOpen)
		}
		if a.Status != c.status || a.ResponseDone != c.done || a.FromProxy != c.proxy || a.BodyMissing != c.missing {
			t.Errorf("%s: %+v", c.name, a)
		}
	}
}

func TestTLSAlerts(t *testing.T) {
	hello := opening + `
+0.001 c > s P. data "\x16\x03\x01\x00\x04\x01\x00\x00\x00"
`
	for _, c := range []struct {
		name, rest string
		want       TLSAlert
		notify     bool
	}{
		{"fatal, by the server", `+0.02 s > c P. data "\x15\x03\x03\x00\x02\x02\x28"`, TLSAlert{Description: 40, From: Responder, Frame: 5}, false},
		{"fatal, by the client", `+0.02 c > s P. data "\x15\x03\x03\x00\x02\x02\x30"`, TLSAlert{Description: 48, From: Originator, Frame: 5}, false},
		{"close_notify", `+0.02 s > c P. data "\x15\x03\x03\x00\x02\x01\x00"`, TLSAlert{}, true},
		{"encrypted", `+0.02 s > c P. data "\x15\x03\x03\x00\x1a12345678901234567890123456"`, TLSAlert{}, false},
	} {
		tr := track(t, hello+c.rest)
		a := tr.App(tr.Flow(0))
		if a.Alert != c.want || a.CloseNotify != c.notify || a.ClientHello != 4 {
			t.Errorf("%s: %+v", c.name, a)
		}
	}
}

func TestLookups(t *testing.T) {
	tr := track(t, `
0 10.0.0.1:5353 > 10.0.0.53:53 dns A web.example
+5 10.0.0.1:5353 > 10.0.0.53:53 dns A web.example
+0.1 10.0.0.53:53 > 10.0.0.1:5353 dns A web.example nxdomain
+0.1 10.0.0.1:5353 > 10.0.0.53:53 dns AAAA web.example
+0.1 10.0.0.1:5353 > 10.0.0.53:5300 dns A other.example`)
	l := tr.Lookups()
	if len(l) != 2 || l[0].Queries != 2 || l[0].Answers != 1 || l[0].RCode != 3 || l[0].Name != "web.example" || l[0].Frames != [8]uint32{1, 2, 3} {
		t.Errorf("%+v", l)
	}
	if l[1].Type != 28 || l[1].Answers != 0 {
		t.Errorf("%+v", l[1])
	}
}

func TestAddressQuestions(t *testing.T) {
	tr := track(t, `
0 arp who-has 10.0.0.9 tell 10.0.0.1
+1 arp who-has 10.0.0.9 tell 10.0.0.1
+1 arp who-has 10.0.0.9 tell 10.0.0.1
+0.1 arp who-has 10.0.0.2 tell 10.0.0.1
+0.001 arp reply 10.0.0.2 to 10.0.0.1
+1 arp who-has 10.0.0.1 tell 10.0.0.1`)
	q := tr.AddressQuestions()
	if len(q) != 2 || q[0].Count != 3 || q[0].Answered || !q[1].Answered || q[1].Count != 0 {
		t.Errorf("%+v", q)
	}
}
