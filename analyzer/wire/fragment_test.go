package wire

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"
)

// pieces cuts a payload into IPv4 fragments of at most n bytes.
func pieces(id, protocol int, payload []byte, n int) [][]byte {
	var r [][]byte
	for at := 0; at < len(payload); at += n {
		end, flags := min(at+n, len(payload)), 0x2000
		if end == len(payload) {
			flags = 0
		}
		r = append(r, ip4with(protocol, id, flags|at/8, "10.0.0.1", "10.0.0.2", 20+end-at, nil, payload[at:end]))
	}
	return r
}

// pieces6 is pieces for IPv6.
func pieces6(id, protocol int, payload []byte, n int) [][]byte {
	var r [][]byte
	for at := 0; at < len(payload); at += n {
		end, more := min(at+n, len(payload)), 1
		if end == len(payload) {
			more = 0
		}
		r = append(r, ip6(44, "2001:db8::1", "2001:db8::2", join([]byte{byte(protocol), 0}, u16(at|more), u32(id), payload[at:end])))
	}
	return r
}

func randomBytes(n int) []byte {
	r := rand.New(rand.NewPCG(3, 4))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func TestFragmentsInAnyOrder(t *testing.T) {
	payload := randomBytes(3001)
	for name, cut := range map[string]func(id, protocol int, payload []byte, n int) [][]byte{"IPv4": pieces, "IPv6": pieces6} {
		d := NewDecoder(Config{})
		r := rand.New(rand.NewPCG(5, 6))
		for id := range 50 {
			parts := cut(id, 6, seg(nil, string(payload)), 296)
			order := r.Perm(len(parts))
			for i, k := range order {
				var p Packet
				d.Decode(frame(101, parts[k]), &p)
				if i < len(parts)-1 {
					if p.Kind != KindFragment || p.FragmentOffset != uint16(296*k) || p.FragmentID != uint32(id) {
						t.Fatalf("%s: part %d: %+v", name, k, p)
					}
					if k == 0 && (p.SrcPort != 1000 || p.DstPort != 80) {
						t.Errorf("%s: ports %d, %d", name, p.SrcPort, p.DstPort)
					}
					continue
				}
				if p.Kind != KindTCP || p.TCP.PayloadLen != 3001 || !bytes.Equal(p.Payload, payload) || int(p.Fragments) != len(parts) || p.Cut || p.Protocol != 6 {
					t.Fatalf("%s: order %v: %+v", name, order, p)
				}
			}
		}
	}
}

func TestFragmentsTwice(t *testing.T) {
	d := NewDecoder(Config{})
	var p Packet
	complete := 0
	for _, part := range pieces(1, 17, dgram(1000, 53, randomBytes(900)), 304) {
		for range 2 { // a capture on two interfaces
			d.Decode(frame(101, part), &p)
			if p.Kind == KindUDP {
				complete++
			}
		}
	}
	if complete != 1 {
		t.Errorf("complete %d times", complete)
	}
}

// TestFragmentsThatDisagree has a sender use an identification again before the
// first datagram was complete.
func TestFragmentsThatDisagree(t *testing.T) {
	one, two := pieces(1, 17, dgram(1000, 53, make([]byte, 900)), 304), pieces(1, 17, dgram(1001, 53, randomBytes(800)), 304)
	for _, before := range [][][]byte{{one[0]}, {one[0], one[1]}, {one[0], one[2]}} {
		d := NewDecoder(Config{})
		var p Packet
		for _, part := range append(before, two...) {
			if d.Decode(frame(101, part), &p); p.Kind == KindUDP && p.SrcPort == 1000 {
				t.Error("the first datagram is complete")
			}
		}
		if p.Kind != KindUDP || p.SrcPort != 1001 || string(p.Payload) != string(randomBytes(808)[:800]) {
			t.Errorf("kind %d, port %d, %d bytes", p.Kind, p.SrcPort, len(p.Payload))
		}
	}
}

func TestFragmentCut(t *testing.T) {
	parts := pieces(1, 6, seg(nil, string(randomBytes(900))), 304)
	d := NewDecoder(Config{})
	var p Packet
	for _, part := range parts {
		f := frame(101, part[:min(60, len(part))])
		f.WireLen = uint32(len(part))
		d.Decode(f, &p)
	}
	if p.Kind != KindTCP || p.TCP.PayloadLen != 900 || len(p.Payload) != 20 || !p.Cut {
		t.Errorf("%+v", p)
	}
}

func TestFragmentTimeout(t *testing.T) {
	parts := pieces(1, 6, seg(nil, "a payload of thirty-two bytes ..."), 24)
	for _, test := range []struct {
		after time.Duration
		want  Kind
	}{{9 * time.Second, KindTCP}, {11 * time.Second, KindFragment}, {-11 * time.Second, KindFragment}} {
		d := NewDecoder(Config{FragmentTimeout: 10 * time.Second})
		var p Packet
		for i, part := range parts {
			f := frame(101, part)
			if i > 0 {
				f.Time = f.Time.Add(test.after)
			}
			d.Decode(f, &p)
		}
		if p.Kind != test.want {
			t.Errorf("after %v: kind %d", test.after, p.Kind)
		}
	}
}

// TestFragmentPool has more datagrams under way than there are places.
func TestFragmentPool(t *testing.T) {
	d := NewDecoder(Config{Datagrams: 4})
	var last [][]byte
	var p Packet
	for id := range 10 {
		parts := pieces(id, 6, seg(nil, "a payload of thirty-two bytes ..."), 24)
		d.Decode(frame(101, parts[0]), &p)
		d.Decode(frame(101, parts[1]), &p)
		last = append(last, parts[2])
	}
	for id, want := range []Kind{0: KindFragment, 7: KindTCP, 9: KindTCP} {
		if want == KindOther {
			continue
		}
		if d.Decode(frame(101, last[id]), &p); p.Kind != want {
			t.Errorf("datagram %d: kind %d", id, p.Kind)
		}
	}
}

func TestFragmentNonsense(t *testing.T) {
	tests := map[string][]byte{
		"more, but no multiple of eight": ip4with(6, 1, 0x2000, "10.0.0.1", "10.0.0.2", 33, nil, make([]byte, 13)),
		"empty":                          ip4with(6, 1, 0x2000, "10.0.0.1", "10.0.0.2", 20, nil, nil),
		"beyond any datagram":            append(ip4with(6, 1, 0x1fff, "10.0.0.1", "10.0.0.2", 0, nil, make([]byte, 70000)), 0),
	}
	for name, b := range tests {
		var p Packet
		if NewDecoder(Config{}).Decode(frame(101, b), &p); p.Kind != KindFragment || p.Problem != ProblemInvalid {
			t.Errorf("%s: kind %d, problem %d", name, p.Kind, p.Problem)
		}
	}
}

// TestFragmentsOfTunnel puts a tunnel's packet together, whose inner packet is
// the last fragment of another.
func TestFragmentsOfTunnel(t *testing.T) {
	inner := pieces(5, 6, seg(nil, string(make([]byte, 900))), 480)
	d := NewDecoder(Config{})
	var p Packet
	var all [][]byte
	for i, part := range inner {
		all = append(all, pieces(100+i, 17, dgram(1000, 4789, join(vxlanHeader, eth(0x0800, part))), 296)...)
	}
	for _, b := range all {
		d.Decode(frame(101, b), &p)
	}
	if p.Kind != KindTCP || p.TCP.PayloadLen != 900 || p.Depth != 1 || p.Fragments != 2 || d.ScopeName(p.Scope) != "VXLAN VNI 5" {
		t.Errorf("%+v", p)
	}
}

// TestSameFragmentsElsewhere keeps equal addresses of two VLANs apart.
func TestSameFragmentsElsewhere(t *testing.T) {
	parts := pieces(1, 6, seg(nil, "a payload of thirty-two bytes ..."), 48)
	d := NewDecoder(Config{})
	var p Packet
	d.Decode(frame(1, eth(0x8100, tagged(1, 0x0800, parts[0]))), &p)
	if d.Decode(frame(1, eth(0x8100, tagged(2, 0x0800, parts[1]))), &p); p.Kind != KindFragment {
		t.Errorf("kind %d", p.Kind)
	}
	if d.Decode(frame(1, eth(0x8100, tagged(1, 0x0800, parts[1]))), &p); p.Kind != KindTCP {
		t.Errorf("kind %d", p.Kind)
	}
}
