package flow

// Outcome is how a connection went, in Zeek's words (conn_state of
// scripts/base/protocols/conn/main.zeek).
type Outcome string

// The outcomes.
const (
	OutcomeS0     Outcome = "S0"     // SYN, no reply
	OutcomeS1     Outcome = "S1"     // established, not ended
	OutcomeSF     Outcome = "SF"     // established and closed by both ends
	OutcomeREJ    Outcome = "REJ"    // the SYN was answered with RST
	OutcomeS2     Outcome = "S2"     // established, only the originator closed
	OutcomeS3     Outcome = "S3"     // established, only the responder closed
	OutcomeRSTO   Outcome = "RSTO"   // established, the originator reset it
	OutcomeRSTR   Outcome = "RSTR"   // established, the responder reset it
	OutcomeRSTOS0 Outcome = "RSTOS0" // SYN, then RST by the originator, no SYN-ACK between
	OutcomeRSTRH  Outcome = "RSTRH"  // the responder reset it, and no SYN was seen
	OutcomeSH     Outcome = "SH"     // SYN, then FIN by the originator, nothing from the responder
	OutcomeSHR    Outcome = "SHR"    // SYN-ACK, then FIN by the responder, no SYN seen
	OutcomeOTH    Outcome = "OTH"    // none of these: begun before the capture
)

// endState is where Zeek's state machine of one end stands at the end.
type endState uint8

const (
	endInactive endState = iota // sent nothing, or was met in the middle ("partial")
	endSynSent
	endSynAckSent
	endEstablished
	endClosed // sent FIN
	endReset  // sent RST
)

// Outcome returns how the connection went.
func (f *Flow) Outcome() Outcome {
	o, r := f.endState(Originator), f.endState(Responder)
	switch {
	case r == endReset:
		return f.resetByResponder(o)
	case o == endReset && r != endInactive:
		return OutcomeRSTO
	case o == endReset && f.SynFrame != 0:
		return OutcomeRSTOS0
	case o == endReset:
		return OutcomeOTH
	case o == endClosed && r == endClosed:
		return OutcomeSF
	case o == endClosed && r == endInactive:
		return OutcomeSH
	case o == endClosed:
		return OutcomeS2
	case r == endClosed && o == endInactive:
		return OutcomeSHR
	case r == endClosed:
		return OutcomeS3
	case o == endSynSent && r == endInactive:
		return OutcomeS0
	case o == endEstablished && r == endEstablished:
		return OutcomeS1
	}
	return OutcomeOTH
}

func (f *Flow) resetByResponder(originator endState) Outcome {
	switch {
	case originator == endSynSent, originator == endSynAckSent,
		originator == endReset && f.Payload() == 0:
		return OutcomeREJ
	case originator == endInactive:
		return OutcomeRSTRH
	}
	return OutcomeRSTR
}

// endState follows Zeek's TCPSessionAdapter: a SYN-ACK that fits the SYN
// establishes both ends, and a RST after the FINs of both changes nothing.
func (f *Flow) endState(d Dir) endState {
	s, peer := &f.Sides[d], &f.Sides[d.Other()]
	fin := s.Flags&SawFIN != 0
	reset := f.ResetFrame != 0 && (f.ResetBy == d || s.Flags&SawRST != 0)
	switch {
	case reset && !(fin && peer.Flags&SawFIN != 0):
		return endReset
	case fin:
		return endClosed
	case f.SynFrame != 0 && f.SynAckFrame != 0:
		return endEstablished
	case f.Flags&SimultaneousOpen != 0 && f.AckFrame != 0:
		return endEstablished
	case d == Originator && f.SynFrame != 0:
		return endSynSent
	case d == Responder && f.SynAckFrame != 0:
		return endSynAckSent
	}
	return endInactive
}
