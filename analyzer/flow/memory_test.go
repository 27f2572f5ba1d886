package flow

import (
	"testing"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// A repeated SYN costs no Trouble, and reads as if it had one.
func TestRepeatedSYNs(t *testing.T) {
	const syns = `
c = 10.0.0.1:40000
s = 10.0.0.2:80
0 c > s S
1 c > s S
3 c > s S
`
	for _, c := range []struct {
		name, text string
		troubles   int
		repeats    uint32
	}{
		{"alone", syns, 0, 2},
		{"answered at last", syns + `
+0.02 s > c S.
+0.001 c > s .`, 0, 2},
		{"answered twice", syns + `
+0.02 s > c S.
+1 s > c S.`, 1, 2},
		{"with other options later", syns + `
7 c > s S <mss 1460>`, 1, 3},
	} {
		tr := track(t, c.text)
		f := tr.Flow(0)
		x := tr.Trouble(f)
		s := &x.Sent[Originator]
		if tr.troubles != c.troubles || !f.Troubled() {
			t.Errorf("%s: %d records", c.name, tr.troubles)
		}
		if x.SynOffsets[1] != time.Second || x.SynOffsets[2] != 3*time.Second || s.Retransmissions != c.repeats || s.RunFrame != 2 || s.RunStart != f.Start {
			t.Errorf("%s: %v %+v", c.name, x.SynOffsets, s)
		}
	}
}

// Beyond each limit the packets are counted, and nothing grows.
func TestLimits(t *testing.T) {
	syn := func(i int) wire.Packet {
		p := wire.Packet{Frame: uint32(i + 1), Kind: wire.KindTCP, Version: 4, IPID: uint16(i), Time: analyzer.Timestamp(i + 1), Src: wire.Addr4(uint32(i)), Dst: wire.Addr4(1), SrcPort: 9, DstPort: 80}
		p.TCP.Flags = wire.SYN
		return p
	}
	tr := NewTracker(Limits{Flows: 100, Frames: 500, Troubles: 10})
	for i := range 1000 {
		p := syn(i)
		tr.Add(&p)
	}
	for i := range 1000 { // a challenge for each: troubles
		p := syn(1000 + i)
		p.Src, p.Dst, p.SrcPort, p.DstPort = wire.Addr4(1), wire.Addr4(uint32(i)), 80, 9
		p.TCP.Flags, p.TCP.Ack = wire.ACK, 77
		tr.Add(&p)
	}
	tr.Finish()
	q := tr.Quality()
	if tr.Len() != 100 || tr.Frames() != 500 || tr.troubles != 10 || q.Untracked != 1800 || q.Unindexed != 1500 || q.Unexplained != 90 || q.Frames != 2000 {
		t.Errorf("%d flows, %d frames, %d troubles: %+v", tr.Len(), tr.Frames(), tr.troubles, q)
	}
	for i := range tr.Len() {
		tr.Trouble(tr.Flow(i))
	}
}

func TestBytesLimit(t *testing.T) {
	tr := NewTracker(Limits{Bytes: 1 << 20})
	for i := range 20_000 {
		p := wire.Packet{Frame: uint32(i + 1), Kind: wire.KindTCP, Version: 4, Src: wire.Addr4(uint32(i)), Dst: wire.Addr4(1), SrcPort: 9, DstPort: 80}
		p.TCP.Flags = wire.SYN
		tr.Add(&p)
	}
	if tr.bytes > 1<<20 || tr.Len() == 0 || tr.Len() > 2048 || tr.Quality().Untracked == 0 {
		t.Errorf("%d bytes, %d flows, %d untracked", tr.bytes, tr.Len(), tr.Quality().Untracked)
	}
}

// Memory comes in few pieces, and not much more of it than is used.
func TestRoomGrowsInFewPieces(t *testing.T) {
	const frames = 1 << 20
	for _, told := range []bool{false, true} {
		tr := NewTracker(Limits{})
		pieces := 0
		for i := range frames / chunkLen {
			if told {
				tr.Expect(int64(i)*chunkLen, frames)
			}
			if len(tr.index.room.spare) == 0 {
				pieces++
			}
			if !tr.index.grow(uint32(i+1)*chunkLen, tr) {
				t.Fatal("no room")
			}
		}
		if most := int64(frames*16) * 9 / 8; pieces > 40 || tr.bytes > most || told && (pieces > 12 || tr.bytes > frames*16*21/20) {
			t.Errorf("told %v: %d pieces, %d bytes", told, pieces, tr.bytes)
		}
	}
}
