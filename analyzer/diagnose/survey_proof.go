package diagnose

import (
	"time"

	"wirewhy/analyzer"
)

// proof is a line of evidence for a finding about the capture; none without frames.
func (v *Survey) proof(text analyzer.Text, frames ...uint32) []analyzer.Evidence {
	var kept []uint32
	for _, f := range frames {
		if f != 0 && len(kept) < maxEvidenceFrames {
			kept = append(kept, f)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return []analyzer.Evidence{{Text: text, Capture: v.Index, Frames: kept}}
}

// leap returns by how much the capture's clock was set forward while a flow lasted;
// times that are measured across it are too long by that.
func (s *Subject) leap() time.Duration {
	if q := s.run.quality; s.Start <= q.ForwardTo && s.End >= q.ForwardFrom {
		return q.ForwardStep
	}
	return 0
}

// clockUnsafe reports timestamps that cannot be trusted for durations.
func (r *run) clockUnsafe() bool {
	return r.quality.BackSteps > 0 && r.quality.LongestBackStep >= backStep
}

// missedBytes returns how many bytes of flows with acknowledgments of unseen data
// are not in this capture.
func (r *run) missedBytes() uint64 {
	var n uint64
	for id, has := range r.traits {
		if has&troubled == 0 {
			continue
		}
		f := r.Tracker.Flow(id)
		x := r.Tracker.Trouble(f)
		for d := range f.Sides {
			if x.Sent[1-d].AckedUnseen > 0 {
				n += r.Tracker.Stats(f).Sides[d].Missed
			}
		}
	}
	return n
}
