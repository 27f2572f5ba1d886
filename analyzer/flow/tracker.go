package flow

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// Limits bound what a Tracker keeps. A zero field stands for the default.
type Limits struct {
	Flows  int    // flows with a record of their own
	Frames uint32 // frames in the index
}

// Default limits: what fits into 2.5 GB beside everything else, since
// WebAssembly memory ends at 3.75 GiB.
const (
	DefaultFlows  = 4 << 20
	DefaultFrames = 100 << 20
)

// Tracker follows the flows of one capture.
type Tracker struct {
	limits   Limits
	index    index
	table    table
	halfOpen halfOpen
	copies   copies
	gaps     gapPool

	flows    []*[flowChunk]Flow
	count    int
	trouble  []*[troubleChunk]Trouble
	troubles int

	quality Quality
	clock   clock
	hosts   hosts

	notebook ledger[appNotes]
	meters   ledger[meter]
	lookups  lookups
	told     Vantage // by SetVantage; empty: it is worked out
}

const (
	flowChunkShift    = 10
	flowChunk         = 1 << flowChunkShift
	troubleChunkShift = 6
	troubleChunk      = 1 << troubleChunkShift
)

// NewTracker returns a Tracker without flows.
func NewTracker(l Limits) *Tracker {
	if l.Flows == 0 {
		l.Flows = DefaultFlows
	}
	if l.Frames == 0 {
		l.Frames = DefaultFrames
	}
	return &Tracker{limits: l, notebook: ledger[appNotes]{limit: maxNotes}, meters: ledger[meter]{limit: maxMeters}}
}

// Add takes the next packet of the capture; p is not kept. Frame numbers rise; a
// packet whose number does not is followed, but cannot be found by it.
func (t *Tracker) Add(p *wire.Packet) {
	q := &t.quality
	q.Frames++
	t.clock.observe(p, q)
	if p.Cut {
		q.Cut++
		first(&q.CutFrame, p.Frame)
	}
	e := t.enter(p)
	switch p.Kind {
	case wire.KindTCP:
		q.TCP++
		t.segment(p, e)
	case wire.KindICMP:
		q.Other++
		if p.ICMP.IsError {
			t.icmpError(p, e)
		} else {
			t.lookups.neighbour(p)
		}
	case wire.KindARP:
		q.Other++
		t.hosts.arp(p)
		t.lookups.neighbour(p)
	case wire.KindUDP:
		q.Other++
		t.lookups.datagram(p)
	default:
		q.Other++
	}
}

// enter makes the packet's index entry; beyond the limit a scratch one.
func (t *Tracker) enter(p *wire.Packet) *entry {
	if p.Frame > t.limits.Frames || p.Frame <= t.index.count {
		t.quality.Unindexed++
		return &t.index.scratch
	}
	t.index.grow(p.Frame)
	e := t.index.at(p.Frame - 1)
	e.offLow, e.offHigh = uint32(p.Offset), uint8(p.Offset>>32)
	e.flags = uint8(p.TCP.Flags)
	if p.Kind != wire.KindTCP {
		e.flags = 0
	}
	e.dataLen = uint16(min(p.TCP.PayloadLen, 0xffff))
	return e
}

// link appends the packet to its flow's chain.
func (t *Tracker) link(f *Flow, p *wire.Packet, e *entry, d Dir, ev analyzer.Events) {
	e.events |= uint32(ev)
	if d == Responder {
		e.events |= fromServer
	}
	if e == &t.index.scratch {
		t.index.scratch = entry{}
		f.Flags |= Forgotten
		return
	}
	if f.first == 0 {
		f.first = int32(p.Frame)
	} else if prev := t.index.at(uint32(f.last - 1)); f.last != int32(p.Frame) {
		prev.next = p.Frame
	}
	f.last = int32(p.Frame)
}

// newFlow makes a record; nil when the limit is reached.
func (t *Tracker) newFlow(p *wire.Packet) *Flow {
	if t.count >= t.limits.Flows {
		t.quality.Untracked++
		return nil
	}
	if t.count>>flowChunkShift == len(t.flows) {
		t.flows = append(t.flows, new([flowChunk]Flow))
	}
	f := t.Flow(t.count)
	f.ID = uint32(t.count)
	f.Scope = p.Scope
	f.Start, f.End = p.Time, p.Time
	f.trouble, f.prev = -1, -1
	f.Sides[0].WScale, f.Sides[1].WScale = -1, -1
	f.Sides[0].gap, f.Sides[1].gap = -1, -1
	t.count++
	return f
}

// Len returns the number of flows.
func (t *Tracker) Len() int { return t.count }

// Flow returns the flow with an id from 0 to Len()-1. The record is the
// tracker's own: read it, do not keep it across Add.
func (t *Tracker) Flow(id int) *Flow { return &t.flows[id>>flowChunkShift][id&(flowChunk-1)] }

var noTrouble Trouble

// Trouble returns what was out of the ordinary on f; never nil, to be read only.
func (t *Tracker) Trouble(f *Flow) *Trouble {
	if f.trouble < 0 {
		return &noTrouble
	}
	return &t.trouble[f.trouble>>troubleChunkShift][f.trouble&(troubleChunk-1)]
}

// troubled returns the record of f's troubles to be written.
func (t *Tracker) troubled(f *Flow) *Trouble {
	if f.trouble < 0 {
		if t.troubles>>troubleChunkShift == len(t.trouble) {
			t.trouble = append(t.trouble, new([troubleChunk]Trouble))
		}
		f.trouble = int32(t.troubles)
		t.troubles++
	}
	return t.Trouble(f)
}

// Previous returns the flow that used the same addresses and ports before f.
func (t *Tracker) Previous(f *Flow) (*Flow, bool) {
	if f.prev < 0 {
		return nil, false
	}
	return t.Flow(int(f.prev)), true
}

// Quality returns what the capture is worth.
func (t *Tracker) Quality() *Quality { return &t.quality }
