//go:build js

package ui

import (
	"strconv"
	"strings"

	"wirewhy/ui/dom"
	"wirewhy/ui/state"
	"wirewhy/wasm/protocol"
)

// maxTried bounds the part of a pasted text in which something is recognised while
// it is edited, bytes.
const maxTried = 1 << 18

// add reads files beside what is open: further captures of the incident, and texts
// of hosts. Where nothing is open they are opened; while something is being read
// they wait for its end.
func (p *page) add(files dom.Files) {
	s := p.state
	switch {
	case files.Len() == 0:
	case s.Lost() != "" && p.files.Len() > 0: // the new worker has nothing
		p.open(p.files.And(files), false)
	case s.Phase == state.Reading:
		p.later = p.later.And(files)
	case s.Phase != state.Ready:
		p.open(files, false)
	default:
		p.files, p.added = p.files.And(files), files
		p.report.forget()
		s.Add(listed(files))
		p.changed()
	}
}

// addLater adds what came while something was being read.
func (p *page) addLater() {
	files := p.later
	p.later = dom.Files{}
	p.add(files)
}

// bring opens files that were pasted, or adds them: texts belong to what is open.
func (p *page) bring(files dom.Files) {
	if files.Texts() && p.state.Phase != state.Empty && p.state.Phase != state.Failed {
		p.add(files)
		return
	}
	p.open(files, false)
}

func listed(files dom.Files) []protocol.File {
	var list []protocol.File
	for i := range files.Len() {
		list = append(list, protocol.File{Name: files.Name(i), Size: files.Size(i)})
	}
	return list
}

// change changes what is loaded.
func (p *page) change(what protocol.Change, item int, role string) {
	if p.state.Phase != state.Ready || p.state.Lost() != "" {
		return
	}
	p.added = dom.Files{}
	p.report.forget()
	if file := p.state.Change(what, item, role); file >= 0 {
		p.files = p.files.Without(file)
	}
}

// addText adds what was pasted into the box.
func (p *page) addText() {
	text := p.pasted.Value()
	if strings.TrimSpace(text) == "" {
		return
	}
	p.texts++
	p.state.Dialog = state.NoDialog
	p.pasted.SetValue("")
	p.state.Try("")
	p.add(dom.TextFile(text, "pasted "+strconv.Itoa(p.texts)+".txt"))
}

// actBeside does what the views of captures and hosts' texts ask for, and reports
// whether it was one of these.
func (p *page) actBeside(name, arg string) bool {
	s := p.state
	number, _ := strconv.Atoi(arg)
	switch name {
	case "add":
		s.Dialog = state.DialogAdd
	case "add-files":
		s.Dialog, p.adding = state.NoDialog, true
		dom.ChooseFiles()
	case "add-text":
		p.addText()
	case "pair":
		s.ShowPair(number)
	case "list":
		s.ShowList(protocol.List(number), -1)
		p.beside.scroll.ScrollTo(0)
	case "line":
		s.OpenLine(number)
	case "fact":
		s.ShowFact(number)
		p.beside.show(number)
	case "finding":
		s.SelectFinding(number)
		p.scrollDetailUp()
	case "near":
		what := protocol.SwapNear
		if arg == "find" {
			what = protocol.FindNear
		}
		p.change(what, s.Beside.Pair, "")
	case "text-remove":
		p.change(protocol.RemoveText, number, "")
	case "text-earlier":
		p.change(protocol.EarlierText, number, "")
	case "text-role":
		item, role, _ := strings.Cut(arg, " ")
		number, _ = strconv.Atoi(item)
		p.change(protocol.AttributeText, number, role)
	case "capture-remove":
		p.change(protocol.RemoveCapture, number, "")
	default:
		return false
	}
	return true
}
