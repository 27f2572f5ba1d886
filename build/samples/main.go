// Command samples writes the captures that the page offers in its empty state.
// They are made up, packet by packet, after what Linux kernels were seen to do,
// with addresses from the private and documentation ranges. The same program
// always writes the same bytes.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	out := flag.String("out", "ui/asset/samples", "folder to write to")
	flag.Parse()
	files, err := generate()
	if err != nil {
		fmt.Fprintln(os.Stderr, "samples:", err)
		os.Exit(1)
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(*out, name), data, 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "samples:", err)
			os.Exit(1)
		}
	}
}

// words is a text in the page's languages, as samples.json has it.
type words struct {
	En string `json:"en"`
	Zh string `json:"zh"`
}

// sample is one capture of the empty state.
type sample struct {
	File   string `json:"file"`
	Title  words  `json:"title"`
	Text   words  `json:"text"`
	record func(*recording)
}

// generate returns all files by name, samples.json included.
func generate() (map[string][]byte, error) {
	files := map[string][]byte{}
	for i, s := range samples {
		r := newRecording(uint64(i + 1))
		s.record(r)
		data, err := r.pcap()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.File, err)
		}
		files[s.File] = data
	}
	list, err := json.MarshalIndent(samples, "", "  ")
	if err != nil {
		return nil, err
	}
	files["samples.json"] = append(list, '\n')
	return files, nil
}
