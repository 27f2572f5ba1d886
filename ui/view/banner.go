package view

import (
	"strings"

	"wirewhy/ui/state"
)

// shownWarnings is how many warnings stand in the open; the others are a click away.
const shownWarnings = 2

var outOfMemory = t("There was not enough memory. Close other tabs, or open a part of the capture: editcap cuts it by time or packets.",
	"内存不足。请关闭其他标签页，或只打开抓包的一部分：可用 editcap 按时间或数据包切分。")

// remedy says what helps after the worker's end. Go and JavaScript both name the
// memory or an allocation when there is no more of it.
func remedy(s *state.State) string {
	if strings.Contains(s.Crash, "memory") || strings.Contains(s.Crash, "alloc") {
		return outOfMemory.In(s.Lang) + " "
	}
	return ""
}

// Banner draws what people must know before they trust the rest: a damaged
// file, reading that was stopped, a worker that died.
func Banner(s *state.State) string {
	if s.Phase == state.Failed || s.Phase == state.Empty {
		return ""
	}
	var m markup
	if s.Crash != "" {
		m.put(`<div class="banner error" role="alert"><b>%</b><span>%% <code>%</code></span>`, words.CrashTitle.In(s.Lang), remedy(s), words.CrashText.In(s.Lang), s.Crash)
		m.put(`<button type="button" id="act-reopen" data-act="reopen">%</button><button type="button" class="quiet" id="act-dismiss" data-act="dismiss">%</button></div>`,
			words.Reopen.In(s.Lang), words.Dismiss.In(s.Lang))
	}
	if s.Overview.Canceled {
		m.put(`<div class="banner" role="status"><span>%</span><button type="button" id="act-reopen-all" data-act="reopen">%</button></div>`, words.Stopped.In(s.Lang), words.Reopen.In(s.Lang))
	}
	for _, why := range s.Overview.Refused {
		m.put(`<div class="banner" role="status"><b>%</b><span>%</span></div>`, beside.Refused.In(s.Lang), why)
	}
	for _, c := range s.Overview.Captures {
		if len(c.Warnings) == 0 {
			continue
		}
		m.put(`<div class="banner" role="status"><b>%</b><span>`, c.Name)
		for i, warning := range c.Warnings {
			if i == shownWarnings && len(c.Warnings) > i+1 {
				m.put(`<details><summary>% %</summary>`, len(c.Warnings)-i, words.MoreWarnings.In(s.Lang))
			}
			m.put(`<span class="warning">%</span>`, warning)
		}
		m.when(len(c.Warnings) > shownWarnings+1, `</details>`)
		m.put(`</span></div>`)
	}
	return m.String()
}
