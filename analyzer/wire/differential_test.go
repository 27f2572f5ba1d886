package wire

import (
	"fmt"
	"math/rand/v2"
	"net"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// mix builds random packets with gopacket.
type mix struct{ *rand.Rand }

func (m mix) bytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(m.Uint32())
	}
	return b
}

// tcp returns a segment with random options.
func (m mix) tcp() *layers.TCP {
	t := &layers.TCP{
		SrcPort: layers.TCPPort(m.Uint32()), DstPort: layers.TCPPort(m.Uint32()), Seq: m.Uint32(), Ack: m.Uint32(), Window: uint16(m.Uint32()), Urgent: uint16(m.Uint32()),
		SYN: m.IntN(2) == 0, ACK: m.IntN(2) == 0, FIN: m.IntN(2) == 0, RST: m.IntN(2) == 0, PSH: m.IntN(2) == 0, URG: m.IntN(2) == 0, ECE: m.IntN(2) == 0, CWR: m.IntN(2) == 0, NS: m.IntN(2) == 0,
	}
	for room := 40; ; {
		o := layers.TCPOption{OptionType: [...]layers.TCPOptionKind{2, 3, 4, 5, 8, 30, 34}[m.IntN(7)]}
		n := map[layers.TCPOptionKind]int{2: 2, 3: 1, 4: 0, 5: 8 * (1 + m.IntN(4)), 8: 8, 30: 1 + m.IntN(10), 34: m.IntN(17)}[o.OptionType]
		if room -= n + 2; room < 0 {
			return t
		}
		o.OptionLength, o.OptionData = uint8(n+2), m.bytes(n)
		t.Options = append(t.Options, o)
		if m.IntN(3) == 0 {
			return t
		}
	}
}

// layers returns the headers of a packet, outermost first.
func (m mix) layers() []gopacket.SerializableLayer {
	e := &layers.Ethernet{SrcMAC: m.bytes(6), DstMAC: m.bytes(6), EthernetType: layers.EthernetTypeIPv4}
	r := []gopacket.SerializableLayer{e}
	for m.IntN(3) == 0 && len(r) < 4 {
		v := &layers.Dot1Q{VLANIdentifier: uint16(m.IntN(4096)), Type: e.EthernetType}
		if before, ok := r[len(r)-1].(*layers.Dot1Q); ok {
			before.Type = layers.EthernetTypeDot1Q
		} else {
			e.EthernetType = layers.EthernetTypeDot1Q
		}
		v.Type = layers.EthernetTypeIPv4
		r = append(r, v)
	}
	t, u := m.tcp(), &layers.UDP{SrcPort: layers.UDPPort(20000 + m.IntN(10)), DstPort: layers.UDPPort(20000 + m.IntN(10))}
	useUDP := m.IntN(4) == 0
	if m.IntN(2) == 0 {
		i := &layers.IPv4{Version: 4, TTL: uint8(m.Uint32()), TOS: uint8(m.Uint32()), Id: uint16(m.Uint32()), SrcIP: m.bytes(4), DstIP: m.bytes(4), Protocol: layers.IPProtocolTCP}
		if m.IntN(2) == 0 {
			i.Flags = layers.IPv4DontFragment
		}
		if m.IntN(5) == 0 {
			i.Options = []layers.IPv4Option{{OptionType: 148, OptionLength: 4, OptionData: []byte{0, 0}}}
		}
		if useUDP {
			i.Protocol = layers.IPProtocolUDP
		}
		_, _ = t.SetNetworkLayerForChecksum(i), u.SetNetworkLayerForChecksum(i)
		r = append(r, i)
	} else {
		i := &layers.IPv6{Version: 6, HopLimit: uint8(m.Uint32()), TrafficClass: uint8(m.Uint32()), SrcIP: m.bytes(16), DstIP: m.bytes(16), NextHeader: layers.IPProtocolTCP}
		if useUDP {
			i.NextHeader = layers.IPProtocolUDP
		}
		if v, ok := r[len(r)-1].(*layers.Dot1Q); ok {
			v.Type = layers.EthernetTypeIPv6
		} else {
			e.EthernetType = layers.EthernetTypeIPv6
		}
		_, _ = t.SetNetworkLayerForChecksum(i), u.SetNetworkLayerForChecksum(i)
		r = append(r, i)
	}
	if useUDP {
		return append(r, u, gopacket.Payload(m.bytes(m.IntN(300))))
	}
	return append(r, t, gopacket.Payload(m.bytes(m.IntN(300))))
}

func macOf(a net.HardwareAddr) uint64 { return mac(a) }

