package flow

import (
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// Wireshark's constants (packet-tcp.c, tcp_analyze_sequence_number).
const (
	fastRetransmitWindow = 20 * time.Millisecond // after the last duplicate ACK
	outOfOrderWindow     = 3 * time.Millisecond  // where the round trip is unknown
)

const control = wire.SYN | wire.FIN | wire.RST

// analyse notes what a segment shows about loss, order and windows. The
// conditions are those of Wireshark 4.4, in its order; docs/analysis.md lists
// where they differ on purpose.
func (t *Tracker) analyse(f *Flow, d Dir, p *wire.Packet, ev analyzer.Events) analyzer.Events {
	s := &f.Sides[d]
	c := &p.TCP
	if p.Unknown&(wire.UnknownSeq|wire.UnknownLen) != 0 && !isInferred(p) {
		return 0
	}
	if s.Flags&hasNext == 0 && c.Flags&wire.SYN == 0 && s.Flags&SawSYN == 0 {
		s.ISN = c.Seq - 1
	}
	ev |= t.shape(f, d, c)
	if ev&analyzer.LostSegment != 0 {
		t.troubled(f).Sent[d].lost = hole{p.Frame, s.Next, c.Seq}
	}
	if p.Unknown&wire.UnknownSeq != 0 && p.Time.Sub(f.Sides[d.Other()].Last) > minKeepAlive {
		ev &^= analyzer.DuplicateAck // as likely a keep-alive
	}
	if c.Flags.Has(wire.ACK) {
		if c.Ack != s.Acked {
			s.dupAcks = 0
		}
		ev |= t.ackBeyond(f, d, c, p.Frame)
	}
	if (c.PayloadLen > 0 || c.Flags.Any(wire.SYN|wire.FIN)) && ev&(analyzer.KeepAlive|analyzer.ZeroWindowProbe) == 0 && !t.late(f, d, p) {
		ev |= t.repeated(f, d, p)
	}
	if c.Flags&wire.RST == 0 || c.PayloadLen > 0 {
		t.advance(f, d, p, ev)
	}
	if c.Flags.Has(wire.ACK) || s.Flags&hasAck == 0 {
		ev |= t.acknowledge(f, d, p)
	}
	if c.Flags&wire.RST == 0 {
		s.Window = c.Window
		s.Flags &^= windowOfSYN
		if c.Flags.Any(wire.SYN) {
			s.Flags |= windowOfSYN
		}
	}
	s.Flags &^= lastKeepAlive | lastProbe
	if ev&analyzer.KeepAlive != 0 {
		s.Flags |= lastKeepAlive
	}
	if ev&analyzer.ZeroWindowProbe != 0 {
		s.Flags |= lastProbe
	}
	return ev
}

// isInferred reports whether a segment's sequence number is not told but follows:
// listings of tcpdump's leave that of a pure ACK out, which carries the next one
// (RFC 9293 §3.10.7.4). A keep-alive looks the same there.
func isInferred(p *wire.Packet) bool {
	return p.Unknown&(wire.UnknownLen|wire.UnknownAck) == 0 && p.TCP.PayloadLen == 0 && p.TCP.Flags&(control|wire.ACK) == wire.ACK
}

// minKeepAlive is the shortest keep-alive interval in use; a duplicate ACK answers
// what has just come.
const minKeepAlive = time.Second

// shape finds the events that follow from one segment's own fields and the
// latest of each side.
func (t *Tracker) shape(f *Flow, d Dir, c *wire.TCP) (ev analyzer.Events) {
	s, r := &f.Sides[d], &f.Sides[d.Other()]
	known := s.Flags&hasNext != 0
	plain := c.Flags&control == 0
	n := c.PayloadLen
	switch {
	case known && n == 1 && c.Seq == s.Next && r.Window == 0 && r.Flags&hasAck != 0 && plain:
		return analyzer.ZeroWindowProbe
	case known && n == 0 && plain && c.Seq == s.Next-1 && r.Window == 0 && r.Flags&hasAck != 0 && r.Flags&windowOfSYN == 0:
		// Linux probes a closed window with an old sequence number and no data
		// (net/ipv4/tcp_output.c, tcp_xmit_probe_skb). Wireshark takes it for a keep-alive.
		ev |= analyzer.ZeroWindowProbe
	case known && n <= 1 && plain && c.Seq == s.Next-1:
		ev |= analyzer.KeepAlive
	}
	if c.Window == 0 && plain {
		ev |= analyzer.ZeroWindow
	}
	if known && c.Seq.After(s.Next) && c.Flags&wire.RST == 0 {
		ev |= analyzer.LostSegment
	}
	if n > 0 && plain && t.fillsWindow(f, d, c) {
		ev |= analyzer.WindowFull
	}
	if n > 0 || !plain || !known || c.Seq != s.Next || s.Flags&hasAck == 0 {
		return ev
	}
	same := c.Window == s.Window
	switch {
	case c.Window != 0 && !same && c.Ack == s.Acked:
		ev |= analyzer.WindowUpdate
	case c.Window != 0 && same && c.Ack == s.Acked && r.Flags&lastKeepAlive != 0:
		ev |= analyzer.KeepAliveAck
	case c.Window == 0 && same && (c.Ack == s.Acked || c.Ack == s.Acked+1) && r.Flags&lastProbe != 0:
		ev |= analyzer.ZeroWindowProbeAck
		if c.Ack == s.Acked+1 { // the probe's byte was taken after all
			r.Next++
			r.Contiguous = most(r.Contiguous, r.Next)
		}
	case c.Window != 0 && same && c.Ack == s.Acked && (c.Options&wire.OptMPTCP == 0 || c.SACKCount > 0): // MPTCP signals with pure ACKs (RFC 8684 §4)
		s.dupAcks++
		ev |= analyzer.DuplicateAck
	}
	return ev
}

// fillsWindow reports whether a segment reaches exactly the edge of the window
// that the other side announced.
func (t *Tracker) fillsWindow(f *Flow, d Dir, c *wire.TCP) bool {
	r := &f.Sides[d.Other()]
	if r.Flags&hasAck == 0 {
		return false
	}
	w, ok := f.ScaledWindow(d.Other())
	return ok && c.Seq.Add(c.PayloadLen) == r.Acked.Add(w)
}

// ScaledWindow returns the window that a side announced last, in bytes, and
// whether its scale is known.
func (f *Flow) ScaledWindow(d Dir) (uint32, bool) {
	s, o := &f.Sides[d], &f.Sides[d.Other()]
	switch {
	case s.Flags&windowOfSYN != 0, s.WScale == -2, o.WScale == -2:
		return uint32(s.Window), true
	case s.WScale < 0:
		return uint32(s.Window), false
	}
	return uint32(s.Window) << s.WScale, true
}

// ackBeyond notes an acknowledgment of bytes that this capture never saw.
func (t *Tracker) ackBeyond(f *Flow, d Dir, c *wire.TCP, frame uint32) analyzer.Events {
	s, r := &f.Sides[d], &f.Sides[d.Other()]
	if r.Flags&hasNext == 0 || !c.Ack.After(r.Contiguous) || c.Flags.Any(wire.RST) {
		return 0
	}
	if r.Flags&lastProbe != 0 && c.Ack == r.Contiguous+1 && c.Ack == s.Acked+1 {
		r.Next = most(r.Next, c.Ack)
		r.Contiguous = c.Ack
		return analyzer.WindowUpdate
	}
	reported := r.Contiguous.After(r.Next)
	from := r.Contiguous
	r.Contiguous = c.Ack
	if reported && r.gap < 0 { // what lies beyond everything seen is one gap until its sender is seen again
		return 0
	}
	if r.gap >= 0 { // once for each gap, however many ACKs it takes to cross it
		r.Contiguous = most(c.Ack, t.gaps.ranges[r.gap].from)
		t.gaps.absorb(r)
	}
	t.troubled(f).Sent[d].unseen = hole{frame, from, c.Ack}
	return analyzer.AckedLostSegment
}

// repeated tells the kinds of segments apart that do not advance their side's
// sequence numbers. As in Wireshark's fields, a fast or spurious retransmission
// is a retransmission too.
func (t *Tracker) repeated(f *Flow, d Dir, p *wire.Packet) analyzer.Events {
	s, r := &f.Sides[d], &f.Sides[d.Other()]
	c := &p.TCP
	n := c.PayloadLen
	if s.Flags&hasNext == 0 {
		return 0
	}
	if n > 0 && r.Flags&hasAck != 0 && !c.Seq.Add(n).After(r.Acked) {
		return analyzer.Retransmission | analyzer.SpuriousRetransmission
	}
	if !c.Seq.Before(s.Next) || n > 1 && c.Seq == s.Next-1 {
		return 0
	}
	end := c.Seq.Add(n)
	if c.Flags.Any(wire.SYN | wire.FIN) {
		end++
	}
	order := t.sentOrder(s, p, end)
	held := t.gaps.held(s, c.Seq, end)
	if order == sentBefore && !held {
		return analyzer.OutOfOrder
	}
	if p.Time.Sub(r.Last) < fastRetransmitWindow && r.dupAcks >= 2 && (r.Acked == c.Seq || r.Flags&lastHadSACK != 0 && n > 0 && !t.gaps.sacked(r, c.Seq, end)) {
		return analyzer.Retransmission | analyzer.FastRetransmission
	}
	limit := outOfOrderWindow
	if rtt, ok := f.HandshakeRTT(); ok && rtt > 0 {
		limit = rtt
	}
	if order == sentUnknown && p.Time.Sub(s.nextTime) < limit && end != s.Next && !held {
		return analyzer.OutOfOrder
	}
	return analyzer.Retransmission
}

// advance moves the side's sequence numbers over a segment.
func (t *Tracker) advance(f *Flow, d Dir, p *wire.Packet, ev analyzer.Events) {
	s := &f.Sides[d]
	c := &p.TCP
	end := c.Seq.Add(c.PayloadLen)
	if c.Flags.Any(wire.SYN) {
		end++
	}
	if c.Flags.Any(wire.FIN) {
		end++
	}
	if ev&(analyzer.ZeroWindowProbe|analyzer.KeepAlive) != 0 {
		return
	}
	if s.Flags&hasNext == 0 {
		s.Next, s.Contiguous = end, end
		s.Flags |= hasNext
		s.nextTime, s.nextID = p.Time, p.IPID
		s.Payload += uint64(c.PayloadLen)
		return
	}
	if end != c.Seq {
		fresh := t.gaps.saw(s, c.Seq, end, c.TSval)
		if fresh > 0 && c.Flags.Any(wire.SYN|wire.FIN) {
			fresh--
		}
		s.Payload += uint64(min(fresh, c.PayloadLen))
	}
	if end.After(s.Next) {
		s.Next = end
		s.nextTime = p.Time
		s.numbered(p)
	}
}

// acknowledge takes over the segment's acknowledgment number.
func (t *Tracker) acknowledge(f *Flow, d Dir, p *wire.Packet) (ev analyzer.Events) {
	s, r := &f.Sides[d], &f.Sides[d.Other()]
	c := &p.TCP
	if !c.Flags.Has(wire.ACK) {
		return 0
	}
	s.Flags &^= lastHadSACK
	if c.SACKCount > 0 {
		s.Flags |= lastHadSACK
		t.gaps.lastSACK, t.gaps.lastSACKCount, t.gaps.lastSACKOf = c.SACK, c.SACKCount, s
		if b := c.SACK[0]; !b.Right.After(c.Ack) || c.SACKCount > 1 && !b.Left.Before(c.SACK[1].Left) && !b.Right.After(c.SACK[1].Right) {
			ev |= analyzer.DSACK // RFC 2883 §4
		}
	}
	advanced := s.Flags&hasAck == 0 || c.Ack.After(s.Acked)
	s.Acked = c.Ack
	s.Flags |= hasAck
	if advanced && r.Flags&hasNext != 0 && !c.Ack.Before(r.Next) {
		r.LargestAcked = max(r.LargestAcked, r.pending)
		r.pending = 0
	}
	return ev
}
