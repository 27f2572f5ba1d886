package state

import (
	"slices"

	"wirewhy/wasm/protocol"
)

// Beside is what stands beside one capture: further ones that it is compared with,
// and what hosts said of themselves.
type Beside struct {
	Evidence protocol.EvidenceView
	Compare  protocol.CompareView
	Pair     int           // that is looked at
	List     protocol.List // of that pair
	Flow     int           // whose packets are listed; -1: those of all connections

	Total  int // lines of the list that is shown
	Cursor int // line that the keyboard is on; -1: none
	First  int // lines in sight, [First, End)
	End    int
	lines  pages[protocol.Line]

	shown protocol.List // that lines holds
	asked [2]uint32     // for Compare and for Evidence
	stale [2]bool       // they are not here, or not fresh
}

// Tried is a text that is being pasted, and what would be recognised in it.
type Tried struct {
	Text  bool // there is some
	View  protocol.EvidenceView
	asked uint32
}

func newBeside() Beside {
	return Beside{Flow: -1, List: protocol.Paired, Cursor: -1, End: pageLen / 2, lines: newPages[protocol.Line](), stale: [2]bool{true, true}}
}

// IsBeside reports whether a tab is of what stands beside one capture.
func (t Tab) IsBeside() bool { return t == TabCompare || t == TabEvidence }

// Line returns line i of the list, if it is here.
func (b *Beside) Line(i int) (protocol.Line, bool) { return b.lines.at(i) }

// lookAtBeside asks for what the open tab shows, as far as it is not here.
func (s *State) lookAtBeside() {
	b := &s.Beside
	if !s.Tab.IsBeside() || s.Phase != Reading && s.Phase != Ready {
		return
	}
	list, kind, which := b.List, protocol.Compare, 0
	if s.Tab == TabEvidence {
		list, kind, which = protocol.Facts, protocol.Evidence, 1
	}
	if list != b.shown {
		b.shown = list
		b.lines.clear()
		b.Total, b.Cursor = 0, -1
	}
	if b.stale[which] {
		b.stale[which] = false
		b.asked[which] = s.ask(protocol.Request{Kind: kind, Flow: -1, Finding: -1})
	}
	end := max(b.End, 1)
	if b.Total > 0 {
		end = min(end, b.Total)
	}
	b.lines.missing(b.First, end, func(from, to int) uint32 {
		return s.ask(protocol.Request{Kind: protocol.LinesOf, List: list, Item: b.Pair, Flow: b.Flow, Finding: -1, From: from, To: to})
	})
}

func (s *State) applyLines(id uint32, m protocol.Lines) {
	b := &s.Beside
	if page, ok := b.lines.answered(id); ok {
		b.Total = m.Total
		b.lines.set(page, m.Lines)
		s.lookAtBeside()
	}
}

func (s *State) applyEvidence(id uint32, m protocol.EvidenceView) {
	if id == s.Tried.asked {
		s.Tried.View = m
	} else if id == s.Beside.asked[1] {
		s.Beside.Evidence = m
	}
}

func (s *State) applyCompare(id uint32, m protocol.CompareView) {
	if b := &s.Beside; id == b.asked[0] {
		b.Compare = m
		b.Pair = max(min(b.Pair, len(m.Pairs)-1), 0)
	}
}

// refreshBeside asks again for what the open tab shows.
func (s *State) refreshBeside() {
	s.Beside.stale = [2]bool{true, true}
	s.Beside.lines.again()
	s.lookAtBeside()
}

// SeeLines says which lines of the list are in sight.
func (s *State) SeeLines(first, end int) {
	b := &s.Beside
	if first != b.First || end != b.End {
		b.First, b.End = max(first, 0), max(end, 0)
		s.lookAtBeside()
	}
}

// ShowList shows another list of the pair that is looked at; flow is the
// connection whose packets are listed, -1 all.
func (s *State) ShowList(list protocol.List, flow int) {
	b := &s.Beside
	b.List, b.Flow, b.Total, b.Cursor = list, flow, 0, -1
	b.lines.clear()
	s.lookAtBeside()
}

// ShowPair looks at another pair of captures.
func (s *State) ShowPair(pair int) {
	s.Beside.Pair = pair
	s.ShowList(protocol.Paired, -1)
}

