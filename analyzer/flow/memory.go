package flow

import (
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// Limits bound what a Tracker keeps. A zero field stands for the default. What
// lies beyond is counted in Quality: frames without an index entry in Unindexed,
// packets that would need a flow in Untracked, flows without a Trouble in
// Unexplained.
type Limits struct {
	Flows    int    // flows with a record of their own
	Frames   uint32 // frames in the index
	Troubles int    // flows with a Trouble
	Bytes    int64  // of index and flow records together
}

// Default limits: what fits, beside everything else, into WebAssembly's memory,
// which ends at 3.75 GiB.
const (
	DefaultFlows    = 4 << 20
	DefaultFrames   = 120 << 20
	DefaultTroubles = 1 << 19
	DefaultBytes    = 2 << 30
)

func (l Limits) orDefault() Limits {
	if l.Flows == 0 {
		l.Flows = DefaultFlows
	}
	if l.Frames == 0 {
		l.Frames = DefaultFrames
	}
	if l.Troubles == 0 {
		l.Troubles = DefaultTroubles
	}
	if l.Bytes == 0 {
		l.Bytes = DefaultBytes
	}
	return l
}

const (
	flowChunkShift    = 10
	flowChunk         = 1 << flowChunkShift
	troubleChunkShift = 6
	troubleChunk      = 1 << troubleChunkShift
)

// afford reports whether n bytes more are within the limit, and counts them.
func (t *Tracker) afford(n uintptr) bool {
	if t.bytes+int64(n) > t.limits.Bytes {
		return false
	}
	t.bytes += int64(n)
	return true
}

// newFlow makes a record; nil when a limit is reached.
func (t *Tracker) newFlow(p *wire.Packet) *Flow {
	if t.count >= t.limits.Flows || t.count>>flowChunkShift == len(t.flows) && !t.moreFlows() {
		t.quality.Untracked++
		return nil
	}
	f := t.Flow(t.count)
	f.ID = uint32(t.count)
	f.Scope = p.Scope
	f.Start, f.End = p.Time, p.Time
	f.trouble = -1
	f.Sides[0].WScale, f.Sides[1].WScale = -1, -1
	f.Sides[0].gap, f.Sides[1].gap = -1, -1
	t.count++
	return f
}

func (t *Tracker) moreFlows() bool {
	c := t.flowRoom.chunk(flowChunk, len(t.flows), t)
	if c == nil {
		return false
	}
	t.flows = append(t.flows, (*[flowChunk]Flow)(c))
	return true
}

// noTrouble is what flows without a Trouble read as.
var noTrouble Trouble

// Trouble returns what was out of the ordinary on f; never nil, to be read only.
func (t *Tracker) Trouble(f *Flow) *Trouble {
	switch {
	case f.trouble >= 0:
		return t.troubleAt(f.trouble)
	case f.SynCount > 1:
		if r := t.repeats.find(f.ID); r != nil {
			x := &Trouble{}
			r.tell(f, x)
			return x
		}
	}
	return &noTrouble
}

func (t *Tracker) troubleAt(i int32) *Trouble {
	return &t.trouble[i>>troubleChunkShift][i&(troubleChunk-1)]
}

// troubled returns the record of f's troubles to be written.
func (t *Tracker) troubled(f *Flow) *Trouble {
	if f.trouble >= 0 {
		return t.troubleAt(f.trouble)
	}
	if t.troubles >= t.limits.Troubles {
		if f.Flags&Unexplained == 0 {
			f.Flags |= Unexplained
			t.quality.Unexplained++
		}
		t.scratch = Trouble{}
		return &t.scratch
	}
	if t.troubles>>troubleChunkShift == len(t.trouble) {
		t.trouble = append(t.trouble, new([troubleChunk]Trouble))
	}
	f.trouble = int32(t.troubles)
	t.troubles++
	x := t.troubleAt(f.trouble)
	if r := t.repeats.find(f.ID); r != nil {
		r.tell(f, x)
	}
	return x
}

// synTimes is what is kept of a flow on which nothing was out of the ordinary
// but that its SYN was repeated: scans and dead servers make many of those.
type synTimes struct {
	offsets [MaxSynTimes - 1]uint32 // of the second SYN and those after it, from the first, in microseconds
	frame   uint32                  // of the second SYN
	count   uint16                  // SYNs after the first
	last    analyzer.Timestamp      // of the latest
}

// maxRepeats bounds the flows with synTimes.
const maxRepeats = 4 << 20

// synRepeated notes that a flow's SYN was sent again.
func (t *Tracker) synRepeated(f *Flow, p *wire.Packet) {
	n := int(f.SynCount) - 1
	since := p.Time.Sub(f.Start)
	if f.trouble >= 0 {
		if n < MaxSynTimes {
			t.troubled(f).SynOffsets[n] = since
		}
		return
	}
	r := t.repeats.open(f.ID)
	if r == nil {
		return
	}
	if r.frame == 0 {
		r.frame = p.Frame
	}
	r.last = p.Time
	r.count++
	if n <= len(r.offsets) {
		r.offsets[n-1] = uint32(min(max(since/time.Microsecond, 0), 1<<32-1))
	}
}

// tell writes into a Trouble what the SYNs alone tell.
func (r *synTimes) tell(f *Flow, x *Trouble) {
	for i, o := range r.offsets {
		if o != 0 || i == 0 {
			x.SynOffsets[i+1] = time.Duration(o) * time.Microsecond
		}
	}
	s := &x.Sent[Originator]
	s.Retransmissions = uint32(r.count)
	s.Run, s.LongestRun = r.count, r.count
	s.RunStart, s.RunFrame, s.RunLast = f.Start, r.frame, r.last
	s.runSeq = f.Sides[Originator].ISN
	s.runEnd = s.runSeq + 1
}

// Troubled reports whether anything out of the ordinary was noted on f; if not,
// its Trouble is zero.
func (f *Flow) Troubled() bool { return f.trouble >= 0 || f.SynCount > 1 }
