package diagnose

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// Telling is a finding being told: the flow that stands for all, and what the
// rule adds.
type Telling struct {
	*Subject
	Match   Match
	Finding *analyzer.Finding
	Flows   []int
	Values  map[string]string // for the places in braces of the rule's texts
	capture int
	near    *Subject // the flow as it stands in the report; the finding may be told from another capture
}

// Show adds a line of evidence; without frames it adds none, unless there is
// nothing that frames could show.
func (t *Telling) Show(text analyzer.Text, frames ...uint32) {
	kept := frames[:0:0]
	for _, f := range frames {
		if f != 0 {
			kept = append(kept, f)
		}
	}
	if len(kept) > 0 {
		t.Finding.Evidence = append(t.Finding.Evidence, analyzer.Evidence{Text: text, Capture: t.capture, Frames: kept})
	}
}

// Note adds a sentence to the summary.
func (t *Telling) Note(text analyzer.Text) {
	t.Finding.Summary.En += " " + text.En
	t.Finding.Summary.Zh += text.Zh
}

// Exclude says what else it might have been and what speaks against it.
func (t *Telling) Exclude(id string, because analyzer.Text) {
	t.Finding.Excluded = append(t.Finding.Excluded, analyzer.Exclusion{Diagnosis: id, Because: because})
}

// Set gives a value to a place in braces.
func (t *Telling) Set(name, value string) { t.Values[name] = value }

// tell fills the texts of all findings.
func (r *run) tell() []analyzer.Finding {
	var out []analyzer.Finding
	for _, g := range r.groups() {
		if g.rule.Class != analyzer.Healthy {
			out = append(out, r.finding(g))
		}
	}
	for _, s := range r.general {
		f := s.rule.finding(s.match.Level)
		f.Evidence, f.Flows, f.FlowCount = s.proof, s.flows, len(s.flows)
		f.Excluded = s.rule.looksLike(false)
		f.Scope = s.scope
		fillFinding(&f, s.values)
		out = append(out, f)
	}
	rank(out)
	return out
}

// leaveOpen says what these packets cannot rule out, unless a host has settled it.
func (t *Telling) leaveOpen(r *Rule) {
	f := t.Finding
	if f.Confidence == analyzer.Certain && slices.ContainsFunc(f.Evidence, func(e analyzer.Evidence) bool { return e.Said != analyzer.Said{} }) {
		return
	}
	v := t.Vantage()
	atSender := v == flow.VantageClient && t.ResetBy == flow.Originator || v == flow.VantageServer && t.ResetBy == flow.Responder
	for _, x := range r.looksLike(true) {
		if atSender && x.Diagnosis == "rst-injected-by-middlebox" {
			continue // nobody stands between the capture and whoever sent the RST
		}
		if !slices.ContainsFunc(f.Excluded, func(e analyzer.Exclusion) bool { return e.Diagnosis == x.Diagnosis }) {
			f.Possible = append(f.Possible, x)
		}
	}
}

// finding returns what a rule says of itself.
func (r *Rule) finding(l Level) analyzer.Finding {
	return analyzer.Finding{
		Diagnosis: r.ID, Class: r.Class, Severity: r.Severity, Confidence: l.Confidence(), Fault: r.Fault,
		Title: r.Title, Summary: r.Summary,
		Confirm: append([]analyzer.Confirmation(nil), r.Confirm...), Fix: append([]analyzer.Text(nil), r.Fix...),
	}
}

// looksLike lists the look-alikes that the rule's own facts rule out, or, if
// open, those that packets alone cannot.
func (r *Rule) looksLike(open bool) []analyzer.Exclusion {
	var out []analyzer.Exclusion
	for _, l := range r.LookAlikes {
		if l.Open == open {
			out = append(out, analyzer.Exclusion{Diagnosis: l.ID, Because: l.Because})
		}
	}
	return out
}

func (r *run) finding(g *group) analyzer.Finding {
	f := g.rule.finding(g.match.Level)
	f.Flows, f.FlowCount = g.flows, len(g.flows)
	f.Excluded = g.rule.looksLike(false)
	f.Scope = g.scope()
	t := &Telling{Subject: &Subject{}, Match: g.match, Finding: &f, Flows: g.flows, capture: r.Index}
	t.near = &Subject{}
	t.near.load(r, r.Tracker.Flow(int(g.stands)))
	t.load(r, r.Tracker.Flow(int(g.stands)))
	if g.found.run != nil {
		t.load(g.found.run, g.found.run.Tracker.Flow(int(g.found.flow)))
		t.capture = g.found.run.Index
	}
	t.Values = t.values()
	t.Values["n"] = strconv.Itoa(len(g.flows))
	if g.rule.Tell != nil {
		g.rule.Tell(t)
	}
	t.tellBoth()
	t.testify()
	t.leaveOpen(g.rule)
	fillFinding(&f, t.Values)
	return f
}

// values are the places that every text may use.
func (s *Subject) values() map[string]string {
	v := map[string]string{
		"client": s.Flow.Client().String(), "server": s.Flow.Server().String(),
		"clientAddr": s.ClientAddr.String(), "serverAddr": s.ServerAddr.String(),
		"port": strconv.Itoa(int(s.ServerPort)), "clientPort": strconv.Itoa(int(s.ClientPort)),
		"syns": strconv.Itoa(int(s.SynCount)), "synacks": strconv.Itoa(int(s.SynAckCount)),
		"requestLen": strconv.FormatUint(s.Flow.Sides[flow.Originator].Payload, 10),
		"answerLen":  strconv.FormatUint(s.Flow.Sides[flow.Responder].Payload, 10),
	}
	if rtt, ok := s.HandshakeRTT(); ok {
		v["rtt"] = Duration(rtt)
	}
	return v
}

func fillFinding(f *analyzer.Finding, values map[string]string) {
	if len(values) == 0 {
		return
	}
	values = maps.Clone(values)
	fill := func(t *analyzer.Text) { *t = t.Fill(values) }
	fill(&f.Title)
	fill(&f.Summary)
	fill(&f.Scope)
	for i := range f.Evidence {
		fill(&f.Evidence[i].Text)
	}
	for _, x := range [][]analyzer.Exclusion{f.Possible, f.Excluded} {
		for i := range x {
			fill(&x[i].Because)
		}
	}
	for i := range f.Confirm {
		c := &f.Confirm[i]
		fill(&c.Where)
		fill(&c.Expect)
		c.Command = analyzer.Text{En: c.Command}.Fill(values).En
	}
	for i := range f.Fix {
		fill(&f.Fix[i])
	}
}

// Duration writes a duration with three significant digits: 154 µs, 1.04 s.
func Duration(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	unit, value := "s", d.Seconds()
	switch {
	case d < time.Microsecond:
		return fmt.Sprintf("%s%d ns", sign, d)
	case d < time.Millisecond:
		unit, value = "µs", value*1e6
	case d < time.Second:
		unit, value = "ms", value*1e3
	case d >= 2*time.Minute:
		return sign + d.Round(time.Second).String()
	}
	return sign + strconv.FormatFloat(value, 'g', 3, 64) + " " + unit
}

// clockTime writes the time of day.
func clockTime(t analyzer.Timestamp) string { return t.Time().Format("15:04:05") + " UTC" }
