package session

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"wirewhy/analyzer"
	"wirewhy/analyzer/export"
	"wirewhy/analyzer/report"
	"wirewhy/wasm/protocol"
)

// Selection says which frames an extract holds.
type Selection struct {
	Flows     []int // all packets of these, on all their legs
	Findings  []int // frames that are evidence of these
	All       bool
	Anonymise bool
	Shift     bool // with Anonymise: move all times by one random amount
	Lang      analyzer.Lang
	key       *[32]byte // of Anonymise; nil: one that nobody knows
}

const (
	// pieceLen is about how much of an extract is handed out at a time.
	pieceLen = 1 << 20
	// pieceFrames bounds the frames that are looked at for it.
	pieceFrames = 4096
)

// extract is an extract under way. It is handed out piece by piece, so that it
// never stands in memory as a whole.
type extract struct {
	Selection
	loaded     []*loaded
	frames     []bitmap // by capture
	comments   []map[uint32][]string
	findings   []string // that the extract shows something of
	counts     []int    // frames, by capture
	total      int
	pass       int // 0: of an anonymised extract, only counted, since its summary stands first
	done       int // frames of this pass
	capture    int // where it stands
	frame      uint32
	begun      bool // the section of the present capture
	writer     export.Writer
	anonymiser *export.Anonymiser
	summary    string // of what it has removed
	again      again
	piece      int // number of the next
}

// bitmap is a set of frames, by their numbers.
type bitmap []uint64

func (b bitmap) add(n uint32) bool {
	if int(n/64) >= len(b) || b.has(n) {
		return false
	}
	b[n/64] |= 1 << (n % 64)
	return true
}

func (b bitmap) has(n uint32) bool { return int(n/64) < len(b) && b[n/64]>>(n%64)&1 != 0 }

// newExtract finds the frames of a selection.
func (s *Session) newExtract(sel Selection) (*extract, error) {
	x := &extract{Selection: sel, loaded: s.loaded}
	for _, l := range s.loaded {
		frames := make(bitmap, l.tracker.Frames()/64+1)
		if l.listing != nil { // it has no bytes
			frames = nil
		}
		x.frames = append(x.frames, frames)
		x.counts = append(x.counts, 0)
		x.comments = append(x.comments, map[uint32][]string{})
	}
	for i, l := range s.loaded {
		for n := uint32(1); sel.All && n <= l.tracker.Frames(); n++ {
			x.add(i, n)
		}
	}
	flows := map[int]bool{}
	for _, id := range sel.Flows {
		leg, ok := s.report.Leg(id)
		if !ok {
			return nil, sayable{noSuchFlow}
		}
		flows[id] = true
		for _, l := range append([]report.Leg{leg}, s.report.Joins.Others(leg)...) {
			t := s.loaded[l.Capture].tracker
			for e := range t.Entries(t.Flow(l.Flow)) {
				x.add(l.Capture, e.Frame)
			}
		}
	}
	for _, i := range sel.Findings {
		if i < 0 || i >= len(s.report.Findings) {
			return nil, sayable{noSuchFinding}
		}
		for _, e := range s.report.Findings[i].Evidence {
			for _, n := range e.Frames {
				x.add(e.Capture, n)
			}
		}
	}
	if x.total == 0 {
		return nil, sayable{noFrames}
	}
	if sel.Anonymise {
		x.anonymiser = export.NewAnonymiser(sel.Shift)
		if sel.key != nil {
			x.anonymiser = export.Keyed(*sel.key)
		}
	} else {
		x.pass = 1
	}
	x.annotate(s.report.Findings, flows)
	return x, nil
}

func (x *extract) add(capture int, frame uint32) {
	if capture < len(x.frames) && x.frames[capture].add(frame) {
		x.total++
		x.counts[capture]++
	}
}

// annotate notes what the findings say of the frames. An anonymised extract says
// only what kind of finding it is: its words may hold addresses and names.
func (x *extract) annotate(findings []analyzer.Finding, flows map[int]bool) {
	for i := range findings {
		f := &findings[i]
		title, shown := f.Diagnosis, x.All
		if !x.Anonymise {
			title += ": " + f.Title.In(x.Lang)
		}
		for j, e := range f.Evidence {
			said := "wirewhy: " + title + " " + report.Number(j+1)
			if !x.Anonymise {
				said += " " + e.Text.In(x.Lang)
			}
			for _, n := range e.Frames {
				if e.Capture < len(x.frames) && x.frames[e.Capture].has(n) {
					x.comments[e.Capture][n], shown = append(x.comments[e.Capture][n], said), true
				}
			}
		}
		for _, id := range f.Flows {
			shown = shown || flows[id]
		}
		if shown {
			x.findings = append(x.findings, title+" ("+string(f.Confidence)+")")
		}
	}
}

