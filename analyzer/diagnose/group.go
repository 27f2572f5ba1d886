package diagnose

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// group is the flows of one finding.
type group struct {
	rule   *Rule
	key    groupKey
	match  Match // of the flow that stands for all
	flows  []int
	stands uint32
	found  spot         // of that match, if it was found in another capture
	total  serviceFacts // of all flows to the same place
	hit    serviceFacts // of the flows of this group
	others int          // places that were joined with the first
	place  uint32       // number of key.at among its kind
	next   *group       // at the same place
}

type groupKey struct {
	rule, detail uint8
	at           flow.Endpoint
}

// serviceFacts count the flows to one place.
type serviceFacts struct {
	flows       int
	clients     map[uint32]struct{} // by number
	latest      uint32              // client
	first, last analyzer.Timestamp
	fineClients map[uint32]struct{} // who had one that was healthy
	fine        int                 // healthy ones
	fineBefore  int                 // of these, begun before the first that failed
	fineAfter   int                 // begun after the last that failed
}

// maxClients bounds the number of clients that are told apart.
const maxClients = 4096

func (s *serviceFacts) note(f *flow.Flow, client uint32) {
	if s.flows == 0 || f.Start < s.first {
		s.first = f.Start
	}
	s.last = max(s.last, f.Start)
	s.flows++
	if s.clients == nil {
		s.clients = map[uint32]struct{}{}
	} else if client == s.latest {
		return
	}
	s.latest = client
	if len(s.clients) < maxClients {
		s.clients[client] = struct{}{}
	}
}

// place returns where a rule's groups put a flow.
func (r *Rule) place(f *flow.Flow) flow.Endpoint {
	switch r.GroupBy {
	case ByClient:
		return flow.Endpoint{Addr: f.ClientAddr}
	case ByServer:
		return flow.Endpoint{Addr: f.ServerAddr}
	case ByCapture:
		return flow.Endpoint{}
	}
	return f.Server()
}

// groups gathers the flows that have a diagnosis, and counts their neighbours.
func (r *run) groups() []*group {
	byKey := map[uint64]*group{} // by place, rule and detail
	var out []*group
	var latest *group // neighbours in time are often neighbours in place
	var latestKey uint64
	for id, p := range r.primary {
		if p == 0 {
			continue
		}
		f := r.Tracker.Flow(id)
		places := r.placed()
		for _, h := range r.matches.of(uint32(id)) {
			rule := registry[h.rule]
			place := places.of(rule.GroupBy, id)
			k := uint64(place)<<16 | uint64(h.rule)<<8 | uint64(h.Detail)
			g := latest
			if g == nil || k != latestKey {
				g = byKey[k]
			}
			latestKey = k
			if g == nil {
				g = &group{rule: rule, place: place, key: groupKey{h.rule, h.Detail, rule.place(f)}}
				byKey[k] = g
				out = append(out, g)
			}
			latest = g
			if len(g.flows) == 0 || h.Level > g.match.Level || h.Level == g.match.Level && g.match.Weak && !h.Weak {
				g.match, g.stands = h.Match, uint32(id)
				g.found = r.taken[taken{uint32(id), h.rule}]
			}
			g.flows = append(twice(g.flows), id)
			g.hit.note(f, places.client[id])
		}
	}
	for _, g := range out { // before they are joined: what befell many places says little of each
		if g.rule.Corroborate && len(g.flows) >= corroboration && g.match.Level == Possible && !g.match.Weak && r.cap > Possible {
			g.match.Level = Likely
		}
	}
	out = gatherScattered(out)
	r.countNeighbours(out)
	return out
}

// twice makes room in a full list for as much as it holds: append takes a quarter
// more at a time of long lists, and leaves four times their length behind.
func twice[E any](list []E) []E {
	if len(list) == cap(list) {
		return slices.Grow(list, max(4, len(list)))
	}
	return list
}

// scattered is how many findings of one diagnosis with a few flows each are better
// told as one: somebody tried many places.
const scattered = 8

// scatteredRemarks is how many remarks of one kind are better made as one.
const scatteredRemarks = 3

// joinable reports a group that says little on its own: a few flows to one place,
// or a remark.
func joinable(g *group) bool {
	if g.rule.Class == analyzer.Info {
		return g.rule.GroupBy == ByService || g.rule.GroupBy == ByServer
	}
	return g.rule.GroupBy == ByService && len(g.flows) < scattered
}

