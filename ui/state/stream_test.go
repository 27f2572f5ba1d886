package state

import (
	"testing"

	"wirewhy/wasm/protocol"
)

// streamed returns a state that shows the stream of a flow of some windows.
func streamed(t *testing.T) *State {
	t.Helper()
	s := ready(t)
	s.SelectFlow(protocol.FlowRow{ID: 1})
	s.Take()
	s.ShowTab(TabStream)
	s.Apply(find(t, s.Take(), protocol.Stream).ID, window(0))
	return s
}

func window(from int) protocol.StreamView {
	return protocol.StreamView{Len: 5*StreamPage + 1, At: -1, From: int64(from), Pieces: []protocol.StreamPiece{{Pos: int64(from), Frame: uint32(from/StreamPage + 3), Data: []byte("x")}}}
}

func TestStreamPages(t *testing.T) {
	s := streamed(t)
	if !s.Stream.Here() || s.StreamFrame() != 3 {
		t.Errorf("%+v", s.Stream)
	}
	for _, c := range []struct{ by, from int }{{1, 1}, {1, 2}, {-1, 1}, {-1 << 40, 0}, {1 << 40, 5}} {
		s.TurnStream(c.by)
		r := find(t, s.Take(), protocol.Stream)
		if r.From != c.from*StreamPage || s.Stream.Here() {
			t.Errorf("by %d: from %d", c.by, r.From)
		}
		s.Apply(r.ID, window(r.From))
	}
	if s.TurnStream(1); len(s.Take()) != 0 {
		t.Error("there is something behind the end")
	}
	s.GoToStream(2*StreamPage + 77)
	if r := find(t, s.Take(), protocol.Stream); r.From != 2*StreamPage || s.Stream.Mark != 2*StreamPage+77 || !s.Stream.Reveal {
		t.Errorf("%+v, marked %d", r, s.Stream.Mark)
	}
}

// A stream that is not put together yet, or not searched to its end, is asked for
// again; an error ends that.
func TestStreamIsAskedForAgain(t *testing.T) {
	s := streamed(t)
	s.FindInStream("x")
	r := find(t, s.Take(), protocol.Stream)
	if r.Filter != "x" || r.Way != 0 {
		t.Fatalf("%+v", r)
	}
	s.Apply(r.ID, protocol.StreamView{Done: 1, Total: 9})
	r = find(t, s.Take(), protocol.Stream)
	part := window(0)
	part.Searched, part.Found = 10, []int64{3}
	s.Apply(r.ID, part)
	if s.Stream.Hit != 0 || s.Stream.Mark != 3 {
		t.Errorf("hit %d at %d", s.Stream.Hit, s.Stream.Mark)
	}
	r = find(t, s.Take(), protocol.Stream)
	whole := window(0)
	whole.Searched, whole.Found = whole.Len, []int64{3, 3*StreamPage + 5}
	s.Apply(r.ID, whole)
	if n := len(s.Take()); n != 0 {
		t.Errorf("%d requests after the end", n)
	}
	s.FindInStream("x") // the same again: the next place
	if r := find(t, s.Take(), protocol.Stream); s.Stream.Hit != 1 || r.From != 3*StreamPage {
		t.Errorf("hit %d, %+v", s.Stream.Hit, r)
	}
	s.NextHit(1)
	s.Take()
	if s.Stream.Hit != 0 {
		t.Error("behind the last place comes the first")
	}
	s.ShowWay(2)
	r = find(t, s.Take(), protocol.Stream)
	if r.Way != 2 || s.Stream.Hit != -1 {
		t.Errorf("%+v, hit %d of the other directions", r, s.Stream.Hit)
	}
	s.Apply(r.ID, protocol.StreamView{Done: 1, Total: 9, Error: "gone"})
	if n := len(s.Take()); n != 0 || s.Stream.Error != "gone" {
		t.Errorf("%d requests after %q", n, s.Stream.Error)
	}
}

// From a packet to the stream and back, and from messages to bytes.
func TestFollowFrame(t *testing.T) {
	s := streamed(t)
	s.ShowStream(StreamMessages)
	r := find(t, s.Take(), protocol.Stream)
	s.Apply(r.ID, protocol.StreamView{MessageTotal: 300, Messages: make([]protocol.StreamMessage, MessagePage)})
	if s.TurnStream(1); !r.Messages || find(t, s.Take(), protocol.Stream).From != MessagePage {
		t.Errorf("%+v", r)
	}
	s.FollowFrame(42)
	r = find(t, s.Take(), protocol.Stream)
	if r.Frame != 42 || r.Messages {
		t.Fatalf("%+v", r)
	}
	v := window(2 * StreamPage)
	v.At = 2*StreamPage + 9
	s.Apply(r.ID, v)
	if !s.Stream.Here() || s.Stream.Mark != v.At {
		t.Errorf("%+v", s.Stream)
	}
}
