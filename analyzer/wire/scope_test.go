package wire

import "testing"

// TestScopeOfBothDirections decodes every encapsulation in both directions.
func TestScopeOfBothDirections(t *testing.T) {
	there, back := plain4(), ip4(6, "10.0.0.2", "10.0.0.1", seg(nil, "hello"))
	in := func(protocol int, head ...byte) func([]byte, bool) []byte {
		return func(b []byte, reply bool) []byte {
			if reply {
				return ip4(protocol, "192.0.2.1", "192.0.2.9", join(head, b))
			}
			return ip4(protocol, "192.0.2.9", "192.0.2.1", join(head, b))
		}
	}
	udp := func(port int, wrap func([]byte) []byte) func([]byte, bool) []byte {
		return func(b []byte, reply bool) []byte {
			if reply { // from another port and, as GTP has it, with another identifier
				return in(17)(dgram(50123, port, wrap(b)), true)
			}
			return in(17)(dgram(40000, port, wrap(b)), false)
		}
	}
	tests := map[string]func([]byte, bool) []byte{
		"IPIP":   in(4),
		"GRE":    in(47, 0, 0, 8, 0),
		"VXLAN":  udp(4789, func(b []byte) []byte { return join(vxlanHeader, eth(0x0800, b)) }),
		"Geneve": udp(6081, func(b []byte) []byte { return join(geneveHeader, eth(0x0800, b)) }),
		"GTP":    udp(2152, func(b []byte) []byte { return gtp(0x30, nil, b) }),
	}
	scopes := map[uint32]string{}
	d := NewDecoder(Config{})
	for name, wrap := range tests {
		var p, q Packet
		d.Decode(frame(101, wrap(there, false)), &p)
		d.Decode(frame(101, wrap(back, true)), &q)
		if p.Kind != KindTCP || q.Kind != KindTCP || p.Scope != q.Scope || p.Scope == 0 || p.Src != q.Dst {
			t.Errorf("%s: scopes %d and %d", name, p.Scope, q.Scope)
		}
		if other := scopes[p.Scope]; other != "" {
			t.Errorf("%s and %s are both scope %d", name, other, p.Scope)
		}
		scopes[p.Scope] = name
	}
}

func TestScopesDiffer(t *testing.T) {
	vni := func(n byte) []byte {
		return ip4(17, "192.0.2.1", "192.0.2.2", dgram(1, 4789, join([]byte{8, 0, 0, 0, 0, 0, n, 0}, eth(0x0800, plain4()))))
	}
	d := NewDecoder(Config{})
	seen := map[uint32]bool{0: true}
	var p Packet
	for _, b := range [][]byte{
		eth(0x8100, tagged(1, 0x0800, plain4())), eth(0x8100, tagged(2, 0x0800, plain4())),
		eth(0x8100, tagged(1, 0x8100, tagged(2, 0x0800, plain4()))), eth(0x8100, tagged(2, 0x8100, tagged(1, 0x0800, plain4()))),
		eth(0x0800, vni(1)), eth(0x0800, vni(2)), eth(0x8100, tagged(1, 0x0800, vni(2))),
		eth(0x0800, ip4(4, "192.0.2.1", "192.0.2.2", plain4())), eth(0x0800, ip4(4, "192.0.2.1", "192.0.2.3", plain4())),
	} {
		d.Decode(frame(1, b), &p)
		first := p.Scope
		if d.Decode(frame(1, b), &p); p.Kind != KindTCP || p.Scope != first || seen[first] {
			t.Errorf("scope %d, then %d: %s", first, p.Scope, describe(d, &p))
		}
		seen[first] = true
	}
	if name := d.ScopeName(0); name != "" {
		t.Errorf("scope 0 is %q", name)
	}
	if name := d.ScopeName(1 << 20); name != "" {
		t.Errorf("an unknown scope is %q", name)
	}
}

func TestTooManyScopes(t *testing.T) {
	d := NewDecoder(Config{})
	for i := range uint32(maxScopes + 1000) {
		if n := d.scopes.tunnel(0, tunnelVXLAN, i, Addr{}, Addr{}); n == 0 || n > maxScopes {
			t.Fatalf("scope %d", n)
		}
	}
	if len(d.scopes.names) != maxScopes || len(d.scopes.numbers) != maxScopes {
		t.Errorf("%d names, %d numbers", len(d.scopes.names), len(d.scopes.numbers))
	}
}
