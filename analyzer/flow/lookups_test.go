package flow

import (
	"testing"
	"time"

	"wirewhy/analyzer/wire"
)

func TestSlowLookups(t *testing.T) {
	tr := track(t, `
0     10.1.0.2:5000 > 10.1.0.53:53 dns A www.example
+0    10.1.0.2:5000 > 10.1.0.53:53 dns AAAA www.example
+0.001 10.1.0.53:53 > 10.1.0.2:5000 dns AAAA www.example empty
+2.5  10.1.0.2:5000 > 10.1.0.53:53 dns A www.example
+0.00001 copy
+0.001 10.1.0.53:53 > 10.1.0.2:5000 dns A www.example 10.1.8.8
+0.00001 copy
+1    10.1.0.2:5001 > 10.1.0.53:53 dns A big.example
+0.001 10.1.0.53:53 > 10.1.0.2:5001 dns A big.example truncated
+1    10.1.0.2:5002 > 10.1.0.54:53 dns A www.example
+2    10.1.0.2:5002 > 10.1.0.54:53 dns A www.example`)
	got := tr.Lookups()
	if len(got) != 4 {
		t.Fatalf("%d lookups, want 4", len(got))
	}
	a, six, big, dead := got[0], got[1], got[2], got[3]
	if a.Queries != 2 || a.Answers != 1 || a.Pending != 0 || a.SlowQueries != 2 || a.Slowest.Round(time.Millisecond) != 2502*time.Millisecond {
		t.Errorf("asked twice: %+v", a)
	}
	if want := wire.Addr4(0x0a010808); a.Addresses[0] != want || !a.Addresses[1].IsZero() || a.Empty {
		t.Errorf("addresses %v, want %v alone", a.Addresses, want)
	}
	if !six.Empty || six.Port != a.Port || six.Slowest >= time.Second {
		t.Errorf("no IPv6 address: %+v", six)
	}
	if !big.Truncated || a.Truncated {
		t.Error("truncated: want big.example alone")
	}
	if dead.Pending != 2 || dead.Answers != 0 || dead.Last.Sub(dead.PendingSince) != 2*time.Second {
		t.Errorf("never answered: %+v", dead)
	}
}

func TestRepeatedQuestions(t *testing.T) {
	tr := track(t, `
0  arp who-has 10.1.0.77 tell 10.1.0.2
+0.00001 copy
+1 arp who-has 10.1.0.77 tell 10.1.0.2
+1 arp who-has 10.1.0.78 tell 10.1.0.2
+0.001 arp reply 10.1.0.78 to 10.1.0.2`)
	got := tr.AddressQuestions()
	if len(got) != 2 || got[0].Count != 2 || got[0].Answered || got[1].Count != 0 || !got[1].Answered {
		t.Errorf("%+v", got)
	}
}

func TestAddressClaims(t *testing.T) {
	tr := track(t, `
0  arp who-has 10.1.0.9 tell 10.1.0.2
+0.0001 arp reply 10.1.0.9 to 10.1.0.2 at 02:00:00:00:00:aa
+0.0001 arp reply 10.1.0.9 to 10.1.0.2 at 02:00:00:00:00:bb
+9 arp who-has 10.1.0.8 tell 10.1.0.9 at 02:00:00:00:00:aa
+1 arp reply 10.1.0.8 to 10.1.0.9`)
	got := tr.AddressClaims()
	if len(got) != 1 {
		t.Fatalf("%d claims, want 1", len(got))
	}
	c := got[0]
	if c.MACs != [2]uint64{0x0200000000aa, 0x0200000000bb} || c.Flips != 2 || c.Contested != 1 || c.Frames != [8]uint32{2, 3, 4} {
		t.Errorf("%+v", c)
	}
}

func TestGatewayErrors(t *testing.T) {
	for _, c := range []struct {
		name, response, proxy string
		want                  GatewayError
		plain                 bool
	}{
		{name: "envoy", response: `HTTP/1.1 503 Service Unavailable\r\nserver: istio-envoy\r\n\r\nupstream connect error or disconnect/reset before headers. transport failure reason: delayed connect error: 111`,
			proxy: "envoy", want: GatewayError{Status: 503, FromProxy: true, Reason: ReasonRefused}},
		{name: "haproxy", response: `HTTP/1.1 503 Service Unavailable\r\n\r\n<h1>503</h1>No server is available to handle this request.`,
			want: GatewayError{Status: 503, FromProxy: true, Reason: ReasonNone}},
		{name: "nginx", response: `HTTP/1.1 502 Bad Gateway\r\nServer: nginx/1.24\r\n\r\n`, proxy: "nginx", want: GatewayError{Status: 502}},
		{name: "application", response: `HTTP/1.1 503 Service Unavailable\r\n\r\nbusy`, want: GatewayError{Status: 503}},
		{name: "ok", response: `HTTP/1.1 200 OK\r\n\r\nno healthy upstream`},
		{name: "plain", response: `HTTP/1.1 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.`, plain: true},
	} {
		tr := track(t, opening+`+0.001 c > s P. data "GET / HTTP/1.1\r\n\r\n"
+0.01 s > c P. data "`+c.response+`"`)
		a := tr.App(tr.Flow(0))
		if got := a.Gateway.ProxyName(); got != c.proxy {
			t.Errorf("%s: proxy %q, want %q", c.name, got, c.proxy)
		}
		a.Gateway.Proxy = 0
		if (a.Gateway.Frame != 0) != (c.want.Status != 0) || a.PlainToTLS != c.plain || tr.Spoke(tr.Flow(0)) != (c.plain || c.want.Status != 0) {
			t.Errorf("%s: %+v", c.name, a)
		}
		if a.Gateway.Frame = 0; a.Gateway != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, a.Gateway, c.want)
		}
	}
}

// What an answer leaves out that an earlier one told is kept, until it comes back.
func TestAddressesThatANameNoLongerHas(t *testing.T) {
	const asked = `
+10 10.1.0.2:5000 > 10.1.0.53:53 dns A www.example
+0.001 10.1.0.53:53 > 10.1.0.2:5000 dns A www.example `
	one, two := wire.Addr4(0x0a010801), wire.Addr4(0x0a010802)
	for _, c := range []struct {
		answers string
		want    [4]wire.Addr
		changed bool
	}{
		{asked + "10.1.8.1 10.1.8.2" + asked + "10.1.8.2 10.1.8.1", [4]wire.Addr{}, false},
		{asked + "10.1.8.1" + asked + "10.1.8.2", [4]wire.Addr{one}, true},
		{asked + "10.1.8.1" + asked + "10.1.8.2" + asked + "10.1.8.3", [4]wire.Addr{two, one}, true},
		{asked + "10.1.8.1 10.1.8.3" + asked + "10.1.8.3", [4]wire.Addr{one}, true},
		{asked + "10.1.8.1" + asked + "servfail", [4]wire.Addr{}, false},
		{asked + "10.1.8.1" + asked + "10.1.8.2" + asked + "10.1.8.1 10.1.8.2", [4]wire.Addr{}, true},
	} {
		l := track(t, c.answers).Lookups()[0]
		if l.Earlier != c.want || (l.Changed != 0) != c.changed {
			t.Errorf("%s: %v, want %v; changed at %v", c.answers, l.Earlier, c.want, l.Changed)
		}
	}
}
