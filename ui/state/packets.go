package state

import (
	"wirewhy/analyzer"
	"wirewhy/wasm/protocol"
)

// Packets is the packet list of the selected flow, as far as it is in sight.
type Packets struct {
	Total   int
	Error   string
	Cursor  int  // row that the keyboard is on; -1: none
	Reveal  bool // it is to be brought into sight
	pending bool // its packet is to be shown when it is here
	begin   analyzer.Timestamp
	seeking uint32
	First   int // rows in sight, [First, End)
	End     int
	pages   pages[protocol.PacketRow]
}

// Packet is the one packet whose layers and bytes are shown.
type Packet struct {
	Frame   uint32 // 0: none
	Capture int    // 1 + the index of its capture; 0: the flow's own, or the first
	Field   int    // that the keyboard is on, layers counted too; -1: none
	Byte    int    // the same; -1: none
	View    protocol.PacketView
	From    int // bytes that are lit, [From, To)
	To      int
	asked   uint32
}

func newPackets() Packets {
	return Packets{Cursor: -1, End: pageLen / 2, pages: newPages[protocol.PacketRow]()}
}

func newPacket() Packet { return Packet{Field: -1, Byte: -1} }

func (p *Packets) stale() { p.pages.stale() }

// Row returns row i of the list, if it is here.
func (p *Packets) Row(i int) (protocol.PacketRow, bool) { return p.pages.at(i) }

func (p *Packets) apply(id uint32, m protocol.PacketRows) {
	if id == p.seeking {
		p.found(m)
	}
	page, ok := p.pages.answered(id)
	if !ok {
		return
	}
	p.Error, p.Total = m.Error, m.Total
	p.pages.set(page, m.Rows)
	if row, ok := p.Row(0); ok {
		p.begin = row.Time
	}
}

// Begin returns the time of the list's first packet; 0 if it was not here yet.
func (p *Packets) Begin() analyzer.Timestamp { return p.begin }

func (s *State) lookAtPackets() {
	if s.Tab != TabPackets || s.Phase != Reading && s.Phase != Ready || s.Packets.Error != "" {
		return
	}
	flow := s.packetFlow()
	p := &s.Packets
	end := max(p.End, 1) // the first row tells how many there are
	if p.Total > 0 {
		end = min(end, p.Total)
	}
	p.pages.missing(p.First, end, func(from, to int) uint32 {
		return s.ask(protocol.Request{Kind: protocol.Packets, Flow: flow, Finding: -1, From: from, To: to})
	})
}

// SeePackets says which rows of the packet list are in sight.
func (s *State) SeePackets(first, end int) {
	if first == s.Packets.First && end == s.Packets.End {
		return
	}
	s.Packets.First, s.Packets.End = max(first, 0), max(end, 0)
	s.lookAtPackets()
}

// SelectPacket shows a frame's layers and bytes.
func (s *State) SelectPacket(frame uint32) { s.SelectPacketOf(0, frame) }

// SelectPacketOf does for a frame of another capture than the flow's own: 1 + its
// index.
func (s *State) SelectPacketOf(capture int, frame uint32) {
	if frame == 0 {
		return
	}
	s.Packet = newPacket()
	s.Packet.Frame, s.Packet.Capture = frame, capture
	s.Packet.asked = s.ask(protocol.Request{Kind: protocol.Packet, Frame: frame, Flow: s.Selection.Flow, Finding: -1, Capture: capture})
	for i := s.Packets.First; i < s.Packets.End; i++ {
		if row, ok := s.Packets.Row(i); ok && s.Packet.Is(row) {
			s.Packets.Cursor = i
			return
		}
	}
	s.Packets.seeking = s.ask(protocol.Request{Kind: protocol.Packets, Frame: frame, Capture: capture, Flow: s.packetFlow(), Finding: -1})
}

// found takes in where the frame that was chosen elsewhere stands in the list.
func (p *Packets) found(m protocol.PacketRows) {
	p.seeking = 0
	if m.At > 0 {
		p.Total, p.Cursor, p.Reveal = m.Total, m.At-1, true
	}
}

// packetFlow is the flow whose packets are listed; -1: all of them.
func (s *State) packetFlow() int {
	if s.Selection.Kind == Nothing {
		return -1
	}
	return s.Selection.Flow
}

// MovePacket moves the keyboard's place in the list and shows the packet there.
func (s *State) MovePacket(by int) {
	p := &s.Packets
	if p.Total == 0 {
		return
	}
	s.SelectRow(min(max(p.Cursor+by, 0), p.Total-1))
}

// SelectRow shows the packet of a row, as soon as the row is here.
func (s *State) SelectRow(i int) {
	p := &s.Packets
	p.Cursor = i
	row, ok := p.Row(i)
	if p.pending = !ok; ok {
		s.SelectPacketOf(row.Capture, row.Frame)
	}
}

// Is reports whether a row is the packet's.
func (p *Packet) Is(row protocol.PacketRow) bool {
	return row.Frame == p.Frame && (p.Capture == 0 || p.Capture == row.Capture)
}

// MoveField goes on by some fields, layers counted too, lights the one there, and
// returns the numbers of its layer and of the field in it; field -1 is the layer.
func (s *State) MoveField(by int) (layer, field int) {
	p := &s.Packet
	count := 0
	for _, l := range p.View.Layers {
		count += 1 + len(l.Fields)
	}
	at := min(max(p.Field+by, 0), count-1)
	for i, l := range p.View.Layers {
		if at <= len(l.Fields) {
			s.LightField(i, at-1)
			return i, at - 1
		}
		at -= 1 + len(l.Fields)
	}
	return -1, -1
}

// MoveByte goes on by some bytes and lights the field there.
func (s *State) MoveByte(by int) {
	if n := len(s.Packet.View.Data); n > 0 {
		s.LightByte(min(max(s.Packet.Byte+by, 0), n-1))
	}
}

func (s *State) applyPacket(id uint32, m protocol.PacketView) {
	if id == s.Packet.asked {
		s.Packet.View = m
	}
}

// LightField lights the bytes of a field; field -1 is the layer as a whole.
func (s *State) LightField(layer, field int) {
	layers := s.Packet.View.Layers
	if layer < 0 || layer >= len(layers) {
		return
	}
	l := layers[layer]
	s.Packet.Field, s.Packet.Byte = field+1, l.Offset
	for _, before := range layers[:layer] {
		s.Packet.Field += 1 + len(before.Fields)
	}
	s.Packet.From, s.Packet.To = l.Offset, l.Offset+l.Len
	if field >= 0 && field < len(l.Fields) {
		f := l.Fields[field]
		s.Packet.From, s.Packet.To, s.Packet.Byte = f.Offset, f.Offset+f.Len, f.Offset
	}
}

// LightByte lights the smallest field that holds a byte, or its layer.
func (s *State) LightByte(at int) {
	best, number := len(s.Packet.View.Data)+1, -1
	s.Packet.Byte = at
	try := func(offset, length int) {
		number++
		if offset <= at && at < offset+length && length < best {
			best = length
			s.Packet.From, s.Packet.To, s.Packet.Field = offset, offset+length, number
		}
	}
	for _, l := range s.Packet.View.Layers {
		try(l.Offset, l.Len)
		for _, f := range l.Fields {
			try(f.Offset, f.Len)
		}
	}
}
