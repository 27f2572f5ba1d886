package session

import (
	"math"

	"wirewhy/analyzer"
	"wirewhy/analyzer/report"
	"wirewhy/wasm/protocol"
)

// orderCache keeps the flows in the order that was asked for last.
type orderCache struct {
	by    protocol.FlowOrder
	flows []uint32 // nil: not computed
}

// sorted returns the ids of all flows in ascending order of a column; equal ones
// by start.
func (s *Session) sorted(by protocol.FlowOrder) []uint32 {
	if s.order.flows != nil && s.order.by == by {
		return s.order.flows
	}
	n := s.report.FlowCount()
	list, scratch := make([]keyed, n), make([]keyed, n)
	for i := range list {
		list[i].flow = uint32(i)
	}
	// From the least significant key to the most: sorting is stable.
	for i, key := range s.keys(by) {
		s.fillKeys(list, key, i == 0)
		list, scratch = radixSort(list, scratch)
	}
	out := make([]uint32, n)
	for i := range list {
		out[i] = list[i].flow
	}
	s.order = orderCache{by, out}
	return out
}

// sortKey packs what a flow is sorted by into an unsigned number.
type sortKey func(*report.Flow) uint64

// fillKeys computes the keys of a list, which may stand in the order of the ids
// still.
func (s *Session) fillKeys(list []keyed, key sortKey, untouched bool) {
	if untouched {
		for f := range s.report.Flows() {
			list[f.ID].key = key(f)
		}
		return
	}
	values := make([]uint64, len(list))
	for f := range s.report.Flows() {
		values[f.ID] = key(f)
	}
	for i := range list {
		list[i].key = values[list[i].flow]
	}
}

// signed maps a signed number to an unsigned one in the same order.
func signed(v int64) uint64 { return uint64(v) ^ 1<<63 }

func byStart(f *report.Flow) uint64 { return signed(int64(f.Start)) }

// keys returns the keys of a column, the least significant first.
func (s *Session) keys(by protocol.FlowOrder) []sortKey {
	switch by {
	case protocol.ByClient:
		return []sortKey{
			func(f *report.Flow) uint64 { return uint64(f.ClientPort) },
			func(f *report.Flow) uint64 { return f.ClientAddr.Lo },
			func(f *report.Flow) uint64 { return f.ClientAddr.Hi },
		}
	case protocol.ByStart:
		return []sortKey{byStart}
	case protocol.ByServer:
		return []sortKey{
			func(f *report.Flow) uint64 { return uint64(f.ServerPort) },
			func(f *report.Flow) uint64 { return f.ServerAddr.Lo },
			func(f *report.Flow) uint64 { return f.ServerAddr.Hi },
		}
	}
	if len(s.loaded) == 1 {
		return []sortKey{s.figure(by)} // flows are numbered as they began
	}
	return []sortKey{byStart, s.figure(by)}
}

// figure returns the key of a column that is a number.
func (s *Session) figure(by protocol.FlowOrder) sortKey {
	switch by {
	case protocol.ByDuration:
		return func(f *report.Flow) uint64 { return signed(int64(f.Duration())) }
	case protocol.ByPackets:
		return func(f *report.Flow) uint64 { return uint64(f.PacketCount()) }
	case protocol.ByBytes:
		return func(f *report.Flow) uint64 { return f.Payload() }
	case protocol.ByRTT:
		return func(f *report.Flow) uint64 {
			if rtt, ok := f.HandshakeRTT(); ok {
				return signed(int64(rtt))
			}
			return 0 // unknown: below all others
		}
	case protocol.ByLoss:
		return func(f *report.Flow) uint64 { return uint64(lossPermille(f) + 1) }
	case protocol.ByVerdict:
		return s.verdictKey
	case protocol.ByState:
		return func(f *report.Flow) uint64 { return uint64(f.State()) }
	}
	return byStart
}

// verdictKey sorts failures first, then by finding: those of one cause stay together.
func (s *Session) verdictKey(f *report.Flow) uint64 {
	index := s.findingIndex(f.ID)
	if index < 0 {
		return math.MaxUint64
	}
	rank := uint64(3)
	switch s.report.Findings[index].Severity {
	case analyzer.SeverityError:
		rank = 0
	case analyzer.SeverityWarning:
		rank = 1
	case analyzer.SeverityInfo:
		rank = 2
	}
	return rank<<32 | uint64(index)
}

// findingIndex returns the finding that gives a flow its verdict; -1 none.
func (s *Session) findingIndex(id int) int {
	if id < 0 || id >= len(s.findingOf) {
		return -1
	}
	return int(s.findingOf[id]) - 1
}

// lossPermille returns the share of data segments that were sent again; -1
// without data.
func lossPermille(f *report.Flow) int {
	segments, again := f.Loss()
	if segments == 0 {
		return -1
	}
	return int(again * 1000 / segments)
}
