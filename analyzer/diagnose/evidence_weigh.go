package diagnose

import (
	"slices"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/host"
)

// statement is what a host's words mean for a diagnosis of a flow.
type statement struct {
	weight weight
	level  Level // for: how sure they make it; against: how sure it remains
	text   told
}

type weight int8

const (
	remark  weight = iota // worth a line, decides nothing
	speaks                // for the diagnosis
	against               // the diagnosis, without ruling it out
	rules                 // the diagnosis out
)

// witness reads a host's words about one diagnosis of a flow.
type witness func(*Subject) []statement

// witnesses by diagnosis.
var witnesses = map[string][]witness{}

// testifies adds a witness about a diagnosis.
func testifies(w witness, about ...string) bool {
	for _, id := range about {
		witnesses[id] = append(witnesses[id], w)
	}
	return true
}

// refinement is a specific diagnosis that takes the place of general ones once a
// host's words speak for it.
type refinement struct {
	to string
	of map[string]func(Match) (detail uint8, ok bool)
}

var refinements []refinement

// refines adds a refinement; its detail tells what the packets looked like.
func refines(to string, of map[string]func(Match) (uint8, bool)) bool {
	refinements = append(refinements, refinement{to, of})
	return true
}

// as is the refinement of every match to one detail.
func as(detail uint8) func(Match) (uint8, bool) {
	return func(Match) (uint8, bool) { return detail, true }
}

// evidenced reports whether any host said anything.
func (r *run) evidenced() bool { return r.Host != nil && len(r.Host.Hosts) > 0 }

// hear returns what all hosts say about a diagnosis of the flow.
func (s *Subject) hear(id string) []statement {
	if !s.run.evidenced() {
		return nil
	}
	var out []statement
	for _, w := range witnesses[id] {
		out = append(out, w(s)...)
	}
	return out
}

// said names the line that the statement rests on, and how it bears on the diagnosis.
func (x *statement) said() analyzer.Said {
	s := analyzer.Said{Source: x.text.source, Line: x.text.line}
	switch x.weight {
	case speaks:
		s.Bearing = analyzer.Confirms
	case against, rules:
		s.Bearing = analyzer.Refutes
	}
	return s
}

// verdict sums statements up.
func verdictOf(list []statement) (spoken Level, most Level, ruled bool) {
	most = Certain
	for _, x := range list {
		switch x.weight {
		case speaks:
			spoken = max(spoken, x.level)
		case against:
			most = min(most, max(x.level, Possible))
		case rules:
			ruled = true
		}
	}
	return spoken, most, ruled
}

// weigh lets the hosts' words change what the packets alone gave.
func (r *run) weigh() {
	if !r.evidenced() {
		return
	}
	r.countSilent()
	var s Subject
	flood := Lookup("syn-flood").index
	floods := map[flow.Endpoint]Level{}
	for id, hits := range r.matches.all() {
		s.load(r, r.Tracker.Flow(int(id)))
		if i := slices.IndexFunc(hits, func(h hit) bool { return h.rule == flood }); i >= 0 {
			// Very many flows alike, and it explains whatever else they match.
			spoken, ok := floods[s.Flow.Server()]
			if !ok {
				spoken, _, _ = verdictOf(s.hear("syn-flood"))
				floods[s.Flow.Server()] = spoken
			}
			hits[i].Level = min(max(hits[i].Level, spoken), r.cap)
			continue
		}
		r.overrule(id, &s)
		r.refine(id, &s)
		for i := range r.matches.of(id) {
			h := &r.matches.of(id)[i]
			rule := registry[h.rule]
			spoken, most, _ := verdictOf(s.hear(rule.ID))
			h.Level = min(max(h.Level, spoken), most)
			if !rule.Uncapped {
				h.Level = min(h.Level, r.cap)
			}
		}
	}
}

// general is the diagnosis that remains when a host's words rule one out.
var general = map[string][]string{
	"paws-per-host-drop":    {"syn-reached-server-no-reply", "syn-no-response"},
	"accept-queue-overflow": {"handshake-ack-lost"},
}

// overrule drops matches that a host's words rule out, where a more general
// diagnosis can take their place.
func (r *run) overrule(id uint32, s *Subject) {
	for _, h := range slices.Clone(r.matches.of(id)) {
		rule := registry[h.rule]
		instead, ok := general[rule.ID]
		if !ok {
			continue
		}
		if _, _, ruled := verdictOf(s.hear(rule.ID)); !ruled {
			continue
		}
		for _, other := range instead {
			g := Lookup(other)
			if g == nil || g.Check == nil {
				continue
			}
			if m, fits := g.Check(s); fits {
				r.matches.drop(id, func(x hit) bool { return x.rule == h.rule })
				r.add(id, g, m)
				break
			}
		}
	}
}

