package assemble

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// random stands in for crypto/rand in the page's program. Both take their bytes
// from the browser's crypto.getRandomValues; the standard library's has the FIPS
// 140 module in between (crypto/internal/fips140, with AES, a generator and a
// buffer of 32 MiB), a sixtieth of the program as it is sent. Anonymising a capture
// needs a key of some bytes; nothing else asks for random ones.
const random = `// Package rand has what the page's program uses of crypto/rand.
package rand

import (
	"crypto/internal/sysrand"
	"io"
)

// Reader reads from the browser's generator.
var Reader io.Reader = reader{}

type reader struct{}

func (reader) Read(b []byte) (int, error) { return Read(b) }

// Read fills b; it ends the program rather than fail.
func Read(b []byte) (int, error) {
	sysrand.Read(b)
	return len(b), nil
}
`

// overlay writes, into a folder, what go build -overlay needs to compile random in
// place of crypto/rand, and returns the file to name.
func overlay(dir, goroot string) (string, error) {
	sources, err := filepath.Glob(filepath.Join(goroot, "src", "crypto", "rand", "*.go"))
	if err != nil {
		return "", err
	}
	replaced := map[string]string{}
	for _, source := range sources {
		replaced[source] = "" // as if it were not there
	}
	stand := filepath.Join(dir, "rand.go")
	replaced[filepath.Join(goroot, "src", "crypto", "rand", "rand.go")] = stand
	list, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(stand, []byte(random), 0o644); err != nil {
		return "", err
	}
	return file, os.WriteFile(file, list, 0o644)
}
