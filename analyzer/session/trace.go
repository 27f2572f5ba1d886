package session

import (
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/report"
	"wirewhy/analyzer/wire"
)

const (
	// maxDots bounds the packets of a flow that are drawn: 48 bytes of memory each.
	maxDots = 1 << 22
	// readTime bounds the reading for one answer; the next request goes on. Until
	// then everybody else's requests wait.
	readTime = 150 * time.Millisecond
)

// trace is what is kept of the packets of the flow whose graphs are looked at,
// so that zooming reads nothing again.
type trace struct {
	of     *flow.Flow // ids change while more is read
	again  again
	last   uint32 // the frame that was read last
	read   int
	ended  bool // there are no more packets, as far as the file was read
	full   bool // more packets are not kept
	failed error
	start  analyzer.Timestamp
	dots   []dot
	spans  []span
	trips  []trip
	sides  [2]tracedSide
	timing bool // the flow's own measurements have begun
	packet wire.Packet
}

// dot is one segment. Sequence numbers count from the ISN, through all turns of
// the 32 bits; −1 stands for an acknowledgment number that is not there.
type dot struct {
	time           analyzer.Timestamp
	seq, ack       int64
	frame, len     uint32
	window         uint32 // announced with it, scaled
	flight         uint32 // of the other side's data, that is not acknowledged after it; of a segment with data, its own side's
	events         analyzer.Events
	dir            flow.Dir
	flags          wire.Flags
	scaled, moving bool // window is in bytes; flight is known
}

// span is a range of sequence numbers that a segment tells of.
type span struct {
	dot         uint32
	kind        uint8
	left, right int64
}

const (
	spanSACK    = iota // of the other side's data
	spanMissing        // of the same side's
)

// trip is one measured round trip.
type trip struct {
	time  analyzer.Timestamp // when the acknowledgment came
	rtt   time.Duration
	frame uint32
	dir   flow.Dir // who sent the data
	early bool     // before the flow's own measurements began
}

// tracedSide is where one side's numbers stand. The rules are those of
// flow.Tracker, which keeps no history.
type tracedSide struct {
	isn, seqAt      analyzer.Seq // the sequence number that seq stands for
	seq             int64
	begun           bool
	next, acked     int64 // acked: by this side
	hasNext, hasAck bool
	segments        uint32
	timedAt         analyzer.Timestamp
	timedEnd        int64
	shift           uint8
	scaleKnown      bool
}

// newTrace begins with a flow.
func newTrace(f *report.Flow) *trace {
	t := &trace{of: f.Flow, start: f.Start, dots: make([]dot, 0, min(int(f.PacketCount()), maxDots))}
	for d := range t.sides {
		s, side, other := &t.sides[d], &f.Sides[d], &f.Sides[1-d]
		s.isn, s.seqAt = side.ISN, side.ISN
		s.begun = side.Flags&flow.SawSYN != 0 || side.Payload > 0 || side.ISN != 0
		switch {
		case side.WScale == -2 || other.WScale == -2:
			s.scaleKnown = true
		case side.WScale >= 0:
			s.scaleKnown, s.shift = true, uint8(side.WScale)
		}
	}
	return t
}

// goOn reads packets of the flow until there are none left or time is up.
func (t *trace) goOn(l *loaded, f *report.Flow) {
	begin := time.Now()
	t.ended, t.failed = false, nil
	for e := range f.Tracker.EntriesAfter(f.Flow, t.last) {
		if t.read%256 == 255 && time.Since(begin) > readTime {
			return
		}
		if t.full = len(t.dots) >= maxDots; t.full {
			break
		}
		if e.Events&(analyzer.Copy|analyzer.Foreign|analyzer.Quoted) == 0 {
			if _, t.failed = l.readWith(&t.again, e, &t.packet); t.failed != nil {
				break
			}
			t.add(&e)
		}
		t.last = e.Frame
		t.read++
	}
	t.ended = true
	t.again.close()
}

