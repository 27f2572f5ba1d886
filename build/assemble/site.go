package assemble

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"wirewhy/build/serve"
	"wirewhy/build/straighten"
)

// The names that the site's own files have.
const (
	indexName  = "index.html"
	SingleName = "wirewhy.html" // the single file, where it lies beside the site
)

// Source is what the site is made of.
type Source struct {
	Index   []byte // index.html
	Assets  Files  // what lies below ui/asset/, by its path there; the program and wasm_exec.js
	Version string // of the program
	Go      string // version of Go that compiled it, as in go1.26.1
	Modules []Module

	// Unshared leaves out that other apps may share files with the installed page.
	Unshared bool
}

// Read compiles the program of the project in root and reads everything else.
func Read(ctx context.Context, root string) (Source, error) {
	s := Source{Version: Version(ctx, root)}
	var err error
	if s.Index, err = os.ReadFile(filepath.Join(root, indexName)); err != nil {
		return s, err
	}
	if s.Assets, err = readAssets(filepath.Join(root, "ui", "asset")); err == nil {
		s.Assets, err = stripped(s.Assets)
	}
	if err != nil {
		return s, err
	}
	if s.Assets[ExecName], err = ExecScript(ctx, root); err != nil {
		return s, err
	}
	if s.Assets[ProgramName], err = Program(ctx, root, s.Version); err != nil {
		return s, err
	}
	s.Go, s.Modules, err = linked(ctx, root)
	return s, err
}

// Site makes the site: what a browser is sent, with compressed copies, what hosts
// have to know, and what people can hold it against.
func (s Source) Site(effort Effort) (Files, error) {
	site, err := s.Link()
	if err != nil {
		return nil, err
	}
	if s.offline() {
		if err := s.addOffline(site); err != nil {
			return nil, err
		}
	}
	names := slices.Collect(maps.Keys(site))
	if site[billName], err = s.bill(); err != nil {
		return nil, err
	}
	for name, text := range serve.Hosting(append(names, billName, listName)) {
		site[name] = []byte(text)
	}
	if err := Compress(site, effort); err != nil {
		return nil, err
	}
	site[listName], err = s.list(site)
	return site, err
}

// Site makes the site from the project in root and writes it to the folder out,
// which it replaces. It returns what it wrote, copies included.
func Site(ctx context.Context, root, out string, effort Effort) (Files, error) {
	s, err := Read(ctx, root)
	if err != nil {
		return nil, err
	}
	site, err := s.Site(effort)
	if err != nil {
		return nil, err
	}
	return site, Write(out, site)
}

// readAssets reads the files below a folder, by their slash-separated paths in
// it. Go files and hidden ones are no assets.
func readAssets(dir string) (Files, error) {
	assets := Files{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if strings.HasPrefix(entry.Name(), ".") || filepath.Ext(path) == ".go" {
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		assets[filepath.ToSlash(name)] = content
		return err
	})
	return assets, err
}

// ExecScript returns the script that Go ships for starting its programs.
func ExecScript(ctx context.Context, root string) ([]byte, error) {
	goroot, err := run(ctx, root, nil, "go", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(strings.TrimSpace(goroot), "lib", "wasm", ExecName))
}

// inlined are the packages on the way of every packet and byte, in which the
// compiler inlines calls: where a profile of the analysis (wasm/default.pgo, written
// by "make profile") shows them hot, large ones too, for WebAssembly makes calls dear.
// Everywhere else it does not: that makes the program a twelfth smaller as it is sent.
// The readers of compressed files pay some of their speed for it; browsers inflate
// gzip themselves.
var inlined = append(slices.Clone(hot), "wirewhy/analyzer", "internal/runtime/...", "math/bits", "internal/byteorder", "slices", "encoding/binary", "hash/crc32",
	"wirewhy/ui/view", // not for speed: its table of words becomes data only if the calls in it are inlined
)

// hot are the packages that every packet goes through. In their functions the browser
// is told which branches are hardly ever taken; everywhere, that would take a
// twentieth of the program's size.
var hot = []string{"wirewhy/analyzer/capture", "wirewhy/analyzer/wire", "wirewhy/analyzer/flow", "wirewhy/analyzer/session"}

// isHot tells whether a function is one of a hot package's, by its name in the program,
// in which Go's linker has put underscores for whatever is not of a word.
func isHot(function string) bool {
	return slices.ContainsFunc(hot, func(path string) bool {
		return strings.HasPrefix(function, strings.ReplaceAll(path, "/", "_")+".")
	})
}

// Program compiles the page's program. The same sources, Go and version give
// the same bytes, wherever they lie.
func Program(ctx context.Context, root, version string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "wirewhy-wasm")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	goroot, err := run(ctx, root, nil, "go", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	random, err := overlay(dir, strings.TrimSpace(goroot))
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, ProgramName)
	args := []string{"build", "-trimpath", "-buildvcs=false", "-ldflags", "-w -X main.version=" + version, "-o", file, "-overlay", random, "-gcflags=all=-l"}
	for _, hot := range inlined {
		args = append(args, "-gcflags="+hot+"=")
	}
	_, err = run(ctx, root, []string{"GOOS=js", "GOARCH=wasm"}, "go", append(args, "./wasm")...)
	if err != nil {
		return nil, err
	}
	program, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	_ = DropLines(program) // with the tables of a Go to come the program is only larger; a test tells
	program, _, err = straighten.Program(program, isHot)
	return program, err
}

// Version names what is built: the commit as git describes it, or "unversioned"
// outside of a git checkout.
func Version(ctx context.Context, root string) string {
	text, err := run(ctx, root, nil, "git", "describe", "--tags", "--always", "--dirty")
	if err != nil {
		return "unversioned"
	}
	return strings.TrimSpace(text)
}

// run runs a command in root and returns its standard output; the error holds
// what it wrote to standard error.
func run(ctx context.Context, root string, env []string, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), env...)
	output, err := cmd.Output()
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
		err = fmt.Errorf("%s: %w\n%s", cmd, err, failed.Stderr)
	}
	return string(output), err
}

// Write replaces the folder out by the site. The new one is written beside it
// first: a server that reads the folder meets the old site or the new one.
func Write(out string, site Files) error {
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	fresh, err := os.MkdirTemp(filepath.Dir(out), filepath.Base(out)+"-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(fresh) // what is left of it after an error
	for name, content := range site {
		file := filepath.Join(fresh, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, content, 0o644); err != nil {
			return err
		}
	}
	if err := os.Chmod(fresh, 0o755); err != nil {
		return err
	}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	return os.Rename(fresh, out)
}
