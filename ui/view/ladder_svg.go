package view

import (
	"strings"

	"wirewhy/ui/plot"
	"wirewhy/ui/state"
)

const (
	savedWidth = 1000 // of a saved drawing, px
	savedHead  = 4    // beside that of who took part, px
)

// savedStyle is the page's light theme as far as the ladder needs it: a saved
// drawing stands alone, on paper or in a wiki.
const savedStyle lit = `text{font:12px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#1c2127}
.role,.note,.words{font-family:system-ui,"Segoe UI",Roboto,"Noto Sans","PingFang SC","Microsoft YaHei",sans-serif}
.role{font-weight:600}.address,.time,.frame,.detail,.words{fill:#626a75}.frame{font-size:10.5px}
.lane{stroke:#e3e5e8;stroke-width:2;fill:none}.row,.plate{fill:none}.label{paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round;white-space:pre}
.line{stroke:#0a5fd1;stroke-width:1.8;fill:none}.head{fill:#0a5fd1}.bad .line{stroke:#b8300e}.bad .head,.bad .main{fill:#b8300e}.rst .line{stroke-dasharray:5 3.5}
.badge{fill:#fff;stroke:#0a5fd1;stroke-width:1.3}.badge-number{font-size:11px;font-weight:600;fill:#0a5fd1}.bad .badge{stroke:#b8300e}.bad .badge-number{fill:#b8300e}
.ghost .line{stroke:#626a75;stroke-dasharray:2 4}.ghost .head{fill:#fff;stroke:#626a75}.ghost .main{fill:#626a75}.cross{stroke:#b8300e;stroke-width:2.4;fill:none}.source{fill:#b8300e}
.place{fill:#626a75;font-size:11px}.silence rect{fill:#fff}.silence circle,.fold{fill:#626a75}.band{fill:#f1f2f4;stroke:#e3e5e8}`

// LadderSVG is the whole timeline as a drawing of its own.
func LadderSVG(s *state.State) string {
	v := s.Ladder.View
	if v == nil || len(v.Steps) == 0 {
		return ""
	}
	l := plot.Layout(v, savedWidth, style(s))
	head := savedHead + headHeight(v)
	var m markup
	m.put(`<svg xmlns="http://www.w3.org/2000/svg" width="%" height="%" viewBox="0 0 % %"><style>%</style><rect width="%" height="%" fill="#ffffff"></rect>`,
		l.Width, l.Height+head, l.Width, l.Height+head, savedStyle, l.Width, l.Height+head)
	laneNames(&m, v, &l)
	m.put(`<g transform="translate(0 %)">`, head)
	lanePaths(&m, &l)
	for i := range v.Steps {
		ladderStep(&m, s, v, &l, i, 0)
	}
	m.put(`</g></svg>`)
	return strings.ReplaceAll(m.String(), "\x00", "")
}
