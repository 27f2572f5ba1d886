package flow

import "wirewhy/analyzer/wire"

// clamped reports whether a SYN or SYN-ACK is the one just seen, recorded again
// after a device changed its MSS option (iptables TCPMSS): the same sequence
// number and timestamp, sooner than any timer would repeat it. The smaller value
// is what the other end gets to know.
func (t *Tracker) clamped(m match, p *wire.Packet) bool {
	c := &p.TCP
	if c.Flags&wire.SYN == 0 || m.foreign {
		return false
	}
	s := &m.flow.Sides[m.dir]
	gap := p.Time.Sub(s.Last)
	if s.Flags&SawSYN == 0 || s.ISN != c.Seq || s.MSS == 0 || c.MSS == 0 || s.MSS == c.MSS || s.LastTSval != c.TSval || gap < 0 || gap >= copyWindow {
		return false
	}
	x := &t.troubled(m.flow).Clamped[m.dir]
	x.From, x.To, x.Frame = max(s.MSS, c.MSS), min(s.MSS, c.MSS), p.Frame
	s.MSS = x.To
	return true
}

// Clamp is a change of the MSS option that the capture saw happen.
type Clamp struct {
	From, To uint16
	Frame    uint32 // of the second recording; 0: none
}
