package plot

import (
	"math"
	"strconv"
	"strings"
	"time"

	"wirewhy/analyzer"
	"wirewhy/wasm/protocol"
)

// The ladder's measures, px.
const (
	rowSegment   = 28 // label, and below it the arrow, without its slant
	rowExtra     = 16 // of a second line of the label
	rowSilence   = 42
	rowBand      = 42
	leastSlant   = 5 // from an arrow's start to its head
	mostSlant    = 26
	plainSlant   = 10   // where nobody knows how long it was under way
	longestSlant = 200  // to scale
	longestGap   = 1200 // between two steps, to scale
	firstLane    = 200
	lastMargin   = 84 // right of the last lane
	maxPitch     = 500
	charWidth    = 7.25 // of the 12 px monospaced font
	badgeColumns = 4    // of a number of evidence
	labelGap     = 12   // between a lane and the label of an arrow that leaves it
	textLeft     = 164
	timeRight    = 116 // where a step's time ends
	frameRight   = 152 // where the number of its frame ends
	nanoseconds  = 20  // how much further to the right all begins where times have nanoseconds
)

// LadderStyle is how somebody wants to see a ladder.
type LadderStyle struct {
	Absolute bool    // sequence numbers as they were sent, not counted from the ISNs
	Scale    float64 // px that a second takes, where there is time between steps; 0: condensed
}

// Ladder is the drawing of a flow's story: where each step stands.
type Ladder struct {
	LadderStyle
	Width  int
	Height int
	Shift  float64   // how far the lanes make way for the times, px
	Lanes  []float64 // x of each lane
	Rows   []Row     // one for each step
}

// Row is where one step stands and what is written at it.
type Row struct {
	Y, Height float64
	Slant     float64
	Label     string // fitted to the place there is
	Detail    string // after the label, less loud
	Note      string // the step's own remark, on a line below if TwoLines
	TwoLines  bool
}

// Layout works out the drawing of a ladder in a box of a width in px.
func Layout(v *protocol.LadderView, width int, style LadderStyle) Ladder {
	l := Ladder{LadderStyle: style, Width: max(width, 480)}
	n := len(v.Lanes)
	if len(v.Steps) > 0 && v.Steps[0].Time%1000 != 0 {
		l.Shift = nanoseconds
	}
	first := firstLane + l.Shift
	pitch := min((float64(l.Width-lastMargin)-first)/float64(max(n-1, 1)), maxPitch)
	for i := range n {
		l.Lanes = append(l.Lanes, first+float64(i)*pitch)
	}
	y := 8.0
	for i := range v.Steps {
		row := l.row(&v.Steps[i])
		y += min(style.Scale*pause(v, i).Seconds(), longestGap)
		row.Y = y
		y += row.Height
		l.Rows = append(l.Rows, row)
	}
	l.Height = int(y) + 12
	return l
}

// pause returns the time between the step before and a step; 0 after a silence,
// which says it.
func pause(v *protocol.LadderView, i int) time.Duration {
	if i == 0 || v.Steps[i].Kind == protocol.StepSilence || v.Steps[i-1].Kind == protocol.StepSilence {
		return 0
	}
	before := &v.Steps[i-1]
	d := v.Steps[i].Time.Sub(before.Time)
	if before.Kind == protocol.StepBand {
		d -= before.Duration
	}
	return max(d, 0)
}

// Fitting returns the scale at which the pauses of a ladder take a height, px.
func Fitting(v *protocol.LadderView, height float64) float64 {
	var sum time.Duration
	for i := range v.Steps {
		sum += pause(v, i)
	}
	return height / max(sum.Seconds(), 1e-6)
}

// slant is how far an arrow falls: condensed, the longer it was under way, by
// orders of magnitude; to scale, as far as time goes.
func (l *Ladder) slant(s *protocol.Step) float64 {
	switch d := s.Duration; {
	case d <= 0:
		return plainSlant
	case l.Scale > 0:
		return min(max(d.Seconds()*l.Scale, leastSlant), longestSlant)
	default:
		return min(leastSlant+2*math.Log2(1+float64(d)/float64(100*time.Microsecond)), mostSlant)
	}
}

