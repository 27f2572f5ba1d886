package state

import (
	"slices"

	"wirewhy/wasm/protocol"
)

// StreamForm is how a stream is shown.
type StreamForm string

// The forms.
const (
	StreamText     StreamForm = "text"
	StreamHex      StreamForm = "hex"
	StreamMessages StreamForm = "messages"
)

// StreamPage is how many bytes of a stream are shown at once; the worker sends
// that many. MessagePage is the same for messages.
const (
	StreamPage  = 16 << 10
	MessagePage = 100
)

// Stream is the payload of the selected flow, a page of it.
type Stream struct {
	Form   StreamForm
	Way    uint8                // 0 both directions, 1 what the client sent, 2 what the server sent
	View   *protocol.StreamView // nil: not here yet
	Error  string
	Needle string
	Hit    int   // index in View.Found; -1: none
	Mark   int64 // the position that was gone to; -1: none
	Reveal bool  // bring Mark, or the page's begin, into sight

	flow    int // of View
	from    int // position, or number of a message, that the page begins with
	request protocol.Request
	asked   uint32
}

func newStream() Stream { return Stream{Form: StreamText, Hit: -1, Mark: -1, flow: -1} }

// Here reports whether the page that is wanted is here.
func (x *Stream) Here() bool {
	if x.View == nil || x.View.Done < x.View.Total {
		return false
	}
	return x.Form == StreamMessages && x.View.MessageFrom == x.from || x.Form != StreamMessages && int(x.View.From) == x.from
}

// askStream asks for the page, and for the frame if there is one.
func (s *State) askStream(frame uint32) {
	if s.Tab != TabStream || s.Phase != Reading && s.Phase != Ready || s.Selection.Kind == Nothing || s.Selection.Flow < 0 {
		return
	}
	x := &s.Stream
	if x.flow != s.Selection.Flow {
		*x = Stream{Form: x.Form, Way: x.Way, Needle: x.Needle, Hit: -1, Mark: -1, flow: s.Selection.Flow}
	}
	x.request = protocol.Request{
		Kind: protocol.Stream, Flow: x.flow, Finding: -1, From: x.from, To: x.from + MessagePage, Frame: frame,
		Messages: x.Form == StreamMessages, Way: x.Way, Filter: x.Needle,
	}
	x.asked = s.ask(x.request)
}

// lookAtStream asks for the stream if it is not there.
func (s *State) lookAtStream() {
	if x := &s.Stream; x.View == nil || x.flow != s.Selection.Flow {
		s.askStream(0)
	}
}

func (s *State) applyStream(id uint32, m protocol.StreamView) {
	x := &s.Stream
	if id != x.asked {
		return
	}
	if m.Done < m.Total && m.Error == "" { // not put together yet: once more
		if x.View == nil || x.View.Pieces == nil && x.View.Messages == nil {
			x.View = &m
		}
		x.asked = s.ask(x.request)
		return
	}
	x.View, x.Error = &m, m.Error
	if x.request.Frame != 0 {
		x.Mark, x.from = m.At, int(m.From)
		x.request.Frame, x.request.From = 0, x.from
	}
	if x.Hit < 0 && len(m.Found) > 0 {
		x.Hit = 0
		if i, _ := slices.BinarySearch(m.Found, max(x.Mark, int64(x.from))); i < len(m.Found) {
			x.Hit = i
		}
		s.goToHit()
	}
	if x.Needle != "" && m.Searched < m.Len && !x.request.Messages && x.asked == id {
		x.asked = s.ask(x.request)
	}
}

// TurnStream moves by pages; far beyond an end it stops there.
func (s *State) TurnStream(pages int) {
	x := &s.Stream
	if x.View == nil {
		return
	}
	page, last := StreamPage, max(int(x.View.Len)-1, 0)
	if x.Form == StreamMessages {
		page, last = MessagePage, max(x.View.MessageTotal-1, 0)
	}
	from := min(max(x.from/page+pages, 0), last/page) * page
	if from != x.from {
		x.from, x.Mark, x.Reveal = from, -1, true
		s.askStream(0)
	}
}

// ShowStream shows a stream in a form.
func (s *State) ShowStream(form StreamForm) {
	x := &s.Stream
	if (form == StreamMessages) != (x.Form == StreamMessages) {
		x.from, x.View = 0, nil
	}
	x.Form, x.Reveal = form, true
	s.askStream(0)
}

// ShowWay shows both directions or one.
func (s *State) ShowWay(way uint8) {
	s.Stream.Way, s.Stream.Hit, s.Stream.Reveal = way, -1, true
	s.askStream(0)
}

// GoToStream shows a position of the stream.
func (s *State) GoToStream(pos int64) {
	x := &s.Stream
	if x.Form == StreamMessages {
		x.Form, x.View = StreamText, nil
	}
	x.from, x.Mark, x.Reveal = int(pos)/StreamPage*StreamPage, pos, true
	s.askStream(0)
}

// FollowFrame shows where the payload of a frame lies in the stream.
func (s *State) FollowFrame(frame uint32) {
	x := &s.Stream
	if x.Form == StreamMessages {
		x.Form, x.View = StreamText, nil
	}
	s.Tab, x.Reveal = TabStream, true
	s.askStream(frame)
}

// FindInStream looks for a text; the same one again goes on to the next place.
func (s *State) FindInStream(text string) {
	x := &s.Stream
	if text == x.Needle && text != "" {
		s.NextHit(1)
		return
	}
	x.Needle, x.Hit = text, -1
	if x.Form == StreamMessages && text != "" {
		x.Form, x.View, x.from = StreamText, nil, 0
	}
	s.askStream(0)
}

// NextHit goes to another place that was found.
func (s *State) NextHit(by int) {
	x := &s.Stream
	if x.View == nil || len(x.View.Found) == 0 {
		return
	}
	n := len(x.View.Found)
	x.Hit = ((x.Hit+by)%n + n) % n
	s.goToHit()
}

func (s *State) goToHit() {
	x := &s.Stream
	x.Mark, x.Reveal = x.View.Found[x.Hit], true
	if from := int(x.Mark) / StreamPage * StreamPage; from != x.from {
		x.from = from
		s.askStream(0)
	}
}

// StreamFrame returns the frame that holds what was gone to, or else what the page
// begins with; 0: none.
func (s *State) StreamFrame() uint32 {
	frame := uint32(0)
	if v := s.Stream.View; v != nil {
		for _, p := range v.Pieces {
			if p.Frame != 0 && (frame == 0 || p.Pos <= s.Stream.Mark) {
				frame = p.Frame
			}
		}
	}
	return frame
}

// AskStreamFile asks for the first piece of the stream as a file.
func (s *State) AskStreamFile(way uint8, piece int) uint32 {
	return s.ask(protocol.Request{Kind: protocol.SaveStream, Flow: s.Stream.flow, Finding: -1, Way: way, From: piece})
}
