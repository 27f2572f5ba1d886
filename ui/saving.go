//go:build js

package ui

import (
	"strconv"
	"strings"

	"wirewhy/ui/dom"
	"wirewhy/ui/state"
	"wirewhy/wasm/protocol"
)

// saved is a file that the worker is asked for, piece by piece.
type saved struct {
	name, kind string
	parts      dom.Parts
	piece      int
	next       func(piece int) uint32 // asks for a piece and returns the request's number
	dialog     bool                   // the dialog of packets tells how far it has come
	stream     bool                   // what becomes of it is told above the stream
	stopped    bool                   // nobody wants it any more
	settler    *dom.Settler           // a script waits for it: it is not saved
}

// arrived takes in a document: the report for scripts, or a piece of a file.
func (p *page) arrived(id uint32, d protocol.Document, bytes dom.Object) {
	f, ok := p.saving[id]
	if !ok {
		p.report.arrived(id, bytes)
		return
	}
	delete(p.saving, id)
	if f.stopped {
		return
	}
	f.parts.Add(bytes)
	x := &p.state.Export
	if f.dialog {
		x.Done, x.Total = d.Done, d.Total
	}
	if d.More {
		f.piece++
		p.saving[f.next(f.piece)] = f
		return
	}
	if f.dialog {
		x.Running, x.Note = false, d.Note
		p.drawNow()
		dom.Focus("extract-save")
	}
	if f.settler != nil {
		f.settler.Resolve(f.parts.Blob(f.kind))
		return
	}
	if f.stream {
		p.state.Stream.Error = d.Note // that bytes are missing
	}
	dom.SaveParts(f.parts, f.kind, f.name)
}

// unsaved takes in that a piece could not be made, and reports whether it was one.
func (p *page) unsaved(id uint32, reply any) bool {
	f, ok := p.saving[id]
	why, failed := reply.(protocol.Failure)
	if !ok || !failed {
		return false
	}
	delete(p.saving, id)
	switch {
	case f.stopped:
	case f.settler != nil:
		f.settler.Reject(why.Text)
	case f.dialog:
		p.state.Export.Running, p.state.Export.Error = false, why.Text
	case f.stream:
		p.state.Stream.Error = why.Text
	default:
		p.state.Said = why.Text
	}
	return true
}

// begin asks for the first piece of a file.
func (p *page) begin(f *saved) {
	f.parts = dom.NewParts()
	p.saving[f.next(0)] = f
	if why := p.state.Lost(); why != "" {
		p.endSaving(why)
	}
}

// endSaving says that the files under way will never be there.
func (p *page) endSaving(why string) {
	for id := range p.saving {
		p.unsaved(id, protocol.Failure{Text: why})
	}
}

// exportAct handles the dialog of packets and the saving of streams.
func (p *page) exportAct(act dom.Act) {
	s, x := p.state, &p.state.Export
	number, _ := strconv.Atoi(act.Arg)
	switch act.Name {
	case "export":
		s.OpenExport()
	case "extract":
		x.What, x.Note, x.Error = protocol.Extraction(number), "", ""
	case "extract-anonymise":
		x.Anonymise, x.Note = !x.Anonymise, ""
	case "extract-shift":
		x.Shift, x.Note = !x.Shift, ""
	case "extract-stop":
		x.Running = false
		for _, f := range p.saving {
			f.stopped = f.stopped || f.dialog
		}
	case "extract-save":
		if len(s.Files) == 0 || x.Running {
			return
		}
		x.Running, x.Done, x.Total, x.Note, x.Error = true, 0, 0, "", ""
		name := s.Files[0].Name + ".wirewhy.pcapng"
		if x.Anonymise {
			name = "anonymised.pcapng"
		}
		p.begin(&saved{name: name, kind: pcapngType, dialog: true, next: p.pieces(s.Extraction())})
	case "stream-save":
		if len(s.Files) == 0 {
			return
		}
		name := s.Files[0].Name + ".flow-" + strconv.Itoa(s.Selection.Flow) + [...]string{"", ".client", ".server"}[number%3] + ".bin"
		p.begin(&saved{name: name, kind: "application/octet-stream", stream: true, next: func(piece int) uint32 { return s.AskStreamFile(uint8(number), piece) }})
	}
}

