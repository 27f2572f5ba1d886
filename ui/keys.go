//go:build js

package ui

import (
	"strconv"

	"wirewhy/ui/dom"
	"wirewhy/ui/state"
	"wirewhy/ui/view"
)

// key handles the keyboard.
func (p *page) key(e dom.Event) {
	key := e.Key()
	p.swallow = false
	if key == "" || p.state.Dialog != state.NoDialog {
		return // the browser's, or the dialog's own
	}
	if e.Editable() {
		if e.Target() == "filter" && p.filterKey(key) || e.Target() == "stream-find" && p.findKey(key) {
			e.Prevent()
			p.changed()
		}
		return
	}
	if p.menuKey(key, e) {
		e.Prevent()
		return
	}
	prefix := p.prefix
	p.prefix = ""
	if prefix == "g" && p.goTo(key) || p.command(key, e) {
		e.Prevent()
		p.changed()
	}
}

// keypress keeps the key that led to the filter's box from being typed into it,
// where a browser sends one in spite of what key prevented.
func (p *page) keypress(e dom.Event) {
	if p.swallow {
		p.swallow = false
		e.Prevent()
	}
}

// filterKey handles the keyboard in the filter's box and reports whether the key
// was its own: arrows and Tab in the completions, Enter and Escape out of the box.
func (p *page) filterKey(key string) bool {
	s := p.state
	choosing := len(s.Choices.List) > 0
	switch key {
	case "ArrowDown":
		if s.MoveChoice(1) {
			return true
		}
	case "ArrowUp":
		return s.MoveChoice(-1)
	case "Tab":
		if !choosing || p.filter.Value() == "" {
			return false // on to what follows the box
		}
		p.choose(max(s.Choices.Index, 0))
		return true
	case "Enter":
		if choosing && s.Choices.Index >= 0 {
			p.choose(s.Choices.Index)
			return true
		}
	case "Escape":
		if choosing && p.filter.Value() != "" {
			p.closeChoices()
			return true
		}
		p.filter.SetValue("")
		s.FilterFlows("")
	default:
		return false
	}
	p.closeChoices()
	dom.Focus("flows-scroll")
	return true
}

// command does what a key stands for and reports whether it stands for anything.
func (p *page) command(key string, e dom.Event) bool {
	s := p.state
	if s.Tab == state.TabPackets && p.packetKey(key, e) || s.Tab == state.TabGraphs && p.graphKey(key, e) || s.Tab == state.TabStream && e.Within("#pane") && p.streamKey(key, e) {
		return true
	}
	if e.Within("#ranges") && p.rangeKey(key, e) {
		return true
	}
	if s.Tab == state.TabSwim && e.Within("#swim-box") && p.swimKey(key) {
		return true
	}
	switch key {
	case "v":
		s.ShowTab(state.TabSwim)
	case "o":
		dom.ChooseFiles()
	case "/":
		p.filter.Edit()
		p.swallow = true
	case "?":
		s.Dialog = state.DialogKeys
	case "Escape":
		p.escape()
	case "g":
		p.prefix = "g"
	case "t":
		s.ShowTab(state.TabTimeline)
	case "p":
		s.ShowTab(state.TabPackets)
	case "a":
		s.Dialog = state.DialogAdd
	case "c":
		p.showBeside(state.TabCompare, s.Overview.PairCount)
	case "e":
		p.showBeside(state.TabEvidence, s.Overview.TextCount)
	case "+", "=", "-", "0":
		return p.zoomKey(key, e)
	case "r":
		s.ShowTab(state.TabGraphs)
	case "s":
		s.ShowTab(state.TabStream)
		p.drawNow()
		dom.Focus("stream-body")
	case "1", "2", "3", "4", "5", "6", "7", "8", "9":
		n, _ := strconv.Atoi(key)
		p.goToEvidence(n)
	case "j", "ArrowDown":
		return p.move(1, e)
	case "k", "ArrowUp":
		return p.move(-1, e)
	case "PageDown":
		return p.movePage(1, e)
	case "PageUp":
		return p.movePage(-1, e)
	case "Home":
		return p.movePage(-1<<20, e)
	case "End":
		return p.movePage(1<<20, e)
	case "x":
		if s.Flows.Cursor >= 0 {
			s.Mark(s.Flows.Cursor, false)
		}
	case "Enter", " ":
		if key == "Enter" && p.openStep(e) {
			return true
		}
		return p.press(e)
	default:
		return false
	}
	return true
}

func (p *page) escape() {
	s := p.state
	switch {
	case s.Tab.IsBeside() && s.Beside.Flow >= 0:
		s.ShowList(s.Beside.List, -1)
	case s.Tab.IsBeside():
		s.ShowTab(state.TabTimeline)
	case s.Ladder.Step >= 0:
		s.Ladder.Step = -1
		dom.Focus("detail")
	case s.Flows.Filter != "":
		p.filter.SetValue("")
		s.FilterFlows("")
	case s.Flows.Until != 0:
		s.ChooseTime(0, 0)
	default:
		dom.Focus("problems-list")
	}
}

