package capture

import (
	"bytes"
	"strings"
	"testing"

	"wirewhy/analyzer"
)

func TestSnoop(t *testing.T) {
	list := packets(20)
	list[3].wireLen = 1500
	r := mustRead(t, snoopFile(list...))
	r.equal(t, list)
	r.warns(t)
	if c := r.capture; c.Format != "snoop" || c.Interfaces[0].Link != analyzer.LinkEthernet || c.Interfaces[0].HasStats {
		t.Errorf("%+v", c)
	}
}

func TestSnoopDamage(t *testing.T) {
	list := packets(20)
	good := snoopFile(list...)
	at := len(snoopFile(list[:5]...))
	without := append(append([]packet(nil), list[:5]...), list[6:]...)
	patch := func(at int, b ...byte) []byte {
		out := bytes.Clone(good)
		copy(out[at:], b)
		return out
	}
	for _, c := range []struct {
		name      string
		file      []byte
		want      []packet
		truncated bool
		warning   string
	}{
		{"cut in data", good[:len(good)-3], list[:19], true, "cut short"},
		{"cut in a header", good[:len(snoopFile(list[:19]...))+20], list[:19], true, "inside a record header"},
		{"record length 0", patch(at+8, 0, 0, 0, 0), without, false, "damaged after frame 5"},
		{"captured length of 2 GiB", patch(at+4, 0x7f, 0xff, 0xff, 0xff), without, false, "damaged after frame 5"},
		{"record length beyond the file", patch(at+4, 0, 1, 0, 0, 0, 1, 0, 24), without, false, "the file has"},
		{"microseconds", patch(at+20, 0, 0x0f, 0x50, 0), nil, false, "larger than a second (frame 6)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := mustRead(t, c.file)
			if c.want != nil {
				r.equal(t, c.want)
			}
			if r.capture.Truncated != c.truncated {
				t.Errorf("Truncated = %v", r.capture.Truncated)
			}
			if len(r.capture.Warnings) != 1 || !strings.Contains(r.capture.Warnings[0].Text.En, c.warning) {
				t.Errorf("warnings %q, want %q", texts(r.capture.Warnings), c.warning)
			}
		})
	}
}

func TestSnoopDrops(t *testing.T) {
	file := snoopFile(packets(2)...)
	file[len(snoopFile(packets(1)...))+15] = 5
	if i := mustRead(t, file).capture.Interfaces[0]; !i.HasStats || i.Dropped != 5 || i.Received != 7 {
		t.Errorf("%+v", i)
	}
}

func TestSnoopUnsupported(t *testing.T) {
	file := snoopFile(packets(2)...)
	file[11] = 3
	if f := formatError(t, file); !strings.Contains(f.Text.En, "version 3") {
		t.Error(f.Text.En)
	}
}
