package flow

import "wirewhy/analyzer/wire"

// congested are the two bits of the traffic class by which a router says that it
// is about to drop (RFC 3168 §5).
const congested = 3

// marked notes what routers said of congestion, and what the ends made of it.
func (t *Tracker) marked(f *Flow, d Dir, p *wire.Packet) {
	x := &t.troubled(f).Sent[d]
	if p.TOS&congested == congested {
		first(&x.CongestedFrame, p.Frame)
		x.Congested++
	}
	if p.TCP.Flags.Has(wire.ECE) {
		x.Echoes++
	}
	if p.TCP.Flags.Has(wire.CWR) {
		x.Reduced++
	}
}

// farOff is more than a receive window: Linux takes 6 MiB by default, well-tuned
// hosts 64 MiB (tcp_rmem). A number that was shifted at random is further off 97
// times in a hundred.
const farOff = 64 << 20

// outside reports a SACK block that lies neither in the window after the
// acknowledgment number nor, as a duplicate, shortly before it (RFC 2018 §4,
// RFC 2883 §4): somebody shifted the sequence numbers and forgot the option.
func outside(c *wire.TCP) bool {
	for _, b := range c.SACK[:c.SACKCount] {
		if d := b.Left.Sub(c.Ack); d > farOff || d < -farOff {
			return true
		}
	}
	return false
}

// synChanged notes that a repeated SYN asks for something else than the first.
func (t *Tracker) synChanged(f *Flow, s *Side, p *wire.Packet) {
	x := t.troubled(f)
	x.SynOptionsChanged = x.SynOptionsChanged || p.TCP.Options != s.Options
	if x.SynChanged == 0 {
		x.SynChanged, x.SynChangedFrame = p.Time, p.Frame
		x.SynsBeforeChange = f.SynCount - 1
		x.SynLacks = s.Options &^ p.TCP.Options
		x.SynLacksECN = s.Flags&OffersECN != 0 && !p.TCP.Flags.Has(wire.ECE)
	}
}
