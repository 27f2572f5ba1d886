package flow

import (
	"bytes"

	"wirewhy/analyzer/wire"
)

// proxyNames are the names by which proxies call themselves in "server:"; 0 is
// none. Those after onlyProxies are web servers as well.
var proxyNames = [...]string{"", "envoy", "haproxy", "traefik", "varnish", "squid", "awselb", "cloudflare", "kong", "openresty", "nginx", "apache"}

const onlyProxies = 8

// ProxyName returns the name of the proxy that sent the response; empty if it did
// not tell.
func (g GatewayError) ProxyName() string { return proxyNames[g.Proxy] }

func proxyOf(server []byte) uint8 {
	for i, name := range proxyNames {
		if i > 0 && bytes.Contains(server, []byte(name)) {
			return uint8(i)
		}
	}
	return 0
}

// proxyWords are what proxies write on their error pages: Envoy's local replies
// (source/common/router/router.cc, StreamInfo response flags), haproxy's
// (src/http.c, http_err_msgs), nginx' (ngx_http_special_response.c).
var proxyWords = [...]struct {
	words  string
	reason UpstreamReason
}{
	{"delayed connect error: 111", ReasonRefused},
	{"Connection refused", ReasonRefused},
	{"no healthy upstream", ReasonNone},
	{"No server is available to handle this request", ReasonNone},
	{"upstream request timeout", ReasonTimeout},
	{"The server didn't respond in time", ReasonTimeout},
	{"reset reason: overflow", ReasonFull},
	{"connection timeout", ReasonConnect},
	{"connection_timeout", ReasonConnect},
	{"connection failure", ReasonConnect},
	{"remote reset", ReasonReset},
	{"connection termination", ReasonReset},
	{"The server returned an invalid or incomplete response", ReasonReset},
	{"upstream connect error", ReasonUntold},
	{"no_route", ReasonRoute},
	{"cluster_not_found", ReasonRoute},
}

// plainWords are what servers for HTTPS say to plain HTTP: nginx, Go's net/http,
// Apache.
var plainWords = [...]string{"plain HTTP request was sent to HTTPS port", "sent an HTTP request to an HTTPS server", "speaking plain HTTP to an SSL-enabled server port"}

// failure notes what a response tells that is no success.
func (x *appNotes) failure(p *wire.Packet, status uint16, body []byte) {
	switch status {
	case 400:
		for _, w := range plainWords {
			x.PlainToTLS = x.PlainToTLS || bytes.Contains(body, []byte(w))
		}
	case 502, 503, 504:
		if x.Gateway.Frame != 0 {
			return
		}
		reason := ReasonUntold
		for _, w := range proxyWords {
			if bytes.Contains(body, []byte(w.words)) {
				x.FromProxy, reason = true, w.reason
				break
			}
		}
		x.Gateway = GatewayError{Status: status, Frame: p.Frame, FromProxy: x.FromProxy, Proxy: x.proxy, Reason: reason}
	}
}

// Spoke reports whether the program above TCP gave a reason to look closer: a fatal
// alert, an error of a gateway, a response without its end, two ends that speak
// different protocols, writes that its kernel had to hold back.
func (t *Tracker) Spoke(f *Flow) bool {
	c, s := f.Sides[Originator].Proto, f.Sides[Responder].Proto
	if c != s && c != ProtoUnknown && s != ProtoUnknown {
		return true
	}
	if m := t.meters.find(f.ID); m != nil && m[Originator].nagle.stalls+m[Responder].nagle.stalls > 0 {
		return true
	}
	x := t.notebook.find(f.ID)
	return x != nil && (x.Alert.Frame != 0 || x.Gateway.Frame != 0 || x.PlainToTLS || x.cutShort(f))
}
