package main

import (
	"strconv"
	"strings"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/report"
	"wirewhy/analyzer/session"
	"wirewhy/wasm/protocol"
)

const (
	ladderSteps = 10 // so many at most; the page shows them all
	ladderLeft  = 13 // columns before the first lane
	ladderGap   = 46 // columns between two lanes, if there are no more
	ladderWidth = 62 // columns that all lanes may take
)

// ladders draws, for the text face, the beginning of what happened on a flow that a
// finding hit: a lane an address, time downwards, an arrow a segment.
func ladders(s *session.Session, lang analyzer.Lang) func(int, *analyzer.Finding) []report.Line {
	return func(index int, f *analyzer.Finding) []report.Line {
		if len(f.Flows) == 0 {
			return nil
		}
		v, ok := s.Answer(protocol.Request{Kind: protocol.Ladder, Flow: f.Flows[0], Finding: index, Lang: lang}).(protocol.LadderView)
		if !ok || v.Error != "" || len(v.Lanes) == 0 || len(v.Steps) == 0 {
			return nil
		}
		return drawLadder(&v, lang)
	}
}

func drawLadder(v *protocol.LadderView, lang analyzer.Lang) []report.Line {
	gap := min(ladderGap, ladderWidth/max(len(v.Lanes)-1, 1))
	lane := func(i int) int { return ladderLeft + gap*min(max(i, 0), len(v.Lanes)-1) }
	var lines []report.Line
	heads := []rune(strings.Repeat(" ", lane(len(v.Lanes)-1)+1))
	for i, l := range v.Lanes {
		name := string(rune('A' + i))
		heads[lane(i)] = rune('A' + i)
		lines = append(lines, report.Line{Text: strings.TrimRight(name+" = "+l.Address+"  "+l.Role+"  "+l.Place, " ")})
	}
	lines = append(lines, report.Line{Text: string(heads)})
	return append(lines, drawSteps(v, lane, lang)...)
}

// drawSteps draws the rows below the lanes' heads.
func drawSteps(v *protocol.LadderView, lane func(int) int, lang analyzer.Lang) (lines []report.Line) {
	before := v.Steps[0].Time
	for i := range v.Steps {
		step := &v.Steps[i]
		if i == ladderSteps {
			lines = append(lines, report.Line{Text: strings.Repeat(" ", ladderLeft) + "⋮"})
			break
		}
		row := []rune(strings.Repeat(" ", lane(len(v.Lanes)-1)+1))
		for l := range v.Lanes {
			row[lane(l)] = '│'
		}
		note := step.Note
		switch step.Kind {
		case protocol.StepSilence:
			row, note = pause(lane(0), strings.TrimRight(report.Span(step.Duration)+"  "+note, " ")), ""
		case protocol.StepBand:
			row, note = pause(lane(0), bandWords(step, lang)), ""
		default:
			arrow(row, lane(step.From), lane(step.To), label(step), step)
		}
		when := ""
		if step.Kind == protocol.StepSegment || step.Kind == protocol.StepMessage {
			when = "+" + report.Span(step.Time.Sub(before))
			if i == 0 {
				when = "0"
			}
			before = step.Time
		}
		copy(row, []rune(when))
		line := string(row)
		if step.Evidence > 0 {
			line += " " + report.Number(int(step.Evidence))
		}
		lines = append(lines, report.Line{Text: line, Bad: step.Bad})
		if note != "" {
			lines = append(lines, report.Line{Text: strings.Repeat(" ", ladderLeft+2) + note})
		}
	}
	return lines
}

// pause is a row in which time passes.
func pause(column int, what string) []rune {
	return []rune(strings.Repeat(" ", column) + "⋮ " + what)
}

// arrow draws an arrow from one column to another, its label on it. That of a
// packet that was lost ends in a cross, that of one that never came is dotted.
func arrow(row []rune, from, to int, label string, step *protocol.Step) {
	low, high := min(from, to), max(from, to)
	if low == high { // both ends have one lane
		return
	}
	stroke := '─'
	if step.Kind == protocol.StepGhost {
		stroke = '╌'
	}
	for i := low + 1; i < high; i++ {
		row[i] = stroke
	}
	head, at := '▶', high-1
	if from > to {
		head, at = '◀', low+1
	}
	if step.Fate == protocol.FateLost {
		head, at = '✕', (low+high)/2
	}
	text := []rune(" " + label + " ")
	if room := high - low - 5; len(text) > room {
		text = append(text[:max(room-2, 0)], '…', ' ')
	}
	start := low + 3
	if from > to {
		start = high - 2 - len(text)
	}
	copy(row[start:], text)
	row[at] = head
}

func label(step *protocol.Step) string {
	text := step.Flags
	if step.Len > 0 {
		text += " len " + strconv.FormatUint(uint64(step.Len), 10)
	}
	if step.Kind == protocol.StepSegment && strings.Contains(step.Flags, "SYN") && step.Options != "" && step.Events == 0 {
		text += "  " + step.Options
	}
	if event := step.Events.Key(); event != "" { // the first says most
		text += "  [" + strings.ReplaceAll(event, "_", " ") + "]"
	}
	return text
}

func bandWords(step *protocol.Step, lang analyzer.Lang) string {
	count := strconv.FormatUint(uint64(step.Count), 10)
	if lang == analyzer.Chinese {
		return count + " 个报文段，" + report.Size(step.Bytes) + "，" + report.Span(step.Duration.Round(time.Microsecond))
	}
	return count + " segments, " + report.Size(step.Bytes) + ", " + report.Span(step.Duration.Round(time.Microsecond))
}
