package export

import (
	"math/bits"
	"net/netip"
	"slices"
	"testing"
)

// Two addresses share exactly as many bits afterwards as before, and the special
// blocks are still themselves.
func TestPrefixes(t *testing.T) {
	a := newAddresses([32]byte{9})
	var before, after []netip.Addr
	for _, s := range append(slices.Concat(addresses4, addresses6), "10.77.66.54", "10.77.99.1", "10.200.1.1", "172.16.4.1", "172.31.4.1", "172.32.4.1", "11.0.0.1", "9.255.255.255",
		"127.0.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.251", "169.254.9.9", "100.64.1.2", "8.8.8.8", "8.8.4.4", "::1", "::", "ff02::1", "fe80::1", "fd00:1234::1", "2a00:1450::1") {
		from := netip.MustParseAddr(s)
		b := from.AsSlice()
		a.replace(b)
		to, _ := netip.AddrFromSlice(b)
		if from.IsPrivate() != to.IsPrivate() || from.IsLinkLocalUnicast() != to.IsLinkLocalUnicast() || from.IsMulticast() != to.IsMulticast() || from.IsLoopback() != to.IsLoopback() || from.IsUnspecified() != to.IsUnspecified() {
			t.Errorf("%s became %s, which is of another kind", from, to)
		}
		before, after = append(before, from), append(after, to)
	}
	changed := 0
	for i := range before {
		if before[i] != after[i] {
			changed++
		}
		for j := range i {
			if shared(before[i], before[j]) != shared(after[i], after[j]) {
				t.Errorf("%s and %s share %d bits; as %s and %s they share %d", before[i], before[j], shared(before[i], before[j]), after[i], after[j], shared(after[i], after[j]))
			}
		}
	}
	if changed < len(before)-8 {
		t.Errorf("only %d of %d addresses have changed", changed, len(before))
	}
}

func shared(a, b netip.Addr) int {
	x, y := a.AsSlice(), b.AsSlice()
	if len(x) != len(y) {
		return -1
	}
	for i := range x {
		if d := x[i] ^ y[i]; d != 0 {
			return 8*i + bits.LeadingZeros8(d)
		}
	}
	return 8 * len(x)
}
