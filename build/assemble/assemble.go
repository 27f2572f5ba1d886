// Package assemble makes the site: a folder of static files for any host, or one
// HTML file that holds everything.
//
// The program is compiled from ./wasm; every asset gets a name that holds a part
// of its content's hash, so that hosts and browsers may keep it for ever, and
// compressed copies are laid beside the files that gain by it.
//
// References are rewritten where they stand:
//
//   - index.html: src and href attributes that begin with "ui/asset/";
//   - stylesheets: url(name); scripts: the quoted string "./name";
//   - everything else asks what is put into index.html, in front of its first
//     script, as an element that holds JSON and runs nothing (see setup). Its
//     assets are named by their paths below ui/asset/, and "wirewhy.wasm" and
//     "wasm_exec.js"; values are addresses relative to the page, so that the site
//     works below any path.
//
// The Content-Security-Policy is put into index.html as well, for hosts that
// set no headers.
package assemble

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"wirewhy/build/serve"
)

// The names under which the list holds what does not lie in ui/asset/.
const (
	ProgramName = "wirewhy.wasm"
	ExecName    = "wasm_exec.js"
)

// assetDir is where the named files go in the site.
const assetDir = "asset"

// Files maps the path of each of the site's files to its content.
type Files map[string][]byte

// setup is what the loader (ui/asset/boot.js) has to know, as JSON in the page.
type setup struct {
	Assets   map[string]string `json:"assets"`             // path below ui/asset/ → address
	Sealed   string            `json:"sealed"`             // the policy from the time on when everything is loaded
	Single   bool              `json:"single,omitempty"`   // everything stands in the page
	Service  string            `json:"service,omitempty"`  // address of the service worker
	Manifest string            `json:"manifest,omitempty"` // address of the web app manifest
	Shared   string            `json:"shared,omitempty"`   // cache of files that another app shares with the page
}

// Link gives every asset its name for ever and writes the references to them,
// and the policy into the page. It is an error if index.html has no script or
// refers to an asset that is not there, and if assets refer to each other in a
// circle.
func (s Source) Link() (Files, error) {
	l := &linker{assets: s.Assets, names: map[string]string{}, site: Files{}}
	for _, name := range slices.Sorted(maps.Keys(s.Assets)) {
		if name == serviceSource || name == manifestSource {
			continue // at addresses of their own
		}
		if _, err := l.link(name, nil); err != nil {
			return nil, err
		}
	}
	page, err := l.page(s)
	if err != nil {
		return nil, err
	}
	l.site[indexName] = page
	return l.site, nil
}

// linker remembers the names given so far.
type linker struct {
	assets Files
	names  map[string]string // path below ui/asset/ → path in the site
	site   Files
}

// link names one asset after all those that it refers to: their names are part
// of its content. under holds the assets that are waiting for this one.
func (l *linker) link(name string, under []string) (string, error) {
	if named, ok := l.names[name]; ok {
		return named, nil
	}
	if slices.Contains(under, name) {
		return "", fmt.Errorf("assets refer to each other in a circle: %s", strings.Join(append(under, name), " → "))
	}
	content, err := l.rewrite(name, append(under, name))
	if err != nil {
		return "", err
	}
	named := path.Join(assetDir, withHash(name, content))
	l.names[name] = named
	l.site[named] = content
	return named, nil
}

// The references that are rewritten inside of assets. Only what names an asset
// beside the file is one: "./paint.js" is, "./anything else" stays as it is.
var (
	cssReference = regexp.MustCompile(`url\(\s*["']?([A-Za-z0-9_./-]+)["']?\s*\)`)
	jsReference  = regexp.MustCompile(`["']\./([A-Za-z0-9_./-]+)["']`)
)

