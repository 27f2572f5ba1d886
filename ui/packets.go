//go:build js

package ui

import (
	"strconv"
	"strings"

	"wirewhy/ui/dom"
	"wirewhy/ui/state"
	"wirewhy/ui/view"
)

// pair reads two numbers with a dot between them; -1 stands for one that is missing.
func pair(s string) (a, b int) {
	first, second, _ := strings.Cut(s, ".")
	a, err := strconv.Atoi(first)
	if err != nil {
		a = -1
	}
	if b, err = strconv.Atoi(second); err != nil {
		b = -1
	}
	return a, b
}

// packetAct handles the list of packets and the packet beside it.
func (p *page) packetAct(act dom.Act) {
	s := p.state
	a, b := pair(act.Arg)
	switch act.Name {
	case "frame": // and its capture
		s.ShowTab(state.TabPackets)
		s.SelectPacketOf(max(b, 0), uint32(max(a, 0)))
	case "packet":
		s.SelectRow(a)
	case "packet-copy":
		p.copy(view.PacketText(s, act.Arg == "hex"))
	case "field": // of a layer
		s.LightField(a, b)
		p.drawNow()
		dom.ScrollTo(".hex i.on", "nearest")
	case "byte":
		s.LightByte(a)
		p.drawNow()
		dom.ScrollTo(".layers .on", "nearest")
	}
}

// packetKey handles the keyboard: from the list into the layers, among the
// fields, from byte to byte, and back.
func (p *page) packetKey(key string, e dom.Event) bool {
	by := map[string]int{"ArrowUp": -1, "k": -1, "ArrowDown": 1, "j": 1, "PageUp": -10, "PageDown": 10, "Home": -1 << 20, "End": 1 << 20}[key]
	switch {
	case e.Within("#packets-scroll"):
		if key != "Enter" && key != "ArrowRight" {
			return false
		}
		p.goToField(0)
	case e.Within(".layers") && by != 0:
		p.goToField(by)
	case e.Within(".hex"):
		switch key {
		case "ArrowLeft":
			by = -1
		case "ArrowRight":
			by = 1
		default:
			by *= 16
		}
		if by == 0 && key != "Escape" {
			return false
		}
		if by != 0 {
			p.state.MoveByte(by)
			p.drawNow()
			dom.ScrollTo(".hex i.at", "nearest")
			dom.ScrollTo(".layers .on", "nearest")
			break
		}
		dom.Focus("packets-scroll")
	case e.Within("#packet") && (key == "Escape" || key == "ArrowLeft"):
		dom.Focus("packets-scroll")
	default:
		return false
	}
	return true
}

// goToField goes on by some fields and moves the focus there.
func (p *page) goToField(by int) {
	layer, field := p.state.MoveField(by)
	if layer < 0 {
		return
	}
	id := "field-" + strconv.Itoa(layer) + "."
	if field >= 0 {
		id += strconv.Itoa(field)
	}
	p.drawNow()
	dom.Focus(id)
	dom.ScrollTo(".layers .on", "nearest")
	dom.ScrollTo(".hex i.on", "nearest")
}
