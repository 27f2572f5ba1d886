package flow

import (
	"iter"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// Entry is what the index remembers of one packet.
type Entry struct {
	Frame   uint32
	Offset  int64 // of its record in the file
	Dir     Dir
	Flags   wire.Flags // the low eight
	Events  analyzer.Events
	DataLen uint32 // payload in bytes; 65,535 stands for that and more
}

// index entry, 16 bytes:
//
//	next    uint32  the flow's next packet, plus one; 0: none
//	offLow  uint32  low 32 bits of the record's offset
//	offHigh uint8   high 8 bits: files up to 1 TiB
//	flags   uint8   TCP flags
//	dataLen uint16  payload, saturated
//	events  uint32  events in the low 24 bits, direction in bit 31
type entry struct {
	next, offLow   uint32
	offHigh, flags uint8
	dataLen        uint16
	events         uint32
}

const (
	chunkShift = 14
	chunkLen   = 1 << chunkShift
	fromServer = 1 << 31
)

// index holds an entry for each frame of the capture, in chunks so that growing
// never copies.
type index struct {
	chunks  []*[chunkLen]entry
	room    room[entry]
	count   uint32
	scratch entry // stands in for entries beyond the limit
}

func (x *index) at(i uint32) *entry { return &x.chunks[i>>chunkShift][i&(chunkLen-1)] }

// grow makes room for frame number n (from 1), and reports whether there was any.
func (x *index) grow(n uint32, t *Tracker) bool {
	for uint32(len(x.chunks))<<chunkShift < n {
		c := x.room.chunk(chunkLen, len(x.chunks), t)
		if c == nil {
			return false
		}
		x.chunks = append(x.chunks, (*[chunkLen]entry)(c))
	}
	x.count = n
	return true
}

func (e *entry) read(frame uint32) Entry {
	d := Originator
	if e.events&fromServer != 0 {
		d = Responder
	}
	return Entry{
		Frame: frame, Offset: int64(e.offHigh)<<32 | int64(e.offLow), Dir: d,
		Flags: wire.Flags(e.flags), Events: analyzer.Events(e.events & (1<<24 - 1)), DataLen: uint32(e.dataLen),
	}
}

// Entries returns the flow's packets in the order in which they were captured,
// ICMP errors that quote it included.
func (t *Tracker) Entries(f *Flow) iter.Seq[Entry] { return t.EntriesAfter(f, 0) }

// EntriesAfter returns the flow's packets that come after a frame, which is one
// of them; 0: all.
func (t *Tracker) EntriesAfter(f *Flow, frame uint32) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		i := f.first
		if frame != 0 && frame <= t.index.count {
			i = int32(t.index.at(frame - 1).next)
		}
		for i != 0 {
			e := t.index.at(uint32(i - 1))
			if !yield(e.read(uint32(i))) {
				return
			}
			i = int32(e.next)
		}
	}
}

// Entry returns what the index remembers of a frame; false if there is no such
// frame.
func (t *Tracker) Entry(frame uint32) (Entry, bool) {
	if frame == 0 || frame > t.index.count {
		return Entry{}, false
	}
	return t.index.at(frame - 1).read(frame), true
}

// Frames returns the number of frames in the index.
func (t *Tracker) Frames() uint32 { return t.index.count }
