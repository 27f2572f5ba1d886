package assemble

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Sizes of the site in bytes.
type Sizes struct {
	Raw    int // of all files without their copies
	Packed int // of the smallest form in which each of them can be sent
}

// Measure adds up what those of the site's files weigh that a browser is sent;
// keep chooses among them by name, nil takes all.
func Measure(site Files, keep func(name string) bool) Sizes {
	var s Sizes
	for name, content := range site {
		if !isSent(name) || keep != nil && !keep(name) {
			continue
		}
		s.Raw += len(content)
		s.Packed += smallest(site, name)
	}
	return s
}

// isSent reports whether a browser asks for a file by itself. The others are for
// people, or for the host.
func isSent(name string) bool {
	switch name {
	case indexName, serviceName, manifestName:
		return true
	}
	return strings.HasPrefix(name, assetDir+"/") && !isCopy(name)
}

// listName is the list of the site's files, for whoever wants to hold a site that
// is hosted somewhere against one that they built.
const listName = "manifest.json"

// entry is a file in the list. Sizes are in bytes; 0: there is no such copy.
type entry struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Size   int    `json:"size"`
	Gzip   int    `json:"gzip,omitempty"`
	Brotli int    `json:"brotli,omitempty"`
}

// list writes the list as JSON.
func (s Source) list(site Files) ([]byte, error) {
	var files []entry
	for _, name := range slices.Sorted(maps.Keys(site)) {
		if isCopy(name) {
			continue
		}
		sum := sha256.Sum256(site[name])
		files = append(files, entry{name, hex.EncodeToString(sum[:]), len(site[name]), len(site[name+".gz"]), len(site[name+".br"])})
	}
	total := Measure(site, nil)
	text, err := json.MarshalIndent(map[string]any{
		"version": s.Version, "go": s.Go, "files": files, "loaded": map[string]int{"size": total.Raw, "sent": total.Packed},
	}, "", " ")
	return append(text, '\n'), err
}

// PrintManifest writes a line for each file: SHA-256, bytes, bytes in gzip, bytes in brotli, name;
// and what they weigh together.
func PrintManifest(w io.Writer, site Files) error {
	for _, name := range slices.Sorted(maps.Keys(site)) {
		if isCopy(name) {
			continue
		}
		if _, err := fmt.Fprintf(w, "%x %9d %9s %9s  %s\n", sha256.Sum256(site[name]), len(site[name]), size(site, name+".gz"), size(site, name+".br"), name); err != nil {
			return err
		}
	}
	s := Measure(site, nil)
	_, err := fmt.Fprintf(w, "%d bytes, %d as sent\n", s.Raw, s.Packed)
	return err
}

// size returns a file's length in decimal, a dash if there is no such file.
func size(site Files, name string) string {
	if content, ok := site[name]; ok {
		return strconv.Itoa(len(content))
	}
	return "-"
}

func smallest(site Files, name string) int {
	n := len(site[name])
	for _, c := range copies {
		if copied, ok := site[name+c.ending]; ok {
			n = min(n, len(copied))
		}
	}
	return n
}