// refine replaces a general diagnosis by the specific one that a host's words speak
// for. Where they speak for two alike, the general one stays and both are told.
func (r *run) refine(id uint32, s *Subject) {
	var best, second Level
	var to *Rule
	var detail uint8
	var replaced []uint8
	for i := range refinements {
		x := &refinements[i]
		var of []uint8
		var d uint8
		for _, h := range r.matches.of(id) {
			if fits := x.of[registry[h.rule].ID]; fits != nil {
				if n, ok := fits(h.Match); ok {
					d, of = n, append(of, h.rule)
				}
			}
		}
		if len(of) == 0 {
			continue
		}
		spoken, most, ruled := verdictOf(s.hear(x.to))
		if spoken = min(spoken, most); ruled || spoken == None {
			continue
		}
		if spoken > best {
			best, second, to, detail, replaced = spoken, best, Lookup(x.to), d, of
		} else if to.ID != "accept-queue-overflow" || x.to != "syn-queue-overflow" {
			// (Connections that find no room in the accept queue stay in the SYN queue and fill it, too.)
			second = max(second, spoken)
		}
	}
	if to == nil || best == second {
		return
	}
	// What the general diagnosis explained, the specific one explains, too.
	r.matches.drop(id, func(h hit) bool {
		return slices.Contains(replaced, h.rule) || slices.ContainsFunc(replaced, func(x uint8) bool { return registry[h.rule].explainedBy(registry[x].ID) })
	})
	r.add(id, to, Match{Level: best, Detail: detail})
}

// testify adds what the hosts say to a finding.
func (t *Telling) testify() {
	said := t.hear(t.Finding.Diagnosis)
	for _, x := range said {
		t.Finding.Evidence = append(t.Finding.Evidence, analyzer.Evidence{Text: x.text.Text, Capture: t.capture, Said: x.said()})
	}
	spoken, most, _ := verdictOf(said)
	if spoken > None && most < Certain {
		t.Note(say("What the hosts say contradicts itself here; see the evidence.", "此处主机自身的说法互相矛盾，详见证据。"))
	}
	t.setAside()
}

// setAside says which more specific diagnoses the hosts' words speak against.
func (t *Telling) setAside() {
	for i := range refinements {
		x := &refinements[i]
		if x.of[t.Finding.Diagnosis] == nil {
			continue
		}
		for _, st := range t.hear(x.to) {
			if st.weight == against || st.weight == rules {
				t.Exclude(x.to, st.text.Text)
				t.Finding.Excluded[len(t.Finding.Excluded)-1].Said = st.said()
				break
			}
		}
	}
}

// servers returns the hosts that may be the flow's server.
func (s *Subject) servers() []*host.Host {
	return s.run.Host.At(s.ServerAddr.Netip(), s.ClientAddr.Netip(), s.ServerPort, host.RoleServer)
}

// clients returns the hosts that may be the flow's client.
func (s *Subject) clients() []*host.Host {
	return s.run.Host.At(s.ClientAddr.Netip(), s.ServerAddr.Netip(), s.ClientPort, host.RoleClient)
}

// silentFacts are what is seen of a service at which a host drops.
type silentFacts struct {
	segments int  // SYNs and final ACKs without an answer
	waiting  bool // connections that were accepted by the kernel and never answered
}

// countSilent counts, by service, what was dropped in silence.
func (r *run) countSilent() {
	r.silent = map[flow.Endpoint]silentFacts{}
	for id, hits := range r.matches.all() {
		f := r.Tracker.Flow(int(id))
		for _, h := range hits {
			x := r.silent[f.Server()]
			switch registry[h.rule].ID {
			case "syn-no-response", "syn-reached-server-no-reply", "paws-per-host-drop":
				x.segments += int(f.SynCount)
			case "accept-queue-overflow", "handshake-ack-lost", "handshake-done-server-ignores", "rst-after-handshake":
				x.segments++
				x.waiting = true
			case "server-app-silent", "slow-server":
				x.waiting = true
			default:
				continue
			}
			r.silent[f.Server()] = x
		}
	}
}

// ambiguous reports that a counter of the whole host may as well have been moved by
// another of its services: several are silent, and nothing points to this one.
func (s *Subject) ambiguous() bool {
	here := s.run.silent[s.Flow.Server()]
	if here.waiting {
		return false
	}
	for at, x := range s.run.silent {
		if at.Addr == s.ServerAddr && at.Port != s.ServerPort && (x.segments > 0 || x.waiting) {
			return true
		}
	}
	return false
}
