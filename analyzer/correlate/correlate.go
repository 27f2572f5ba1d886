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
	Offset      time.Duration // the second capture's clock minus the first's, at the time At
	Uncertainty time.Duration // at most this much off: half of the round trip between the two places
	OneWay      bool          // only one direction was there to compare: the path's delay is part of the offset

	At         analyzer.Timestamp // by the first capture's clock
	DriftKnown bool               // the captures are long enough to compare the clocks' rates
	Drifts     bool               // the rates differ: Offset holds at At, and grows by Drift
	Drift      float64            // seconds that the second clock gains in a second of the first
	DriftError float64            // two standard errors of Drift
}

// Ahead returns how far the second capture's clock is ahead at a time of the
// first one's.
func (c *Clock) Ahead(t analyzer.Timestamp) time.Duration {
	if !c.Drifts {
		return c.Offset
	}
	return c.Offset + time.Duration(c.Drift*float64(t.Sub(c.At)))
}

// By says what a connection was joined by.
type By uint8

// What connections are joined by, the surest first.
const (
	ByEnds    By = iota // the ends' addresses and ports, and the client's initial sequence number
	ByNumbers           // through a translation: the initial sequence numbers of both ends
	BySyn               // through a translation, without an answer: the client's initial sequence number and options
	BySpace             // it began before a capture: sequence numbers that overlap
	ByPayload           // the ends, and how the payload begins: the sequence numbers are rewritten on the way
	ByProxy             // how the payload begins: two connections, with a proxy between
	Alone               // it was not: one capture does not hold it although it was running
)

// Joined is one connection that both captures hold, or that only one of them
// holds although the other was running at the time.
type Joined struct {
	Flow   [2]int // the flow's id in each capture; -1 where it is not
	By     By
	NAT    bool // addresses or ports differ
	Unread bool // its packets could not be compared (limits, fragments, a proxy): Way says nothing

	// By the direction of the packets.
	Way [2]Way

	// What each end's SYN (by Dir) said where it was sent and where it arrived.
	MSS        [2][2]uint16
	OptionsCut [2]wire.Option // of each end's SYN: options that were there before the path and not after it
	Hops       [2]int         // routers between the two places, by time to live, per direction
	TOS        [2][2]uint8    // of the first packet whose traffic class was changed, before and after
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
	MadeUpCount        uint32        //
	MadeUpResets       uint32        // of these, RSTs
	Twice              uint32        // packets that arrived once more than they were sent
	Changed            uint32        // packets that arrived with something changed that Changes names
	Changes            Changes       // what was changed on the way, of any of them
	DelayMin, DelayMax time.Duration // with the estimated clocks
	Timed              uint32        // packets whose delay is known
}

// Changes is a set of what a path may change of a packet.
type Changes uint8

// What may change. Addresses, sequence numbers and the count of hops change for
// a whole connection and stand in Joined; TTL means that one packet crossed
// another number of routers than those before it.
const (
	ChangedMSS Changes = 1 << iota
	ChangedOptions
	ChangedDSCP
	ChangedECN // marked: congestion experienced
	ChangedTTL
	ChangedWindow
	ChangedNumbers
)

// Fate is what became of a packet that did not come through as it was sent.
type Fate struct {
	Joined  int32 // index in Pairing.Joined
	Kind    FateKind
	Dir     flow.Dir
	Changes Changes
	Flags   wire.Flags
	Len     uint32             // payload
	Frames  [2]uint32          // in the first and the second capture; 0: it is not there
	Time    analyzer.Timestamp // by the first capture's clock
}

// FateKind says what became of a packet.
type FateKind uint8

// The fates, beside that of a packet which arrived as it was sent.
const (
	LostBetween FateKind = iota
	ChangedBetween
	CameTwice
	NeverSent
)

// Bounds of what is listed.
const (
	maxListed = 64     // frames of a Way
	maxFates  = 50_000 // of a Pairing: 40 bytes each
)

// Pairing is what two captures tell together.
type Pairing struct {
	Clock  Clock
	Near   Nearness
	NearBy NearBy
	Joined []Joined
	// Fates are in the order of time. FatesCut says that there are more.
	Fates    []Fate
	FatesCut bool
	// Apart counts, by capture and reason, the connections that were not joined.
	Apart [2][ReasonCount]int
	// Median is the delay of half of the packets, by direction, if any is known.
	Median [2]time.Duration
	// Alike: nothing at all was lost or made up between; which of the two places
	// is nearer to the client may not matter then.
	Alike bool
	// Partial: there are more packets than are compared; of some flows only the
	// ends were joined.
	Partial bool
	by      [2]map[int]int // flow id to index in Joined
}

// NearBy says how it is known which capture lies nearer to the clients.
type NearBy uint8

// How it is known.
const (
	NearByNothing NearBy = iota
	NearByTimes          // packets from the clients pass it first, those to them last
	NearByTTL            // fewer routers on the way of the clients' packets
	NearByVantage        // each capture tells where it was taken
	NearByWord           // somebody said so
)

// Reason says why a connection was not joined.
type Reason uint8

// The reasons.
const (
	NotRunning Reason = iota // the other capture was not running then
	OtherHosts               // the other capture holds nothing of its hosts
	Ambiguous                // several connections of the other one would fit
	NoMatch                  // nothing that fits
	ReasonCount
)

// Of returns what is known of a flow of one of the two captures (0 or 1).
func (p *Pairing) Of(capture, flowID int) (*Joined, bool) {
	i, ok := p.by[capture][flowID]
	if !ok || p.Joined[i].By == ByProxy {
		return nil, false
	}
	return &p.Joined[i], true
}

// Proxied returns the flow of the other capture that a proxy made of a flow of one
// of the two captures, or out of which it made it.
func (p *Pairing) Proxied(capture, flowID int) (other int, ok bool) {
	i, ok := p.by[capture][flowID]
	if !ok || p.Joined[i].By != ByProxy {
		return 0, false
	}
	return p.Joined[i].Flow[1-capture], true
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
	key     uint64
	time    analyzer.Timestamp
	seq     analyzer.Seq // counted from the flow's base, see bases
	frame   uint32
	len     uint32
	ipid    uint16
	flags   wire.Flags
	options wire.Option
	mss     uint16
	window  uint16
	dir     flow.Dir
	ttl     uint8
	tos     uint8
	mate    int32 // index of the same packet in the other capture, plus one; elsewhere: see there
}

// elsewhere is the mate of a segment whose bytes are at the other place in other
// segments.
const elsewhere = -1
