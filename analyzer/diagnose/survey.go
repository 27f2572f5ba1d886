package diagnose

import (
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

// captureFacts are what rules want to know of the whole capture.
type captureFacts struct {
	quickest   map[uint64]time.Duration // handshake between two hosts, by their numbers; nil: not looked for yet
	superseded map[uint32]bool          // attempts whose ports their client used again at once: it had given them up itself
	mute       map[wire.Addr]bool       // hosts whose packets are missing although their peers acknowledge them
}

// observe gathers the facts of the whole capture and how far they let one go.
func (r *run) observe() {
	r.traits = make([]traits, r.Tracker.Len())
	for id := range r.traits {
		f := r.Tracker.Flow(id)
		x := r.traitsOf(f)
		r.traits[id] = x
		if x&flagged != 0 && f.Flags&flow.ReusesPorts != 0 {
			r.supersede(f)
		}
		if x&oneSided != 0 {
			d, _ := muteSide(f)
			if r.facts.mute == nil {
				r.facts.mute = map[wire.Addr]bool{}
			}
			if len(r.facts.mute) < maxMute {
				r.facts.mute[sideAddr(f, d)] = true
			}
		}
	}
	r.cap = Certain
	q := r.quality
	dropped := false
	for _, i := range r.Capture.Interfaces {
		dropped = dropped || i.Dropped > 0
	}
	if dropped || q.Acks > 0 && float64(q.AckedUnseen) >= unseenShare*float64(q.Acks) || q.OneSided > 0 && q.TwoSided == 0 {
		r.cap = Possible
	}
}

// supersede marks the attempt before f, if it was still young.
func (r *run) supersede(f *flow.Flow) {
	old, ok := r.Tracker.Previous(f)
	if !ok || old.AckFrame != 0 || f.Start.Sub(old.Start) >= synPatience {
		return
	}
	if r.facts.superseded == nil {
		r.facts.superseded = map[uint32]bool{}
	}
	if len(r.facts.superseded) < maxMute {
		r.facts.superseded[old.ID] = true
	}
}

// maxMute bounds the list of hosts that are heard from one side only.
const maxMute = 4096

// muteSide returns the side of a flow that must have sent something which this
// capture does not hold: the other one goes on as only an answered end does.
func muteSide(f *flow.Flow) (flow.Dir, bool) {
	c, s := &f.Sides[flow.Originator], &f.Sides[flow.Responder]
	switch {
	case f.Client() == f.Server():
	case s.Packets == 0 && (c.Payload > 0 || c.Packets > uint32(f.SynCount) && f.SynFrame != 0 && c.Flags&flow.SawRST == 0):
		return flow.Responder, f.Flags&flow.SynHadData == 0
	case c.Packets == 0 && s.Payload > 0:
		return flow.Originator, true
	}
	return 0, false
}

func sideAddr(f *flow.Flow, d flow.Dir) wire.Addr {
	if d == flow.Originator {
		return f.ClientAddr
	}
	return f.ServerAddr
}

// Mute reports whether packets that an address sends cannot be relied on to be in
// this capture.
func (s *Subject) Mute(a wire.Addr) bool {
	return s.run.facts.mute[a] || s.run.quality.TwoSided == 0 && s.run.quality.OneSided > 0
}

// Survey is the whole capture as a rule looks at it, after all flows were checked.
type Survey struct {
	*run
	rule    *Rule
	subject Subject
}

// surveyed is a finding about no flow in particular, or about flows that keep
// their own diagnosis.
type surveyed struct {
	rule   *Rule
	match  Match
	flows  []int
	values map[string]string
	proof  []analyzer.Evidence
	scope  analyzer.Text
}

// Found states the rule's finding for the capture. Its flows keep their own
// diagnoses.
func (v *Survey) Found(level Level, values map[string]string, proof ...analyzer.Evidence) {
	if !v.rule.Uncapped {
		level = min(level, v.cap)
	}
	v.general = append(v.general, surveyed{rule: v.rule, match: Match{Level: level}, values: values, proof: proof})
}

// Scope tells how far the finding that was stated last reaches: how many, of how
// many, since when.
func (v *Survey) Scope(t analyzer.Text) { v.general[len(v.general)-1].scope = t }

// Claim makes the rule's diagnosis one of a flow's.
func (v *Survey) Claim(id uint32, m Match) { v.add(id, v.rule, m) }

// Subject returns a flow with its facts, valid until the next call.
func (v *Survey) Subject(id uint32) *Subject {
	v.subject.load(v.run, v.Tracker.Flow(int(id)))
	return &v.subject
}

// Having returns the flows that a rule has matched so far, in order.
func (v *Survey) Having(ruleID string) []uint32 {
	rule := Lookup(ruleID)
	var out []uint32
	if !v.matches.ever[rule.index] {
		return out
	}
	for id := range v.primary {
		for _, h := range v.matches.of(uint32(id)) {
			if h.rule == rule.index {
				out = append(out, uint32(id))
			}
		}
	}
	return out
}

// raise changes the match of a rule on a flow.
func (v *Survey) change(id uint32, ruleID string, to func(*Match)) {
	rule := Lookup(ruleID)
	for i := range v.matches.of(id) {
		if h := &v.matches.of(id)[i]; h.rule == rule.index {
			to(&h.Match)
		}
	}
}
