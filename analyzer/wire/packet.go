// Package wire decodes the bytes of one frame into a Packet: link layer,
// encapsulations, IP, and the innermost TCP, UDP, ICMP or ARP header.
//
// Decoding happens in place, allocates nothing for each packet and cannot fail:
// what is cut off or makes no sense is said in Packet.Problem, and what was
// understood until there stays. Every read is bounded by the bytes that are there.
package wire

import (
	"net/netip"

	"wirewhy/analyzer"
)

// Kind is the innermost protocol that was recognised.
type Kind uint8

// The kinds.
const (
	KindOther Kind = iota // understood, but nothing that wirewhy follows
	KindTCP
	KindUDP
	KindICMP     // ICMP or ICMPv6
	KindARP      // ARP request or reply; neighbour discovery is KindICMP with ND set
	KindFragment // a later fragment, or a first one that was not put together
	KindNone     // no network packet in it (link type unknown, 802.11 management frame …)
)

// Problem says why decoding stopped early. A packet of KindTCP has its fixed
// header read and coherent whatever Problem says: then it is ProblemCut if the
// snap length cut the options, or ProblemShort if the IP header claims more bytes
// than were on the wire.
type Problem uint8

// The problems.
const (
	ProblemNone    Problem = iota
	ProblemCut             // the snap length cut the headers off
	ProblemShort           // a header claims more bytes than the packet has
	ProblemInvalid         // a field has a value that its protocol forbids
	ProblemDepth           // more encapsulations than MaxDepth
	ProblemUnknown         // link type or protocol that wirewhy does not read
)

// Addr is an IPv4 or IPv6 address as two words; IPv4 is mapped (::ffff:a.b.c.d).
// It is comparable, free of pointers and cheap to hash.
type Addr struct{ Hi, Lo uint64 }

const mappedPrefix = uint64(0xffff) << 32

// Addr4 returns the Addr of an IPv4 address in host byte order.
func Addr4(a uint32) Addr { return Addr{Lo: mappedPrefix | uint64(a)} }

// AddrFrom returns the Addr of a netip.Addr; its zone is dropped.
func AddrFrom(a netip.Addr) Addr {
	b := a.As16()
	var r Addr
	for i := 0; i < 8; i++ {
		r.Hi = r.Hi<<8 | uint64(b[i])
		r.Lo = r.Lo<<8 | uint64(b[i+8])
	}
	return r
}

// Is4 reports whether a is an IPv4 address.
func (a Addr) Is4() bool { return a.Hi == 0 && a.Lo>>32 == 0xffff }

// IsZero reports whether a is unset.
func (a Addr) IsZero() bool { return a == Addr{} }

// Netip returns a as a netip.Addr, IPv4 unmapped.
func (a Addr) Netip() netip.Addr {
	var b [16]byte
	for i := 0; i < 8; i++ {
		b[i] = byte(a.Hi >> (56 - 8*i))
		b[i+8] = byte(a.Lo >> (56 - 8*i))
	}
	return netip.AddrFrom16(b).Unmap()
}

// String returns the address in its usual notation.
func (a Addr) String() string { return a.Netip().String() }

// Flags are the TCP header's flag bits, in the header's order (RFC 9293 §3.1),
// with AE (RFC 9768) as the ninth.
type Flags uint16

// The flags.
const (
	FIN Flags = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE
	CWR
	AE
)

// Has reports whether all of the given flags are set.
func (f Flags) Has(g Flags) bool { return f&g == g }

// Any reports whether at least one of the given flags is set.
func (f Flags) Any(g Flags) bool { return f&g != 0 }

// Option is a set of TCP options and properties of a segment's option list.
type Option uint16

// The options (IANA TCP parameters).
const (
	OptMSS        Option = 1 << iota // kind 2
	OptWScale                        // kind 3
	OptSACKPerm                      // kind 4
	OptSACK                          // kind 5
	OptTimestamps                    // kind 8
	OptMD5                           // kind 19
	OptAO                            // kind 29
	OptMPTCP                         // kind 30
	OptFastOpen                      // kind 34, or 254 with the magic number F989
	OptBad                           // a length that lies: that option was not read, and what follows only if its length can be believed
	OptUnknown                       // some other kind
	OptEarlyEOL                      // bytes other than zero after the end of the list
	OptManyNOPs                      // four NOPs in a row: something on the path removed an option
)

// SACKBlock is one block of a SACK option (RFC 2018): bytes [Left, Right).
type SACKBlock struct{ Left, Right analyzer.Seq }

