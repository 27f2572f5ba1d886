package flow

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// plain analyses the segments that nearly all are: new data in order, or an ACK
// of data that was seen, on a connection without holes and with open windows. It
// reports false, and has touched nothing, for all others; analyse gives the same
// result for these, in a dozen calls, which WebAssembly makes dear.
func (f *Flow) plain(d Dir, p *wire.Packet) (analyzer.Events, bool) {
	s, r, c := &f.Sides[d], &f.Sides[d^1], &p.TCP
	const known = hasNext | hasAck
	switch {
	case c.Flags&(control|wire.ACK) != wire.ACK, p.Unknown != 0, c.SACKCount != 0,
		s.Flags&r.Flags&known != known, (s.Flags|r.Flags)&(lastKeepAlive|lastProbe|lastHadSACK|windowOfSYN) != 0,
		c.Window == 0, s.Window == 0, r.Window == 0,
		c.Seq != s.Next, s.Contiguous != s.Next, r.Contiguous != r.Next, s.gap >= 0, r.gap >= 0,
		c.Ack.After(r.Next), c.Ack.Before(s.Acked):
		return 0, false
	}
	var ev analyzer.Events
	if n := c.PayloadLen; n > 0 {
		end := c.Seq.Add(n)
		if !end.After(r.Acked) || !end.After(s.Next) {
			return 0, false
		}
		if w, ok := f.ScaledWindow(d ^ 1); ok && end == r.Acked.Add(w) {
			ev = analyzer.WindowFull
		}
		s.Payload += uint64(n)
		s.Next, s.Contiguous, s.nextTime = end, end, p.Time
		s.numbered(p)
	} else if c.Ack == s.Acked {
		return 0, false // duplicate, window update, answer to a keep-alive
	}
	if c.Ack != s.Acked {
		s.dupAcks = 0
		if c.Ack == r.Next {
			r.LargestAcked = max(r.LargestAcked, r.pending)
			r.pending = 0
		}
		s.Acked = c.Ack
	}
	s.Window = c.Window
	return ev, true
}
