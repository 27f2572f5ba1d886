package diagnose

import (
	"slices"

	"wirewhy/analyzer"
	"wirewhy/analyzer/correlate"
	"wirewhy/analyzer/flow"
)

// Link ties a capture to another of the same incident that was taken next on the
// way to the servers.
type Link struct {
	Far  *Case
	Pair *correlate.Pairing
	Near int // which of the pair's two captures is the nearer one: 0 or 1
	// Alike: which one is nearer is not known, and nothing was lost between them.
	Alike bool
}

type link struct {
	Link
	far *run
}

// Together concludes about captures of one incident, in the order of the cases.
// A connection that several captures hold is told of once, with the capture
// nearest to the client; what was found on it in the others is taken over there,
// and weighed with what became of its packets between.
func Together(cases []*Case) []*Conclusion {
	runs := map[*Case]*run{}
	var order []*run
	for _, c := range cases {
		order = start(c, runs, order)
	}
	for _, r := range order { // those nearest to the servers first
		r.examine()
		r.joinLegs()
		r.adopt()
	}
	out := make([]*Conclusion, len(cases))
	for i, c := range cases {
		out[i] = runs[c].conclude()
	}
	return out
}

// start makes the runs of a case and of those it is linked to.
func start(c *Case, runs map[*Case]*run, order []*run) []*run {
	if runs[c] != nil {
		return order
	}
	r := &run{Case: c, quality: c.Tracker.Quality(), primary: make([]uint8, c.Tracker.Len()), matches: newMatches(c.Tracker.Len())}
	runs[c] = r
	r.knowLegs()
	for _, l := range c.Links {
		order = start(l.Far, runs, order)
		runs[l.Far].behind = runs[l.Far].behind || !l.Alike
		r.before = r.before || !l.Alike
		r.links = append(r.links, link{l, runs[l.Far]})
	}
	return append(order, r)
}

// beside corrects where a capture was taken by the others: one that another lies
// behind of is not at the server, one that lies behind another not at the client.
func (r *run) beside(v flow.Vantage) flow.Vantage {
	if v == flow.VantageServer && r.before || v == flow.VantageClient && r.behind {
		return flow.VantageMiddle
	}
	return v
}

// both is a connection as two captures saw it.
type both struct {
	*correlate.Joined
	far                *Subject       // nil: the capture further on does not hold it
	toServer, toClient *correlate.Way // what became of the packets between the two
	most               Level          // what the two captures' quality allows
	other              *run
}

// Both returns what a second capture, nearer to the server, adds; nil if there is
// none that should hold the flow.
func (s *Subject) Both() *both {
	if s.bothKnown {
		return s.both
	}
	s.bothKnown = true
	for i := range s.run.links {
		l := &s.run.links[i]
		if l.Alike {
			continue
		}
		x, ok := s.sightOf(l)
		if !ok || s.both != nil && x.Flow[1-l.Near] < 0 {
			continue
		}
		b := &both{Joined: x, toServer: &x.Way[flow.Originator], toClient: &x.Way[flow.Responder], other: l.far, most: min(s.run.cap, l.far.cap)}
		if id := x.Flow[1-l.Near]; id >= 0 {
			b.far = &Subject{}
			b.far.load(l.far, l.far.Tracker.Flow(id))
		}
		s.both = b
	}
	return s.both
}

// sightOf returns the flow's place in a pairing, its own or that of another leg.
func (s *Subject) sightOf(l *link) (*correlate.Joined, bool) {
	x, ok := l.Pair.Of(l.Near, int(s.ID))
	for _, leg := range s.run.legs[s.ID] {
		if y, found := l.Pair.Of(l.Near, int(leg)); found && (!ok || x.Flow[1-l.Near] < 0) {
			x, ok = y, true
		}
	}
	return x, ok
}

// Compared returns Both where the packets of the flow were compared one by one.
func (s *Subject) Compared() *both {
	if b := s.Both(); b != nil && !b.Unread {
		return b
	}
	return nil
}

// way returns what became of the packets that one end sent.
func (b *both) way(d flow.Dir) *correlate.Way { return &b.Way[d] }

// sender returns the capture in which the packets of a direction were seen first.
func (b *both) sender(s *Subject, d flow.Dir) *Subject {
	if d == flow.Responder {
		return b.far
	}
	return s
}

