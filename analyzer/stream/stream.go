// Package stream puts the payload of a connection together, in both directions,
// as the receivers got it: in order, what was sent twice once, what the capture
// lacks as a gap. It knows where bytes lie and never holds them, so that a
// connection of gigabytes takes a few bytes of memory for each segment.
//
// It also tells apart what is said in them: HTTP/1 messages and TLS records.
package stream

import (
	"cmp"

	"wirewhy/analyzer"
)

// Dir is a direction: 0 what the client sent, 1 what the server sent.
type Dir uint8

// Segment is the payload of one packet.
type Segment struct {
	Dir   Dir
	Seq   analyzer.Seq // of its first byte
	Frame uint32
	Len   uint32 // of the payload on the wire
	Data  []byte // as much of it as was captured; read during Add only
}

// Piece is a run of bytes in one frame, or a gap.
type Piece struct {
	Pos   int64  // in the conversation: both directions in the order in which they could be read; gaps take no room there
	At    int64  // in its direction, from the first byte after the SYN
	Len   int64  // of a gap: bytes that were not captured
	Frame uint32 // 0: a gap
	Skip  uint32 // bytes of the frame's payload in front of it
	Dir   Dir
}

// Overlap is a place that two frames fill. Which bytes they have there is to be
// compared where it is not known yet.
type Overlap struct {
	Dir         Dir
	At          int64
	Len         int64
	Kept, Other uint32    // frames: whose bytes count, and the other one
	Skip        [2]uint32 // of their payloads, in front of the place
	Differs     bool
	Unknown     bool // the bytes have to be compared
}

// MaxOverlaps bounds the overlaps that are remembered.
const MaxOverlaps = 50

// segment is what is kept of one.
type segment struct {
	at    int64
	frame uint32
	len   uint32 // captured
	hash  uint32
}

// side is one direction.
type side struct {
	segments []segment
	known    bool
	first    analyzer.Seq // of offset 0
	seq      analyzer.Seq // of a byte
	at       int64        // its offset
	end      int64        // of what was sent, captured or not
}

// Builder collects segments in the order of the capture.
type Builder struct {
	sides    [2]side
	Overlaps []Overlap
}

// Begin says which sequence number a direction's first byte has. Without it, the
// first segment tells.
func (b *Builder) Begin(d Dir, first analyzer.Seq) {
	x := &b.sides[d]
	x.known, x.first, x.seq = true, first, first
}

// Offset returns where a sequence number lies in its direction, the place nearest
// to near.
func (b *Builder) Offset(d Dir, seq analyzer.Seq, near int64) int64 {
	return near + int64(int32(seq-b.sides[d].first.Add(uint32(near))))
}

// Add takes in a segment's place.
func (b *Builder) Add(s Segment) {
	x := &b.sides[s.Dir]
	if s.Len == 0 {
		return
	}
	if !x.known {
		b.Begin(s.Dir, s.Seq)
	}
	at := x.at + int64(int32(s.Seq-x.seq))
	if s.Len == 1 && at+1 == x.end { // a keep-alive probe: its byte may be anything (RFC 9293 §3.8.4)
		return
	}
	if end := at + int64(s.Len); end > x.end {
		x.end, x.seq, x.at = end, s.Seq, at
	}
	x.segments = append(x.segments, segment{at, s.Frame, uint32(min(len(s.Data), int(s.Len))), hash(s.Data)})
}

// hash is FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), 32 bits.
func hash(data []byte) uint32 {
	h := uint32(2166136261)
	for _, x := range data {
		h = (h ^ uint32(x)) * 16777619
	}
	return h
}

// Pieces puts the segments together and returns them in the conversation's order.
func (b *Builder) Pieces() []Piece {
	var way [2][]Piece
	var turn [2][]uint32 // the frame with which a piece could be read
	for d := range b.sides {
		way[d], turn[d] = b.cover(Dir(d))
	}
	all := make([]Piece, 0, len(way[0])+len(way[1]))
	pos := int64(0)
	for i, j := 0, 0; i < len(way[0]) || j < len(way[1]); {
		var p Piece
		if j == len(way[1]) || i < len(way[0]) && turn[0][i] <= turn[1][j] {
			p, i = way[0][i], i+1
		} else {
			p, j = way[1][j], j+1
		}
		p.Pos = pos
		if p.Frame != 0 {
			pos += p.Len
		}
		all = append(all, p)
	}
	return all
}

// cover lays a direction's segments side by side: where two overlap, the one that
// begins first counts, and of those the one captured first.
func (b *Builder) cover(d Dir) (pieces []Piece, turns []uint32) {
	x := &b.sides[d]
	analyzer.Sort(x.segments, func(s, t segment) int { return cmp.Or(cmp.Compare(s.at, t.at), cmp.Compare(s.frame, t.frame)) })
	done, turn := int64(0), uint32(0)
	if len(x.segments) > 0 {
		done = min(x.segments[0].at, 0) // picked up in the middle, and the first one came late
	}
	start, before := done, segment{}
	add := func(p Piece) {
		p.Dir, p.At = d, p.At-start
		pieces, turns = append(pieces, p), append(turns, turn)
	}
	for _, s := range x.segments {
		end := s.at + int64(s.len)
		if s.at < done && before.frame != 0 {
			b.overlap(d, before, s, start)
		}
		if end <= done {
			continue
		}
		turn = max(turn, s.frame)
		if s.at > done {
			add(Piece{At: done, Len: s.at - done})
			done = s.at
		}
		add(Piece{At: done, Len: end - done, Frame: s.frame, Skip: uint32(done - s.at)})
		done, before = end, s
	}
	if x.end > done {
		add(Piece{At: done, Len: x.end - done})
	}
	x.first, x.segments = x.first.Add(uint32(start)), nil
	return pieces, turns
}

// overlap notes that s fills a place that another segment has filled.
func (b *Builder) overlap(d Dir, kept, s segment, start int64) {
	o := Overlap{Dir: d, At: max(kept.at, s.at) - start, Kept: kept.frame, Other: s.frame}
	o.Len = min(kept.at+int64(kept.len), s.at+int64(s.len)) - start - o.At
	same := kept.at == s.at && kept.len == s.len
	if o.Len <= 0 || same && kept.hash == s.hash || len(b.Overlaps) == MaxOverlaps {
		return
	}
	o.Skip = [2]uint32{uint32(o.At + start - kept.at), uint32(o.At + start - s.at)}
	o.Differs, o.Unknown = same, !same
	b.Overlaps = append(b.Overlaps, o)
}
