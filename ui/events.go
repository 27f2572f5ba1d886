//go:build js

package ui

import (
	"strconv"
	"strings"

	"wirewhy/analyzer"
	"wirewhy/ui/dom"
	"wirewhy/ui/state"
	"wirewhy/ui/view"
	"wirewhy/wasm/protocol"
)

// listen sets one listener for each kind of event on the document.
func (p *page) listen() {
	dom.Listen("click", p.click)
	dom.Listen("keydown", p.key)
	dom.Listen("keypress", p.keypress)
	dom.Listen("input", p.input)
	dom.Listen("pointerover", func(e dom.Event) { p.light(e.Evidence()) })
	dom.Listen("focusin", func(e dom.Event) {
		p.light(e.Evidence())
		if e.Target() != "filter" {
			p.closeChoices()
		} else if p.filter.Value() == "" {
			p.state.Complete("")
			p.changed()
		}
	})
	dom.Listen("scroll", func(dom.Event) { p.soon() })
	dom.Listen("change", func(e dom.Event) {
		if e.Target() != "open" {
			return
		}
		if p.adding {
			p.adding = false
			p.add(e.Chosen())
			return
		}
		p.open(e.Chosen(), false)
	})
	dom.Listen("cancel", func(e dom.Event) { // Escape in the dialog
		if e.Target() == "dialog" || e.Target() == "add-dialog" {
			p.state.Dialog = state.NoDialog
			p.changed()
		}
	})
	dom.Listen("paste", func(e dom.Event) {
		if !e.Editable() {
			p.texts++
			p.bring(e.Pasted("pasted " + strconv.Itoa(p.texts) + ".txt"))
		}
	})
	dom.Listen("wirewhy:update", func(dom.Event) {
		p.state.Newer = true
		p.soon()
	})
	dom.OnResize(p.soon)
	p.listenDrop()
	p.listenStrip()
	p.listenLadder()
	p.listenGraph()
	p.listenSwim()
}

func (p *page) listenDrop() {
	dom.Listen("dragover", func(e dom.Event) {
		e.Prevent()
		if e.AllowDrop() {
			zone := "over"
			if e.RightHalf() {
				zone = "over beside"
			}
			p.mark("drag", zone)
		}
	})
	dom.Listen("dragleave", func(e dom.Event) {
		if e.Left() {
			p.root.SetAttribute("data-drag", "")
		}
	})
	dom.Listen("drop", func(e dom.Event) {
		e.Prevent()
		p.root.SetAttribute("data-drag", "")
		if e.RightHalf() {
			p.add(e.Dropped())
			return
		}
		p.bring(e.Dropped())
	})
}

func (p *page) input(e dom.Event) {
	if e.Target() == "filter" {
		p.filterBy(p.filter.Value())
	}
	if e.Target() == "add-box" {
		text := strings.TrimSpace(p.pasted.Value())
		p.state.Try(text[:min(len(text), maxTried)])
		p.changed()
	}
}

// filterBy narrows the flows by what stands in the filter's box, and offers how it
// can go on.
func (p *page) filterBy(text string) {
	p.state.FilterFlows(strings.TrimSpace(text))
	p.state.Complete(text)
	p.flows.scroll.ScrollTo(0)
	p.changed()
}

// choose takes a completion of the filter.
func (p *page) choose(i int) {
	text := p.state.Chosen(p.filter.Value(), i)
	p.filter.SetValue(text)
	p.filterBy(text)
	p.filter.Focus()
}

// closeChoices takes the completions away.
func (p *page) closeChoices() {
	if len(p.state.Choices.List) > 0 {
		p.state.Choices = state.Choices{Index: -1}
		p.changed()
	}
}

// light lights evidence on the detail: the stylesheet finds what carries its numbers.
func (p *page) light(lit string) {
	if lit != p.lit {
		p.lit = lit
		p.detail.SetAttribute("data-lit", lit)
	}
}