// lossy reports that packets of a flow were lost or made up between two captures.
func (r *run) lossy(f *flow.Flow) bool {
	for i := range r.links {
		if x, ok := r.links[i].Pair.Of(r.links[i].Near, int(f.ID)); ok {
			for d := range x.Way {
				if x.Way[d].LostCount > 0 || len(x.Way[d].MadeUp) > 0 {
					return true
				}
			}
		}
	}
	return false
}

// adopt takes over what was found on the flows of this capture in those further
// on, and weighs all of it.
func (r *run) adopt() {
	taken := map[uint32]bool{}
	for i := range r.links {
		l := &r.links[i]
		for j := range l.Pair.Joined {
			x := l.Pair.Joined[j].Flow
			near, far := x[l.Near], x[1-l.Near]
			if near < 0 || l.Pair.Joined[j].By == correlate.ByProxy {
				continue
			}
			near = int(r.main(uint32(near)))
			if taken[uint32(near)] {
				continue
			}
			if far >= 0 && !l.far.joined[uint32(far)] {
				taken[uint32(near)] = true
				r.take(uint32(near), l.far, uint32(far))
			}
			r.judge(uint32(near))
		}
	}
}

// take moves the matches of a flow from a capture further on.
func (r *run) take(id uint32, from *run, there uint32) {
	if from.joined == nil {
		from.joined = map[uint32]bool{}
	}
	from.joined[there] = true
	for _, h := range from.matches.of(there) {
		if registry[h.rule].Class == analyzer.Artefact {
			continue // of that capture
		}
		at, ok := from.taken[taken{there, h.rule}]
		if !ok {
			at = spot{from, there}
		}
		if r.insert(id, h) {
			r.note(id, h.rule, at)
		}
	}
	from.matches.set(there, nil)
}

// insert adds a match unless there is one of the same rule that is as sure.
func (r *run) insert(id uint32, h hit) bool {
	hits := slices.Clone(r.matches.of(id))
	at, found := slices.BinarySearchFunc(hits, h.rule, func(x hit, rule uint8) int { return int(x.rule) - int(rule) })
	switch {
	case !found:
		hits = slices.Insert(hits, at, h)
	case hits[at].Level < h.Level:
		hits[at] = h
	default:
		return false
	}
	r.matches.set(id, hits)
	return true
}

// judge lets what became of a flow's packets between the captures confirm or
// refute what one of them made of it.
func (r *run) judge(id uint32) {
	hits := slices.Clone(r.matches.of(id))
	if len(hits) == 0 {
		return
	}
	var s Subject
	s.load(r, r.Tracker.Flow(int(id)))
	b := s.Both()
	if b == nil {
		return
	}
	for i := range hits {
		if j := judges[registry[hits[i].rule].ID]; j != nil {
			j(&s, b, &hits[i])
		}
	}
	r.matches.set(id, slices.DeleteFunc(hits, func(h hit) bool { return h.Level == None }))
}

// taken names a match that was taken over, by flow and rule.
type taken struct {
	flow uint32
	rule uint8
}

// spot is where it was found.
type spot struct {
	run  *run
	flow uint32
}

// note keeps where a match was found.
func (r *run) note(id uint32, rule uint8, at spot) {
	if r.taken == nil {
		r.taken = map[taken]spot{}
	}
	r.taken[taken{id, rule}] = at
}

// origin returns the flow as the capture saw it in which a match was found.
func (s *Subject) origin(h *hit) *Subject {
	at, ok := s.run.taken[taken{s.ID, h.rule}]
	if !ok {
		return s
	}
	o := &Subject{}
	o.load(at.run, at.run.Tracker.Flow(int(at.flow)))
	return o
}

// refute takes a match back.
func (h *hit) refute() { h.Level = None }

// matched reports whether one of some rules matched a flow.
func (s *Subject) matched(ids ...string) bool {
	for _, h := range s.run.matches.of(s.ID) {
		if slices.Contains(ids, registry[h.rule].ID) {
			return true
		}
	}
	return false
}

// Vantage returns where the case's capture was taken, in the light of those that
// it is linked to.
func (c *Case) Vantage() flow.Vantage {
	v := c.Tracker.CaptureVantage()
	for _, l := range c.Links {
		if v == flow.VantageServer && !l.Alike {
			return flow.VantageMiddle
		}
	}
	return v
}
