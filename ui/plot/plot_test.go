package plot

import (
	"strings"
	"testing"
	"time"

	"wirewhy/analyzer"
	"wirewhy/wasm/protocol"
)

func TestDuration(t *testing.T) {
	for _, c := range []struct {
		d    time.Duration
		want string
	}{
		{0, "0 ns"}, {154 * time.Microsecond, "154 µs"}, {15300 * time.Nanosecond, "15.3 µs"}, {1042 * time.Millisecond, "1.042 s"},
		{-15 * time.Microsecond, "−15 µs"}, {3*time.Minute + 12*time.Second, "3 min 12 s"}, {2 * time.Second, "2 s"},
		{90 * time.Minute, "1 h 30 min"}, {100 * time.Millisecond, "100 ms"},
	} {
		if got := Duration(c.d); got != c.want {
			t.Errorf("%d ns is written %q, not %q", c.d, got, c.want)
		}
	}
}

func TestClock(t *testing.T) {
	at := analyzer.Timestamp(1577703400353352000)
	if got := Clock(at); got != "10:56:40.353352" {
		t.Errorf("got %s", got)
	}
	if got := Clock(at + 7); got != "10:56:40.353352007" {
		t.Errorf("with nanoseconds: got %s", got)
	}
	if got := Clock(0); got != "–" {
		t.Errorf("no time at all: got %s", got)
	}
}

// Wherever a list is scrolled, what is in sight is drawn, at the place where it
// is seen, and the whole list can be reached.
func TestWindow(t *testing.T) {
	const height, box = 27.0, 400.0
	for _, total := range []int{0, 1, 10, 500, 370_000, 371_000, 1_000_000, 50_000_000} {
		spacer := Window(total, height, box, 0).Spacer
		if spacer > maxSpacer {
			t.Fatalf("%d rows: the box is %v px high", total, spacer)
		}
		for _, share := range []float64{0, 0.3, 0.999, 1} {
			top := share * max(spacer-box, 0)
			w := Window(total, height, box, top)
			if w.First < 0 || w.End > total || w.First > w.End {
				t.Fatalf("%d rows at %v: rows [%d, %d)", total, top, w.First, w.End)
			}
			if float64(w.End-w.First) > box/height+2*overscan+3 {
				t.Errorf("%d rows at %v: draws %d rows", total, top, w.End-w.First)
			}
			if total == 0 {
				continue
			}
			bottom := w.Offset + float64(w.End-w.First)*height
			if w.Offset > top+0.01 || bottom < min(top+box, spacer)-0.01 {
				t.Errorf("%d rows at %v: drawn from %v to %v, in sight are %v to %v", total, top, w.Offset, bottom, top, top+box)
			}
		}
		if last := Window(total, height, box, spacer); last.End != total {
			t.Errorf("%d rows: the end shows rows up to %d", total, last.End)
		}
		if first := Window(total, height, box, 0); first.First != 0 {
			t.Errorf("%d rows: the beginning shows row %d first", total, first.First)
		}
	}
}

func TestReveal(t *testing.T) {
	const height, box = 27.0, 400.0
	for _, total := range []int{100, 1_000_000} {
		for _, row := range []int{0, 1, 50, total / 2, total - 1} {
			top, _ := Reveal(row, total, height, box, 0)
			w := Window(total, height, box, top)
			if row < w.First || row >= w.End {
				t.Errorf("row %d of %d: scrolled to %v, which shows [%d, %d)", row, total, top, w.First, w.End)
			}
			at := w.Offset + float64(row-w.First)*height
			if at < top-0.5 || at+height > top+box+0.5 {
				t.Errorf("row %d of %d lies at %v, in sight are %v to %v", row, total, at, top, top+box)
			}
		}
	}
	if _, move := Reveal(3, 100, height, box, 0); move {
		t.Error("a row in sight made the list scroll")
	}
}

func story(steps ...protocol.Step) *protocol.LadderView {
	return &protocol.LadderView{
		Lanes: []protocol.Lane{{Role: "client", Address: "10.0.0.1:40000"}, {Role: "dialled", Address: "10.0.0.2:80"}, {Role: "answered", Address: "10.0.0.3:80"}},
		Steps: steps,
	}
}

