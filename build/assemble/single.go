package assemble

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"wirewhy/build/serve"
)

// The elements of index.html that the single file has in another form.
var (
	styleLink  = regexp.MustCompile(`<link rel="stylesheet" href="ui/asset/([^"]*)">`)
	scriptLink = regexp.MustCompile(`(?m)^[ \t]*<script src="ui/asset/([^"]*)" defer></script>\n`)
	bodyEnd    = regexp.MustCompile(`</body>`)
)

// Single makes one HTML file that holds everything and needs no server: scripts
// and style stand in the page, allowed by their hashes and nothing else, and the
// other assets, gzip in base64, in elements that run nothing. It neither installs
// itself nor keeps anything for offline use.
func (s Source) Single() ([]byte, error) {
	var scripts []string // in their order, as they run
	page := scriptLink.ReplaceAllFunc(s.Index, func(found []byte) []byte {
		scripts = append(scripts, string(scriptLink.FindSubmatch(found)[1]))
		return nil
	})
	if len(scripts) == 0 {
		return nil, errors.New("index.html has no script element that could load the program")
	}
	// The loader is the last, and finds the others.
	scripts = slices.Insert(scripts, len(scripts)-1, ExecName)
	style := styleLink.FindSubmatch(page)
	if style == nil {
		return nil, errors.New("index.html has no stylesheet")
	}
	css := s.Assets[string(style[1])]
	for _, found := range cssReference.FindAllSubmatch(css, -1) {
		if _, ok := s.Assets[path.Join(path.Dir(string(style[1])), string(found[1]))]; ok {
			return nil, fmt.Errorf("%s refers to %s, which has no address in the single file", style[1], found[1])
		}
	}
	css = bytes.TrimRight(css, "\n")
	page = bytes.Replace(page, style[0], slices.Concat([]byte("<style>"), css, []byte("</style>")), 1)
	end, hashes, err := s.end(scripts, string(style[1]))
	if err != nil {
		return nil, err
	}
	page, ok := insert(page, bodyEnd, false, end)
	if !ok {
		return nil, errors.New("index.html has no end of its body, before which the program could stand")
	}
	policy := strings.NewReplacer("SCRIPTS", strings.Join(hashes, " "), "STYLE", hash(css)).Replace(serve.Policy(serve.Alone))
	return withPolicy(page, policy, s.Version)
}

// end makes what stands at the end of the single file's body: the setup, the
// assets, and the scripts, whose hashes it returns.
func (s Source) end(scripts []string, style string) (text string, hashes []string, err error) {
	var b strings.Builder
	u := setup{Assets: map[string]string{}, Sealed: serve.Policy(serve.Sealed), Single: true}
	for _, name := range slices.Sorted(maps.Keys(s.Assets)) {
		switch name {
		case style, scripts[len(scripts)-1], serviceSource, manifestSource:
			continue // nobody asks for them
		}
		u.Assets[name] = name
		fmt.Fprintf(&b, "<script type=\"text/plain\" data-asset=\"%s\">%s</script>\n", name, packedText(s.Assets[name]))
	}
	element, err := u.element()
	if err != nil {
		return "", nil, err
	}
	b.WriteString(element)
	for _, name := range scripts {
		script, ok := s.Assets[name]
		if !ok {
			return "", nil, fmt.Errorf("index.html refers to files that ui/asset does not hold: %s", name)
		}
		// What would end the element early, or have it end late (HTML §4.12.1.3).
		for _, bad := range []string{"</script", "<script", "<!--", "\r"} {
			if bytes.Contains(bytes.ToLower(script), []byte(bad)) {
				return "", nil, fmt.Errorf("%s holds %q and cannot stand in a page", name, bad)
			}
		}
		hashes = append(hashes, hash(script))
		fmt.Fprintf(&b, "<script>%s</script>\n", script)
	}
	return b.String(), hashes, nil
}

// hash returns a text's source expression for a policy.
func hash(text []byte) string {
	sum := sha256.Sum256(text)
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// packedText returns content in gzip as base64.
func packedText(content []byte) string {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err) // writing to memory at a level that exists
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
}
