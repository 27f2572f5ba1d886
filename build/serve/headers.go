package serve

import (
	"path"
	"regexp"
	"strings"
)

// directive is one line of the Content-Security-Policy.
type directive struct {
	name, value string
	headerOnly  bool   // has no effect in a meta element
	why         string // for whoever wants to loosen it
}

// policy is the page's Content-Security-Policy. What is not named here falls
// back to default-src: nothing.
var policy = []directive{
	{name: "default-src", value: "'none'", why: "fonts, frames, media, objects: the page has none"},
	{name: "script-src", value: "'self' 'wasm-unsafe-eval'", why: "the loader, wasm_exec.js and the program; no inline script, no eval of JavaScript"},
	{name: "worker-src", value: "blob:", why: "the worker starts from a blob of the scripts that were loaded (ui/asset/boot.js), so that starting it again makes no request; it inherits this policy"},
	{name: "style-src", value: "'self'", why: "the stylesheet; no style attributes"},
	{name: "img-src", value: "'self' data: blob:", why: "pictures saved from the timeline pass through an image element"},
	{name: "connect-src", value: "'self'", why: "loading the program and the samples"},
	{name: "manifest-src", value: "'self'", why: "installing the page"},
	{name: "require-trusted-types-for", value: "'script'", why: "no string becomes markup or a script's address by itself"},
	{name: "trusted-types", value: "wirewhy", why: "the loader's policy, and no other"},
	{name: "base-uri", value: "'none'", why: "no markup may redirect the page's relative addresses"},
	{name: "form-action", value: "'none'", why: "a form is a way out that connect-src does not cover"},
	{name: "frame-ancestors", value: "'none'", headerOnly: true, why: "no other site may dress the page up"},
}

// Policy returns the Content-Security-Policy as the header's value, or, for the
// page's own meta element, without the directives that only a header may hold.
func Policy(meta bool) string {
	var parts []string
	for _, d := range policy {
		if !meta || !d.headerOnly {
			parts = append(parts, d.name+" "+d.value)
		}
	}
	return strings.Join(parts, "; ")
}

// refused are the browser features that the page declines for itself and for
// whatever it could be tricked into embedding.
var refused = []string{
	"accelerometer", "autoplay", "bluetooth", "camera", "display-capture", "encrypted-media", "fullscreen", "gamepad",
	"geolocation", "gyroscope", "hid", "idle-detection", "magnetometer", "microphone", "midi", "payment",
	"picture-in-picture", "publickey-credentials-get", "screen-wake-lock", "serial", "usb", "web-share", "xr-spatial-tracking",
}

// Header is one response header.
type Header struct{ Name, Value string }

// always are sent with every response, errors included: the policy must stand
// on the worker's script as well as on the page.
var always = []Header{
	{"Content-Security-Policy", Policy(false)},
	// Chromium only, so far: refuses every connection, DNS and preconnect
	// included, except to where the page came from.
	{"Connection-Allowlist", "(response-origin)"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Permissions-Policy", strings.Join(refused, "=(), ") + "=()"},
	{"Referrer-Policy", "no-referrer"},
	{"X-Content-Type-Options", "nosniff"},
}

// hashed matches the names that assemble gives: a part of the content's hash
// stands before the extension, so that a name never changes its content.
var hashed = regexp.MustCompile(`\.[0-9a-f]{16}\.[a-z0-9]+$`)

// Cache lives, in the words of Cache-Control.
const (
	cacheForever = "public, max-age=31536000, immutable"
	cacheCheck   = "no-cache" // keep it, but ask each time whether it is still true
)

// types are the media types of the site's files. The system's own table is not
// asked: it differs between machines, and WebAssembly.compileStreaming insists
// on application/wasm.
var types = map[string]string{
	".html":        "text/html; charset=utf-8",
	".css":         "text/css; charset=utf-8",
	".js":          "text/javascript; charset=utf-8",
	".json":        "application/json",
	".webmanifest": "application/manifest+json",
	".wasm":        "application/wasm",
	".svg":         "image/svg+xml",
	".png":         "image/png",
	".ico":         "image/x-icon",
	".txt":         "text/plain; charset=utf-8",
	".md":          "text/plain; charset=utf-8",
	".pcap":        "application/vnd.tcpdump.pcap",
	".pcapng":      "application/vnd.tcpdump.pcap",
}

// Headers returns the headers of the response for a file of the site, whatever
// its encoding. Every host of the site takes them from here.
func Headers(name string) []Header {
	kind := types[path.Ext(name)]
	if kind == "" {
		kind = "application/octet-stream"
	}
	cache := cacheCheck
	if hashed.MatchString(name) {
		cache = cacheForever
	}
	return append([]Header{{"Content-Type", kind}, {"Cache-Control", cache}}, always...)
}
