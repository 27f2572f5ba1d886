package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// inner is a test package that is compiled for the browser. Which of its tests
// fail is known.
const inner = `package inner

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "folder", "file")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("hello"), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b := make([]byte, 3)
	if n, err := f.ReadAt(b, 2); n != 3 || err != nil || string(b) != "llo" {
		t.Errorf("ReadAt: %d %v %q", n, err, b)
	}
	if b, err := os.ReadFile("testdata/fixture"); string(b) != "of the package\n" {
		t.Errorf("testdata: %q %v", b, err)
	}
	if _, err := os.ReadFile("missing"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if entries, err := os.ReadDir("testdata"); err != nil || len(entries) != 1 || entries[0].IsDir() {
		t.Error(entries, err)
	}
	fmt.Println("runs on", runtime.GOOS, os.Getenv("WIREWHY_INNER"))
}

func TestFails(t *testing.T) { t.Error("as it should") }

func TestPanics(t *testing.T) {
	var m map[string]int
	m["x"] = 1
}
`

// TestInBrowser compiles a package's tests for the browser and runs them there:
// files, output, environment and exit status must pass through.
func TestInBrowser(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"go.mod": "module inner\n\ngo 1.26\n", "inner_test.go": inner, "testdata/fixture": "of the package\n",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	command := func(env []string, name string, args ...string) (string, error) {
		cmd := exec.Command(name, args...)
		cmd.Env = append(os.Environ(), env...)
		if strings.HasPrefix(name, dir) || env != nil {
			cmd.Dir = dir
		}
		output, err := cmd.CombinedOutput()
		return string(output), err
	}
	runner := filepath.Join(dir, "wasmtest")
	if output, err := command(nil, "go", "build", "-o", runner, "."); err != nil {
		t.Fatal(err, output)
	}
	program := filepath.Join(dir, "inner.wasm")
	if output, err := command([]string{"GOOS=js", "GOARCH=wasm", "GOFLAGS="}, "go", "test", "-c", "-o", program, "."); err != nil {
		t.Fatal(err, output)
	}
	for _, c := range []struct {
		run  string
		code int
		says []string
	}{
		{"TestFiles", 0, []string{"runs on js passed on\n", "PASS\n"}},
		{"TestFails", 1, []string{"as it should\n", "FAIL\n"}},
		{"TestPanics", 2, []string{"assignment to entry in nil map"}},
	} {
		output, err := command([]string{"WIREWHY_INNER=passed on"}, runner, program, "-test.run=^"+c.run+"$")
		code := 0
		if exit, ok := err.(*exec.ExitError); ok {
			code = exit.ExitCode()
		}
		if code != c.code {
			t.Errorf("%s: exit status %d, want %d\n%s", c.run, code, c.code, output)
		}
		for _, text := range c.says {
			if !strings.Contains(output, text) {
				t.Errorf("%s: the output lacks %q:\n%s", c.run, text, output)
			}
		}
	}
}
