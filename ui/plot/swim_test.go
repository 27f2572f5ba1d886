package plot

import (
	"slices"
	"strings"
	"testing"
	"time"

	"wirewhy/analyzer"
	"wirewhy/wasm/protocol"
)

func TestClockTicks(t *testing.T) {
	start := analyzer.Timestamp(1_577_703_400_353_352_000) // 10:56:40.353352
	for _, c := range []struct {
		length time.Duration
		want   string
	}{
		{10 * time.Second, "10:56:42 10:56:44 10:56:46 10:56:48 10:56:50"},
		{100 * time.Second, "10:57:00 10:57:30 10:58:00"},
		{2 * time.Hour, "11:00 11:30 12:00 12:30"},
		{100 * 24 * time.Hour, ""},
		{100 * time.Millisecond, "10:56:40.36 10:56:40.38 10:56:40.40 10:56:40.42 10:56:40.44"},
		{30 * time.Microsecond, "10:56:40.35336 10:56:40.35337 10:56:40.35338"},
		{time.Nanosecond, "10:56:40.353352000 10:56:40.353352001"},
		{0, ""},
	} {
		var got []string
		for i, tick := range Ticks(start, c.length, 5) {
			if tick.Share < 0 || tick.Share > 1 || i > 5 {
				t.Errorf("%v: mark %d at %v", c.length, i, tick.Share)
			}
			got = append(got, tick.Text)
		}
		if c.want != "" && strings.Join(got, " ") != c.want {
			t.Errorf("%v: %q", c.length, got)
		}
	}
}

// What failed is higher than what is well, and can be seen however short it is;
// what was never answered has holes.
func TestPaintSwim(t *testing.T) {
	v := protocol.SwimView{Lines: 4, Columns: 40}
	for _, kind := range []protocol.Swim{protocol.SwimHealthy, protocol.SwimError, protocol.SwimSilent} {
		v.Cells = protocol.AppendRun(v.Cells, kind, 20)
		v.Cells = protocol.AppendRun(v.Cells, protocol.SwimNothing, 20)
	}
	v.Cells = protocol.AppendRun(v.Cells, protocol.SwimError, 1)
	v.Cells = protocol.AppendRun(v.Cells, protocol.SwimHealthy, 39)
	colors := [protocol.SwimKinds]uint32{protocol.SwimHealthy: 1, protocol.SwimSilent: 4, protocol.SwimError: 5}
	count := func(pixels []uint32, line, height int) (n int) {
		for _, p := range pixels[line*height*40 : (line+1)*height*40] {
			if p > 1 {
				n++
			}
		}
		return n
	}
	pixels := PaintSwim(&v, 8, colors, nil)
	if len(pixels) != 4*8*40 || count(pixels, 0, 8) != 0 || count(pixels, 1, 8) != 20*7 || count(pixels, 2, 8) != 14*7 || count(pixels, 3, 8) != 4*7 {
		t.Errorf("8 px: %d %d %d %d", count(pixels, 0, 8), count(pixels, 1, 8), count(pixels, 2, 8), count(pixels, 3, 8))
	}
	if well := slices.Index(pixels, 1); well < 2*40 {
		t.Errorf("a bar of what is well begins at pixel %d", well)
	}
	pixels = PaintSwim(&v, 1, colors, pixels)
	if len(pixels) != 160 || count(pixels, 1, 1) != 20 || count(pixels, 2, 1) != 20 {
		t.Errorf("1 px: %v", pixels)
	}
	if h := []int{LineHeight(3, 600), LineHeight(100, 600), LineHeight(1_000_000, 600), LineHeight(0, 0)}; !slices.Equal(h, []int{18, 6, 1, 1}) {
		t.Errorf("lines are %v px high", h)
	}
}
