package flow

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// Tracker follows the flows of one capture.
type Tracker struct {
	limits   Limits
	index    index
	table    table
	halfOpen halfOpen
	midFlow  midFlow
	copies   copies
	gaps     gapPool

	recent   *Flow // of the packet before
	flows    []*[flowChunk]Flow
	flowRoom room[Flow]
	count    int
	trouble  []*[troubleChunk]Trouble
	troubles int
	repeats  ledger[synTimes]
	before   ledger[uint32] // the flow that used the same addresses and ports before
	scratch  Trouble        // written instead of a record beyond the limit
	bytes    int64          // of index and flows
	whole    float64        // the capture's length as a multiple of what was read so far; 0: unknown

	quality Quality
	clock   clock
	hosts   hosts

	notebook ledger[appNotes]
	meters   ledger[meter]
	lookups  lookups
	told     Vantage         // by SetVantage; empty: it is worked out
	noticed  analyzer.Events // on the latest packet
}

// NewTracker returns a Tracker without flows.
func NewTracker(l Limits) *Tracker {
	return &Tracker{
		limits:   l.orDefault(),
		notebook: ledger[appNotes]{limit: maxNotes}, meters: ledger[meter]{limit: maxMeters}, repeats: ledger[synTimes]{limit: maxRepeats},
		before: ledger[uint32]{limit: DefaultFlows},
	}
}

// Add takes the next packet of the capture; p is not kept. Frame numbers rise; a
// packet whose number does not is followed, but cannot be found by it. Add returns
// what was noticed on the packet; later ones may take some of it back.
func (t *Tracker) Add(p *wire.Packet) analyzer.Events {
	q := &t.quality
	t.noticed = 0
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
	return t.noticed
}

// enter makes the packet's index entry; beyond the limit a scratch one.
func (t *Tracker) enter(p *wire.Packet) *entry {
	if p.Frame > t.limits.Frames || p.Frame <= t.index.count || !t.index.grow(p.Frame, t) {
		t.quality.Unindexed++
		return &t.index.scratch
	}
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
	t.noticed = ev
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

// Len returns the number of flows.
func (t *Tracker) Len() int { return t.count }

// Flow returns the flow with an id from 0 to Len()-1. The record is the
// tracker's own: read it, do not keep it across Add.
func (t *Tracker) Flow(id int) *Flow { return &t.flows[id>>flowChunkShift][id&(flowChunk-1)] }

// Previous returns the flow that used the same addresses and ports before f.
func (t *Tracker) Previous(f *Flow) (*Flow, bool) {
	if before := t.before.find(f.ID); before != nil {
		return t.Flow(int(*before)), true
	}
	return nil, false
}

// Quality returns what the capture is worth.
func (t *Tracker) Quality() *Quality { return &t.quality }
