package view

import "wirewhy/ui/state"

// Newer draws the notice that another version of the page is ready.
func Newer(s *state.State) string {
	if !s.Newer {
		return ""
	}
	text := t("A new version of wirewhy is ready.", "wirewhy 有新版本可用。")
	if s.Phase != state.Empty {
		text = t("A new version of wirewhy is ready. Reloading closes the open files.", "wirewhy 有新版本可用。重新加载会关闭已打开的文件。")
	}
	var m markup
	m.put(`<div class="newer" role="status"><span>%</span><button type="button" class="primary" id="act-newer" data-act="newer">%</button><button type="button" class="quiet" id="act-later" data-act="later">%</button></div>`,
		text.In(s.Lang), t("Reload", "重新加载").In(s.Lang), t("Later", "稍后").In(s.Lang))
	return m.String()
}
