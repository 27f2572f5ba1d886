package state

import (
	"time"

	"wirewhy/wasm/protocol"
)

// Graphs are the curves of the selected flow, or of the capture.
type Graphs struct {
	View     *protocol.GraphView // nil: not here yet
	Error    string
	Side     uint8 // whose data; 2: whoever sent more
	Panel    int   // the one that stands alone; -1: all
	Hidden   uint32
	Absolute bool          // sequence numbers as they stand in the packets
	From, To time.Duration // in sight; To 0: all
	Width    int           // of the drawing, px
	Height   int
	X, Y     float64 // of the crosshair, px
	Pointed  bool    // there is a crosshair

	asked uint32
	again bool // what was asked for is out of date already
}

func newGraphs(old Graphs) Graphs {
	return Graphs{Side: 2, Panel: -1, Hidden: old.Hidden, Absolute: old.Absolute, Width: old.Width, Height: old.Height}
}

// lookAtGraphs asks for the curves in sight. One request is under way at a time.
func (s *State) lookAtGraphs() {
	g := &s.Graphs
	if s.Tab != TabGraphs || s.Phase != Reading && s.Phase != Ready || g.Width == 0 {
		return
	}
	if g.View == nil && s.lost {
		g.Error = s.Lost()
	}
	if g.asked != 0 {
		g.again = true
		return
	}
	g.asked = s.ask(protocol.Request{
		Kind: protocol.Graph, Flow: s.packetFlow(), Finding: -1, Side: g.Side, From: int(g.From), To: int(g.To), Columns: g.Width,
	})
}

func (s *State) applyGraph(id uint32, m protocol.GraphView) {
	g := &s.Graphs
	if id != g.asked {
		return
	}
	more := g.again || m.Read < m.Total && m.Error == ""
	g.View, g.Error, g.asked, g.again = &m, m.Error, 0, false
	if more {
		s.lookAtGraphs()
	}
}

// SeeGraph says how large the drawing is.
func (s *State) SeeGraph(width, height int) {
	g := &s.Graphs
	if width == g.Width && height == g.Height || width <= 0 {
		return
	}
	wider := width != g.Width
	g.Width, g.Height = width, height
	if wider || g.View == nil {
		s.lookAtGraphs()
	}
}

// Stretch returns the time in sight.
func (g *Graphs) Stretch() (from, to time.Duration) {
	if g.To == 0 && g.View != nil {
		return 0, g.View.Length
	}
	return g.From, g.To
}

// shortest is the shortest stretch of time that can be looked at.
const shortest = time.Microsecond

// ShowStretch shows the time between two shares of what is in sight.
func (s *State) ShowStretch(from, to float64) {
	g := &s.Graphs
	if g.View == nil {
		return
	}
	whole := g.View.Length
	low, high := g.Stretch()
	span := float64(high - low)
	length := min(max(time.Duration((to-from)*span), shortest), whole)
	g.From = min(max(low+time.Duration(from*span), 0), whole-length)
	g.To = g.From + length
	if length >= whole {
		g.From, g.To = 0, 0
	}
	s.lookAtGraphs()
}

// Zoom makes the stretch in sight longer by a factor, around a share of it.
func (s *State) Zoom(factor, around float64) {
	around = min(max(around, 0), 1)
	s.ShowStretch(around-around*factor, around+(1-around)*factor)
}

// WholeGraph shows all of the time.
func (s *State) WholeGraph() {
	s.Graphs.From, s.Graphs.To = 0, 0
	s.lookAtGraphs()
}

// ShowSide turns to the data of one side.
func (s *State) ShowSide(side uint8) {
	s.Graphs.Side = side
	s.lookAtGraphs()
}
