package export

import (
	"bytes"
	"encoding/binary"
	"net"
	"slices"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

var (
	macs       = []string{"02:11:22:33:44:55", "02:66:77:88:99:aa", "33:33:ff:12:34:56"}
	addresses4 = []string{"198.51.100.77", "198.51.100.12", "203.0.113.201", "10.77.66.55", "192.168.31.41"}
	addresses6 = []string{"2001:db8:aaaa:bbbb:1234:5678:9abc:def0", "2001:db8:aaaa:bbbb::77", "fe80::211:22ff:fe33:4455"}
	secrets    = []string{"secret.example", "GET /private", "cookie-of-somebody"}
)

func hw(i int) net.HardwareAddr { m, _ := net.ParseMAC(macs[i]); return m }
func ip(s string) net.IP        { return net.ParseIP(s) }

func serialize(t *testing.T, stack ...gopacket.SerializableLayer) []byte {
	t.Helper()
	var network gopacket.NetworkLayer
	for _, l := range stack {
		if n, ok := l.(gopacket.NetworkLayer); ok {
			network = n
		}
		if c, ok := l.(interface {
			SetNetworkLayerForChecksum(gopacket.NetworkLayer) error
		}); ok && network != nil {
			if err := c.SetNetworkLayerForChecksum(network); err != nil {
				t.Fatal(err)
			}
		}
	}
	b := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, stack...); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func ether(kind layers.EthernetType) *layers.Ethernet {
	return &layers.Ethernet{SrcMAC: hw(0), DstMAC: hw(1), EthernetType: kind}
}

func ip4(from, to int, protocol layers.IPProtocol) *layers.IPv4 {
	return &layers.IPv4{Version: 4, TTL: 64, Protocol: protocol, SrcIP: ip(addresses4[from]).To4(), DstIP: ip(addresses4[to]).To4()}
}

func ip6(from, to int, protocol layers.IPProtocol) *layers.IPv6 {
	return &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: protocol, SrcIP: ip(addresses6[from]), DstIP: ip(addresses6[to])}
}

func segment(options ...layers.TCPOption) *layers.TCP {
	return &layers.TCP{SrcPort: 40000, DstPort: 80, Seq: 1234, Ack: 99, ACK: true, PSH: true, Window: 512, Options: options}
}

// quoting returns an ICMP error about a packet.
func quoting(quoted []byte, stack ...gopacket.SerializableLayer) []gopacket.SerializableLayer {
	return append(stack, gopacket.Payload(quoted))
}

