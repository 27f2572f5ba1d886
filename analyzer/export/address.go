package export

import (
	"encoding/binary"
	"math/rand/v2"
)

// addresses maps addresses to others, so that two which share their first k bits
// before share them afterwards, and no more: subnets stay together. It is the
// construction of Xu, Fan, Ammar and Moon ("Prefix-Preserving IP Address
// Anonymization", ICNP 2002): bit k is flipped or not by a keyed function of the
// k bits before it. Theirs calls AES for each bit; here a seed that follows from the
// key and the whole bytes before gives the 255 decisions of the next byte's tree.
//
// The prefixes of special blocks stay as they are, since they tell the kind of an
// address and not its owner: nothing is flipped on the way to them.
type addresses struct {
	key  [32]byte
	ip   map[string]string // IPv4 and IPv6 addresses as they stand in headers
	macs map[[6]byte][6]byte
	forgotten
}

// forgotten counts what was dropped from full maps.
type forgotten struct{ v4, v6, macs int }

// maxKnown bounds the addresses that are remembered; others are worked out again.
const maxKnown = 1 << 17

// special are blocks whose prefix stays, with its length in bits (IANA's
// registries of special-purpose addresses, RFC 6890).
var special = [2][]struct {
	prefix string
	bits   int
}{
	{
		{"\x00\x00\x00\x00", 32}, {"\x0a", 8}, {"\x64\x40", 10}, {"\x7f\x00\x00\x01", 32}, {"\xa9\xfe", 16}, {"\xac\x10", 12}, {"\xc0\xa8", 16},
		{"\xe0\x00\x00", 24}, {"\xff\xff\xff\xff", 32},
	},
	{
		{"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01", 128}, {"\x20", 3}, {"\xfc", 7}, {"\xfe\x80\x00\x00\x00\x00\x00\x00", 64},
		{"\xff\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\xff", 104}, // of neighbour solicitations; and the well-known groups
	},
}

func newAddresses(key [32]byte) *addresses {
	return &addresses{key: key, ip: map[string]string{}, macs: map[[6]byte][6]byte{}}
}

// replace writes another address over one of 4 or 16 bytes.
func (a *addresses) replace(b []byte) {
	to, ok := a.ip[string(b)]
	if !ok {
		if len(a.ip) >= maxKnown {
			a.v4, a.v6 = a.counts()
			clear(a.ip)
		}
		to = a.other(string(b))
		a.ip[string(b)] = to
	}
	copy(b, to)
}

// counts returns how many addresses of each family were replaced.
func (a *addresses) counts() (v4, v6 int) {
	v4, v6 = a.v4, a.v6
	for from := range a.ip {
		if len(from) == 4 {
			v4++
		} else {
			v6++
		}
	}
	return v4, v6
}

// other maps one address.
func (a *addresses) other(from string) string {
	family := len(from) / 16
	to := []byte(from)
	at := a.seed(byte(len(from)), "")
	for i := range to {
		flips := at.child(answer)
		at = at.after(from[i])
		node := 1 // of the byte's binary tree: its bits so far, with a one in front
		for bit := 7; bit >= 0; bit-- {
			if flips[node>>3]>>(node&7)&1 == 1 && !onSpecialWay(family, from, i*8+7-bit) {
				to[i] ^= 1 << bit
			}
			node = node<<1 | int(from[i]>>bit&1)
		}
	}
	return string(to)
}

// onSpecialWay reports whether the first n bits of an address are those of a
// special block that has more.
func onSpecialWay(family int, address string, n int) bool {
	for _, s := range special[family] {
		if n < s.bits && s.prefix[:n/8] == address[:n/8] && (s.prefix[n/8]^address[n/8])>>(8-n%8) == 0 {
			return true
		}
	}
	return false
}

// seed is a node of a tree of secrets, in which each gives rise to others that
// tell nothing of it or of each other: the construction of Goldreich, Goldwasser
// and Micali ("How to Construct Random Functions", JACM 1986) over ChaCha8. A seed
// that answers has no children.
type seed [32]byte

// answer is the child that is used; the 16 before it lead on, one for each half of
// a byte.
const answer = 16

func (s seed) child(n int) (out seed) {
	random := rand.NewChaCha8(s)
	for i := range 4 * (n + 1) {
		binary.LittleEndian.PutUint64(out[i%4*8:], random.Uint64())
	}
	return out
}

func (s seed) after(b byte) seed { return s.child(int(b >> 4)).child(int(b & 15)) }

// seed returns the node that a text of one kind leads to.
func (a *addresses) seed(kind byte, text string) seed {
	at := seed(a.key).after(kind)
	for i := range len(text) {
		at = at.after(text[i])
	}
	return at
}

// replaceMAC writes another hardware address over one. Broadcast and zero stay,
// as do what makes a group address and the prefixes of those that are made of IP
// groups (RFC 1112 §6.4, RFC 2464 §7).
func (a *addresses) replaceMAC(b []byte) {
	from := [6]byte(b)
	if from == [6]byte{} || from == [6]byte{255, 255, 255, 255, 255, 255} {
		return
	}
	to, ok := a.macs[from]
	if !ok {
		if len(a.macs) >= maxKnown {
			a.forgotten.macs += len(a.macs)
			clear(a.macs)
		}
		random := a.seed('m', string(from[:])).child(answer)
		copy(to[:], random[:])
		switch {
		case from[0] == 1 && from[1] == 0 && from[2] == 0x5e:
			copy(to[:3], from[:3])
		case from[0] == 0x33 && from[1] == 0x33:
			copy(to[:2], from[:2])
		default:
			to[0] = to[0]&^3 | from[0]&3
		}
		a.macs[from] = to
	}
	copy(b, to[:])
}
