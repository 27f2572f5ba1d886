package assemble

import (
	"bytes"
	"compress/gzip"
	"context"
	"os"
	"path/filepath"
	"testing"
)

// compile builds a small program for the browser.
func compile(t *testing.T) []byte {
	t.Helper()
	dir := t.TempDir()
	source := filepath.Join(dir, "main.go")
	if err := os.WriteFile(source, []byte("package main\n\nfunc fail(i int) int { panic(i) }\n\nfunc main() { println(fail(1)) }\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := run(context.Background(), dir, []string{"GOOS=js", "GOARCH=wasm", "GO111MODULE=off", "GOFLAGS="}, "go", "build", "-ldflags=-s -w", "-o", "main.wasm", source); err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(filepath.Join(dir, "main.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	return program
}

func gzipped(b []byte) int {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write(b)
	z.Close()
	return out.Len()
}

// The program keeps its size and its own functions' names, and packs better. That it
// runs, and collects its garbage, is shown by the browser tests, whose program is
// made like this.
func TestDropLines(t *testing.T) {
	program := compile(t)
	was := bytes.Clone(program)
	if err := DropLines(program); err != nil {
		t.Fatal(err)
	}
	if len(program) != len(was) || gzipped(program) > gzipped(was)*97/100 {
		t.Errorf("%d bytes, gzipped %d; they were %d, gzipped %d", len(program), gzipped(program), len(was), gzipped(was))
	}
	if bytes.Contains(program, []byte("runtime.findRunnable")) || !bytes.Contains(was, []byte("runtime.findRunnable")) {
		t.Error("other people's functions keep their names")
	}
	if !bytes.Contains(program, []byte("main.fail")) || bytes.Contains(program, []byte("symtab.go")) || !bytes.Contains(was, []byte("symtab.go")) {
		t.Error("functions keep their names, files lose theirs")
	}
}

// What is no such program is left alone.
func TestDropLinesElsewhere(t *testing.T) {
	program := compile(t)
	for _, b := range [][]byte{nil, []byte("\x00asm"), []byte("\x7fELF"), program[:len(program)/4], program[:len(program)/2], bytes.Repeat([]byte{0xff}, 100)} {
		was := bytes.Clone(b)
		if err := DropLines(b); err == nil || !bytes.Equal(b, was) {
			t.Errorf("%d bytes: %v", len(b), err)
		}
	}
	// Damage to the tables themselves is found, or does no harm.
	at := bytes.Index(program, []byte{0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8})
	for i := range 300 {
		b := bytes.Clone(program)
		b[at+8+i*251%200_000] ^= 0xff
		_ = DropLines(b)
	}
}
