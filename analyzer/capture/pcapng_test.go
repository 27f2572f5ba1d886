package capture

import (
	"bytes"
	"fmt"
	"math"
	"testing"
	"time"

	"wirewhy/analyzer"
)

const (
	optionsEnd  = "\x00\x00\x00\x00"
	testSeconds = 1700000000
)

func TestPcapng(t *testing.T) {
	for name, o := range map[string]ng{"little": ngLittle, "big": ngBig} {
		t.Run(name, func(t *testing.T) {
			list := packets(20)
			r := mustRead(t, o.file(list...))
			r.equal(t, list)
			r.warns(t)
			if c := r.capture; c.Format != "pcapng" || c.Truncated || c.Interfaces[0].Resolution != time.Microsecond {
				t.Errorf("%+v", c)
			}
		})
	}
}

func TestPcapngBlocks(t *testing.T) {
	for name, o := range map[string]ng{"little": ngLittle, "big": ngBig} {
		t.Run(name, func(t *testing.T) { testPcapngBlocks(t, o) })
	}
}

func testPcapngBlocks(t *testing.T, o ng) {
	data := []byte("0123456789abcdef")
	p := packet{data: data}
	const base = testSeconds * 1_000_000
	file := join(
		o.section(o.option(optComment, []byte("taken at noon")), []byte(optionsEnd)),
		o.block(10, []byte("secrets")), // DSB
		o.iface(1, 8, o.option(optIfName, []byte("eth0")), o.option(optIfTsResol, []byte{6})),
		o.iface(113, 0, o.option(optIfDescr, []byte("any")), o.option(optIfName, []byte(`\Device\NPF_{1}`)),
			o.option(optIfTsResol, []byte{9}), o.option(optIfTsOffset, o.u64s(3600)), o.option(optIfFCSLen, []byte{4}), []byte(optionsEnd)),
		o.block(0x0bad, o.u32s(1), []byte("custom")),
		o.block(blockNames, o.u16s(1, 14), []byte("\x0a\x00\x00\x01db.local\x00\x00\x00\x00"),
			o.u16s(2, 20), bytes.Repeat([]byte{0xfe}, 16), []byte("v6\x00\x00"), o.u16s(1, 10), []byte("\x0a\x00\x00\x01again\x00\x00\x00"), []byte(optionsEnd)),
		o.enhanced(0, base, p, o.option(optPacketFlags, o.u32s(2)), o.option(3, []byte("\x02hash")), o.option(optComment, []byte("look here"))),
		o.enhanced(1, base*1000, p),
		o.block(0x80001234, []byte("local use")),
		o.block(blockSimple, o.u32s(16), data[:8]),
		o.block(blockPacket, o.u16s(1, 9), o.u32s(base*1000>>32, base*1000&math.MaxUint32, 16, 16), data, o.option(optPacketFlags, o.u32s(1|2<<2|2<<5)), []byte(optionsEnd)),
		o.block(blockStatistics, o.u32s(0, 0, 0), o.option(optReceived, o.u64s(100)), o.option(optDropped, o.u64s(7)), o.option(optOSDropped, o.u64s(3)), []byte(optionsEnd)),
	)
	r := mustRead(t, file)
	r.warns(t, "no time in pcapng Simple Packet Blocks (frame 3)")
	c := r.capture
	if fmt.Sprint(c.Comments) != "[taken at noon]" || c.Names["10.0.0.1"] != "db.local" || c.Names["fefe:fefe:fefe:fefe:fefe:fefe:fefe:fefe"] != "v6" || len(c.Names) != 2 {
		t.Errorf("comments %q, names %q", c.Comments, c.Names)
	}
	want := []analyzer.Interface{
		{Name: "eth0", Link: 1, SnapLen: 8, Resolution: time.Microsecond, Received: 100, Dropped: 10, HasStats: true},
		{Name: "any", Link: 113, Resolution: time.Nanosecond},
	}
	if fmt.Sprint(c.Interfaces) != fmt.Sprint(want) || fmt.Sprint(c.LinkTypes) != "[EN10MB LINUX_SLL]" {
		t.Errorf("interfaces %v, want %v; links %v", c.Interfaces, want, c.LinkTypes)
	}
	when := analyzer.Timestamp(testSeconds * 1_000_000_000)
	frames := []analyzer.Frame{
		{Number: 1, Link: 1, Time: when, WireLen: 16, Direction: analyzer.DirectionOutbound, Comment: "look here", Data: data},
		{Number: 2, Interface: 1, Link: 113, Time: when.Add(time.Hour), WireLen: 16, FCSLen: 4, Data: data},
		{Number: 3, Link: 1, WireLen: 16, Data: data[:8]},
		{Number: 4, Interface: 1, Link: 113, Time: when.Add(time.Hour), WireLen: 16, FCSLen: 2, Direction: analyzer.DirectionBroadcast, Data: data},
	}
	if len(r.frames) != len(frames) {
		t.Fatalf("%d frames, want %d", len(r.frames), len(frames))
	}
	for i, f := range r.frames {
		f.Offset = 0
		if fmt.Sprint(f) != fmt.Sprint(frames[i]) {
			t.Errorf("frame %d: %+v, want %+v", i+1, f, frames[i])
		}
	}
}

