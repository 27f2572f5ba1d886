package flow

import (
	"time"

	"wirewhy/analyzer"
)

// Quality sums up what the capture itself is worth; it caps what may be concluded.
type Quality struct {
	Frames, TCP, Other uint64
	Unindexed          uint64 // frames beyond Limits.Frames: counted, not listed
	Untracked          uint64 // packets that found no room for a flow of their own (Limits.Flows)
	Unexplained        uint64 // flows that found no room for a Trouble (Limits.Troubles)
	Cut                uint64 // frames shorter than they were on the wire (snap length)
	Copies             uint64 // packets recorded more than once
	ackedUnseen        uint32
	AckedUnseen        uint64 // ACKs for data that was never seen
	Acks               uint64
	Midstream          int // flows without their opening
	OneSided           int // flows with packets in one direction only, although ACKs advance
	TwoSided           int
	Oversized          uint64 // segments larger than the MSS (offload)
	PartialSums        uint64
	BadSums            uint64
	SumsChecked        uint64
	BackSteps          uint64             // timestamps earlier than the one before, on the same interface
	LongestBackStep    time.Duration      // the largest of these
	LongestForwardStep time.Duration      // the longest gap between two frames
	ForwardStep        time.Duration      // by how much the clock was set forward, as the hosts' own clocks tell; 0: nothing of the kind
	ForwardFrom        analyzer.Timestamp // the step lies between these two
	ForwardTo          analyzer.Timestamp
	ForwardFrame       uint32 // the frame after it
	First, Last        analyzer.Timestamp

	// The first frame of each kind, to be shown; 0: none.
	CutFrame, CopyFrame, MidstreamFrame, OversizedFrame, UnseenFrame, BackStepFrame uint32
}

// Vantage says where on the path a capture was taken.
type Vantage string

// The vantages.
const (
	VantageUnknown Vantage = "unknown"
	VantageClient  Vantage = "client"
	VantageServer  Vantage = "server"
	VantageMiddle  Vantage = "middle"
)

// first notes a frame where none was noted before.
func first(at *uint32, frame uint32) {
	if *at == 0 {
		*at = frame
	}
}