func TestLayout(t *testing.T) {
	v := story(
		protocol.Step{Kind: protocol.StepSegment, From: 0, To: 1, Flags: "SYN", Window: 29200},
		protocol.Step{Kind: protocol.StepSegment, From: 2, To: 0, Flags: "SYN-ACK", HasAck: true, Ack: 1, Evidence: 1, Note: strings.Repeat("a long remark ", 12)},
		protocol.Step{Kind: protocol.StepSilence, Duration: time.Second},
		protocol.Step{Kind: protocol.StepBand, From: 0, To: 1, Count: 412},
		protocol.Step{Kind: protocol.StepMessage, From: 1, To: 0, Flags: "ICMP host unreachable"},
		protocol.Step{Kind: protocol.StepSegment, From: 9, To: -1, Flags: "RST"},
	)
	for _, width := range []int{0, 480, 780, 1500} {
		l := Layout(v, width, LadderStyle{})
		if len(l.Rows) != len(v.Steps) {
			t.Fatalf("%d rows for %d steps", len(l.Rows), len(v.Steps))
		}
		y := 0.0
		for i, row := range l.Rows {
			if row.Y < y {
				t.Errorf("width %d: step %d begins at %v, inside of the one before", width, i, row.Y)
			}
			y = row.Y + row.Height
			if k := v.Steps[i].Kind; k != protocol.StepSegment && k != protocol.StepMessage {
				continue
			}
			x1, y1, x2, y2 := l.Arrow(i, &v.Steps[i])
			for _, x := range []float64{x1, x2} {
				if x < textLeft || x > float64(l.Width) {
					t.Errorf("width %d: arrow %d reaches to %v", width, i, x)
				}
			}
			if y1 >= y2 || y2 > y {
				t.Errorf("width %d: arrow %d goes from %v to %v in a row that ends at %v", width, i, y1, y2, y)
			}
		}
		if float64(l.Height) < y {
			t.Errorf("the drawing is %d px high, its steps need %v", l.Height, y)
		}
		if !l.Rows[1].TwoLines {
			t.Errorf("width %d: a long remark stands in one line with its label", width)
		}
	}
}

// The clock's time stands whole beside the lanes, to the nanosecond too.
func TestLayoutLeavesRoomForTimes(t *testing.T) {
	for _, at := range []analyzer.Timestamp{1_700_000_000_123_456_000, 1_700_000_000_123_456_789} {
		l := Layout(story(protocol.Step{Kind: protocol.StepSegment, From: 1, To: 0, Time: at, Flags: "SYN-ACK"}), 480, LadderStyle{})
		time, frame := l.Margin()
		if Width(Clock(at)) > time || frame >= l.Lane(0) || time >= frame {
			t.Errorf("%s is %v px wide and ends at %v; the frame's number at %v, the first lane at %v", Clock(at), Width(Clock(at)), time, frame, l.Lane(0))
		}
	}
}

func TestDelta(t *testing.T) {
	ms := analyzer.Timestamp(time.Millisecond)
	v := story(
		protocol.Step{Kind: protocol.StepSegment, Frame: 1, Time: 1 * ms},
		protocol.Step{Kind: protocol.StepBand, Frame: 2, Last: 9, Time: 3 * ms}, // unfolded
		protocol.Step{Kind: protocol.StepSegment, Frame: 2, Time: 3 * ms},
		protocol.Step{Kind: protocol.StepBand, Frame: 10, Last: 19, Time: 9 * ms}, // folded
		protocol.Step{Kind: protocol.StepSilence, Time: 10 * ms},
		protocol.Step{Kind: protocol.StepSegment, Frame: 20, Time: 20 * ms},
	)
	for i, want := range map[int]time.Duration{2: 2 * time.Millisecond, 3: 6 * time.Millisecond, 5: 11 * time.Millisecond} {
		if got, ok := Delta(v, i); !ok || got != want {
			t.Errorf("step %d comes %v after the one before, not %v", i, got, want)
		}
	}
	if _, ok := Delta(v, 0); ok {
		t.Error("the first step comes after another")
	}
}

