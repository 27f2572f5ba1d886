package wire

import (
	"strconv"
	"strings"
)

// tunnelKind is a kind of encapsulation that may separate address spaces.
type tunnelKind uint8

const (
	tunnelPlain  tunnelKind = iota // separates nothing
	tunnelVLAN                     // by identifier
	tunnelPBB                      // by identifier
	tunnelVXLAN                    // by identifier
	tunnelGeneve                   // by identifier
	tunnelNVGRE                    // by identifier
	tunnelGRE                      // by endpoints, as all that follow
	tunnelIP
	tunnelEthernet
	tunnelMPLS
	tunnelGTP
	tunnelL2TP
	tunnelCAPWAP
	tunnelMirror // copies of frames that live elsewhere: forgets the scope of what carries them
)

var tunnelNames = [...]string{
	tunnelVLAN: "VLAN", tunnelPBB: "I-SID", tunnelVXLAN: "VXLAN VNI", tunnelGeneve: "Geneve VNI", tunnelNVGRE: "NVGRE VSID",
	tunnelGRE: "GRE", tunnelIP: "IP in IP", tunnelEthernet: "Ethernet in IP", tunnelMPLS: "MPLS in IP",
	tunnelGTP: "GTP", tunnelL2TP: "L2TP", tunnelCAPWAP: "CAPWAP",
}

// byID reports whether an identifier that both directions share tells the
// tenants of this kind of tunnel apart. The endpoints are then left out: a VNI's
// packets may come from many of them. Tunnels whose identifiers differ by
// direction (GTP's TEID, PPTP's call ID, GRE's keys) go by their endpoints.
func (k tunnelKind) byID() bool { return k >= tunnelVLAN && k <= tunnelNVGRE }

// maxScopes bounds the scopes that are told apart; packets of further ones share
// the last.
const maxScopes = 1 << 16

// scopeKey identifies a scope: what was entered, and from where.
type scopeKey struct {
	parent uint32
	kind   tunnelKind
	id     uint32
	a, b   Addr // endpoints in ascending order, so that both directions are equal; zero if byID
}

// scopes numbers scopes in the order of their appearance, from 1.
type scopes struct {
	top     [4096]uint32 // VLANs at the outermost level
	numbers map[scopeKey]uint32
	names   []scopeKey // of scope i+1
	last    scopeKey   // most packets enter the same scope as the one before
	lastIs  uint32
}

// less orders addresses.
func (a Addr) less(b Addr) bool { return a.Hi < b.Hi || a.Hi == b.Hi && a.Lo < b.Lo }

// vlan returns the scope of a VLAN inside another scope.
func (s *scopes) vlan(parent uint32, id uint16) uint32 {
	if parent == 0 {
		if n := s.top[id&0xfff]; n != 0 {
			return n
		}
	}
	n := s.number(scopeKey{parent: parent, kind: tunnelVLAN, id: uint32(id)})
	if parent == 0 {
		s.top[id&0xfff] = n
	}
	return n
}

// tunnel returns the scope of what a tunnel between two endpoints carries.
func (s *scopes) tunnel(parent uint32, kind tunnelKind, id uint32, src, dst Addr) uint32 {
	switch {
	case kind == tunnelPlain:
		return parent
	case kind == tunnelMirror:
		return 0
	case kind.byID():
		return s.number(scopeKey{parent: parent, kind: kind, id: id})
	}
	if dst.less(src) {
		src, dst = dst, src
	}
	return s.number(scopeKey{parent: parent, kind: kind, a: src, b: dst})
}

// number returns the number of a scope, a new one for a new scope.
func (s *scopes) number(k scopeKey) uint32 {
	if k == s.last && s.lastIs != 0 {
		return s.lastIs
	}
	n, ok := s.numbers[k]
	if !ok {
		n = s.add(k)
	}
	s.last, s.lastIs = k, n
	return n
}

func (s *scopes) add(k scopeKey) uint32 {
	if len(s.names) >= maxScopes {
		return maxScopes
	}
	if s.numbers == nil {
		s.numbers = map[scopeKey]uint32{}
	}
	s.names = append(s.names, k)
	n := uint32(len(s.names))
	s.numbers[k] = n
	return n
}

// ScopeName tells a scope in the field's words, the outermost first: "VLAN 12",
// "VLAN 100, VXLAN VNI 5", "GRE 192.0.2.1 ↔ 192.0.2.9". It is empty for scope 0 and
// for a number that no packet of this Decoder had.
func (d *Decoder) ScopeName(scope uint32) string {
	var parts []string
	for scope != 0 && int(scope) <= len(d.scopes.names) && len(parts) < maxHeaders {
		k := d.scopes.names[scope-1]
		parts = append(parts, k.String())
		scope = k.parent
	}
	for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
		parts[i], parts[j] = parts[j], parts[i]
	}
	return strings.Join(parts, ", ")
}

// String tells the innermost step of a scope.
func (k scopeKey) String() string {
	name := tunnelNames[k.kind]
	if k.kind.byID() {
		return name + " " + strconv.FormatUint(uint64(k.id), 10)
	}
	if k.a.IsZero() && k.b.IsZero() {
		return name
	}
	return name + " " + k.a.String() + " ↔ " + k.b.String()
}

// enter moves decoding into an encapsulated packet, unless that were one too
// many: then it says so and decoding ends with the outer packet.
func (c *cursor) enter(kind tunnelKind, id uint32) bool {
	p := c.p
	if p.Depth >= c.d.maxDepth {
		p.Problem = ProblemDepth
		return false
	}
	p.Depth++
	p.Kind = KindOther
	c.d.segment = nil
	p.Scope = c.d.scopes.tunnel(p.Scope, kind, id, p.Src, p.Dst)
	p.resetIP()
	return true
}

// inside enters an encapsulation that has no header of its own left to read.
func (c *cursor) inside(kind tunnelKind, next layer) layer {
	if !c.enter(kind, 0) {
		return layerDone
	}
	return next
}
