package script

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"strconv"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"wirewhy/analyzer/wire"
)

// icmpNames are the errors that scripts can write: type and code for IPv4 and IPv6.
var icmpNames = map[string][4]uint8{
	"net-unreachable":  {3, 0, 1, 0},
	"host-unreachable": {3, 1, 1, 3},
	"port-unreachable": {3, 3, 1, 4},
	"frag-needed":      {3, 4, 2, 0},
	"net-prohibited":   {3, 9, 1, 1},
	"host-prohibited":  {3, 10, 1, 1},
	"admin-prohibited": {3, 13, 1, 1},
	"time-exceeded":    {11, 0, 3, 0},
	"reject-route":     {3, 13, 1, 6},
}

// icmp parses an ICMP error: its name, mtu N, quote LABEL, length N (of the quoted packet). Without a label it
// quotes the last packet that its destination sent.
func (p *parser) icmp(k *packet, words []string) error {
	if len(words) == 0 {
		return fmt.Errorf("which ICMP error?")
	}
	tc, ok := icmpNames[words[0]]
	if !ok {
		return fmt.Errorf("ICMP error %q is unknown", words[0])
	}
	k.Kind, k.Protocol, k.DF = wire.KindICMP, 1, k.Version == 6
	k.ICMP.Type, k.ICMP.Code, k.ICMP.IsError = tc[0], tc[1], true
	if k.Version == 6 {
		k.Protocol, k.ICMP.Type, k.ICMP.Code = 58, tc[2], tc[3]
	}
	rest := words[1:]
	for len(rest) >= 2 {
		switch rest[0] {
		case "mtu":
			n, err := strconv.ParseUint(rest[1], 10, 32)
			if err != nil {
				return err
			}
			k.ICMP.MTU = uint32(n)
		case "length":
			n, err := strconv.ParseUint(rest[1], 10, 16)
			if err != nil {
				return fmt.Errorf("length: %q is no number", rest[1])
			}
			k.ICMP.QuotedLen = uint16(n)
		case "quote":
			if k.quoted = p.labels[rest[1]]; k.quoted == nil {
				return fmt.Errorf("no packet is labelled %q", rest[1])
			}
		default:
			goto attributes
		}
		rest = rest[2:]
	}
attributes:
	if _, err := p.attributes(k, rest); err != nil {
		return err
	}
	for i := len(p.packets) - 1; i >= 0 && k.quoted == nil; i-- {
		if q := p.packets[i]; q.Src == k.Dst && q.Kind != wire.KindICMP && q.Kind != wire.KindARP {
			k.quoted = q
		}
	}
	if k.quoted == nil {
		return fmt.Errorf("its destination has sent nothing that could be quoted")
	}
	k.quote(k.quoted)
	return nil
}

// quote fills the fields of the quoted packet.
func (k *packet) quote(q *packet) {
	i := &k.ICMP
	i.QuotedKind, i.QuotedPorts = q.Kind, true
	i.QuotedSrc, i.QuotedDst = q.Src, q.Dst
	i.QuotedSrcPort, i.QuotedDstPort = q.SrcPort, q.DstPort
	i.QuotedSeq = q.TCP.Seq
}

// udp parses a datagram; dns fills it with a question or an answer.
func (p *parser) udp(k *packet, what string, words []string) error {
	k.Kind, k.Protocol = wire.KindUDP, 17
	if what == "dns" {
		n, err := k.dns(words)
		if err != nil {
			return err
		}
		words = words[n:]
	}
	_, err := p.attributes(k, words)
	return err
}