// TCP is a segment's header and what its options say.
type TCP struct {
	Seq, Ack     analyzer.Seq
	Flags        Flags
	Window       uint16 // as it stands in the header, unscaled
	Urgent       uint16
	Sum          uint16 // the checksum field, as it stands
	Options      Option
	MSS          uint16
	WScale       uint8 // shift count, as it stands (more than 14 is an error of the sender, RFC 7323 §2.3)
	SACKCount    uint8
	TSval, TSecr uint32
	SACK         [4]SACKBlock
	PayloadLen   uint32 // from the IP header's length: right also where the snap length cut the bytes
}

// ICMP is an ICMP or ICMPv6 message. Quoted fields are those of the packet that
// an error message quotes.
type ICMP struct {
	Type, Code      uint8
	MTU             uint32 // of fragmentation needed (3/4) and packet too big (2/0); else 0
	IsError         bool
	QuotedKind      Kind // KindTCP, KindUDP or KindOther; meaningful if IsError
	QuotedPorts     bool // the quote reaches the ports (and, for TCP, the sequence number)
	QuotedSrc       Addr
	QuotedDst       Addr
	QuotedSrcPort   uint16
	QuotedDstPort   uint16
	QuotedSeq       analyzer.Seq
	QuotedLen       uint16 // total length of the quoted IP packet
	NeighbourTarget Addr   // of neighbour solicitations and advertisements (types 135, 136)
}

// ARP is an Ethernet/IPv4 address resolution message (RFC 826).
type ARP struct {
	Reply                bool
	Sender, Target       Addr
	SenderMAC, TargetMAC uint64
}

// Checksum says what verifying a checksum gave.
type Checksum uint8

// The results.
const (
	ChecksumUnverified Checksum = iota // bytes missing, or nobody asked
	ChecksumGood
	ChecksumBad
	ChecksumPartial // the pseudo header's sum only: the sender's network card was to fill it in (offload)
	ChecksumZero    // UDP over IPv4 without one
)

// Unknown is a set of fields that the input could not tell: listings of tcpdump
// leave much out. Of a capture file's frame, only options can be missing (snap length).
type Unknown uint16

// The fields.
const (
	UnknownSeq Unknown = 1 << iota
	UnknownAck
	UnknownWindow
	UnknownOptions
	UnknownTTL
	UnknownIPID
	UnknownTime // no date: Time counts from an unknown day
	UnknownLen
	RelativeSeq // Seq and Ack count from the ISNs, which the listing does not hold
	RelativeAck
)

// Packet is one decoded frame. It holds no pointers into memory of its own:
// Payload borrows the frame's bytes.
type Packet struct {
	// From the frame.
	Frame     uint32
	Interface uint32
	IfIndex   uint32 // the capturing host's interface index (SLL2, NFLOG); 0: not told
	Time      analyzer.Timestamp
	Offset    int64
	WireLen   uint32
	Direction analyzer.Direction // from the frame, or from a cooked header's packet type

	Kind    Kind
	Problem Problem
	Cut     bool   // the frame holds fewer bytes than were on the wire
	Depth   uint8  // encapsulations inside one another (a VLAN tag counts none)
	Scope   uint32 // which VLAN, VNI or tunnel; 0: none. Decoder.ScopeName tells it in words
	SrcMAC  uint64 // 0: unknown
	DstMAC  uint64

	// Innermost IP header.
	Version   uint8 // 4, 6, or 0 without IP
	Protocol  uint8 // IP protocol number of the payload
	TTL       uint8 // hop limit
	TOS       uint8 // traffic class; the low two bits are ECN
	DF        bool  // don't fragment (always true for IPv6)
	IPID      uint16
	IPLen     uint32 // total length of the IP packet; with offload more than 65,535 is possible
	Src, Dst  Addr
	Broadcast bool // the link-layer destination is a group address

	// Fragmentation of the innermost IP packet (KindFragment), or of the one that
	// this frame completed (Fragments > 0).
	FragmentID     uint32
	FragmentOffset uint16 // bytes
	MoreFragments  bool
	Fragments      uint8 // frames that were put together, this one included; 0: not fragmented

	SrcPort, DstPort uint16
	Checksum         Checksum // of TCP or UDP
	Unknown          Unknown

	TCP     TCP
	ICMP    ICMP
	ARP     ARP
	Payload []byte // captured bytes above TCP or UDP
}