// Lane returns the x of a lane; steps that name a lane that is not there stand
// at the nearest.
func (l *Ladder) Lane(i int) float64 {
	if len(l.Lanes) == 0 {
		return firstLane
	}
	return l.Lanes[min(max(i, 0), len(l.Lanes)-1)]
}

// row fits a step's words into the room beside its sender.
func (l *Ladder) row(s *protocol.Step) Row {
	switch s.Kind {
	case protocol.StepSilence:
		return Row{Height: rowSilence, Note: s.Note}
	case protocol.StepBand:
		return Row{Height: rowBand, Note: s.Note}
	}
	row := Row{Slant: l.slant(s), Label: Label(s, l.Absolute), Detail: detail(s, l.Absolute), Note: s.Note}
	row.Height = rowSegment + row.Slant
	room := int(l.room(s) / charWidth)
	if s.Evidence > 0 {
		room -= badgeColumns
	}
	total := columns(row.Label)
	if total+1+columns(row.Detail) > room && row.Detail != "" {
		row.Detail = Fit(row.Detail, room-total-1)
	}
	if row.Detail != "" {
		total += 1 + columns(row.Detail)
	}
	if row.Note != "" && total+2+columns(row.Note) > room {
		row.TwoLines = true
		row.Height += rowExtra
		row.Note = Fit(row.Note, room)
	}
	row.Label = Fit(row.Label, room)
	return row
}

// room is what a label has, px: from its sender in the arrow's direction to the
// edge of the drawing.
func (l *Ladder) room(s *protocol.Step) float64 {
	from := l.Lane(s.From)
	if l.Leftward(s) {
		return from - labelGap - textLeft - l.Shift
	}
	return float64(l.Width) - from - labelGap - 4
}

// Margin returns where a step's time and the number of its frame end.
func (l *Ladder) Margin() (time, frame float64) { return timeRight + l.Shift, frameRight + l.Shift }

// Leftward reports whether a step's arrow points to the left.
func (l *Ladder) Leftward(s *protocol.Step) bool { return l.Lane(s.To) < l.Lane(s.From) }

// Arrow returns the ends of a step's arrow; its label stands above them. A
// segment from a lane to itself (a host that talks with itself over one
// address) is drawn as a short arrow beside its lane.
func (l *Ladder) Arrow(i int, s *protocol.Step) (x1, y1, x2, y2 float64) {
	row := l.Rows[i]
	x1, x2 = l.Lane(s.From), l.Lane(s.To)
	y1 = row.Y + 21
	if row.TwoLines {
		y1 += rowExtra
	}
	y2 = y1 + row.Slant
	switch {
	case x1 < x2:
		x1, x2 = x1+4, x2-3
	case x1 > x2:
		x1, x2 = x1-4, x2+3
	default:
		x1, x2 = x1+4, x1+90
	}
	gaps := math.Max(math.Abs(float64(s.From-s.To)), 1)
	switch s.Fate { // what is lost gets half of its last gap's way, what is made up begins in its first one
	case protocol.FateLost:
		share := (gaps - 0.44) / gaps
		x2, y2 = x1+(x2-x1)*share, y1+row.Slant*share
	case protocol.FateMadeUp:
		share := 0.44 / gaps
		x1, y1 = x1+(x2-x1)*share, y1+row.Slant*share
	}
	return x1, y1, x2, y2
}

// TextX returns where the label of a step begins, or ends if it points to the left.
func (l *Ladder) TextX(s *protocol.Step) float64 {
	if l.Leftward(s) {
		return l.Lane(s.From) - labelGap
	}
	return l.Lane(s.From) + labelGap
}

// TextBox returns the left edge and the width of the first line of a label that
// begins, or ends, at x.
func (l *Ladder) TextBox(i int, s *protocol.Step, x float64) (left, width float64) {
	row := l.Rows[i]
	width = Width(row.Label)
	if row.Detail != "" {
		width += Width(row.Detail) + charWidth
	}
	if row.Note != "" && !row.TwoLines {
		width += Width(row.Note) + 2*charWidth
	}
	if l.Leftward(s) {
		x -= width
	}
	return x - 2, width + 4
}

// Width is about how wide a text is, px.
func Width(text string) float64 { return float64(columns(text)) * charWidth }