// next appends the next piece; the extract has come to its end when more is false.
func (x *extract) next(b []byte) (_ []byte, more bool, err error) {
	for range pieceFrames {
		if len(b) >= pieceLen {
			break
		}
		if !x.seek() {
			if x.pass++; x.pass == 2 {
				x.again.close()
				return b, false, nil
			}
			removed := x.removed()
			if x.anonymiser.Removed.Frames == 0 {
				return nil, false, sayable{removed} // a file without a frame is none
			}
			x.summary = removed.In(x.Lang)
			x.done, x.capture, x.frame, x.begun = 0, 0, 0, false
			x.again.close()
			continue
		}
		if b, err = x.one(b); err != nil {
			x.again.close()
			return nil, false, err
		}
	}
	return b, true, nil
}

// seek goes on to the next frame of the selection.
func (x *extract) seek() bool {
	for ; x.capture < len(x.frames); x.capture++ {
		for last := x.loaded[x.capture].tracker.Frames(); x.frame < last && len(x.frames[x.capture]) > 0; {
			x.frame++
			if x.frame%64 == 0 && x.frames[x.capture][x.frame/64] == 0 {
				x.frame = min(x.frame+63, last)
			} else if x.frames[x.capture].has(x.frame) {
				return true
			}
		}
		x.frame, x.begun = 0, false
		x.again.close()
	}
	return false
}

// one writes the frame that seek found.
func (x *extract) one(b []byte) ([]byte, error) {
	l := x.loaded[x.capture]
	x.done++
	e, ok := l.tracker.Entry(x.frame)
	if !ok {
		return b, nil
	}
	if err := x.again.seek(l, e); err != nil {
		return nil, err
	}
	f := &x.again.frame
	on := analyzer.Interface{}
	if int(f.Interface) < len(l.capture.Interfaces) {
		on = l.capture.Interfaces[f.Interface]
	}
	if x.anonymiser != nil {
		on.Name = ""
		if !x.anonymiser.Frame(f) {
			return b, nil
		}
	}
	if x.pass == 0 {
		return b, nil
	}
	if !x.begun {
		x.begun = true
		b = x.writer.Section(b, "wirewhy", x.note(x.capture))
	}
	return x.writer.Frame(b, f, &on, append([]string{f.Comment}, x.comments[x.capture][x.frame]...)...), nil
}

// note is the comment of a capture's section.
func (x *extract) note(capture int) string {
	return x.noteOf(x.loaded[capture:capture+1], x.counts[capture:])
}

// noteOf says what there is of some captures.
func (x *extract) noteOf(captures []*loaded, counts []int) string {
	var lines []string
	if x.Anonymise {
		lines = []string{x.summary}
	}
	for i, l := range captures {
		if x.Anonymise || counts[i] == 0 {
			continue
		}
		lines = append(lines, analyzer.Text{
			En: fmt.Sprintf("Extract by wirewhy: %d of %d frames of %s.", counts[i], l.capture.Packets, l.capture.Name),
			Zh: fmt.Sprintf("wirewhy 摘录：%[3]s 中 %[2]d 帧里的 %[1]d 帧。", counts[i], l.capture.Packets, l.capture.Name),
		}.In(x.Lang))
	}
	for _, f := range x.findings {
		lines = append(lines, "- "+f)
	}
	return strings.Join(lines, "\n")
}