const pcapngType = "application/x-pcapng"

// pieces asks for the pieces of what a request wants.
func (p *page) pieces(r protocol.Request) func(int) uint32 {
	return func(piece int) uint32 {
		r.From = piece
		return p.state.AskPiece(r)
	}
}

// scriptPcapng answers wirewhy.pcapng.
func (p *page) scriptPcapng(args dom.Args) any {
	r := protocol.Request{Kind: protocol.Extract, What: protocol.ExtractAll, Flow: -1, Finding: -1, Anonymise: args.Flag(1, "anonymise"), Shift: args.Flag(1, "shift")}
	if n, ok := args.Number(0, "finding"); ok {
		r.What, r.Finding = protocol.ExtractEvidence, n
	} else if n, ok := args.Number(0, "flow"); ok {
		r.What, r.Flows = protocol.ExtractFlows, []int{n}
	} else if list := args.Numbers(0, "flows"); list != nil {
		r.What, r.Flows = protocol.ExtractFlows, list
	}
	return dom.Promise(func(s dom.Settler) {
		if p.state.Phase != state.Ready {
			s.Reject("nothing has been analysed")
			return
		}
		p.begin(&saved{kind: pcapngType, settler: &s, next: p.pieces(r)})
		p.changed()
	})
}

// streamAct handles the stream.
func (p *page) streamAct(act dom.Act) {
	s := p.state
	number, _ := strconv.Atoi(act.Arg)
	switch strings.TrimPrefix(act.Name, "stream-") {
	case "form":
		s.ShowStream(state.StreamForm(act.Arg))
	case "way":
		s.ShowWay(uint8(number))
	case "page":
		s.TurnStream(number)
	case "hit":
		s.NextHit(number)
	case "at":
		s.GoToStream(int64(number))
	case "follow":
		s.FollowFrame(uint32(number))
	case "packet":
		s.ShowTab(state.TabPackets)
		s.SelectPacket(uint32(number))
	}
}

// streamKey handles the keyboard in the stream.
func (p *page) streamKey(key string, e dom.Event) bool {
	s := p.state
	switch key {
	case "Enter":
		frame := s.StreamFrame()
		if e.Target() != "stream-body" || frame == 0 {
			return false
		}
		s.ShowTab(state.TabPackets)
		s.SelectPacket(frame)
		p.drawNow()
		dom.Focus("packets-scroll")
	case "PageDown":
		s.TurnStream(1)
	case "PageUp":
		s.TurnStream(-1)
	case "Home":
		s.TurnStream(-1 << 40)
	case "End":
		s.TurnStream(1 << 40)
	case "n":
		s.NextHit(1)
	case "N":
		s.NextHit(-1)
	case "/":
		p.find.Edit()
		p.swallow = true
	default:
		return false
	}
	return true
}

// findKey handles the keyboard in the stream's box.
func (p *page) findKey(key string) bool {
	switch key {
	case "Enter", "ArrowDown":
		p.state.FindInStream(p.find.Value())
	case "ArrowUp":
		p.state.NextHit(-1)
	case "Escape":
		p.find.SetValue("")
		p.state.FindInStream("")
		dom.Focus("stream-body")
	default:
		return false
	}
	return true
}

// revealStream brings what was gone to into sight.
func (p *page) revealStream() {
	x := &p.state.Stream
	if !x.Reveal || p.state.Tab != state.TabStream || !x.Here() {
		return
	}
	x.Reveal = false
	for _, selector := range []string{"#stream-body mark.on", "#piece-" + strconv.FormatInt(x.Mark, 10)} {
		if dom.ScrollTo(selector, "center") {
			return
		}
	}
	p.body.ScrollTo(0)
}
