// Package serve answers requests for the assembled site: one http.Handler and
// one table of headers, for the development server, the browser tests and
// wherever else the site is hosted by a Go program.
package serve

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// encodings are the content codings that the site may hold beside a file, best
// first, and the extension of such a copy.
var encodings = []struct{ token, extension string }{
	{"br", ".br"},
	{"gzip", ".gz"},
}

// New returns a handler for the site in files, as package assemble wrote it. It
// serves files only (no listings, no directory but the root's index.html), and
// reads them anew for each request, so that a site built again is served at once.
func New(files fs.FS) *Handler { return &Handler{files: files} }

// Handler answers for one site.
type Handler struct {
	Version string // answer to /version; empty: unknown

	files fs.FS
}

// status are the addresses at which machines ask for the server rather than the site.
func (h *Handler) status(name string) (text string, ok bool) {
	switch name {
	case "healthz":
		return "ok\n", true
	case "version":
		return h.Version + "\n", h.Version != ""
	}
	return "", false
}

// ServeHTTP answers GET and HEAD.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		refuse(w, http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	switch name {
	case "":
		name = "index.html"
	case "index.html": // one page, one address
		for _, line := range always {
			w.Header().Set(line.Name, line.Value)
		}
		w.Header().Set("Location", "./")
		w.WriteHeader(http.StatusTemporaryRedirect)
		return
	}
	if text, ok := h.status(name); ok {
		say(w, http.StatusOK, text)
		return
	}
	// ValidPath refuses "..", empty elements and trailing slashes. The copies
	// are reached by Accept-Encoding only, files with a dot in front not at all.
	if !fs.ValidPath(name) || hidden(name) || isCopy(name) {
		refuse(w, http.StatusNotFound)
		return
	}
	body, err := fs.ReadFile(h.files, name) // fails for a directory, too
	if err != nil {
		refuse(w, http.StatusNotFound)
		return
	}
	h.answer(w, r, name, body)
}

// answer sends a file, in the best coding that the client takes and the site holds.
func (h *Handler) answer(w http.ResponseWriter, r *http.Request, name string, body []byte) {
	header := w.Header()
	for _, line := range Headers(name) {
		header.Set(line.Name, line.Value)
	}
	header.Set("Vary", "Accept-Encoding")
	sum := sha256.Sum256(body)
	tag := hex.EncodeToString(sum[:8])
	for _, coding := range encodings {
		if !accepts(r.Header.Values("Accept-Encoding"), coding.token) {
			continue
		}
		if packed, err := fs.ReadFile(h.files, name+coding.extension); err == nil {
			header.Set("Content-Encoding", coding.token)
			body, tag = packed, tag+"-"+coding.token
			break
		}
	}
	header.Set("ETag", `"`+tag+`"`)
	if matches(r.Header.Values("If-None-Match"), tag) {
		header.Del("Content-Encoding")
		header.Del("Content-Type")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		w.Write(body) // an error means that the client has gone
	}
}

// refuse answers with a status and its words, under the same policy as the page.
func refuse(w http.ResponseWriter, status int) { say(w, status, http.StatusText(status)+"\n") }

// say answers with a line of text that is no file.
func say(w http.ResponseWriter, status int, text string) {
	header := w.Header()
	for _, line := range Headers("status.txt") {
		header.Set(line.Name, line.Value)
	}
	header.Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	w.Write([]byte(text)) // net/http leaves it out of the answer to HEAD
}

// hidden reports whether a file is for the host and nobody else: what begins with
// a dot, and the settings for hosts that assemble lays beside the site.
func hidden(name string) bool {
	return strings.HasPrefix(name, ".") || strings.Contains(name, "/.") || strings.HasPrefix(name, "_") || strings.HasPrefix(name, "hosting/")
}

func isCopy(name string) bool {
	extension := path.Ext(name)
	for _, coding := range encodings {
		if extension == coding.extension {
			return true
		}
	}
	return false
}

// accepts reports whether Accept-Encoding takes a coding (RFC 9110 §12.5.3): it
// is named with a weight other than zero, or not named while "*" is.
func accepts(lines []string, coding string) bool {
	star := false
	for _, item := range strings.Split(strings.Join(lines, ","), ",") {
		token, rest, _ := strings.Cut(item, ";")
		token = strings.ToLower(strings.TrimSpace(token))
		if token != coding && token != "*" {
			continue
		}
		taken := true
		if weight, ok := strings.CutPrefix(strings.ReplaceAll(strings.ToLower(rest), " ", ""), "q="); ok {
			q, err := strconv.ParseFloat(weight, 64)
			taken = err == nil && q > 0
		}
		if token == coding {
			return taken
		}
		star = taken
	}
	return star
}

// matches reports whether If-None-Match names the tag (weak comparison, RFC 9110 §13.1.2).
func matches(lines []string, tag string) bool {
	for _, item := range strings.Split(strings.Join(lines, ","), ",") {
		item = strings.TrimPrefix(strings.TrimSpace(item), "W/")
		if item == "*" || item == `"`+tag+`"` {
			return true
		}
	}
	return false
}
