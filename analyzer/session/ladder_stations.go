package session

import (
	"cmp"

	"wirewhy/analyzer"
	"wirewhy/analyzer/correlate"
	"wirewhy/analyzer/flow"
	"wirewhy/wasm/protocol"
)

var roleBetween = analyzer.Text{En: "in between", Zh: "居中"}

// station is a capture that was taken between the two places of a ladder.
type station struct {
	name  string
	fates map[sighting]protocol.Fate // of packets of those two, held against it
}

// firstStation is the lane of the first of them, until they are put in order.
const firstStation = 2

// findStations finds the captures that lie between the own and the other one and hold
// the connection too, in the order from the own one on.
func (b *builder) findStations(s *Session) {
	own, o, depth := b.f.Captures[0], &b.other, s.depths()
	away := make([]int, 0, len(depth))
	for i := range depth {
		if (depth[i]-depth[own])*(depth[o.capture]-depth[i]) > 0 {
			away = append(away, i)
		}
	}
	analyzer.SortStable(away, func(i, j int) int {
		if o.near {
			i, j = j, i
		}
		return cmp.Compare(depth[j], depth[i])
	})
	for _, i := range away {
		at := station{s.loaded[i].capture.Name, make(map[sighting]protocol.Fate)}
		if s.heldAgainst(i, own, b.f.Flow, at.fates) && (o.flow == nil || s.heldAgainst(i, o.capture, o.flow, at.fates)) {
			b.stations = append(b.stations, at)
		}
	}
}

// heldAgainst notes what became of a flow's packets between its capture and another
// one, and reports whether that one holds the flow.
func (s *Session) heldAgainst(other, capture int, f *flow.Flow, fates map[sighting]protocol.Fate) bool {
	for _, p := range s.pairs {
		for side, c := range p.of {
			if c != capture || p.of[1-side] != other || !p.known() {
				continue
			}
			if x, ok := p.Of(side, int(f.ID)); ok && !x.Unread && x.Flow[1-side] >= 0 {
				p.judge(p.index(x), fates)
				return true
			}
		}
	}
	return false
}

// index returns the place of a connection among those that the two captures share.
func (p *paired) index(x *correlate.Joined) int {
	for i := range p.Joined {
		if &p.Joined[i] == x {
			return i
		}
	}
	return -1
}

// judge notes what became of a connection's packets between the two captures.
func (p *paired) judge(index int, fates map[sighting]protocol.Fate) {
	for _, f := range p.Fates { // in the order of time
		if int(f.Joined) != index {
			continue
		}
		fate := protocol.FateUnknown
		switch f.Kind {
		case correlate.LostBetween:
			fate = protocol.FateLost
		case correlate.NeverSent:
			fate = protocol.FateMadeUp
		}
		for k, frame := range f.Frames {
			if frame != 0 && fate != protocol.FateUnknown {
				fates[sighting{p.of[k], frame}] = fate
			}
		}
	}
}

// narrow says between which of several places a packet was lost or first appeared.
func (b *builder) narrow(step *protocol.Step, at sighting, why analyzer.Text) analyzer.Text {
	for k := range b.stations {
		i := k
		if at.capture != b.f.Captures[0] {
			i = len(b.stations) - 1 - k // away from where it was seen
		}
		if b.stations[i].fates[at] != step.Fate {
			continue
		}
		if step.Fate == protocol.FateMadeUp {
			step.From = firstStation + i
			return why
		}
		step.To = firstStation + i
		break
	}
	if len(b.stations) > 0 && step.Fate == protocol.FateLost {
		name := b.view.Lanes[step.To].Place
		return analyzer.Text{En: "lost before " + name, Zh: "在到达 " + name + " 之前丢失"}
	}
	return why
}

// inOrder puts the lanes of stations between those of the two ends.
func (b *builder) inOrder() {
	n := len(b.stations)
	lane := func(i int) int {
		switch {
		case n == 0 || i == 0 || i >= firstStation+n:
			return i
		case i == 1:
			return 1 + n
		case b.other.near:
			return i - 1
		}
		return firstStation + n - i
	}
	lanes := make([]protocol.Lane, len(b.view.Lanes))
	for i, l := range b.view.Lanes {
		lanes[lane(i)] = l
	}
	b.view.Lanes = lanes
	for i := range b.view.Steps {
		step := &b.view.Steps[i]
		step.From, step.To = lane(step.From), lane(step.To)
	}
}
