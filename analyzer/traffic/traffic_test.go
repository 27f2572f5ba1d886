package traffic

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// counts is what gopacket, which shares no code with this package, finds.
type counts struct {
	packets, data, syn, fin, rst, six, repeated int
	bytes                                       int64
	flows                                       map[[2]gopacket.Flow]uint32
}

// read decodes a capture and checks what holds for every packet.
func read(t *testing.T, file []byte) counts {
	t.Helper()
	c := counts{flows: map[[2]gopacket.Flow]uint32{}, bytes: int64(len(file))}
	highest := map[[2]gopacket.Flow]uint32{}
	var last int64
	for rest := file[24:]; len(rest) > 0; {
		head, length := rest[:16], binary.LittleEndian.Uint32(rest[8:])
		data := rest[16 : 16+length]
		rest = rest[16+length:]
		c.packets++
		if at := int64(binary.LittleEndian.Uint32(head))*1e6 + int64(binary.LittleEndian.Uint32(head[4:])); at < last {
			t.Fatalf("packet %d lies before the one before it", c.packets)
		} else {
			last = at
		}
		p := gopacket.NewPacket(data, layers.LayerTypeEthernet, gopacket.Default)
		tcp, ok := p.Layer(layers.LayerTypeTCP).(*layers.TCP)
		if !ok || p.ErrorLayer() != nil {
			t.Fatalf("packet %d is no TCP: %v", c.packets, p)
		}
		if c.packets < 5000 { // slow
			if again := serialized(t, p, tcp); !bytes.Equal(again, data) {
				t.Fatalf("packet %d: gopacket writes it otherwise (checksums, lengths)\n%x\n%x", c.packets, data, again)
			}
		}
		key := [2]gopacket.Flow{p.NetworkLayer().NetworkFlow(), tcp.TransportFlow()}
		n := len(tcp.Payload)
		if n > 0 {
			c.data++
			if int32(tcp.Seq-highest[key]) < 0 {
				c.repeated++
			}
			highest[key] = max(tcp.Seq+uint32(n), highest[key])
		}
		if tcp.SYN && !tcp.ACK {
			c.syn++
			c.flows[key]++
		}
		if tcp.FIN {
			c.fin++
		}
		if tcp.RST {
			c.rst++
		}
		if p.Layer(layers.LayerTypeIPv6) != nil {
			c.six++
		}
	}
	return c
}

// serialized is the packet as gopacket writes it, with checksums and lengths of
// its own computation.
func serialized(t *testing.T, p gopacket.Packet, tcp *layers.TCP) []byte {
	t.Helper()
	network := p.NetworkLayer()
	tcp.SetNetworkLayerForChecksum(network)
	b := gopacket.NewSerializeBuffer()
	err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true},
		p.LinkLayer().(*layers.Ethernet), network.(gopacket.SerializableLayer), tcp, gopacket.Payload(tcp.Payload))
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestMixed(t *testing.T) {
	const size = 20 << 20
	var b bytes.Buffer
	w, err := Mixed(&b, size, 1)
	if err != nil {
		t.Fatal(err)
	}
	c := read(t, b.Bytes())
	if c.packets != w.Packets || len(c.flows) != w.Flows || c.bytes != w.Bytes {
		t.Errorf("wrote %+v; found %d packets, %d flows, %d bytes", w, c.packets, len(c.flows), c.bytes)
	}
	if c.bytes < size || c.bytes > size+size/10 {
		t.Errorf("%d bytes, a little more than %d were wanted", c.bytes, size)
	}
	t.Logf("%+v: %d bytes a packet, %.1f packets a flow", w, c.bytes/int64(c.packets), float64(c.packets)/float64(w.Flows))
	for what, n := range map[string]int{"data": c.data, "FIN": c.fin, "RST": c.rst, "IPv6": c.six, "retransmission": c.repeated, "SYN repeated": c.syn - w.Flows} {
		if n == 0 {
			t.Errorf("no %s in the mixture", what)
		}
	}
}

func TestTiny(t *testing.T) {
	var b bytes.Buffer
	w, err := Tiny(&b, 30_000, 1)
	if err != nil {
		t.Fatal(err)
	}
	c := read(t, b.Bytes())
	if w.Flows != 30_000 || w.Packets != 150_000 || c.packets != w.Packets || len(c.flows) != w.Flows || c.data > 0 {
		t.Errorf("wrote %+v; found %d packets, %d flows, %d with data", w, c.packets, len(c.flows), c.data)
	}
}

func TestSameBytesEveryTime(t *testing.T) {
	sum := func(seed uint64) [32]byte {
		h := sha256.New()
		if _, err := Mixed(h, 1<<20, seed); err != nil {
			t.Fatal(err)
		}
		return [32]byte(h.Sum(nil))
	}
	if first, again := sum(1), sum(1); first != again {
		t.Error("the same seed gave another file")
	}
	if sum(1) == sum(2) {
		t.Error("another seed gave the same file")
	}
}

type full struct{ room int }

func (f *full) Write(b []byte) (int, error) {
	if f.room -= len(b); f.room < 0 {
		return 0, errors.New("disk full")
	}
	return len(b), nil
}

func TestWriteErrorEndsIt(t *testing.T) {
	if _, err := Mixed(&full{3 << 20}, 1<<40, 1); err == nil {
		t.Error("no error from a full disk")
	}
}
