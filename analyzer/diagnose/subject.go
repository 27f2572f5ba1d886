package diagnose

import (
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// Subject is the flow that a rule looks at, with what is known of its capture.
type Subject struct {
	*flow.Flow
	Trouble        *flow.Trouble
	Client, Server *flow.Side
	run            *run
	vantage        flow.Vantage
	both           *both
	bothKnown      bool
}

// load points the subject at a flow; it is used again for the next one.
func (s *Subject) load(r *run, f *flow.Flow) {
	s.Flow, s.Trouble, s.run = f, r.Tracker.Trouble(f), r
	s.Client, s.Server = &f.Sides[flow.Originator], &f.Sides[flow.Responder]
	s.vantage, s.both, s.bothKnown = "", nil, false
}

// Vantage returns where the flow was captured.
func (s *Subject) Vantage() flow.Vantage {
	if s.vantage == "" {
		s.vantage = s.run.beside(s.run.Tracker.Vantage(s.Flow))
	}
	return s.vantage
}

// Left returns how long the capture went on after t.
func (s *Subject) Left(t analyzer.Timestamp) time.Duration { return s.run.quality.Last.Sub(t) }

// RTT returns the flow's own round trip time, from its handshake; a small default
// where that was not seen.
func (s *Subject) RTT() time.Duration {
	if rtt, ok := s.HandshakeRTT(); ok && rtt > 0 {
		return rtt
	}
	return unknownRTT
}

// Unanswered reports a SYN to which nothing at all came back.
func (s *Subject) Unanswered() bool {
	return s.SynFrame != 0 && s.Server.Packets == 0 && s.Trouble.ForeignSynAcks == 0 && s.Trouble.ICMP.Count == 0 &&
		s.AckFrame == 0 && s.Client.Payload == 0 && s.ResetFrame == 0 && s.Trouble.StrayAcks == 0
}

// Completed reports whether the three segments of the handshake were seen.
func (s *Subject) Completed() bool { return s.AckFrame != 0 && s.SynAckFrame != 0 }

// RequestAcked reports whether the client sent data and the server's host
// acknowledged all of it.
func (s *Subject) RequestAcked() bool {
	return s.Client.Payload > 0 && s.dataEnd(s.Client).Sub(s.Server.Acked) <= 0
}

// NothingAcked reports whether the server's host never acknowledged more than the SYN.
func (s *Subject) NothingAcked() bool { return s.Server.Acked.Sub(s.Client.ISN.Add(1)) <= 0 }

// ServerSpoke reports whether the server sent payload, be it that the capture
// lacks it: then the server's numbers moved on, or the client acknowledged it.
func (s *Subject) ServerSpoke() bool {
	begin := s.Server.ISN.Add(1)
	return s.Server.Payload > 0 || s.Server.Flags&flow.SawSYN != 0 && (s.dataEnd(s.Server).After(begin) || s.Client.Acked.Sub(begin) > 1)
}

// dataEnd returns the sequence number after the last byte that a side sent.
func (s *Subject) dataEnd(side *flow.Side) analyzer.Seq {
	if side.Flags&flow.SawFIN != 0 {
		return side.Next - 1
	}
	return side.Next
}

// Unread returns how many bytes a side had sent that the other had not acknowledged.
func (s *Subject) Unread(d flow.Dir) int32 {
	return max(0, s.dataEnd(&s.Sides[d]).Sub(s.Sides[d.Other()].Acked))
}

// ResetAfter returns the time from t to the reset.
func (s *Subject) ResetAfter(t analyzer.Timestamp) time.Duration { return s.Reset.Sub(t) }

// Closed reports whether both ends had finished their sending side before any reset.
func (s *Subject) Closed() bool {
	return s.Client.Flags&s.Server.Flags&flow.SawFIN != 0
}

// LastAnswered reports whether the server spoke after the client's last words.
func (s *Subject) LastAnswered() bool {
	return s.Server.Payload > 0 && s.Server.LastData >= s.Client.LastData
}

// entries collects the frames of the flow's packets that a test picks, as many
// as a line of evidence may name.
func (s *Subject) entries(pick func(flow.Entry) bool) []uint32 {
	var out []uint32
	for e := range s.run.Tracker.Entries(s.Flow) {
		if e.Events&analyzer.Copy == 0 && pick(e) {
			if out = append(out, e.Frame); len(out) == maxEvidenceFrames {
				break
			}
		}
	}
	return out
}
