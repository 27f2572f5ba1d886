package view

import (
	"wirewhy/analyzer"
	"wirewhy/ui/state"
)

// menuItem is one line of a menu: what it does, and its words.
type menuItem struct {
	act, arg string
	text     analyzer.Text
}

// menu draws a button that opens a menu, and the menu if it is open.
func menu(m *markup, s *state.State, which state.Menu, class lit, title analyzer.Text, items []menuItem) {
	open := s.Menu == which
	m.put(`<div class="menu-place" role="presentation"><button type="button" class="%" id="menu-%" data-act="menu" data-arg="%" aria-haspopup="menu" aria-expanded="%">% <i aria-hidden="true">▾</i></button>`,
		class, string(which), string(which), choose(open, "true", "false"), title.In(s.Lang))
	if open {
		m.put(`<div class="menu" id="menu-open" role="menu" aria-labelledby="menu-%">`, string(which))
		for i, item := range items {
			m.put(`<button type="button" role="menuitem" tabindex="-1" id="menu-item-%" data-act="%" data-arg="%">%</button>`, i, item.act, item.arg, item.text.In(s.Lang))
		}
		m.put(`</div>`)
	}
	m.put(`</div>`)
}