// goTo is the second key after g.
func (p *page) goTo(key string) bool {
	switch key {
	case "p":
		dom.Focus("problem-" + strconv.Itoa(max(p.state.Selection.Index, 0)))
	case "f":
		dom.Focus("flows-scroll")
	case "t":
		if p.state.Ladder.Step < 0 {
			p.moveStep(1)
		} else {
			dom.Focus("step-" + strconv.Itoa(p.state.Ladder.Step))
		}
	default:
		return false
	}
	return true
}

// move goes on in the list that the keyboard is in.
func (p *page) move(by int, e dom.Event) bool {
	switch {
	case e.Within("#flows"):
		p.moveFlow(by)
	case e.Within("#packets-pane"):
		p.state.MovePacket(by)
		p.packet.show(p.state.Packets.Cursor)
	case e.Within("#beside"):
		p.state.MoveLine(by)
		p.beside.show(p.state.Beside.Cursor)
	case e.Within("#pane"):
		p.moveStep(by)
	default:
		return p.moveProblem(by)
	}
	return true
}

func (p *page) movePage(pages int, e dom.Event) bool {
	switch {
	case e.Within("#flows"):
		p.moveFlow(pages * rowsIn(p.flows))
	case e.Within("#packets-pane"):
		p.state.MovePacket(pages * rowsIn(p.packet))
		p.packet.show(p.state.Packets.Cursor)
	case e.Within("#beside"):
		p.state.MoveLine(pages * rowsIn(p.beside))
		p.beside.show(p.state.Beside.Cursor)
	default:
		return false
	}
	return true
}

// showBeside turns to what stands beside the capture, if there is any.
func (p *page) showBeside(tab state.Tab, count int) {
	if count > 0 {
		p.state.ShowTab(tab)
	}
}

func rowsIn(l list) int { return max(int(l.inSight/l.height)-1, 1) }

func (p *page) moveProblem(by int) bool {
	s := p.state
	if len(s.Overview.Problems) == 0 {
		return false
	}
	i := 0
	if s.Selection.Kind == state.AProblem {
		i = min(max(s.Selection.Index+by, 0), len(s.Overview.Problems)-1)
	}
	s.SelectProblem(i)
	p.drawNow()
	dom.Focus("problem-" + strconv.Itoa(i))
	return true
}

func (p *page) moveStep(by int) {
	p.state.ShowTab(state.TabTimeline)
	p.state.MoveStep(by)
	p.reveal = true
}

// press opens what has the focus where it is no button, which presses itself.
func (p *page) press(e dom.Event) bool {
	if e.TargetIs("BUTTON", "SUMMARY", "A") {
		return false
	}
	if c := p.state.Beside.Cursor; e.Target() == "beside-scroll" && c >= 0 {
		p.state.OpenLine(c)
		return true
	}
	act, ok := e.Act()
	if ok {
		p.act(act)
	}
	return ok
}

// goToEvidence brings the first step of an evidence line into sight and lights it.
func (p *page) goToEvidence(number int) {
	p.state.ShowTab(state.TabTimeline)
	if step := p.state.StepOfEvidence(number); step >= 0 {
		p.state.Ladder.Step = step
		p.reveal = true
	}
	p.light(strconv.Itoa(number))
}

// revealStep scrolls the timeline's current step into sight and focuses it.
func (p *page) revealStep() {
	top, height, ok := view.StepPlace(p.state)
	if !ok {
		return
	}
	scroller := p.scroller()
	box := scroller.Box()
	at := p.laddersTop(box) + top
	if at < box.Scrolled+lanesHeight || at+height > box.Scrolled+box.Height {
		scroller.ScrollTo(max(at-box.Height/2, 0))
	}
	p.seeSteps()
	for _, r := range p.shown {
		r.region.Show(r.view(p.state))
	}
	step := "step-" + strconv.Itoa(p.state.Ladder.Step)
	dom.Focus(step)
	p.scrollPage("#"+step, "nearest")
}

// lanesHeight is the height of the ladder's head, which stays in sight, px.
const lanesHeight = 90

// scroller returns the element in which the timeline scrolls: on wide pages it
// has a column of its own.
func (p *page) scroller() *dom.Region {
	if p.pane.Scrolls() {
		return p.pane
	}
	return p.detail
}

// laddersTop returns where the ladder begins in its scroller's content, px.
func (p *page) laddersTop(box dom.Box) float64 { return p.tab.Box().Top - box.Top + box.Scrolled }

// seeSteps tells the view how wide the timeline may be and which part is in sight.
func (p *page) seeSteps() {
	if p.state.Tab != state.TabTimeline || p.state.Ladder.View == nil {
		return
	}
	box := p.scroller().Box()
	from := int(box.Scrolled - p.laddersTop(box))
	p.state.SeeLadder(int(p.tab.Box().Width), from, from+int(box.Height))
}

func (p *page) scrollDetailUp() {
	p.detail.ScrollTo(0)
	p.pane.ScrollTo(0)
	p.scrollPage("#detail", "start")
}

// scrollPage brings an element into sight on narrow pages, which scroll as a
// whole; elsewhere it stands there already.
func (p *page) scrollPage(selector, where string) {
	if !p.detail.Scrolls() {
		dom.ScrollTo(selector, where)
	}
}
