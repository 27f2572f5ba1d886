//go:build js

package ui

import (
	"strconv"
	"time"

	"wirewhy/ui/state"
	"wirewhy/ui/view"
)

// markupPerFrame is how much new markup a frame sets, in bytes, while nobody
// waits for it: laying out a kilobyte costs some 0.3 ms of processor time, and
// on a machine whose processors are busy with reading several times that.
const markupPerFrame = 6 << 10

// changed sends what the state asks of the worker, and has the page drawn whole
// with the next frame: somebody has done something and looks at it.
func (p *page) changed() {
	p.send()
	p.tellPlace()
	p.soon()
}

// soon has the page drawn whole with the next frame.
func (p *page) soon() {
	p.hasty = true
	p.inTime()
}

// inTime has the page drawn in the next frames, a few views in each.
func (p *page) inTime() {
	p.left = len(p.shown)
	p.frames.Ask()
}

// draw runs once a frame, if something has changed.
func (p *page) draw() {
	begin := time.Now()
	defer func() { p.longest = max(p.longest, time.Since(begin)) }()
	s := p.state
	p.markPhase()
	p.flows.place(s.Flows.Total, s.SeeFlows, s.Flows.First)
	if s.Tab == state.TabPackets {
		p.packet.place(s.Packets.Total, s.SeePackets, s.Packets.First)
		if s.Packets.Reveal {
			s.Packets.Reveal = false
			p.packet.show(s.Packets.Cursor)
			p.packet.place(s.Packets.Total, s.SeePackets, s.Packets.First)
		}
	}
	if s.Tab.IsBeside() {
		p.beside.place(s.Beside.Total, s.SeeLines, s.Beside.First)
	}
	p.seeSteps()
	p.placeRange()
	p.placeSwim()
	p.drawViews()
	p.graph.draw(s)
	if p.left == 0 {
		p.hasty = false
		p.afterDraw()
	} else {
		p.frames.Ask()
	}
	p.send()
}

// drawViews draws the views that are left, as many as the frame has room for, in
// turns, so that none waits for ever behind one that changes all the time.
func (p *page) drawViews() {
	set := 0
	for ; p.left > 0; p.left-- {
		r := p.shown[p.turn]
		html := r.view(p.state)
		if !r.region.Shows(html) {
			if set > 0 && set+len(html) > markupPerFrame && !p.hasty {
				return
			}
			r.region.Show(html)
			set += len(html)
		}
		p.turn = (p.turn + 1) % len(p.shown)
	}
}

// drawNow draws the page whole, now.
func (p *page) drawNow() {
	p.hasty, p.left = true, len(p.shown)
	p.draw()
}

// afterDraw does what needs the new markup to stand.
func (p *page) afterDraw() {
	s := p.state
	p.dialog.SetOpen(s.Dialog != state.NoDialog && s.Dialog != state.DialogAdd)
	p.adder.SetOpen(s.Dialog == state.DialogAdd)
	if p.reveal {
		p.reveal = false
		p.revealStep()
	}
	if c := &s.Choices; c.Index != p.choice.Index || len(c.List) != len(p.choice.List) {
		p.choice = *c
		p.markChoice()
	}
	p.revealStream()
	if hint := view.FilterHint(s); hint != p.hint {
		p.hint = hint
		p.filter.SetAttribute("placeholder", hint)
		p.find.SetAttribute("placeholder", view.FindHint(s))
		p.find.SetAttribute("aria-label", view.FindHint(s))
	}
	if s.Said != "" {
		p.live.SetText(s.Said)
		s.Said = ""
	}
}

// markChoice tells a screen reader which completion the keyboard is on.
func (p *page) markChoice() {
	expanded, active := "false", ""
	if len(p.choice.List) > 0 {
		expanded = "true"
	}
	if p.choice.Index >= 0 {
		active = "choice-" + strconv.Itoa(p.choice.Index)
	}
	p.filter.SetAttribute("aria-expanded", expanded)
	p.filter.SetAttribute("aria-activedescendant", active)
}

// rehearse lays a report out once while the page is empty, without painting it.
// The browser then has its fonts: it asks another process for each, and waits,
// and while a file is read that process is busy with reading it.
func (p *page) rehearse() {
	if p.state.Phase != state.Empty {
		return
	}
	play := view.Rehearsal(p.state.Lang)
	p.mark("loaded", "yes")
	for _, r := range p.shown {
		if r.inReport {
			r.region.Show(r.view(play))
		}
	}
	p.detail.Box() // measuring lays out
	p.drawNow()
}
