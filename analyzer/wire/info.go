package wire

import (
	"strconv"

	"wirewhy/analyzer"
)

// flagLetters are tcpdump's letters for the flags, in the order of the bits.
const flagLetters = "FSRP.UEWe"

// AppendInfo appends one line about a packet to dst, in tcpdump's notation:
//
//	Flags [P.], seq 1:107, ack 1, win 229, length 106
//
// TCP's numbers count from isn, that of the packet's sender, and from ackISN, that
// of its receiver; with zeros they are absolute. What the input did not tell
// (Packet.Unknown) is left out.
func AppendInfo(dst []byte, p *Packet, isn, ackISN analyzer.Seq) []byte {
	switch p.Kind {
	case KindTCP:
		return appendTCP(dst, p, isn, ackISN)
	case KindUDP:
		return appendNumber(append(dst, "UDP, length "...), uint64(len(p.Payload)))
	case KindICMP:
		return appendICMP(dst, p)
	case KindARP:
		return appendARP(dst, &p.ARP)
	case KindFragment:
		dst = appendNumber(append(dst, "fragment, id "...), uint64(p.FragmentID))
		dst = appendNumber(append(dst, ", offset "...), uint64(p.FragmentOffset))
		return appendNumber(append(dst, ", protocol "...), uint64(p.Protocol))
	case KindOther:
		if p.Version != 0 {
			return appendNumber(append(dst, "IP protocol "...), uint64(p.Protocol))
		}
	}
	return append(dst, "not IP"...)
}

func appendNumber(dst []byte, n uint64) []byte { return strconv.AppendUint(dst, n, 10) }

func appendTCP(dst []byte, p *Packet, isn, ackISN analyzer.Seq) []byte {
	t := &p.TCP
	dst = append(dst, "Flags ["...)
	if t.Flags == 0 {
		dst = append(dst, "none"...)
	}
	for i := range len(flagLetters) {
		if t.Flags&(1<<i) != 0 {
			dst = append(dst, flagLetters[i])
		}
	}
	dst = append(dst, ']')
	if p.Unknown&UnknownSeq == 0 && (t.PayloadLen > 0 || t.Flags.Any(SYN|FIN|RST)) {
		seq := t.Seq - isn
		dst = appendNumber(append(dst, ", seq "...), uint64(seq))
		if t.PayloadLen > 0 {
			dst = appendNumber(append(dst, ':'), uint64(seq.Add(t.PayloadLen)))
		}
	}
	if t.Flags.Has(ACK) && p.Unknown&UnknownAck == 0 {
		dst = appendNumber(append(dst, ", ack "...), uint64(t.Ack-ackISN))
	}
	if p.Unknown&UnknownWindow == 0 {
		dst = appendNumber(append(dst, ", win "...), uint64(t.Window))
	}
	if t.Flags.Has(URG) {
		dst = appendNumber(append(dst, ", urg "...), uint64(t.Urgent))
	}
	dst = appendOptions(dst, t, ackISN)
	if p.Unknown&UnknownLen == 0 {
		dst = appendNumber(append(dst, ", length "...), uint64(t.PayloadLen))
	}
	return dst
}

// appendOptions appends what Packet keeps of the options: without padding, in a
// fixed order.
func appendOptions(dst []byte, t *TCP, ackISN analyzer.Seq) []byte {
	begin := len(dst)
	next := func(o Option, name string) bool {
		if t.Options&o == 0 {
			return false
		}
		if len(dst) == begin {
			dst = append(dst, ", options ["...)
		} else {
			dst = append(dst, ',')
		}
		dst = append(dst, name...)
		return true
	}
	if next(OptMSS, "mss ") {
		dst = appendNumber(dst, uint64(t.MSS))
	}
	next(OptSACKPerm, "sackOK")
	if next(OptTimestamps, "TS val ") {
		dst = appendNumber(dst, uint64(t.TSval))
		dst = appendNumber(append(dst, " ecr "...), uint64(t.TSecr))
	}
	if next(OptWScale, "wscale ") {
		dst = appendNumber(dst, uint64(t.WScale))
	}
	if next(OptSACK, "sack ") {
		dst = appendSACK(dst, t, ackISN)
	}
	next(OptMD5, "md5")
	next(OptAO, "tcp-ao")
	next(OptMPTCP, "mptcp")
	next(OptFastOpen, "tfo")
	next(OptUnknown, "unknown")
	next(OptBad, "bad opt")
	if len(dst) > begin {
		dst = append(dst, ']')
	}
	return dst
}

// appendSACK appends "2 {1:5}{9:12}".
func appendSACK(dst []byte, t *TCP, ackISN analyzer.Seq) []byte {
	dst = append(appendNumber(dst, uint64(t.SACKCount)), ' ')
	for _, s := range t.SACK[:t.SACKCount] {
		dst = appendNumber(append(dst, '{'), uint64(s.Left-ackISN))
		dst = appendNumber(append(dst, ':'), uint64(s.Right-ackISN))
		dst = append(dst, '}')
	}
	return dst
}

func appendICMP(dst []byte, p *Packet) []byte {
	m := &p.ICMP
	name := "ICMP type "
	if p.Version == 6 {
		name = "ICMPv6 type "
	}
	dst = appendNumber(append(dst, name...), uint64(m.Type))
	dst = appendNumber(append(dst, " code "...), uint64(m.Code))
	if m.MTU != 0 {
		dst = appendNumber(append(dst, ", mtu "...), uint64(m.MTU))
	}
	if !m.NeighbourTarget.IsZero() {
		dst = m.NeighbourTarget.Netip().AppendTo(append(dst, ", target "...))
	}
	if !m.IsError || m.QuotedSrc.IsZero() && m.QuotedDst.IsZero() {
		return dst
	}
	dst = appendEndpoint(append(dst, ", quotes "...), m.QuotedSrc, m.QuotedSrcPort, m.QuotedPorts)
	dst = appendEndpoint(append(dst, " > "...), m.QuotedDst, m.QuotedDstPort, m.QuotedPorts)
	if m.QuotedPorts && m.QuotedKind == KindTCP {
		dst = appendNumber(append(dst, ", seq "...), uint64(m.QuotedSeq))
	}
	return dst
}

// appendEndpoint appends address and port in tcpdump's way, with a dot between.
func appendEndpoint(dst []byte, a Addr, port uint16, withPort bool) []byte {
	dst = a.Netip().AppendTo(dst)
	if withPort {
		dst = appendNumber(append(dst, '.'), uint64(port))
	}
	return dst
}

func appendARP(dst []byte, a *ARP) []byte {
	if !a.Reply {
		dst = a.Target.Netip().AppendTo(append(dst, "ARP, Request who-has "...))
		return a.Sender.Netip().AppendTo(append(dst, " tell "...))
	}
	dst = a.Sender.Netip().AppendTo(append(dst, "ARP, Reply "...))
	return appendMAC(append(dst, " is-at "...), a.SenderMAC)
}

func appendMAC(dst []byte, m uint64) []byte {
	const digits = "0123456789abcdef"
	for shift := 40; shift >= 0; shift -= 8 {
		x := byte(m >> shift)
		dst = append(dst, digits[x>>4], digits[x&15])
		if shift > 0 {
			dst = append(dst, ':')
		}
	}
	return dst
}
