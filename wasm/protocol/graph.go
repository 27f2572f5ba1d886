package protocol

import (
	"time"

	"wirewhy/analyzer"
)

// GraphView answers Graph: curves over the stretch of time that was asked for,
// thinned out to one point a column of the drawing and curve. While the packets
// are being read again it is sent as far as they were read; asking again goes on.
type GraphView struct {
	Flow        int                // -1: the whole capture
	Side        uint8              // whose data the curves follow: 0 the client's, 1 the server's
	Start       analyzer.Timestamp // the moment that all points count from
	Length      time.Duration      // from there to the end
	From, To    time.Duration      // what the curves cover
	Step        time.Duration      // time that a bar stands for
	Base        uint32             // the sequence number that is shown as 0
	Read, Total int                // packets of the flow that were read, and that there are
	Curves      []Curve
	Figures     []int64 // by Figure; -1: not known
	Note        string  // what the curves lack, and why
	Error       string  // the file could not be read again, and why
}

// Curve is a quantity over time.
type Curve struct {
	Kind   CurveKind
	Points []Point
}

// Point stands for one packet, or for all of a curve that fall into one column.
type Point struct {
	At        time.Duration // since GraphView.Start, of the first of them
	Low, High int64
	Frame     uint32 // the one that reaches High; 0: none
	Count     uint32 // of packets
	Events    analyzer.Events
}

// CurveKind says what a curve shows, and in which unit.
type CurveKind uint8

// The curves. Those up to CurveReset are sequence numbers from the side's ISN.
const (
	CurveSent      CurveKind = iota // segments with new data, from their first byte to behind their last
	CurveResent                     // retransmissions
	CurveReordered                  // segments that came out of order
	CurveMissing                    // bytes that were passed over: lost, or never captured
	CurveAck                        // acknowledged by the other side
	CurveEdge                       // the end of the window that the other side announced
	CurveSACK                       // blocks that the other side acknowledged selectively
	CurveDupAck
	CurveZeroWindow
	CurveFIN
	CurveReset

	CurveRTT       // ns, of data
	CurveHandshake // ns

	CurveFlight // bytes sent and not acknowledged
	CurveWindow // bytes that the other side would take

	CurveThroughput // bytes of payload in each step, repeated ones too
	CurveGoodput    // bytes that were acknowledged in each step

	CurvePackets // of the capture, in each step
	CurveErrors
	CurveStarted      // flows that began in each step
	CurveFailed       // those of them on which something failed
	CurveHandshakes   // ns, of each flow
	CurveDistribution // flows (High) by handshake RTT (At); Low is the upper edge in ns

	CurveKinds int = iota
)

// Figure is a number that goes with a graph.
type Figure uint8

// The figures of a flow are those of its report.
const (
	FigurePayload    Figure = iota // bytes
	FigureThroughput               // bytes a second
	FigureSegments
	FigureResent
	FigureReordered
	FigureMissed // bytes
	FigureHandshake
	FigureSamples
	FigureMin // of the RTT, ns
	FigureMedian
	FigureP95
	FigureP99
	FigureMax
	FigureFlight // bytes
	FigureWindowMin
	FigureWindowMax
	FigureZeroWindows
	FigureClosed // ns that the window was closed
	FigurePeak   // packets a second
	FigureFlows
	FigureFailed

	FigureCount int = iota
)

func (m *GraphView) fields(c *codec) {
	intField(c, &m.Flow)
	uintField(c, &m.Side)
	intField(c, &m.Start)
	intField(c, &m.Length)
	intField(c, &m.From)
	intField(c, &m.To)
	intField(c, &m.Step)
	uintField(c, &m.Base)
	intField(c, &m.Read)
	intField(c, &m.Total)
	listField(c, &m.Curves, func(c *codec, v *Curve) {
		uintField(c, &v.Kind)
		listField(c, &v.Points, func(c *codec, p *Point) {
			intField(c, &p.At)
			intField(c, &p.Low)
			intField(c, &p.High)
			uintField(c, &p.Frame)
			uintField(c, &p.Count)
			uintField(c, &p.Events)
		})
	})
	listField(c, &m.Figures, intField)
	stringField(c, &m.Note)
	stringField(c, &m.Error)
}
