package correlate

import (
	"cmp"
	"slices"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

const (
	// maxSayings bounds the connections of a capture whose first payload is read.
	maxSayings = 4000
	// sayingLen is how much of it is compared, and leastSaying how much must be there:
	// fewer bytes are the same in many connections.
	sayingLen   = 64
	leastSaying = 16
	// proxying bounds the time that a proxy holds a request before it passes it on.
	proxying = 2 * time.Second
)

// saying is how the payload of a connection begins, from the client and from the server.
type saying struct {
	words  [2]uint64 // hashes
	unlike bool      // the client's holds so many different bytes that nobody says it twice (the random of TLS)
}

// randomBytes are different bytes among sayingLen that text does not have.
const randomBytes = 40

// byPayload joins connections whose numbers agree on nothing by what is said on
// them: between the same ends at once, where something rewrites sequence numbers;
// between others, where a proxy may stand between, once the clocks are known
// (proxies). What several connections say alike joins none of them.
func (j *joiner) byPayload() (candidates [][2]int, err error) {
	var said [2]map[saying][]int
	for c := range 2 {
		if said[c], err = j.sayings(c); err != nil || len(said[c]) == 0 {
			return nil, err
		}
		j.twins[c] = map[int]bool{}
	}
	a, b := j.views[0].Tracker, j.views[1].Tracker
	for key, list := range said[0] {
		others := said[1][key]
		for _, i := range list {
			f := a.Flow(i)
			same := slices.DeleteFunc(slices.Clone(others), func(k int) bool { return !sameEnds(f, b.Flow(k)) })
			switch {
			case len(same) == 1 && len(j.p.Joined) < maxFlows:
				if _, taken := j.p.by[1][same[0]]; !taken {
					j.add(Joined{Flow: [2]int{i, same[0]}, By: ByPayload})
				}
			case len(list) == 1 && len(others) == 1 && (key.unlike || passedOn(f, b.Flow(others[0]))):
				candidates = append(candidates, [2]int{i, others[0]})
			case len(others) > 0:
				j.twins[0][i] = true
				for _, k := range others {
					j.twins[1][k] = true
				}
			}
		}
	}
	analyzer.Sort(j.p.Joined, func(x, y Joined) int { return cmp.Compare(x.Flow[0], y.Flow[0]) })
	for i := range j.p.Joined {
		x := j.p.Joined[i].Flow
		j.p.by[0][x[0]], j.p.by[1][x[1]] = i, i
	}
	return candidates, nil
}

// sayings reads how the payload begins of the connections that were not joined yet.
func (j *joiner) sayings(c int) (map[saying][]int, error) {
	type wanted struct {
		frame uint32
		flow  int
		dir   flow.Dir
	}
	var list []wanted
	t := j.views[c].Tracker
	for i := range t.Len() {
		f := t.Flow(i)
		first := [2]uint32{f.Sides[0].FirstDataFrame, f.Sides[1].FirstDataFrame}
		if _, ok := j.p.by[c][i]; ok || !identified(f) || first[0] == 0 || first[1] == 0 || f.Flags&flow.Forgotten != 0 {
			continue
		}
		if list = append(list, wanted{first[0], i, 0}, wanted{first[1], i, 1}); len(list) >= 2*maxSayings {
			break
		}
	}
	analyzer.Sort(list, func(a, b wanted) int { return cmp.Compare(a.frame, b.frame) })
	words := map[int]saying{}
	var p wire.Packet
	for _, w := range list {
		e, ok := t.Entry(w.frame)
		if !ok {
			continue
		}
		if err := j.views[c].Read(e, &p); err != nil {
			return nil, err
		}
		if p.Kind == wire.KindTCP && len(p.Payload) >= leastSaying {
			s, text := words[w.flow], p.Payload[:min(len(p.Payload), sayingLen)]
			s.words[w.dir] = hash(text)
			if w.dir == flow.Originator {
				s.unlike = different(text) >= randomBytes
			}
			words[w.flow] = s
		}
	}
	out := map[saying][]int{}
	for i, s := range words {
		if s.words[0] != 0 && s.words[1] != 0 {
			out[s] = append(out[s], i)
		}
	}
	return out, nil
}

// passedOn reports whether one of two connections ends where the other begins: at
// a proxy.
func passedOn(f, g *flow.Flow) bool {
	return f.ServerAddr == g.ClientAddr || g.ServerAddr == f.ClientAddr
}

// different counts the different bytes of a text.
func different(b []byte) (n int) {
	var seen [256]bool
	for _, x := range b {
		if !seen[x] {
			seen[x] = true
			n++
		}
	}
	return n
}

// hash is FNV-1a.
func hash(b []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, x := range b {
		h = (h ^ uint64(x)) * 1099511628211
	}
	return h
}

// proxies joins connections that say the same at the same time. Where nothing else
// tells how far the clocks are apart, most of them must agree on it.
func (j *joiner) proxies(candidates [][2]int) {
	if len(candidates) == 0 {
		return
	}
	gap := func(x [2]int, d flow.Dir) (analyzer.Timestamp, time.Duration) {
		f, g := j.views[0].Tracker.Flow(x[0]), j.views[1].Tracker.Flow(x[1])
		return f.Sides[d].FirstData, g.Sides[d].FirstData.Sub(f.Sides[d].FirstData)
	}
	analyzer.Sort(candidates, func(x, y [2]int) int {
		_, a := gap(x, 0)
		_, b := gap(y, 0)
		return cmp.Compare(a, b)
	})
	_, about := gap(candidates[len(candidates)/2], 0)
	known := j.p.Clock.Known
	m := j.meter()
	for _, x := range candidates {
		at, there := gap(x, flow.Originator)
		if known {
			about = j.p.Clock.Ahead(at)
		}
		back, answer := gap(x, flow.Responder)
		if (there-about).Abs() > proxying || (answer-about).Abs() > proxying {
			continue
		}
		j.add(Joined{Flow: x, By: ByProxy, NAT: true, Unread: true})
		m.add(flow.Originator, at, there)
		m.add(flow.Responder, back, answer)
	}
	if !known {
		j.judgeClock(m)
	}
}
