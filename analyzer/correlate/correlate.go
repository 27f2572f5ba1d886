// Package correlate finds what belongs together: the two captures of one
// incident, and the legs of one connection on both sides of an address
// translation.
//
// Two captures are joined flow by flow and packet by packet. Nothing that an
// address translation or another clock changes is used for the join: initial
// sequence numbers, sequence and acknowledgment numbers, flags, lengths and IP
// identifications stay what they were. From the packets that both captures hold
// follows how far their clocks are apart and which of them was taken nearer to
// the client; from those that only one holds, what was lost or made up between.
package correlate

import (
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

// View is one capture, to be correlated.
type View struct {
	Tracker *flow.Tracker
	// Read reads the packet of an index entry again. Entries come in ascending
	// order of their frames.
	Read func(e flow.Entry, p *wire.Packet) error
}

// Nearness says which of two captures was taken nearer to the clients.
type Nearness uint8

// The answers.
const (
	NearUnknown Nearness = iota
	FirstNearClient
	SecondNearClient
)

// Clock compares the clocks of two captures.
type Clock struct {
	Known       bool
	Offset      time.Duration // the second capture's clock minus the first's
	Uncertainty time.Duration // at most this much off: half of the round trip between the two places
	OneWay      bool          // only one direction was there to compare: the path's delay is part of the offset
}

// Joined is one connection that both captures hold, or that only one of them
// holds although the other was running at the time.
type Joined struct {
	Flow   [2]int // the flow's id in each capture; -1 where it is not
	NAT    bool   // addresses or ports differ
	Unread bool   // its packets could not be compared (limits, fragments): Way says nothing

	// By the direction of the packets.
	Way [2]Way

	// What each end's SYN (by Dir) said where it was sent and where it arrived.
	MSS        [2][2]uint16
	OptionsCut [2]wire.Option // of each end's SYN: options that were there before the path and not after it
	Hops       [2]int         // routers between the two places, by time to live, per direction
}

// Way is what became of the packets of one direction, from the place nearer to
// their sender to the one nearer to their receiver.
type Way struct {
	Sent, Arrived      uint32   // packets seen at the sender's place; of these, those seen at the receiver's
	Lost               []uint32 // frames (sender's capture) that did not arrive; at most maxListed
	LostCount          uint32
	LostData           uint32        // of these, segments with payload
	LostBytes          uint64        // payload
	DataSent           uint32        // segments with payload, of Sent
	LostSyn            uint32        // SYNs or SYN-ACKs
	LostAck            uint32        // pure ACKs
	AfterLoss          uint32        // packets that arrived although they were sent after a segment with payload that did not
	LargestThrough     uint32        // payload of the largest segment that arrived
	SmallestLost       uint32        // payload of the smallest segment with payload that did not; 0: none
	MadeUp             []uint32      // frames (receiver's capture) that were never sent; at most maxListed
	MadeUpResets       uint32        // of these, RSTs
	DelayMin, DelayMax time.Duration // with the estimated clocks
	timed              uint32        // packets whose delay is known
}

// maxListed bounds the frames that a Way lists.
const maxListed = 64

// Pairing is what two captures tell together.
type Pairing struct {
	Clock  Clock
	Near   Nearness
	Joined []Joined
	// Alike: nothing at all was lost or made up between; which of the two places
	// is nearer to the client may not matter then.
	Alike bool
	// Partial: there are more packets than are compared; of some flows only the
	// ends were joined.
	Partial bool
	by      [2]map[int]int // flow id to index in Joined
}

// Of returns what is known of a flow of one of the two captures (0 or 1).
func (p *Pairing) Of(capture, flowID int) (*Joined, bool) {
	i, ok := p.by[capture][flowID]
	if !ok {
		return nil, false
	}
	return &p.Joined[i], true
}

// NearClient returns the capture (0 or 1) that was taken nearer to the clients,
// and whether that is known.
func (p *Pairing) NearClient() (int, bool) {
	switch p.Near {
	case FirstNearClient:
		return 0, true
	case SecondNearClient:
		return 1, true
	}
	return 0, false
}

// sighting is one packet of a joined flow in one capture.
type sighting struct {
	key   uint64
	time  analyzer.Timestamp
	seq   analyzer.Seq
	frame uint32
	len   uint32
	ipid  uint16
	flags wire.Flags
	dir   flow.Dir
	ttl   uint8
	mate  int32 // index of the same packet in the other capture, plus one; elsewhere: see there
}

// elsewhere is the mate of a segment whose bytes are at the other place in other
// segments.
const elsewhere = -1