// To scale, a pause takes room and an arrow falls as long as its segment was
// under way; a silence takes no more than its words.
func TestScale(t *testing.T) {
	at := func(ms int64) analyzer.Timestamp { return analyzer.Timestamp(time.Duration(ms) * time.Millisecond) }
	v := story(
		protocol.Step{Kind: protocol.StepSegment, To: 1, Time: at(1), Duration: 20 * time.Millisecond},
		protocol.Step{Kind: protocol.StepSegment, To: 1, Time: at(101), Duration: 20 * time.Millisecond},
		protocol.Step{Kind: protocol.StepSilence, Time: at(101), Duration: 9 * time.Second},
		protocol.Step{Kind: protocol.StepBand, Time: at(9101), Duration: 300 * time.Millisecond, To: 1},
		protocol.Step{Kind: protocol.StepSegment, To: 1, Time: at(9451), Duration: time.Microsecond},
	)
	condensed := Layout(v, 800, LadderStyle{})
	scale := Fitting(v, 1500) // of 150 ms: a pixel is 0.1 ms
	l := Layout(v, 800, LadderStyle{Scale: scale})
	for i, want := range []float64{0, 1000, 0, 0, 500} {
		gap := l.Rows[i].Y - 8
		if i > 0 {
			gap = l.Rows[i].Y - l.Rows[i-1].Y - l.Rows[i-1].Height
		}
		if gap < want-1 || gap > want+1 {
			t.Errorf("step %d stands %v px below the one before, not %v", i, gap, want)
		}
	}
	if s := l.Rows[0].Slant; s != 200 {
		t.Errorf("20 ms fall by %v px", s)
	}
	if a, b := condensed.Rows[0].Slant, condensed.Rows[4].Slant; a <= b || a > mostSlant || b < leastSlant {
		t.Errorf("condensed, 20 ms fall by %v px, 1 µs by %v", a, b)
	}
	if condensed.Height >= l.Height {
		t.Error("condensed is longer than to scale")
	}
	lost := protocol.Step{Kind: protocol.StepSegment, To: 2, Fate: protocol.FateLost}
	made := protocol.Step{Kind: protocol.StepSegment, To: 2, Fate: protocol.FateMadeUp}
	l = Layout(story(lost, made), 800, LadderStyle{})
	from, to := l.Lanes[0]+50, l.Lanes[2]-50
	if _, _, x2, _ := l.Arrow(0, &lost); x2 < from || x2 > to {
		t.Errorf("a lost segment gets as far as %v", x2)
	}
	if x1, _, _, _ := l.Arrow(1, &made); x1 < from || x1 > to {
		t.Errorf("a segment that was made up begins at %v", x1)
	}
}

func TestBetween(t *testing.T) {
	var steps []protocol.Step
	for range 400 {
		steps = append(steps, protocol.Step{Kind: protocol.StepSegment, From: 0, To: 1, Flags: "ACK"})
	}
	l := Layout(story(steps...), 800, LadderStyle{})
	first, end := l.Between(5000, 5600)
	if first == 0 || end == len(steps) || end-first > 20 {
		t.Errorf("600 px of the middle are steps [%d, %d)", first, end)
	}
	if l.Rows[first].Y > 5000 || l.Rows[end].Y < 5600 {
		t.Error("something in sight is left out")
	}
	if first, end := l.Between(0, 1<<30); first != 0 || end != len(steps) {
		t.Errorf("all of it is [%d, %d)", first, end)
	}
}

func TestLabel(t *testing.T) {
	for _, c := range []struct {
		step           protocol.Step
		want, absolute string
	}{
		{protocol.Step{Kind: protocol.StepSegment, Flags: "SYN", Window: 29200, SeqBase: 70}, "SYN seq=0", "SYN seq=70"},
		{protocol.Step{Kind: protocol.StepSegment, Flags: "PSH ACK", Seq: 1, Ack: 1, HasAck: true, Len: 77, SeqBase: 1<<32 - 1, AckBase: 8}, "PSH ACK seq=1 ack=1 len=77", "PSH ACK seq=0 ack=9 len=77"},
		{protocol.Step{Kind: protocol.StepMessage, Flags: "ICMP port unreachable"}, "ICMP port unreachable", "ICMP port unreachable"},
		{protocol.Step{Kind: protocol.StepGhost, Flags: "DATA", Seq: 11, SeqBase: 100}, "DATA seq<11", "DATA seq<111"},
		{protocol.Step{Kind: protocol.StepGhost, Flags: "SYN-ACK", SeqBase: 100}, "SYN-ACK", "SYN-ACK"},
	} {
		if got, absolute := Label(&c.step, false), Label(&c.step, true); got != c.want || absolute != c.absolute {
			t.Errorf("got %q and %q, not %q and %q", got, absolute, c.want, c.absolute)
		}
	}
	sack := protocol.Step{Options: "TS", AckBase: 100, SACK: []uint32{1, 2, 5, 9}}
	if got := strings.Join(Options(&sack, true), " "); got != "TS sack 101:102 sack 105:109" {
		t.Errorf("options %q", got)
	}
	if got := EventNames(analyzer.Retransmission | analyzer.Foreign | analyzer.ZeroWindow); strings.Join(got, " ") != "[retransmission] [zero window]" {
		t.Errorf("got %q", got)
	}
}

