package session

import (
	"bytes"
	"slices"
	"testing"

	"wirewhy/analyzer/flow"
	"wirewhy/wasm/protocol"
)

// A band unfolds into its own packets, each once; a long one into its beginning
// and a band of the rest, which unfolds in turn.
func TestUnfold(t *testing.T) {
	list := streamed(5_000)
	band := choose(slices.Values(list), wanted{}).parts[openingLen]
	var frames []uint32
	for turns := 0; band.count > 0; turns++ {
		if turns > 100 {
			t.Fatal("unfolding does not end")
		}
		x := unfold(slices.Values(list), wanted{}, band.first.Frame, band.last.Frame)
		if len(x.parts) > unfoldedLen+1 {
			t.Fatalf("%d parts at once", len(x.parts))
		}
		band = part{}
		for i, p := range x.parts {
			if p.count > 0 && i == len(x.parts)-1 {
				band = p
				continue
			}
			frames = append(frames, p.first.Frame)
		}
	}
	if len(frames) != 5_000-openingLen-closingLen || frames[0] != openingLen+1 || !slices.IsSorted(frames) {
		t.Errorf("%d frames unfolded, from %d on", len(frames), frames[0])
	}
	list[20].Flags = 0
	if x := unfold(slices.Values([]flow.Entry{list[0]}), wanted{}, 7, 9); len(x.parts) != 0 {
		t.Errorf("a band without packets unfolds to %+v", x.parts)
	}
}

// The ladder of a band has its packets and nothing else, drawn as in the story.
func TestLadderOfBand(t *testing.T) {
	const script = `
client = 192.0.2.10:40000
server = 192.0.2.80:80
+0     client > server S
+0.001 server > client S.
+0.001 client > server .
repeat 60 every 0.003
  +0     server > client . len 100
  +0.001 client > server .
end
`
	s := loadScripts(t, script)
	whole := ask[protocol.LadderView](t, s, protocol.Request{Kind: protocol.Ladder, Finding: -1})
	i := slices.IndexFunc(whole.Steps, func(s protocol.Step) bool { return s.Kind == protocol.StepBand })
	if i < 0 {
		t.Fatalf("no band among %d steps: %s", len(whole.Steps), whole.Error)
	}
	band := whole.Steps[i]
	got := ask[protocol.LadderView](t, s, protocol.Request{Kind: protocol.Ladder, Finding: -1, Frame: band.Frame, Last: band.Last})
	if len(got.Steps) != int(band.Count) || got.Steps[0].Frame != band.Frame || got.Steps[len(got.Steps)-1].Frame != band.Last || got.Excerpt != "" {
		t.Fatalf("a band of %d segments unfolds to %d steps, error %q", band.Count, len(got.Steps), got.Error)
	}
	for _, step := range got.Steps {
		if step.Kind != protocol.StepSegment || step.Note != "" || step.Bad {
			t.Errorf("an uneventful segment is told as %+v", step)
		}
	}
}

func TestFlowsOfATime(t *testing.T) {
	s := loadScripts(t, wrongSource)
	all := ask[protocol.FlowRows](t, s, protocol.Request{Kind: protocol.Flows, To: 10})
	first, second := all.Rows[0], all.Rows[1]
	for name, c := range map[string]struct {
		r    protocol.Request
		want int
		id   int
	}{
		"until the second": {protocol.Request{Until: second.Start}, 1, first.ID},
		"from the second":  {protocol.Request{Since: second.Start}, 1, second.ID},
		"both":             {protocol.Request{Since: first.Start, Until: second.Start + 1}, 2, first.ID},
		"before all":       {protocol.Request{Until: first.Start}, 0, 0},
		"with a filter":    {protocol.Request{Since: second.Start, Filter: "problem:synack-wrong-source"}, 0, 0},
	} {
		c.r.Kind, c.r.To = protocol.Flows, 10
		got := ask[protocol.FlowRows](t, s, c.r)
		if got.Total != c.want || c.want > 0 && got.Rows[0].ID != c.id {
			t.Errorf("%s: %d flows %+v", name, got.Total, got.Rows)
		}
	}
}

func TestFaces(t *testing.T) {
	s := loadScripts(t, wrongSource)
	for face, begin := range map[protocol.Face]string{protocol.JSON: "{", protocol.HTML: "<!doctype html>", protocol.Markdown: "# ", protocol.CSV: "id,"} {
		d := ask[protocol.Document](t, s, protocol.Request{Kind: protocol.Report, Face: face})
		if !bytes.HasPrefix(bytes.ToLower(d.Data), []byte(begin)) || d.Type == "" || !bytes.Contains(d.Data, []byte("synack-wrong-source")) {
			t.Errorf("face %d (%s): %.80s", face, d.Type, d.Data)
		}
	}
}
