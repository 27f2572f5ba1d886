package session

import (
	"errors"
	"runtime"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/capture"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/host"
	"wirewhy/wasm/protocol"
)

// overview describes what is known, in a language. s.mu is held.
func (s *Session) overview(lang analyzer.Lang) protocol.Overview {
	elapsed := s.elapsed
	if !s.done {
		elapsed = time.Since(s.started)
	}
	n := &s.numbers
	o := protocol.Overview{
		Done: s.done, Canceled: s.canceled, Elapsed: elapsed,
		Numbers: protocol.Numbers{
			Complete: n.Complete, HandshakeP50: n.HandshakeP50, HandshakeP95: n.HandshakeP95,
			HandshakeCount: n.HandshakeCount, DataSegments: n.DataSegments, Retransmissions: n.Retransmissions,
		},
		FlowCount: s.report.FlowCount(), MemoryLen: heapLen(), Activity: s.merged(),
	}
	for i, l := range s.loaded {
		vantage := flow.VantageUnknown
		if i < len(s.report.Captures) {
			vantage = s.report.Captures[i].Vantage
		}
		c := l.describe(vantage, lang)
		c.Place = s.place(i).In(lang)
		o.Captures = append(o.Captures, c)
	}
	for _, u := range s.unread {
		o.Captures = append(o.Captures, protocol.Capture{Name: u.Name, Vantage: "unknown", Warnings: []string{sentence(u.Err, lang)}})
	}
	for _, u := range s.refused {
		o.Refused = append(o.Refused, u.In(lang))
	}
	o.Chips, o.TextCount, o.PairCount = s.chips(lang), len(s.texts), len(s.pairs)
	facts := s.facts()
	for i := range s.report.Findings {
		o.Problems = append(o.Problems, s.problem(i, facts, lang))
	}
	return o
}

func (l *loaded) describe(vantage flow.Vantage, lang analyzer.Lang) protocol.Capture {
	c := l.capture
	out := protocol.Capture{
		Name: c.Name, Format: c.Format, Packets: c.Packets, Bytes: c.Bytes, Start: c.Start, End: c.End,
		Vantage: string(vantage), Comments: c.Comments,
	}
	if c.Container != "" {
		out.Format += " in " + c.Container
		if lang == analyzer.Chinese {
			out.Format = c.Format + "（" + c.Container + " 压缩）"
		}
	}
	for _, i := range c.Interfaces {
		if i.Name != "" {
			out.Interfaces = append(out.Interfaces, i.Name)
		}
	}
	for _, w := range c.Warnings {
		out.Warnings = append(out.Warnings, w.Text.In(lang))
	}
	return out
}

// problem returns a finding with its words in one language.
func (s *Session) problem(index int, facts []*host.Fact, lang analyzer.Lang) protocol.Problem {
	f := &s.report.Findings[index]
	p := protocol.Problem{
		Finding: index, Diagnosis: f.Diagnosis, Class: f.Class, Severity: f.Severity, Confidence: f.Confidence, Fault: f.Fault,
		Title: f.Title.In(lang), Scope: f.Scope.In(lang), Summary: f.Summary.In(lang), FlowCount: f.FlowCount, FirstFlow: -1,
	}
	if len(f.Flows) > 0 {
		p.FirstFlow = f.Flows[0]
	}
	for _, id := range f.Flows {
		if _, flow, behind := s.listedFlow(id); flow != nil && (p.Onset == 0 || flow.Start.Add(behind) < p.Onset) {
			p.Onset = flow.Start.Add(behind)
		}
	}
	for _, e := range f.Evidence {
		p.Evidence = append(p.Evidence, protocol.EvidenceLine{Text: e.Text.In(lang), Capture: e.Capture, Frames: e.Frames, Fact: factAt(facts, e.Said)})
	}
	p.Possible, p.Excluded = lookAlikes(f.Possible, lang), lookAlikes(f.Excluded, lang)
	for _, c := range f.Confirm {
		p.Confirm = append(p.Confirm, protocol.ConfirmLine{Where: c.Where.In(lang), Command: c.Command, Expect: c.Expect.In(lang)})
	}
	for _, t := range f.Fix {
		p.Fix = append(p.Fix, t.In(lang))
	}
	return p
}

func lookAlikes(list []analyzer.Exclusion, lang analyzer.Lang) (out []protocol.ExcludedLine) {
	for _, x := range list {
		out = append(out, protocol.ExcludedLine{Diagnosis: x.Diagnosis, Title: verdict(x.Diagnosis, lang), Because: x.Because.In(lang)})
	}
	return out
}

// sentence returns an error as a sentence in a language, where it has one.
func sentence(err error, lang analyzer.Lang) string {
	if t, ok := errors.AsType[sayable](err); ok {
		return t.In(lang)
	}
	if f, ok := errors.AsType[*capture.FormatError](err); ok {
		return f.Text.In(lang)
	}
	return err.Error()
}

// heapLen returns the bytes that the Go heap holds.
func heapLen() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse)
}
