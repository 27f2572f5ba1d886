// Package report holds the report, everything that is concluded about what was
// loaded, and its faces: JSON, text, Markdown, HTML and CSV, one file for each.
//
// The report does not copy the flows. It reads them from their trackers while a
// face is written, so that a million flows cost no memory twice.
package report

import (
	"iter"
	"slices"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

// Schema names the version of the JSON face.
const Schema = "wirewhy/report/v1"

// Healthy is the diagnosis of a flow on which nothing is wrong.
const Healthy = "healthy"

// Report is one result.
type Report struct {
	Captures []Capture
	Clock    *Clock          // of two captures, where it could be estimated
	Compared []analyzer.Text // what the captures tell together, a paragraph for each pair
	Evidence []Evidence
	Findings []analyzer.Finding
	Verdicts Verdicts
	Joins    *Joins // connections that were seen more than once; nil: none
}

// Verdicts tells what is wrong with each flow; flows are named by their id in
// the report.
type Verdicts interface {
	// Primary returns the flow's diagnosis; Healthy or "" if nothing is wrong.
	Primary(id int) string
	// Also returns the diagnoses that hold too and are not explained by the primary one.
	Also(id int) []string
}

// Capture is one capture file and its flows.
type Capture struct {
	analyzer.Capture
	Vantage flow.Vantage
	Tracker *flow.Tracker
}

// Clock compares the clocks of two captures.
type Clock struct {
	Offset      time.Duration // the second capture's clock minus the first's
	Uncertainty time.Duration
	DriftKnown  bool
	Drift       float64 // seconds that the second clock gains in a second of the first
	DriftError  float64
}

// Evidence describes one text that a host gave of itself.
type Evidence struct {
	Name      string
	Kind      string // "netstat -s", "ss -lnt" …
	FactCount int
	Notes     []analyzer.Text // lines that were not understood, contradictions
}

// title says what a text is, and how much was understood of it.
func (e *Evidence) title(lang analyzer.Lang) string {
	return e.Name + " · " + e.Kind + " · " + factsWord(e.FactCount, lang)
}

// Flow is one flow of the report.
type Flow struct {
	*flow.Flow
	ID         int   // in the report
	Captures   []int // that hold it; the first one is where its figures come from
	Tracker    *flow.Tracker
	Legs       []Leg             // where else it was seen
	Translated []string          // other legs of the connection: "client > server"
	names      map[string]string // what the capture calls addresses
}

// FlowCount returns the number of flows.
func (r *Report) FlowCount() int {
	n := 0
	for i := range r.Captures {
		n += r.listed(i)
	}
	return n
}

// listed returns how many flows of a capture the report lists as its own.
func (r *Report) listed(capture int) int {
	return r.Captures[capture].Tracker.Len() - r.Joins.hiddenBefore(capture, r.Captures[capture].Tracker.Len())
}

// FirstFlow returns the id of a capture's first flow: flows are numbered
// through, capture after capture.
func (r *Report) FirstFlow(capture int) int {
	n := 0
	for i := range capture {
		n += r.listed(i)
	}
	return n
}

// Leg returns where a flow of the report was seen, the place that its figures
// come from; false if there is no such flow.
func (r *Report) Leg(id int) (Leg, bool) {
	for i := range r.Captures {
		if n := r.listed(i); id >= n || id < 0 {
			id -= n
			continue
		}
		return Leg{i, r.Joins.nth(i, id)}, true
	}
	return Leg{}, false
}

// ID returns the id under which the report lists a flow of a capture, which may
// be that of another leg of the same connection.
func (r *Report) ID(l Leg) int {
	l = r.Joins.Main(l)
	return r.FirstFlow(l.Capture) + l.Flow - r.Joins.hiddenBefore(l.Capture, l.Flow)
}

// Flow returns the flow with an id; false if there is none.
func (r *Report) Flow(id int) (Flow, bool) {
	l, ok := r.Leg(id)
	if !ok || id < 0 {
		return Flow{}, false
	}
	f := Flow{ID: id}
	r.fill(&f, l, []int{l.Capture})
	return f, true
}

// fill sets what is known of the flow that a leg stands for; in holds the leg's
// capture.
func (r *Report) fill(f *Flow, l Leg, in []int) {
	t := r.Captures[l.Capture].Tracker
	*f = Flow{Flow: t.Flow(l.Flow), ID: f.ID, Captures: in, Tracker: t, Legs: r.Joins.Others(l), names: r.Captures[l.Capture].Names}
	for _, x := range f.Legs {
		if !slices.Contains(f.Captures, x.Capture) {
			f.Captures = append(slices.Clip(f.Captures), x.Capture)
		}
		g := r.Captures[x.Capture].Tracker.Flow(x.Flow)
		if g.Client() == f.Client() && g.Server() == f.Server() {
			continue
		}
		if ends := g.Client().String() + " > " + g.Server().String(); !slices.Contains(f.Translated, ends) {
			f.Translated = append(f.Translated, ends)
		}
	}
}

// Flows returns all flows in the order of their ids. What it yields is valid
// until the next one.
func (r *Report) Flows() iter.Seq[*Flow] {
	return func(yield func(*Flow) bool) {
		f := &Flow{}
		for i := range r.Captures {
			in, t := []int{i}, r.Captures[i].Tracker
			for local := range t.Len() {
				l := Leg{i, local}
				switch {
				case r.Joins == nil && local > 0: // all else is that of the one before
					f.Flow = t.Flow(local)
				case r.Joins.Main(l) != l:
					continue
				default:
					r.fill(f, l, in)
				}
				if !yield(f) {
					return
				}
				f.ID++
			}
		}
	}
}

// Name returns what the capture itself calls an address (pcapng's name resolution
// blocks, the names of a listing); empty where it does not.
func (f *Flow) Name(addr wire.Addr) string {
	if len(f.names) == 0 {
		return ""
	}
	return f.names[addr.String()]
}

// AnsweredFrom returns the address that answered in place of the one dialled;
// false where there was none.
func (f *Flow) AnsweredFrom() (flow.Endpoint, bool) {
	e := f.Tracker.Trouble(f.Flow).Foreign
	// Where the dialled address answered, too, the other answer is the same one on its
	// way through a translator, seen half translated.
	return e, !e.Addr.IsZero() && f.SynAckFrame == 0
}

// primary returns the flow's diagnosis.
func (r *Report) primary(id int) string {
	if r.Verdicts == nil {
		return Healthy
	}
	if d := r.Verdicts.Primary(id); d != "" {
		return d
	}
	return Healthy
}

func (r *Report) also(id int) []string {
	if r.Verdicts == nil {
		return nil
	}
	return r.Verdicts.Also(id)
}

// Problems returns the findings of a class in the order of the report.
func (r *Report) Problems(c analyzer.Class) []*analyzer.Finding {
	var out []*analyzer.Finding
	for i := range r.Findings {
		if r.Findings[i].Class == c {
			out = append(out, &r.Findings[i])
		}
	}
	return out
}

// Resolution returns the finest resolution of a capture's timestamps; a
// microsecond where the file does not tell.
func Resolution(c *analyzer.Capture) time.Duration {
	var finest time.Duration
	for _, i := range c.Interfaces {
		if i.Resolution > 0 && (finest == 0 || i.Resolution < finest) {
			finest = i.Resolution
		}
	}
	if finest == 0 {
		return time.Microsecond
	}
	return finest
}

// PacketsBy returns the number of packets that one end sent. What went between
// the client and an address that answered in the server's place is counted: the
// SYN-ACKs are the server's, the resets of them the client's.
func (f *Flow) PacketsBy(d flow.Dir) uint32 {
	n := f.Sides[d].Packets
	if !f.Troubled() {
		return n
	}
	x := f.Tracker.Trouble(f.Flow)
	if d == flow.Responder {
		return n + uint32(x.ForeignSynAcks)
	}
	return n + uint32(x.ForeignResets)
}

// PacketCount returns the number of packets in both directions.
func (f *Flow) PacketCount() uint32 {
	return f.PacketsBy(flow.Originator) + f.PacketsBy(flow.Responder)
}
