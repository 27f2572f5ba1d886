//go:build js

package ui

import (
	"strconv"

	"wirewhy/ui/dom"
	"wirewhy/ui/plot"
)

// list is a virtual list: a box that scrolls over a spacer, in which only the
// rows in sight stand.
type list struct {
	scroll, spacer, rows *dom.Region
	height               float64 // of a row, px
	total                int
	inSight              float64 // height of the box, px
	top                  float64
	placed, spaced, bar  string      // styles as they were set last
	head                 *dom.Region // holds the columns' titles, which make room for the scroll bar
}

// place tells see which rows are in sight, and puts the rows, the first of which
// is number first, where they belong.
func (l *list) place(total int, see func(first, end int), first int) {
	l.total = total
	box := l.scroll.Box()
	l.inSight, l.top = box.Height, box.Scrolled
	window := plot.Window(total, l.height, l.inSight, l.top)
	see(window.First, window.End)
	set(l.spacer, "height", window.Spacer, &l.spaced)
	set(l.rows, "transform", window.Offset, &l.placed)
	set(l.head, "--bar", box.Bar, &l.bar)
}

func set(r *dom.Region, property string, px float64, last *string) {
	value := strconv.FormatFloat(px, 'f', 1, 64) + "px"
	if property == "transform" {
		value = "translateY(" + value + ")"
	}
	if value != *last {
		*last = value
		r.SetStyle(property, value)
	}
}

// show scrolls so that a row is in sight.
func (l *list) show(row int) {
	if top, move := plot.Reveal(row, l.total, l.height, l.inSight, l.top); move {
		l.scroll.ScrollTo(top)
	}
}
