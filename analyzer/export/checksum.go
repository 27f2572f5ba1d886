package export

import (
	"encoding/binary"

	"wirewhy/analyzer/wire"
)

// mend writes the checksum of bytes that have changed. Where it was partial, it
// is so again; where it was wrong, it is wrong again.
func (c *checksum) mend(b []byte) {
	if c.field+2 > len(b) || c.state == wire.ChecksumZero {
		return
	}
	var sum, addresses uint32
	if c.protocol != 0 {
		addresses = add(0, b[c.ip.addresses:c.ip.addresses+2*c.ip.size]) + uint32(c.protocol)
		sum = addresses + uint32(c.to-c.from)
	}
	field := b[c.field : c.field+2]
	clear(field)
	if c.state == wire.ChecksumPartial {
		binary.BigEndian.PutUint16(field, fold(sum))
		return
	}
	v := ^fold(add(sum, b[c.from:min(c.to, len(b))]))
	bad := c.state == wire.ChecksumBad
	if bad {
		v ^= 0x5a5a
	}
	// By chance, it may be what a network card was to fill in. Another one serves as
	// well: it is wrong all the same (a wrong one differs by an even number), or
	// nobody can verify it.
	for (bad || c.to > len(b)) && (v == fold(sum) || v == fold(addresses)) {
		v++
	}
	if v == 0 && c.protocol == 17 {
		v = 0xffff // zero says that there is none (RFC 768)
	}
	binary.BigEndian.PutUint16(field, v)
}

// add adds up 16-bit words in network order (RFC 1071); a last odd byte is the
// upper half of one.
func add(sum uint32, b []byte) uint32 {
	for ; len(b) > 1; b = b[2:] {
		sum += uint32(b[0])<<8 | uint32(b[1])
		sum = sum&0xffff + sum>>16
	}
	if len(b) > 0 {
		sum += uint32(b[0]) << 8
	}
	return sum
}

func fold(sum uint32) uint16 {
	sum = sum&0xffff + sum>>16
	sum = sum&0xffff + sum>>16
	return uint16(sum)
}
