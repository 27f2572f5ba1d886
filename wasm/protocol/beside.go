package protocol

import (
	"time"

	"wirewhy/analyzer"
)

// What stands beside one capture: further captures of the incident, and what
// hosts said of themselves.

// Change is a change to what is loaded, of an Open request that keeps it.
type Change uint8

// The changes.
const (
	NoChange      Change = iota
	RemoveText           // the text Item
	AttributeText        // the text Item is of the host that Filter names: client, server, middle; empty: its name tells
	EarlierText          // the text Item was taken before the one that stands before it
	RemoveCapture        // the capture Item
	SwapNear             // of the pair Item, the other capture is the one nearer to the clients
	FindNear             // which of the pair Item is nearer is worked out again
)

// Chip says in a few words what was recognised in the texts of hosts: "nstat", "2 snapshots".
type Chip struct{ Name, Content string }

// List is a long list of which the page sees some lines.
type List uint8

// The lists.
const (
	Facts   List = iota // of all texts
	Paired              // the connections of the pair Item
	Fates               // packets of the pair Item, or of its connection Flow, that did not come through as they were sent
	Missing             // connections of the pair Item that only one capture holds
)

// Lines answers Lines.
type Lines struct {
	From, Total int
	Lines       []Line
}

// Line is one line of a list.
type Line struct {
	Cells   []string
	Flow    int    // in the report; -1: none
	Finding int    // 1 + the index of a finding that rests on it; 0: none
	Capture int    // 1 + the capture that holds Frame
	Frame   uint32 // 0: none
	Bad     bool
}

// EvidenceView answers Evidence: what hosts said of themselves.
type EvidenceView struct {
	Texts   []HostText
	Changes []CounterChange
	Notes   []string // contradictions
	Links   []Link
}

// HostText is one text.
type HostText struct {
	Name    string
	Host    string // as its prompts name it
	Role    string // the part that the host plays: client, server, middle; empty: not known
	Content string // "nstat (3 counters), ss (14 sockets)"
	Unread  []string
	More    int // lines that were not understood, beside Unread
}

// CounterChange is a counter that grew between snapshots.
type CounterChange struct {
	Name, Words   string
	Before, After int64
	Place         string // "web1, after.txt, line 3"
	Finding       int    // as in Line
}

// Link says that a finding rests on a line of a text.
type Link struct {
	Finding   int    // index
	Diagnosis string // that Text bears on: the finding's own, or a look-alike
	Bearing   analyzer.Bearing
	Text      string
}

// CompareView answers Compare: what the captures tell together.
type CompareView struct {
	Pairs []PairView
	Path  string // the captures in their order on the way from the clients; empty of fewer than three
	Apart []string
}

// PairView is what two captures tell together. Near and Far are indices of
// captures; directions are counted from the client (0) and from the server (1).
type PairView struct {
	Near, Far   int
	Known, Told bool   // it is known which is nearer to the clients; somebody said so
	Why         string // how it is known, or why not
	Clock       ClockView
	By          []Tally // connections by what they were joined by
	Apart       []Tally // connections that were not joined, by the reason
	Ways        [2]WayView
	Differ      int // packets that Fates lists
	Missing     int // connections that Missing lists
}

// ClockView compares two clocks: the far capture's minus the near one's.
type ClockView struct {
	Known, OneWay       bool
	Offset, Uncertainty time.Duration
	Drift, DriftError   int64 // parts per billion that the far clock runs faster, at most so much off
	DriftKnown          bool
}

// Tally counts something.
type Tally struct {
	Words string
	Count int
}

// WayView is what became of the packets of one direction.
type WayView struct {
	Sent, Arrived, Lost, LostData, MadeUp, Twice uint32
	LostBytes                                    uint64
	Timed                                        bool
	DelayMin, DelayMedian, DelayMax              time.Duration
	Changes                                      []string
}

func (m *Lines) fields(c *codec) {
	intField(c, &m.From)
	intField(c, &m.Total)
	listField(c, &m.Lines, func(c *codec, l *Line) {
		listField(c, &l.Cells, stringField)
		intField(c, &l.Flow)
		intField(c, &l.Finding)
		intField(c, &l.Capture)
		uintField(c, &l.Frame)
		boolField(c, &l.Bad)
	})
}

func (m *EvidenceView) fields(c *codec) {
	listField(c, &m.Texts, func(c *codec, t *HostText) {
		stringField(c, &t.Name)
		stringField(c, &t.Host)
		stringField(c, &t.Role)
		stringField(c, &t.Content)
		listField(c, &t.Unread, stringField)
		intField(c, &t.More)
	})
	listField(c, &m.Changes, func(c *codec, x *CounterChange) {
		stringField(c, &x.Name)
		stringField(c, &x.Words)
		intField(c, &x.Before)
		intField(c, &x.After)
		stringField(c, &x.Place)
		intField(c, &x.Finding)
	})
	listField(c, &m.Notes, stringField)
	listField(c, &m.Links, func(c *codec, l *Link) {
		intField(c, &l.Finding)
		stringField(c, &l.Diagnosis)
		stringField(c, &l.Bearing)
		stringField(c, &l.Text)
	})
}

func (m *CompareView) fields(c *codec) {
	listField(c, &m.Pairs, pairFields)
	stringField(c, &m.Path)
	listField(c, &m.Apart, stringField)
}

func pairFields(c *codec, m *PairView) {
	intField(c, &m.Near)
	intField(c, &m.Far)
	boolField(c, &m.Known)
	boolField(c, &m.Told)
	stringField(c, &m.Why)
	boolField(c, &m.Clock.Known)
	boolField(c, &m.Clock.OneWay)
	intField(c, &m.Clock.Offset)
	intField(c, &m.Clock.Uncertainty)
	intField(c, &m.Clock.Drift)
	intField(c, &m.Clock.DriftError)
	boolField(c, &m.Clock.DriftKnown)
	tally := func(c *codec, t *Tally) {
		stringField(c, &t.Words)
		intField(c, &t.Count)
	}
	listField(c, &m.By, tally)
	listField(c, &m.Apart, tally)
	for i := range m.Ways {
		wayFields(c, &m.Ways[i])
	}
	intField(c, &m.Differ)
	intField(c, &m.Missing)
}

func wayFields(c *codec, m *WayView) {
	for _, n := range []*uint32{&m.Sent, &m.Arrived, &m.Lost, &m.LostData, &m.MadeUp, &m.Twice} {
		uintField(c, n)
	}
	uintField(c, &m.LostBytes)
	boolField(c, &m.Timed)
	for _, d := range []*time.Duration{&m.DelayMin, &m.DelayMedian, &m.DelayMax} {
		intField(c, d)
	}
	listField(c, &m.Changes, stringField)
}
