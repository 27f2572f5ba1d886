package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// The files that the page ships are those that this program writes.
func TestCommittedSamples(t *testing.T) {
	folder := filepath.Join("..", "..", "ui", "asset", "samples")
	files, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Errorf("%v; run: go run ./build/samples", err)
		} else if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the program writes; run: go run ./build/samples", name)
		}
	}
	listed, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range listed {
		if _, ok := files[entry.Name()]; !ok {
			t.Errorf("%s is no sample of this program", entry.Name())
		}
	}
}
