package state

import (
	"strconv"
	"strings"

	"wirewhy/wasm/protocol"
)

// Place says what was chosen, as the fragment of an address: finding or flow by
// number, and the tab. It holds nothing of a capture, so that an address that is
// passed on or kept in a history tells nothing. Empty: nothing was chosen.
func (s *State) Place() string {
	if !s.chosen || s.Phase != Reading && s.Phase != Ready {
		return ""
	}
	place := "capture"
	switch s.Selection.Kind {
	case AProblem:
		if p := s.Problem(); p != nil {
			place = "finding=" + strconv.Itoa(p.Finding)
		}
	case AFlow:
		place = "flow=" + strconv.Itoa(s.Selection.Flow)
	}
	if s.Tab != TabTimeline {
		place += "&tab=" + string(s.Tab)
	}
	return place
}

// GoTo shows what a fragment names, as far as it is there; an empty one is the
// worst problem, as after opening. It reports whether there was such a place.
func (s *State) GoTo(place string) bool {
	if s.Phase != Reading && s.Phase != Ready {
		return false
	}
	what, rest, _ := strings.Cut(place, "&")
	kind, number, _ := strings.Cut(what, "=")
	n, err := strconv.Atoi(number)
	switch {
	case kind == "finding" && err == nil:
		if !s.SelectFinding(n) {
			return false
		}
	case kind == "flow" && err == nil && n >= 0 && n < s.Overview.FlowCount:
		s.SelectFlow(protocol.FlowRow{ID: n})
	case kind == "capture":
		s.Deselect()
	case place == "":
		s.chosen, s.Selection = false, Selection{}
		s.reselect(false)
	default:
		return false
	}
	tab := TabTimeline
	for _, t := range [...]Tab{TabPackets, TabGraphs, TabSwim, TabStream, TabCompare, TabEvidence} {
		if rest == "tab="+string(t) {
			tab = t
		}
	}
	s.ShowTab(tab)
	return true
}