// scenes are frames with everything that hides an address or a name somewhere.
func scenes(t *testing.T) map[string][]byte {
	secret := gopacket.Payload("GET /private HTTP/1.1\r\nHost: secret.example\r\nCookie: cookie-of-somebody\r\n\r\n")
	toa := layers.TCPOption{OptionType: 254, OptionLength: 8, OptionData: append([]byte{0x9c, 0x40}, ip(addresses4[2]).To4()...)}
	stamps := layers.TCPOption{OptionType: layers.TCPOptionKindTimestamps, OptionLength: 10, OptionData: []byte{0, 0, 1, 2, 0, 0, 3, 4}}
	dns := &layers.DNS{ID: 7, RD: true, Questions: []layers.DNSQuestion{{Name: []byte("secret.example"), Type: layers.DNSTypeA, Class: layers.DNSClassIN}}}
	routed := ip4(0, 2, layers.IPProtocolTCP)
	routed.Options = []layers.IPv4Option{{OptionType: 7, OptionLength: 7, OptionData: append([]byte{8}, ip(addresses4[3]).To4()...)}}
	arp := &layers.ARP{AddrType: 1, Protocol: layers.EthernetTypeIPv4, HwAddressSize: 6, ProtAddressSize: 4, Operation: 1,
		SourceHwAddress: hw(0), SourceProtAddress: ip(addresses4[3]).To4(), DstHwAddress: make([]byte, 6), DstProtAddress: ip(addresses4[4]).To4()}
	group := ether(layers.EthernetTypeIPv6)
	group.DstMAC = hw(2)
	in4 := serialize(t, ip4(3, 2, layers.IPProtocolTCP), segment(stamps), secret)
	in6 := serialize(t, ip6(0, 1, layers.IPProtocolUDP), &layers.UDP{SrcPort: 5000, DstPort: 443}, secret)
	vxlan := &layers.UDP{SrcPort: 50000, DstPort: 4789}
	geneve := &layers.UDP{SrcPort: 50000, DstPort: 6081}
	return map[string][]byte{
		"tcp":          serialize(t, ether(layers.EthernetTypeIPv4), ip4(0, 1, layers.IPProtocolTCP), segment(stamps), secret),
		"ack":          serialize(t, ether(layers.EthernetTypeIPv4), ip4(0, 1, layers.IPProtocolTCP), segment(stamps)),
		"options":      serialize(t, ether(layers.EthernetTypeIPv4), ip4(0, 1, layers.IPProtocolTCP), segment(stamps, toa), secret),
		"record route": serialize(t, ether(layers.EthernetTypeIPv4), routed, segment(), secret),
		"tcp6":         serialize(t, ether(layers.EthernetTypeIPv6), ip6(0, 1, layers.IPProtocolTCP), segment(stamps), secret),
		"dns":          serialize(t, ether(layers.EthernetTypeIPv4), ip4(3, 4, layers.IPProtocolUDP), &layers.UDP{SrcPort: 5353, DstPort: 53}, dns),
		"arp":          serialize(t, ether(layers.EthernetTypeARP), arp, gopacket.Payload("padding of secret.example")),
		"vlan":         serialize(t, ether(layers.EthernetTypeDot1Q), &layers.Dot1Q{VLANIdentifier: 12, Type: layers.EthernetTypeIPv4}, ip4(0, 1, layers.IPProtocolTCP), segment(), secret),
		"vxlan": serialize(t, ether(layers.EthernetTypeIPv4), ip4(0, 1, layers.IPProtocolUDP), vxlan, &layers.VXLAN{ValidIDFlag: true, VNI: 42},
			ether(layers.EthernetTypeIPv4), ip4(3, 4, layers.IPProtocolTCP), segment(stamps), secret),
		"geneve": serialize(t, ether(layers.EthernetTypeIPv4), ip4(0, 1, layers.IPProtocolUDP), geneve,
			gopacket.Payload(slices.Concat([]byte{3, 0, 0x08, 0, 0, 0, 42, 0}, []byte{1, 2, 3, 2}, []byte(ip(addresses4[2]).To4()), []byte(ip(addresses4[3]).To4()), in4))),
		"extension": serialize(t, ether(layers.EthernetTypeIPv6), ip6(0, 1, 0), gopacket.Payload(slices.Concat([]byte{17, 2, 30, 18}, []byte(ip(addresses6[1])), []byte{1, 2, 0, 0}, in6[40:]))),
		"gre":       serialize(t, ether(layers.EthernetTypeIPv4), ip4(0, 1, layers.IPProtocolGRE), &layers.GRE{Protocol: layers.EthernetTypeIPv4}, ip4(3, 4, layers.IPProtocolTCP), segment(), secret),
		"6in4":      serialize(t, ether(layers.EthernetTypeIPv4), ip4(0, 1, layers.IPProtocolIPv6), ip6(0, 1, layers.IPProtocolTCP), segment(), secret),
		"quoted":    serialize(t, quoting(in4, ether(layers.EthernetTypeIPv4), ip4(4, 3, layers.IPProtocolICMPv4), &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(3, 4), Seq: 1400})...),
		"redirect": serialize(t, quoting(in4, ether(layers.EthernetTypeIPv4), ip4(4, 3, layers.IPProtocolICMPv4),
			&layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(5, 1), Id: binary.BigEndian.Uint16(ip(addresses4[4]).To4()), Seq: binary.BigEndian.Uint16(ip(addresses4[4]).To4()[2:])})...),
		"quoted6": serialize(t, ether(layers.EthernetTypeIPv6), ip6(1, 0, layers.IPProtocolICMPv6), &layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(1, 4)}, gopacket.Payload(append(make([]byte, 4), in6...))),
		"echo":    serialize(t, ether(layers.EthernetTypeIPv4), ip4(0, 1, layers.IPProtocolICMPv4), &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(8, 0), Id: 1, Seq: 2}, secret),
		"neighbour": serialize(t, group, ip6(2, 1, layers.IPProtocolICMPv6), &layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(135, 0)},
			gopacket.Payload(slices.Concat(make([]byte, 4), []byte(ip(addresses6[1])), []byte{1, 1}, []byte(hw(0))))),
	}
}

