package report

import (
	"slices"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// Numbers are the figures of everything that was loaded, healthy or not.
type Numbers struct {
	Captures        int
	Packets, Bytes  uint64
	Start, End      analyzer.Timestamp
	Flows           int
	Complete        int // flows that were set up, served and closed by both ends
	HandshakeP50    time.Duration
	HandshakeP95    time.Duration
	HandshakeCount  int // flows whose handshake RTT is known
	DataSegments    uint64
	Retransmissions uint64
}

// Numbers counts. It takes a moment for a million flows.
func (r *Report) Numbers() Numbers {
	n := Numbers{Captures: len(r.Captures), Flows: r.FlowCount()}
	for i := range r.Captures {
		c := &r.Captures[i]
		n.Packets += c.Packets
		n.Bytes += c.Bytes
		if c.Start != 0 && (n.Start == 0 || c.Start < n.Start) {
			n.Start = c.Start
		}
		n.End = max(n.End, c.End)
	}
	var rtts []time.Duration
	for f := range r.Flows() {
		segments, again := f.Loss()
		n.DataSegments += segments
		n.Retransmissions += again
		if rtt, ok := f.HandshakeRTT(); ok {
			rtts = append(rtts, rtt)
		}
		if f.Outcome() == flow.OutcomeSF && f.Sides[flow.Responder].Payload > 0 {
			n.Complete++
		}
	}
	if n.HandshakeCount = len(rtts); n.HandshakeCount > 0 {
		slices.Sort(rtts)
		n.HandshakeP50 = rtts[len(rtts)/2]
		n.HandshakeP95 = rtts[len(rtts)*95/100]
	}
	return n
}

// Duration returns the time from the first packet to the last.
func (n *Numbers) Duration() time.Duration { return n.End.Sub(n.Start) }

// Loss returns the data segments of both sides, and how many of them were
// repetitions. Repeated SYNs and SYN-ACKs are left out.
func (f *Flow) Loss() (segments, repeated uint64) {
	opening := [2]uint16{f.SynCount, f.SynAckCount}
	sent := &f.Tracker.Trouble(f.Flow).Sent
	for d := range f.Sides {
		segments += uint64(f.Sides[d].DataSegments)
		again := sent[d].Retransmissions
		if n := uint32(opening[d]); n > 1 {
			again -= min(again, n-1)
		}
		repeated += uint64(again)
	}
	return segments, min(segments, repeated)
}