// Between returns the steps that lie in a range of heights, px.
func (l *Ladder) Between(from, to int) (first, end int) {
	for first < len(l.Rows) && l.Rows[first].Y+l.Rows[first].Height < float64(from) {
		first++
	}
	end = first
	for end < len(l.Rows) && l.Rows[end].Y <= float64(to) {
		end++
	}
	return first, end
}

// Label names a segment as tcpdump and Wireshark do.
func Label(s *protocol.Step, absolute bool) string {
	var b strings.Builder
	b.WriteString(s.Flags)
	seq, ack := s.Seq, s.Ack
	if absolute {
		seq, ack = seq+s.SeqBase, ack+s.AckBase
	}
	switch s.Kind {
	case protocol.StepSegment:
		b.WriteString(" seq=" + strconv.FormatUint(uint64(seq), 10))
	case protocol.StepGhost:
		if s.Seq > 0 { // where its bytes end
			b.WriteString(" seq<" + strconv.FormatUint(uint64(seq), 10))
		}
	default:
		return b.String()
	}
	if s.HasAck {
		b.WriteString(" ack=" + strconv.FormatUint(uint64(ack), 10))
	}
	if s.Len > 0 {
		b.WriteString(" len=" + strconv.FormatUint(uint64(s.Len), 10))
	}
	return b.String()
}

// detail is what else a segment says: its events, window and options.
func detail(s *protocol.Step, absolute bool) string {
	if s.Kind != protocol.StepSegment {
		return ""
	}
	parts := EventNames(s.Events)
	if !strings.Contains(s.Flags, "RST") {
		parts = append(parts, "win="+strconv.FormatUint(uint64(s.Window), 10))
	}
	return strings.Join(append(parts, Options(s, absolute)...), " ")
}

// Options lists a segment's options as tcpdump does.
func Options(s *protocol.Step, absolute bool) (list []string) {
	if s.Options != "" {
		list = append(list, s.Options)
	}
	base := uint32(0)
	if absolute {
		base = s.AckBase
	}
	for i := 0; i+1 < len(s.SACK); i += 2 {
		list = append(list, "sack "+strconv.FormatUint(uint64(s.SACK[i]+base), 10)+":"+strconv.FormatUint(uint64(s.SACK[i+1]+base), 10))
	}
	return list
}

// EventNames lists events in Wireshark's words. What the ladder shows anyway
// (that a segment is foreign, or an error that quotes the flow) is left out.
func EventNames(events analyzer.Events) []string {
	var names []string
	for i := range analyzer.EventKinds {
		e := analyzer.Events(1) << i
		if events&e != 0 && e != analyzer.Foreign && e != analyzer.Quoted {
			names = append(names, "["+strings.ReplaceAll(e.Key(), "_", " ")+"]")
		}
	}
	return names
}

// Fit cuts a text to a number of columns, with an ellipsis where it was cut.
func Fit(text string, room int) string {
	if columns(text) <= room {
		return text
	}
	if room < 2 {
		return ""
	}
	used := 0
	for i, r := range text {
		if used += columnsOf(r); used > room-1 {
			return strings.TrimRight(text[:i], " ") + "…"
		}
	}
	return text
}

// columns is how many columns a text takes in a monospaced font.
func columns(text string) int {
	n := 0
	for _, r := range text {
		n += columnsOf(r)
	}
	return n
}

func columnsOf(r rune) int {
	if r >= 0x1100 && (r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 || r >= 0xf900 && r <= 0xfaff ||
		r >= 0xfe30 && r <= 0xfe6f || r >= 0xff00 && r <= 0xff60 || r >= 0x20000 && r <= 0x3fffd) {
		return 2 // East Asian wide (Unicode UAX #11)
	}
	return 1
}

// Delta returns the time from the step before to a step: from the end of a
// silence or band, whose own length is written at it. The head of an unfolded
// band is no step: its first segment follows it.
func Delta(v *protocol.LadderView, i int) (time.Duration, bool) {
	for j := i - 1; j >= 0; j-- {
		if s := &v.Steps[j]; s.Kind != protocol.StepSilence && s.Kind != protocol.StepGhost && !(s.Kind == protocol.StepBand && s.Frame == v.Steps[j+1].Frame) {
			return v.Steps[i].Time.Sub(s.Time), true
		}
	}
	return 0, false
}
