package capture

import (
	"bytes"
	"testing"

	"wirewhy/analyzer"
)

// mixed returns packets of about 700 bytes on average.
func mixed(n int) []packet {
	list := make([]packet, n)
	for i := range list {
		list[i] = packet{second: 1700000000 + uint32(i/1000), fraction: uint32(i%1000) * 1000, data: make([]byte, []int{66, 1514, 54, 1514, 200}[i%5])}
	}
	return list
}

func BenchmarkNext(b *testing.B) {
	list := mixed(1_500_000)
	for name, file := range map[string][]byte{"pcap": pcapShape{}.file(list...), "pcap-big": pcapShape{big: true}.file(list...), "pcapng": ngLittle.file(list...)} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			for b.Loop() {
				r, err := Open(BytesSource("f", file), Options{})
				if err != nil {
					b.Fatal(err)
				}
				if n := drain(b, r); n != len(list) {
					b.Fatal(n)
				}
				r.Close()
			}
			b.ReportMetric(float64(len(list))*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mpackets/s")
		})
	}
}

func TestNextDoesNotAllocate(t *testing.T) {
	list := packets(2000)
	o := ngLittle
	flagged := join(o.section(), o.iface(1, 0))
	for i, p := range list {
		flagged = append(flagged, o.enhanced(0, 1700000000_000_000+uint64(i), p, o.option(optPacketFlags, o.u32s(1)))...)
	}
	for name, file := range map[string][]byte{"pcap": pcapShape{}.file(list...), "pcapng": flagged, "snoop": snoopFile(list...)} {
		r, err := Open(BytesSource("f", file), Options{BufferLen: 8 << 10})
		if err != nil {
			t.Fatal(err)
		}
		var f analyzer.Frame
		if n := testing.AllocsPerRun(1500, func() {
			if err := r.Next(&f); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations for each frame", name, n)
		}
		r.Close()
	}
}

// A claim alone must not make the buffer grow.
func TestClaimsCostNothing(t *testing.T) {
	h := pcapShape{snapLen: MaxFrameLen}
	file := h.file(packets(3)...)
	record := h.record(packet{second: 1700000000, data: []byte("x"), wireLen: MaxFrameLen})
	copy(record[8:], []byte{0, 0, 0, 1})
	file = append(file, record...)
	ngFile := append(ngLittle.file(packets(3)...), ngLittle.u32s(blockEnhanced, maxBlockLen)...)
	for _, data := range [][]byte{file, append(ngFile, make([]byte, 100)...)} {
		r, err := Open(PipeSource("p", bytes.NewReader(data)), Options{})
		if err != nil {
			t.Fatal(err)
		}
		drain(t, r)
		if n := len(r.(*stream).buf); n > 2*bufferLen {
			t.Errorf("the buffer grew to %d bytes for a file of %d", n, len(data))
		}
	}
}
