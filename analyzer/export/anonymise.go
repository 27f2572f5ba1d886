package export

import (
	"crypto/rand"
	"encoding/binary"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// Anonymiser takes out of frames what tells whose they are. Addresses are
// replaced everywhere (link layer, ARP, tunnels, packets that ICMP errors quote),
// payload is cut behind the transport header, and with it all names; what remains
// is known field by field, and a frame with a header that is not is dropped.
// Ports, sequence numbers, lengths and the distances between times stay: they are
// what an analysis lives on.
//
// Checksums are mended. Bytes that are missing count as zeros in them, since the
// right sum of a short payload would tell the payload. Those that were wrong, or
// left to the network card, are so afterwards.
type Anonymiser struct {
	Removed Removed

	addresses *addresses
	shift     time.Duration
	decoder   *wire.Decoder
	packet    wire.Packet
	out       []byte
}

// Removed counts what an Anonymiser has taken out.
type Removed struct {
	Frames       int            // kept
	Dropped      map[string]int // frames, by the header that was not understood
	V4, V6, MACs int            // addresses that were replaced by others
	PayloadLen   int64          // bytes cut, captured ones
	OptionCount  int            // options whose content was overwritten
	CommentCount int            // comments left out
	Shifted      bool           // times were moved
}

// NewAnonymiser returns an Anonymiser with a random key, which nobody ever knows.
// With shift, it also moves all times by one random amount of up to ten years
// into the past.
func NewAnonymiser(shift bool) *Anonymiser {
	var key [32]byte
	rand.Read(key[:]) // never fails: it ends the program instead
	a := Keyed(key)
	if shift {
		rand.Read(key[:])
		const day, year = 24 * time.Hour, 365 * 24 * time.Hour
		a.shift = -day - time.Duration(binary.LittleEndian.Uint64(key[:])%uint64(10*year/time.Second))*time.Second
		a.Removed.Shifted = true
	}
	return a
}

// Keyed returns an Anonymiser that replaces alike whatever it is given with one
// key. Who knows the key can tell the addresses again.
func Keyed(key [32]byte) *Anonymiser {
	return &Anonymiser{Removed: Removed{Dropped: map[string]int{}}, addresses: newAddresses(key), decoder: wire.NewDecoder(wire.Config{})}
}

// Frame changes a frame into one that may be given away; its bytes are valid
// until the next one. It returns false for a frame that may not.
func (a *Anonymiser) Frame(f *analyzer.Frame) bool {
	headers := a.decoder.Headers(f, &a.packet)
	if f.Comment != "" {
		a.Removed.CommentCount++
	}
	if reason := a.refuses(headers); reason != "" {
		a.Removed.Dropped[reason]++
		return false
	}
	sum := a.decoder.Checksum(&a.packet)
	a.out = append(a.out[:0], f.Data...)
	r := rewriter{Anonymiser: a, b: a.out, wire: max(int(f.WireLen), len(f.Data)), end: -1, sum: sum}
	for i, h := range headers {
		if !r.header(h, i == len(headers)-1) {
			a.Removed.Dropped[h.Name]++
			return false
		}
	}
	r.finish()
	f.Data = r.b
	f.WireLen, f.FCSLen, f.Comment = uint32(r.wire), 0, ""
	if f.Time != 0 {
		f.Time = max(f.Time.Add(a.shift), 1)
	}
	a.Removed.Frames++
	a.Removed.V4, a.Removed.V6 = a.addresses.counts()
	a.Removed.MACs = a.addresses.forgotten.macs + len(a.addresses.macs)
	return true
}

// refuses names what is not understood in the packet decoded last; "" if nothing.
func (a *Anonymiser) refuses(headers []wire.Header) string {
	for _, h := range headers {
		if _, ok := known[h.Name]; !ok {
			return h.Name
		}
	}
	switch a.packet.Kind {
	case wire.KindTCP, wire.KindUDP, wire.KindICMP, wire.KindARP, wire.KindFragment:
		return ""
	}
	if a.packet.Fragments > 0 { // put together, and cut behind its IP header all the same
		return ""
	}
	if len(headers) == 0 {
		return "?"
	}
	return headers[len(headers)-1].Name + " + ?"
}

// known are the headers of which every field is understood, by the names that
// package wire has for them.
var known = map[string]func(r *rewriter, at, n int) bool{
	"Ethernet":           func(r *rewriter, at, n int) bool { return r.mac(at) && r.mac(at+6) },
	"Linux cooked":       func(r *rewriter, at, n int) bool { return r.cooked(at+6, at+5) },
	"Linux cooked v2":    func(r *rewriter, at, n int) bool { return r.cooked(at+12, at+11) },
	"Loopback":           nothing,
	"PPP":                nothing,
	"Cisco HDLC":         nothing,
	"LLC":                nothing,
	"VLAN":               nothing,
	"MPLS":               nothing,
	"PPPoE":              nothing,
	"ERSPAN II":          nothing,
	"ERSPAN III":         nothing,
	"EtherIP":            nothing,
	"Fragment":           func(r *rewriter, at, n int) bool { return r.end < 0 || r.keep(at+8) },
	"GRE":                func(r *rewriter, at, n int) bool { return r.b[at]&0xc0 == 0 }, // no checksum, no routes
	"ARP":                func(r *rewriter, at, n int) bool { return r.arp(at) },
	"IPv4":               func(r *rewriter, at, n int) bool { return r.ipv4(at) },
	"IPv6":               func(r *rewriter, at, n int) bool { return r.ipv6(at) },
	"Hop-by-hop options": func(r *rewriter, at, n int) bool { return r.extension(at, n) },
	"IPv6 extension":     func(r *rewriter, at, n int) bool { return r.extension(at, n) },
	"TCP":                func(r *rewriter, at, n int) bool { return r.tcp(at) },
	"UDP":                func(r *rewriter, at, n int) bool { return r.udp(at, n) },
	"ICMP":               func(r *rewriter, at, n int) bool { return r.icmp(at) },
	"ICMPv6":             func(r *rewriter, at, n int) bool { return r.icmp6(at) },
}

func nothing(*rewriter, int, int) bool { return true }
