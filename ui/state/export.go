package state

import "wirewhy/wasm/protocol"

// Export is the dialog in which packets are chosen to be saved.
type Export struct {
	What      protocol.Extraction
	Anonymise bool
	Shift     bool
	Running   bool
	Done      int64 // frames, of Total
	Total     int64
	Note      string // what was saved
	Error     string
}

// OpenExport opens the dialog; what is looked at is chosen first.
func (s *State) OpenExport() {
	s.Dialog = DialogExport
	if s.Export.Running {
		return
	}
	s.Export = Export{What: protocol.ExtractAll, Anonymise: s.Export.Anonymise, Shift: s.Export.Shift}
	for _, what := range []protocol.Extraction{protocol.ExtractFlows, protocol.ExtractHit} {
		hit := s.Selection.Kind == AProblem && s.Flows.MarkCount() == 0
		if s.CanExtract(what) && (what == protocol.ExtractHit) == hit {
			s.Export.What = what
		}
	}
}

// CanExtract reports whether there is something of a kind to be saved.
func (s *State) CanExtract(what protocol.Extraction) bool {
	p := s.Problem()
	switch what {
	case protocol.ExtractFlows:
		return s.Flows.MarkCount() > 0 || s.Selection.Kind != Nothing && s.Selection.Flow >= 0
	case protocol.ExtractEvidence:
		if p != nil {
			for _, e := range p.Evidence {
				if len(e.Frames) > 0 {
					return true
				}
			}
		}
		return false
	case protocol.ExtractHit:
		return p != nil && p.FlowCount > 0
	case protocol.ExtractMatching:
		return (s.Flows.Filter != "" || s.Flows.Until != 0) && s.Flows.Total > 0
	}
	return true
}

// Extraction is the request for what is chosen in the dialog.
func (s *State) Extraction() protocol.Request {
	r := protocol.Request{
		Kind: protocol.Extract, What: s.Export.What, Flow: -1, Finding: -1, Anonymise: s.Export.Anonymise, Shift: s.Export.Shift && s.Export.Anonymise,
		Filter: s.Flows.Filter, Since: s.Flows.Since, Until: s.Flows.Until,
	}
	if p := s.Problem(); p != nil {
		r.Finding = p.Finding
	}
	if r.What == protocol.ExtractFlows {
		r.Flows = []int{s.Selection.Flow}
		if s.Flows.MarkCount() > 0 {
			r.Flows = s.Flows.Marks()
		}
	}
	return r
}

// AskPiece asks for a piece of what a request wants, and returns the request's number.
func (s *State) AskPiece(r protocol.Request) uint32 { return s.ask(r) }
