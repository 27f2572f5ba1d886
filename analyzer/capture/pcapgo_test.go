package capture

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"wirewhy/analyzer"
)

// packetReader is what gopacket's readers have in common.
type packetReader interface {
	ReadPacketData() ([]byte, gopacket.CaptureInfo, error)
}

// agree holds our reader against gopacket's.
func agree(t *testing.T, file []byte, want packetReader) {
	t.Helper()
	r := mustRead(t, file)
	r.warns(t)
	for i := 0; ; i++ {
		data, info, err := want.ReadPacketData()
		if err == io.EOF {
			if i != len(r.frames) || i == 0 {
				t.Errorf("%d frames, gopacket has %d", len(r.frames), i)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if i >= len(r.frames) {
			t.Fatalf("only %d frames", i)
		}
		f := r.frames[i]
		if !bytes.Equal(f.Data, data) || f.WireLen != uint32(info.Length) || f.Time != analyzer.Timestamp(info.Timestamp.UnixNano()) || int(f.Interface) != info.InterfaceIndex {
			t.Fatalf("frame %d: %+v, gopacket %+v", i+1, f, info)
		}
	}
}

func TestAgreesWithGopacket(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	type written struct {
		info gopacket.CaptureInfo
		data []byte
	}
	var list []written
	when := time.Date(2024, 2, 29, 23, 59, 59, 0, time.UTC)
	for range 2000 {
		when = when.Add(time.Duration(rng.Int64N(int64(10 * time.Second))))
		data := make([]byte, rng.IntN(1500))
		for i := range data {
			data[i] = byte(rng.Uint32())
		}
		list = append(list, written{gopacket.CaptureInfo{Timestamp: when, CaptureLength: len(data), Length: max(1, len(data)) + rng.IntN(2)*rng.IntN(9000)}, data})
	}
	for name, newWriter := range map[string]func(io.Writer) *pcapgo.Writer{"pcap": pcapgo.NewWriter, "pcap-ns": pcapgo.NewWriterNanos} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			w := newWriter(&b)
			if err := w.WriteFileHeader(65535, layers.LinkTypeEthernet); err != nil {
				t.Fatal(err)
			}
			for _, p := range list {
				if err := w.WritePacket(p.info, p.data); err != nil {
					t.Fatal(err)
				}
			}
			want, err := pcapgo.NewReader(bytes.NewReader(b.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			agree(t, b.Bytes(), want)
		})
	}
	t.Run("pcapng", func(t *testing.T) {
		var b bytes.Buffer
		w, err := pcapgo.NewNgWriter(&b, layers.LinkTypeEthernet)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.AddInterface(pcapgo.NgInterface{Name: "eth1", LinkType: layers.LinkTypeEthernet, SnapLength: 65535}); err != nil {
			t.Fatal(err)
		}
		for i, p := range list {
			p.info.InterfaceIndex = i % 2
			if err := w.WritePacket(p.info, p.data); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		want, err := pcapgo.NewNgReader(bytes.NewReader(b.Bytes()), pcapgo.DefaultNgReaderOptions)
		if err != nil {
			t.Fatal(err)
		}
		agree(t, b.Bytes(), want)
	})
	t.Run("pcapng big endian", func(t *testing.T) {
		file := ngBig.file(packets(500)...)
		want, err := pcapgo.NewNgReader(bytes.NewReader(file), pcapgo.DefaultNgReaderOptions)
		if err != nil {
			t.Fatal(err)
		}
		agree(t, file, want)
	})
}
