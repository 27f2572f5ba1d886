package capture

import (
	"strings"
	"testing"
)

func TestWarningsAreBounded(t *testing.T) {
	var l warningLog
	for i := range 1000 {
		l.add(text("x.", "x。"), uint32(i), int64(i))
	}
	l.count(joined, 3, 500)
	l.count(joined, 9, 900)
	list := l.warnings()
	if len(list) != maxWarnings+2 || !strings.Contains(list[len(list)-1].Text.En, "900 more") {
		t.Errorf("%d warnings, the last is %q", len(list), list[len(list)-1].Text.En)
	}
	for i := 1; i < len(list)-1; i++ {
		if list[i-1].Offset > list[i].Offset {
			t.Errorf("warning %d out of order", i)
		}
	}
}

func TestOddityTexts(t *testing.T) {
	for o := range oddities {
		for _, n := range []uint64{1, 5} {
			var l warningLog
			l.tallies[o] = tally{n, 7, 70}
			for _, w := range l.warnings() {
				checkText(t, w.Text)
				if !strings.Contains(w.Text.En, "frame 7") || !strings.Contains(w.Text.Zh, "第 7 帧") {
					t.Errorf("%q names no frame", w.Text)
				}
			}
		}
	}
}

// Whatever the bytes, a search looks at each only a few times.
func TestSearchIsLinear(t *testing.T) {
	h := pcapShape{}
	tiny := bytesOf(h, 100_000, packet{second: 1700000000, wireLen: 60})
	tiny = tiny[:len(tiny)-1] // no chain ends with the file
	c := &counting{chain: (&pcap{recordLen: pcapRecordLen, fractions: 1e6, usualLen: usualFrameLen}).chain()}
	seen := make(marks, len(tiny)/64+1)
	for at := 1; at < 120_000; at++ {
		holds(c, tiny[:120_001], at, true, seen)
	}
	if c.steps > 2*120_000 {
		t.Errorf("%d steps for 120,000 bytes", c.steps)
	}
}

func bytesOf(h pcapShape, n int, p packet) (b []byte) {
	for range n {
		b = append(b, h.record(p)...)
	}
	return b
}

type counting struct {
	chain
	steps int
}

func (c *counting) step(b []byte) int {
	c.steps++
	return c.chain.step(b)
}
