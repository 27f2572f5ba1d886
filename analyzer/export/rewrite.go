package export

import (
	"encoding/binary"

	"wirewhy/analyzer/wire"
)

// rewriter changes the bytes of one frame, header after header. Its methods
// return false where a header is not as it has to be.
type rewriter struct {
	*Anonymiser
	b       []byte
	wire    int           // length on the wire
	end     int           // of what is kept; -1: not known yet
	sum     wire.Checksum // of the innermost segment or datagram, before
	ip      ipHeader      // the innermost so far
	pending []checksum    // to be mended from the last to the first: the outer ones hold the inner ones
}

// ipHeader is what a pseudo header is made of.
type ipHeader struct {
	at, end   int // of the packet, on the wire
	addresses int // where the two lie
	size      int // of each
}

// checksum is a field to be mended, over the bytes [from, to) on the wire.
type checksum struct {
	field, from, to int
	protocol        byte // of the pseudo header; 0: none
	ip              ipHeader
	state           wire.Checksum
}

func (r *rewriter) has(at, n int) bool { return at+n <= len(r.b) }

func (r *rewriter) header(h wire.Header, last bool) bool {
	if h.Offset >= len(r.b) {
		return false
	}
	if last { // what is kept of it, it says itself
		r.end = h.Offset
	}
	return known[h.Name](r, h.Offset, h.Len)
}

// keep cuts what lies behind a place; payload counts as such.
func (r *rewriter) keep(at int) bool {
	r.end = min(at, len(r.b))
	return true
}

func (r *rewriter) mac(at int) bool {
	if !r.has(at, 6) {
		return false
	}
	r.addresses.replaceMAC(r.b[at : at+6])
	return true
}

// cooked replaces the link-layer address of a cooked header, eight bytes of which
// six are used at most.
func (r *rewriter) cooked(at, length int) bool {
	if !r.has(at, 8) {
		return false
	}
	if r.b[length] == 6 {
		clear(r.b[at+6 : at+8])
		return r.mac(at)
	}
	clear(r.b[at : at+8])
	return true
}

func (r *rewriter) address(at, n int) {
	if r.has(at, n) {
		r.addresses.replace(r.b[at : at+n])
	}
}

func (r *rewriter) arp(at int) bool {
	if !r.has(at, 28) || !r.mac(at+8) || !r.mac(at+18) {
		return false
	}
	r.address(at+14, 4)
	r.address(at+24, 4)
	return r.keep(at + 28)
}

func (r *rewriter) ipv4(at int) bool {
	if !r.has(at, 20) {
		return false
	}
	header, total := int(r.b[at]&15)*4, int(binary.BigEndian.Uint16(r.b[at+2:]))
	if total == 0 || at+total > r.wire { // left to the network card, or cut
		total = r.wire - at
	}
	if header < 20 || !r.has(at, header) {
		return false
	}
	r.address(at+12, 4)
	r.address(at+16, 4)
	if header > 20 { // they may hold a route
		fill(r.b[at+20:at+header], 1)
		r.Removed.OptionCount++
	}
	if binary.BigEndian.Uint16(r.b[at+10:]) != 0 {
		r.pending = append(r.pending, checksum{field: at + 10, from: at, to: at + header})
	}
	r.ip = ipHeader{at, at + total, at + 12, 4}
	if r.end >= 0 {
		r.end = at + header
	}
	return true
}

func (r *rewriter) ipv6(at int) bool {
	if !r.has(at, 40) {
		return false
	}
	end := at + 40 + int(binary.BigEndian.Uint16(r.b[at+4:]))
	if end == at+40 || end > r.wire {
		end = r.wire
	}
	r.address(at+8, 16)
	r.address(at+24, 16)
	r.ip = ipHeader{at, end, at + 8, 16}
	if r.end >= 0 {
		r.end = at + 40
	}
	return true
}

// extension overwrites the options of an IPv6 extension header with one of padding.
func (r *rewriter) extension(at, n int) bool {
	if n < 8 || !r.has(at, n) {
		return false
	}
	fill(r.b[at+2:at+n], 0)
	r.b[at+2], r.b[at+3] = 1, byte(min(n-4, 255)) // PadN (RFC 8200 §4.2)
	r.Removed.OptionCount++
	return true
}

