package view

import (
	"strings"

	"wirewhy/ui/state"
)

// Empty draws the page that waits for a file, or says why there is none.
func Empty(s *state.State) string {
	if s.Phase != state.Empty && s.Phase != state.Failed {
		return ""
	}
	var m markup
	if s.Phase == state.Failed {
		failure(&m, s)
	} else {
		m.put(`<div class="hero"><h1>%</h1><p class="lead">%</p></div>`, words.Headline.In(s.Lang), words.Lead.In(s.Lang))
	}
	m.put(`<div class="dropzone"><svg class="drop-icon" viewBox="0 0 48 48" aria-hidden="true"><path d="M14 6v36M34 6v36"/><path class="a" d="M15 13l15 4M33 26L18 31"/><path class="h" d="M34 18l-5-3.300-.8 3.800zM14 32l5-3.300.8 3.800z"/></svg>`)
	m.put(`<p class="drop-here">%</p><p><button type="button" class="primary" id="empty-open" data-act="open">%</button> <button type="button" class="link" id="empty-add" data-act="add">%</button></p></div>`,
		words.DropHere.In(s.Lang), words.Open.In(s.Lang), words.OrPaste.In(s.Lang))
	if len(s.Samples) > 0 {
		m.put(`<section class="samples" aria-labelledby="samples-title"><h2 id="samples-title">%</h2><ul>`, words.Samples.In(s.Lang))
		for i, sample := range s.Samples {
			m.put(`<li><button type="button" id="sample-%" data-act="sample" data-arg="%"><b>%</b><span>%</span></button></li>`,
				i, i, sample.Title.In(s.Lang), sample.Text.In(s.Lang))
		}
		m.put(`</ul></section>`)
	}
	m.put(`<p class="privacy"><svg viewBox="0 0 16 16" aria-hidden="true"><path d="M4.500 7V5a3.500 3.500 0 0 1 7 0v2M3 7h10v7H3z"/></svg><span>%</span></p>`, words.Privacy.In(s.Lang))
	m.put(`<p class="links"><button type="button" class="link" id="empty-formats" data-act="formats">%</button></p>`, words.WhatCanI.In(s.Lang))
	return m.String()
}

func failure(m *markup, s *state.State) {
	name := ""
	if len(s.Files) > 0 {
		name = s.Files[0].Name
	}
	why := s.Failure
	if s.Crash != "" {
		why = words.CrashTitle.In(s.Lang) + " " + remedy(s) + s.Crash
	}
	m.put(`<div class="hero failed" role="alert"><h1>%</h1>`, words.FailedTitle.In(s.Lang))
	if name != "" && !strings.HasPrefix(why, name) {
		m.put(`<p class="file">%</p>`, name)
	}
	m.put(`<p class="lead">%</p><p class="next">%`, why, words.FailedText.In(s.Lang))
	if s.Crash != "" {
		m.put(` <button type="button" id="act-reopen" data-act="reopen">%</button>`, words.Reopen.In(s.Lang))
	}
	m.put(`</p></div>`)
}
