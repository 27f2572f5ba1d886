package flow

import (
	"math/bits"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// MeterAfter is the number of data segments of one side after which a flow is
// measured: shorter ones have too few samples, and there are too many of them.
const MeterAfter = 8

// maxMeters bounds the flows that are measured.
const maxMeters = 1 << 18

// meter holds the measurements of one flow, by Dir of who sent the data.
type meter [2]sideMeter

type sideMeter struct {
	timedAt              analyzer.Timestamp // when the timed segment was captured; 0: none is being timed
	timedEnd             analyzer.Seq
	rttMin, rttMax       time.Duration
	idle                 time.Duration
	truncated            uint64
	rounds, fullRounds   uint32
	samples              uint32
	flight               uint32 // the most bytes sent and not acknowledged
	windowMin, windowMax uint32 // that this side announced
	largest              uint32 // payload of a segment
	full                 bool   // the running round has filled the window
	windowed             bool   // windowMin is set
	nagle                nagle
	rtt                  histogram
}

// measure updates the meters of a flow by a segment that was analysed.
func (t *Tracker) measure(f *Flow, d Dir, p *wire.Packet, ev analyzer.Events) {
	m := t.meters.open(f.ID)
	if m == nil {
		return
	}
	s, c, o := &m[d], &p.TCP, &m[d.Other()]
	if f.Sides[d].Packets > 1 {
		s.idle = max(s.idle, p.Time.Sub(f.Sides[d].Last))
	}
	if c.Flags.Has(wire.ACK) && o.timedAt != 0 && !c.Ack.Before(o.timedEnd) {
		o.timed(p.Time)
	}
	if c.Flags&(wire.SYN|wire.RST) == 0 {
		w, _ := f.ScaledWindow(d)
		s.announced(w)
	}
	if c.PayloadLen == 0 {
		o.nagle.acknowledged(&f.Sides[d.Other()], p)
		return
	}
	o.nagle.answered()
	if p.Cut {
		s.truncated += uint64(c.PayloadLen) - min(uint64(len(p.Payload)), uint64(c.PayloadLen))
	}
	s.largest = max(s.largest, c.PayloadLen)
	if ev&(analyzer.Retransmission|analyzer.OutOfOrder) != 0 {
		if c.Seq.Before(s.timedEnd) { // Karn's rule: whose acknowledgment it would be is unknown
			s.timedAt = 0
		}
		return
	}
	if ev&(analyzer.KeepAlive|analyzer.ZeroWindowProbe) == 0 {
		s.sent(f, d, p)
		if rtt, ok := f.HandshakeRTT(); ok {
			s.nagle.sent(p, rtt, c.PayloadLen < uint32(f.Sides[d].effectiveMSS(&f.Sides[d.Other()]))/2)
		}
	}
}

// sent takes a segment with new data.
func (s *sideMeter) sent(f *Flow, d Dir, p *wire.Packet) {
	side, r := &f.Sides[d], &f.Sides[d.Other()]
	if s.timedAt == 0 {
		s.timedAt, s.timedEnd, s.full = p.Time, side.Next, false
	}
	if r.Flags&hasAck == 0 {
		return
	}
	flight := side.Next.Sub(r.Acked)
	if flight <= 0 {
		return
	}
	s.flight = max(s.flight, uint32(flight))
	if w, ok := f.ScaledWindow(d.Other()); ok && uint32(flight)+s.largest > w {
		s.full = true
	}
}

// timed ends the timing of a segment: its acknowledgment came.
func (s *sideMeter) timed(now analyzer.Timestamp) {
	rtt := now.Sub(s.timedAt)
	s.timedAt = 0
	s.rounds++
	if s.full {
		s.fullRounds++
	}
	if rtt < 0 {
		return // the clock stepped back
	}
	if s.samples == 0 || rtt < s.rttMin {
		s.rttMin = rtt
	}
	s.rttMax = max(s.rttMax, rtt)
	s.samples++
	s.rtt.add(rtt)
}

func (s *sideMeter) announced(w uint32) {
	if !s.windowed || w < s.windowMin {
		s.windowMin, s.windowed = w, true
	}
	s.windowMax = max(s.windowMax, w)
}

// histogram counts durations in buckets that grow by the square root of two,
// from a microsecond to more than an hour.
type histogram [64]uint16

func (h *histogram) add(d time.Duration) {
	v := uint64(max(d/time.Microsecond, 1))
	e := bits.Len64(v) - 1
	i := 2 * e
	if v>>e<<e != v && v*v >= 1<<(2*e+1) {
		i++
	}
	i = min(i, len(h)-1)
	h[i]++
	if h[i] == 1<<16-1 { // shares are kept, counts are not needed
		for k := range h {
			h[k] /= 2
		}
	}
}

// quantile returns the duration below which a share q of the samples lies,
// interpolated within its bucket.
func (h *histogram) quantile(q float64) time.Duration {
	total := 0
	for _, n := range h {
		total += int(n)
	}
	rank := q * float64(total)
	for i, n := range h {
		if rank > float64(n) {
			rank -= float64(n)
			continue
		}
		if n == 0 {
			continue
		}
		low, high := bucketEdge(i), bucketEdge(i+1)
		return time.Duration(low + (high-low)*rank/float64(n))
	}
	return 0
}

// bucketEdge returns the lower edge of a bucket in nanoseconds.
func bucketEdge(i int) float64 {
	edge := float64(uint64(1)<<(i/2)) * 1000
	if i%2 == 1 {
		edge *= 1.4142135623730951
	}
	return edge
}
