package session

import (
	"iter"
	"slices"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

const (
	// wholeLen is the number of packets up to which a flow is told packet by packet.
	wholeLen = 40
	// shownLen bounds the packets that a ladder shows of a longer one.
	shownLen = 250
	// openingLen is how many packets at the start are told: handshake, request,
	// and the first words of the answer.
	openingLen = 8
	// closingLen is the same for the end.
	closingLen = 5
	// eventsLen bounds the packets shown for their events alone; of more, the
	// first and the last are shown.
	eventsLen = 120
	// leastBand is the least number of packets that are folded into a band.
	leastBand = 3
)

// noteworthy are the events for which a packet is shown.
const noteworthy = analyzer.Retransmission | analyzer.FastRetransmission | analyzer.SpuriousRetransmission |
	analyzer.OutOfOrder | analyzer.LostSegment | analyzer.AckedLostSegment | analyzer.ZeroWindow |
	analyzer.ZeroWindowProbe | analyzer.WindowFull | analyzer.KeepAlive | analyzer.KeepAliveAck |
	analyzer.Foreign | analyzer.Quoted | analyzer.DSACK | analyzer.BadChecksum | analyzer.ReusedPorts

// excerpt says which packets of a flow are shown, and which are folded.
type excerpt struct {
	parts  []part
	total  int // packets of the flow, copies included
	copies int // left out
	folded int // in bands
}

// part is a packet that is shown, or a run of folded ones.
type part struct {
	first, last flow.Entry // equal for a packet
	count       int        // of packets folded; 0: shown
	payload     uint64     // of those
}

// wanted are the packets of a flow that tell its story.
type wanted struct {
	evidence map[uint32]bool // frames that a finding names
	turns    map[uint32]bool // frames at which something begins or ends: first data, ends of silences
}

// choose selects the packets that tell a flow's story and folds the others into
// bands. Entries are in the order of the capture and may be walked more than once.
func choose(entries iter.Seq[flow.Entry], w wanted) excerpt {
	var x excerpt
	kept := 0
	for e := range entries {
		x.total++
		if w.hides(e) {
			x.copies++
		} else {
			kept++
		}
	}
	show, room := func(flow.Entry) bool { return true }, 0
	if kept > wholeLen {
		show, room = w.selection(entries, kept)
	}
	x.fold(entries, w, show, room)
	return x
}

// unfoldedLen is how many packets of a band are shown at once; the rest stays a
// band, which can be unfolded in turn.
const unfoldedLen = 200

// unfold shows the packets of a band, from frame first to frame last.
func unfold(entries iter.Seq[flow.Entry], w wanted, first, last uint32) excerpt {
	within := func(yield func(flow.Entry) bool) {
		for e := range entries {
			if e.Frame >= first && e.Frame <= last && !w.hides(e) && !yield(e) {
				return
			}
		}
	}
	shown := 0
	var x excerpt
	x.fold(within, w, func(flow.Entry) bool { shown++; return shown <= unfoldedLen }, leastBand)
	return x
}

// hides reports a copy of a packet that was shown already.
func (w *wanted) hides(e flow.Entry) bool {
	return e.Events&analyzer.Copy != 0 && !w.evidence[e.Frame]
}

// selection picks at most shownLen packets: evidence and turning points come
// first, then opening and end, then events. It returns for how many more there
// is room.
func (w *wanted) selection(entries iter.Seq[flow.Entry], kept int) (show func(flow.Entry) bool, room int) {
	var must, events []uint32
	before, i := uint32(0), 0
	seen := [2]bool{}
	var marked marks
	for _, frames := range []map[uint32]bool{w.evidence, w.turns} {
		for frame := range frames {
			marked.add(frame)
		}
	}
	for e := range entries {
		if w.hides(e) {
			continue
		}
		listed := marked.may(e.Frame)
		switch {
		case listed && w.evidence[e.Frame]:
			must = append(must, e.Frame)
		case listed && w.turns[e.Frame]:
			must = append(must, before, e.Frame)
		case i < openingLen, i >= kept-closingLen, e.Flags.Any(wire.SYN | wire.FIN | wire.RST), e.DataLen > 0 && !seen[e.Dir]:
			must = append(must, e.Frame)
		case e.Events&noteworthy != 0:
			events = append(events, e.Frame)
		}
		seen[e.Dir] = seen[e.Dir] || e.DataLen > 0
		before = e.Frame
		i++
	}
	if len(must) > shownLen-eventsLen { // thousands of resets or SYNs: their beginning and end
		must = ends(w.evidenceFirst(must), shownLen-eventsLen)
	}
	shown := make(map[uint32]bool, shownLen)
	marked = marks{}
	for _, frame := range slices.Concat(must, ends(events, eventsLen)) {
		shown[frame] = true
		marked.add(frame)
	}
	return func(e flow.Entry) bool { return marked.may(e.Frame) && shown[e.Frame] }, shownLen - len(shown)
}

// marks tells of most frames at once that they are not in a small set: of half a
// million packets few need to be looked up.
type marks [64]uint64

func (m *marks) add(frame uint32)      { m[frame>>6&63] |= 1 << (frame & 63) }
func (m *marks) may(frame uint32) bool { return m[frame>>6&63]&(1<<(frame&63)) != 0 }

// evidenceFirst puts the frames of the evidence before the others.
func (w *wanted) evidenceFirst(frames []uint32) []uint32 {
	analyzer.SortStable(frames, func(a, b uint32) int {
		switch {
		case w.evidence[a] == w.evidence[b]:
			return 0
		case w.evidence[a]:
			return -1
		}
		return 1
	})
	return frames
}

// ends returns at most n of a list: two thirds from its beginning, the rest from
// its end.
func ends[T any](list []T, n int) []T {
	if len(list) <= n {
		return list
	}
	return slices.Concat(list[:n*2/3], list[len(list)-(n-n*2/3):])
}

// fold builds the parts. Runs too short for a band are shown, as long as there
// is room.
func (x *excerpt) fold(entries iter.Seq[flow.Entry], w wanted, show func(flow.Entry) bool, room int) {
	var run []flow.Entry // the first entries of the present run, at most leastBand
	var band part
	flush := func() {
		switch {
		case band.count == 0:
		case band.count < leastBand && band.count <= room:
			for _, e := range run {
				x.parts = append(x.parts, part{first: e, last: e})
			}
			room -= band.count
		default:
			x.parts = append(x.parts, band)
			x.folded += band.count
		}
		run, band = run[:0], part{}
	}
	for e := range entries {
		switch {
		case w.hides(e):
		case show(e):
			flush()
			x.parts = append(x.parts, part{first: e, last: e})
		default:
			if band.count == 0 {
				band.first = e
			}
			if len(run) < leastBand {
				run = append(run, e)
			}
			band.last = e
			band.count++
			band.payload += uint64(e.DataLen)
		}
	}
	flush()
}
