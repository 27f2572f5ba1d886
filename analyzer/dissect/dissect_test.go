package dissect

import (
	"bytes"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"wirewhy/analyzer"
)

// build puts headers together with gopacket.
func build(t testing.TB, headers ...gopacket.SerializableLayer) []byte {
	t.Helper()
	var network gopacket.NetworkLayer
	for _, h := range headers {
		switch h := h.(type) {
		case *layers.IPv4:
			network = h
		case *layers.IPv6:
			network = h
		case *layers.TCP:
			_ = h.SetNetworkLayerForChecksum(network)
		case *layers.UDP:
			_ = h.SetNetworkLayerForChecksum(network)
		case *layers.ICMPv6:
			_ = h.SetNetworkLayerForChecksum(network)
		}
	}
	buffer := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buffer, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, headers...); err != nil {
		t.Fatal(err)
	}
	return bytes.Clone(buffer.Bytes())
}

func ethernet(t layers.EthernetType) *layers.Ethernet {
	return &layers.Ethernet{SrcMAC: net.HardwareAddr{2, 0, 0, 0, 0, 1}, DstMAC: net.HardwareAddr{2, 0, 0, 0, 0, 2}, EthernetType: t}
}

func ipv4(p layers.IPProtocol) *layers.IPv4 {
	return &layers.IPv4{Version: 4, TTL: 64, Protocol: p, SrcIP: net.IP{10, 0, 0, 1}, DstIP: net.IP{10, 0, 0, 2}, Flags: layers.IPv4DontFragment}
}

func ipv6(p layers.IPProtocol) *layers.IPv6 {
	return &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: p, SrcIP: net.ParseIP("2001:db8::1"), DstIP: net.ParseIP("2001:db8::2")}
}

func tcp() *layers.TCP {
	return &layers.TCP{SrcPort: 1000, DstPort: 80, Seq: 100, Ack: 200, PSH: true, ACK: true, Window: 512, Options: []layers.TCPOption{
		{OptionType: 2, OptionLength: 4, OptionData: []byte{5, 0xb4}}, {OptionType: 1}, {OptionType: 3, OptionLength: 3, OptionData: []byte{7}},
		{OptionType: 8, OptionLength: 10, OptionData: []byte{0, 0, 0, 1, 0, 0, 0, 2}}, {OptionType: 5, OptionLength: 10, OptionData: []byte{0, 0, 0, 5, 0, 0, 0, 9}},
	}}
}

// clientHello is a TLS record with a name and a protocol list.
func clientHello() []byte {
	extensions := []byte{0, 0, 0, 9, 0, 7, 0, 0, 4, 'a', '.', 'd', 'e', 0, 16, 0, 5, 0, 3, 2, 'h', '2'}
	hello := append([]byte{3, 3}, make([]byte, 32)...)
	hello = append(hello, 0, 0, 2, 0x13, 1, 1, 0, 0, byte(len(extensions)))
	hello = append(hello, extensions...)
	message := append([]byte{1, 0, 0, byte(len(hello))}, hello...)
	return append([]byte{22, 3, 1, 0, byte(len(message))}, message...)
}

