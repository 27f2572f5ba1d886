package correlate

import (
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
	var said [2]sayings
	for c := range 2 {
		if said[c], err = j.sayings(c); err != nil || len(said[c].of) == 0 {
			return nil, err
		}
		j.twins[c] = map[int]bool{}
	}
	a, b := j.views[0].Tracker, j.views[1].Tracker
	for i := range a.Len() {
		key, ok := said[0].of[i]
		if !ok {
			continue
		}
		f, list, others := a.Flow(i), said[0].by[key], said[1].by[key]
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
	return candidates, nil
}

// sayings are what is said on the connections of a capture, by flow, and the flows
// by what is said.
type sayings struct {
	of map[int]saying
	by map[saying][]int
}

// sayings reads how the payload begins of the connections that were not joined yet.
func (j *joiner) sayings(c int) (sayings, error) {
	said := sayings{map[int]saying{}, map[saying][]int{}}
	var order []uint64 // frame, then flow and direction
	t := j.views[c].Tracker
	for i := range t.Len() {
		f := t.Flow(i)
		first := [2]uint32{f.Sides[0].FirstDataFrame, f.Sides[1].FirstDataFrame}
		if _, ok := j.p.by[c][i]; ok || !identified(f) || first[0] == 0 || first[1] == 0 || f.Flags&flow.Forgotten != 0 {
			continue
		}
		for d := range first {
			order = append(order, uint64(first[d])<<32|uint64(i)<<1|uint64(d))
		}
		if len(order) >= 2*maxSayings {
			break
		}
	}
	slices.Sort(order)
	words := map[int]saying{}
	var p wire.Packet
	for _, w := range order {
		i, d := int(uint32(w)>>1), w&1
		e, ok := t.Entry(uint32(w >> 32))
		if !ok {
			continue
		}
		if err := j.views[c].Read(e, &p); err != nil {
			return said, err
		}
		if p.Kind == wire.KindTCP && len(p.Payload) >= leastSaying {
			s, text := words[i], p.Payload[:min(len(p.Payload), sayingLen)]
			s.words[d] = hash(text)
			if d == uint64(flow.Originator) {
				s.unlike = different(text) >= randomBytes
			}
			words[i] = s
		}
	}
	for i, s := range words {
		if s.words[0] != 0 && s.words[1] != 0 {
			said.of[i] = s
			said.by[s] = append(said.by[s], i)
		}
	}
	return said, nil
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
	gaps := make([]time.Duration, len(candidates))
	for i, x := range candidates {
		_, gaps[i] = gap(x, flow.Originator)
	}
	slices.Sort(gaps)
	about := gaps[len(gaps)/2]
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
