package flow

import (
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// Delayed acknowledgments: 40 ms on Linux (TCP_DELACK_MIN), 40 to 50 ms on Windows,
// 200 ms on older ones; never more than 500 ms (RFC 9293 §3.8.6.3).
const (
	leastDelayedAck = 35 * time.Millisecond
	mostDelayedAck  = 250 * time.Millisecond
	// kernelRelease is how soon after an acknowledgment a kernel sends what it held
	// back, beside the round trip.
	kernelRelease = 5 * time.Millisecond
)

// nagle watches one side for writes that its kernel held back until a delayed
// acknowledgment came (RFC 896): a small segment, silence, a pure ACK of all that
// was sent, and at once more data, before the other side said anything.
type nagle struct {
	smallAt analyzer.Timestamp // of a small segment, the last under way; 0: none
	ackAt   analyzer.Timestamp // of its acknowledgment, if that was late
	ackBy   time.Duration      // how late
	spoken  bool               // the other side sent data since the last stall
	stalls  uint32
	stalled time.Duration
	frame   uint32 // the segment that had been held back, of the longest stall
	longest time.Duration
}

// acknowledged takes a segment without payload of the other side.
func (n *nagle) acknowledged(sender *Side, p *wire.Packet) {
	if n.smallAt == 0 || p.TCP.Flags != wire.ACK || p.TCP.Ack != sender.Next {
		return
	}
	n.ackAt, n.ackBy = p.Time, p.Time.Sub(n.smallAt)
	n.smallAt = 0
}

// sent takes a segment with new data; rtt is the flow's round trip.
func (n *nagle) sent(p *wire.Packet, rtt time.Duration, small bool) {
	late := n.ackBy - rtt
	if n.ackAt != 0 && n.spoken && late >= leastDelayedAck && late <= mostDelayedAck && p.Time.Sub(n.ackAt) <= rtt+kernelRelease {
		n.stalls++
		n.stalled += n.ackBy
		n.spoken = false
		if n.ackBy > n.longest {
			n.longest, n.frame = n.ackBy, p.Frame
		}
	}
	n.smallAt, n.ackAt = 0, 0
	if small {
		n.smallAt = p.Time
	}
}

// answered takes data of the other side, which carries the acknowledgment along.
func (n *nagle) answered() { n.smallAt, n.ackAt, n.spoken = 0, 0, true }
