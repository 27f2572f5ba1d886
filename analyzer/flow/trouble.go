package flow

import (
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// MaxSynTimes is the number of SYN times that are kept for a flow: enough for
// tcp_syn_retries up to 10.
const MaxSynTimes = 11

// Trouble holds what only a flow needs on which something out of the ordinary
// happened. A flow without it reads as the zero Trouble.
type Trouble struct {
	// Synths of the opening.
	SynOffsets           [MaxSynTimes]time.Duration // of each SYN from the first one
	Foreign              Endpoint                   // another address that answered the SYN
	ForeignSynAcks       uint16                     // SYN-ACKs from there
	ForeignResets        uint16                     // RSTs that the client sent there
	ForeignIfIndex       bool                       // it came in by another interface than the SYN
	SynAckISNs           uint16                     // different server ISNs
	SynAcksAfterAck      uint16                     // SYN-ACKs after the client's ACK of it was seen
	ClientResetsOfSynAck uint16                     // RSTs (no ACK flag, seq = the SYN-ACK's ack) by which the client refused the SYN-ACK
	StrayAcks            uint16                     // the SYN was answered with an ACK that does not fit it (old connection, RFC 9293 §3.5.2)
	SynResets            uint16                     // SYNs answered with RST
	LastSynAck           analyzer.Timestamp

	ICMP ICMPFacts

	// What each side did, by Dir.
	Sent [2]SentTrouble

	// Silence.
	Idle                           time.Duration // the longest gap between two packets of the flow after the handshake
	IdleFrame                      uint32        // the packet that ended it
	IdleBy                         Dir           // who sent that
	ResetsByClient, ResetsByServer uint16
	ResetTTL                       uint8
	ResetWindow                    uint16
	ResetHasTimestamps             bool
	AfterReset                     [2]uint16 // packets (RSTs left out) that each side sent after the first RST
}

// ICMPFacts sums up the ICMP errors that quote a flow.
type ICMPFacts struct {
	Count      uint16
	Type, Code uint8 // of the first
	Version    uint8 // IP version: ICMP or ICMPv6
	MTU        uint32
	From       wire.Addr
	Time       analyzer.Timestamp
	Frame      uint32
	QuotesSYN  bool
}

// SentTrouble is what went wrong with the segments that one side sent.
type SentTrouble struct {
	Retransmissions      uint32 // all kinds
	FastRetransmissions  uint32
	Spurious             uint32
	OutOfOrder           uint32
	DuplicateAcks        uint32 // sent by this side
	SACKs, DSACKs        uint32 // sent by this side
	LostSegments         uint32 // gaps: segments that this capture never saw
	AckedUnseen          uint32 // ACKs by this side for such
	KeepAlives           uint32
	KeepAlivesUnanswered uint32 // since the other side last sent something
	ZeroWindows          uint32
	Probes               uint32
	WindowFulls          uint32
	Copies               uint32

	ZeroWindowTotal   time.Duration // that the other side was held up
	ZeroWindowLongest time.Duration
	ZeroWindowFrame   uint32
	zeroSince         analyzer.Timestamp

	// The last run of retransmissions of one segment.
	Run        uint16             // how often the same segment was sent again without being acknowledged
	RunStart   analyzer.Timestamp // of the original or first repetition
	RunFrame   uint32
	RunLen     uint32 // its payload
	runSeq     analyzer.Seq
	LongestRun uint16
	Stall      time.Duration // the longest time from a segment to the repetition that got through

	LargestAcked  uint32 // payload of the largest segment that was acknowledged
	SmallestStuck uint32 // payload of the smallest segment that was repeated and never acknowledged; 0 none
}
