package export

import (
	"encoding/binary"

	"wirewhy/analyzer/wire"
)

// icmp keeps the header of an ICMP message, and of an error the headers that it
// quotes. What its types hold beside is in RFC 792.
func (r *rewriter) icmp(at int) bool {
	if !r.has(at, 8) {
		return false
	}
	r.pending = append(r.pending, checksum{field: at + 2, from: at, to: r.ip.end, state: wire.ChecksumGood})
	switch r.b[at] {
	case 5: // redirect: to a gateway
		r.address(at+4, 4)
		return r.quote(at + 8)
	case 3, 4, 11, 12:
		return r.quote(at + 8)
	case 0, 8, 13, 14:
	default:
		clear(r.b[at+4 : at+8])
	}
	return r.keep(at + 8)
}

// icmp6 is the same for ICMPv6 (RFC 4443) and neighbour discovery (RFC 4861).
func (r *rewriter) icmp6(at int) bool {
	if !r.has(at, 8) {
		return false
	}
	r.pending = append(r.pending, checksum{at + 2, at, r.ip.end, 58, r.ip, wire.ChecksumGood})
	switch r.b[at] {
	case 1, 2, 3, 4:
		return r.quote(at + 8)
	case 128, 129, 130, 131, 132, 133, 134, 143:
		return r.keep(at + 8)
	case 135, 136:
		if !r.has(at+8, 16) {
			return r.keep(at + 8)
		}
		r.address(at+8, 16)
		if r.has(at+24, 8) && r.b[at+24] <= 2 && r.b[at+25] == 1 { // link-layer address
			r.mac(at + 26)
			return r.keep(at + 32)
		}
		return r.keep(at + 24)
	case 137:
		if !r.has(at+8, 32) {
			return r.keep(at + 8)
		}
		r.address(at+8, 16)
		r.address(at+24, 16)
		return r.keep(at + 40)
	}
	clear(r.b[at+4 : at+8])
	return r.keep(at + 8)
}

// quote keeps of the packet that an error quotes its IP header and what a
// transport header begins with.
func (r *rewriter) quote(at int) bool {
	if !r.has(at, 20) {
		return r.keep(at)
	}
	protocol, end := r.b[at+9], at+int(r.b[at]&15)*4
	switch {
	case r.b[at]>>4 == 4 && end >= at+20 && r.has(at, end-at):
		r.address(at+12, 4)
		r.address(at+16, 4)
		fill(r.b[at+20:end], 1)
		if binary.BigEndian.Uint16(r.b[at+10:]) != 0 {
			r.pending = append(r.pending, checksum{field: at + 10, from: at, to: end})
		}
		if binary.BigEndian.Uint16(r.b[at+6:])&0x1fff != 0 {
			return r.keep(end)
		}
	case r.b[at]>>4 == 6 && r.has(at, 40):
		r.address(at+8, 16)
		r.address(at+24, 16)
		protocol, end = r.b[at+6], at+40
	default:
		return r.keep(at)
	}
	sum := 0 // where its checksum lies, which would tell its payload
	switch protocol {
	case 6:
		end, sum = end+20, end+16
	case 17:
		end, sum = end+8, end+6
	case 1, 58:
		end, sum = end+8, end+2
	}
	if sum > 0 && r.has(sum, 2) {
		clear(r.b[sum : sum+2])
	}
	return r.keep(end)
}
