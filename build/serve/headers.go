package serve

import (
	"path"
	"regexp"
	"strings"
)

// Stage says where a Content-Security-Policy stands, and so what it has to allow.
type Stage int

// The stages of the page's policy. Policies add up: what one of them forbids is
// forbidden, so that the sealed policy takes back what only loading needs.
const (
	Sent   Stage = iota // with every response
	InPage              // in the page's own meta element, for hosts that send no headers
	Sealed              // added by the loader when everything is loaded, before the program runs
	Alone               // in the single file, which loads nothing; hashes of its scripts and style are put in
	stages
)

// directive is one line of the Content-Security-Policy.
type directive struct {
	name  string
	value [stages]string // empty: not said at this stage
	why   string         // for whoever wants to loosen it
}

// same is a directive that reads the same at every stage.
func same(value string) [stages]string { return [stages]string{value, value, value, value} }

// policy is the page's Content-Security-Policy. What is not named here falls
// back to default-src: nothing.
var policy = []directive{
	{"default-src", same("'none'"), "fonts, frames, media, objects: the page has none"},
	{"script-src", [stages]string{"'self' 'wasm-unsafe-eval'", "'self' 'wasm-unsafe-eval'", "'wasm-unsafe-eval'", "SCRIPTS 'wasm-unsafe-eval'"},
		"the loader, wasm_exec.js and the program; no inline script, no eval of JavaScript"},
	{"worker-src", [stages]string{"'self' blob:", "'self' blob:", "blob:", "blob:"},
		"the worker starts from a blob of the scripts that were loaded (ui/asset/boot.js), so that starting it again makes no request; it inherits this policy. Itself: the service worker"},
	{"style-src", [stages]string{"'self'", "'self'", "'none'", "STYLE"}, "the stylesheet; no style attributes"},
	{"img-src", same("data: blob:"), "the icon; pictures saved from the timeline pass through an image element"},
	{"connect-src", [stages]string{"'self'", "'self'", "'none'", "'none'"}, "loading the program and the samples"},
	{"manifest-src", [stages]string{"'self'", "'self'", "'self'", "'none'"}, "installing the page"},
	{"require-trusted-types-for", same("'script'"), "no string becomes markup or a script's address by itself"},
	{"trusted-types", same("wirewhy"), "the loader's policy, and no other"},
	{"base-uri", same("'none'"), "no markup may redirect the page's relative addresses"},
	{"form-action", same("'none'"), "a form is a way out that connect-src does not cover"},
	// Browsers complain of it in a meta element, and need it in the header.
	{"frame-ancestors", [stages]string{Sent: "'none'"}, "no other site may dress the page up"},
}

// Policy returns the Content-Security-Policy of a stage, as a header's value.
// Alone, it still holds the words SCRIPTS and STYLE in the places of the hashes.
func Policy(at Stage) string {
	var parts []string
	for _, d := range policy {
		if d.value[at] != "" {
			parts = append(parts, d.name+" "+d.value[at])
		}
	}
	return strings.Join(parts, "; ")
}

// refused are the browser features that the page declines for itself and for
// whatever it could be tricked into embedding.
var refused = []string{
	"accelerometer", "autoplay", "bluetooth", "camera", "display-capture", "encrypted-media", "fullscreen", "gamepad",
	"geolocation", "gyroscope", "hid", "identity-credentials-get", "idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "payment",
	"picture-in-picture", "publickey-credentials-get", "screen-wake-lock", "serial", "usb", "web-share", "xr-spatial-tracking",
}

// Header is one response header.
type Header struct{ Name, Value string }

// always are sent with every response, errors included: the policy must stand
// on the worker's script as well as on the page.
var always = []Header{
	{"Content-Security-Policy", Policy(Sent)},
	// Chromium only, so far: refuses every connection, DNS and preconnect
	// included, except to where the page came from.
	{"Connection-Allowlist", "(response-origin)"},
	{"Cross-Origin-Embedder-Policy", "require-corp"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Permissions-Policy", strings.Join(refused, "=(), ") + "=()"},
	{"Referrer-Policy", "no-referrer"},
	{"X-Content-Type-Options", "nosniff"},
	{"X-DNS-Prefetch-Control", "off"},
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
func Headers(name string) []Header { return append(own(name), always...) }

// own are the headers in which the site's files differ.
func own(name string) []Header {
	kind := types[path.Ext(name)]
	if kind == "" {
		kind = "application/octet-stream"
	}
	cache := cacheCheck
	if hashed.MatchString(name) {
		cache = cacheForever
	}
	return []Header{{"Content-Type", kind}, {"Cache-Control", cache}}
}
