package ui

import (
	"strconv"
	"strings"
	"syscall/js"

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
	dom.Listen("input", p.input)
	dom.Listen("pointerover", p.hover)
	dom.Listen("focusin", p.hover)
	dom.Listen("scroll", func(js.Value) { p.frames.Ask() })
	dom.Listen("change", func(event js.Value) {
		if input := event.Get("target"); input.Get("id").String() == "open" {
			p.open(input.Get("files"), false)
			input.Set("value", "") // so that the same file can be chosen again
		}
	})
	dom.Listen("cancel", func(event js.Value) { // Escape in the dialog
		if event.Get("target").Get("id").String() == "dialog" {
			p.state.Dialog = state.NoDialog
			p.changed()
		}
	})
	p.listenDrop()
	dom.Listen("paste", p.paste)
	window := js.Global()
	window.Call("addEventListener", "resize", js.FuncOf(func(js.Value, []js.Value) any {
		p.frames.Ask()
		return nil
	}))
}

func (p *page) listenDrop() {
	carriesFiles := func(event js.Value) bool {
		transfer := event.Get("dataTransfer")
		return transfer.Truthy() && transfer.Get("types").Call("includes", "Files").Bool()
	}
	dom.Listen("dragover", func(event js.Value) {
		event.Call("preventDefault")
		if carriesFiles(event) {
			event.Get("dataTransfer").Set("dropEffect", "copy")
			p.root.Get("dataset").Set("drag", "over")
		}
	})
	dom.Listen("dragleave", func(event js.Value) {
		if event.Get("relatedTarget").IsNull() {
			p.root.Call("removeAttribute", "data-drag")
		}
	})
	dom.Listen("drop", func(event js.Value) {
		event.Call("preventDefault")
		p.root.Call("removeAttribute", "data-drag")
		if transfer := event.Get("dataTransfer"); transfer.Truthy() && transfer.Get("files").Length() > 0 {
			p.open(transfer.Get("files"), false)
		}
	})
}

// paste opens files from the clipboard, or its text as a file.
func (p *page) paste(event js.Value) {
	if editable(event.Get("target")) {
		return
	}
	clipboard := event.Get("clipboardData")
	if files := clipboard.Get("files"); files.Length() > 0 {
		p.open(files, false)
		return
	}
	if text := clipboard.Call("getData", "text/plain"); strings.TrimSpace(text.String()) != "" {
		file := js.Global().Get("File").New([]any{text}, "pasted.txt")
		p.open(js.ValueOf([]any{file}), false)
	}
}

func (p *page) input(event js.Value) {
	if event.Get("target").Get("id").String() == "filter" {
		p.state.FilterFlows(strings.TrimSpace(p.filter.Get("value").String()))
		p.flows.scroll.Set("scrollTop", 0)
		p.changed()
	}
}

// hover lights the evidence that the pointer or the focus is on.
func (p *page) hover(event js.Value) {
	lit := ""
	if target := event.Get("target"); target.Get("closest").Type() == js.TypeFunction {
		if e := target.Call("closest", "[data-ev]"); e.Truthy() {
			lit = e.Get("dataset").Get("ev").String()
		}
	}
	p.light(lit)
}

// light lights evidence on the detail: the stylesheet finds what carries its numbers.
func (p *page) light(lit string) {
	if lit != p.lit {
		p.lit = lit
		p.detail.SetAttribute("data-lit", lit)
	}
}

func (p *page) click(event js.Value) {
	if target := event.Get("target"); target.Get("id").String() == "dialog" { // beside the dialog's content
		p.state.Dialog = state.NoDialog
		p.changed()
		return
	}
	act, ok := dom.ActAt(event)
	if !ok {
		return
	}
	p.act(act)
	p.changed()
}

func (p *page) act(act dom.Act) {
	s := p.state
	number, _ := strconv.Atoi(act.Arg)
	switch act.Name {
	case "open":
		p.chooseFile()
	case "sample":
		p.openSample(number)
	case "cancel":
		s.Cancel()
	case "reopen":
		p.reopen()
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
	case "save":
		p.save()
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
	case "filter":
		p.filter.Set("value", act.Arg)
		s.FilterFlows(act.Arg)
	case "sort":
		s.SortFlows(protocol.FlowOrder(number))
	case "tab":
		s.ShowTab(state.Tab(act.Arg))
	case "time":
		s.TimeMode = state.TimeMode(act.Arg)
	case "evidence":
		p.goToEvidence(number)
	case "step":
		s.Ladder.Step = number
	case "copy":
		p.copy(act.Arg)
	case "copy-ladder":
		p.copy(view.LadderText(s))
	case "frame":
		s.ShowTab(state.TabPackets)
		s.SelectPacket(uint32(number))
	case "packet":
		s.Packets.Cursor = number
		if row, ok := s.Packets.Row(number); ok {
			s.SelectPacket(row.Frame)
		}
	case "field":
		layer, field, _ := strings.Cut(act.Arg, ".")
		l, _ := strconv.Atoi(layer)
		f, err := strconv.Atoi(field)
		if err != nil {
			f = -1
		}
		s.LightField(l, f)
	case "byte":
		s.LightByte(number)
	}
}

func (p *page) chooseFile() {
	js.Global().Get("document").Call("getElementById", "open").Call("click")
}

func (p *page) close() {
	p.line.Start() // ends the old worker and frees its memory
	p.report.forget()
	p.files = js.Undefined()
	p.state.Close()
	p.filter.Set("value", "")
	p.changed()
}

func (p *page) turnLang() {
	lang := analyzer.Chinese
	if p.state.Lang == analyzer.Chinese {
		lang = analyzer.English
	}
	p.state.SetLang(lang)
	p.root.Set("lang", map[analyzer.Lang]string{analyzer.English: "en", analyzer.Chinese: "zh-CN"}[lang])
}

// copy puts text on the clipboard and says so.
func (p *page) copy(text string) {
	clipboard := js.Global().Get("navigator").Get("clipboard")
	if !clipboard.Truthy() {
		return
	}
	done := js.FuncOf(func(js.Value, []js.Value) any {
		p.state.Said = view.Copied(p.state)
		p.root.Get("dataset").Set("copied", "yes")
		p.frames.Ask()
		return nil
	})
	clipboard.Call("writeText", text).Call("then", done, done)
}

// save hands the report to the browser as a file.
func (p *page) save() {
	bytes := p.report.bytes
	if !bytes.Truthy() || len(p.state.Files) == 0 {
		return
	}
	global := js.Global()
	blob := global.Get("Blob").New([]any{bytes}, map[string]any{"type": "application/json"})
	address := global.Get("URL").Call("createObjectURL", blob)
	link := global.Get("document").Call("createElement", "a")
	link.Set("href", address)
	link.Set("download", p.state.Files[0].Name+".wirewhy.json")
	link.Call("click")
	revoke := js.FuncOf(func(js.Value, []js.Value) any {
		global.Get("URL").Call("revokeObjectURL", address)
		return nil
	})
	global.Call("setTimeout", revoke, 10_000)
}

func editable(target js.Value) bool {
	name := target.Get("tagName")
	return name.Type() == js.TypeString && (name.String() == "INPUT" || name.String() == "TEXTAREA")
}
