package diagnose

import (
	"slices"

	"wirewhy/analyzer/flow"
)

// claim is what two captures together prove of a flow for a rule that judges one
// capture as well. far tells that the finding is better told from the capture
// nearer to the server.
type claim func(s *Subject, b *both) (m Match, far, ok bool)

var claims = map[string]claim{
	"handshake-ack-lost":        claimAckLost,
	"accept-queue-overflow":     claimAckIgnored,
	"synack-ignored-by-client":  claimSynAckIgnored,
	"rst-injected-by-middlebox": claimForged,
	"packet-loss":               claimLoss,
	"mtu-blackhole":             claimOnlyBigLost,
}

// claim lets the claims look at a flow.
func (r *run) claim(s *Subject) {
	b := s.Compared()
	if b == nil || b.far == nil {
		return
	}
	for _, rule := range registry {
		c := claims[rule.ID]
		if c == nil {
			continue
		}
		m, far, ok := c(s, b)
		m.Level = min(m.Level, b.most)
		if !ok || !r.insert(s.ID, hit{rule: rule.index, Match: m}) {
			continue
		}
		delete(r.taken, taken{s.ID, rule.index})
		if far {
			r.note(s.ID, rule.index, spot{b.other, b.far.ID})
		}
	}
}

// claimAckLost: the handshake is complete for the client, and nothing that it sent
// after its SYN came to the server's place.
func claimAckLost(s *Subject, b *both) (Match, bool, bool) {
	lost := s.Completed() && s.NothingAcked() && s.Server.Payload == 0 && b.far.SynAckFrame != 0 && b.far.AckFrame == 0 && b.far.Client.Payload == 0 &&
		b.far.ResetFrame == 0 && b.toServer.LostAck+b.toServer.LostData >= 2 && s.Left(s.AckTime) >= retryPatience
	return Match{Level: Certain}, false, lost
}

// claimAckIgnored: the ACK came to the server's place, and yet the server goes on
// as if it had not.
func claimAckIgnored(s *Subject, b *both) (Match, bool, bool) {
	return Match{Level: Possible}, false, s.finalAckIgnored() && b.far.AckFrame != 0 && b.far.finalAckIgnored() // why, is inside its kernel
}

// claimSynAckIgnored: the SYN-ACK came to the client's place, which the capture
// itself does not tell to be the client's host.
func claimSynAckIgnored(s *Subject, b *both) (Match, bool, bool) {
	return Match{Level: Likely}, false, s.Vantage() == flow.VantageUnknown && s.synAckHanging() && b.far.SynAckFrame != 0
}

// forged reports whether the RST that a flow met was made up between the captures:
// the one on the side of its sender does not hold it.
func (b *both) forged(s *Subject) bool {
	return s.ResetFrame != 0 && s.ResetBy == flow.Responder && slices.Contains(b.toClient.MadeUp, s.ResetFrame)
}

func (b *both) forgedAtServer() bool {
	return b.far.ResetFrame != 0 && b.far.ResetBy == flow.Originator && slices.Contains(b.toServer.MadeUp, b.far.ResetFrame)
}

func claimForged(s *Subject, b *both) (Match, bool, bool) {
	m := Match{Level: Certain, Detail: injectedBetween}
	switch {
	case b.forged(s) && b.toServer.Arrived > 0 && (s.Established() || s.SynAckFrame != 0):
		return m, false, true
	case b.forgedAtServer() && b.toClient.Arrived > 0 && b.far.SynAckFrame != 0:
		return m, true, true
	}
	return m, false, false
}

// claimLoss: so many segments with data did not come from one place to the other.
func claimLoss(s *Subject, b *both) (Match, bool, bool) {
	if !s.Established() {
		return Match{}, false, false
	}
	for _, d := range []flow.Dir{flow.Responder, flow.Originator} {
		w := b.way(d)
		if w.LostData >= lossCount && float64(w.LostData) >= lossShare*float64(w.DataSent) && w.AfterLoss > 0 && !b.stuck(s, d) {
			return Match{Level: Certain, Detail: uint8(d)}, false, true
		}
	}
	return Match{}, false, false
}

// stuck reports that one end's data does not get through at all any more.
func (b *both) stuck(s *Subject, d flow.Dir) bool {
	at := b.sender(s, d)
	return at.Unread(d) > 0 && at.Trouble.Sent[d].Run >= deadRun
}

// claimOnlyBigLost: every segment beyond a size was lost, none below, and small
// packets went on getting through.
func claimOnlyBigLost(s *Subject, b *both) (Match, bool, bool) {
	if !s.Established() {
		return Match{}, false, false
	}
	for _, d := range []flow.Dir{flow.Originator, flow.Responder} {
		w, at := b.way(d), b.sender(s, d)
		tooBig := at.Trouble.ICMP.Count > 0 && kindOf(&at.Trouble.ICMP) == icmpTooBig
		if w.LostData >= deadRun && w.SmallestLost > smallMTU && w.SmallestLost > w.LargestThrough && w.AfterLoss > 0 && b.stuck(s, d) && !tooBig {
			return Match{Level: Certain, Detail: stuckSender<<1 | uint8(d)}, d == flow.Responder, true
		}
	}
	return Match{}, false, false
}