func (p *page) click(e dom.Event) {
	if e.Target() == "dialog" || e.Target() == "add-dialog" { // beside the dialog's content
		p.state.Dialog = state.NoDialog
		p.changed()
		return
	}
	if p.state.Menu != state.NoMenu && !e.Within(".menu-place") {
		p.state.Menu = state.NoMenu
		p.changed()
	}
	if !e.Within("#search") {
		p.closeChoices()
	}
	if act, ok := e.Act(); ok && act.Name == "row" && (e.Chooses() || e.Shift()) {
		row, _ := strconv.Atoi(act.Arg)
		p.state.Mark(row, e.Shift())
		p.changed()
	} else if ok {
		p.act(act)
		if e.Within(".menu") {
			p.closeMenu()
		}
		p.changed()
	}
}

func (p *page) act(act dom.Act) {
	s := p.state
	number, _ := strconv.Atoi(act.Arg)
	if p.actBeside(act.Name, act.Arg) {
		return
	}
	if act.Name == "stream-save" || strings.HasPrefix(act.Name, "ex") {
		p.exportAct(act)
		return
	} else if strings.HasPrefix(act.Name, "stream-") {
		p.streamAct(act)
		return
	}
	switch act.Name {
	case "open":
		p.adding = false
		dom.ChooseFiles()
	case "sample":
		p.openSample(number)
	case "cancel":
		s.Cancel()
	case "reopen":
		p.reopen()
	case "newer":
		dom.TakeNewer()
	case "later":
		s.Newer = false
	case "dismiss":
		s.Crash = ""
	case "home":
		p.close()
	case "lang":
		p.turnLang()
	case "keys":
		s.Dialog = state.DialogKeys
	case "formats":
		s.Dialog = state.DialogFormats
	case "close":
		s.Dialog = state.NoDialog
	case "menu":
		p.turnMenu(state.Menu(act.Arg))
	case "save":
		p.save(act.Arg)
	case "copy-ladder":
		p.copyLadder(act.Arg)
	case "save-ladder":
		p.saveLadder(act.Arg)
	case "all-times":
		p.chooseAllTimes()
	case "problem":
		s.SelectProblem(number)
		p.scrollDetailUp()
	case "words":
		s.AllWords = !s.AllWords
	case "overview":
		s.Deselect()
	case "row":
		s.Flows.Cursor = number
		if row, ok := s.Flows.Row(number); ok {
			s.SelectFlow(row)
			p.scrollDetailUp()
		}
	case "clear-marks":
		s.ClearMarks()
	case "choice":
		p.choose(number)
	case "filter":
		p.filter.SetValue(act.Arg)
		s.FilterFlows(act.Arg)
	case "sort":
		s.SortFlows(protocol.FlowOrder(number))
	case "tab":
		tab := state.Tab(act.Arg)
		if tab == s.Tab && tab.IsBeside() { // pressed again: back
			tab = state.TabTimeline
		}
		s.ShowTab(tab)
	case "time":
		s.TimeMode = state.TimeMode(act.Arg)
	case "absolute":
		s.Absolute = !s.Absolute
	case "swim-each":
		s.TurnEach()
	case "swim-zoom":
		by, _ := strconv.ParseFloat(act.Arg, 64)
		s.ZoomSwim(by, .5)
	case "zoom":
		by, _ := strconv.ParseFloat(act.Arg, 64)
		p.zoomLadder(by)
	case "evidence":
		p.goToEvidence(number)
	case "step":
		s.Ladder.Step = number
	case "band":
		s.TurnBand(number)
	case "copy":
		p.copy(act.Arg)
	case "frame", "packet", "packet-copy", "field", "byte":
		p.packetAct(act)
	case "side", "panel", "curve", "raw-seq", "graph-zoom":
		p.actGraph(act.Name, act.Arg, number)
	}
}

func (p *page) close() {
	p.line.Start() // ends the old worker and frees its memory
	p.report.forget()
	p.endSaving(otherFile)
	p.files = dom.Files{}
	p.state.Close()
	p.filter.SetValue("")
	p.changed()
}

func (p *page) turnLang() {
	lang := analyzer.Chinese
	if p.state.Lang == analyzer.Chinese {
		lang = analyzer.English
	}
	p.state.SetLang(lang)
	p.root.SetAttribute("lang", map[analyzer.Lang]string{analyzer.English: "en", analyzer.Chinese: "zh-CN"}[lang])
}

// copy puts text on the clipboard and says so.
func (p *page) copy(text string) {
	dom.Copy(text, func() {
		p.state.Said = view.Copied(p.state)
		p.soon()
	})
}
