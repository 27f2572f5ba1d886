package session

import (
	"slices"

	"wirewhy/analyzer"
	"wirewhy/analyzer/report"
	"wirewhy/wasm/protocol"
)

// maxRows bounds the rows of one answer: what is in sight, and some to spare.
const maxRows = 2000

// matchCache keeps the flows that matched the filter asked for last, in the
// order of their column.
type matchCache struct {
	asked choice
	flows []uint32
	valid bool
}

// choice is what a request wants to see of the flows.
type choice struct {
	filter       string
	by           protocol.FlowOrder
	since, until analyzer.Timestamp
}

// all reports whether nothing is left out.
func (c *choice) all() bool { return c.filter == "" && c.since == 0 && c.until == 0 }

// holds reports whether a flow that began at a time is of those that are wanted.
func (c *choice) holds(start analyzer.Timestamp) bool {
	return start >= c.since && (c.until == 0 || start < c.until)
}

// flowRows answers Flows. s.mu is held.
func (s *Session) flowRows(r *protocol.Request) any {
	list, fault := s.chosen(r)
	if fault != nil {
		return protocol.FlowRows{Error: fault.text.In(r.Lang), At: fault.at}
	}
	out := protocol.FlowRows{From: max(0, min(r.From, len(list))), Total: len(list)}
	to := max(out.From, min(r.To, len(list), out.From+maxRows))
	for i := out.From; i < to; i++ {
		f, _ := s.report.Flow(int(list[place(r, len(list), i)]))
		out.Rows = append(out.Rows, s.row(&f, r.Lang))
	}
	return out
}

// place returns where the row i of a list of n flows stands in its ascending order.
func place(r *protocol.Request, n, i int) int {
	if r.Down {
		return n - 1 - i
	}
	return i
}

// chosen returns the flows that a request wants to see, in ascending order of its
// column.
func (s *Session) chosen(r *protocol.Request) ([]uint32, *filterFault) {
	list := s.sorted(r.Sort)
	asked := choice{r.Filter, r.Sort, r.Since, r.Until}
	if asked.all() {
		return list, nil
	}
	began, ended := s.span()
	f, fault := parseFilter(r.Filter, began, ended)
	if fault != nil {
		return nil, fault
	}
	if !s.match.valid || s.match.asked != asked {
		s.match = matchCache{asked: asked, flows: s.matching(list, f, asked), valid: true}
	}
	return s.match.flows, nil
}

// row describes a flow in one line.
func (s *Session) row(f *report.Flow, lang analyzer.Lang) protocol.FlowRow {
	row := protocol.FlowRow{
		ID: f.ID, Client: f.Client().String(), Server: f.Server().String(), Start: f.Start, Duration: f.Duration(),
		State: f.State().String(), Packets: f.PacketCount(), Bytes: f.Payload(), RTT: -1, LossPermille: lossPermille(f),
		Diagnosis: s.diagnosis(f.ID), Class: analyzer.Healthy, Severity: analyzer.SeverityInfo,
	}
	row.ClientName, row.ServerName = f.Name(f.ClientAddr), f.Name(f.ServerAddr)
	if from, ok := f.AnsweredFrom(); ok {
		row.AnsweredFrom = from.String()
	}
	if rtt, ok := f.HandshakeRTT(); ok {
		row.RTT = rtt
	}
	row.Verdict, row.Behind = verdict(row.Diagnosis, lang), s.behind(f.Captures[0])
	if i := s.findingIndex(f.ID); i >= 0 {
		row.Class, row.Severity, row.Finding = s.report.Findings[i].Class, s.report.Findings[i].Severity, i+1
	}
	return row
}

func (s *Session) diagnosis(id int) string {
	if s.report.Verdicts == nil {
		return report.Healthy
	}
	if d := s.report.Verdicts.Primary(id); d != "" {
		return d
	}
	return report.Healthy
}

// span returns when the captures began and ended, by the clock of the first one.
func (s *Session) span() (began, ended analyzer.Timestamp) {
	for i := range s.report.Captures {
		c, behind := &s.report.Captures[i], s.behind(i)
		if start := c.Start.Add(behind); c.Start != 0 && (began == 0 || start < began) {
			began = start
		}
		ended = max(ended, c.End.Add(behind))
	}
	return began, ended
}

// matching returns the flows of a list that began in time and that a filter lets
// through.
func (s *Session) matching(list []uint32, f *filter, asked choice) []uint32 {
	hits := make([]bool, s.report.FlowCount())
	subject := subject{session: s, said: make(map[spoken]bool)}
	for flow := range s.report.Flows() {
		if !asked.holds(flow.Start.Add(s.behind(flow.Captures[0]))) {
			continue
		}
		if f != nil {
			subject.load(flow)
		}
		hits[flow.ID] = f == nil || f.matches(&subject)
	}
	return slices.DeleteFunc(slices.Clone(list), func(id uint32) bool { return !hits[id] })
}
