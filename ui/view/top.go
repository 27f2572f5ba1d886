package view

import (
	"strings"

	"wirewhy/ui/plot"
	"wirewhy/ui/state"
	"wirewhy/wasm/protocol"
)

// Page sets what the stylesheet must know about the page as a whole.
func Page(s *state.State, set func(name, value string)) {
	set("tab", string(s.Tab))
	selection := "nothing"
	switch s.Selection.Kind {
	case state.AProblem:
		selection = "problem"
	case state.AFlow:
		selection = "flow"
	}
	set("selection", selection)
	loaded := "no"
	if s.Phase == state.Reading || s.Phase == state.Ready {
		loaded = "yes"
	}
	set("loaded", loaded)
}

// Meta draws what the top bar says of the files.
func Meta(s *state.State) string {
	if s.Phase != state.Reading && s.Phase != state.Ready {
		return ""
	}
	var m markup
	name := ""
	if len(s.Files) > 0 {
		name = s.Files[0].Name
	}
	m.put(`<button type="button" class="filename" id="meta-name" data-act="overview" title="%">%</button>`, allNames(s.Files), name)
	if n := len(s.Files) - 1; n > 0 {
		m.put(` <span class="more">+%</span>`, n)
	}
	m.put(`<span class="facts">`)
	if s.Phase == state.Ready {
		for _, fact := range captureFacts(s) {
			m.put(`<span>%</span>`, fact)
		}
	}
	m.put(`</span>`)
	return m.String()
}

func allNames(files []protocol.File) string {
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = f.Name
	}
	return strings.Join(names, ", ")
}

func captureFacts(s *state.State) []string {
	var packets uint64
	var interfaces []string
	captures := s.Overview.Captures
	for _, c := range captures {
		packets += c.Packets
		interfaces = append(interfaces, c.Interfaces...)
	}
	facts := []string{
		number(packets) + " " + words.Packets.In(s.Lang),
		plural(s.Overview.FlowCount, words.OneFlow, words.FlowsFound, s.Lang),
	}
	if len(captures) == 0 {
		return facts
	}
	if c := captures[0]; c.End > c.Start {
		facts = append(facts, plot.Duration(c.End.Sub(c.Start)))
	}
	if names := strings.Join(interfaces, ", "); names != "" && len(interfaces) <= 3 {
		facts = append(facts, names)
	}
	if v := captures[0].Vantage; len(captures) == 1 && v != "" && v != "unknown" {
		separator := " "
		if strings.HasSuffix(words.Vantage.In(s.Lang), "：") {
			separator = ""
		}
		facts = append(facts, words.Vantage.In(s.Lang)+separator+code(v, s.Lang))
	}
	return facts
}

// Actions draws the buttons of the top bar.
func Actions(s *state.State) string {
	var m markup
	m.put(`<button type="button" class="quiet" id="act-lang" data-act="lang" aria-label="%">%</button>`, words.Language.In(s.Lang)+": "+words.LanguageName.In(s.Lang), words.LanguageName.In(s.Lang))
	m.put(`<button type="button" class="quiet" id="act-keys" data-act="keys" aria-label="%" title="%">?</button>`, words.Keys.In(s.Lang), words.Keys.In(s.Lang)+" (?)")
	if s.Phase != state.Empty && s.Phase != state.Failed {
		m.put(`<button type="button" id="act-add" data-act="add" title="%">%</button>`, beside.AddTitle.In(s.Lang)+" (a)", beside.Add.In(s.Lang))
	}
	if s.Phase != state.Empty {
		m.put(`<button type="button" id="act-open" data-act="open">%</button>`, words.Open.In(s.Lang))
	}
	if s.Phase == state.Ready {
		menu(&m, s, state.MenuExport, `primary`, words.Export, []menuItem{
			{"save", "html", words.ExportHTML}, {"save", "markdown", words.ExportMarkdown}, {"save", "json", words.ExportJSON}, {"save", "csv", words.ExportCSV}, {"export", "", exportItem},
		})
	}
	return m.String()
}

// FilterError says what is wrong with the filter.
func FilterError(s *state.State) string {
	if s.Flows.Error == "" {
		return ""
	}
	var m markup
	at := min(max(s.Flows.At, 0), len(s.Flows.Filter))
	m.put(`<code>%<mark>%</mark></code> %`, s.Flows.Filter[:at], s.Flows.Filter[at:], s.Flows.Error)
	return m.String()
}

// Choices draws the completions of the filter.
func Choices(s *state.State) string {
	var m markup
	for i, c := range s.Choices.List {
		on := i == s.Choices.Index
		m.put(`<div class="choice%" id="choice-%" role="option" aria-selected="%" data-act="choice" data-arg="%"><code>%</code>`, choose(on, " on", ""), i, choose(on, "true", "false"), i, c.Text)
		if c.Like != "" {
			m.put(`<span>%</span>`, c.Like)
		}
		m.put(`</div>`)
	}
	return m.String()
}

// Copied is said after something went to the clipboard.
func Copied(s *state.State) string { return words.Copied.In(s.Lang) }

// FilterHint is what the empty filter box says.
func FilterHint(s *state.State) string { return words.FilterHint.In(s.Lang) }

// NoSample says that the address names a sample that does not exist.
func NoSample(s *state.State, name string) string {
	return words.NoSuchSample.In(s.Lang) + " " + name
}
