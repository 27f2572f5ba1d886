package capture

import (
	"bytes"
	"testing"
	"time"

	"wirewhy/analyzer"
)

func TestPcapVariants(t *testing.T) {
	list := packets(20)
	for name, h := range map[string]pcapShape{
		"little":          {},
		"big":             {big: true},
		"modified":        {magic: magicModified, extra: 8},
		"modified big":    {magic: magicModified, extra: 8, big: true},
		"modified, plain": {magic: magicModified},
		"version 2.0":     {major: 2, minor: 0},
		"version 2.2":     {major: 2, minor: 2, big: true},
		"version 2.3":     {major: 2, minor: 3},
		"snap length 0":   {snapLen: 0},
		"snap length lie": {snapLen: 16},
		"fmesquita":       {magic: magicFmesquic},
	} {
		t.Run(name, func(t *testing.T) {
			r := mustRead(t, h.file(list...))
			r.equal(t, list)
			r.warns(t)
			c := r.capture
			if c.Format != "pcap" || c.Truncated || len(c.Interfaces) != 1 || c.Interfaces[0].Link != analyzer.LinkEthernet ||
				c.Interfaces[0].Resolution != time.Microsecond || c.Start != micros(list[0]) || c.End != micros(list[19]) {
				t.Errorf("%+v", c)
			}
		})
	}
}

func TestPcapNanoseconds(t *testing.T) {
	for _, big := range []bool{false, true} {
		r := mustRead(t, pcapShape{magic: magicNano, big: big}.file(packet{second: 1700000000, fraction: 123456789, data: []byte("x")}))
		if r.capture.Format != "pcap-ns" || r.frames[0].Time != 1700000000123456789 || r.capture.Interfaces[0].Resolution != 1 {
			t.Errorf("big %v: %+v %+v", big, r.capture, r.frames[0])
		}
	}
}

// Version 2.3 was written in both orders; the larger length is the original one.
func TestPcapSwappedLengths(t *testing.T) {
	p := packet{second: 1700000000, data: []byte("short"), wireLen: 1500}
	swapped := pcapShape{major: 2, minor: 3}
	file := append(swapped.header(), pcapShape{major: 2, minor: 2}.record(p)...)
	mustRead(t, file).equal(t, []packet{p})
}

func TestPcapLinkWord(t *testing.T) {
	p := packet{second: 1700000000, data: bytes.Repeat([]byte{1}, 64), wireLen: 66}
	r := mustRead(t, pcapShape{link: 0x24000001}.file(p, packet{second: 1700000000, data: p.data}))
	r.warns(t)
	if f := r.frames[0]; f.Link != analyzer.LinkEthernet || f.FCSLen != 2 {
		t.Errorf("link %v, FCS %d; want EN10MB and the 2 bytes of FCS that were not snapped", f.Link, f.FCSLen)
	}
	if r.frames[1].FCSLen != 4 {
		t.Errorf("FCS %d, want 4", r.frames[1].FCSLen)
	}
	mustRead(t, pcapShape{link: 0x00010001}.file(p)).warns(t, "Reserved bits")
}

func TestPcapOddities(t *testing.T) {
	list := packets(6)
	change := func(i int, f func(p *packet)) []packet {
		out := append([]packet(nil), list...)
		f(&out[i])
		return out
	}
	t.Run("fraction", func(t *testing.T) {
		l := change(2, func(p *packet) { p.fraction = 1_200_000 })
		r := mustRead(t, pcapShape{}.file(l...))
		r.equal(t, l)
		r.warns(t, "larger than a second (frame 3)", "runs backwards by more than a second (frame 4)")
	})
	t.Run("original length absurd", func(t *testing.T) {
		r := mustRead(t, pcapShape{}.file(change(3, func(p *packet) { p.wireLen = 1<<32 - 1 })...))
		r.equal(t, list)
		r.warns(t, "implausible (frame 4)")
	})
	t.Run("original length short", func(t *testing.T) {
		r := mustRead(t, pcapShape{}.file(change(3, func(p *packet) { p.wireLen = 1 })...))
		r.equal(t, list)
		r.warns(t, "smaller than the captured one (frame 4)")
	})
	t.Run("a day apart", func(t *testing.T) {
		l := append([]packet(nil), list...)
		for i := range l {
			l[i].second -= uint32(i) * 3 * day
		}
		r := mustRead(t, pcapShape{}.file(l...))
		r.equal(t, l)
		r.warns(t, "5 frames, the first is frame 2")
		if r.capture.Start != micros(l[5]) || r.capture.End != micros(l[0]) {
			t.Errorf("start %v, end %v", r.capture.Start.Time(), r.capture.End.Time())
		}
	})
	t.Run("2106", func(t *testing.T) {
		l := change(2, func(p *packet) { p.second = 1<<32 - 1 })
		r := mustRead(t, pcapShape{}.file(l...))
		r.equal(t, l)
		r.warns(t, "after 2100 (frame 3)")
		if r.capture.End != micros(l[5]) {
			t.Errorf("an implausible time stretches the capture to %v", r.capture.End.Time())
		}
	})
	t.Run("version", func(t *testing.T) {
		r := mustRead(t, pcapShape{major: 9, minor: 9}.file(list...))
		r.equal(t, list)
		r.warns(t, "version 9.9")
	})
	t.Run("only the magic swapped", func(t *testing.T) {
		file := pcapShape{}.file(list...)
		copy(file, pcapShape{big: true}.header()[:4])
		r := mustRead(t, file)
		r.equal(t, list)
		r.warns(t, "another byte order")
	})
}

