package view

import (
	"strings"
	"testing"
	"time"

	"wirewhy/analyzer"
	"wirewhy/ui/state"
	"wirewhy/wasm/protocol"
)

// graphState looks at the graphs of a flow with one segment and its acknowledgment.
func graphState(lang analyzer.Lang) *state.State {
	s := state.New(lang)
	s.Phase, s.Tab = state.Ready, state.TabGraphs
	figures := make([]int64, protocol.FigureCount)
	for i := range figures {
		figures[i] = -1
	}
	figures[protocol.FigurePayload], figures[protocol.FigureMedian] = 1_448, 2_500_000
	s.Graphs.View = &protocol.GraphView{
		Length: time.Second, To: time.Second, Step: time.Millisecond, Figures: figures,
		Curves: []protocol.Curve{
			{Kind: protocol.CurveSent, Points: []protocol.Point{{At: 5e8, Low: 1, High: 1449, Frame: 7, Count: 1}}},
			{Kind: protocol.CurveResent, Points: []protocol.Point{{At: 8e8, Low: 1, High: 1449, Frame: 9, Count: 3, Events: analyzer.Retransmission | analyzer.FastRetransmission}}},
		},
	}
	s.Graphs.Width, s.Graphs.Height = 800, 300
	return s
}

func TestGraphsHead(t *testing.T) {
	s := graphState(analyzer.English)
	html := GraphsHead(s)
	for _, want := range []string{`id="curve-0"`, `id="curve-1"`, `id="side-1"`, `id="panel-0"`, `>0 – 1 s<`, "retransmitted"} {
		if !strings.Contains(html, want) {
			t.Errorf("%s is missing in %s", want, html)
		}
	}
	if strings.Contains(html, `id="curve-2"`) || strings.Contains(html, `id="panel-1"`) {
		t.Error("there are entries for curves that are not there")
	}
	s.Graphs.Hidden = 2
	if html := GraphsHead(s); strings.Count(html, `aria-pressed="false"`) < 2 || !strings.Contains(html, `data-arg="1" aria-pressed="false"`) {
		t.Errorf("a hidden curve is not told in %s", html)
	}
	s.Tab = state.TabTimeline
	if GraphsHead(s)+GraphsSay(s)+GraphsFigures(s) != "" {
		t.Error("graphs beside the timeline")
	}
}

// The crosshair's words name what it has caught, and the table tells the figures.
func TestGraphsInWords(t *testing.T) {
	s := graphState(analyzer.English)
	table := GraphsFigures(s)
	for _, want := range []string{"<td>1.45 kB</td>", "<td>2.5 ms</td>", "payload 1.45 kB · RTT p50 2.5 ms"} {
		if !strings.Contains(table, want) {
			t.Errorf("%s is missing in %s", want, table)
		}
	}
	g := Graph(s)
	s.Graphs.Pointed = true
	s.Graphs.X, s.Graphs.Y, _ = g.Next(0, 60, true)
	if got := GraphReading(s); !strings.HasPrefix(got, "data · 1–1,449 (1.45 kB) · +500 ms · ") || !strings.HasSuffix(got, "frame 7") {
		t.Errorf("at the segment: %q", got)
	}
	s.Graphs.X, s.Graphs.Y, _ = g.Next(s.Graphs.X, 60, true)
	if got := GraphReading(s); !strings.HasPrefix(got, "retransmitted, fast retransmission · ") || !strings.Contains(got, "3 packets in this place") {
		t.Errorf("at the repetition: %q", got)
	}
	s.Graphs.View.Read, s.Graphs.View.Total = 10, 40
	if got := GraphReading(s); !strings.Contains(got, "25.0 %") {
		t.Errorf("while reading: %q", got)
	}
}

func TestGraphWords(t *testing.T) {
	check := func(what string, text analyzer.Text) {
		if text.En == "" || text.Zh == "" {
			t.Errorf("%s: %+v", what, text)
		}
	}
	for _, text := range curveWords {
		check("curve", text)
	}
	for _, text := range figureWords {
		check("figure", text)
	}
	for _, texts := range panelTitles {
		check("panel", texts[0])
		check("panel", texts[1])
	}
}
