package report

import (
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
	rtts := make([]time.Duration, 0, n.Flows)
	for f := range r.Flows() {
		if c, s := &f.Sides[flow.Originator], &f.Sides[flow.Responder]; c.DataSegments|s.DataSegments != 0 {
			segments, again := f.Loss()
			n.DataSegments += segments
			n.Retransmissions += again
			if s.Payload > 0 && f.Outcome() == flow.OutcomeSF {
				n.Complete++
			}
		}
		if rtt, ok := f.HandshakeRTT(); ok {
			rtts = append(rtts, rtt)
		}
	}
	if n.HandshakeCount = len(rtts); n.HandshakeCount > 0 {
		n.HandshakeP50 = nth(rtts, len(rtts)/2)
		n.HandshakeP95 = nth(rtts, len(rtts)*95/100)
	}
	return n
}

// nth returns what would stand at a place of a list if it were sorted, and changes
// the list's order: Hoare's selection, in linear time.
func nth(list []time.Duration, at int) time.Duration {
	low, high := 0, len(list)-1
	for low < high {
		pivot := list[low+(high-low)/2]
		i, j := low, high
		for i <= j {
			for list[i] < pivot {
				i++
			}
			for list[j] > pivot {
				j--
			}
			if i <= j {
				list[i], list[j] = list[j], list[i]
				i++
				j--
			}
		}
		switch {
		case at <= j:
			high = j
		case at >= i:
			low = i
		default:
			return list[at]
		}
	}
	return list[at]
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
