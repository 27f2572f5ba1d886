package wire

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"testing"

	"wirewhy/analyzer"
)

// Both ways of decoding give the same packet, whatever the frame, and whatever
// the packet held before.
func TestPlainAgainstLayered(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	segment := func() []byte {
		options := [][]byte{{}, {1, 1, 8, 10, 0, 0, 0, 9, 0, 0, 0, 8}, {2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0, 1, 3, 3, 7},
			{1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 2}, {0, 0, 0, 0}}[r.IntN(5)]
		payload := make([]byte, r.IntN(40))
		total := 40 + len(options) + len(payload)
		b := []byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0}
		b = append(b, 0x45, 0, byte(total>>8), byte(total), 1, 2, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2)
		b = append(b, 0x9c, 0x40, 1, 0xbb, 0, 0, 0, 1, 0, 0, 0, 2, byte(20+len(options))<<2, byte(r.IntN(256)), 1, 0, 3, 4, 0, 0)
		b = append(append(b, options...), payload...)
		return append(b, make([]byte, r.IntN(8))...) // padding
	}
	d, other := NewDecoder(Config{}), NewDecoder(Config{})
	var p, q Packet
	short := 0
	for i := range 40_000 {
		f := analyzer.Frame{Number: uint32(i + 1), Link: analyzer.LinkEthernet, Time: analyzer.Timestamp(i), Offset: int64(i) * 99, Data: segment()}
		f.WireLen = uint32(len(f.Data))
		switch r.IntN(8) {
		case 0:
			f.Data = f.Data[:r.IntN(len(f.Data)+1)] // cut
		case 1:
			f.WireLen = uint32(r.IntN(200))
		case 2:
			f.Data[r.IntN(len(f.Data))] ^= 1 << r.IntN(8)
		case 3:
			f.Data[12+r.IntN(24)] = byte(r.IntN(256))
		case 4:
			f.FCSLen = uint8(r.IntN(2)) * 4
			f.Interface, f.Direction = 3, analyzer.DirectionOutbound
		}
		if i%1000 == 7 && len(f.Data) > 23 { // ICMP and ARP in between
			f.Data[23] = 1
			if i%2000 == 7 {
				f.Data[13] = 6
			}
		}
		was := p
		if d.plain(&f, &p) {
			short++
		} else if !reflect.DeepEqual(was, p) {
			t.Fatalf("frame %d: not plain, and yet it changed the packet", i)
		} else {
			d.layered(&f, &p)
		}
		other.layered(&f, &q)
		if !reflect.DeepEqual(p, q) || !bytes.Equal(d.segment, other.segment) || d.segment != nil && d.segmentWire != other.segmentWire {
			t.Fatalf("frame %d % x:\n plain %+v\n layered %+v", i, f.Data, p, q)
		}
	}
	if short < 20_000 {
		t.Errorf("only %d frames went the short way", short)
	}
}

// A record that claims fewer bytes than its IP header, and holds as many as it
// claims: the header is believed, as the sequence numbers behind it will show.
func TestShortRecord(t *testing.T) {
	f := frame(analyzer.LinkEthernet, eth(0x0800, ip4(6, "10.0.0.1", "10.0.0.2", seg(nil, "twenty-four octets of it"))))
	f.Data = f.Data[:len(f.Data)-14]
	f.WireLen = uint32(len(f.Data))
	var p Packet
	NewDecoder(Config{}).Decode(f, &p)
	if p.Kind != KindTCP || p.TCP.PayloadLen != 24 || len(p.Payload) != 10 || p.Problem != ProblemShort {
		t.Errorf("kind %d, payload %d of %d bytes, problem %d", p.Kind, len(p.Payload), p.TCP.PayloadLen, p.Problem)
	}
}
