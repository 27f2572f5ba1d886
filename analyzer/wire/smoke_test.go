package wire

import (
	"testing"

	"wirewhy/analyzer"
)

func TestPlain(t *testing.T) {
	d := NewDecoder(Config{})
	b := plainFrame()
	f := analyzer.Frame{Number: 1, Link: analyzer.LinkEthernet, WireLen: uint32(len(b)), Data: b}
	var p Packet
	d.Decode(&f, &p)
	t.Logf("%+v", p)
	if n := testing.AllocsPerRun(100, func() { d.Decode(&f, &p) }); n != 0 {
		t.Error(n)
	}
}

func plainFrame() []byte {
	return append([]byte{
		0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 8, 0,
		0x45, 0, 0, 64, 0x12, 0x34, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
		0x80, 0, 0, 80, 0, 0, 1, 0, 0, 0, 2, 0, 0x80, 0x18, 1, 0, 0, 0, 0, 0, 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2,
	}, make([]byte, 12)...)
}

func BenchmarkPlain(b *testing.B) {
	d := NewDecoder(Config{})
	x := plainFrame()
	f := analyzer.Frame{Number: 1, Link: analyzer.LinkEthernet, WireLen: uint32(len(x)), Data: x}
	var p Packet
	for b.Loop() {
		d.Decode(&f, &p)
	}
}
