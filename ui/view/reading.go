package view

import (
	"time"

	"wirewhy/ui/plot"
	"wirewhy/ui/state"
)

// Progress draws how far reading has come.
func Progress(s *state.State) string {
	if s.Phase != state.Reading {
		return ""
	}
	var m markup
	p := s.Progress
	done := 0.0
	if p.BytesTotal > 0 {
		done = min(float64(p.BytesRead)/float64(p.BytesTotal)*100, 100)
	}
	m.put(`<div class="progress"><span class="what">%</span>`, words.Reading.In(s.Lang))
	m.put(`<progress id="progress-bar" max="100" value="%" aria-label="%"></progress>`, done, words.Reading.In(s.Lang))
	m.put(`<span class="figures"><span>% % %</span>`, bytesText(p.BytesRead), words.BytesOf.In(s.Lang), bytesText(p.BytesTotal))
	if p.Packets > 0 {
		m.put(`<span>% %</span>`, number(p.Packets), words.Packets.In(s.Lang))
	}
	if p.Elapsed > 50*time.Millisecond && p.Packets > 0 {
		m.put(`<span>% %</span>`, number(uint64(float64(p.Packets)/p.Elapsed.Seconds())), words.PacketsPerSecond.In(s.Lang))
	}
	if left, ok := timeLeft(s); ok {
		m.put(`<span>% %</span>`, plot.Duration(left), words.TimeLeft.In(s.Lang))
	}
	m.put(`</span>`)
	label := words.Cancel
	if s.Canceling {
		label = words.Canceling
	}
	m.put(`<button type="button" id="act-cancel" data-act="cancel"%>%</button></div>`, choose(s.Canceling, ` disabled`, ``), label.In(s.Lang))
	return m.String()
}

func timeLeft(s *state.State) (time.Duration, bool) {
	p := s.Progress
	if p.BytesRead <= 0 || p.BytesTotal <= p.BytesRead || p.Elapsed < 300*time.Millisecond {
		return 0, false
	}
	left := time.Duration(float64(p.Elapsed) / float64(p.BytesRead) * float64(p.BytesTotal-p.BytesRead))
	return max(left.Round(time.Second), time.Second), true
}
