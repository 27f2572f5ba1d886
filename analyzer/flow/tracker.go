package flow

import "wirewhy/analyzer/wire"

// Limits bound what a Tracker keeps.
type Limits struct {
	Flows int // 0: DefaultLimits
}

// Tracker follows the flows of one capture.
type Tracker struct {
	index   index
	flows   []*[flowChunk]Flow
	count   int
	trouble []*Trouble
	quality Quality
}

const (
	flowChunkShift = 10
	flowChunk      = 1 << flowChunkShift
)

// NewTracker returns a Tracker without flows.
func NewTracker(l Limits) *Tracker { return &Tracker{} }

// Add takes the next packet of the capture; p is not kept.
func (t *Tracker) Add(p *wire.Packet) {}

// Finish settles what can only be known when the capture has ended: states,
// idle ends, capture quality. It may be called while reading to show what is
// known so far, and again.
func (t *Tracker) Finish() {}

// Len returns the number of flows.
func (t *Tracker) Len() int { return t.count }

// Flow returns the flow with an id from 0 to Len()-1. The record is the
// tracker's own: read it, do not keep it across Add.
func (t *Tracker) Flow(id int) *Flow { return &t.flows[id>>flowChunkShift][id&(flowChunk-1)] }

var noTrouble Trouble

// Trouble returns what was out of the ordinary on f; never nil.
func (t *Tracker) Trouble(f *Flow) *Trouble {
	if f.trouble < 0 {
		return &noTrouble
	}
	return t.trouble[f.trouble]
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

// Vantage returns where the packets of f were captured.
func (t *Tracker) Vantage(f *Flow) Vantage { return VantageUnknown }

// CaptureVantage returns where most flows were captured.
func (t *Tracker) CaptureVantage() Vantage { return VantageUnknown }
