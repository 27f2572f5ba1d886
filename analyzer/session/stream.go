package session

import (
	"bytes"
	"fmt"
	"slices"
	"sort"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/report"
	"wirewhy/analyzer/stream"
	"wirewhy/analyzer/wire"
	"wirewhy/wasm/protocol"
)

const (
	// streamWindow is how much payload one answer holds, in bytes.
	streamWindow = 16 << 10
	// streamTurn bounds the time that one answer spends on reading packets.
	streamTurn = 100 * time.Millisecond
	// maxStreamPackets bounds the packets with payload that are put together.
	maxStreamPackets = 1 << 20
	// maxFound bounds the places that a search returns.
	maxFound = 1000
	// maxNeedle bounds what is searched for, in bytes.
	maxNeedle = 256
)

// followed is the payload of one flow: where its pieces lie, never the bytes.
type followed struct {
	of      *flow.Flow // ids change while more is read
	loaded  *loaded
	again   again
	packet  wire.Packet
	entries []uint32 // frames with payload; those beyond read are still to be read
	read    int
	more    bool // there are more than are put together
	builder stream.Builder
	pieces  []stream.Piece // once all are read
	len     int64
	missing [2]int64

	parser stream.Parser
	parsed int // pieces

	needle   []byte
	fold     bool  // without regard to the case of letters
	way      uint8 // as in the request
	found    []int64
	searched int // pieces
	tails    [2][]byte

	saving int // piece that the next part of a file begins with
	part   int
}

// streamOf returns the stream of a flow, begun if it is another one.
func (s *Session) streamOf(id int) (*followed, analyzer.Text) {
	f, ok := s.report.Flow(id)
	if !ok {
		return nil, noSuchFlow
	}
	if x := s.follow; x != nil && x.of == f.Flow {
		return x, analyzer.Text{}
	}
	s.forgetStream()
	l := s.loaded[f.Captures[0]]
	if l.listing != nil {
		return nil, noPayload
	}
	s.follow = newFollowed(&f, l)
	return s.follow, analyzer.Text{}
}

func newFollowed(f *report.Flow, l *loaded) *followed {
	x := &followed{of: f.Flow, loaded: l}
	const aside = analyzer.Copy | analyzer.Foreign | analyzer.Quoted
	for e := range f.Tracker.Entries(f.Flow) {
		switch {
		case e.DataLen == 0 || e.Events&aside != 0:
		case len(x.entries) == maxStreamPackets:
			x.more = true
		default:
			x.entries = append(x.entries, e.Frame)
		}
	}
	for d := range f.Sides {
		x.builder.Begin(stream.Dir(d), f.Sides[d].ISN.Add(1))
	}
	return x
}

func (s *Session) forgetStream() {
	if s.follow != nil {
		s.follow.again.close()
		s.follow = nil
	}
}

// load reads a frame of the flow again and returns its payload.
func (x *followed) load(frame uint32) ([]byte, error) {
	e, _ := x.loaded.tracker.Entry(frame)
	if err := x.again.seek(x.loaded, e); err != nil {
		return nil, err
	}
	if x.again.decoder == nil {
		x.again.decoder = wire.NewDecoder(wire.Config{})
	}
	x.again.decoder.Decode(&x.again.frame, &x.packet)
	if x.packet.Kind != wire.KindTCP { // a fragment
		return nil, nil
	}
	return x.packet.Payload, nil
}

// goOn puts more of the stream together, for a while.
func (x *followed) goOn(until time.Time) error {
	for x.read < len(x.entries) {
		frame := x.entries[x.read]
		data, err := x.load(frame)
		if err != nil {
			return err
		}
		e, _ := x.loaded.tracker.Entry(frame)
		p := &x.packet
		seq := p.TCP.Seq
		if p.TCP.Flags.Has(wire.SYN) {
			seq = seq.Add(1)
		}
		if p.Kind == wire.KindTCP {
			x.builder.Add(stream.Segment{Dir: stream.Dir(e.Dir), Seq: seq, Frame: frame, Len: p.TCP.PayloadLen, Data: data})
		}
		if x.read++; x.read%64 == 0 && time.Now().After(until) {
			return nil
		}
	}
	if x.pieces == nil {
		return x.finish()
	}
	return nil
}

// finish makes the pieces when all packets are read.
func (x *followed) finish() error {
	pieces := x.builder.Pieces()
	if err := x.compare(); err != nil {
		return err
	}
	x.len, x.missing = 0, [2]int64{}
	for _, p := range pieces {
		if p.Frame == 0 {
			x.missing[p.Dir] += p.Len
		} else {
			x.len = p.Pos + p.Len
		}
	}
	x.pieces = append([]stream.Piece{}, pieces...)
	return nil
}

// compare reads the bytes of overlaps that are not known to be the same.
func (x *followed) compare() error {
	bytesOf := map[uint32][]byte{}
	var frames []uint32
	for _, o := range x.builder.Overlaps {
		if o.Unknown {
			frames = append(frames, o.Kept, o.Other)
		}
	}
	slices.Sort(frames) // one pass over a compressed file
	for _, n := range slices.Compact(frames) {
		data, err := x.load(n)
		if err != nil {
			return err
		}
		bytesOf[n] = bytes.Clone(data)
	}
	for i := range x.builder.Overlaps {
		if o := &x.builder.Overlaps[i]; o.Unknown {
			a, b := bytesOf[o.Kept], bytesOf[o.Other]
			a, b = a[min(int(o.Skip[0]), len(a)):], b[min(int(o.Skip[1]), len(b)):]
			n := min(len(a), len(b), int(o.Len))
			o.Unknown, o.Differs = false, !bytes.Equal(a[:n], b[:n])
		}
	}
	return nil
}

