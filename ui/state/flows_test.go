package state

import (
	"testing"

	"wirewhy/wasm/protocol"
)

// A column begins with what is most often looked for: what is large, or the first
// of an alphabet; the same one again turns the list round.
func TestSortFlows(t *testing.T) {
	s := ready(t)
	for _, c := range []struct {
		by   protocol.FlowOrder
		down bool
	}{
		{protocol.ByBytes, true}, {protocol.ByBytes, false}, {protocol.ByClient, false}, {protocol.ByClient, true}, {protocol.ByVerdict, false}, {protocol.ByRTT, true},
		{protocol.ByLoss, true}, {protocol.ByDuration, true}, {protocol.ByStart, false}, {protocol.ByState, false},
	} {
		s.Flows.Cursor = 3
		s.SortFlows(c.by)
		r := find(t, s.Take(), protocol.Flows)
		if r.Sort != c.by || r.Down != c.down || s.Flows.Cursor != -1 {
			t.Errorf("by %d: %+v", c.by, r)
		}
	}
}

// An answer to what nobody asked changes nothing.
func TestUnaskedRows(t *testing.T) {
	s := ready(t)
	s.Apply(77, protocol.FlowRows{Total: 9, Rows: make([]protocol.FlowRow, 9)})
	s.Apply(78, protocol.PacketRows{Total: 9, Rows: make([]protocol.PacketRow, 9)})
	if s.Flows.Total != 0 || s.Packets.Total != 0 {
		t.Errorf("%d flows, %d packets", s.Flows.Total, s.Packets.Total)
	}
}
