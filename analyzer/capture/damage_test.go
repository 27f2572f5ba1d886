package capture

import (
	"bytes"
	"io"
	"runtime"
	"testing"

	"wirewhy/analyzer"
)

// specimens are a small good file of each format and in each container.
func specimens(t testing.TB) map[string][]byte {
	list := packets(8)
	o := ngLittle
	rich := join(o.section(o.option(optComment, []byte("hi")), []byte(optionsEnd)),
		o.iface(1, 0, o.option(optIfName, []byte("eth0")), o.option(optIfTsResol, []byte{9}), []byte(optionsEnd)),
		o.block(blockNames, o.u16s(1, 7), []byte("\x0a\x00\x00\x01db\x00\x00"), []byte(optionsEnd)),
		o.enhanced(0, 1700000000_000_000_000, list[0], o.option(optPacketFlags, o.u32s(1)), o.option(optComment, []byte("look"))),
		o.block(blockSimple, o.u32s(uint32(len(list[1].data))), list[1].data),
		o.block(blockPacket, o.u16s(0, 0), o.u32s(0, 0, uint32(len(list[2].data)), 99), list[2].data),
		o.block(0x0bad, o.u32s(1)),
		o.block(blockStatistics, o.u32s(0, 0, 0), o.option(optDropped, o.u64s(7))),
		ngBig.file(list[3:]...))
	files := map[string][]byte{
		"pcap":   pcapShape{}.file(list...),
		"big":    pcapShape{magic: magicModified, extra: 8, big: true}.file(list...),
		"ixia":   append(append(pcapShape{magic: magicIxiaHW}.header(), 0, 0, 0, 0), pcapShape{}.record(list[0])...),
		"pcapng": rich,
		"snoop":  snoopFile(list...),
		"joined": join(pcapShape{}.file(list[:4]...), ngLittle.file(list[4:]...)),
	}
	for _, name := range compressors {
		files[name] = compress(t, name, files["pcap"])
	}
	return files
}

// survive reads bytes to the end and holds what must be true of any file.
func survive(t *testing.T, data []byte) int {
	t.Helper()
	runtime.Gosched() // in a browser the collector runs when somebody gives way
	r, err := Open(BytesSource("f", data), Options{MaxUnpackedLen: 4 << 20})
	if err != nil {
		if f, ok := err.(*FormatError); ok {
			checkText(t, f.Text)
		} else {
			t.Fatalf("%T: %v", err, err)
		}
		return 0
	}
	defer r.Close()
	var f analyzer.Frame
	last, total := int64(-1), 0
	for number := uint32(1); ; number++ {
		if err := r.Next(&f); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if f.Number != number || f.Offset <= last || len(f.Data) > MaxFrameLen || f.WireLen < uint32(len(f.Data)) && f.WireLen != 0 || int(f.FCSLen) > len(f.Data) || int(f.Interface) >= len(r.Capture().Interfaces) {
			t.Fatalf("frame %+v after one at %d", f, last)
		}
		last = f.Offset
		total += len(f.Data)
	}
	c := r.Capture()
	if c.Container == "" && total > len(data) {
		t.Fatalf("%d bytes of frames in a file of %d", total, len(data))
	}
	if len(c.Warnings) > maxWarnings+int(oddities)+1 {
		t.Fatalf("%d warnings", len(c.Warnings))
	}
	for _, w := range c.Warnings {
		checkText(t, w.Text)
	}
	if c.Truncated && len(c.Warnings) == 0 {
		t.Fatal("truncated without a word")
	}
	if err := r.Next(&f); err != io.EOF {
		t.Fatalf("Next behind the end: %v", err)
	}
	return int(c.Packets)
}

func TestCutEverywhere(t *testing.T) {
	for name, file := range specimens(t) {
		t.Run(name, func(t *testing.T) {
			whole := survive(t, file)
			if whole == 0 {
				t.Fatal("the whole file gives no frames")
			}
			before := 0
			for n := range file {
				got := survive(t, file[:n])
				if got < before || got > whole {
					t.Fatalf("cut at %d: %d frames after %d", n, got, before)
				}
				before = got
			}
		})
	}
}

func TestFlipEverywhere(t *testing.T) {
	for name, file := range specimens(t) {
		t.Run(name, func(t *testing.T) {
			whole := survive(t, file)
			for at := range file {
				for _, mask := range []byte{0x01, 0x80, 0xff} {
					changed := bytes.Clone(file)
					changed[at] ^= mask
					if got := survive(t, changed); got > whole {
						t.Fatalf("byte %d ^ %#x: %d frames of %d", at, mask, got, whole)
					}
				}
			}
		})
	}
}

func drain(t testing.TB, r Reader) (frames int) {
	t.Helper()
	var f analyzer.Frame
	for {
		if err := r.Next(&f); err == io.EOF {
			return frames
		} else if err != nil {
			t.Fatal(err)
		}
		frames++
	}
}