// reference says in words what gopacket reads of a frame.
func reference(b []byte) (s string) {
	defer func() {
		if r := recover(); r != nil {
			s = ""
		}
	}()
	p := gopacket.NewPacket(b, layers.LayerTypeEthernet, gopacket.DecodeOptions{NoCopy: true})
	e := p.Layer(layers.LayerTypeEthernet).(*layers.Ethernet)
	s = fmt.Sprintf("mac %x %x", macOf(e.SrcMAC), macOf(e.DstMAC))
	switch i := p.NetworkLayer().(type) {
	case *layers.IPv4:
		s += fmt.Sprintf(" v4 %s %s ttl %d tos %d id %d df %t len %d", i.SrcIP, i.DstIP, i.TTL, i.TOS, i.Id, i.Flags&layers.IPv4DontFragment != 0, i.Length)
	case *layers.IPv6:
		s += fmt.Sprintf(" v6 %s %s ttl %d tos %d id 0 df true len %d", i.SrcIP, i.DstIP, i.HopLimit, i.TrafficClass, int(i.Length)+40)
	}
	switch t := p.TransportLayer().(type) {
	case *layers.TCP:
		f := Flags(be16(t.Contents[12:])) & 0x1ff
		s += fmt.Sprintf(" tcp %d %d %d %d flags %x win %d urg %d payload %x", t.SrcPort, t.DstPort, t.Seq, t.Ack, uint16(f), t.Window, t.Urgent, t.Payload)
	case *layers.UDP:
		s += fmt.Sprintf(" udp %d %d payload %x", t.SrcPort, t.DstPort, t.Payload)
	}
	return s
}

// ours says in the same words what Decode read.
func ours(p *Packet) string {
	s := fmt.Sprintf("mac %x %x v%d %s %s ttl %d tos %d id %d df %t len %d", p.SrcMAC, p.DstMAC, p.Version, net.IP(p.Src.Netip().AsSlice()), net.IP(p.Dst.Netip().AsSlice()), p.TTL, p.TOS, p.IPID, p.DF, p.IPLen)
	t := &p.TCP
	if p.Kind != KindTCP {
		return s + fmt.Sprintf(" udp %d %d payload %x", p.SrcPort, p.DstPort, p.Payload)
	}
	return s + fmt.Sprintf(" tcp %d %d %d %d flags %x win %d urg %d payload %x", p.SrcPort, p.DstPort, t.Seq, t.Ack, uint16(t.Flags), t.Window, t.Urgent, p.Payload)
}

// options compares the options that Packet keeps; the last one of a kind counts.
func options(t *testing.T, p *Packet, list []layers.TCPOption) {
	t.Helper()
	last := map[layers.TCPOptionKind][]byte{}
	for _, o := range list {
		last[o.OptionType] = o.OptionData
	}
	for kind, v := range last {
		bad := false
		switch kind {
		case layers.TCPOptionKindMSS:
			bad = p.TCP.Options&OptMSS == 0 || p.TCP.MSS != be16(v)
		case layers.TCPOptionKindWindowScale:
			bad = p.TCP.Options&OptWScale == 0 || p.TCP.WScale != v[0]
		case layers.TCPOptionKindTimestamps:
			bad = p.TCP.Options&OptTimestamps == 0 || p.TCP.TSval != be32(v) || p.TCP.TSecr != be32(v[4:])
		case layers.TCPOptionKindSACK:
			bad = int(p.TCP.SACKCount) != len(v)/8
			for i := 0; i < len(v)/8 && !bad; i++ {
				bad = uint32(p.TCP.SACK[i].Left) != be32(v[8*i:]) || uint32(p.TCP.SACK[i].Right) != be32(v[8*i+4:])
			}
		}
		if bad {
			t.Errorf("option %d %x: %+v", kind, v, p.TCP)
		}
	}
}

// TestAgainstGopacket compares with gopacket's layers, and the checksums that
// gopacket computes with ours.
func TestAgainstGopacket(t *testing.T) {
	m := mix{rand.New(rand.NewPCG(7, 8))}
	d := NewDecoder(Config{})
	var p Packet
	for i := range 3000 {
		buffer := gopacket.NewSerializeBuffer()
		headers := m.layers()
		if err := gopacket.SerializeLayers(buffer, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, headers...); err != nil {
			t.Fatal(err)
		}
		b := buffer.Bytes()
		d.Decode(frame(1, b), &p)
		want := ours(&p)
		if got := reference(b); got != want {
			t.Fatalf("packet %d:\ngopacket %s\nwire     %s", i, got, want)
		}
		if c := d.Checksum(&p); c != ChecksumGood && c != ChecksumPartial {
			t.Errorf("packet %d: checksum %d", i, c)
		}
		for _, h := range headers {
			if h, ok := h.(*layers.TCP); ok {
				options(t, &p, h.Options)
			}
		}
	}
}
