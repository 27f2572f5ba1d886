package dissect

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"

	"github.com/google/gopacket"
)

// block is a header whose fields are being told. Its offsets count from the
// header's first byte; fields that were not captured are left out.
type block struct {
	tree    *tree
	data    []byte // of the frame
	at, end int
	last    bool // no further header that wire knows
	layer   Layer
	used    int                // bytes of the header
	next    gopacket.LayerType // what gopacket calls the payload's protocol; 0: nobody knows
	carries func(b *block, offset int)
	payload int // length of header and payload as the header has it; 0: it does not say
	told    int
}

// has reports whether n bytes from off were captured.
func (b *block) has(off, n int) bool { return off >= 0 && n >= 0 && b.at+off+n <= len(b.data) }

func (b *block) bytes(off, n int) []byte {
	if !b.has(off, n) {
		return nil
	}
	return b.data[b.at+off : b.at+off+n]
}

// number loads n bytes in network order; 0 if they are not there.
func (b *block) number(off, n int) uint64 {
	var v uint64
	for _, x := range b.bytes(off, n) {
		v = v<<8 | uint64(x)
	}
	return v
}

func (b *block) u8(off int) uint8   { return uint8(b.number(off, 1)) }
func (b *block) u16(off int) uint16 { return uint16(b.number(off, 2)) }
func (b *block) u32(off int) uint32 { return uint32(b.number(off, 4)) }

// le16 loads two bytes in the other order.
func (b *block) le16(off int) uint16 {
	if v := b.bytes(off, 2); v != nil {
		return binary.LittleEndian.Uint16(v)
	}
	return 0
}

// add tells a field and returns it, so that children can be added to it.
func (b *block) add(name string, off, n int, value string) *Field {
	if !b.has(off, n) || b.told >= maxFields {
		return &Field{}
	}
	b.told++
	b.used = max(b.used, off+n)
	b.layer.Fields = append(b.layer.Fields, Field{Name: name, Value: value, Offset: b.at + off, Len: n})
	return &b.layer.Fields[len(b.layer.Fields)-1]
}

// child tells a field of another field.
func (b *block) child(f *Field, name string, off, n int, value string) {
	if !b.has(off, n) || f.Len == 0 || b.told >= maxFields {
		return
	}
	b.told++
	f.Children = append(f.Children, Field{Name: name, Value: value, Offset: b.at + off, Len: n})
}

// decimal, hexadecimal and the like tell a number of n bytes.
func (b *block) decimal(name string, off, n int) *Field {
	return b.add(name, off, n, fmt.Sprint(b.number(off, n)))
}

func (b *block) hexadecimal(name string, off, n int) *Field {
	return b.add(name, off, n, fmt.Sprintf("0x%0*x", 2*n, b.number(off, n)))
}

// named tells a number and what it means.
func (b *block) named(name string, off, n int, names map[uint64]string) *Field {
	v := b.number(off, n)
	if word := names[v]; word != "" {
		return b.add(name, off, n, fmt.Sprintf("%s (%d)", word, v))
	}
	return b.decimal(name, off, n)
}

func (b *block) etherType(name string, off int) {
	v := b.number(off, 2)
	if word := etherTypes[v]; word != "" {
		b.add(name, off, 2, fmt.Sprintf("%s (0x%04x)", word, v))
		return
	}
	b.hexadecimal(name, off, 2)
}

func (b *block) mac(name string, off int) { b.add(name, off, 6, macString(b.bytes(off, 6))) }

func (b *block) ip4(name string, off int) { b.add(name, off, 4, address(b.bytes(off, 4))) }

func (b *block) ip6(name string, off int) { b.add(name, off, 16, address(b.bytes(off, 16))) }

// dump tells bytes as such.
func (b *block) dump(name string, off, n int) *Field {
	return b.add(name, off, n, hexString(b.bytes(off, n)))
}

// macString writes a hardware address.
func macString(v []byte) string {
	s := make([]byte, 0, 3*len(v))
	for i, x := range v {
		if i > 0 {
			s = append(s, ':')
		}
		s = hex.AppendEncode(s, []byte{x})
	}
	return string(s)
}

// address writes an IP address of 4 or 16 bytes.
func address(v []byte) string {
	a, ok := netip.AddrFromSlice(v)
	if !ok {
		return ""
	}
	return a.String()
}

// hexString writes bytes, cut where they are many.
func hexString(v []byte) string {
	const most = 64
	if len(v) > most {
		return hex.EncodeToString(v[:most]) + " …"
	}
	return hex.EncodeToString(v)
}

// yes writes a flag.
func yes(set bool) string {
	if set {
		return "1"
	}
	return "0"
}