// unwrapped returns where a number near those seen before stands.
func (s *tracedSide) unwrapped(n analyzer.Seq) int64 {
	if !s.begun {
		s.isn, s.seqAt, s.begun = n-1, n-1, true
	}
	s.seq += int64(n.Sub(s.seqAt))
	s.seqAt = n
	return s.seq
}

// add takes a segment.
func (t *trace) add(e *flow.Entry) {
	p := &t.packet
	c := &p.TCP
	if p.Kind != wire.KindTCP || p.Unknown&(wire.UnknownSeq|wire.UnknownLen) != 0 {
		return
	}
	s, o := &t.sides[e.Dir], &t.sides[e.Dir.Other()]
	if c.Flags.Has(wire.SYN) && c.Seq != s.isn && s.segments == 0 { // the server began anew
		*s = tracedSide{isn: c.Seq, seqAt: c.Seq, begun: true, shift: s.shift, scaleKnown: s.scaleKnown}
	}
	d := dot{
		time: p.Time, frame: e.Frame, len: c.PayloadLen, events: e.Events, dir: e.Dir, flags: c.Flags,
		ack: -1, window: uint32(c.Window), scaled: s.scaleKnown || c.Flags.Has(wire.SYN),
	}
	d.seq = s.unwrapped(c.Seq)
	if c.Flags.Has(wire.ACK) && !c.Flags.Has(wire.RST) {
		d.ack = o.unwrapped(c.Ack)
		s.acked, s.hasAck = d.ack, true
		for _, b := range c.SACK[:c.SACKCount] {
			left, right := d.ack+int64(b.Left.Sub(c.Ack)), d.ack+int64(b.Right.Sub(c.Ack))
			t.spans = append(t.spans, span{uint32(len(t.dots)), spanSACK, left, right})
		}
	}
	if !c.Flags.Has(wire.SYN) {
		d.window <<= s.shift
	}
	if e.Events&analyzer.LostSegment != 0 && s.hasNext && s.next < d.seq {
		t.spans = append(t.spans, span{uint32(len(t.dots)), spanMissing, s.next, d.seq})
	}
	s.advance(&d)
	t.time(s, o, &d)
	sender, acker := o, s
	if d.len > 0 {
		sender, acker = s, o
	}
	if sender.hasNext && acker.hasAck {
		d.moving, d.flight = true, uint32(min(max(sender.next-acker.acked, 0), 1<<32-1))
	}
	t.dots = append(t.dots, d)
}

// probes are segments that stand outside of the stream.
const probes = analyzer.KeepAlive | analyzer.ZeroWindowProbe

// advance moves the side's next sequence number over a segment.
func (s *tracedSide) advance(d *dot) {
	if d.events&probes != 0 || d.flags.Has(wire.RST) && d.len == 0 {
		return
	}
	end := d.seq + int64(d.len)
	if d.flags.Any(wire.SYN) {
		end++
	}
	if d.flags.Any(wire.FIN) {
		end++
	}
	if !s.hasNext || end > s.next {
		s.next, s.hasNext = end, true
	}
	if d.len > 0 {
		s.segments++
	}
}

// time measures round trips as flow.SideStats tells them: one segment at a time,
// none that was sent again (Karn's rule). When the flow's own measurements begin,
// this one begins anew, so that both have the same samples from there on.
func (t *trace) time(s, o *tracedSide, d *dot) {
	if !t.timing && (s.segments > flow.MeterAfter || o.segments > flow.MeterAfter) {
		t.timing = true
		s.timedAt, o.timedAt = 0, 0
	}
	if d.ack >= 0 && o.timedAt != 0 && d.ack >= o.timedEnd {
		if rtt := d.time.Sub(o.timedAt); rtt >= 0 {
			t.trips = append(t.trips, trip{d.time, rtt, d.frame, d.dir.Other(), !t.timing})
		}
		o.timedAt = 0
	}
	switch {
	case d.len == 0:
	case d.events&(analyzer.Retransmission|analyzer.OutOfOrder) != 0:
		if d.seq < s.timedEnd {
			s.timedAt = 0
		}
	case d.events&probes == 0 && s.timedAt == 0:
		s.timedAt, s.timedEnd = d.time, s.next
	}
}
