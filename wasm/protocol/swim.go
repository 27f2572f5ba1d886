package protocol

import (
	"time"

	"wirewhy/analyzer"
)

// SwimView answers Swimlanes: the flows that match, in the order of the list, as
// lines of cells over a stretch of time. Where there are more flows than lines, a
// line stands for several, and a cell for the worst of them.
type SwimView struct {
	Total    int // flows that match
	From, To int // of the list, that the lines show
	Lines    int
	Columns  int
	Start    analyzer.Timestamp // of the first cell
	Length   time.Duration      // of all cells
	First    analyzer.Timestamp // of all flows of the captures
	Last     analyzer.Timestamp
	Cells    []byte    // see AppendRun
	Count    []uint32  // of the flows of the list, by Swim
	Rows     []FlowRow // of the lines, where each is one flow and has room for words
	Error    string    // what is wrong with the filter
}

// Swim is what a cell shows of a flow, the worst one last.
type Swim uint8

// The cells.
const (
	SwimNothing Swim = iota
	SwimHealthy      // nothing is wrong with it
	SwimInfo         // a remark
	SwimWarning
	SwimSilent // failed: nothing ever answered
	SwimError
	SwimKinds
)

// AppendRun adds a run of equal cells, as one byte where it is short. The runs of
// a line fill its columns.
func AppendRun(cells []byte, kind Swim, length int) []byte {
	for length > 0 {
		n := min(length, 31)
		cells = append(cells, byte(kind)<<5|byte(n))
		length -= n
	}
	return cells
}

// Runs calls each for the runs of all lines, in order, as long as they stay
// inside of their lines.
func (v *SwimView) Runs(each func(line, column, length int, kind Swim)) {
	line, column := 0, 0
	for _, b := range v.Cells {
		n := int(b & 31)
		if line >= v.Lines || column+n > v.Columns {
			return
		}
		each(line, column, n, Swim(b>>5))
		if column += n; column == v.Columns {
			line, column = line+1, 0
		}
	}
}

func (m *SwimView) fields(c *codec) {
	intField(c, &m.Total)
	intField(c, &m.From)
	intField(c, &m.To)
	intField(c, &m.Lines)
	intField(c, &m.Columns)
	intField(c, &m.Start)
	intField(c, &m.Length)
	intField(c, &m.First)
	intField(c, &m.Last)
	bytesField(c, &m.Cells)
	listField(c, &m.Count, uintField)
	listField(c, &m.Rows, flowRowFields)
	stringField(c, &m.Error)
}