func TestFit(t *testing.T) {
	for _, c := range []struct {
		text string
		room int
		want string
	}{
		{"short", 10, "short"}, {"exactly", 7, "exactly"}, {"too long for it", 8, "too lon…"}, {"静默很久", 6, "静默…"}, {"x", 0, ""}, {"word and", 6, "word…"},
	} {
		if got := Fit(c.text, c.room); got != c.want {
			t.Errorf("%q in %d columns is %q, not %q", c.text, c.room, got, c.want)
		}
	}
}

func TestStrip(t *testing.T) {
	a := protocol.Activity{Start: 1_000_000_000, Step: time.Second, Packets: []uint32{0, 10, 5}, Errors: []uint32{0, 0, 1}}
	bars, errors := Strip(a, 44)
	if strings.Count(bars, "M") != 2 || strings.Count(errors, "M") != 1 || !strings.HasPrefix(errors, "M2 ") {
		t.Errorf("bars %q, errors %q", bars, errors)
	}
	if from, to, ok := Span(a, 2_000_000_000, 0); !ok || from != 1 || to <= from {
		t.Errorf("a moment spans %v to %v, %v", from, to, ok)
	}
	if since, until := Chosen(a, 0.4, 0.5); since != 2_000_000_000 || until != 3_000_000_000 {
		t.Errorf("the second bar is the time from %d to %d", since, until)
	}
	if since, until := Chosen(a, -1, 2); since != 1_000_000_000 || until != 4_000_000_000 {
		t.Errorf("all bars are the time from %d to %d", since, until)
	}
	if from, to, ok := Shares(a, 2_500_000_000, 9_000_000_000); !ok || from != 0.5 || to != 1 {
		t.Errorf("half of it lies at %v to %v, %v", from, to, ok)
	}
	if from, to := Bars(a, 2_000_000_000, 3_000_000_000); from != 1 || to != 2 {
		t.Errorf("the second bar is said to be %d to %d", from, to)
	}
	if from, to := Bars(a, 0, 0); from != 0 || to != 3 {
		t.Errorf("all bars are said to be %d to %d", from, to)
	}
	if _, _, ok := Shares(a, 0, 0); ok {
		t.Error("no time chosen has a place on the strip")
	}
	if _, _, ok := Span(a, 0, time.Second); ok {
		t.Error("a flow without a time has a place on the strip")
	}
}

// What is lost on the way through several places ends in the gap where it was
// lost, and what was made up begins where it first appeared.
func TestLostInItsGap(t *testing.T) {
	v := story(
		protocol.Step{Kind: protocol.StepSegment, From: 0, To: 2, Fate: protocol.FateLost},
		protocol.Step{Kind: protocol.StepSegment, From: 2, To: 1, Fate: protocol.FateLost},
		protocol.Step{Kind: protocol.StepSegment, From: 2, To: 0, Fate: protocol.FateMadeUp},
	)
	l := Layout(v, 900, LadderStyle{})
	for i, want := range [][2]float64{{l.Lane(1), l.Lane(2)}, {l.Lane(1), l.Lane(2)}, {l.Lane(1), l.Lane(2)}} {
		x1, _, x2, _ := l.Arrow(i, &v.Steps[i])
		at := x2 // where it ends
		if v.Steps[i].Fate == protocol.FateMadeUp {
			at = x1
		}
		if at <= want[0] || at >= want[1] {
			t.Errorf("step %d: %v is not between %v and %v", i, at, want[0], want[1])
		}
	}
}