// MoveLine moves the keyboard's place in the list.
func (s *State) MoveLine(by int) {
	if b := &s.Beside; b.Total > 0 {
		b.Cursor = min(max(b.Cursor+by, 0), b.Total-1)
	}
}

// ShowFact shows a fact in the list of what hosts said.
func (s *State) ShowFact(i int) {
	s.ShowTab(TabEvidence)
	s.Beside.Cursor = i
}

// OpenLine shows what a line of the list stands for: the packets of a connection,
// a packet, or the finding that rests on a fact.
func (s *State) OpenLine(i int) {
	b := &s.Beside
	line, ok := b.Line(i)
	if !ok {
		return
	}
	b.Cursor = i
	switch {
	case s.Tab == TabEvidence:
		if line.Finding > 0 {
			s.SelectFinding(line.Finding - 1)
		}
	case b.List == protocol.Paired:
		s.ShowList(protocol.Fates, line.Flow)
	case line.Flow >= 0:
		s.SelectFlow(protocol.FlowRow{ID: line.Flow})
		if line.Frame > 0 {
			s.ShowTab(TabPackets)
			capture := line.Capture
			if b.Pair < len(b.Compare.Pairs) && capture == 1+b.Compare.Pairs[b.Pair].Near {
				capture = 0 // the one that the flow's figures come from
			}
			s.SelectPacketOf(capture, line.Frame)
		}
	}
}

// Try says what is being pasted, to learn what would be recognised in it.
func (s *State) Try(text string) {
	s.Tried = Tried{Text: text != ""}
	if s.Tried.Text {
		s.Tried.asked = s.ask(protocol.Request{Kind: protocol.Evidence, Filter: text, Flow: -1, Finding: -1})
	}
}

// Add reads files beside what is loaded.
func (s *State) Add(files []protocol.File) {
	s.keep(protocol.Request{Files: files})
}

// Change changes what is loaded; see protocol.Change. It returns the place in Files
// of a file that was taken away, -1 if none was: opened again, it must not come back.
func (s *State) Change(change protocol.Change, item int, role string) (file int) {
	if s.Phase != Ready || s.lost {
		return -1
	}
	if file = s.fileOf(change, item); file >= 0 {
		s.Files = slices.Delete(slices.Clone(s.Files), file, file+1)
	}
	s.keep(protocol.Request{Change: change, Item: item, Filter: role})
	return file
}

// fileOf returns which file a change takes away, as its place in Files; -1: none,
// or one out of which something else came that stays.
func (s *State) fileOf(change protocol.Change, item int) int {
	var texts, captures []string
	for _, t := range s.Beside.Evidence.Texts {
		texts = append(texts, t.Name)
	}
	for _, c := range s.Overview.Captures {
		captures = append(captures, c.Name)
	}
	list, others := texts, captures
	switch change {
	case protocol.RemoveText:
	case protocol.RemoveCapture:
		list, others = captures, texts
	default:
		return -1
	}
	if item < 0 || item >= len(list) || slices.Contains(others, list[item]) {
		return -1
	}
	nth := 0 // of the files of that name
	for _, name := range list[:item] {
		if name == list[item] {
			nth++
		}
	}
	for i, f := range s.Files {
		if f.Name != list[item] {
			continue
		}
		if nth--; nth < 0 {
			return i
		}
	}
	return -1
}

// keep has the worker change what is loaded, or add to it, and conclude anew.
func (s *State) keep(r protocol.Request) {
	if s.Phase != Ready || s.lost {
		return
	}
	s.Phase, s.Dialog, s.Progress = Reading, NoDialog, protocol.Progress{}
	for _, f := range r.Files {
		s.Progress.BytesTotal += max(f.Size, 0)
	}
	s.Files = append(s.Files, r.Files...)
	s.before = sources(&s.Overview)
	r.Kind, r.Keep, r.Flow, r.Finding = protocol.Open, true, -1, -1
	s.openID = s.ask(r)
}

// sources says what the numbers of the flows depend on.
func sources(o *protocol.Overview) (of string) {
	for _, c := range o.Captures {
		of += c.Name + "\x00" + c.Place + "\x00"
	}
	return of
}

// renumbered forgets a selected flow where another one may have its number now.
func (s *State) renumbered() {
	if s.before != "" && s.before != sources(&s.Overview) {
		s.chosen, s.Selection = false, Selection{}
	}
	s.before = ""
}
