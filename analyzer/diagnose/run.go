package diagnose

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/correlate"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/host"
)

// Case is what is to be concluded about.
type Case struct {
	Capture *analyzer.Capture
	Index   int // of the capture, for evidence
	Tracker *flow.Tracker
	Host    *host.Known // what hosts said of themselves; nil: nothing
	Legs    []correlate.Leg
	Links   []Link // to captures of the same incident taken further on the way to the servers
}

// run is the state of one Run.
type run struct {
	*Case
	quality *flow.Quality
	cap     Level // the most that this capture's quality allows
	facts   captureFacts

	traits  []traits // by flow
	tried   map[traits][]*Rule
	places  *places
	primary []uint8 // by flow: rule index plus one; 0 is healthy
	matches matches
	silent  map[flow.Endpoint]silentFacts // by service, once evidence is weighed
	legs    map[uint32][]uint32           // further legs of a connection, by the main one
	mainLeg map[uint32]uint32             // the other way round
	links   []link
	taken   map[taken]spot  // matches that another capture's run found
	joined  map[uint32]bool // flows that a capture nearer to the clients tells of
	behind  bool            // a capture nearer to the clients is there
	before  bool            // one nearer to the servers is there
	general []surveyed      // findings about no flow, or whose flows keep their own diagnosis
}

// hit is a rule that matched a flow.
type hit struct {
	rule uint8
	Match
}

// Conclusion is what Run found.
type Conclusion struct {
	Findings []analyzer.Finding // ranked: failures first, then remarks, then what the capture is worth

	primary []uint8
	matches matches
}

// Primary returns a flow's diagnosis; the rule "healthy" if nothing is wrong.
func (c *Conclusion) Primary(flowID int) *Rule {
	if flowID < len(c.primary) && c.primary[flowID] != 0 {
		return registry[c.primary[flowID]-1]
	}
	return healthy
}

// Also returns the ids of further diagnoses that hold for a flow and that its
// primary one does not explain.
func (c *Conclusion) Also(flowID int) []string {
	hits := c.matches.of(uint32(flowID))
	if len(hits) < 2 {
		return nil
	}
	out := make([]string, 0, len(hits)-1)
	for _, h := range hits[1:] {
		out = append(out, registry[h.rule].ID)
	}
	return out
}

// Run concludes. It may be called while the capture is still being read, and again.
func Run(c *Case) *Conclusion { return Together([]*Case{c})[0] }

// examine lets all rules look at the capture.
func (r *run) examine() {
	r.observe()
	r.check()
	for _, rule := range registry {
		if rule.Survey != nil {
			rule.Survey(&Survey{run: r, rule: rule})
		}
	}
}

// conclude weighs what was found and tells it.
func (r *run) conclude() *Conclusion {
	r.weigh()
	r.settle()
	return &Conclusion{Findings: r.tell(), primary: r.primary, matches: r.matches}
}

// check tries every rule that may find something on every flow that is not
// ordinary.
func (r *run) check() {
	var s Subject
	for id, x := range r.traits {
		if x&ordinary != 0 && len(r.links) == 0 {
			continue
		}
		f := r.Tracker.Flow(id)
		if x&ordinary != 0 && !r.lossy(f) {
			continue
		}
		s.load(r, f)
		for _, rule := range r.rulesFor(x) {
			if m, ok := rule.Check(&s); ok {
				r.add(uint32(id), rule, m)
			}
		}
		if len(r.links) > 0 {
			r.claim(&s)
		}
	}
}

// rulesFor returns the rules that may find something on a flow with some traits.
func (r *run) rulesFor(x traits) []*Rule {
	list, known := r.tried[x]
	if !known {
		for _, rule := range registry {
			if rule.Check != nil && x.has(rule.Needs) {
				list = append(list, rule)
			}
		}
		if r.tried == nil {
			r.tried = map[traits][]*Rule{}
		}
		r.tried[x] = list
	}
	return list
}

// quiet reports that nothing out of the ordinary can have happened on a flow:
// opened, served and closed in order, at once, and without a remark; or opened and
// closed without a word.
func quiet(f *flow.Flow) bool {
	c, s := &f.Sides[flow.Originator], &f.Sides[flow.Responder]
	return f.Flags == 0 && !f.Troubled() && f.SynCount == 1 && f.SynAckFrame != 0 && f.AckFrame != 0 && f.ResetFrame == 0 &&
		c.Flags&s.Flags&flow.SawFIN != 0 && (s.Payload > 0 && s.LastData >= c.LastData && s.LastData <= c.FinTime || c.DataSegments|s.DataSegments == 0) &&
		f.Think() < slowFloor && f.AckTime.Sub(f.LastSyn) < highRTT && (c.Flags|s.Flags)&flow.HadZeroWindow == 0 &&
		!atWindowSpeed(f, flow.Responder) && !atWindowSpeed(f, flow.Originator)
}

// add notes that a rule matched a flow; the hits stay in the order of the rules.
func (r *run) add(id uint32, rule *Rule, m Match) {
	if !rule.Uncapped {
		m.Level = min(m.Level, r.cap)
	}
	if first := &r.matches.first[id]; first.Level == None && m.Level != None { // nearly always
		*first = hit{rule: rule.index, Match: m}
		r.matches.ever[rule.index] = true
		return
	}
	hits := r.matches.of(id)
	at := len(hits)
	for i, h := range hits {
		if h.rule == rule.index {
			return
		}
		if h.rule > rule.index && at == len(hits) {
			at = i
		}
	}
	hits = append(hits, hit{})
	copy(hits[at+1:], hits[at:])
	hits[at] = hit{rule: rule.index, Match: m}
	r.matches.set(id, hits)
}

// settle drops what another match explains and names the primary diagnoses.
func (r *run) settle() {
	for i := range r.matches.first {
		switch h := &r.matches.first[i]; h.Level {
		case None:
			continue
		case several:
		default:
			r.primary[i] = h.rule + 1
			continue
		}
		id := uint32(i)
		hits := r.matches.of(id)
		kept := make([]hit, 0, len(hits))
		for _, h := range hits {
			if !explained(registry[h.rule], hits) {
				kept = append(kept, h)
			}
		}
		if len(kept) == 0 { // rules that explain each other: keep the first
			kept = hits[:1]
		}
		r.matches.set(id, kept)
		r.primary[id] = kept[0].rule + 1
	}
}

func explained(r *Rule, hits []hit) bool {
	for _, h := range hits {
		if r.explainedBy(registry[h.rule].ID) {
			return true
		}
	}
	return false
}
