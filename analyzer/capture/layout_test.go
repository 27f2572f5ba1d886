package capture

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"wirewhy/analyzer"
)

func TestFrameAt(t *testing.T) {
	list := packets(400)
	ngFile := join(ngLittle.section(), ngLittle.iface(1, 0), ngLittle.iface(113, 0, ngLittle.option(optIfTsResol, []byte{9})))
	for i, p := range list[:100] {
		ngFile = append(ngFile, ngLittle.enhanced(uint32(i%2), 1700000000_000_000_000+uint64(i), p, ngLittle.option(optComment, fmt.Appendf(nil, "c%d", i)))...)
	}
	for name, file := range map[string][]byte{
		"pcap":     pcapShape{}.file(list...),
		"modified": pcapShape{magic: magicModified, extra: 8, big: true}.file(list...),
		"pcapng":   ngFile,
		"sections": join(ngFile, ngBig.file(list...)),
		"snoop":    snoopFile(list...),
		"joined":   join(pcapShape{big: true}.file(list[:30]...), ngFile, pcapShape{link: 101}.file(list[30:60]...), snoopFile(list[60:]...)),
		"damaged":  join(pcapShape{}.file(list[:30]...), bytes.Repeat([]byte{0xe7}, 99), bytes.TrimPrefix(pcapShape{}.file(list[30:]...), pcapShape{}.header())),
		"gzip":     compress(t, "gzip", ngFile),
	} {
		t.Run(name, func(t *testing.T) {
			src := BytesSource("f", file)
			r, err := readSource(src)
			if err != nil {
				t.Fatal(err)
			}
			cursor := NewCursor(src, r.layout)
			defer cursor.Close()
			check := func(want analyzer.Frame, read func(uint32, int64, *analyzer.Frame) error) {
				t.Helper()
				var f analyzer.Frame
				if err := read(want.Number, want.Offset, &f); err != nil {
					t.Fatal(err)
				}
				if fmt.Sprint(f) != fmt.Sprint(want) {
					t.Fatalf("%+v, want %+v", f, want)
				}
			}
			for _, want := range r.frames {
				check(want, cursor.Frame)
			}
			for i := len(r.frames) - 1; i >= 0; i -= 7 {
				check(r.frames[i], cursor.Frame)
				check(r.frames[i], func(n uint32, at int64, f *analyzer.Frame) error { return FrameAt(src, r.layout, n, at, f) })
			}
		})
	}
}

func TestFrameAtErrors(t *testing.T) {
	list := packets(10)
	file := pcapShape{}.file(list...)
	r := mustRead(t, file)
	var f analyzer.Frame
	for name, c := range map[string]struct {
		src    Source
		offset int64
	}{
		"before the file":  {BytesSource("f", file), -1},
		"behind the file":  {BytesSource("f", file), 1 << 40},
		"no frame there":   {BytesSource("f", file), r.frames[4].Offset + 3},
		"file cut since":   {BytesSource("f", file[:r.frames[4].Offset+20]), r.frames[4].Offset},
		"file changed":     {BytesSource("f", bytes.Repeat([]byte{0xff}, len(file))), r.frames[4].Offset},
		"read only once":   {PipeSource("f", strings.NewReader("")), r.frames[4].Offset},
		"now a compressed": {BytesSource("f", compress(t, "gzip", file)), r.frames[4].Offset},
	} {
		if err := FrameAt(c.src, r.layout, 5, c.offset, &f); err == nil || !strings.HasPrefix(err.Error(), "f: frame 5") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// huge is a pcap file with equal records, of any size, that nobody has to store.
type huge struct {
	head, record []byte
	count        int64
}

func (h *huge) Name() string { return "huge.pcap" }
func (h *huge) Size() int64  { return int64(len(h.head)) + h.count*int64(len(h.record)) }

func (h *huge) Open(offset int64) (io.ReadCloser, error) { return &hugeReader{h, offset}, nil }

type hugeReader struct {
	*huge
	at int64
}

func (r *hugeReader) Close() error { return nil }

func (r *hugeReader) Read(b []byte) (int, error) {
	if r.at >= r.Size() {
		return 0, io.EOF
	}
	var n int
	if r.at < int64(len(r.head)) {
		n = copy(b, r.head[r.at:])
	} else {
		n = copy(b, r.record[(r.at-int64(len(r.head)))%int64(len(r.record)):])
	}
	r.at += int64(n)
	return n, nil
}

func TestFrameBeyond4GiB(t *testing.T) {
	p := packet{second: 1700000000, data: bytes.Repeat([]byte{1, 2, 3}, 5000)}
	src := &huge{head: pcapShape{}.header(), record: pcapShape{}.record(p), count: 1 << 20}
	r, err := Open(src, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var f analyzer.Frame
	if err := r.Next(&f); err != nil {
		t.Fatal(err)
	}
	const number = 1_000_000
	offset := f.Offset + (number-1)*int64(len(src.record))
	if offset < 3<<32 {
		t.Fatal("the test is too small")
	}
	if err := FrameAt(src, r.(RandomAccess).Layout(), number, offset, &f); err != nil {
		t.Fatal(err)
	}
	if f.Offset != offset || f.Number != number || !bytes.Equal(f.Data, p.data) {
		t.Errorf("frame %d at %d of %d bytes", f.Number, f.Offset, len(f.Data))
	}
}
