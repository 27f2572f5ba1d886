package state

import (
	"time"

	"wirewhy/analyzer"
	"wirewhy/wasm/protocol"
)

// TabSwim shows all flows of the list over time.
const TabSwim Tab = "flows"

// Swim is the drawing of all flows over time, a line a flow.
type Swim struct {
	View    *protocol.SwimView // nil: not here yet
	Error   string
	Columns int // of the box, px
	Height  int
	Begin   analyzer.Timestamp // the stretch of time wanted; 0: all, or the time chosen on the overview
	End     analyzer.Timestamp
	Each    bool // every flow has a line with room for words, of which those in sight are drawn
	From    int  // the first of these

	Hit   protocol.FlowRows // the flow that is pointed at; no rows: none
	At    [2]int            // where it is pointed at, px; negative: nowhere
	last  protocol.Request  // that was asked last
	asked uint32
	late  bool // something else is wanted since it was asked

	pointed  protocol.Request
	pointing uint32
	choose   bool // select the flow that is found
}

func newSwim(old Swim) Swim {
	return Swim{Columns: old.Columns, Height: old.Height, Each: old.Each, At: [2]int{-1, -1}}
}

// EachHeight is the height of a line that has room for words, px.
const EachHeight = 18

// SeeSwim says how large the box of the drawing is, px.
func (s *State) SeeSwim(columns, height int) {
	if w := &s.Swim; w.Columns != columns || w.Height != height {
		w.Columns, w.Height = columns, height
		s.lookAtSwim()
	}
}

// swimRequest asks for what is to be drawn.
func (s *State) swimRequest() protocol.Request {
	f, w := &s.Flows, &s.Swim
	r := protocol.Request{
		Kind: protocol.Swimlanes, Sort: f.Order, Down: f.Down, Filter: f.Filter, Since: f.Since, Until: f.Until, Flow: -1, Finding: -1,
		Columns: w.Columns, Lines: w.Height, Begin: w.Begin, End: w.End,
	}
	if r.Begin == 0 && f.Until != 0 {
		r.Begin, r.End = f.Since, f.Until
	}
	if w.Each {
		r.Lines = max(w.Height/EachHeight, 1)
		r.From, r.To = w.From, w.From+r.Lines
	}
	return r
}

// lookAtSwim asks for the drawing if another one than before is wanted; one
// request at a time.
func (s *State) lookAtSwim() {
	w := &s.Swim
	if s.Tab != TabSwim || s.Phase != Reading && s.Phase != Ready || w.Columns <= 0 || w.Height <= 0 {
		return
	}
	r := s.swimRequest()
	r.Lang = s.Lang
	if sameSwim(&r, &w.last) {
		return
	}
	if w.asked != 0 {
		w.late = true
		return
	}
	w.last, w.asked = r, s.ask(r)
}

// sameSwim reports whether two requests are for one drawing.
func sameSwim(a, b *protocol.Request) bool {
	return a.Sort == b.Sort && a.Down == b.Down && a.Filter == b.Filter && a.Since == b.Since && a.Until == b.Until && a.Columns == b.Columns &&
		a.Lines == b.Lines && a.Begin == b.Begin && a.End == b.End && a.From == b.From && a.To == b.To && a.Lang == b.Lang && a.Kind == b.Kind
}

// staleSwim asks for the drawing again: there is more to see.
func (s *State) staleSwim() {
	s.Swim.last = protocol.Request{}
	s.lookAtSwim()
}

// swimChanged draws other flows, from the first one on and over all of the time.
func (s *State) swimChanged() {
	s.Swim.From, s.Swim.Begin, s.Swim.End = 0, 0, 0
	s.LeaveSwim()
	s.lookAtSwim()
}

func (s *State) applySwim(id uint32, m protocol.SwimView) {
	w := &s.Swim
	if id != w.asked {
		return
	}
	w.asked = 0
	if w.Error = m.Error; m.Error == "" {
		w.View = &m
	}
	if w.late {
		w.late = false
		s.lookAtSwim()
	}
}

// Stretch returns the time that is drawn, or will be.
func (w *Swim) Stretch() (begin analyzer.Timestamp, length time.Duration) {
	if w.View == nil {
		return 0, 0
	}
	if w.Begin != 0 {
		return w.Begin, w.End.Sub(w.Begin)
	}
	return w.View.Start, w.View.Length
}