// gatherScattered joins the groups of one diagnosis that hit many services a few
// times each.
func gatherScattered(in []*group) []*group {
	singles := map[groupKey]int{}
	kind := func(g *group) groupKey { return groupKey{rule: g.key.rule, detail: g.key.detail} }
	for _, g := range in {
		if joinable(g) {
			singles[kind(g)]++
		}
	}
	joined := map[groupKey]*group{}
	var out []*group
	for _, g := range in {
		if !joinable(g) || singles[kind(g)] < scattered && (g.rule.Class != analyzer.Info || singles[kind(g)] < scatteredRemarks) {
			out = append(out, g)
			continue
		}
		first := joined[kind(g)]
		if first == nil {
			g.key.at = flow.Endpoint{}
			joined[kind(g)] = g
			out = append(out, g)
			continue
		}
		if g.match.Level > first.match.Level {
			first.match, first.stands, first.found = g.match, g.stands, g.found
		}
		first.flows = append(first.flows, g.flows...)
		for c := range g.hit.clients {
			first.hit.clients[c] = struct{}{}
		}
		first.hit.flows += g.hit.flows
		first.hit.first, first.hit.last = min(first.hit.first, g.hit.first), max(first.hit.last, g.hit.last)
		first.others++
	}
	for _, g := range joined {
		slices.Sort(g.flows)
		g.rule = g.rule.alsoFor(g.others)
	}
	return out
}

// alsoFor returns the rule with a title that tells how many other places it holds for.
func (r *Rule) alsoFor(others int) *Rule {
	c := *r
	n := strconv.Itoa(others)
	for _, place := range []string{"{server}", "{serverAddr}"} {
		c.Title.En = strings.Replace(c.Title.En, place, place+" and "+n+" others", 1)
		c.Title.Zh = strings.Replace(c.Title.Zh, place, place+" 及另外 "+n+" 处", 1)
	}
	return &c
}

// countNeighbours counts all flows to the places of the groups.
func (r *run) countNeighbours(groups []*group) {
	if len(groups) == 0 {
		return
	}
	places := r.placed()
	var at [ByCapture + 1][]*group // by place, the first group there
	for _, g := range groups {
		kind, place := g.rule.GroupBy, g.place
		if g.key.at == (flow.Endpoint{}) { // of many places
			kind, place = ByCapture, 0
		}
		if at[kind] == nil {
			at[kind] = make([]*group, places.count(kind))
		}
		g.next, at[kind][place] = at[kind][place], g
	}
	for id := range r.primary {
		if len(r.joined) > 0 && r.joined[uint32(id)] {
			continue
		}
		f := r.Tracker.Flow(id)
		for kind, first := range at {
			if first == nil {
				continue
			}
			for g := first[places.of(Grouping(kind), id)]; g != nil; g = g.next {
				g.neighbour(f, places.client[id], r.primary[id] == 0)
			}
		}
	}
}

func (g *group) neighbour(f *flow.Flow, client uint32, fine bool) {
	g.total.note(f, client)
	if !fine {
		return
	}
	g.total.fine++
	if g.total.fineClients == nil {
		g.total.fineClients = map[uint32]struct{}{}
	}
	if len(g.total.fineClients) < maxClients {
		g.total.fineClients[client] = struct{}{}
	}
	if f.Start < g.hit.first {
		g.total.fineBefore++
	}
	if f.Start > g.hit.last {
		g.total.fineAfter++
	}
}

var classRank = map[analyzer.Class]int{analyzer.Sick: 0, analyzer.Info: 1, analyzer.Artefact: 2}
var severityRank = map[analyzer.Severity]int{analyzer.SeverityError: 0, analyzer.SeverityWarning: 1, analyzer.SeverityInfo: 2}

// rank puts the worst, the most frequent and the surest first.
func rank(findings []analyzer.Finding) {
	weight := map[analyzer.Confidence]int{analyzer.Certain: 3, analyzer.Likely: 2, analyzer.Possible: 1}
	analyzer.SortStable(findings, func(a, b analyzer.Finding) int {
		return cmp.Or(
			cmp.Compare(classRank[a.Class], classRank[b.Class]),
			cmp.Compare(severityRank[a.Severity], severityRank[b.Severity]),
			cmp.Compare(b.FlowCount*weight[b.Confidence], a.FlowCount*weight[a.Confidence]),
			cmp.Compare(a.Diagnosis, b.Diagnosis),
		)
	})
}
