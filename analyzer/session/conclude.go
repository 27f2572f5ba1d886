package session

import (
	"cmp"
	"runtime"
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

// manyFlows is from where on a conclusion takes tens of megabytes while it is drawn.
const manyFlows = 1 << 18

// flowCount returns the flows of all captures.
func (s *Session) flowCount() int {
	n := 0
	for _, l := range s.loaded {
		n += l.tracker.Len()
	}
	return n
}

// conclude draws the conclusions from what was read so far.
func (s *Session) conclude() {
	begin := time.Now()
	s.conclusion = conclusion{}
	if s.flowCount() > manyFlows {
		runtime.GC() // what the conclusion before held makes room for this one: WebAssembly's memory never shrinks
	}
	r := &s.report
	cases := s.cases()
	for i, l := range s.loaded {
		r.Captures = append(r.Captures, report.Capture{Capture: *l.capture, Vantage: cases[i].Vantage(), Tracker: l.tracker})
	}
	r.Joins, r.Clock, r.Compared = s.joins(), s.clock(), s.sayCompared()
	s.verdicts = verdicts{r, diagnose.Together(cases)}
	for i, c := range s.verdicts.of {
		for _, f := range c.Findings {
			if len(f.Flows) == 0 && s.toldBefore(i, &f) {
				continue
			}
			if len(s.loaded) > 1 || r.Joins != nil {
				f.Flows = slices.Clone(f.Flows)
				for j := range f.Flows {
					f.Flows[j] = r.ID(report.Leg{Capture: i, Flow: f.Flows[j]})
				}
			}
			r.Findings = append(r.Findings, f)
		}
	}
	if len(s.loaded) > 1 { // each capture's are ranked already
		analyzer.SortStable(r.Findings, func(a, b analyzer.Finding) int { return cmp.Compare(rank(&a), rank(&b)) })
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

// verdicts tells the diagnoses of all flows.
type verdicts struct {
	report *report.Report
	of     []*diagnose.Conclusion // by capture
}

// Primary implements report.Verdicts.
func (v verdicts) Primary(id int) string {
	l, ok := v.report.Leg(id)
	if !ok {
		return report.Healthy
	}
	return v.of[l.Capture].Primary(l.Flow).ID
}

// Also implements report.Verdicts.
func (v verdicts) Also(id int) []string {
	l, ok := v.report.Leg(id)
	if !ok {
		return nil
	}
	return v.of[l.Capture].Also(l.Flow)
}

// verdict returns a diagnosis in a few words.
func verdict(id string, lang analyzer.Lang) string {
	if r := diagnose.Lookup(id); r != nil {
		return r.Verdict.In(lang)
	}
	return id
}