// ZoomSwim shows less time (by above 1) or more around a share of the box; 0 shows
// all of it.
func (s *State) ZoomSwim(by, share float64) {
	w := &s.Swim
	if w.View == nil {
		return
	}
	begin, length := w.Stretch()
	if by == 0 {
		w.Begin, w.End = 0, 0
		s.lookAtSwim()
		return
	}
	at := begin.Add(time.Duration(share * float64(length)))
	wanted := time.Duration(max(float64(length)/by, 1000))
	s.showSwim(at.Add(-time.Duration(share*float64(wanted))), wanted)
}

// PanSwim moves along by a share of the box.
func (s *State) PanSwim(share float64) {
	if s.Swim.View == nil {
		return
	}
	begin, length := s.Swim.Stretch()
	s.showSwim(begin.Add(time.Duration(share*float64(length))), length)
}

// showSwim shows a stretch within the time of the captures.
func (s *State) showSwim(begin analyzer.Timestamp, length time.Duration) {
	w := &s.Swim
	first, all := w.View.First, w.View.Last.Sub(w.View.First)+1
	if length >= all {
		begin, length = first, all
	}
	begin = max(min(begin, w.View.Last.Add(1-length)), first)
	w.Begin, w.End = begin, begin.Add(length)
	s.lookAtSwim()
}

// ScrollSwim moves by lines where each flow has one.
func (s *State) ScrollSwim(lines int) {
	w := &s.Swim
	if !w.Each || w.View == nil {
		return
	}
	w.From = max(min(w.From+lines, w.View.Total-w.Height/EachHeight), 0)
	s.lookAtSwim()
}

// TurnEach gives each flow a line of its own, or all of them the box.
func (s *State) TurnEach() {
	w := &s.Swim
	w.Each, w.From = !w.Each, 0
	s.revealSwim()
	s.lookAtSwim()
}

// revealSwim brings the flow that the list's cursor is on into sight.
func (s *State) revealSwim() {
	w := &s.Swim
	if at, lines := s.Flows.Cursor, w.Height/EachHeight; w.Each && at >= 0 && (at < w.From || at >= w.From+lines) {
		w.From = max(at-lines/2, 0)
		s.lookAtSwim()
	}
}

// PointSwim looks for the flow at a place of the drawing: in the lines [from, to)
// of the list, around a share of its width. Select says to select it.
func (s *State) PointSwim(from, to int, share float64, sel bool) {
	w := &s.Swim
	if w.View == nil || to <= from {
		return
	}
	begin, whole := w.Stretch()
	length := float64(whole)
	r := s.swimRequest()
	r.Kind, r.From, r.To, r.Lines, r.Columns = protocol.SwimAt, from, to, 0, 0
	cell := 2 / float64(max(w.Columns, 1))
	r.Begin, r.End = begin.Add(time.Duration((share-cell)*length)), begin.Add(time.Duration((share+cell)*length))
	w.choose = w.choose || sel
	if w.pointing != 0 && !sel {
		return // the next move of the pointer asks again
	}
	if sameSwim(&r, &w.pointed) && len(w.Hit.Rows) > 0 {
		s.chooseSwim()
		return
	}
	w.pointed, w.pointing = r, s.ask(r)
}

// SwimPlace returns where in the list the selected flow stands, as far as known.
func (s *State) SwimPlace() (row int, ok bool) {
	if s.Selection.Kind != AFlow {
		return 0, false
	}
	if hit := &s.Swim.Hit; len(hit.Rows) > 0 && hit.Rows[0].ID == s.Selection.Flow {
		return hit.From, true
	}
	at, ok := s.Flows.Row(s.Flows.Cursor)
	return s.Flows.Cursor, ok && at.ID == s.Selection.Flow
}

// LeaveSwim forgets what was pointed at.
func (s *State) LeaveSwim() {
	s.Swim.Hit, s.Swim.At, s.Swim.pointed = protocol.FlowRows{}, [2]int{-1, -1}, protocol.Request{}
}

func (s *State) applySwimAt(id uint32, m protocol.FlowRows) bool {
	w := &s.Swim
	if id != w.pointing || id == 0 {
		return false
	}
	w.pointing = 0
	if w.Hit = m; w.At[0] < 0 {
		w.Hit = protocol.FlowRows{}
	}
	if len(m.Rows) > 0 && w.choose {
		w.Hit = m
	}
	s.chooseSwim()
	return true
}

func (s *State) chooseSwim() {
	w := &s.Swim
	if !w.choose || len(w.Hit.Rows) == 0 {
		return
	}
	w.choose = false
	s.Flows.Cursor = w.Hit.From
	s.SelectFlow(w.Hit.Rows[0])
}
