package script

import (
	"bytes"
	"encoding/binary"
	"net"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

const (
	pcapHeaderLen = 24
	pcapRecordLen = 16
	quoteLen      = 28 // what RFC 792 asks for: the IP header and eight bytes
)

// serialize makes the packet's bytes, and the fields that follow from them.
func (p *packet) serialize() error {
	if p.iface > 0 {
		p.Interface = p.iface - 1
	}
	body := p.arpBytes
	etherType := layers.EthernetTypeARP
	if p.Kind != wire.KindARP {
		if err := p.serializeIP(); err != nil {
			return err
		}
		body = func() []byte { return p.ip }
		etherType = layers.EthernetTypeIPv4
		if p.Version == 6 {
			etherType = layers.EthernetTypeIPv6
		}
	}
	if p.link == analyzer.LinkLinuxSLL2 {
		p.cooked(uint16(etherType), body())
		return nil
	}
	return p.ethernet(etherType, body())
}

func (p *packet) ethernet(etherType layers.EthernetType, body []byte) error {
	mac := func(m uint64) net.HardwareAddr { return binary.BigEndian.AppendUint64(nil, m)[2:] }
	eth := &layers.Ethernet{SrcMAC: mac(p.SrcMAC), DstMAC: mac(p.DstMAC), EthernetType: etherType}
	list := []gopacket.SerializableLayer{eth}
	if p.vlan != 0 {
		eth.EthernetType = layers.EthernetTypeDot1Q
		list = append(list, &layers.Dot1Q{VLANIdentifier: p.vlan, Type: etherType})
	}
	buf := gopacket.NewSerializeBuffer()
	err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{}, append(list, gopacket.Payload(body))...)
	p.frame = bytes.Clone(buf.Bytes())
	return err
}

// cooked makes a frame of LINKTYPE_LINUX_SLL2; which interface it came by is in
// its header, and the file has one interface only.
func (p *packet) cooked(etherType uint16, body []byte) {
	p.IfIndex, p.Interface = max(p.iface, 1), 0
	kind := byte(0)
	switch p.Direction {
	case analyzer.DirectionOutbound:
		kind = 4
	case analyzer.DirectionOtherHost:
		kind = 3
	case analyzer.DirectionUnknown:
		p.Direction = analyzer.DirectionInbound
	}
	b := binary.BigEndian.AppendUint16(nil, etherType)
	b = append(b, 0, 0)
	b = binary.BigEndian.AppendUint32(b, p.IfIndex)
	b = append(b, 0, 1, kind, 6)
	b = append(b, binary.BigEndian.AppendUint64(nil, p.SrcMAC)[2:]...)
	p.DstMAC = 0
	p.frame = append(append(b, 0, 0), body...)
}

// serializeIP makes the IP packet, with gopacket as the reference for its form.
func (p *packet) serializeIP() error {
	var ip gopacket.NetworkLayer
	src, dst := p.Src.Netip().AsSlice(), p.Dst.Netip().AsSlice()
	if p.Version == 4 {
		h := &layers.IPv4{Version: 4, TTL: p.TTL, TOS: p.TOS, Id: p.IPID, Protocol: layers.IPProtocol(p.Protocol), SrcIP: src, DstIP: dst}
		if p.DF {
			h.Flags = layers.IPv4DontFragment
		}
		ip = h
	} else {
		p.DF = true
		ip = &layers.IPv6{Version: 6, HopLimit: p.TTL, TrafficClass: p.TOS, NextHeader: layers.IPProtocol(p.Protocol), SrcIP: src, DstIP: dst}
	}
	list := append([]gopacket.SerializableLayer{ip.(gopacket.SerializableLayer)}, p.transport(ip)...)
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, list...); err != nil {
		return err
	}
	p.ip = bytes.Clone(buf.Bytes())
	p.IPLen = uint32(len(p.ip))
	p.sum()
	return nil
}

// transport returns the layers above IP.
func (p *packet) transport(ip gopacket.NetworkLayer) []gopacket.SerializableLayer {
	switch p.Kind {
	case wire.KindTCP:
		t := p.tcpLayer()
		_ = t.SetNetworkLayerForChecksum(ip)
		return []gopacket.SerializableLayer{t, gopacket.Payload(p.payload)}
	case wire.KindUDP:
		u := &layers.UDP{SrcPort: layers.UDPPort(p.SrcPort), DstPort: layers.UDPPort(p.DstPort)}
		_ = u.SetNetworkLayerForChecksum(ip)
		return []gopacket.SerializableLayer{u, gopacket.Payload(p.payload)}
	}
	quote := p.quoted.ip
	if p.quoted.ip == nil { // quoted packets come first, but a sorted script may say otherwise
		_ = p.quoted.serializeIP()
		quote = p.quoted.ip
	}
	if p.ICMP.QuotedLen == 0 {
		p.ICMP.QuotedLen = uint16(len(quote))
	}
	quote = bytes.Clone(quote)
	if p.Version == 4 {
		binary.BigEndian.PutUint16(quote[2:], p.ICMP.QuotedLen)
	}
	quote = quote[:min(len(quote), quoteLen+20*int(p.Version-4))]
	if p.Version == 4 {
		i := &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(p.ICMP.Type, p.ICMP.Code), Seq: uint16(p.ICMP.MTU)}
		return []gopacket.SerializableLayer{i, gopacket.Payload(quote)}
	}
	i := &layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(p.ICMP.Type, p.ICMP.Code)}
	_ = i.SetNetworkLayerForChecksum(ip)
	return []gopacket.SerializableLayer{i, gopacket.Payload(append(binary.BigEndian.AppendUint32(nil, p.ICMP.MTU), quote...))}
}

