package session

import (
	"cmp"
	"slices"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/diagnose"
	"wirewhy/analyzer/report"
)

// conclusion is what was drawn from the captures when it was drawn last.
type conclusion struct {
	report     report.Report
	numbers    report.Numbers
	verdicts   verdicts
	findingOf  []uint32      // by flow: 1 + the index of the finding that gives its verdict; 0 none
	concluded  time.Time     // when that was
	concluding time.Duration // how long it took
}

// conclude draws the conclusions from what was read so far.
func (s *Session) conclude() {
	begin := time.Now()
	s.conclusion = conclusion{}
	r := &s.report
	for i, l := range s.loaded {
		r.Captures = append(r.Captures, report.Capture{Capture: *l.capture, Vantage: l.tracker.CaptureVantage(), Tracker: l.tracker})
		first := r.FirstFlow(i)
		c := diagnose.Run(&diagnose.Case{Capture: l.capture, Index: i, Tracker: l.tracker, Host: s.known})
		s.verdicts = append(s.verdicts, verdictsOf{first, c})
		for _, f := range c.Findings {
			if f.Flows = slices.Clone(f.Flows); first > 0 {
				for j := range f.Flows {
					f.Flows[j] += first
				}
			}
			r.Findings = append(r.Findings, f)
		}
	}
	if len(s.loaded) > 1 { // each capture's are ranked already
		slices.SortStableFunc(r.Findings, func(a, b analyzer.Finding) int { return cmp.Compare(rank(&a), rank(&b)) })
	}
	r.Evidence = s.evidence()
	r.Verdicts = s.verdicts
	s.numbers = r.Numbers()
	s.attribute()
	s.order, s.match = orderCache{}, matchCache{}
	s.concluded = time.Now()
	s.concluding = s.concluded.Sub(begin)
}

// rank puts failures before remarks before what the captures are worth.
func rank(f *analyzer.Finding) int {
	class := slices.Index([]analyzer.Class{analyzer.Sick, analyzer.Info, analyzer.Artefact}, f.Class)
	severity := slices.Index([]analyzer.Severity{analyzer.SeverityError, analyzer.SeverityWarning, analyzer.SeverityInfo}, f.Severity)
	return class*8 + severity
}

// attribute notes for each flow the finding that gives its verdict.
func (s *Session) attribute() {
	s.findingOf = make([]uint32, s.report.FlowCount())
	for i := range s.report.Findings {
		f := &s.report.Findings[i]
		for _, id := range f.Flows {
			if id < len(s.findingOf) && s.findingOf[id] == 0 && s.verdicts.Primary(id) == f.Diagnosis {
				s.findingOf[id] = uint32(i) + 1
			}
		}
	}
}

// verdictsOf are the conclusions about one capture, whose flows are numbered
// from first on.
type verdictsOf struct {
	first int
	*diagnose.Conclusion
}

// verdicts tells the diagnoses of all flows.
type verdicts []verdictsOf

func (v verdicts) of(id int) verdictsOf {
	i := len(v) - 1
	for i > 0 && v[i].first > id {
		i--
	}
	return v[i]
}

// Primary implements report.Verdicts.
func (v verdicts) Primary(id int) string {
	c := v.of(id)
	return c.Conclusion.Primary(id - c.first).ID
}

// Also implements report.Verdicts.
func (v verdicts) Also(id int) []string {
	c := v.of(id)
	return c.Conclusion.Also(id - c.first)
}

// verdict returns a diagnosis in a few words.
func verdict(id string, lang analyzer.Lang) string {
	if r := diagnose.Lookup(id); r != nil {
		return r.Verdict.In(lang)
	}
	return id
}
