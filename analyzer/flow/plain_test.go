package flow

import (
	"math/rand/v2"
	"testing"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// bothWays analyses a packet in the short way and the long one, on copies of its
// flow, and reports whether there was a short way.
func bothWays(t *testing.T, tr *Tracker, f *Flow, d Dir, p *wire.Packet) bool {
	t.Helper()
	short, long := *f, *f
	ev, ok := short.plain(d, p)
	if !ok {
		if short != *f {
			t.Fatalf("frame %d: not plain, and yet it changed the flow", p.Frame)
		}
		return false
	}
	if other := tr.analyse(&long, d, p, 0); other != ev || long != short {
		t.Fatalf("frame %d: short %q, long %q\n%+v\n%+v", p.Frame, eventKeys(ev), eventKeys(other), short, long)
	}
	return true
}

func TestPlainAgainstModel(t *testing.T) {
	for _, p := range []path{
		{timestamps: true},
		{counted: true, lossAfter: 0.01},
		{lossBefore: 0.02, lossAfter: 0.02, late: 0.03, copied: 0.1, timestamps: true},
		{missed: 0.05},
	} {
		plain, all := 0, 0
		for seed := range uint64(30) {
			m := runModel(p, seed)
			tr := NewTracker(Limits{})
			for i := range m.out {
				c := &m.out[i]
				if i > 3 && !c.copy {
					all++
					d := Originator
					if c.fromServer {
						d = Responder
					}
					if bothWays(t, tr, tr.Flow(0), d, &c.Packet) {
						plain++
					}
				}
				tr.Add(&c.Packet)
			}
		}
		if p.lossBefore+p.lossAfter+p.missed == 0 && plain < all*9/10 {
			t.Errorf("%d of %d packets went the short way", plain, all)
		}
	}
}

// Numbers close to each other, windows that close, all flags.
func TestPlainAgainstRandomSegments(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	plain := 0
	for range 300 {
		tr := track(t, opening+`
+0.001 c > s P. len 3
+0.001 s > c P. len 3`)
		f := tr.Flow(0)
		base := [2]analyzer.Seq{f.Sides[0].Next, f.Sides[1].Next}
		for i := range 60 {
			d := Dir(r.IntN(2))
			p := wire.Packet{Frame: uint32(6 + i), Kind: wire.KindTCP, Version: 4, IPID: uint16(i), Time: f.End.Add(1)}
			p.Src, p.SrcPort, p.Dst, p.DstPort = f.ClientAddr, f.ClientPort, f.ServerAddr, f.ServerPort
			if d == Responder {
				p.Src, p.SrcPort, p.Dst, p.DstPort = p.Dst, p.DstPort, p.Src, p.SrcPort
			}
			p.TCP = wire.TCP{Flags: wire.ACK, Seq: f.Sides[d].Next, Ack: f.Sides[d^1].Next, Window: 500, PayloadLen: uint32(r.IntN(4))}
			switch r.IntN(6) {
			case 0:
				p.TCP.Seq = base[d] + analyzer.Seq(r.IntN(40))
			case 1:
				p.TCP.Ack = base[d^1] + analyzer.Seq(r.IntN(40))
			case 2:
				p.TCP.Window = uint16(r.IntN(2))
			case 3:
				p.TCP.Flags |= wire.Flags(r.Uint32()) & (wire.PSH | wire.FIN)
			}
			if bothWays(t, tr, f, d, &p) {
				plain++
			}
			tr.Add(&p)
		}
	}
	if plain < 1000 {
		t.Errorf("only %d segments went the short way", plain)
	}
}