func (p *packet) tcpLayer() *layers.TCP {
	t := &p.TCP
	f := t.Flags
	return &layers.TCP{
		SrcPort: layers.TCPPort(p.SrcPort), DstPort: layers.TCPPort(p.DstPort),
		Seq: uint32(t.Seq), Ack: uint32(t.Ack), Window: t.Window, Urgent: t.Urgent,
		FIN: f.Has(wire.FIN), SYN: f.Has(wire.SYN), RST: f.Has(wire.RST), PSH: f.Has(wire.PSH), ACK: f.Has(wire.ACK),
		URG: f.Has(wire.URG), ECE: f.Has(wire.ECE), CWR: f.Has(wire.CWR), Options: tcpOptionBytes(t),
	}
}

func tcpOptionBytes(t *wire.TCP) []layers.TCPOption {
	var out []layers.TCPOption
	add := func(kind layers.TCPOptionKind, data ...byte) {
		out = append(out, layers.TCPOption{OptionType: kind, OptionLength: uint8(2 + len(data)), OptionData: data})
	}
	if t.Options&wire.OptMSS != 0 {
		add(layers.TCPOptionKindMSS, binary.BigEndian.AppendUint16(nil, t.MSS)...)
	}
	if t.Options&wire.OptSACKPerm != 0 {
		add(layers.TCPOptionKindSACKPermitted)
	}
	if t.Options&wire.OptTimestamps != 0 {
		add(layers.TCPOptionKindTimestamps, binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, t.TSval), t.TSecr)...)
	}
	if t.Options&wire.OptWScale != 0 {
		add(layers.TCPOptionKindWindowScale, t.WScale)
	}
	if t.Options&wire.OptSACK != 0 {
		var b []byte
		for _, s := range t.SACK[:t.SACKCount] {
			b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, uint32(s.Left)), uint32(s.Right))
		}
		add(layers.TCPOptionKindSACK, b...)
	}
	return out
}

// sum settles the transport checksum as the script wants it.
func (p *packet) sum() {
	at := map[wire.Kind]int{wire.KindTCP: 16, wire.KindUDP: 6}[p.Kind]
	if at == 0 {
		return
	}
	at += 20 * (1 + int(p.Version-4)/2)
	field := p.ip[at : at+2]
	switch p.Checksum {
	case wire.ChecksumBad:
		field[0] ^= 0x55
	case wire.ChecksumPartial:
		addrs := p.ip[12:20]
		if p.Version == 6 {
			addrs = p.ip[8:40]
		}
		n := uint32(len(p.ip)-20*(1+int(p.Version-4)/2)) + uint32(p.Protocol)
		for i := 0; i < len(addrs); i += 2 {
			n += uint32(binary.BigEndian.Uint16(addrs[i:]))
		}
		for n > 0xffff {
			n = n&0xffff + n>>16
		}
		binary.BigEndian.PutUint16(field, uint16(n))
	default:
		p.Checksum = wire.ChecksumGood
		if p.cut > 0 {
			p.Checksum = wire.ChecksumUnverified
		}
	}
	if p.Kind == wire.KindTCP {
		p.TCP.Sum = binary.BigEndian.Uint16(field)
	}
}

// PCAP returns the script as a pcap file with nanoseconds. Interfaces are not in
// it, except in the headers of a cooked capture.
func (s *Script) PCAP() []byte {
	le := binary.LittleEndian
	b := le.AppendUint32(nil, 0xa1b23c4d)
	b = le.AppendUint16(le.AppendUint16(b, 2), 4)
	b = le.AppendUint64(b, 0)
	b = le.AppendUint32(le.AppendUint32(b, 262144), uint32(s.link))
	for _, p := range s.packets {
		t := p.Time.Time()
		b = le.AppendUint32(le.AppendUint32(b, uint32(t.Unix())), uint32(t.Nanosecond()))
		b = le.AppendUint32(le.AppendUint32(b, uint32(len(p.captured()))), uint32(len(p.frame)))
		b = append(b, p.captured()...)
	}
	return b
}