func samples(t testing.TB) map[string]analyzer.Frame {
	plain := build(t, ethernet(layers.EthernetTypeIPv4), ipv4(layers.IPProtocolTCP), tcp(), gopacket.Payload("GET / HTTP/1.1\r\nHost: a\r\n\r\nbody"))
	dns := &layers.DNS{ID: 7, QR: true, Questions: []layers.DNSQuestion{{Name: []byte("a.example"), Type: layers.DNSTypeA, Class: layers.DNSClassIN}},
		Answers: []layers.DNSResourceRecord{{Name: []byte("a.example"), Type: layers.DNSTypeA, Class: layers.DNSClassIN, IP: net.IP{192, 0, 2, 7}}}}
	udp := func(src, dst layers.UDPPort) *layers.UDP { return &layers.UDP{SrcPort: src, DstPort: dst} }
	frames := map[string][]byte{
		"http":  append(plain, 0, 0, 0),
		"tls":   build(t, ethernet(layers.EthernetTypeIPv6), ipv6(layers.IPProtocolTCP), tcp(), gopacket.Payload(clientHello())),
		"alert": build(t, ethernet(layers.EthernetTypeIPv4), ipv4(layers.IPProtocolTCP), tcp(), gopacket.Payload([]byte{21, 3, 3, 0, 2, 2, 48})),
		"dns":   build(t, ethernet(layers.EthernetTypeIPv4), ipv4(layers.IPProtocolUDP), udp(53, 5000), dns),
		"vxlan": build(t, ethernet(layers.EthernetTypeIPv4), ipv4(layers.IPProtocolUDP), udp(5000, 4789), &layers.VXLAN{ValidIDFlag: true, VNI: 5}, gopacket.Payload(plain)),
		"gre":   build(t, ethernet(layers.EthernetTypeIPv4), ipv4(layers.IPProtocolGRE), &layers.GRE{KeyPresent: true, Key: 9, Protocol: layers.EthernetTypeIPv4}, gopacket.Payload(plain[14:])),
		"geneve": build(t, ethernet(layers.EthernetTypeIPv4), ipv4(layers.IPProtocolUDP), udp(5000, 6081),
			gopacket.Payload(append([]byte{2, 0, 0x65, 0x58, 0, 0, 5, 0, 1, 2, 3, 1, 9, 9, 9, 9}, plain...))),
		"erspan": build(t, ethernet(layers.EthernetTypeIPv4), ipv4(layers.IPProtocolGRE), gopacket.Payload(append([]byte{0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 0x0c, 0, 9, 0, 0, 0, 1}, plain...))),
		"vlan":   build(t, ethernet(layers.EthernetTypeDot1Q), &layers.Dot1Q{VLANIdentifier: 12, Type: layers.EthernetTypeIPv4}, gopacket.Payload(plain[14:])),
		"icmp":   build(t, ethernet(layers.EthernetTypeIPv4), ipv4(layers.IPProtocolICMPv4), &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(3, 4), Seq: 1400}, gopacket.Payload(plain[14:14+28])),
		"nd": build(t, ethernet(layers.EthernetTypeIPv6), ipv6(layers.IPProtocolICMPv6), &layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(135, 0)},
			gopacket.Payload(append(append(make([]byte, 4), net.ParseIP("2001:db8::9")...), 1, 1, 2, 0, 0, 0, 0, 1))),
		"arp": build(t, ethernet(layers.EthernetTypeARP), &layers.ARP{AddrType: 1, Protocol: layers.EthernetTypeIPv4, HwAddressSize: 6, ProtAddressSize: 4, Operation: 1,
			SourceHwAddress: []byte{2, 0, 0, 0, 0, 1}, SourceProtAddress: []byte{10, 0, 0, 1}, DstHwAddress: make([]byte, 6), DstProtAddress: []byte{10, 0, 0, 2}}),
		"lldp":    build(t, ethernet(layers.EthernetTypeLinkLayerDiscovery), gopacket.Payload([]byte{2, 7, 4, 2, 0, 0, 0, 0, 1, 4, 3, 7, 'e', '0', 6, 2, 0, 120, 0, 0})),
		"esp":     build(t, ethernet(layers.EthernetTypeIPv4), ipv4(layers.IPProtocolESP), gopacket.Payload(make([]byte, 40))),
		"mpls":    build(t, ethernet(layers.EthernetTypeMPLSUnicast), &layers.MPLS{Label: 17, StackBottom: true, TTL: 64}, gopacket.Payload(plain[14:])),
		"unknown": append(build(t, ethernet(0x1234)), 1, 2, 3),
	}
	r := map[string]analyzer.Frame{}
	for name, b := range frames {
		r[name] = analyzer.Frame{Number: 1, Link: analyzer.LinkEthernet, WireLen: uint32(len(b)), Data: b}
	}
	sll2 := append([]byte{8, 0, 0, 0, 0, 0, 0, 7, 0, 1, 4, 6, 2, 0, 0, 0, 0, 1, 0, 0}, plain[14:]...)
	r["sll2"] = analyzer.Frame{Number: 1, Link: analyzer.LinkLinuxSLL2, WireLen: uint32(len(sll2)), Data: sll2}
	nflog := append([]byte{2, 0, 0, 0, 8, 0, 5, 0, 0, 0, 0, 3, byte(len(plain) - 14 + 4), 0, 9, 0}, plain[14:]...)
	r["nflog"] = analyzer.Frame{Number: 1, Link: analyzer.LinkNFLOG, WireLen: uint32(len(nflog)), Data: nflog}
	return r
}

func names(ls []Layer) string {
	var s []string
	for _, l := range ls[1:] {
		s = append(s, l.Name)
	}
	return strings.Join(s, ", ")
}

