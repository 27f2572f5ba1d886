package plot

import (
	"math"
	"strconv"
	"strings"
	"time"

	"wirewhy/analyzer"
	"wirewhy/wasm/protocol"
)

// Strip returns the paths of the overview's bars and of the marks of errors over
// them, one unit wide for each step and height units high.
func Strip(a protocol.Activity, height int) (bars, errors string) {
	peak := uint32(0)
	for _, n := range a.Packets {
		peak = max(peak, n)
	}
	worst := uint32(1)
	for _, n := range a.Errors {
		worst = max(worst, n)
	}
	var b, e strings.Builder
	const marks = 10 // the errors' share of the height
	for i, n := range a.Packets {
		if n > 0 {
			bar(&b, i, float64(height), max(float64(n)/float64(peak)*float64(height-marks-2), 1))
		}
		if i < len(a.Errors) && a.Errors[i] > 0 {
			bar(&e, i, marks, 3+float64(a.Errors[i])/float64(worst)*(marks-3))
		}
	}
	return b.String(), e.String()
}

// bar adds a bar that stands on bottom in column i.
func bar(b *strings.Builder, i int, bottom, height float64) {
	var digits [24]byte
	b.WriteByte('M')
	b.Write(strconv.AppendInt(digits[:0], int64(i), 10))
	b.WriteByte(' ')
	b.Write(strconv.AppendFloat(digits[:0], bottom, 'f', 1, 64))
	b.WriteString("v-")
	b.Write(strconv.AppendFloat(digits[:0], height, 'f', 1, 64))
	b.WriteString("h.8v")
	b.Write(strconv.AppendFloat(digits[:0], height, 'f', 1, 64))
	b.WriteByte('z')
}

// Span returns where a stretch of time lies on the strip, in steps; at least
// half a step wide, so that it can be seen.
func Span(a protocol.Activity, start analyzer.Timestamp, d time.Duration) (from, to float64, ok bool) {
	if a.Step <= 0 || start == 0 || start < a.Start {
		return 0, 0, false
	}
	from = float64(start.Sub(a.Start)) / float64(a.Step)
	to = from + max(float64(d)/float64(a.Step), 0.5)
	return from, min(to, float64(len(a.Packets))+0.5), from <= float64(len(a.Packets))
}

// Chosen returns the time between two shares of the strip's width, from its left
// edge: of whole bars, so that what is seen in the first and last one is in it.
func Chosen(a protocol.Activity, from, to float64) (since, until analyzer.Timestamp) {
	bars := float64(len(a.Packets))
	first, end := math.Floor(min(max(from, 0), 1)*bars), math.Ceil(min(max(to, 0), 1)*bars)
	return a.Start.Add(time.Duration(first) * a.Step), a.Start.Add(time.Duration(end) * a.Step)
}

// Bars returns the bars between which a chosen time lies; all of them where none
// is chosen.
func Bars(a protocol.Activity, since, until analyzer.Timestamp) (from, to int) {
	if until == 0 || a.Step <= 0 {
		return 0, len(a.Packets)
	}
	return max(int(since.Sub(a.Start)/a.Step), 0), min(int((until.Sub(a.Start)+a.Step-1)/a.Step), len(a.Packets))
}

// Shares returns where a time lies on the strip, as shares of its width.
func Shares(a protocol.Activity, since, until analyzer.Timestamp) (from, to float64, ok bool) {
	span := float64(a.Step) * float64(len(a.Packets))
	if span <= 0 || until <= since {
		return 0, 0, false
	}
	from = min(max(float64(since.Sub(a.Start))/span, 0), 1)
	to = min(max(float64(until.Sub(a.Start))/span, 0), 1)
	return from, to, true
}
