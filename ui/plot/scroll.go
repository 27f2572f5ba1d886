package plot

// maxSpacer is the height of the longest scrolled box, in px: Firefox breaks at
// 17.9 million. Longer lists are mapped in proportion.
const maxSpacer = 10e6

// Rows says which rows of a long list to draw, and where.
type Rows struct {
	First, End int     // rows in sight, with some around them
	Spacer     float64 // height of the scrolled content, px
	Offset     float64 // of the first row's top in the scrolled content, px
}

// overscan is how many rows are drawn beyond both ends of the box.
const overscan = 8

// Window works out the rows in sight of a list of total rows, each height px
// high, in a box inSight px high that is scrolled to top.
func Window(total int, height, inSight, top float64) Rows {
	full := float64(total) * height
	w := Rows{Spacer: min(full, maxSpacer)}
	top = min(max(top, 0), max(w.Spacer-inSight, 0))
	at := top // of the box's top in the list as it would be without a cap
	if w.Spacer < full {
		at = top / (w.Spacer - inSight) * (full - inSight)
	}
	w.First = max(int(at/height)-overscan, 0)
	w.End = min(int((at+inSight)/height)+1+overscan, total)
	w.Offset = top - (at - float64(w.First)*height)
	return w
}

// Reveal returns where to scroll so that a row is in sight, and whether it has
// to be scrolled at all.
func Reveal(row, total int, height, inSight, top float64) (scrollTop float64, move bool) {
	full := float64(total) * height
	spacer := min(full, maxSpacer)
	scale := 1.0
	if spacer < full {
		scale = (full - inSight) / (spacer - inSight)
	}
	at, want := top*scale, float64(row)*height
	switch {
	case want < at:
	case want+height > at+inSight:
		want += height - inSight
	default:
		return top, false
	}
	return max(want, 0) / scale, true
}