func TestLayers(t *testing.T) {
	want := map[string]string{
		"http":    "Ethernet, IPv4, TCP, HTTP, Trailer",
		"tls":     "Ethernet, IPv6, TCP, TLS",
		"alert":   "Ethernet, IPv4, TCP, TLS",
		"dns":     "Ethernet, IPv4, UDP, DNS",
		"vxlan":   "Ethernet, IPv4, UDP, VXLAN, Ethernet, IPv4, TCP, HTTP",
		"gre":     "Ethernet, IPv4, GRE, IPv4, TCP, HTTP",
		"geneve":  "Ethernet, IPv4, UDP, Geneve, Ethernet, IPv4, TCP, HTTP",
		"erspan":  "Ethernet, IPv4, GRE, ERSPAN II, Ethernet, IPv4, TCP, HTTP",
		"vlan":    "Ethernet, VLAN, IPv4, TCP, HTTP",
		"icmp":    "Ethernet, IPv4, ICMP, IPv4, quoted, TCP, quoted",
		"nd":      "Ethernet, IPv6, ICMPv6",
		"arp":     "Ethernet, ARP, Trailer",
		"lldp":    "Ethernet, LinkLayerDiscovery",
		"esp":     "Ethernet, IPv4, IPSecESP",
		"mpls":    "Ethernet, MPLS, IPv4, TCP, HTTP",
		"unknown": "Ethernet, Payload",
		"sll2":    "Linux cooked v2, IPv4, TCP, HTTP",
		"nflog":   "NFLOG, IPv4, TCP, HTTP",
	}
	for name, f := range samples(t) {
		if got := names(Frame(&f)); got != want[name] {
			t.Errorf("%s: %s, not %s", name, got, want[name])
		}
	}
}

// find returns a field by the path of layer, field and child; the last layer of a name counts.
func find(ls []Layer, path ...string) (f Field) {
	for i := range ls {
		if ls[i].Name != path[0] {
			continue
		}
		fields := ls[i].Fields
		for _, name := range path[1:] {
			f = Field{Value: "no field " + name}
			for _, x := range fields {
				if x.Name == name {
					f, fields = x, x.Children
					break
				}
			}
		}
	}
	return f
}

func TestFields(t *testing.T) {
	tests := []struct {
		sample string
		path   []string
		value  string
		bytes  string // where it points to
	}{
		{"http", []string{"Ethernet", "Source"}, "02:00:00:00:00:01", "\x02\x00\x00\x00\x00\x01"},
		{"http", []string{"IPv4", "Destination"}, "10.0.0.2", "\x0a\x00\x00\x02"},
		{"http", []string{"IPv4", "Flags", "Don't fragment"}, "1", "\x40"},
		{"http", []string{"TCP", "Sequence number"}, "100", "\x00\x00\x00\x64"},
		{"http", []string{"TCP", "Flags"}, "0x018 (PSH ACK)", "\xc0\x18"},
		{"http", []string{"TCP", "Maximum segment size"}, "1460", "\x02\x04\x05\xb4"},
		{"http", []string{"TCP", "Window scale"}, "7 (multiply by 128)", "\x03\x03\x07"},
		{"http", []string{"TCP", "Timestamps", "Echo reply"}, "2", "\x00\x00\x00\x02"},
		{"http", []string{"TCP", "SACK", "Block"}, "5 to 9", "\x00\x00\x00\x05\x00\x00\x00\x09"},
		{"http", []string{"HTTP", "Host"}, "a", "Host: a\r\n"},
		{"http", []string{"HTTP", "Body"}, "4 bytes", "body"},
		{"tls", []string{"TLS", "Server name"}, "a.de", "\x00\x00\x00\x09\x00\x07\x00\x00\x04a.de"},
		{"tls", []string{"TLS", "Application protocols"}, "h2", "\x00\x10\x00\x05\x00\x03\x02h2"},
		{"alert", []string{"TLS", "Description"}, "unknown CA (48)", "\x30"},
		{"vxlan", []string{"VXLAN", "VNI"}, "5", "\x00\x00\x05"},
		{"geneve", []string{"Geneve", "Option", "Data"}, "09090909", "\x09\x09\x09\x09"},
		{"gre", []string{"GRE", "Key"}, "0x00000009", "\x00\x00\x00\x09"},
		{"erspan", []string{"ERSPAN II", "VLAN"}, "12", "\x10\x0c"},
		{"vlan", []string{"VLAN", "ID"}, "12", "\x00\x0c"},
		{"icmp", []string{"ICMP", "MTU"}, "1400", "\x00\x00\x05\x78"},
		{"icmp", []string{"TCP, quoted", "Source port"}, "1000", "\x03\xe8"},
		{"nd", []string{"ICMPv6", "Target"}, "2001:db8::9", "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x09"},
		{"arp", []string{"ARP", "Target address"}, "10.0.0.2", "\x0a\x00\x00\x02"},
		{"mpls", []string{"MPLS", "Label"}, "17", "\x00\x01\x11\x40"},
		{"sll2", []string{"Linux cooked v2", "Interface index"}, "7", "\x00\x00\x00\x07"},
		{"nflog", []string{"NFLOG", "Output interface"}, "3", "\x08\x00\x05\x00\x00\x00\x00\x03"},
	}
	frames := samples(t)
	for _, test := range tests {
		f := frames[test.sample]
		got := find(Frame(&f), test.path...)
		if got.Value != test.value || string(f.Data[got.Offset:got.Offset+got.Len]) != test.bytes {
			t.Errorf("%s %v: %q at %q", test.sample, test.path, got.Value, f.Data[got.Offset:got.Offset+got.Len])
		}
	}
	summaries := map[string][2]string{
		"dns":   {"DNS", "answer: No Error A a.example 192.0.2.7"},
		"tls":   {"TLS", "client hello, a.de"},
		"alert": {"TLS", "alert: fatal, unknown CA"},
		"icmp":  {"ICMP", "destination unreachable: fragmentation needed"},
		"arp":   {"ARP", "who has 10.0.0.2? tell 10.0.0.1"},
	}
	for name, want := range summaries {
		f := frames[name]
		for _, l := range Frame(&f) {
			if l.Name == want[0] && l.Summary != want[1] {
				t.Errorf("%s: %s", name, l.Summary)
			}
		}
	}
}

