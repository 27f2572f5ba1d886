package session

import (
	"slices"
	"testing"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

// stream returns n entries of a flow: a handshake, then data from the server.
func streamed(n int) []flow.Entry {
	list := []flow.Entry{
		{Frame: 1, Flags: wire.SYN}, {Frame: 2, Flags: wire.SYN | wire.ACK, Dir: flow.Responder}, {Frame: 3, Flags: wire.ACK},
	}
	for len(list) < n {
		list = append(list, flow.Entry{Frame: uint32(len(list) + 1), Flags: wire.ACK, Dir: flow.Responder, DataLen: 1000})
	}
	return list
}

// check holds that an excerpt tells every packet once, in order.
func check(t *testing.T, x excerpt, list []flow.Entry) {
	t.Helper()
	told, last := x.copies, uint32(0)
	for _, p := range x.parts {
		if p.first.Frame <= last || p.last.Frame < p.first.Frame {
			t.Fatalf("frames %d to %d stand after %d", p.first.Frame, p.last.Frame, last)
		}
		last = p.last.Frame
		told += max(p.count, 1)
	}
	if told != len(list) || x.total != len(list) {
		t.Fatalf("%d of %d packets are told, the excerpt says %d", told, len(list), x.total)
	}
}

func TestShortFlowIsToldWhole(t *testing.T) {
	list := streamed(wholeLen)
	x := choose(slices.Values(list), wanted{})
	check(t, x, list)
	if len(x.parts) != wholeLen || x.folded != 0 || x.words(analyzer.English) != "" {
		t.Errorf("%d parts, %d folded", len(x.parts), x.folded)
	}
}

func TestUneventfulRunIsFolded(t *testing.T) {
	list := streamed(100_000)
	x := choose(slices.Values(list), wanted{})
	check(t, x, list)
	if len(x.parts) != openingLen+1+closingLen {
		t.Errorf("%d parts", len(x.parts))
	}
	band := x.parts[openingLen]
	if want := len(list) - openingLen - closingLen; band.count != want || band.payload != uint64(want)*1000 || x.folded != want {
		t.Errorf("band: %+v", band)
	}
	if x.words(analyzer.English) == "" || x.words(analyzer.Chinese) == x.words(analyzer.English) {
		t.Error("nothing is said about what was folded")
	}
}

// Evidence, turning points with the packet before, and events break the band.
func TestStoryIsShown(t *testing.T) {
	list := streamed(1000)
	list[499].Events = analyzer.Retransmission
	w := wanted{evidence: map[uint32]bool{300: true}, turns: map[uint32]bool{700: true}}
	x := choose(slices.Values(list), w)
	check(t, x, list)
	for _, frame := range []uint32{300, 500, 699, 700, 1000} {
		if !slices.ContainsFunc(x.parts, func(p part) bool { return p.count == 0 && p.first.Frame == frame }) {
			t.Errorf("frame %d is not shown", frame)
		}
	}
}

// However much happens, a ladder stays short, and evidence is on it.
func TestBounded(t *testing.T) {
	list := streamed(50_000)
	for i := 10; i < len(list); i += 2 {
		list[i].Events = analyzer.Retransmission
	}
	for i := 11; i < len(list); i += 4 {
		list[i].Flags |= wire.RST
	}
	x := choose(slices.Values(list), wanted{evidence: map[uint32]bool{40_001: true}})
	check(t, x, list)
	shown := 0
	for _, p := range x.parts {
		if p.count == 0 {
			shown++
		}
	}
	if shown > shownLen {
		t.Errorf("%d packets are shown", shown)
	}
	if !slices.ContainsFunc(x.parts, func(p part) bool { return p.count == 0 && p.first.Frame == 40_001 }) {
		t.Error("the evidence is not shown")
	}
}

func TestCopiesAreLeftOut(t *testing.T) {
	list := streamed(20)
	list[5].Events, list[6].Events = analyzer.Copy, analyzer.Copy
	x := choose(slices.Values(list), wanted{evidence: map[uint32]bool{7: true}})
	check(t, x, list)
	if x.copies != 1 || len(x.parts) != 19 {
		t.Errorf("%d copies, %d parts", x.copies, len(x.parts))
	}
}

func TestRadixSort(t *testing.T) {
	keys := []uint64{5, 1 << 63, 0, 5, 255, 256, 1 << 40, 5}
	list, scratch := make([]keyed, len(keys)), make([]keyed, len(keys))
	for i, k := range keys {
		list[i] = keyed{k, uint32(i)}
	}
	sorted, _ := radixSort(list, scratch)
	var got []uint32
	for _, k := range sorted {
		got = append(got, k.flow)
	}
	if want := []uint32{2, 0, 3, 7, 4, 5, 6, 1}; !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
}

// Bars keep their sum however often they double, and a broken time stamp does
// not press the others together.
func TestActivity(t *testing.T) {
	var a activity
	base := analyzer.Timestamp(1_700_000_000_000_000_000)
	for i := range 10_000 {
		a.add(base.Add(7_000_000*time.Duration(i)), i%10 == 0)
	}
	a.add(base.Add(1e18), false)
	packets, errs := uint32(0), uint32(0)
	for i := range a.used {
		packets += a.packets[i]
		errs += a.errors[i]
	}
	if packets != 10_000 || errs != 1000 || a.used > barCount || a.used < barCount/2 {
		t.Errorf("%d packets, %d errors in %d bars of %v", packets, errs, a.used, a.step)
	}
}
