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
	ForeignISN           analyzer.Seq               // the latest of its SYN-ACKs
	ForeignISNs          uint16                     // how many different ones: a new one each time shows that the reset arrived
	ForeignOther         uint16                     // anything else between the client and that address: then it was accepted
	ForeignFirst         analyzer.Timestamp
	ForeignFrame         uint32
	ForeignReset         analyzer.Timestamp
	ForeignResetFrame    uint32
	ForeignSegments      uint16 // of the established connection that came from that address, not the dialled one
	ForeignSegment       analyzer.Timestamp
	ForeignSegmentFrame  uint32
	SynAckISNs           uint16             // different server ISNs
	SynAcksAfterAck      uint16             // SYN-ACKs after the client's ACK of it was seen
	ClientResetsOfSynAck uint16             // RSTs (no ACK flag, seq = the SYN-ACK's ack) by which the client refused the SYN-ACK
	SynAckRepeats        uint16             // SYN-ACKs beyond the first
	SynAckUnseen         bool               // the SYN-ACK was not captured, what follows it was
	SynOptionsChanged    bool               // a repeated SYN carried other options than the first
	SynLacksECN          bool               // the first SYN that differed no longer asked for ECN
	SynLacks             wire.Option        // options of the first SYN that the first SYN which differed lacks
	SynChanged           analyzer.Timestamp // when that was sent
	SynChangedFrame      uint32
	SynsBeforeChange     uint16
	StrayAckFrame        uint32   // the first of StrayAcks
	StrayResets          uint16   // by which the client refused them
	StrayAcks            uint16   // the SYN was answered with an ACK that does not fit it (old connection, RFC 9293 §3.5.2)
	Clamped              [2]Clamp // of each side's SYN
	SynResets            uint16   // SYNs answered with RST
	LastSynAck           analyzer.Timestamp

	ReplyScope uint32 // if ScopesDiffer: that of the packets which are not in Flow.Scope

	SimultaneousClose bool // each end sent its FIN before it had acknowledged the other's

	ICMP ICMPFacts
	App  AppFacts

	// What each side did, by Dir.
	Sent [2]SentTrouble

	// Silence.
	Idle                           time.Duration      // the longest gap between two packets of the flow after the handshake
	IdleFrame                      uint32             // the packet that ended it
	IdleBy                         Dir                // who sent that
	IdleEnd                        analyzer.Timestamp // when it was sent
	AfterIdle                      [2]uint16          // packets that each side sent from IdleEnd on
	ResetsByClient, ResetsByServer uint16
	ResetTTL                       uint8
	ResetWindow                    uint16
	ResetIPID                      uint16
	ResetSeqOff                    int32 // its sequence number, from the next one that its sender would use
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
	QuotedLen  uint16 // total length of the packet that was too big, or not wanted
	QuotedDir  Dir    // who had sent it
}

// SentTrouble is what went wrong with the segments that one side sent.
type SentTrouble struct {
	Retransmissions      uint32 // all kinds
	DataRetransmissions  uint32 // those with payload
	RepeatedBytes        uint64 // payload in retransmissions
	FastRetransmissions  uint32
	Spurious             uint32
	Needless             uint32 // further ones that an acknowledgment showed afterwards to have been needless
	OutOfOrder           uint32
	DuplicateAcks        uint32 // sent by this side
	SACKs, DSACKs        uint32 // sent by this side
	LostSegments         uint32 // gaps: segments that this capture never saw
	AckedUnseen          uint32 // ACKs by this side for such
	KeepAlives           uint32
	KeepAlivesUnanswered uint32 // since the other side last sent something
	KeepAliveFrame       uint32 // the first of those
	ZeroWindows          uint32
	Probes               uint32
	WindowFulls          uint32
	Copies               uint32
	SACKsOutside         uint32 // sent by this side, of bytes far from those that it acknowledges
	SACKOutsideFrame     uint32 // the first of these
	Congested            uint32 // packets that a router marked with congestion experienced (RFC 3168 §5)
	CongestedFrame       uint32
	Echoes               uint32 // segments with ECE after the handshake: this side was told of congestion
	Reduced              uint32 // segments with CWR: this side slowed down
	OldStamps            uint32 // segments with new data whose timestamp is older than one before
	OldStampFrame        uint32

	ZeroWindowTotal   time.Duration // that the other side was held up
	ZeroWindowLongest time.Duration
	ZeroWindowFrame   uint32
	ZeroSince         analyzer.Timestamp // the window is closed since; 0: open
	zeroFrame         uint32

	// The last run of retransmissions of one segment.
	Run            uint16             // how often the same segment was sent again without being acknowledged
	RunStart       analyzer.Timestamp // of the original or first repetition
	RunFrame       uint32
	RunLen         uint32             // its payload
	RunLast        analyzer.Timestamp // of the latest repetition
	runSeq, runEnd analyzer.Seq
	LongestRun     uint16
	Stall          time.Duration // the longest time from a segment to the repetition that got through
	StallFrame     uint32        // the repetition
	StallSeq       analyzer.Seq  // where that segment began

	again  repetitions
	lost   hole // the latest of LostSegments
	unseen hole // the latest of AckedUnseen
}
