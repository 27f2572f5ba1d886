package ui

import (
	"strconv"
	"syscall/js"

	"wirewhy/ui/dom"
	"wirewhy/ui/state"
	"wirewhy/ui/view"
)

// key handles the keyboard. In the filter's box only Escape and Enter are ours.
func (p *page) key(event js.Value) {
	if event.Get("ctrlKey").Bool() || event.Get("metaKey").Bool() || event.Get("altKey").Bool() || event.Get("isComposing").Bool() {
		return
	}
	key := event.Get("key").String()
	if p.state.Dialog != state.NoDialog {
		return // the dialog's own keys
	}
	if editable(event.Get("target")) {
		if key == "Escape" || key == "Enter" || key == "ArrowDown" {
			event.Call("preventDefault")
			p.leaveFilter(key)
		}
		return
	}
	prefix := p.prefix
	p.prefix = ""
	if prefix == "g" && p.goTo(key) || p.command(key, event.Get("target")) {
		event.Call("preventDefault")
		p.changed()
	}
}

func (p *page) leaveFilter(key string) {
	if key == "Escape" {
		p.filter.Set("value", "")
		p.state.FilterFlows("")
	}
	dom.Focus("flows-scroll")
	p.changed()
}

// command does what a key stands for and reports whether it stands for anything.
func (p *page) command(key string, target js.Value) bool {
	s := p.state
	switch key {
	case "o":
		p.chooseFile()
	case "/":
		p.filter.Call("focus")
		p.filter.Call("select")
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
	case "1", "2", "3", "4", "5", "6", "7", "8", "9":
		n, _ := strconv.Atoi(key)
		p.goToEvidence(n)
	case "j", "ArrowDown":
		return p.move(1, target)
	case "k", "ArrowUp":
		return p.move(-1, target)
	case "PageDown":
		return p.movePage(1, target)
	case "PageUp":
		return p.movePage(-1, target)
	case "Home":
		return p.movePage(-1<<30, target)
	case "End":
		return p.movePage(1<<30, target)
	case "Enter", " ":
		return p.press(target)
	default:
		return false
	}
	return true
}

func (p *page) escape() {
	s := p.state
	switch {
	case s.Ladder.Step >= 0:
		s.Ladder.Step = -1
		dom.Focus("detail")
	case s.Flows.Filter != "":
		p.filter.Set("value", "")
		s.FilterFlows("")
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

// where the keyboard is decides what moving means.
func within(target js.Value, selector string) bool {
	return target.Get("closest").Type() == js.TypeFunction && target.Call("closest", selector).Truthy()
}

func (p *page) move(by int, target js.Value) bool {
	switch {
	case within(target, "#flows"):
		p.state.MoveFlow(by)
		p.flows.show(p.state.Flows.Cursor)
	case within(target, "#packets-pane"):
		p.state.MovePacket(by)
		p.packet.show(p.state.Packets.Cursor)
	case within(target, "#pane"):
		p.moveStep(by)
	default:
		return p.moveProblem(by)
	}
	return true
}

func (p *page) movePage(pages int, target js.Value) bool {
	switch {
	case within(target, "#flows"):
		p.state.MoveFlow(pages * rowsIn(p.flows))
		p.flows.show(p.state.Flows.Cursor)
	case within(target, "#packets-pane"):
		p.state.MovePacket(pages * rowsIn(p.packet))
		p.packet.show(p.state.Packets.Cursor)
	default:
		return false
	}
	return true
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
	p.draw()
	dom.Focus("problem-" + strconv.Itoa(i))
	return true
}

func (p *page) moveStep(by int) {
	p.state.ShowTab(state.TabTimeline)
	p.state.MoveStep(by)
	p.reveal = true
}

// press opens what has the focus where it is no button, which presses itself.
func (p *page) press(target js.Value) bool {
	if tag := target.Get("tagName"); tag.Type() == js.TypeString && (tag.String() == "BUTTON" || tag.String() == "SUMMARY" || tag.String() == "A") {
		return false
	}
	data := target.Get("dataset")
	if !data.Truthy() || !data.Get("act").Truthy() {
		return false
	}
	arg := ""
	if a := data.Get("arg"); a.Truthy() {
		arg = a.String()
	}
	p.act(dom.Act{Name: data.Get("act").String(), Arg: arg, Element: target})
	return true
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
	box := p.scroller()
	at := p.laddersTop(box) + top
	from, inSight := box.Get("scrollTop").Float(), box.Get("clientHeight").Float()
	if at < from+lanesHeight || at+height > from+inSight {
		box.Set("scrollTop", max(at-inSight/2, 0))
	}
	p.seeSteps()
	for _, r := range p.shown {
		r.region.Show(r.view(p.state))
	}
	dom.Focus("step-" + strconv.Itoa(p.state.Ladder.Step))
}

// lanesHeight is the height of the ladder's head, which stays in sight, px.
const lanesHeight = 90

// scroller returns the element in which the timeline scrolls: on wide pages it
// has a column of its own.
func (p *page) scroller() js.Value {
	pane := js.Global().Get("document").Call("getElementById", "pane")
	if js.Global().Call("getComputedStyle", pane).Get("overflowY").String() == "auto" {
		return pane
	}
	return p.detail.Value
}

// laddersTop returns where the ladder begins in its scroller's content, px.
func (p *page) laddersTop(box js.Value) float64 {
	tab := js.Global().Get("document").Call("getElementById", "tab")
	return tab.Call("getBoundingClientRect").Get("top").Float() - box.Call("getBoundingClientRect").Get("top").Float() + box.Get("scrollTop").Float()
}

// seeSteps tells the view how wide the timeline may be and which part is in sight.
func (p *page) seeSteps() {
	if p.state.Tab != state.TabTimeline || p.state.Ladder.View == nil {
		return
	}
	box := p.scroller()
	tab := js.Global().Get("document").Call("getElementById", "tab")
	from := box.Get("scrollTop").Float() - p.laddersTop(box)
	p.state.SeeLadder(tab.Get("clientWidth").Int(), int(from), int(from)+box.Get("clientHeight").Int())
}

func (p *page) scrollDetailUp() {
	p.detail.Set("scrollTop", 0)
	js.Global().Get("document").Call("getElementById", "pane").Set("scrollTop", 0)
}
