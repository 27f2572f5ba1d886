//go:build js

package ui

import (
	"strconv"

	"wirewhy/ui/dom"
	"wirewhy/ui/state"
	"wirewhy/ui/view"
	"wirewhy/wasm/protocol"
)

// faces are the report's faces by the names that the menu has for them.
var faces = map[string]struct {
	face      protocol.Face
	extension string
	kind      string // MIME type
}{
	"json":     {protocol.JSON, "json", "application/json"},
	"html":     {protocol.HTML, "html", "text/html"},
	"markdown": {protocol.Markdown, "md", "text/markdown"},
	"csv":      {protocol.CSV, "csv", "text/csv"},
}

// save asks the worker for the report with a face, to be saved as a file.
func (p *page) save(face string) {
	f, ok := faces[face]
	if !ok || len(p.state.Files) == 0 {
		return
	}
	p.begin(&saved{name: p.state.Files[0].Name + ".wirewhy." + f.extension, kind: f.kind, next: func(int) uint32 { return p.state.AskReport(f.face) }})
}

func (p *page) copyLadder(form string) {
	if form == "mermaid" {
		p.copy(view.LadderMermaid(p.state))
		return
	}
	p.copy(view.LadderText(p.state))
}

// saveLadder saves the drawing of the timeline, as "svg" or "png".
func (p *page) saveLadder(kind string) {
	drawing := view.LadderSVG(p.state)
	if drawing == "" || len(p.state.Files) == 0 {
		return
	}
	name := p.state.Files[0].Name + ".flow-" + strconv.Itoa(p.state.Selection.Flow) + "." + kind
	if kind == "png" {
		dom.SavePicture(drawing, name)
		return
	}
	dom.SaveText(drawing, "image/svg+xml", name)
}

// turnMenu opens a menu, with the focus on its first line, or closes it.
func (p *page) turnMenu(which state.Menu) {
	if p.state.Menu == which {
		p.closeMenu()
		return
	}
	p.state.Menu, p.item = which, 0
	p.drawNow()
	dom.Focus("menu-item-0")
}

// closeMenu closes a menu and goes back to its button.
func (p *page) closeMenu() {
	was := p.state.Menu
	if was == state.NoMenu {
		return
	}
	p.state.Menu = state.NoMenu
	p.drawNow()
	dom.Focus("menu-" + string(was))
}

// menuKey moves in an open menu and reports whether the key was one of its.
func (p *page) menuKey(key string, e dom.Event) bool {
	if p.state.Menu == state.NoMenu || !e.Within(".menu-place") {
		return false
	}
	switch key {
	case "ArrowDown", "j":
		p.item++
	case "ArrowUp", "k":
		p.item--
	case "Escape":
		p.closeMenu()
		return true
	default:
		return false
	}
	p.item = max(p.item, 0)
	if !dom.Focus("menu-item-" + strconv.Itoa(p.item)) { // beyond the last
		p.item--
	}
	return true
}
