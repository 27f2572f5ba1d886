package main

import (
	"bytes"
	"testing"

	files "wirewhy/analyzer/capture"
	"wirewhy/analyzer/session"
)

// BenchmarkLoad analyses both kinds of generated captures from memory. Its profile
// tells the compiler which calls of the page's program are worth inlining: see
// "make profile".
func BenchmarkLoad(b *testing.B) {
	for _, s := range sizes {
		if s.name != "100MB" && s.name != "1M" {
			continue
		}
		b.Run(s.name, func(b *testing.B) {
			var file bytes.Buffer
			if _, err := s.write(&file); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(file.Len()))
			for b.Loop() {
				if err := session.New().Load(b.Context(), []files.Source{files.BytesSource(s.name, file.Bytes())}, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
