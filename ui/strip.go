//go:build js

package ui

import (
	"strconv"

	"wirewhy/ui/dom"
	"wirewhy/ui/plot"
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
}

func (p *page) chooseAllTimes() {
	p.state.ChooseTime(0, 0)
	p.changed()
}

// placeRange marks the time that was chosen on the overview.
func (p *page) placeRange() {
	f := &p.state.Flows
	p.showRange(plot.Shares(p.state.Overview.Activity, f.Since, f.Until))
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