// removed says what anonymising has taken out.
func (x *extract) removed() analyzer.Text {
	r := &x.anonymiser.Removed
	t := analyzer.Text{
		En: fmt.Sprintf("Anonymised by wirewhy: %d of %d frames kept. Replaced, subnets staying together: %d IPv4, %d IPv6 and %d hardware addresses, also in ARP, tunnels and quoted packets. "+
			"Cut: %s bytes of payload behind TCP and UDP headers, with all names in them. Overwritten: %d options. Removed: %d comments, names of files and interfaces. Checksums were mended as if what was cut were zeros.",
			r.Frames, x.total, r.V4, r.V6, r.MACs, strconv.FormatInt(r.PayloadLen, 10), r.OptionCount, r.CommentCount),
		Zh: fmt.Sprintf("由 wirewhy 匿名化：%[2]d 帧中保留 %[1]d 帧。已替换（子网关系不变）：%[3]d 个 IPv4、%[4]d 个 IPv6、%[5]d 个硬件地址，包括 ARP、隧道与被引用的包中的地址。"+
			"已截去 TCP、UDP 头之后 %[6]s 字节载荷及其中的全部名称；覆盖 %[7]d 个选项；移除 %[8]d 条注释以及文件名、接口名。校验和按被截部分为零重新计算。",
			r.Frames, x.total, r.V4, r.V6, r.MACs, strconv.FormatInt(r.PayloadLen, 10), r.OptionCount, r.CommentCount),
	}
	if r.Shifted {
		t.En, t.Zh = t.En+" All times were moved by one random amount.", t.Zh+"所有时间平移了同一个随机量。"
	} else {
		t.En, t.Zh = t.En+" Times, ports, lengths and sequence numbers are as they were.", t.Zh+"时间、端口、长度与序列号未变。"
	}
	if n := x.total - r.Frames; n > 0 {
		var names []string
		for name, count := range r.Dropped {
			names = append(names, fmt.Sprintf("%s × %d", name, count))
		}
		slices.Sort(names)
		list := strings.Join(names, ", ")
		t.En += fmt.Sprintf(" Dropped, because not every header in them is understood: %d frames (%s).", n, list)
		t.Zh += fmt.Sprintf("因存在无法理解的协议头而丢弃 %d 帧（%s）。", n, list)
	}
	return t
}

var (
	noSuchFinding = analyzer.Text{En: "There is no such finding.", Zh: "没有这条结论。"}
	noSuchExtract = analyzer.Text{En: "This export is over: another one was begun.", Zh: "该导出已结束：已开始另一个导出。"}
	noFrames      = analyzer.Text{En: "There are no frames to export: the selection is empty, or what was read is a text without bytes.", Zh: "没有可导出的帧：选择为空，或读取的是不含原始字节的文本。"}
)

// sayable is an error that is told in words for people.
type sayable struct{ analyzer.Text }

// Error implements error.
func (t sayable) Error() string { return t.En }

// WritePcapng writes the frames of a selection as a capture file, and returns a
// note of what is in it.
func (s *Session) WritePcapng(w io.Writer, sel Selection) (note string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.newExtract(sel)
	if err != nil {
		return "", err
	}
	var b []byte
	for more := true; more && err == nil; {
		if b, more, err = x.next(b[:0]); err == nil {
			_, err = w.Write(b)
		}
	}
	return x.noteOf(x.loaded, x.counts), err
}

// extracted answers Extract with the next piece. s.mu is held.
func (s *Session) extracted(r *protocol.Request) any {
	if r.From == 0 {
		x, err := s.newExtract(s.selected(r))
		if err != nil {
			return protocol.Failure{Text: sentence(err, r.Lang)}
		}
		s.forgetExtract()
		s.extract = x
	}
	x := s.extract
	if x == nil || x.piece != r.From {
		return protocol.Failure{Text: noSuchExtract.In(r.Lang)}
	}
	x.piece++
	b, more, err := x.next(nil)
	if err != nil {
		s.extract = nil
		return protocol.Failure{Text: readAgain(err, r.Lang)}
	}
	d := protocol.Document{Type: "application/x-pcapng", Data: b, More: more, Done: int64(x.done), Total: int64(x.total)}
	if !more {
		d.Note, s.extract = x.noteOf(x.loaded, x.counts), nil
	}
	return d
}

// forgetExtract ends the extract that is handed out.
func (s *Session) forgetExtract() {
	if s.extract != nil {
		s.extract.again.close()
		s.extract = nil
	}
}

// selected reads a selection out of a request.
func (s *Session) selected(r *protocol.Request) Selection {
	sel := Selection{Flows: r.Flows, Anonymise: r.Anonymise, Shift: r.Shift, Lang: r.Lang}
	switch r.What {
	case protocol.ExtractEvidence:
		sel.Findings = []int{r.Finding}
	case protocol.ExtractHit:
		if r.Finding >= 0 && r.Finding < len(s.report.Findings) {
			sel.Flows = s.report.Findings[r.Finding].Flows
		}
	case protocol.ExtractMatching:
		asked := choice{r.Filter, protocol.ByStart, r.Since, r.Until}
		began, ended := s.span()
		if f, fault := parseFilter(r.Filter, began, ended); fault == nil {
			for _, id := range s.matching(s.sorted(protocol.ByStart), f, asked) {
				sel.Flows = append(sel.Flows, int(id))
			}
		}
	case protocol.ExtractAll:
		sel.All = true
	}
	return sel
}