func TestAnonymise(t *testing.T) {
	a := Keyed([32]byte{1, 2, 3})
	for name, data := range scenes(t) {
		t.Run(name, func(t *testing.T) {
			original := bytes.Clone(data)
			f := analyzer.Frame{Number: 1, Link: analyzer.LinkEthernet, Time: 1e18, WireLen: uint32(len(data)), Data: data, Comment: "secret.example"}
			if !a.Frame(&f) {
				t.Fatalf("dropped: %v", a.Removed.Dropped)
			}
			if !bytes.Equal(data, original) {
				t.Error("the frame's own bytes were changed")
			}
			if f.Comment != "" || int(f.WireLen) != len(data) {
				t.Errorf("comment %q, length on the wire %d of %d", f.Comment, f.WireLen, len(data))
			}
			for _, secret := range forbidden() {
				if at := bytes.Index(f.Data, secret); at >= 0 {
					t.Errorf("%x remains at byte %d of\n%x", secret, at, f.Data)
				}
			}
			whole := append(bytes.Clone(f.Data), make([]byte, len(data)-len(f.Data))...)
			checkSums(t, whole)
			same(t, original, whole)
		})
	}
}

// Of a frame that was cut anywhere, no part of an address is left that would tell it.
func TestAnonymiseCut(t *testing.T) {
	a := Keyed([32]byte{4})
	secrets := forbidden()
	for i, s := range secrets {
		if len(s) == 16 { // of which part may be missing
			secrets[i] = s[:12]
		}
	}
	kept := 0
	for name, data := range scenes(t) {
		for n := range data {
			f := analyzer.Frame{Link: analyzer.LinkEthernet, WireLen: uint32(len(data)), Data: data[:n]}
			if !a.Frame(&f) {
				continue
			}
			kept++
			if int(f.WireLen) != len(data) || len(f.Data) > n {
				t.Errorf("%s cut to %d bytes has %d bytes of %d", name, n, len(f.Data), f.WireLen)
			}
			for _, secret := range secrets {
				if bytes.Contains(f.Data, secret) {
					t.Errorf("%s cut to %d bytes: %x remains in %x", name, n, secret, f.Data)
				}
			}
		}
	}
	if kept == 0 {
		t.Error("every frame was dropped")
	}
}

// A checksum that was wrong is wrong afterwards, whatever it comes to; it must not
// look like one that was left to the network card.
func TestWrongChecksumStaysWrong(t *testing.T) {
	data := serialize(t, ether(layers.EthernetTypeIPv4), ip4(0, 1, layers.IPProtocolTCP), segment(), gopacket.Payload("ab"))
	a, d := Keyed([32]byte{5}), wire.NewDecoder(wire.Config{})
	var p wire.Packet
	for window := range 1 << 16 {
		binary.BigEndian.PutUint16(data[14+20+14:], uint16(window)) // so that every sum occurs
		f := analyzer.Frame{Link: analyzer.LinkEthernet, WireLen: uint32(len(data)), Data: data}
		d.Decode(&f, &p)
		before := d.Checksum(&p)
		if !a.Frame(&f) {
			t.Fatal(a.Removed.Dropped)
		}
		d.Decode(&f, &p)
		if after := d.Checksum(&p); before == wire.ChecksumBad && after != before {
			t.Fatalf("window %d: the checksum's state was %d, and is %d", window, before, after)
		}
	}
}

