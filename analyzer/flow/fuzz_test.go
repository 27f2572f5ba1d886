package flow

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

const fuzzPacketLen = 20

// fuzzPacket makes a packet of few addresses, ports and numbers, so that packets
// collide in every way.
func fuzzPacket(b []byte, frame uint32, now analyzer.Timestamp) wire.Packet {
	host := func(n byte) wire.Addr {
		if n&4 != 0 {
			return wire.Addr{Hi: 0x20010db8 << 32, Lo: uint64(n & 3)}
		}
		return wire.Addr4(0x0a000000 + uint32(n&3))
	}
	port := func(n byte) uint16 { return [...]uint16{80, 443, 40000, 53}[n&3] }
	number := func(lo, hi byte) analyzer.Seq {
		return analyzer.Seq(int32(int16(uint16(hi)<<8 | uint16(lo))))
	}
	p := wire.Packet{
		Frame: frame, Time: now, Kind: []wire.Kind{wire.KindTCP, wire.KindTCP, wire.KindTCP, wire.KindTCP, wire.KindTCP, wire.KindTCP, wire.KindICMP, wire.KindARP, wire.KindUDP, wire.KindOther}[b[0]%10],
		Version: 4 + b[1]>>2&1*2, Src: host(b[1]), Dst: host(b[1] >> 3), SrcPort: port(b[2]), DstPort: port(b[2] >> 2),
		Scope: uint32(b[2] >> 6), TTL: 60 + b[3]&3, IPID: uint16(b[3] >> 2), Interface: uint32(b[3] >> 7), Offset: int64(frame) * 100,
	}
	p.TCP = wire.TCP{
		Flags: wire.Flags(b[4]), Seq: number(b[5], b[6]), Ack: number(b[7], b[8]), Window: uint16(b[9]),
		Options: wire.Option(b[10]), MSS: uint16(b[11]) << 4, WScale: b[11] & 31, TSval: uint32(b[12]), TSecr: uint32(b[13]), PayloadLen: uint32(b[14]),
	}
	if b[14] == 255 {
		p.TCP.PayloadLen = 1 << 20
	}
	p.TCP.SACKCount = b[15] % 5
	for i := range p.TCP.SACK[:p.TCP.SACKCount] {
		p.TCP.SACK[i] = wire.SACKBlock{Left: p.TCP.Ack + analyzer.Seq(b[16]), Right: p.TCP.Ack + analyzer.Seq(b[17])}
	}
	if b[15]>>3&1 != 0 {
		p.Payload = [][]byte{[]byte("GET / HTTP/1.1\r\n\r\n"), []byte("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n"), {22, 3, 1, 0, 9, 1, 0, 0, b[16]}, b}[b[16]&3]
	}
	p.ICMP = wire.ICMP{
		Type: b[16], IsError: b[15]>>4&1 != 0, QuotedKind: wire.KindTCP, QuotedPorts: true, QuotedSrc: p.Dst, QuotedDst: p.Src,
		QuotedSrcPort: p.DstPort, QuotedDstPort: p.SrcPort, QuotedSeq: p.TCP.Ack, NeighbourTarget: p.Dst,
	}
	p.ARP = wire.ARP{Reply: b[15]>>5&1 != 0, Sender: p.Src, Target: p.Dst}
	p.Unknown = wire.Unknown(b[18] & b[19])
	return p
}

func trackBytes(data []byte, l Limits) *Tracker {
	tr := NewTracker(l)
	now := analyzer.Timestamp(time.Hour)
	for frame := uint32(1); len(data) >= fuzzPacketLen; frame++ {
		b := data[:fuzzPacketLen]
		step := int16(binary.LittleEndian.Uint16(b[18:]))
		now = now.Add(time.Duration(step) * time.Duration(b[17]) * time.Microsecond)
		p := fuzzPacket(b, frame, now)
		tr.Add(&p)
		data = data[fuzzPacketLen:]
	}
	tr.Finish()
	return tr
}

// sound holds a tracker against what is true whatever the packets.
func sound(t *testing.T, tr *Tracker, l Limits) {
	t.Helper()
	if tr.Len() > l.Flows || tr.Frames() > l.Frames {
		t.Fatalf("%d flows, %d frames: beyond the limits", tr.Len(), tr.Frames())
	}
	listed := map[uint32]bool{}
	for i := range tr.Len() {
		f := tr.Flow(i)
		last := uint32(0)
		for e := range tr.Entries(f) {
			if e.Frame <= last || listed[e.Frame] {
				t.Fatalf("flow %d lists frame %d after %d, or twice", i, e.Frame, last)
			}
			last, listed[e.Frame] = e.Frame, true
		}
		for d := range f.Sides {
			s := &f.Sides[d]
			if s.DataSegments > s.Packets {
				t.Fatalf("flow %d: %d data segments in %d packets", i, s.DataSegments, s.Packets)
			}
			f.ScaledWindow(Dir(d))
		}
		f.Outcome()
		f.State()
		f.HandshakeRTT()
		tr.App(f)
		tr.Trouble(f)
		tr.Vantage(f)
	}
	tr.CaptureVantage()
	tr.AddressQuestions()
	if n := tr.gaps.inUse(); n > 2*tr.Len()*(maxRanges+1) {
		t.Fatalf("%d ranges beyond holes of %d flows", n, tr.Len())
	}
}

var fuzzLimits = Limits{Flows: 20, Frames: 300}

func FuzzTracker(f *testing.F) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 4 {
		seed := make([]byte, 60*fuzzPacketLen)
		for i := range seed {
			seed[i] = byte(r.Uint32())
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		sound(t, trackBytes(data, fuzzLimits), fuzzLimits)
	})
}

// TestRandomPackets is the fuzz target with many packets, so that limits are reached.
func TestRandomPackets(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 40 {
		data := make([]byte, 4000*fuzzPacketLen)
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		sound(t, trackBytes(data, fuzzLimits), fuzzLimits)
	}
}
