package session

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"wirewhy/wasm/protocol"
)

// cells lists what stands in each line of a drawing, a digit for each cell.
func cells(v protocol.SwimView) []string {
	lines := make([]string, v.Lines)
	v.Runs(func(line, _, length int, kind protocol.Swim) {
		for range length {
			lines[line] += fmt.Sprint(kind)
		}
	})
	return lines
}

// Three flows one after the other over ten seconds: the first is refused, the
// second gets no answer, the third is well.
const threeFlows = `
server = 10.0.0.9:80
0 10.0.0.1:1000 > server S
+0.01 server > 10.0.0.1:1000 R.
2 10.0.0.1:1001 > 10.0.0.7:80 S
+1 10.0.0.1:1001 > 10.0.0.7:80 S
+2 10.0.0.1:1001 > 10.0.0.7:80 S
7 10.0.0.1:1002 > server S
+0.01 server > 10.0.0.1:1002 S.
+0.01 10.0.0.1:1002 > server .
+0.01 10.0.0.1:1002 > server P. len 10
+0.01 server > 10.0.0.1:1002 P. len 10
+0.01 10.0.0.1:1002 > server .
+2.90 10.0.0.1:1002 > server F.
+0.01 server > 10.0.0.1:1002 F.
+0.01 10.0.0.1:1002 > server .
`

func TestSwimlanes(t *testing.T) {
	s := loadScripts(t, threeFlows)
	draw := func(r protocol.Request) protocol.SwimView {
		t.Helper()
		r.Kind = protocol.Swimlanes
		return ask[protocol.SwimView](t, s, r)
	}
	v := draw(protocol.Request{Columns: 10, Lines: 50})
	if got, want := cells(v), []string{"5000000000", "0044440000", "0000000111"}; !slices.Equal(got, want) {
		t.Errorf("a line each: %q", got)
	}
	if v.Total != 3 || len(v.Rows) != 3 || v.Rows[1].Client != "10.0.0.1:1001" || !slices.Equal(v.Count, []uint32{0, 1, 0, 0, 1, 1}) {
		t.Errorf("%d flows, rows %+v, count %v", v.Total, v.Rows, v.Count)
	}
	if got, want := cells(draw(protocol.Request{Columns: 10, Lines: 2, Down: true})), []string{"0000000111", "5044440000"}; !slices.Equal(got, want) {
		t.Errorf("from the last, in two lines: %q", got)
	}
	second := v.First.Add(time.Second)
	zoomed := draw(protocol.Request{Columns: 4, Lines: 50, Begin: second, End: second.Add(4 * time.Second)})
	if got, want := cells(zoomed), []string{"0444"}; !slices.Equal(got, want) || zoomed.From != 1 || zoomed.To != 2 {
		t.Errorf("from the second second on: %q", got)
	}
	if got, want := cells(draw(protocol.Request{Columns: 10, Lines: 50, Filter: "port 1002"})), []string{"0000000111"}; !slices.Equal(got, want) {
		t.Errorf("filtered: %q", got)
	}
	if got := draw(protocol.Request{Columns: 10, Lines: 50, From: 1, To: 2}); len(cells(got)) != 1 || got.Rows[0].Client != "10.0.0.1:1001" {
		t.Errorf("the second row: %q", cells(got))
	}
	if got := draw(protocol.Request{Filter: "net x"}); got.Error == "" {
		t.Error("a filter that is none draws something")
	}

	at := func(from, to int, begin, end float64) protocol.FlowRows {
		t.Helper()
		moment := func(share float64) time.Duration { return time.Duration(share * float64(v.Length)) }
		return ask[protocol.FlowRows](t, s, protocol.Request{Kind: protocol.SwimAt, From: from, To: to, Begin: v.First.Add(moment(begin)), End: v.First.Add(moment(end))})
	}
	for _, c := range []struct {
		hit   protocol.FlowRows
		place int
		count int
	}{
		{at(0, 3, 0.25, 0.3), 1, 1}, {at(0, 3, 0, 1), 0, 3}, {at(1, 3, 0, 0.01), 1, 0}, {at(2, 3, 0.1, 0.2), 2, 0}, {at(3, 3, 0, 1), -1, 0},
	} {
		if c.hit.From != c.place || c.hit.Total != c.count {
			t.Errorf("found flow %d of %d, not %d of %d", c.hit.From, c.hit.Total, c.place, c.count)
		}
	}
}
