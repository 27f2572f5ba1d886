package wire

import (
	"encoding/binary"
	"math/bits"
)

// Checksum verifies the checksum of the TCP segment or UDP datagram that Decode
// filled p from, notes the result in p, and returns it. It must be called before
// the frame's bytes are gone, and costs a pass over the payload: some 0.1 ns a
// byte natively. Where not all bytes are there, it can still tell a partial one.
func (d *Decoder) Checksum(p *Packet) Checksum {
	p.Checksum = d.checksum(p)
	return p.Checksum
}

func (d *Decoder) checksum(p *Packet) Checksum {
	b, at := d.segment, 16
	switch p.Kind {
	case KindTCP:
	case KindUDP:
		at = 6
	default:
		return ChecksumUnverified
	}
	if len(b) < at+2 {
		return ChecksumUnverified
	}
	field := be16(b[at:])
	if p.Kind == KindUDP && field == 0 && p.Version == 4 {
		return ChecksumZero
	}
	addresses := p.pseudoSum()
	if whole := len(b) == d.segmentWire; whole {
		if foldSum(addresses+uint64(d.segmentWire)+sumWords(b)) == 0xffff {
			return ChecksumGood
		}
	}
	// The sender's stack leaves the sum of the pseudo header for its network card
	// to complete (Linux: CHECKSUM_PARTIAL; Windows, too, without the length
	// where the card also cuts the segment).
	if field == foldSum(addresses+uint64(d.segmentWire)) || field == foldSum(addresses) {
		return ChecksumPartial
	}
	if len(b) == d.segmentWire {
		return ChecksumBad
	}
	return ChecksumUnverified
}

// PartialSum reports whether a checksum is what the sender's stack leaves in p for its
// network card to complete. The length of p's header is not known any more, so that
// all are tried: one sum in six thousand passes that is not.
func (p *Packet) PartialSum(sum uint16) bool {
	addresses := p.pseudoSum()
	for header := uint64(20); header <= 60; header += 4 {
		if sum == foldSum(addresses+header+uint64(p.TCP.PayloadLen)) {
			return true
		}
	}
	return sum == foldSum(addresses)
}

// pseudoSum adds up the addresses and the protocol of the pseudo header
// (RFC 9293 §3.1, RFC 8200 §8.1).
func (p *Packet) pseudoSum() uint64 {
	sum := uint64(p.Protocol) + p.Src.Lo&0xffffffff + p.Dst.Lo&0xffffffff
	if p.Version == 6 {
		sum += p.Src.Lo>>32 + p.Dst.Lo>>32
		sum += p.Src.Hi>>32 + p.Src.Hi&0xffffffff
		sum += p.Dst.Hi>>32 + p.Dst.Hi&0xffffffff
	}
	return sum
}

// sumWords returns a number that is congruent, modulo 0xffff, to the sum of b's
// 16-bit words in network order (RFC 1071 §2): it adds words of 64 bits, with
// the carry brought around.
func sumWords(b []byte) uint64 {
	var sum, carry uint64
	for len(b) >= 32 {
		sum, carry = bits.Add64(sum, binary.BigEndian.Uint64(b), carry)
		sum, carry = bits.Add64(sum, binary.BigEndian.Uint64(b[8:]), carry)
		sum, carry = bits.Add64(sum, binary.BigEndian.Uint64(b[16:]), carry)
		sum, carry = bits.Add64(sum, binary.BigEndian.Uint64(b[24:]), carry)
		b = b[32:]
	}
	for len(b) >= 8 {
		sum, carry = bits.Add64(sum, binary.BigEndian.Uint64(b), carry)
		b = b[8:]
	}
	var last uint64
	for i, x := range b {
		last |= uint64(x) << (56 - 8*i)
	}
	sum, carry = bits.Add64(sum, last, carry)
	return uint64(foldSum(sum)) + carry
}

// foldSum reduces a sum to 16 bits, carries added back in.
func foldSum(sum uint64) uint16 {
	sum = sum>>32 + sum&0xffffffff
	sum = sum>>16 + sum&0xffff
	sum = sum>>16 + sum&0xffff
	sum = sum>>16 + sum&0xffff
	return uint16(sum)
}
