package plot

import (
	"time"

	"wirewhy/analyzer"
	"wirewhy/wasm/protocol"
)

// tallestLine is the height of a swimlane where there is room, px.
const tallestLine = 18

// LineHeight is how high, px, each of n swimlanes is in a box of a height.
func LineHeight(n, height int) int { return min(max(height/max(n, 1), 1), tallestLine) }

// leastCells is how many cells, px, a flow takes at least, by kind: what is wrong
// must be seen.
var leastCells = [protocol.SwimKinds]int{protocol.SwimHealthy: 2, protocol.SwimInfo: 3, protocol.SwimWarning: 4, protocol.SwimSilent: 4, protocol.SwimError: 4}

// PaintSwim paints swimlanes, each line px high, with a colour for each kind of
// cell. It returns the pixels, row by row, in the memory of pixels if that is
// large enough. Kinds differ in shape, too: what is well is a thin bar, what failed
// a high one, what was never answered is dashed.
func PaintSwim(v *protocol.SwimView, line int, colors [protocol.SwimKinds]uint32, pixels []uint32) []uint32 {
	n := v.Columns * v.Lines * line
	if cap(pixels) < n {
		pixels = make([]uint32, n)
	}
	pixels = pixels[:n]
	clear(pixels)
	for _, bad := range []bool{false, true} { // what is wrong stands above what is well
		v.Runs(func(i, column, length int, kind protocol.Swim) {
			if kind == protocol.SwimNothing || kind >= protocol.SwimKinds || kind >= protocol.SwimWarning != bad {
				return
			}
			high := barHeight(kind, line)
			end := min(column+max(length, leastCells[kind]), v.Columns)
			for y := (line - high) / 2; y < (line-high)/2+high; y++ {
				row := pixels[(i*line+y)*v.Columns:][:v.Columns]
				for x := column; x < end; x++ {
					if kind != protocol.SwimSilent || line < 3 || x%6 < 4 {
						row[x] = colors[kind]
					}
				}
			}
		})
	}
	return pixels
}

func barHeight(kind protocol.Swim, line int) int {
	switch {
	case line < 3:
		return line
	case kind < protocol.SwimWarning:
		return max(line/4, 1)
	case kind == protocol.SwimWarning:
		return line / 2
	}
	return line - 1
}

// Tick is a mark of an axis of times.
type Tick struct {
	Share float64 // of the axis's length
	Text  string
}

// clockSteps are the distances of marks above a second.
var clockSteps = [...]time.Duration{
	1, 2, 5, 10, 15, 30, 60, 2 * 60, 5 * 60, 10 * 60, 15 * 60, 30 * 60, 3600, 2 * 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86400,
}

// Ticks returns marks at round times of day (UTC), at most about n.
func Ticks(start analyzer.Timestamp, length time.Duration, n int) (ticks []Tick) {
	if length <= 0 || n <= 0 {
		return nil
	}
	least, step := length/time.Duration(n), time.Duration(1)
	for i := 0; step < least && step < time.Second; i++ { // 1, 2, 5, 10 … ns
		step = step * [...]time.Duration{4, 5, 4}[i%3] / 2
	}
	for _, s := range clockSteps {
		if step < least {
			step = s * time.Second
		}
	}
	for step < least {
		step *= 2
	}
	layout := "15:04"
	if step < time.Minute {
		layout = "15:04:05"
	}
	for s, dot := step, "."; s%time.Second != 0 && len(layout) < 18; s *= 10 {
		layout, dot = layout+dot+"0", ""
	}
	for t := start.Add(-time.Duration(int64(start) % int64(step))); t.Sub(start) <= length; t = t.Add(step) {
		if t >= start {
			ticks = append(ticks, Tick{float64(t.Sub(start)) / float64(length), t.Time().Format(layout)})
		}
	}
	return ticks
}
