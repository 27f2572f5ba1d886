package view

import (
	"wirewhy/ui/state"
)

// Sources draws the captures and the texts that were loaded, where there are
// several: what each is, and where what they tell together is shown.
func Sources(s *state.State) string {
	o := &s.Overview
	if s.Phase != state.Reading && s.Phase != state.Ready || len(o.Captures) < 2 && o.TextCount == 0 {
		return ""
	}
	var m markup
	m.put(`<section class="sources" aria-label="%">`, beside.Sources.In(s.Lang))
	for i, c := range o.Captures {
		place := c.Place
		if place != "" {
			place = "· " + place
		}
		m.put(`<span class="source"><b title="%">%</b> <small>%</small>`, c.Name, c.Name, place)
		if len(o.Captures) > 1 && s.Phase == state.Ready {
			m.put(`<button type="button" class="quiet" id="remove-capture-%" data-act="capture-remove" data-arg="%" aria-label="% %">✕</button>`, i, i, beside.Remove.In(s.Lang), c.Name)
		}
		m.put(`</span>`)
	}
	button := func(tab state.Tab, title string) {
		m.put(`<button type="button" class="seg" id="show-%" data-act="tab" data-arg="%" aria-pressed="%">%</button>`, string(tab), string(tab), choose(s.Tab == tab, "true", "false"), title)
	}
	if o.PairCount > 0 {
		button(state.TabCompare, beside.Compare.In(s.Lang))
	}
	if o.TextCount > 0 {
		m.when(len(o.Captures) > 0, `<span class="divide"></span>`)
		for _, c := range o.Chips {
			m.put(`<span class="source text"><b>%</b> <small>· %</small></span>`, c.Name, c.Content)
		}
		button(state.TabEvidence, beside.Evidence.In(s.Lang))
	}
	m.put(`</section>`)
	return m.String()
}

// AddHead draws what stands above the box in which text is pasted.
func AddHead(s *state.State) string {
	if s.Dialog != state.DialogAdd {
		return ""
	}
	var m markup
	m.put(`<div class="dialog-head"><h2 id="add-title">%</h2><button type="button" class="quiet" id="add-close" data-act="close" aria-label="%">✕</button></div><p id="add-hint">%</p>`,
		beside.AddTitle.In(s.Lang), words.Close.In(s.Lang), beside.AddText.In(s.Lang))
	return m.String()
}

// AddFoot draws what was recognised in the pasted text, and the buttons.
func AddFoot(s *state.State) string {
	if s.Dialog != state.DialogAdd {
		return ""
	}
	var m markup
	m.put(`<p class="tried" role="status">`)
	if s.Tried.Text {
		if texts := s.Tried.View.Texts; len(texts) > 0 {
			m.put(`% <b>%</b>`, beside.Recognised.In(s.Lang), texts[0].Content)
			if n := len(texts[0].Unread) + texts[0].More; n > 0 {
				m.put(` · %`, plural(n, beside.UnreadLine, beside.Unread, s.Lang))
			}
		} else {
			m.put(`%`, beside.Nothing.In(s.Lang))
		}
	}
	m.put(`</p><div class="dialog-foot"><button type="button" id="add-files" data-act="add-files">%</button><button type="button" class="primary" id="add-text" data-act="add-text"%>%</button></div>`,
		beside.AddFiles.In(s.Lang), choose(s.Tried.Text, "", " disabled"), beside.AddIt.In(s.Lang))
	return m.String()
}
