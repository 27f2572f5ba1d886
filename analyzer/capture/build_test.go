package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"

	"wirewhy/analyzer"
)

// packet is what a test file is made of.
type packet struct {
	second, fraction uint32
	data             []byte
	wireLen          uint32 // 0: len(data)
}

func (p packet) wire() uint32 {
	if p.wireLen != 0 {
		return p.wireLen
	}
	return uint32(len(p.data))
}

// packets returns n packets of different lengths, a millisecond apart.
func packets(n int) []packet {
	list := make([]packet, n)
	for i := range list {
		data := bytes.Repeat([]byte{byte(i), 0x5a, 0xa5}, 14+i%23)
		list[i] = packet{second: 1700000000 + uint32(i)/1000, fraction: uint32(i) % 1000 * 1000, data: data}
	}
	return list
}

type pcapShape struct {
	magic        uint32
	big          bool
	major, minor uint16
	snapLen      uint32
	link         uint32
	extra        int // bytes more in the record header
}

func (h pcapShape) order() binary.AppendByteOrder {
	if h.big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

func (h pcapShape) header() []byte {
	if h.magic == 0 {
		h.magic = magicMicro
	}
	if h.major == 0 {
		h.major, h.minor = 2, 4
	}
	if h.link == 0 {
		h.link = 1
	}
	o := h.order()
	b := o.AppendUint32(nil, h.magic)
	b = o.AppendUint16(b, h.major)
	b = o.AppendUint16(b, h.minor)
	b = append(b, make([]byte, 8)...)
	b = o.AppendUint32(b, h.snapLen)
	return o.AppendUint32(b, h.link)
}

func (h pcapShape) record(p packet) []byte {
	o := h.order()
	b := o.AppendUint32(nil, p.second)
	b = o.AppendUint32(b, p.fraction)
	first, second := uint32(len(p.data)), p.wire()
	if h.major == 2 && h.minor < 3 {
		first, second = second, first
	}
	b = o.AppendUint32(b, first)
	b = o.AppendUint32(b, second)
	b = append(b, make([]byte, h.extra)...)
	return append(b, p.data...)
}

func (h pcapShape) file(list ...packet) []byte {
	b := h.header()
	for _, p := range list {
		b = append(b, h.record(p)...)
	}
	return b
}

// ng builds pcapng blocks in a byte order.
type ng struct{ binary.AppendByteOrder }

var (
	ngLittle = ng{binary.LittleEndian}
	ngBig    = ng{binary.BigEndian}
)

func (o ng) block(kind uint32, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	for len(body)%4 != 0 {
		body = append(body, 0)
	}
	b := o.AppendUint32(nil, kind)
	b = o.AppendUint32(b, uint32(len(body)+12))
	b = append(b, body...)
	return o.AppendUint32(b, uint32(len(body)+12))
}

func (o ng) u16s(v ...uint16) (b []byte) {
	for _, x := range v {
		b = o.AppendUint16(b, x)
	}
	return b
}

func (o ng) u32s(v ...uint32) (b []byte) {
	for _, x := range v {
		b = o.AppendUint32(b, x)
	}
	return b
}

func (o ng) u64s(v ...uint64) (b []byte) {
	for _, x := range v {
		b = o.AppendUint64(b, x)
	}
	return b
}

func pad4(b []byte) []byte { return append(b[:len(b):len(b)], make([]byte, -len(b)&3)...) }

func (o ng) option(code uint16, v []byte) []byte {
	return append(o.u16s(code, uint16(len(v))), pad4(v)...)
}

func (o ng) section(options ...[]byte) []byte {
	return o.block(blockSection, o.u32s(byteOrderMagic), o.u16s(1, 0), o.u64s(1<<64-1), bytes.Join(options, nil))
}

func (o ng) iface(link uint16, snapLen uint32, options ...[]byte) []byte {
	return o.block(blockInterface, o.u16s(link, 0), o.u32s(snapLen), bytes.Join(options, nil))
}

func (o ng) enhanced(id uint32, t uint64, p packet, options ...[]byte) []byte {
	return o.block(blockEnhanced, o.u32s(id, uint32(t>>32), uint32(t), uint32(len(p.data)), p.wire()), pad4(p.data), bytes.Join(options, nil))
}

func (o ng) file(list ...packet) []byte {
	b := append(o.section(), o.iface(1, 0)...)
	for _, p := range list {
		b = append(b, o.enhanced(0, uint64(p.second)*1e6+uint64(p.fraction), p)...)
	}
	return b
}

func snoopFile(list ...packet) []byte {
	be := binary.BigEndian
	b := be.AppendUint32(be.AppendUint32([]byte(snoopMagic), 2), 4)
	for _, p := range list {
		data := pad4(p.data)
		for _, v := range []uint32{p.wire(), uint32(len(p.data)), uint32(24 + len(data)), 0, p.second, p.fraction} {
			b = be.AppendUint32(b, v)
		}
		b = append(b, data...)
	}
	return b
}

func micros(p packet) analyzer.Timestamp {
	return analyzer.Timestamp(int64(p.second)*1e9 + int64(p.fraction)*1e3)
}

// read is what a file gave.
type read struct {
	frames  []analyzer.Frame // with data of their own
	capture *analyzer.Capture
	layout  *Layout
}

func readSource(src Source) (read, error) {
	r, err := Open(src, Options{})
	if err != nil {
		return read{}, err
	}
	defer r.Close()
	var out read
	var f analyzer.Frame
	for {
		err := r.Next(&f)
		if err == io.EOF {
			break
		}
		if err != nil {
			return read{}, err
		}
		kept := f
		kept.Data = bytes.Clone(f.Data)
		out.frames = append(out.frames, kept)
	}
	out.capture, out.layout = r.Capture(), r.(RandomAccess).Layout()
	return out, nil
}

func mustRead(t *testing.T, data []byte) read {
	t.Helper()
	r, err := readSource(BytesSource("test", data))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// equal holds frames against the packets that they were made from.
func (r read) equal(t *testing.T, list []packet) {
	t.Helper()
	if len(r.frames) != len(list) {
		t.Fatalf("%d frames, want %d; warnings %v", len(r.frames), len(list), r.capture.Warnings)
	}
	for i, f := range r.frames {
		p := list[i]
		if f.Number != uint32(i+1) || !bytes.Equal(f.Data, p.data) || f.WireLen != p.wire() || f.Time != micros(p) {
			t.Fatalf("frame %d: %+v, want %+v", i+1, f, p)
		}
	}
	if r.capture.Packets != uint64(len(list)) {
		t.Errorf("Packets = %d, want %d", r.capture.Packets, len(list))
	}
}

// warns holds the warnings against the beginnings of sentences, "and no more".
func (r read) warns(t *testing.T, want ...string) {
	t.Helper()
	if len(r.capture.Warnings) != len(want) {
		t.Fatalf("warnings %q, want %q", texts(r.capture.Warnings), want)
	}
	for i, w := range r.capture.Warnings {
		if !strings.Contains(w.Text.En, want[i]) {
			t.Errorf("warning %d: %q, want %q", i, w.Text.En, want[i])
		}
		checkText(t, w.Text)
	}
}

// checkText demands a sentence in both languages without a formatting mistake.
func checkText(t *testing.T, x analyzer.Text) {
	t.Helper()
	for _, s := range []string{x.En, x.Zh} {
		if s == "" || strings.Contains(s, "%!") {
			t.Errorf("bad text %q", s)
		}
	}
	if !strings.HasSuffix(x.En, ".") || !strings.HasSuffix(x.Zh, "。") {
		t.Errorf("no sentence: %q %q", x.En, x.Zh)
	}
}

func texts(list []analyzer.Warning) (out []string) {
	for _, w := range list {
		out = append(out, w.Text.En)
	}
	return out
}

func formatError(t *testing.T, data []byte) *FormatError {
	t.Helper()
	_, err := readSource(BytesSource("test", data))
	var f *FormatError
	if !errors.As(err, &f) {
		t.Fatalf("error %v, want a *FormatError", err)
	}
	checkText(t, f.Text)
	return f
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
