package view

import (
	"wirewhy/analyzer"
	"wirewhy/ui/state"
)

// Dialog draws what stands before everything else.
func Dialog(s *state.State) string {
	var m markup
	switch s.Dialog {
	case state.DialogKeys:
		dialogHead(&m, s, words.Keys)
		m.put(`<dl class="keys">`)
		for _, k := range keys {
			m.put(`<dt>`)
			for _, key := range k.keys {
				m.put(`<kbd>%</kbd> `, key)
			}
			m.put(`</dt><dd>%</dd>`, k.text.In(s.Lang))
		}
		m.put(`</dl>`)
	case state.DialogExport:
		exportDialog(&m, s)
	case state.DialogFormats:
		dialogHead(&m, s, words.FormatsTitle)
		m.put(`<ul class="formats">`)
		for _, text := range []analyzer.Text{words.FormatsCaptures, words.FormatsSides, words.FormatsHosts, words.FormatsListing} {
			m.put(`<li>%</li>`, text.In(s.Lang))
		}
		m.put(`</ul><h3>%</h3><p>%</p>`, words.HowToCheck.In(s.Lang), words.Check.In(s.Lang))
		m.put(`<p class="version">wirewhy %</p>`, s.Version)
	}
	return m.String()
}

var keys = []struct {
	keys []string
	text analyzer.Text
}{
	{[]string{"j", "k", "↓", "↑"}, words.KeyMove},
	{[]string{"g p", "g f", "g t"}, words.KeyProblems},
	{[]string{"t", "r", "p", "s", "v"}, words.KeyTabs},
	{[]string{"+", "−", "0", "←", "→"}, t("graphs, timeline, all flows: zoom, back to all, along", "图表、时间线、全部连接：缩放、还原、移动")},
	{[]string{"c", "e"}, t("compare captures / evidence of hosts", "对照抓包 / 主机证据")},
	{[]string{"a"}, t("add a capture, or what a host says", "添加抓包或主机信息")},
	{[]string{"1", "…", "9"}, words.KeyEvidence},
	{[]string{"/"}, words.KeyFilter},
	{[]string{"o"}, words.KeyOpen},
	{[]string{"Enter"}, words.KeyEnter}, {[]string{"x"}, keyMark},
	{[]string{"Esc"}, words.KeyEsc},
	{[]string{"?"}, words.KeyHelp},
}

func dialogHead(m *markup, s *state.State, title analyzer.Text) {
	m.put(`<div class="dialog-head"><h2 id="dialog-title">%</h2><button type="button" class="quiet" id="dialog-close" data-act="close" aria-label="%">✕</button></div>`,
		title.In(s.Lang), words.Close.In(s.Lang))
}
