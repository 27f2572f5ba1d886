package flow

// Finish settles what can only be known when the capture has ended. It may be
// called while reading, to show what is known so far, and again.
func (t *Tracker) Finish() {
	q := &t.quality
	q.AckedUnseen = uint64(q.ackedUnseen)
	q.OneSided, q.TwoSided = 0, 0
	for i := range t.Len() {
		f := t.Flow(i)
		c, s := &f.Sides[Originator], &f.Sides[Responder]
		switch {
		case c.Packets > 0 && s.Packets > 0, f.Client() == f.Server(): // one socket that talks to itself is both ends
			q.TwoSided++
		case f.advances():
			q.OneSided++
		}
	}
}

// advances reports whether a flow of which one direction was seen shows that the
// other exists: its acknowledgment numbers move, or it has a SYN-ACK.
func (f *Flow) advances() bool {
	c, s := &f.Sides[Originator], &f.Sides[Responder]
	switch {
	case c.Packets == 0:
		return s.Flags&SawSYN != 0 && f.ResetClass == ResetNone || s.DataSegments > 0
	default:
		return c.Flags&hasAck != 0 && c.Acked != 0 && c.Packets > 1 && f.ResetClass == ResetNone
	}
}
