package diagnose

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

// Frames of a flow by what they are. Copies are left out.

func (s *Subject) synFrames() []uint32 {
	return s.entries(func(e flow.Entry) bool {
		return e.Flags&(wire.SYN|wire.ACK) == wire.SYN && e.Events&analyzer.Quoted == 0
	})
}

func (s *Subject) synAckFrames() []uint32 {
	return s.entries(func(e flow.Entry) bool { return e.Flags.Has(wire.SYN|wire.ACK) && e.Events&analyzer.Foreign == 0 })
}

func (s *Subject) foreignFrames(flags wire.Flags) []uint32 {
	return s.entries(func(e flow.Entry) bool { return e.Events&analyzer.Foreign != 0 && e.Flags.Has(flags) })
}

// dataFrames returns the frames with payload that a side sent.
func (s *Subject) dataFrames(d flow.Dir) []uint32 {
	return s.entries(func(e flow.Entry) bool { return e.Dir == d && e.DataLen > 0 })
}

// eventFrames returns the frames that one side sent and that carry an event.
func (s *Subject) eventFrames(d flow.Dir, ev analyzer.Events) []uint32 {
	return s.entries(func(e flow.Entry) bool { return e.Dir == d && e.Events&ev != 0 })
}

func (s *Subject) resetFrames(d flow.Dir) []uint32 {
	return s.entries(func(e flow.Entry) bool { return e.Dir == d && e.Flags.Has(wire.RST) && e.Events&analyzer.Foreign == 0 })
}

// ackBefore returns the last frame without payload by which a side acknowledged
// something before a frame; 0 if there is none.
func (s *Subject) ackBefore(d flow.Dir, frame uint32) uint32 {
	var last uint32
	for e := range s.run.Tracker.Entries(s.Flow) {
		if e.Frame >= frame {
			break
		}
		if e.Dir == d && e.Flags.Has(wire.ACK) && !e.Flags.Any(wire.SYN|wire.RST) && e.Events&analyzer.Copy == 0 {
			last = e.Frame
		}
	}
	return last
}

// dataBefore returns the last frame with payload that a side sent before a frame.
func (s *Subject) dataBefore(d flow.Dir, frame uint32) uint32 { return s.lastData(d, frame).Frame }

// lastData returns the last segment with data that a side sent before a frame; 0: at all.
func (s *Subject) lastData(d flow.Dir, before uint32) (last flow.Entry) {
	for e := range s.run.Tracker.Entries(s.Flow) {
		if before != 0 && e.Frame >= before {
			break
		}
		if e.Dir == d && e.DataLen > 0 && e.Events&analyzer.Copy == 0 {
			last = e
		}
	}
	return last
}

// framesAfter returns the frames that a side sent after a frame.
func (s *Subject) framesAfter(d flow.Dir, frame uint32) []uint32 {
	return s.entries(func(e flow.Entry) bool { return e.Dir == d && e.Frame > frame })
}