// What is replaced is counted, and hardware addresses stay of their kind: groups of
// IP's, other groups, those that somebody gave, broadcast and none.
func TestReplaced(t *testing.T) {
	a := Keyed([32]byte{6})
	for _, name := range []string{"tcp", "ack", "tcp6"} {
		data := scenes(t)[name]
		f := analyzer.Frame{Link: analyzer.LinkEthernet, WireLen: uint32(len(data)), Data: data, Comment: "x"}
		if !a.Frame(&f) {
			t.Fatal(a.Removed.Dropped)
		}
	}
	if r := a.Removed; r.Frames != 3 || r.V4 != 2 || r.V6 != 2 || r.MACs != 2 || r.CommentCount != 3 || r.PayloadLen != 150 {
		t.Errorf("%+v", r)
	}
	for from, kept := range map[[6]byte]int{
		{1, 0, 0x5e, 1, 2, 3}: 3, {0x33, 0x33, 1, 2, 3, 4}: 2, {255, 255, 255, 255, 255, 255}: 6, {}: 6, {3, 9, 9, 9, 9, 9}: 0, {2, 9, 9, 9, 9, 9}: 0, {0, 9, 9, 9, 9, 9}: 0, {1, 9, 9, 9, 9, 9}: 0,
	} {
		to := from
		a.addresses.replaceMAC(to[:])
		if !bytes.Equal(to[:kept], from[:kept]) || to[0]&3 != from[0]&3 || kept < 6 && bytes.Equal(to[kept:], from[kept:]) {
			t.Errorf("%x became %x", from, to)
		}
	}
}

// A quoted packet's checksum would tell the payload that is cut.
func TestQuotedChecksum(t *testing.T) {
	for name, at := range map[string]int{"quoted": 14 + 20 + 8 + 20 + 16, "quoted6": 14 + 40 + 8 + 40 + 6} {
		data := scenes(t)[name]
		f := analyzer.Frame{Link: analyzer.LinkEthernet, WireLen: uint32(len(data)), Data: data}
		if a := Keyed([32]byte{7}); !a.Frame(&f) || bytes.Equal(data[at:at+2], []byte{0, 0}) || !bytes.Equal(f.Data[at:at+2], []byte{0, 0}) {
			t.Errorf("%s: %x became %x", name, data[at:at+2], f.Data[at:at+2])
		}
	}
}

// forbidden are the bytes that may not remain.
func forbidden() [][]byte {
	var all [][]byte
	for i := range macs {
		all = append(all, hw(i))
	}
	for _, s := range addresses4 {
		all = append(all, ip(s).To4())
	}
	for _, s := range addresses6 {
		all = append(all, ip(s))
	}
	for _, s := range secrets {
		all = append(all, []byte(s))
	}
	return all
}

// checkSums holds every checksum of a packet against gopacket's, with zeros in the
// place of what was cut.
func checkSums(t *testing.T, whole []byte) {
	t.Helper()
	p := gopacket.NewPacket(whole, layers.LayerTypeEthernet, gopacket.Default)
	var network gopacket.NetworkLayer
	for _, l := range p.Layers() {
		if n, ok := l.(gopacket.NetworkLayer); ok {
			network = n
		}
		b := append(bytes.Clone(l.LayerContents()), l.LayerPayload()...)
		switch l := l.(type) {
		case *layers.IPv4:
			if sum16(0, l.Contents) != 0xffff {
				t.Errorf("IPv4 checksum %04x is wrong", l.Checksum)
			}
		case *layers.TCP:
			if sum16(pseudo(network, 6, len(b)), b) != 0xffff {
				t.Errorf("TCP checksum %04x is wrong", l.Checksum)
			}
		case *layers.UDP:
			if l.Checksum != 0 && sum16(pseudo(network, 17, len(b)), b) != 0xffff {
				t.Errorf("UDP checksum %04x is wrong", l.Checksum)
			}
		case *layers.ICMPv4:
			if sum16(0, b) != 0xffff {
				t.Errorf("ICMP checksum %04x is wrong", l.Checksum)
			}
		case *layers.ICMPv6:
			if sum16(pseudo(network, 58, len(b)), b) != 0xffff {
				t.Errorf("ICMPv6 checksum %04x is wrong", l.Checksum)
			}
		}
	}
}

func pseudo(n gopacket.NetworkLayer, protocol, length int) uint32 {
	src, dst := n.NetworkFlow().Endpoints()
	return uint32(sum16(0, slices.Concat(src.Raw(), dst.Raw()))) + uint32(protocol+length)
}

