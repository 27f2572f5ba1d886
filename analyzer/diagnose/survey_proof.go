package diagnose

import "wirewhy/analyzer"

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

// clockUnsafe reports timestamps that cannot be trusted for durations.
func (r *run) clockUnsafe() bool {
	return r.quality.BackSteps > 0 && r.quality.LongestBackStep >= backStep
}