// udp keeps the header, and the header of an encapsulation that ends where the
// next one begins.
func (r *rewriter) udp(at, n int) bool {
	if !r.has(at, 8) {
		return false
	}
	to := min(at+max(int(binary.BigEndian.Uint16(r.b[at+4:])), 8), r.ip.end)
	state := wire.ChecksumGood
	if binary.BigEndian.Uint16(r.b[at+6:]) == 0 {
		state = wire.ChecksumZero
	} else if r.end >= 0 {
		state = r.sum
	}
	r.pending = append(r.pending, checksum{at + 6, at, to, 17, r.ip, state})
	if r.end >= 0 {
		return r.keep(at + 8)
	}
	return r.encapsulation(at+8, n-8)
}

// encapsulation looks at what lies between a UDP header and the next one.
func (r *rewriter) encapsulation(at, n int) bool {
	if n < 8 || !r.has(at, n) {
		return false
	}
	b := r.b[at : at+n]
	switch {
	case n == 8 && (b[0] == 0x08 || b[0] == 0x88): // VXLAN
		return true
	case n == 8 && b[0]&0xf7 == 0x30 && b[1] == 255: // GTP without options
		return true
	case r.port(at-8, 6081) && b[0]>>6 == 0 && n == 8+int(b[0]&0x3f)*4: // Geneve
		if n > 8 {
			geneveOptions(b[8:])
			r.Removed.OptionCount++
		}
		return true
	}
	return false
}

// port reports whether one of the ports of a header is the given one.
func (r *rewriter) port(at int, port uint16) bool {
	return binary.BigEndian.Uint16(r.b[at:]) == port || binary.BigEndian.Uint16(r.b[at+2:]) == port
}

// geneveOptions makes one option of nobody's of each 128 bytes at most (RFC 8926 §3.5).
func geneveOptions(b []byte) {
	fill(b, 0)
	for len(b) >= 4 {
		n := min(len(b), 4+31*4)
		b[3] = byte(n/4 - 1)
		b = b[n:]
	}
}

func fill(b []byte, v byte) {
	for i := range b {
		b[i] = v
	}
}

// keptOptions are the TCP options that hold no address, cookie or signature; the
// contents of others are overwritten: some proxies write the client's address there.
const keptOptions = 1<<2 | 1<<3 | 1<<4 | 1<<5 | 1<<8

func (r *rewriter) tcp(at int) bool {
	if !r.has(at, 20) {
		return false
	}
	header := max(int(r.b[at+12]>>4)*4, 20)
	end := min(at+header, len(r.b))
	for o := r.b[at+20 : end]; len(o) > 0 && o[0] != 0; {
		if o[0] == 1 {
			o = o[1:]
			continue
		}
		if len(o) < 2 || o[1] < 2 || int(o[1]) > len(o) {
			fill(o, 0)
			r.Removed.OptionCount++
			break
		}
		if o[0] > 31 || keptOptions>>o[0]&1 == 0 {
			fill(o[2:o[1]], 0)
			r.Removed.OptionCount++
		}
		o = o[o[1]:]
	}
	r.afterOptions(r.b[at+20 : end])
	r.pending = append(r.pending, checksum{at + 16, at, r.ip.end, 6, r.ip, r.sum})
	if binary.BigEndian.Uint16(r.b[at+18:]) != 0 && r.b[at+13]&0x20 == 0 {
		clear(r.b[at+18 : at+20]) // an urgent pointer without meaning
	}
	return r.keep(at + header)
}

// afterOptions clears what stands behind the end of an option list.
func (r *rewriter) afterOptions(o []byte) {
	for len(o) > 0 && o[0] != 0 {
		n := 1
		if o[0] != 1 && len(o) > 1 {
			n = max(int(o[1]), 1)
		}
		o = o[min(n, len(o)):]
	}
	clear(o)
}

// finish cuts the payload and mends the checksums, from the innermost out.
func (r *rewriter) finish() {
	payload := min(max(r.ip.end, r.end), len(r.b)) - r.end
	bad := r.sum == wire.ChecksumBad
	if r.ip.end == 0 { // ARP: what follows is padding
		payload = 0
	}
	clear(r.b[r.end:])
	if payload > 0 {
		r.Removed.PayloadLen += int64(payload)
		if !bad { // else its wrongness could not be seen any more
			r.b = r.b[:r.end]
		}
	}
	for i := len(r.pending) - 1; i >= 0; i-- {
		r.pending[i].mend(r.b)
	}
}
