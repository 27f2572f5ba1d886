package flow

import "time"

// Stats are the figures of a flow, as those of tcptrace -l. What counts loss and
// closed windows stands in Trouble.
type Stats struct {
	Sides [2]SideStats // by Dir: of the data that this side sent

	// TimeToFirstByte is the time from the client's first byte to the server's;
	// from the end of the handshake where the server speaks first. 0: unknown.
	TimeToFirstByte time.Duration
}

// SideStats are the figures of one direction. Those that need many packets are
// measured from the ninth data segment of a flow on, and Measured says whether
// they were; on captures of more than 262,144 such flows, the first ones are.
type SideStats struct {
	Packets      uint32 // copies left out
	DataSegments uint32
	PureAcks     uint32  // segments without payload, SYN, FIN or RST (as far as the first of these)
	Payload      uint64  // bytes of sequence space, once
	Repeated     uint64  // bytes of payload in segments that were sent again
	Missed       uint64  // bytes of sequence space that were passed over and never captured
	MSSAsked     uint16  // by this side's SYN; 0: unknown
	MSSUsed      uint16  // payload of the largest segment known to have arrived
	Throughput   float64 // payload in bytes a second, from the first segment with data to the last; 0: unknown

	Measured    bool
	RTT         RTT           // from a segment of this side to its acknowledgment, at the capture point
	MaxInFlight uint32        // bytes sent and not acknowledged, at the capture point
	MinWindow   uint32        // bytes, that this side announced after its SYN
	MaxWindow   uint32        //
	MaxSegment  uint32        // bytes of payload; more than the MSS with offload
	Idle        time.Duration // longest time between two packets of this side
	Truncated   uint64        // bytes of payload that the snap length cut off

	// HeldBack counts the writes that this side's kernel held back until a delayed
	// acknowledgment came (Nagle's algorithm), in all HeldBackTime; HeldBackFrame is
	// the segment that had waited longest.
	HeldBack      uint32
	HeldBackTime  time.Duration
	HeldBackFrame uint32

	// Rounds counts the round trips that were timed, and FullRounds those in which
	// this side filled the window that the other announced (less than a segment's
	// room was left). Only a capture close to the sender shows them all.
	Rounds, FullRounds uint32
}

// RTT sums up round-trip times. One segment is timed at a time, and none that was
// sent again (Karn's rule); median and p95 are exact to about a tenth.
type RTT struct {
	Samples               uint32
	Min, Median, P95, Max time.Duration
}

// Stats returns the figures of a flow.
func (t *Tracker) Stats(f *Flow) Stats {
	var out Stats
	m := t.meters.find(f.ID)
	x := t.Trouble(f)
	for d := range f.Sides {
		s := &out.Sides[d]
		f.sum(Dir(d), s)
		s.Repeated = x.Sent[d].RepeatedBytes
		if m != nil {
			s.measured(&m[d])
		}
		if x.Idle > s.Idle && x.IdleBy == Dir(d) {
			s.Idle = x.Idle
		}
	}
	c, s := &f.Sides[Originator], &f.Sides[Responder]
	switch {
	case s.FirstDataFrame == 0:
	case c.FirstDataFrame != 0 && c.FirstData <= s.FirstData:
		out.TimeToFirstByte = s.FirstData.Sub(c.FirstData)
	case f.AckFrame != 0 && s.FirstData > f.AckTime:
		out.TimeToFirstByte = s.FirstData.Sub(f.AckTime)
	}
	return out
}

// sum takes over what the flow's record holds.
func (f *Flow) sum(d Dir, out *SideStats) {
	s := &f.Sides[d]
	out.Packets, out.DataSegments, out.Payload = s.Packets, s.DataSegments, s.Payload
	out.MSSAsked, out.MSSUsed = s.MSS, s.LargestAcked
	control := uint32(0)
	for _, flag := range [...]SideFlags{SawSYN, SawFIN, SawRST} {
		if s.Flags&flag != 0 {
			control++
		}
	}
	if s.Packets > s.DataSegments+control {
		out.PureAcks = s.Packets - s.DataSegments - control
	}
	if s.Flags&hasNext != 0 {
		// Modulo 2³²: right for streams of any length that miss less than 2 GiB.
		if missed := s.sent().Sub(s.ISN.Add(1).Add(uint32(s.Payload))); missed > 0 {
			out.Missed = uint64(missed)
		}
	}
	if span := s.LastData.Sub(s.FirstData); span > 0 {
		out.Throughput = float64(s.Payload) / span.Seconds()
	}
}

// measured takes over what the meter holds.
func (s *SideStats) measured(m *sideMeter) {
	s.Measured = true
	s.MaxInFlight, s.MaxSegment = m.flight, m.largest
	s.MinWindow, s.MaxWindow = m.windowMin, m.windowMax
	s.Rounds, s.FullRounds = m.rounds, m.fullRounds
	s.Idle, s.Truncated = m.idle, m.truncated
	s.HeldBack, s.HeldBackTime, s.HeldBackFrame = m.nagle.stalls, m.nagle.stalled, m.nagle.frame
	if m.samples == 0 {
		return
	}
	within := func(d time.Duration) time.Duration { return min(max(d, m.rttMin), m.rttMax) }
	s.RTT = RTT{Samples: m.samples, Min: m.rttMin, Median: within(m.rtt.quantile(0.5)), P95: within(m.rtt.quantile(0.95)), Max: m.rttMax}
}
