package state

import (
	"slices"
	"testing"

	"wirewhy/wasm/protocol"
)

// frames lists what stands on the timeline: the first frame of each step.
func frames(s *State) (list []uint32) {
	for _, step := range s.Ladder.View.Steps {
		list = append(list, step.Frame)
	}
	return list
}

func segment(frame uint32) protocol.Step {
	return protocol.Step{Kind: protocol.StepSegment, Frame: frame, Last: frame}
}

func bandOf(first, last uint32) protocol.Step {
	return protocol.Step{Kind: protocol.StepBand, Frame: first, Last: last, Count: last - first + 1}
}

func TestBandsUnfoldAndFold(t *testing.T) {
	s, id := opened(t)
	s.Apply(id, protocol.Overview{Done: true, FlowCount: 1})
	s.SelectFlow(protocol.FlowRow{ID: 0, Client: "c"})
	silence := protocol.Step{Kind: protocol.StepSilence}
	s.Apply(find(t, s.Take(), protocol.Ladder).ID, protocol.LadderView{Steps: []protocol.Step{segment(1), bandOf(2, 40), silence, segment(41)}})
	folded := []uint32{1, 2, 0, 41}

	s.TurnBand(0) // a segment: nothing to unfold
	if n := len(s.Take()); n != 0 {
		t.Errorf("%d requests for a segment", n)
	}
	s.TurnBand(1)
	r := find(t, s.Take(), protocol.Ladder)
	if r.Frame != 2 || r.Last != 40 || r.Flow != 0 {
		t.Fatalf("asked %+v", r)
	}
	s.Apply(r.ID, protocol.LadderView{Steps: []protocol.Step{segment(2), silence, segment(3), bandOf(4, 40)}})
	if got := frames(s); !slices.Equal(got, []uint32{1, 2, 2, 0, 3, 4, 0, 41}) || !s.Ladder.Band(1) || s.Ladder.Band(5) {
		t.Fatalf("unfolded: %v", got)
	}
	s.TurnBand(5) // the band inside of it
	s.Apply(find(t, s.Take(), protocol.Ladder).ID, protocol.LadderView{Steps: []protocol.Step{segment(4), segment(40)}})
	if got := frames(s); !slices.Equal(got, []uint32{1, 2, 2, 0, 3, 4, 4, 40, 0, 41}) {
		t.Fatalf("unfolded twice: %v", got)
	}
	elsewhere := protocol.Step{Kind: protocol.StepSegment, Frame: 3, Capture: 2} // by its own capture's count
	s.Ladder.View.Steps = slices.Insert(s.Ladder.View.Steps, 8, elsewhere)
	folded = slices.Insert(folded, 2, 3)
	s.TurnBand(1)
	if got := frames(s); !slices.Equal(got, folded) || s.Ladder.Band(1) || s.Ladder.Step != 1 {
		t.Fatalf("folded: %v, step %d", got, s.Ladder.Step)
	}

	s.TurnBand(1)
	r = find(t, s.Take(), protocol.Ladder)
	s.SelectFlow(protocol.FlowRow{ID: 0, Client: "c"}) // the story comes anew meanwhile
	whole := find(t, s.Take(), protocol.Ladder)
	s.Apply(whole.ID, protocol.LadderView{Steps: []protocol.Step{segment(1), bandOf(2, 40), silence, segment(41)}})
	s.Apply(r.ID, protocol.LadderView{Steps: []protocol.Step{segment(2)}})
	folded = slices.Delete(folded, 2, 3)
	if got := frames(s); !slices.Equal(got, folded) {
		t.Errorf("a late band stands in a new story: %v", got)
	}
}