// streamView answers Stream. s.mu is held.
func (s *Session) streamView(r *protocol.Request) any {
	x, why := s.streamOf(r.Flow)
	if x == nil {
		return protocol.StreamView{Error: why.In(r.Lang), At: -1}
	}
	until := time.Now().Add(streamTurn)
	v := protocol.StreamView{At: -1}
	err := x.goOn(until)
	v.Done, v.Total = x.read, len(x.entries)
	if x.pieces != nil && err == nil {
		err = x.show(&v, r, until)
	}
	if err != nil {
		s.forgetStream() // the next request begins anew
		v.Error = readAgain(err, r.Lang)
	} else if x.more && v.Done == v.Total {
		v.Error = streamCut.In(r.Lang)
	}
	return v
}

// show fills a view with what is wanted of a stream that is put together.
func (x *followed) show(v *protocol.StreamView, r *protocol.Request, until time.Time) error {
	v.Len, v.Missing = x.len, x.missing
	for _, p := range x.pieces {
		if p.Frame != 0 {
			v.Sent[p.Dir] += p.Len
		}
	}
	if r.Messages {
		return x.messages(v, r, until)
	}
	v.From = int64(r.From)
	if r.Frame != 0 {
		if v.At = x.posOf(r.Frame); v.At >= 0 {
			v.From = v.At
		}
	}
	v.From = max(min(v.From, x.len-1), 0) / streamWindow * streamWindow
	if err := x.window(v, r.Way, r.Lang); err != nil {
		return err
	}
	if r.Filter == "" {
		return nil
	}
	err := x.search(r.Filter, r.Way, until)
	v.Found, v.Searched = x.found, x.len
	if err == nil && x.searched < len(x.pieces) {
		v.Searched = x.pieces[x.searched].Pos
	}
	return err
}

// posOf returns where the payload of a frame lies in the conversation; of one that
// repeats others, where those lie. -1: nowhere.
func (x *followed) posOf(frame uint32) int64 {
	for _, p := range x.pieces {
		if p.Frame == frame {
			return p.Pos
		}
	}
	e, ok := x.loaded.tracker.Entry(frame)
	if !ok || !slices.Contains(x.entries, frame) {
		return -1
	}
	if _, err := x.load(frame); err != nil {
		return -1
	}
	d, near := stream.Dir(e.Dir), int64(0)
	for _, p := range x.pieces {
		if p.Dir == d && p.Frame != 0 && p.Frame < frame {
			near = max(near, p.At)
		}
	}
	at := x.builder.Offset(d, x.packet.TCP.Seq, near)
	for _, p := range x.pieces {
		if p.Dir == d && p.Frame != 0 && p.At+p.Len > at {
			return p.Pos + max(at-p.At, 0)
		}
	}
	return -1
}

// window fills a view with the pieces from v.From on.
func (x *followed) window(v *protocol.StreamView, way uint8, lang analyzer.Lang) error {
	first := sort.Search(len(x.pieces), func(i int) bool { return x.pieces[i].Pos >= v.From })
	if first > 0 && x.pieces[first-1].Frame != 0 { // it may reach into what is wanted; a gap takes no room
		first--
	}
	for _, p := range x.pieces[first:] {
		from, to := max(p.Pos, v.From), min(p.Pos+p.Len, v.From+streamWindow)
		if p.Frame != 0 && from >= to {
			continue
		}
		if p.Frame == 0 && p.Pos > v.From+streamWindow || p.Frame != 0 && p.Pos >= v.From+streamWindow {
			break
		}
		if way != 0 && way != uint8(p.Dir)+1 {
			continue
		}
		out := protocol.StreamPiece{Pos: from, Server: p.Dir == 1, Frame: p.Frame}
		if p.Frame == 0 {
			out.Missing = p.Len
			v.Pieces = append(v.Pieces, out)
			continue
		}
		data, err := x.bytes(p)
		if err != nil {
			return err
		}
		out.Time, out.Data = x.packet.Time, bytes.Clone(data[from-p.Pos:to-p.Pos])
		out.Note = x.noteOf(p, lang)
		v.Pieces = append(v.Pieces, out)
	}
	return nil
}

// bytes reads a piece's bytes; they are valid until the next one.
func (x *followed) bytes(p stream.Piece) ([]byte, error) {
	data, err := x.load(p.Frame)
	if err != nil {
		return nil, err
	}
	if int64(len(data)) < int64(p.Skip)+p.Len {
		return nil, fmt.Errorf("frame %d is not what it was", p.Frame)
	}
	return data[p.Skip:][:p.Len], nil
}

// noteOf says that another frame has other bytes for a piece's place.
func (x *followed) noteOf(p stream.Piece, lang analyzer.Lang) string {
	for _, o := range x.builder.Overlaps {
		if o.Differs && o.Dir == p.Dir && o.Kept == p.Frame && o.At < p.At+p.Len && p.At < o.At+o.Len {
			return analyzer.Text{
				En: fmt.Sprintf("Frame %d holds other bytes for this place (%d of them).", o.Other, o.Len),
				Zh: fmt.Sprintf("帧 %d 在同一位置带有不同的内容（%d 字节）。", o.Other, o.Len),
			}.In(lang)
		}
	}
	return ""
}

var (
	noPayload = analyzer.Text{En: "What was read is a text: it holds no payload to follow.", Zh: "读取的是文本，不含可跟踪的载荷。"}
	streamCut = analyzer.Text{En: "Only the first 1,048,576 packets with payload were put together.", Zh: "只重组了前 1,048,576 个带载荷的包。"}
)
