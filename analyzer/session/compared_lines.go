package session

import (
	"slices"
	"strconv"
	"strings"

	"wirewhy/analyzer"
	"wirewhy/analyzer/correlate"
	"wirewhy/analyzer/report"
	"wirewhy/wasm/protocol"
)

// joinedID returns the report's flow of a joined connection.
func (s *Session) joinedID(p *paired, x *correlate.Joined) int {
	for _, side := range []int{p.near(), 1 - p.near()} {
		if x.Flow[side] >= 0 {
			return s.report.ID(report.Leg{Capture: p.of[side], Flow: x.Flow[side]})
		}
	}
	return -1
}

// ends names a connection as one capture of a pair holds it.
func (s *Session) ends(p *paired, x *correlate.Joined, side int) string {
	if x.Flow[side] < 0 {
		return "–"
	}
	f := s.loaded[p.of[side]].tracker.Flow(x.Flow[side])
	return f.Client().String() + " → " + f.Server().String()
}

// pairedLines lists the connections of a pair: those that both captures hold, or
// those that only one does.
func (s *Session) pairedLines(p *paired, r *protocol.Request, alone bool) protocol.Lines {
	near := p.near()
	return page(r, len(p.Joined), func(i int) bool { return (p.Joined[i].By == correlate.Alone) == alone }, func(i int) protocol.Line {
		x := &p.Joined[i]
		at := s.ends(p, x, near)
		if far := s.ends(p, x, 1-near); far != at {
			at += "  ⇒  " + far
		}
		l := protocol.Line{Flow: s.joinedID(p, x), Cells: []string{at}}
		for d := range x.Way {
			w := &x.Way[d]
			cell := "–"
			if !x.Unread {
				cell = report.Grouped(uint64(w.Arrived)) + " / " + report.Grouped(uint64(w.Sent))
				if w.MadeUpCount > 0 {
					cell += " +" + report.Grouped(uint64(w.MadeUpCount))
				}
			}
			l.Bad = l.Bad || w.LostCount > 0 || w.MadeUpCount > 0
			l.Cells = append(l.Cells, cell)
		}
		both := changed(x, 0, r.Lang)
		for _, c := range changed(x, 1, r.Lang) {
			if !slices.Contains(both, c) {
				both = append(both, c)
			}
		}
		l.Cells = append(l.Cells, strings.Join(both, ", "), byWords[x.By].In(r.Lang))
		return l
	})
}

// fateLines lists the packets that did not come through as they were sent, of all
// connections of a pair or of one.
func (s *Session) fateLines(p *paired, r *protocol.Request) protocol.Lines {
	near := p.near()
	way := [2]string{"→", "←"}
	ids := map[int32]int{}
	return page(r, len(p.Fates), func(i int) bool {
		f := &p.Fates[i]
		if r.Flow < 0 {
			return true
		}
		id, ok := ids[f.Joined]
		if !ok {
			id = s.joinedID(p, &p.Joined[f.Joined])
			ids[f.Joined] = id
		}
		return id == r.Flow
	}, func(i int) protocol.Line {
		f := &p.Fates[i]
		x := &p.Joined[f.Joined]
		what := fateWords[f.Kind].In(r.Lang)
		for _, c := range changeWords {
			if f.Changes&c.change != 0 {
				what += " · " + c.words.In(r.Lang)
			}
		}
		side := near
		if f.Frames[side] == 0 {
			side = 1 - side
		}
		content := flagWords(f.Flags)
		if f.Len > 0 {
			content += " len " + strconv.FormatUint(uint64(f.Len), 10)
		}
		at := f.Time
		if near == 1 {
			at = at.Add(p.Clock.Ahead(at))
		}
		holder := side
		if x.Flow[holder] < 0 {
			holder = 1 - holder
		}
		return protocol.Line{
			Flow: s.joinedID(p, x), Capture: 1 + p.of[side], Frame: f.Frames[side], Bad: f.Kind == correlate.LostBetween || f.Kind == correlate.NeverSent,
			Cells: []string{clockTime(at), what, frameCell(f.Frames[near]), frameCell(f.Frames[1-near]), way[f.Dir] + " " + content, s.ends(p, x, holder)},
		}
	})
}

func frameCell(frame uint32) string {
	if frame == 0 {
		return "✕"
	}
	return strconv.FormatUint(uint64(frame), 10)
}

func clockTime(t analyzer.Timestamp) string { return t.Time().Format("15:04:05.000000") }

// page chooses the lines [From, To) among n that match, and counts all of them.
func page(r *protocol.Request, n int, match func(int) bool, line func(int) protocol.Line) protocol.Lines {
	out := protocol.Lines{From: max(0, r.From)}
	to := min(r.To, out.From+maxRows)
	for i := range n {
		if !match(i) {
			continue
		}
		if out.Total >= out.From && out.Total < to {
			out.Lines = append(out.Lines, line(i))
		}
		out.Total++
	}
	return out
}

// lines answers LinesOf. s.mu is held.
func (s *Session) lines(r *protocol.Request) protocol.Lines {
	if r.List == protocol.Facts {
		return s.factLines(r)
	}
	if r.Item < 0 || r.Item >= len(s.pairs) {
		return protocol.Lines{}
	}
	p := s.pairs[r.Item]
	if r.List == protocol.Fates {
		return s.fateLines(p, r)
	}
	return s.pairedLines(p, r, r.List == protocol.Missing)
}
