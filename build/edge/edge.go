// Package edge makes the site for Cloudflare Workers: its files as static assets
// with the headers that package serve writes down for them, and the Go worker
// (wasm/edge) that answers what is no file.
package edge

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"wirewhy/build/assemble"
)

// What the platform takes of a worker's code, compressed with gzip, in bytes
// (developers.cloudflare.com/workers/platform/limits, "Worker size"). Static
// assets do not count.
const (
	FreeLimit = 3 << 20
	PaidLimit = 10 << 20
)

// Size is what the worker weighs, in bytes.
type Size struct{ Raw, Packed int }

// settings is the project's file for Cloudflare's tool. Paths that are no file's
// go to the worker, others never do.
const settings = `{
  "name": "wirewhy",
  "main": "worker/worker.mjs",
  "compatibility_date": "2026-04-01",
  "assets": { "directory": "site", "html_handling": "auto-trailing-slash", "not_found_handling": "none" },
  "workers_dev": true,
  "send_metrics": false
}
`

// Make writes the project into the folder out, which it replaces: the site's
// files below site, the worker below worker. "wrangler deploy" in it does the rest.
func Make(ctx context.Context, root, out string, s assemble.Source) (Size, error) {
	site, err := s.Site(assemble.None) // the platform compresses on the way
	if err != nil {
		return Size{}, err
	}
	for name := range site {
		if name != "_headers" && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "hosting/")) {
			delete(site, name) // other hosts'
		}
	}
	if out, err = filepath.Abs(out); err != nil {
		return Size{}, err
	}
	if err := os.RemoveAll(out); err != nil {
		return Size{}, err
	}
	if err := assemble.Write(filepath.Join(out, "site"), site); err != nil {
		return Size{}, err
	}
	worker := filepath.Join(out, "worker")
	program := filepath.Join(worker, "app.wasm")
	// The scripts that start the program come with the library; they replace the folder.
	for _, args := range [][]string{
		{"run", "github.com/syumai/workers/cmd/workers-assets-gen", "-mode=go", "-o", worker},
		{"build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -X main.version=" + s.Version, "-o", program, "./wasm/edge"},
	} {
		cmd := exec.CommandContext(ctx, "go", args...)
		cmd.Dir = root
		if args[0] == "build" {
			cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
		}
		if said, err := cmd.CombinedOutput(); err != nil {
			return Size{}, fmt.Errorf("%s: %w\n%s", cmd, err, said)
		}
	}
	if err := os.WriteFile(filepath.Join(out, "wrangler.jsonc"), []byte(settings), 0o644); err != nil {
		return Size{}, err
	}
	return weigh(worker)
}

// weigh adds up the worker's files.
func weigh(dir string) (Size, error) {
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return Size{}, err
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		return Size{}, err
	}
	var size Size
	for _, f := range files {
		content, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			return Size{}, err
		}
		size.Raw += len(content)
		if _, err := io.Copy(w, bytes.NewReader(content)); err != nil {
			return Size{}, err
		}
	}
	err = w.Close()
	size.Packed = packed.Len()
	return size, err
}
