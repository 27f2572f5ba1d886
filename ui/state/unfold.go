package state

import (
	"slices"

	"wirewhy/wasm/protocol"
)

// Band tells whether the band at a step of the timeline is unfolded.
func (l *Ladder) Band(i int) (unfolded bool) { return l.unfolded[l.View.Steps[i].Frame] }

// TurnBand unfolds the band at a step of the timeline, or folds it again.
func (s *State) TurnBand(i int) {
	l := &s.Ladder
	if l.View == nil || i < 0 || i >= len(l.View.Steps) || l.View.Steps[i].Kind != protocol.StepBand {
		return
	}
	l.Step = i
	band := l.View.Steps[i]
	if l.unfolded[band.Frame] {
		l.fold(i)
		return
	}
	finding := -1
	if p := s.Problem(); p != nil {
		finding = p.Finding
	}
	id := s.ask(protocol.Request{Kind: protocol.Ladder, Flow: s.Selection.Flow, Finding: finding, Frame: band.Frame, Last: band.Last})
	if l.unfolding == nil {
		l.unfolding = map[uint32]uint32{}
	}
	l.unfolding[id] = band.Frame
}

// fold takes the steps of a band from the timeline: those after it up to its
// last frame, and what had been unfolded among them.
func (l *Ladder) fold(i int) {
	steps := l.View.Steps
	end := i + 1
	for j := i + 1; j < len(steps) && steps[j].Frame <= steps[i].Last && steps[j].Capture == 0; j++ {
		if steps[j].Frame > 0 { // a silence has none; one at the end is not the band's
			end = j + 1
		}
	}
	for _, step := range steps[i:end] {
		delete(l.unfolded, step.Frame)
	}
	l.View.Steps = slices.Delete(steps, i+1, end)
}

// applyBand puts the steps of a band behind it, and reports whether the answer
// was one of a band.
func (l *Ladder) applyBand(id uint32, m protocol.LadderView) bool {
	frame, ok := l.unfolding[id]
	if !ok {
		return false
	}
	delete(l.unfolding, id)
	if l.View == nil || m.Error != "" && len(m.Steps) == 0 {
		l.Error = m.Error
		return true
	}
	i := slices.IndexFunc(l.View.Steps, func(s protocol.Step) bool { return s.Kind == protocol.StepBand && s.Frame == frame })
	if i < 0 || l.unfolded[frame] || len(m.Steps) == 0 {
		return true
	}
	if l.unfolded == nil {
		l.unfolded = map[uint32]bool{}
	}
	l.unfolded[frame] = true
	l.View.Steps = slices.Insert(l.View.Steps, i+1, m.Steps...)
	if l.Step > i {
		l.Step += len(m.Steps)
	}
	return true
}
