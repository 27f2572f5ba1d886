package session

import (
	"time"

	"wirewhy/analyzer"
	"wirewhy/wasm/protocol"
)

const (
	// barCount is the number of bars of a capture's activity: as many as a wide
	// screen shows.
	barCount = 600
	// firstStep is a bar's time at first; it doubles whenever the capture turns
	// out to be longer.
	firstStep = time.Millisecond
	// longestStep bounds it: a frame further away than that has a broken time
	// stamp, and must not press all others into one bar.
	longestStep = 24 * time.Hour
	// lastTime is the end of the year 2200: what a file says to lie beyond it, or
	// before 1970, is no time, and differences of times up to it cannot overflow.
	lastTime = analyzer.Timestamp(231 * 8766 * time.Hour)
)

// activity counts packets and errors over time, in bars whose width adapts.
type activity struct {
	start   analyzer.Timestamp
	step    time.Duration
	end     analyzer.Timestamp // of the last bar possible with step
	cursor  int
	used    int
	packets [barCount]uint32
	errors  [barCount]uint32
}

// add counts a packet. Frames are nearly in order, so that the bar is most often
// the one of the packet before.
func (a *activity) add(t analyzer.Timestamp, bad bool) {
	if t <= 0 || t > lastTime {
		return
	}
	if a.step == 0 {
		a.start, a.step = t, firstStep
		a.end = a.start.Add(a.step * barCount)
	}
	for t >= a.end {
		if a.step > longestStep || t.Sub(a.end) > longestStep*barCount {
			return
		}
		a.halve()
	}
	from := a.start.Add(a.step * time.Duration(a.cursor))
	if t < from || t >= from.Add(a.step) {
		a.cursor = max(0, int(t.Sub(a.start)/a.step))
		a.used = max(a.used, a.cursor+1)
	}
	a.used = max(a.used, 1)
	a.packets[a.cursor]++
	if bad {
		a.errors[a.cursor]++
	}
}

// halve makes the bars twice as wide.
func (a *activity) halve() {
	for i := range barCount / 2 {
		a.packets[i] = a.packets[2*i] + a.packets[2*i+1]
		a.errors[i] = a.errors[2*i] + a.errors[2*i+1]
	}
	clear(a.packets[barCount/2:])
	clear(a.errors[barCount/2:])
	a.step *= 2
	a.end = a.start.Add(a.step * barCount)
	a.cursor /= 2
	a.used = (a.used + 1) / 2
}

// merged returns the activity of all captures on one scale, by the clock of the
// first one where it is known how far the others are ahead.
func (s *Session) merged() protocol.Activity {
	var out protocol.Activity
	var end analyzer.Timestamp
	for i, l := range s.loaded {
		a := &l.activity
		if a.step == 0 {
			continue
		}
		start := a.start.Add(s.behind(i))
		if out.Start == 0 || start < out.Start {
			out.Start = start
		}
		out.Step = max(out.Step, a.step)
		end = max(end, start.Add(a.step*time.Duration(a.used)))
	}
	if out.Step == 0 {
		return out
	}
	for (end.Sub(out.Start)-1)/out.Step >= barCount {
		out.Step *= 2
	}
	n := int((end.Sub(out.Start)-1)/out.Step) + 1
	out.Packets, out.Errors = make([]uint32, n), make([]uint32, n)
	for k, l := range s.loaded {
		a, start := &l.activity, l.activity.start.Add(s.behind(k))
		for i := range a.used {
			bar := int(start.Add(a.step*time.Duration(i)).Sub(out.Start) / out.Step)
			out.Packets[bar] += a.packets[i]
			out.Errors[bar] += a.errors[i]
		}
	}
	return out
}

// behind returns what is to be added to a capture's times for the first one's clock.
func (s *Session) behind(capture int) time.Duration {
	for _, p := range s.pairs {
		if p.of == [2]int{0, capture} && p.Clock.Known {
			return -p.Clock.Offset
		}
	}
	return 0
}
