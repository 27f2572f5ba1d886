package state

import (
	"wirewhy/analyzer"
	"wirewhy/wasm/protocol"
)

// Flows is the list of flows, as far as it is in sight.
type Flows struct {
	Order  protocol.FlowOrder
	Down   bool
	Filter string
	Since  analyzer.Timestamp // the time chosen on the overview, in which flows begin; 0: all
	Until  analyzer.Timestamp
	Total  int    // that match the filter
	Error  string // what is wrong with the filter
	At     int    // byte of the filter where it goes wrong
	Cursor int    // row that the keyboard is on; -1: none
	First  int    // rows in sight, [First, End)
	End    int
	pages  pages[protocol.FlowRow]

	marked   map[int]bool // by id
	lastMark int          // the row that was marked last
}

func newFlows() Flows {
	return Flows{Cursor: -1, End: pageLen / 2, pages: newPages[protocol.FlowRow]()}
}

func (f *Flows) stale() { f.pages.stale() }

// Row returns row i of the list, if it is here.
func (f *Flows) Row(i int) (protocol.FlowRow, bool) { return f.pages.at(i) }

func (f *Flows) apply(id uint32, m protocol.FlowRows) {
	page, ok := f.pages.answered(id)
	if !ok {
		return // of another order or filter
	}
	f.Error, f.At = m.Error, m.At
	if m.Error != "" {
		return // what matched before stays on the page
	}
	f.Total = m.Total
	f.pages.set(page, m.Rows)
	f.Cursor = min(f.Cursor, f.Total-1)
}

func (s *State) lookAtFlows() {
	if s.Phase != Reading && s.Phase != Ready {
		return
	}
	f := &s.Flows
	end := max(f.End, 1) // the first row tells how many there are
	if f.Total > 0 {
		end = min(end, f.Total)
	}
	if f.Error != "" {
		end = 0
	}
	f.pages.missing(f.First, end, func(from, to int) uint32 {
		return s.ask(protocol.Request{Kind: protocol.Flows, From: from, To: to, Sort: f.Order, Down: f.Down, Filter: f.Filter, Since: f.Since, Until: f.Until, Flow: -1, Finding: -1})
	})
}

// SeeFlows says which rows of the flow list are in sight.
func (s *State) SeeFlows(first, end int) {
	if first == s.Flows.First && end == s.Flows.End {
		return
	}
	s.Flows.First, s.Flows.End = max(first, 0), max(end, 0)
	s.lookAtFlows()
}

// SortFlows orders the list by a column; the same column again turns it round.
func (s *State) SortFlows(by protocol.FlowOrder) {
	f := &s.Flows
	if by == f.Order {
		f.Down = !f.Down
	} else {
		f.Order, f.Down = by, by >= protocol.ByDuration && by <= protocol.ByLoss
	}
	f.Cursor = -1
	f.pages.clear()
	s.lookAtFlows()
	s.swimChanged()
}

// FilterFlows shows only the flows that match.
func (s *State) FilterFlows(filter string) {
	f := &s.Flows
	if filter == f.Filter {
		return
	}
	f.Filter, f.Error, f.At, f.Cursor, f.First = filter, "", 0, -1, 0
	f.pages.again()
	s.lookAtFlows()
	s.swimChanged()
}

// ChooseTime shows only the flows that began in a time; 0 and 0: all.
func (s *State) ChooseTime(since, until analyzer.Timestamp) {
	f := &s.Flows
	if since == f.Since && until == f.Until {
		return
	}
	f.Since, f.Until, f.Cursor, f.First = since, until, -1, 0
	f.pages.again()
	s.lookAtFlows()
	s.swimChanged()
}

// Narrowed reports whether the list leaves flows out.
func (f *Flows) Narrowed() bool { return f.Filter != "" || f.Until != 0 }

// MoveFlow moves the keyboard's place in the list and selects the flow there.
func (s *State) MoveFlow(by int) {
	f := &s.Flows
	if f.Total == 0 {
		return
	}
	f.Cursor = min(max(f.Cursor+by, 0), f.Total-1)
	s.revealSwim()
	if row, ok := f.Row(f.Cursor); ok {
		s.SelectFlow(row)
	}
}