// rewrite returns an asset's content with the references in it replaced.
func (l *linker) rewrite(name string, under []string) ([]byte, error) {
	content := l.assets[name]
	var reference *regexp.Regexp
	switch path.Ext(name) {
	case ".css":
		reference = cssReference
	case ".js":
		reference = jsReference
	}
	if reference == nil || name == ExecName { // Go's own file stays as Go made it
		return content, nil
	}
	var failed error
	content = reference.ReplaceAllFunc(content, func(found []byte) []byte {
		written := string(reference.FindSubmatch(found)[1])
		target := path.Join(path.Dir(name), written)
		if _, ok := l.assets[target]; !ok {
			return found
		}
		named, err := l.link(target, slices.Clone(under))
		if err != nil {
			failed = err
			return found
		}
		relative := strings.Repeat("../", strings.Count(name, "/")) + strings.TrimPrefix(named, assetDir+"/")
		return bytes.Replace(found, []byte(written), []byte(relative), 1)
	})
	return content, failed
}

// withHash puts the first 64 bits of the content's SHA-256 in front of a name's extension.
func withHash(name string, content []byte) string {
	sum := sha256.Sum256(content)
	extension := path.Ext(name)
	return strings.TrimSuffix(name, extension) + "." + hex.EncodeToString(sum[:8]) + extension
}

var (
	pageReference = regexp.MustCompile(`(src|href)="ui/asset/([^"]*)"`)
	firstScript   = regexp.MustCompile(`(?i)[ \t]*<script\b`)
	charset       = regexp.MustCompile(`(?i)<meta charset[^>]*>`)
	headStart     = regexp.MustCompile(`(?i)<head[^>]*>`)
)

// page returns index.html with its references, the loader's setup and the policy in it.
func (l *linker) page(s Source) ([]byte, error) {
	var missing []string
	page := pageReference.ReplaceAllFunc(s.Index, func(found []byte) []byte {
		part := pageReference.FindSubmatch(found)
		named, ok := l.names[string(part[2])]
		if !ok {
			missing = append(missing, string(part[2]))
		}
		return fmt.Appendf(nil, `%s="%s"`, part[1], named)
	})
	if len(missing) > 0 {
		return nil, fmt.Errorf("index.html refers to files that ui/asset does not hold: %s", strings.Join(missing, ", "))
	}
	u := setup{Assets: l.names, Sealed: serve.Policy(serve.Sealed)}
	if s.offline() {
		u.Service, u.Manifest, u.Shared = serviceName, manifestName, sharedCache
	}
	element, err := u.element()
	if err != nil {
		return nil, err
	}
	page, ok := insert(page, firstScript, false, element)
	if !ok {
		return nil, errors.New("index.html has no script element that could load the program")
	}
	return withPolicy(page, serve.Policy(serve.InPage), s.Version)
}

func (u setup) element() (string, error) {
	text, err := json.Marshal(u) // keys sorted; "<" is escaped, so nothing ends the element early
	return `<script type="application/json" id="setup">` + string(text) + "</script>\n", err
}

// withPolicy puts the policy into a page as early as can be: it holds for what
// follows it only. For hosts that send no headers it is followed by what else a
// page can say by itself.
func withPolicy(page []byte, policy, version string) ([]byte, error) {
	head := "\n" + `<meta http-equiv="Content-Security-Policy" content="` + html.EscapeString(policy) + `">` +
		"\n" + `<meta http-equiv="x-dns-prefetch-control" content="off">` +
		"\n" + `<meta name="referrer" content="no-referrer">` +
		"\n" + `<meta name="version" content="` + html.EscapeString(version) + `">`
	// Browsers look for the charset in the first 1,024 bytes only, where no header names it.
	page, ok := insert(page, charset, true, head)
	if !ok {
		page, ok = insert(page, headStart, true, head)
	}
	if !ok {
		return nil, errors.New("index.html has neither a head element nor a meta element with the charset, after which the policy could stand")
	}
	return page, nil
}

// insert puts text before or after the first match of a place.
func insert(page []byte, place *regexp.Regexp, after bool, text string) ([]byte, bool) {
	at := place.FindIndex(page)
	if at == nil {
		return page, false
	}
	i := at[0]
	if after {
		i = at[1]
	}
	return slices.Insert(slices.Clone(page), i, []byte(text)...), true
}