func TestChecksums(t *testing.T) {
	f := samples(t)["http"]
	for _, test := range []struct {
		flip int
		want string
	}{{-1, " (right)"}, {len(f.Data) - 5, " (wrong)"}} {
		if test.flip >= 0 {
			f.Data[test.flip] ^= 1
		}
		if got := find(Frame(&f), "TCP", "Checksum").Value; !strings.HasSuffix(got, test.want) {
			t.Errorf("checksum %s", got)
		}
	}
}

// verify fails if something points outside of the frame, or layers overlap.
func verify(t *testing.T, what string, f *analyzer.Frame, ls []Layer) {
	t.Helper()
	var walk func(fields []Field)
	walk = func(fields []Field) {
		for _, x := range fields {
			if x.Offset < 0 || x.Len < 0 || x.Offset+x.Len > len(f.Data) {
				t.Fatalf("%s: %s at %d+%d of %d", what, x.Name, x.Offset, x.Len, len(f.Data))
			}
			walk(x.Children)
		}
	}
	end := 0
	for i, l := range ls {
		if l.Offset < 0 || l.Len < 0 || l.Offset+l.Len > len(f.Data) || i > 0 && l.Offset < end {
			t.Fatalf("%s: %s at %d+%d after %d of %d", what, l.Name, l.Offset, l.Len, end, len(f.Data))
		}
		if i > 0 {
			end = l.Offset + l.Len
		}
		walk(l.Fields)
	}
}

func TestCutAndFlipped(t *testing.T) {
	for name, f := range samples(t) {
		whole := f.Data
		for n := range whole {
			f.Data = whole[:n:n]
			verify(t, fmt.Sprint(name, " cut to ", n), &f, Frame(&f))
		}
		f.Data = whole
		for i := range whole {
			for _, mask := range []byte{1, 0x40, 0xff} {
				whole[i] ^= mask
				verify(t, fmt.Sprint(name, " flipped at ", i), &f, Frame(&f))
				whole[i] ^= mask
			}
		}
	}
}

func FuzzFrame(f *testing.F) {
	for _, s := range samples(f) {
		f.Add(uint16(s.Link), s.WireLen, s.Data)
	}
	for _, link := range []uint16{0, 9, 101, 104, 105, 107, 113, 119, 127, 189, 192, 220, 242} {
		f.Add(link, uint32(80), make([]byte, 80))
	}
	for _, protocol := range []layers.IPProtocol{2, 50, 89, 112, 132, 136} {
		b := build(f, ethernet(layers.EthernetTypeIPv4), ipv4(protocol), gopacket.Payload(make([]byte, 80)))
		f.Add(uint16(1), uint32(len(b)), b)
	}
	for _, port := range []layers.UDPPort{53, 67, 123, 546, 623, 1812, 3784, 5060, 5353, 6343} {
		b := build(f, ethernet(layers.EthernetTypeIPv4), ipv4(layers.IPProtocolUDP), &layers.UDP{SrcPort: port, DstPort: port}, gopacket.Payload(make([]byte, 80)))
		f.Add(uint16(1), uint32(len(b)), b)
	}
	f.Fuzz(func(t *testing.T, link uint16, wireLen uint32, data []byte) {
		fr := analyzer.Frame{Number: 1, Link: analyzer.LinkType(link), WireLen: wireLen, Data: data}
		// The fuzzer itself would wait for ever and then pass.
		watchdog := time.AfterFunc(5*time.Second, func() {
			panic(fmt.Sprintf("no end: link %d, wire length %d, data %x", link, wireLen, data))
		})
		defer watchdog.Stop()
		verify(t, "fuzz", &fr, Frame(&fr))
	})
}
