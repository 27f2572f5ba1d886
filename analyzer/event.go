package analyzer

import "math/bits"

// Events is a set of things that TCP analysis noticed on one segment. The
// names and their meaning are Wireshark's tcp.analysis.*, except where
// docs/analysis.md says otherwise.
type Events uint32

// The events.
const (
	Retransmission Events = 1 << iota
	FastRetransmission
	SpuriousRetransmission
	OutOfOrder
	DuplicateAck
	LostSegment      // previous segment not captured
	AckedLostSegment // ACKs data that this capture never saw
	ZeroWindow
	ZeroWindowProbe
	ZeroWindowProbeAck
	WindowFull
	WindowUpdate
	KeepAlive
	KeepAliveAck
	ReusedPorts
	PartialAck
	DSACK   // first SACK block lies below the ACK (RFC 2883)
	Copy    // the same packet was recorded before (mirror port, -i any, bridge); not analysed again
	Foreign // belongs to the flow but came from or went to another address (SYN-ACK from the wrong source and its RST)
	Quoted  // an ICMP error that quotes this flow
	BadChecksum
	NeedlessRetransmission // what it repeated had arrived, as a later acknowledgment shows (RFC 3522, RFC 3708)
)

// eventKeys are the report's names of the events, in the order of the bits.
var eventKeys = [...]string{
	"retransmission", "fast_retransmission", "spurious_retransmission", "out_of_order", "duplicate_ack",
	"lost_segment", "ack_lost_segment", "zero_window", "zero_window_probe", "zero_window_probe_ack",
	"window_full", "window_update", "keep_alive", "keep_alive_ack", "reused_ports", "partial_ack", "dsack",
	"copy", "foreign", "icmp_error", "bad_checksum", "needless_retransmission",
}

// Key returns the report's name for a single event, as in Wireshark's
// tcp.analysis.* where Wireshark has it.
func (e Events) Key() string {
	if i := bits.TrailingZeros32(uint32(e)); i < len(eventKeys) {
		return eventKeys[i]
	}
	return ""
}

// EventKinds is the number of different events; event i is Events(1)<<i.
const EventKinds = len(eventKeys)
