package listing_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wirewhy/analyzer/listing"
	"wirewhy/analyzer/wire"
)

func FuzzReader(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add(edited)
	f.Add(pasted)
	f.Fuzz(func(t *testing.T, text string) {
		listing.Looks([]byte(text))
		r := listing.NewReader(strings.NewReader(text), "fuzz")
		count := uint32(0)
		for {
			var p wire.Packet
			if r.Next(&p) != nil {
				break
			}
			count++
			if p.Frame != count || p.Offset < 0 || p.Offset >= int64(3*len(text)+1) || p.Kind > wire.KindNone || p.TCP.SACKCount > 4 {
				t.Fatalf("packet %d: %+v", count, p)
			}
			if line, ok := r.Line(p.Frame); !ok || line == "" {
				t.Fatalf("packet %d has no line", count)
			}
			var again wire.Packet
			if err := r.Packet(p.Frame, &again); err != nil || again.Kind != p.Kind || again.TCP.Flags != p.TCP.Flags {
				t.Fatalf("packet %d read again: %+v, first %+v, %v", count, again, p, err)
			}
		}
		if lines := strings.Count(text, "\n") + 1; int(count) > lines+1 {
			t.Fatalf("%d packets of %d lines", count, lines)
		}
		if c := r.Capture(); c.Packets != uint64(count) || len(c.Warnings) > 30 {
			t.Fatalf("%+v", c)
		}
	})
}
