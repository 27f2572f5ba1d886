//go:build js

package ui

import "wirewhy/ui/dom"

// followPlace keeps the address and what is selected together.
func (p *page) followPlace() {
	p.place = dom.Fragment()
	p.wanted = p.place
	dom.OnTravel(func(fragment string) {
		p.place, p.wanted = fragment, ""
		if p.state.GoTo(fragment) {
			p.scrollDetailUp()
		} else {
			p.wanted = fragment
		}
		p.changed()
	})
}

// tellPlace writes what somebody has selected into the address, a step of the
// browser's history for each.
func (p *page) tellPlace() {
	place := p.state.Place()
	if place == p.place || place == "" && p.wanted != "" {
		return
	}
	step := place != ""
	p.place = place
	dom.SetFragment(place, step)
}

// goToWanted shows what the address named when the page was opened, once there
// is something to show.
func (p *page) goToWanted() {
	wanted := p.wanted
	p.wanted = ""
	if wanted != "" && p.state.Place() == "" {
		p.state.GoTo(wanted)
	}
}
