// Package flow follows TCP connections through decoded packets and notes what
// happened on them: facts that rules read, and events on single segments.
//
// A flow is one connection as an engineer counts it. A SYN repeated with the
// same sequence number belongs to one flow; a port pair used again is a new one;
// a SYN-ACK from an address that was never dialled, and the reset that answers
// it, belong to the flow of their SYN.
//
// State is free of pointers: a Flow is a fixed record, what only troubled flows
// need lives in Trouble, and each packet costs one index entry of 16 bytes. See
// docs/performance.md for the limits.
package flow

import (
	"math"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// Dir is a direction of a flow: who sent.
type Dir uint8

// The directions, in Zeek's words; clients and servers in texts for people.
const (
	Originator Dir = iota // the client: whoever sent the SYN
	Responder             // the server
)

// Other returns the opposite direction.
func (d Dir) Other() Dir { return d ^ 1 }

// Endpoint is an address and a port.
type Endpoint struct {
	Addr wire.Addr
	Port uint16
}

// String returns address:port, [address]:port for IPv6.
func (e Endpoint) String() string {
	if e.Addr.Is4() {
		return e.Addr.String() + ":" + itoa(e.Port)
	}
	return "[" + e.Addr.String() + "]:" + itoa(e.Port)
}

// State is where the connection stood at the end of the capture, seen from the
// end that went furthest (RFC 9293 §3.3.2).
type State uint8

// The states.
const (
	StateUnknown     State = iota // begun before the capture and not ended in it
	StateSynSent                  // SYN, no answer that fits
	StateSynReceived              // SYN and SYN-ACK, no ACK of it
	StateEstablished
	StateFinWait   // one end has sent FIN, not acknowledged
	StateCloseWait // one end has sent FIN and had it acknowledged, the other has not
	StateClosing   // both have sent FIN, not all acknowledged
	StateClosed    // both FINs acknowledged
	StateReset
)

var stateNames = [...]string{"", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "CLOSE-WAIT", "CLOSING", "CLOSED", "RESET"}

// String returns the state's name in RFC 9293's spelling.
func (s State) String() string { return stateNames[s] }

// ResetClass says what the shape of a RST tells about its sender.
type ResetClass uint8

// The classes, after measurements on Linux: net/ipv4/tcp_ipv4.c
// tcp_v4_send_reset answers a stray packet, tcp_output.c tcp_send_active_reset
// aborts a socket that lives.
const (
	ResetNone     ResetClass = iota
	ResetOfSYN               // R1: RST+ACK, seq 0, ack = SYN.seq+1, no window: nothing listens there, or a firewall rejects
	ResetNoSocket            // R2: RST alone, seq = the offending segment's ack, no window, no timestamps: no such connection
	ResetAbort               // R3: RST+ACK with the live sequence numbers (and window, timestamps): the socket's owner aborted it
	ResetOdd                 // R4: none of these, or unlike its host's other packets: suspect
)

// Side holds what one end of a flow sent.
type Side struct {
	ISN        analyzer.Seq // of its SYN or SYN-ACK; where neither was seen, one before the first byte seen
	Next       analyzer.Seq // highest sequence number seen, plus one
	Contiguous analyzer.Seq // highest sequence number up to which nothing is missing
	Acked      analyzer.Seq // the latest acknowledgment number that it sent

	Window  uint16      // latest, as it stood in the header
	MSS     uint16      // from its SYN; 0 if it had none or was not seen
	Options wire.Option // of its SYN
	WScale  int8        // shift count from its SYN; -1 unknown, -2 its SYN had none
	TTL     uint8       // of its first packet

	Packets      uint32
	DataSegments uint32
	Payload      uint64 // bytes of sequence space carried, once

	Last                analyzer.Timestamp // of its packets
	FirstData, LastData analyzer.Timestamp // of segments with payload (new payload, for LastData)
	FirstDataFrame      uint32
	LastDataFrame       uint32
	nextTime            analyzer.Timestamp // when Next advanced
	FinTime             analyzer.Timestamp
	FinFrame            uint32
	finSeq              analyzer.Seq
	gap                 int32  // ranges seen beyond Contiguous, lowest first, in the tracker's pool; -1 none
	LargestAcked        uint16 // payload of the largest segment that is known to be acknowledged
	pending             uint16 // payload of the largest segment since all was acknowledged
	LastTSval           uint32 // the highest
	dupAcks             uint16
	nextID              uint16 // IP identification of the segment that advanced Next
	idRun               uint8  // how often in a row it was a little higher than the one before
	Proto               Proto  // what its first bytes look like
	Via                 uint8  // the interface that its first packet was captured on
	Flags               SideFlags
}

// SideFlags are yes-or-no facts about one end.
type SideFlags uint32

// The facts.
const (
	SawSYN SideFlags = 1 << iota // its SYN or SYN-ACK was seen
	SawFIN
	FinAcked // the other end acknowledged its FIN
	SawRST
	HadZeroWindow
	OverMTU     // sent a segment larger than the MSS (offload)
	BadSums     // sent a segment with a wrong checksum that is not a partial one
	PartialSums // sent segments whose checksum the network card was to fill in (offload)
	HadCopies   // some of its packets were recorded more than once
	hasNext
	hasAck
	lastKeepAlive
	lastProbe
	lastHadSACK
	idVaries    // its packets have different IP identifications
	OffersECN   // its SYN asked for ECN, or its SYN-ACK agreed (RFC 3168 §6.1.1)
	cameIn      // its first packet came in at the capturing host
	windowOfSYN // Window came with a SYN and is not scaled (RFC 7323 §2.2)
)

// Flow is one TCP connection. Times are the capture's.
type Flow struct {
	ID                     uint32
	Scope                  uint32 // VLAN, VNI, tunnel: as wire.Packet.Scope
	ClientAddr, ServerAddr wire.Addr
	ClientPort, ServerPort uint16

	SynCount    uint16 // SYNs with the flow's sequence number, the first included
	SynAckCount uint16 // SYN-ACKs, from the dialled server and from other addresses
	Start, End  analyzer.Timestamp

	LastSyn               analyzer.Timestamp // the last before the answer; the first if timestamps show that an earlier one was answered
	SynAck                analyzer.Timestamp // the first SYN-ACK from the dialled server that fits the SYN
	AckTime               analyzer.Timestamp // the client's ACK that completes the handshake
	SynFrame              uint32
	SynAckFrame, AckFrame uint32

	// The first RST within the connection (not those sent to a foreign address).
	ResetFrame uint32
	Reset      analyzer.Timestamp
	ResetBy    Dir
	ResetClass ResetClass
	Flags      FlowFlags

	ThinkFrame uint32 // that ended Think
	think      uint32 // microseconds

	first, last int32 // of its packets in the index
	trouble     int32 // index into the tracker's Trouble; -1 none
	Sides       [2]Side
}

// FlowFlags are yes-or-no facts about a flow.
type FlowFlags uint16

// The facts.
const (
	Midstream        FlowFlags = 1 << iota // begun before the capture: no SYN and no SYN-ACK seen
	RolesGuessed                           // who is client was guessed from ports
	ReusesPorts                            // the same addresses and ports carried an earlier flow
	SimultaneousOpen                       // both sent a SYN without ACK
	SynHadData                             // TCP Fast Open or a test tool
	SynToGroup                             // SYN to a broadcast or multicast address (network or link layer)
	ScopesDiffer                           // one direction was captured in another scope (VLAN tag) than the other: Trouble.ReplyScope
	AckLate                                // the ACK that completes the handshake was not captured: AckFrame and AckTime are those of a later segment
	Unexplained                            // there was no room for its Trouble (limits)
	Unprompted                             // the server spoke again after a pause although nobody had asked: no series of requests and answers
	Polled                                 // twice an answer came late and the client asked again at once: a long poll, which waits for news by design
	Forgotten                              // its packets are no longer in the index (limits)
	waitedLong                             // the latest answer came late
	polledOnce
)

// Client returns the originator's endpoint.
func (f *Flow) Client() Endpoint { return Endpoint{f.ClientAddr, f.ClientPort} }

// Server returns the endpoint that was dialled.
func (f *Flow) Server() Endpoint { return Endpoint{f.ServerAddr, f.ServerPort} }

// Duration returns the time from the first packet to the last.
func (f *Flow) Duration() time.Duration { return f.End.Sub(f.Start) }

// Established reports whether the handshake was seen to complete, or data
// proves that it had.
func (f *Flow) Established() bool {
	return f.AckFrame != 0 || f.Flags&Midstream != 0
}

// Think returns the longest time from the last byte of a request to the first of its
// answer, in whole microseconds, up to 71 minutes.
func (f *Flow) Think() time.Duration { return time.Duration(f.think) * time.Microsecond }

func thinkOf(wait time.Duration) uint32 {
	return uint32(min(max(wait/time.Microsecond, 0), math.MaxUint32))
}

// HandshakeRTT returns the time from the last SYN before the SYN-ACK to the ACK
// that completes the handshake, or to the RST that refuses it (Wireshark's
// tcp.analysis.initial_rtt), and whether it is known.
func (f *Flow) HandshakeRTT() (time.Duration, bool) {
	var end analyzer.Timestamp
	switch {
	case f.SynFrame == 0, f.Flags&AckLate != 0:
		return 0, false
	case f.AckFrame != 0:
		end = f.AckTime
	case f.ResetClass == ResetOfSYN && f.ResetBy == Responder:
		end = f.Reset
	default:
		return 0, false
	}
	rtt := end.Sub(f.LastSyn)
	return rtt, rtt >= 0 // a clock that steps back measures nothing
}

// Packets returns the number of packets in both directions.
func (f *Flow) Packets() uint32 { return f.Sides[0].Packets + f.Sides[1].Packets }

// Payload returns the bytes of sequence space carried in both directions, once.
func (f *Flow) Payload() uint64 { return f.Sides[0].Payload + f.Sides[1].Payload }
