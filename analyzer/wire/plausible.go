package wire

// What an encapsulation carries is believed only if it looks like it: ports and
// label values alone would turn ordinary payloads into nonsense.

// plausibleIPv4 reports whether b, of which wire bytes were on the wire, begins
// with an IPv4 header that makes sense; with strict, its checksum must be right, too.
func plausibleIPv4(b []byte, wire int, strict bool) bool {
	if len(b) < 20 || b[0]>>4 != 4 {
		return false
	}
	header, total := int(b[0]&15)*4, int(be16(b[2:]))
	if header < 20 || header > len(b) || total > wire {
		return false
	}
	if total < header {
		return total == 0 && !strict // left to the network card
	}
	return !strict || foldSum(sumWords(b[:header])) == 0xffff
}

// plausibleIPv6 reports whether b begins with an IPv6 header whose length fits.
// Having no checksum, it must carry a protocol that is known.
func plausibleIPv6(b []byte, wire int) bool {
	if len(b) < 40 || b[0]>>4 != 6 {
		return false
	}
	if int(be16(b[4:]))+40 > wire {
		return false
	}
	next := b[6]
	return ipLayers[next] != layerDone || next == 50 || next == 59 || next == 132
}

// plausibleIP is the one or the other, by the version.
func plausibleIP(b []byte, wire int, strict bool) bool {
	return plausibleIPv4(b, wire, strict) || plausibleIPv6(b, wire)
}

// plausibleEthernet reports whether b is an Ethernet frame that carries IP or
// ARP, with up to two VLAN tags.
func plausibleEthernet(b []byte, wire int) bool {
	at := 12
	for tags := 0; tags < 3 && len(b) >= at+2; tags++ {
		rest, left := b[at+2:], wire-at-2
		switch be16(b[at:]) {
		case 0x0800:
			return plausibleIPv4(rest, left, true)
		case 0x86dd:
			return plausibleIPv6(rest, left)
		case 0x0806:
			return len(rest) >= 6 && be32(rest) == 0x00010800 && be16(rest[4:]) == 0x0604
		case 0x8100, 0x88a8:
			at += 4
		default:
			return false
		}
	}
	return false
}