func TestPcapngSections(t *testing.T) {
	list := packets(9)
	r := mustRead(t, join(ngLittle.file(list[:3]...), ngBig.file(list[3:5]...), ngLittle.section(), ngLittle.file(list[5:]...)))
	r.equal(t, list)
	r.warns(t)
	if len(r.capture.Interfaces) != 3 || r.frames[3].Interface != 1 || r.frames[8].Interface != 2 {
		t.Errorf("interfaces %v, frame 4 on %d", r.capture.Interfaces, r.frames[3].Interface)
	}
}

func TestPcapngTimes(t *testing.T) {
	for _, c := range []struct {
		resolution byte
		stamp      uint64
		offset     int64
		want       analyzer.Timestamp
		ok         bool
	}{
		{6, 1_700_000_000_000_001, 0, 1_700_000_000_000_001_000, true},
		{0, 1_700_000_000, 0, 1_700_000_000_000_000_000, true},
		{9, 1_700_000_000_000_000_007, 0, 1_700_000_000_000_000_007, true},
		{12, 1_700_000_000_000_000_007, 0, 1_700_000_000_000_000, true},
		{28, 1 << 63, 0, 0, true},
		{127, 1 << 63, 0, 0, true},
		{0x80, 1_700_000_000, 0, 1_700_000_000_000_000_000, true},
		{0x80 | 20, 1_700_000_000<<20 | 1<<19, 0, 1_700_000_000_500_000_000, true},
		{0x80 | 63, 1 << 63, 0, 1_000_000_000, true},
		{0x80 | 64, 1 << 63, 0, 500_000_000, true},
		{0x80 | 127, math.MaxUint64, 0, 0, true},
		{6, math.MaxUint64, 0, 0, false},
		{0, math.MaxUint64, 0, 0, false},
		{0x80, math.MaxUint64, 0, 0, false},
		{6, 0, 1_700_000_000, 1_700_000_000_000_000_000, true},
		{6, 1_700_000_000_000_000, -1_000_000_000, 700_000_000_000_000_000, true},
		{6, 1_700_000_000_000_000, math.MaxInt64, 0, false},
		{6, 1_700_000_000_000_000, math.MinInt64, 0, false},
		{9, math.MaxInt64, 9_000_000_000, 0, false},
	} {
		i := ngInterface{offset: c.offset}
		i.setResolution(c.resolution)
		if got, ok := i.time(c.stamp); got != c.want || ok != c.ok {
			t.Errorf("resolution %#x, offset %d, %d: %d, %v; want %d, %v", c.resolution, c.offset, c.stamp, got, ok, c.want, c.ok)
		}
		i.tick()
	}
}

