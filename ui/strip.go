//go:build js

package ui

import (
	"strconv"

	"wirewhy/ui/dom"
	"wirewhy/ui/plot"
	"wirewhy/ui/view"
)

// leastDrag is the share of the overview's width below which a drag was a click.
const leastDrag = 0.004

// listenStrip lets a time be chosen on the overview.
func (p *page) listenStrip() {
	dom.OnDrag("#strip svg", func(from, to float64) {
		p.showRange(min(from, to), max(from, to), true)
	}, func(from, to float64) {
		if from, to = min(from, to), max(from, to); to-from >= leastDrag {
			p.state.ChooseTime(plot.Chosen(p.state.Overview.Activity, from, to))
			p.flows.scroll.ScrollTo(0)
		}
		p.changed()
	})
	dom.Listen("dblclick", func(e dom.Event) {
		if e.Within("#overview") {
			p.chooseAllTimes()
		}
	})
	dom.ListenOn("strip", "pointermove", func(e dom.Event) {
		x, _ := e.Point()
		box := p.rangeBox.Box()
		p.pointStrip(int((x - box.Left) / max(box.Width, 1) * float64(len(p.state.Overview.Activity.Packets))))
	})
	dom.ListenOn("strip", "pointerleave", func(dom.Event) { p.pointStrip(-1) })
}

func (p *page) pointStrip(bar int) {
	if p.state.StripAt != bar {
		p.state.StripAt = bar
		p.inTime()
	}
}

// rangeKey moves the end of the chosen time that the keyboard is on, and reports
// whether the key is one that does.
func (p *page) rangeKey(key string, e dom.Event) bool {
	a := p.state.Overview.Activity
	end := 0
	if e.Target() == "range-until" {
		end = 1
	}
	var bars [2]int
	bars[0], bars[1] = plot.Bars(a, p.state.Flows.Since, p.state.Flows.Until)
	switch key {
	case "ArrowLeft", "ArrowDown":
		bars[end]--
	case "ArrowRight", "ArrowUp":
		bars[end]++
	case "PageDown":
		bars[end] -= 20
	case "PageUp":
		bars[end] += 20
	case "Home":
		bars[end] = 0
	case "End":
		bars[end] = len(a.Packets)
	default:
		return false
	}
	bars[0] = min(max(bars[0], 0), len(a.Packets)-1)
	bars[1] = min(max(bars[1], 1), len(a.Packets))
	if bars[0] >= bars[1] { // the other end makes way
		bars[1-end] = bars[end] + 1 - 2*end
	}
	if bars[0] == 0 && bars[1] == len(a.Packets) {
		p.state.ChooseTime(0, 0)
	} else {
		n := float64(len(a.Packets))
		p.state.ChooseTime(plot.Chosen(a, (float64(bars[0])+.01)/n, (float64(bars[1])-.01)/n))
	}
	p.flows.scroll.ScrollTo(0)
	return true
}

func (p *page) chooseAllTimes() {
	p.state.ChooseTime(0, 0)
	p.changed()
}

// placeRange marks the time that was chosen on the overview.
func (p *page) placeRange() {
	f := &p.state.Flows
	p.showRange(plot.Shares(p.state.Overview.Activity, f.Since, f.Until))
	for i, region := range p.rangeEnds {
		name, bar, bars, text := view.RangeEnd(p.state, i == 1)
		if said := name + text + strconv.Itoa(bars); said != p.rangeSaid[i] && bars > 0 {
			p.rangeSaid[i] = said
			region.SetAttribute("aria-label", name)
			region.SetAttribute("aria-valuemin", "0")
			region.SetAttribute("aria-valuemax", strconv.Itoa(bars))
			region.SetAttribute("aria-valuenow", strconv.Itoa(bar))
			region.SetAttribute("aria-valuetext", text)
			region.SetStyle("left", strconv.FormatFloat(float64(bar)/float64(bars)*100, 'f', 3, 64)+"%")
		}
	}
}

func (p *page) showRange(from, to float64, ok bool) {
	place := ""
	if ok {
		percent := func(share float64) string { return strconv.FormatFloat(share*100, 'f', 3, 64) + "%" }
		place = percent(from) + " " + percent(1-to)
	}
	if place == p.marked {
		return
	}
	p.marked = place
	if !ok {
		p.rangeMark.SetAttribute("data-range", "")
		return
	}
	p.rangeMark.SetAttribute("data-range", "chosen")
	p.rangeMark.SetStyle("left", strconv.FormatFloat(from*100, 'f', 3, 64)+"%")
	p.rangeMark.SetStyle("right", strconv.FormatFloat((1-to)*100, 'f', 3, 64)+"%")
}