// dns makes a message: TYPE NAME, and for an answer nxdomain, servfail, refused,
// empty or addresses. It returns the number of words used.
func (k *packet) dns(words []string) (int, error) {
	types := map[string]layers.DNSType{"A": layers.DNSTypeA, "AAAA": layers.DNSTypeAAAA}
	if len(words) < 2 || types[words[0]] == 0 {
		return 0, fmt.Errorf("want dns A|AAAA NAME [answer]")
	}
	typ, name := types[words[0]], []byte(words[1])
	m := layers.DNS{RD: true, Questions: []layers.DNSQuestion{{Name: name, Type: typ, Class: layers.DNSClassIN}}}
	m.ID = uint16(mix(uint64(len(name))<<8 ^ uint64(name[0]) ^ uint64(typ)<<16))
	used := 2
	if len(words) > 2 {
		codes := map[string]layers.DNSResponseCode{
			"nxdomain": layers.DNSResponseCodeNXDomain, "servfail": layers.DNSResponseCodeServFail,
			"refused": layers.DNSResponseCodeRefused, "empty": layers.DNSResponseCodeNoErr,
			"truncated": layers.DNSResponseCodeNoErr,
		}
		rcode, known := codes[words[2]]
		ip := net.ParseIP(words[2])
		if known || ip != nil {
			used, m.QR, m.RA, m.ResponseCode, m.TC = 3, true, true, rcode, words[2] == "truncated"
		}
		for ; ip != nil; used++ {
			m.Answers = append(m.Answers, layers.DNSResourceRecord{Name: name, Type: typ, Class: layers.DNSClassIN, TTL: 30, IP: ip})
			if ip = nil; used < len(words) {
				ip = net.ParseIP(words[used])
			}
			if ip == nil {
				break
			}
		}
	}
	buf := gopacket.NewSerializeBuffer()
	if err := m.SerializeTo(buf, gopacket.SerializeOptions{FixLengths: true}); err != nil {
		return 0, err
	}
	k.payload = bytes.Clone(buf.Bytes())
	return used, nil
}

// arp parses "who-has TARGET tell ASKING" and "reply TARGET to ASKING", with the
// sender's MAC address after "at".
func (p *parser) arp(k *packet, words []string) error {
	if len(words) < 4 {
		return fmt.Errorf("want arp who-has TARGET tell ASKING, or arp reply TARGET to ASKING")
	}
	target, err := p.endpoint(words[1])
	if err != nil {
		return err
	}
	asking, err := p.endpoint(words[3])
	if err != nil {
		return err
	}
	k.Kind = wire.KindARP
	t, a := wire.AddrFrom(target.addr), wire.AddrFrom(asking.addr)
	switch words[0] {
	case "who-has":
		k.ARP = wire.ARP{Sender: a, Target: t, SenderMAC: macOf(a)}
		k.SrcMAC, k.DstMAC, k.Broadcast = macOf(a), 0xffffffffffff, true
	case "reply":
		k.ARP = wire.ARP{Reply: true, Sender: t, Target: a, SenderMAC: macOf(t), TargetMAC: macOf(a)}
		k.SrcMAC, k.DstMAC = macOf(t), macOf(a)
	default:
		return fmt.Errorf("arp %q", words[0])
	}
	rest := words[4:]
	if len(rest) > 1 && rest[0] == "at" {
		m, err := net.ParseMAC(rest[1])
		if err != nil || len(m) != 6 {
			return fmt.Errorf("%q is no MAC address", rest[1])
		}
		k.SrcMAC = binary.BigEndian.Uint64(append([]byte{0, 0}, m...))
		k.ARP.SenderMAC = k.SrcMAC
		rest = rest[2:]
	}
	_, err = p.attributes(k, rest)
	return err
}

// arpBytes returns the message as on the wire (RFC 826).
func (k *packet) arpBytes() []byte {
	b := []byte{0, 1, 8, 0, 6, 4, 0, 1}
	if k.ARP.Reply {
		b[7] = 2
	}
	mac := func(m uint64) { b = append(b, binary.BigEndian.AppendUint64(nil, m)[2:]...) }
	mac(k.ARP.SenderMAC)
	b = append(b, k.ARP.Sender.Netip().AsSlice()...)
	mac(k.ARP.TargetMAC)
	return append(b, k.ARP.Target.Netip().AsSlice()...)
}