func TestPcapngDamage(t *testing.T) {
	o, list := ngLittle, packets(30)
	good := o.file(list...)
	at := func(n int) int { return len(o.file(list[:n]...)) }
	without := func(i int) []packet { return append(append([]packet(nil), list[:i]...), list[i+1:]...) }
	patch := func(at int, b ...byte) []byte {
		out := bytes.Clone(good)
		copy(out[at:], b)
		return out
	}
	insert := func(n int, b []byte) []byte { return join(good[:at(n)], b, good[at(n):]) }
	sixth := at(6) - at(5)
	for _, c := range []struct {
		name      string
		file      []byte
		want      []packet
		truncated bool
		warning   string
	}{
		{"cut in a block", good[:len(good)-6], list[:29], true, "cut short"},
		{"cut before the trailer", good[:len(good)-4], list[:29], true, "cut short"},
		{"cut in a block header", good[:at(29)+5], list[:29], true, "inside a record header"},
		{"block length 0", patch(at(5)+4, 0, 0, 0, 0), without(5), false, "length of 0 bytes"},
		{"unknown block of length 0", insert(5, o.u32s(0x5c000000, 0, 0)), list, false, "length of 0 bytes"},
		{"unknown block of 17 MiB", insert(5, o.block(0x5c000000, make([]byte, 17<<20))), list, false, ""},
		{"unknown block of 2 GiB", insert(5, o.u32s(0x5c000000, 1<<31, 0)), list, false, "length of 2147483648 bytes"},
		{"block length 4", patch(at(5)+4, 4, 0, 0, 0), without(5), false, "length of 4 bytes"},
		{"block length 11", patch(at(5)+4, 11, 0, 0, 0), without(5), false, "length of 11 bytes"},
		{"block length 4 GiB", patch(at(5)+4, 0xf0, 0xff, 0xff, 0xff), without(5), false, "length of 4294967280 bytes"},
		{"block length beyond the file", patch(at(5)+4, 0, 0, 2, 0), without(5), false, "the file has"},
		{"block length wrong", patch(at(5)+4, byte(sixth-8)), without(5), false, "disagree"},
		{"trailer wrong", patch(at(6)-4, 1, 2, 3, 4), list, false, "disagree (after frame 5)"},
		{"captured length wraps", patch(at(5)+20, 0xfd, 0xff, 0xff, 0xff), without(5), false, "exceeds its block"},
		{"captured length by one", patch(at(5)+20, byte(len(pad4(list[5].data))+1)), without(5), false, "exceeds its block"},
		{"interface unknown", patch(at(5)+8, 9), without(5), false, "does not describe"},
		{"no interface", join(o.section(), good[at(0):]), nil, false, "30 times, first after frame 0"},
		{"section without interface", join(good, ngBig.section(), ngBig.enhanced(0, 1, list[0])), list, false, "does not describe"},
		{"short packet block", insert(5, o.block(blockEnhanced, make([]byte, 8))), list, false, "too short"},
		{"short old packet block", insert(5, o.block(blockPacket, make([]byte, 8))), list, false, "too short"},
		{"short interface block", insert(5, o.block(blockInterface, make([]byte, 4))), list, false, "too short"},
		{"short statistics block", insert(5, o.block(blockStatistics, make([]byte, 8))), list, false, "too short"},
		{"empty simple block", insert(5, o.block(blockSimple)), list, false, "too short"},
		{"empty names block", insert(5, o.block(blockNames)), list, false, ""},
		{"name without NUL", insert(5, o.block(blockNames, o.u16s(1, 8), []byte("\x0a\x00\x00\x01abcd"))), list, false, "name resolution record"},
		{"name record too long", insert(5, o.block(blockNames, o.u16s(1, 800), []byte("\x0a\x00\x00\x01abcd"))), list, false, "name resolution record"},
		{"statistics of interface 77", insert(5, o.block(blockStatistics, o.u32s(77, 0, 0))), list, false, "statistics"},
		{"statistics of 2^64-1", insert(5, o.block(blockStatistics, o.u32s(0, 0, 0), o.option(optDropped, o.u64s(math.MaxUint64)))), list, false, "statistics"},
		{"option beyond the block", insert(5, o.iface(1, 0, o.u16s(2, 400), []byte("abcd"))), list, false, "options"},
		{"section options beyond the block", join(o.section(o.u16s(1, 12336), []byte("abcd")), good[28:]), list, false, "options"},
		{"section of version 2", join(good, o.block(blockSection, o.u32s(byteOrderMagic), o.u16s(2, 0), o.u64s(0)), good[28:]), list, false, "version"},
		{"garbage between blocks", insert(5, []byte("\xdd\x0c\xf0\x9b\x11\x22\x99\x9b\xbf\xd9\xc0\x9b\x77")), list, false, "damaged after frame 5"},
		{"zeros behind", join(good, make([]byte, 4000)), list, true, "zeros"},
		{"time beyond reason", patch(at(5)+12, 0xff, 0xff, 0xff, 0xff), nil, false, "too large"},
		{"unpadded length", insert(5, o.AppendUint32(join(o.u32s(0x80000001, 14), []byte("ab\x00\x00")), 14)), list, false, "multiple of four"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := mustRead(t, c.file)
			if c.want != nil {
				r.equal(t, c.want)
			}
			if r.capture.Truncated != c.truncated {
				t.Errorf("Truncated = %v", r.capture.Truncated)
			}
			if c.warning == "" {
				r.warns(t)
			} else {
				r.warns(t, c.warning)
			}
		})
	}
}

func TestPcapngHeaderErrors(t *testing.T) {
	good := ngLittle.file(packets(3)...)
	badOrder, badLen := bytes.Clone(good), bytes.Clone(good)
	copy(badOrder[8:], "\x44\x33\x22\x11")
	copy(badLen[4:], "\x00\x00\x00\x1c")
	for want, file := range map[string][]byte{"44332211": badOrder, "makes no sense (469762048": badLen, "20 of 28": good[:20]} {
		if f := formatError(t, file); !bytes.Contains([]byte(f.Text.En), []byte(want)) || f.Kind != KindCapture {
			t.Errorf("%q, want %q", f.Text.En, want)
		}
	}
}

// What a file can make us keep is bounded.
func TestPcapngBounds(t *testing.T) {
	o := ngLittle
	file := o.section()
	for i := range maxSections + 10 {
		if i < 2*maxComments {
			file = append(file, o.section(o.option(optComment, []byte("c")))...)
		}
		file = append(file, o.iface(1, 0)...)
	}
	r := mustRead(t, append(file, o.file(packets(2)...)...))
	if len(r.capture.Interfaces) != maxSections || len(r.capture.Comments) != maxComments || len(r.frames) != 0 {
		t.Errorf("%d interfaces, %d comments, %d frames", len(r.capture.Interfaces), len(r.capture.Comments), len(r.frames))
	}
	file = nil
	for range maxSections + 10 {
		file = append(file, o.section()...)
	}
	r = mustRead(t, file)
	if !r.capture.Truncated || len(r.layout.sections) != maxSections {
		t.Errorf("%d sections, truncated %v", len(r.layout.sections), r.capture.Truncated)
	}
}
