package assemble

import (
	"bytes"
	"compress/gzip"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"
)

// packed are the extensions of files that gain by compression.
var packed = []string{".html", ".css", ".js", ".json", ".wasm", ".svg", ".pcap", ".webmanifest"}

// Effort says how long compressing may take.
type Effort int

// The efforts, as qualities of brotli: a second for the program, or half a minute
// for a program that is an eighth smaller; or no copies at all.
const (
	None     Effort = 0
	Quick    Effort = 5
	Thorough Effort = 11
)

// brotliWindow is the largest window of the format without extensions (RFC 7932
// §9.1), 16 MiB: the program fits into it.
const brotliWindow = 24

// copies are the compressed forms of a file, by the ending of their names.
var copies = []struct {
	ending string
	open   func(io.Writer, Effort) (io.WriteCloser, error)
}{
	{".gz", func(w io.Writer, _ Effort) (io.WriteCloser, error) {
		return gzip.NewWriterLevel(w, gzip.BestCompression)
	}},
	{".br", func(w io.Writer, e Effort) (io.WriteCloser, error) {
		return brotli.NewWriterOptions(w, brotli.WriterOptions{Quality: int(e), LGWin: brotliWindow}), nil
	}},
}

// Compress adds a gzip and a brotli copy of each file that becomes at least a
// twentieth smaller.
func Compress(site Files, effort Effort) error {
	if effort == None {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(site)) {
		if !slices.Contains(packed, filepath.Ext(name)) {
			continue
		}
		for _, c := range copies {
			var b bytes.Buffer
			w, err := c.open(&b, effort)
			if err != nil {
				return err
			}
			if _, err := w.Write(site[name]); err != nil {
				return err
			}
			if err := w.Close(); err != nil {
				return err
			}
			if b.Len() < len(site[name])-len(site[name])/20 {
				site[name+c.ending] = b.Bytes()
			}
		}
	}
	return nil
}

func isCopy(name string) bool {
	for _, c := range copies {
		if strings.HasSuffix(name, c.ending) {
			return true
		}
	}
	return false
}
