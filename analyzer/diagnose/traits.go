package diagnose

import (
	"wirewhy/analyzer/flow"
)

// traits are what rules ask of a flow before anything else, in two bytes: a
// million flows are looked through without touching their records.
type traits uint16

const (
	asked     traits = 1 << iota // its SYN was seen
	answered                     // a SYN-ACK that fits was seen
	completed                    // so was the handshake's last ACK, or what stands for it
	wasReset
	withData // payload, either way
	closing  // a FIN, either way
	troubled // something out of the ordinary was noted
	flagged  // flow.Flags are not zero
	oneSided // one end must have sent something that is not here
	slow     // somebody waited long for an answer
	spoke    // the protocol above TCP gave a reason to look closer
	ordinary // nothing out of the ordinary can have happened: no rule needs to look
)

// traitsOf sums a flow up.
func (r *run) traitsOf(f *flow.Flow) traits {
	c, s := &f.Sides[flow.Originator], &f.Sides[flow.Responder]
	var x traits
	if f.SynFrame != 0 {
		x |= asked
	}
	if f.SynAckFrame != 0 {
		x |= answered
	}
	if f.AckFrame != 0 {
		x |= completed
	}
	if f.ResetFrame != 0 {
		x |= wasReset
	}
	if c.DataSegments|s.DataSegments != 0 || c.Payload|s.Payload != 0 {
		x |= withData
	}
	if (c.Flags|s.Flags)&flow.SawFIN != 0 {
		x |= closing
	}
	if f.Troubled() {
		x |= troubled
	}
	if f.Flags != 0 {
		x |= flagged
	}
	if f.Think() >= slowFloor {
		x |= slow
	}
	if c.Packets == 0 || s.Packets == 0 {
		if _, ok := muteSide(f); ok {
			x |= oneSided
		}
	}
	if x&withData != 0 && r.Tracker.Spoke(f) {
		x |= spoke
	}
	if x&(answered|completed|closing|wasReset|troubled|flagged|slow|spoke) == answered|completed|closing && quiet(f) {
		x |= ordinary
	}
	return x
}

// has reports whether a flow has all of some traits.
func (x traits) has(all traits) bool { return x&all == all }
