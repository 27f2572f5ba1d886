package session

import (
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/wasm/protocol"
)

const (
	// maxLines and widest bound a drawing of all flows, in pixels: more than a
	// screen of 8K.
	maxLines, widest = 4500, 8000
	// labelledLines is the number of lines up to which they are told in words.
	labelledLines = 128
)

// swimlanes answers Swimlanes. s.mu is held.
func (s *Session) swimlanes(r *protocol.Request) any {
	list, fault := s.chosen(r)
	if fault != nil {
		return protocol.SwimView{Error: fault.text.In(r.Lang)}
	}
	v := protocol.SwimView{Total: len(list), Count: make([]uint32, protocol.SwimKinds), Columns: min(max(r.Columns, 1), widest)}
	v.From = min(max(r.From, 0), len(list))
	v.To = len(list)
	if r.To > 0 {
		v.To = min(max(r.To, v.From), len(list))
	}
	v.First, v.Last = s.span()
	v.Start, v.Length = v.First, v.Last.Sub(v.First)+1
	if r.Begin != 0 && r.End > r.Begin {
		v.Start, v.Length = r.Begin, r.End.Sub(r.Begin)
		if r.To == 0 { // lines at both ends without a cell are no use
			seen := func(k int) bool {
				_, f, behind := s.listedFlow(int(list[place(r, len(list), k)]))
				return f != nil && f.Start.Add(behind) < r.End && f.End.Add(behind) >= r.Begin
			}
			for v.From < v.To && !seen(v.From) {
				v.From++
			}
			for v.To > v.From && !seen(v.To-1) {
				v.To--
			}
		}
	}
	v.Lines = min(v.To-v.From, max(r.Lines, 0), maxLines)
	line, all := newSwimLine(&v), v.Lines > 0 && v.To-v.From == len(list)
	for i := range v.Lines {
		from, to := lineRange(&v, i)
		for k := from; k < to; k++ {
			id := int(list[place(r, len(list), k)])
			if t, f, behind := s.listedFlow(id); f != nil {
				kind := s.swim(id, t, f)
				line.add(f.Start.Add(behind), f.End.Add(behind), kind)
				v.Count[kind]++
			}
		}
		line.flush()
	}
	if !all { // then not each of them was drawn
		clear(v.Count)
		for _, id := range list {
			if t, f, _ := s.listedFlow(int(id)); f != nil {
				v.Count[s.swim(int(id), t, f)]++
			}
		}
	}
	if v.To-v.From <= min(v.Lines, labelledLines) {
		for k := v.From; k < v.To; k++ {
			f, _ := s.report.Flow(int(list[place(r, len(list), k)]))
			v.Rows = append(v.Rows, s.row(&f, r.Lang))
		}
	}
	return v
}

// lineRange returns the flows of the list that a line stands for.
func lineRange(v *protocol.SwimView, line int) (from, to int) {
	n := v.To - v.From
	return v.From + line*n/v.Lines, v.From + (line+1)*n/v.Lines
}

// listedFlow returns a flow of the report without all that is known of it, and how
// far its capture's clock is behind that of the first one.
func (s *Session) listedFlow(id int) (t *flow.Tracker, f *flow.Flow, behind time.Duration) {
	l, ok := s.report.Leg(id)
	if !ok {
		return nil, nil, 0
	}
	t = s.report.Captures[l.Capture].Tracker
	return t, t.Flow(l.Flow), s.behind(l.Capture)
}

// swim says what a flow's cells show.
func (s *Session) swim(id int, t *flow.Tracker, f *flow.Flow) protocol.Swim {
	i := s.findingIndex(id)
	if i < 0 {
		return protocol.SwimHealthy
	}
	switch finding := &s.report.Findings[i]; {
	case finding.Class != analyzer.Sick || finding.Severity == analyzer.SeverityInfo:
		return protocol.SwimInfo
	case finding.Severity == analyzer.SeverityWarning:
		return protocol.SwimWarning
	case f.Sides[flow.Responder].Packets == 0 && f.ResetFrame == 0 && t.Trouble(f).Foreign.Addr.IsZero():
		return protocol.SwimSilent
	}
	return protocol.SwimError
}

// swimLine gathers the flows of one line: at which cells those of each kind
// begin and end, so that a flow costs the same however long it is.
type swimLine struct {
	v       *protocol.SwimView
	changes [][protocol.SwimKinds]int32 // of the number of flows, by cell
}

func newSwimLine(v *protocol.SwimView) *swimLine {
	return &swimLine{v, make([][protocol.SwimKinds]int32, v.Columns+1)}
}

func (l *swimLine) add(start, end analyzer.Timestamp, kind protocol.Swim) {
	from, to := l.column(start), l.column(end)
	if to < 0 || from >= l.v.Columns {
		return
	}
	l.changes[max(from, 0)][kind]++
	l.changes[min(to+1, l.v.Columns)][kind]--
}

// column returns the cell of a moment; cells beyond both ends are one outside.
func (l *swimLine) column(t analyzer.Timestamp) int {
	switch d := t.Sub(l.v.Start); {
	case d < 0:
		return -1
	case d >= l.v.Length:
		return l.v.Columns
	default:
		return int(float64(d) / float64(l.v.Length) * float64(l.v.Columns))
	}
}

// flush writes the line's cells and begins the next one.
func (l *swimLine) flush() {
	var count [protocol.SwimKinds]int32
	run, length := protocol.SwimNothing, 0
	for i := range l.v.Columns {
		worst := protocol.SwimNothing
		for k := range l.changes[i] {
			if count[k] += l.changes[i][k]; count[k] > 0 {
				worst = protocol.Swim(k)
			}
		}
		if worst != run {
			l.v.Cells = protocol.AppendRun(l.v.Cells, run, length)
			run, length = worst, 0
		}
		length++
	}
	l.v.Cells = protocol.AppendRun(l.v.Cells, run, length)
	clear(l.changes)
}

// swimAt answers SwimAt. s.mu is held.
func (s *Session) swimAt(r *protocol.Request) any {
	list, fault := s.chosen(r)
	if fault != nil {
		return protocol.FlowRows{Error: fault.text.In(r.Lang)}
	}
	out := protocol.FlowRows{From: -1}
	best, worst, least := 0, protocol.SwimNothing, time.Duration(0)
	for k := max(r.From, 0); k < min(r.To, len(list)); k++ {
		id := int(list[place(r, len(list), k)])
		t, f, behind := s.listedFlow(id)
		if f == nil {
			continue
		}
		away := max(r.Begin.Sub(f.End.Add(behind)), f.Start.Add(behind).Sub(r.End), 0)
		if away == 0 {
			out.Total++
		}
		if kind := s.swim(id, t, f); out.From < 0 || away < least || away == least && kind > worst {
			best, out.From, worst, least = id, k, kind, away
		}
	}
	if out.From >= 0 {
		f, _ := s.report.Flow(best)
		out.Rows = []protocol.FlowRow{s.row(&f, r.Lang)}
	}
	return out
}