func TestPcapDamage(t *testing.T) {
	h, list := pcapShape{}, packets(30)
	good := h.file(list...)
	at := func(n int) int { return len(h.file(list[:n]...)) }
	without := func(i int) []packet { return append(append([]packet(nil), list[:i]...), list[i+1:]...) }
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
		frame     uint32
		offset    int
	}{
		{"cut in data", good[:len(good)-5], list[:29], true, "cut short", 29, at(29)},
		{"cut in a record header", good[:at(29)+7], list[:29], true, "inside a record header after frame 29", 29, at(29)},
		{"garbage between records", join(good[:at(5)], []byte("\xdd\x0c\xf0\x9b\x11\x22\x99\x9b\xbf\xd9\xc0\x9b\x77"), good[at(5):]), list, false, "damaged after frame 5", 5, at(5)},
		{"length of a gigabyte", patch(at(5)+8, 0, 0, 0, 0x40), without(5), false, "claims to hold 1073741824 bytes", 5, at(5)},
		{"length beyond the file", patch(at(5)+8, 0, 0, 2, 0, 0, 0, 2, 0), without(5), false, "the file has", 5, at(5)},
		{"length of half a record", patch(at(5)+8, 20, 0, 0, 0), nil, false, "damaged after frame 6", 6, at(5) + 16 + 20},
		{"zeros behind", join(good, make([]byte, 3000)), list, true, "zeros", 30, len(good)},
		{"zeros only", join(h.header(), make([]byte, 3000)), nil, true, "zeros", 0, 24},
		{"damage at the end", join(good[:at(28)], bytes.Repeat([]byte{0xee}, 300)), list[:28], true, "stopped after frame 28", 28, at(28)},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := mustRead(t, c.file)
			if c.want != nil || len(r.frames) == 0 {
				r.equal(t, c.want)
			}
			if r.capture.Truncated != c.truncated {
				t.Errorf("Truncated = %v", r.capture.Truncated)
			}
			r.warns(t, c.warning)
			if w := r.capture.Warnings[0]; w.Frame != c.frame || w.Offset != int64(c.offset) {
				t.Errorf("warning at frame %d, byte %d; want %d, %d", w.Frame, w.Offset, c.frame, c.offset)
			}
		})
	}
}

// A capture that was itself sent over the network has sound records inside a
// frame; damage in front of them must not make frames of them.
func TestPcapDamageBeforeEmbeddedCapture(t *testing.T) {
	h := pcapShape{}
	inner := h.file(packets(20)...)
	outer := packets(3)
	outer[2].data = append(bytes.Repeat([]byte{0xee}, 40), join(inner, []byte("and so on, and so on"))...)
	outer = append(outer, packet{second: 1700000001, data: bytes.Repeat([]byte{7}, 9000)})
	file := h.file(outer...)
	copy(file[len(h.file(outer[:2]...))+8:], []byte{0xff, 0xff, 0xff, 0x7f})
	r := mustRead(t, file)
	r.equal(t, outer[:2])
	if !r.capture.Truncated {
		t.Error("not told as truncated")
	}
}

func TestPcapTextMode(t *testing.T) {
	list := packets(40)
	for i := range list {
		list[i].data = append(list[i].data, "line\nline\n"...)
	}
	file := bytes.ReplaceAll(pcapShape{}.file(list...), []byte("\n"), []byte("\r\n"))
	r := mustRead(t, file)
	if len(r.frames) == 0 || len(r.frames) > len(list) {
		t.Errorf("%d frames", len(r.frames))
	}
	if len(r.capture.Warnings) == 0 || !bytes.Contains([]byte(r.capture.Warnings[0].Text.En), []byte("text mode")) {
		t.Errorf("warnings %q", texts(r.capture.Warnings))
	}
}

func TestJoined(t *testing.T) {
	list := packets(8)
	all := append(append(append([]packet(nil), list[:3]...), list[3:5]...), list[5:]...)
	parts := map[string][3][]byte{
		"alike":      {pcapShape{}.file(list[:3]...), pcapShape{}.file(list[3:5]...), pcapShape{}.file(list[5:]...)},
		"different":  {pcapShape{}.file(list[:3]...), pcapShape{big: true, magic: magicModified, extra: 8}.file(list[3:5]...), ngBig.file(list[5:]...)},
		"cut before": {pcapShape{}.file(list[:4]...)[:len(pcapShape{}.file(list[:3]...))+7], ngBig.file(list[3:5]...), pcapShape{big: true, magic: magicModified, extra: 8}.file(list[5:]...)},
		"pcapng":     {ngBig.file(list[:3]...), pcapShape{}.file(list[3:5]...), snoopFile(list[5:]...)},
	}
	for name, p := range parts {
		t.Run(name, func(t *testing.T) {
			r := mustRead(t, join(p[:]...))
			r.equal(t, all)
			if r.capture.Truncated {
				t.Error("told as truncated")
			}
			want := []string{"2 times, first after frame 3"}
			if name == "cut before" {
				want = []string{"damaged after frame 3", want[0]}
			}
			r.warns(t, want...)
		})
	}
}
