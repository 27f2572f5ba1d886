package diagnose

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/correlate"
)

// compared states the rule's remark for the connections that two captures hold and
// for which something is true. Its values are told for the first of them, whose
// openings are the evidence; the connections keep their own diagnoses.
func (v *Survey) compared(holds func(*Subject, *both) bool, values func(s *Subject, b *both, n int) map[string]string) {
	var flows []int
	for i := range v.links {
		l := &v.links[i]
		if l.Alike {
			continue
		}
		for j := range l.Pair.Joined {
			near := l.Pair.Joined[j].Flow[l.Near]
			if near < 0 || l.Pair.Joined[j].By == correlate.ByProxy {
				continue
			}
			s := v.Subject(uint32(near))
			if b := s.Both(); b != nil && b.far != nil && b.other == l.far && holds(s, b) {
				flows = append(flows, near)
			}
		}
	}
	if len(flows) == 0 {
		return
	}
	s := v.Subject(uint32(flows[0]))
	b := s.Both()
	v.Found(Certain, values(s, b, len(flows)),
		analyzer.Evidence{Text: say("at the first place: SYN and SYN-ACK", "第一处：SYN 与 SYN-ACK"), Capture: v.Index, Frames: known(s.SynFrame, s.SynAckFrame)},
		analyzer.Evidence{Text: say("the same at the second place", "第二处的同样报文"), Capture: b.other.Index, Frames: known(b.far.SynFrame, b.far.SynAckFrame)})
	v.general[len(v.general)-1].flows = flows
}

// known leaves out frames that were not seen.
func known(frames ...uint32) []uint32 {
	var out []uint32
	for _, f := range frames {
		if f != 0 {
			out = append(out, f)
		}
	}
	return out
}