func sum16(sum uint32, b []byte) uint16 {
	for i, x := range b {
		sum += uint32(x) << (8 - i%2*8)
	}
	for sum > 0xffff {
		sum = sum&0xffff + sum>>16
	}
	return uint16(sum)
}

// same compares what both packets say but for their addresses.
func same(t *testing.T, before, after []byte) {
	t.Helper()
	var p, q wire.Packet
	d := wire.NewDecoder(wire.Config{})
	for _, x := range []struct {
		data []byte
		p    *wire.Packet
	}{{before, &p}, {after, &q}} {
		d.Decode(&analyzer.Frame{Link: analyzer.LinkEthernet, Data: x.data, WireLen: uint32(len(x.data))}, x.p)
	}
	if p.Kind != q.Kind || p.SrcPort != q.SrcPort || p.DstPort != q.DstPort || p.IPLen != q.IPLen || p.TCP.Seq != q.TCP.Seq || p.TCP.PayloadLen != q.TCP.PayloadLen ||
		p.TCP.TSval != q.TCP.TSval || p.Depth != q.Depth || p.ICMP.QuotedSrcPort != q.ICMP.QuotedSrcPort || p.ICMP.QuotedSeq != q.ICMP.QuotedSeq || p.ICMP.MTU != q.ICMP.MTU || p.TTL != q.TTL {
		t.Errorf("before %+v\nafter  %+v", p, q)
	}
}

// A frame with a header that is not understood is dropped, and said.
func TestDropped(t *testing.T) {
	a := Keyed([32]byte{})
	lldp := serialize(t, ether(layers.EthernetTypeLinkLayerDiscovery), gopacket.Payload("secret.example"))
	esp := serialize(t, ether(layers.EthernetTypeIPv4), ip4(0, 1, layers.IPProtocolESP), gopacket.Payload("secret.example"))
	radio := append([]byte{0, 0, 8, 0, 0, 0, 0, 0, 0x80}, make([]byte, 40)...)
	for link, data := range map[analyzer.LinkType][]byte{analyzer.LinkEthernet: lldp, analyzer.LinkRaw: esp[14:], analyzer.LinkRadiotap: radio, 9999: lldp} {
		f := analyzer.Frame{Link: link, Data: data, WireLen: uint32(len(data))}
		if a.Frame(&f) {
			t.Errorf("link type %s: kept %x", link, f.Data)
		}
	}
	n := 0
	for _, count := range a.Removed.Dropped {
		n += count
	}
	if n != 4 || a.Removed.Frames != 0 {
		t.Errorf("%+v", a.Removed)
	}
}

// Times move together.
func TestShift(t *testing.T) {
	a := NewAnonymiser(true)
	data := scenes(t)["ack"]
	var times []analyzer.Timestamp
	for _, at := range []analyzer.Timestamp{1_700_000_000_123_456_789, 1_700_000_003_000_000_001} {
		f := analyzer.Frame{Link: analyzer.LinkEthernet, Time: at, Data: data, WireLen: uint32(len(data))}
		a.Frame(&f)
		times = append(times, f.Time)
	}
	if d := times[1].Sub(times[0]); d != 2_876_543_212 || times[0] > 1_699_990_000_000_000_000 {
		t.Errorf("%v, %v apart", times, d)
	}
}

// FuzzAnonymise: whatever the bytes, nothing panics, and what is kept is no longer
// than it was.
func FuzzAnonymise(f *testing.F) {
	t := &testing.T{}
	for _, data := range scenes(t) {
		f.Add(uint16(analyzer.LinkEthernet), data)
	}
	f.Add(uint16(analyzer.LinkLinuxSLL), make([]byte, 60))
	a := Keyed([32]byte{})
	f.Fuzz(func(t *testing.T, link uint16, data []byte) {
		frame := analyzer.Frame{Link: analyzer.LinkType(link), Data: data, WireLen: uint32(len(data))}
		if a.Frame(&frame) && len(frame.Data) > len(data) {
			t.Errorf("%d bytes of %d", len(frame.Data), len(data))
		}
	})
}
