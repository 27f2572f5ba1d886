package dissect

import (
	"encoding/binary"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// sflow is a datagram whose gateway record claims a list of n communities.
func sflow(n uint32) []byte {
	var b []byte
	for _, v := range []uint32{
		5, 1, 0x0a000001, 0, 1, 1, 1, // version, agent, sub-agent, sequence, uptime, one sample
		1, 100, 1, 1, 1, 1, 0, 1, 1, 1, // flow sample with one record
		1003, 100, 1, 0x0a000001, 1, 1, 1, 0, n, // extended gateway: next hop, three AS, no path, communities
	} {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}

// chunks is SCTP with very many empty chunks.
func chunks(n int) []byte {
	b := make([]byte, 12, 12+4*n)
	for range n {
		b = append(b, 11, 0, 0, 4) // COOKIE ACK
	}
	return b
}

// TestHostileCounts dissects frames whose counts would have gopacket allocate or
// recurse without measure. Running out of memory or stack cannot be recovered from.
func TestHostileCounts(t *testing.T) {
	const many = 64 << 20 // of 4 bytes each
	udp := &layers.UDP{SrcPort: 6343, DstPort: 6343}
	inner := build(t, ipv4(layers.IPProtocolUDP), udp, gopacket.Payload(sflow(many)))
	long := build(t, ethernet(layers.EthernetTypeIPv4), ipv4(layers.IPProtocolSCTP), gopacket.Payload(chunks(10)))
	long = append(long, chunks(1 << 20)[12:]...)
	long[16], long[17] = 0, 0 // no total length: all of the frame
	frames := map[string][]byte{
		"sFlow":          build(t, ethernet(layers.EthernetTypeIPv4), gopacket.Payload(inner)),
		"sFlow in PPPoE": build(t, ethernet(layers.EthernetTypePPPoEDiscovery), gopacket.Payload(append([]byte{0x11, 0, 0, 1, 0, byte(len(inner) + 2), 0, 0x21}, inner...))),
		"SCTP chunks":    long,
	}
	for name, data := range frames {
		f := analyzer.Frame{Number: 1, Link: analyzer.LinkEthernet, WireLen: uint32(len(data)), Data: data}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		ls := Frame(&f)
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 32<<20 {
			t.Errorf("%s: %d MiB for a frame of %d bytes", name, n>>20, len(data))
		}
		verify(t, name, &f, ls)
		if len(ls) > 200 {
			t.Errorf("%s: %d layers", name, len(ls))
		}
	}
}

// TestBeyondStaysWithin gives every protocol of the list bytes that would lead it
// astray, and checks that gopacket never goes on into what wire reads itself.
func TestBeyondStaysWithin(t *testing.T) {
	own := map[gopacket.LayerType]bool{
		layers.LayerTypeEthernet: true, layers.LayerTypeIPv4: true, layers.LayerTypeIPv6: true, layers.LayerTypeUDP: true, layers.LayerTypeTCP: true,
		layers.LayerTypePPP: true, layers.LayerTypePPPoE: true, layers.LayerTypeGRE: true, layers.LayerTypeSFlow: true, layers.LayerTypeMPLS: true,
	}
	r := rand.New(rand.NewPCG(1, 1))
	for kind := range beyond {
		if own[kind] {
			t.Errorf("%v is in the list", kind)
		}
		for i := range 3000 {
			data := make([]byte, 4+r.IntN(200))
			for j := range data {
				if data[j] = byte(r.IntN(8)); i%2 == 0 {
					data[j] = byte(r.Uint32())
				}
			}
			f := analyzer.Frame{Data: data}
			var p wire.Packet
			tr := &tree{frame: &f, packet: &p, end: len(data)}
			tr.generic(0, len(data), kind)
			for _, l := range tr.layers {
				for o := range own {
					if l.Name == o.String() {
						t.Fatalf("%v leads to %s: %x", kind, l.Name, data)
					}
				}
			}
		}
	}
}
