package report

import (
	"io"
	"maps"
	"math/bits"
	"slices"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
)

// WriteJSON writes the report as one JSON object (docs/report.md), texts in the
// given language. It writes as it goes: the size of the report costs no memory.
func (r *Report) WriteJSON(w io.Writer, lang analyzer.Lang) error {
	e := &encoder{w: w, b: make([]byte, 0, flushLen+4096)}
	e.open('{')
	e.key("schema")
	e.string(Schema)
	e.key("captures")
	e.open('[')
	for i := range r.Captures {
		r.Captures[i].encode(e, lang)
	}
	e.close(']')
	if r.Clock != nil {
		e.key("clock")
		e.open('{')
		e.key("offset")
		e.seconds(r.Clock.Offset)
		e.key("uncertainty")
		e.seconds(r.Clock.Uncertainty)
		if r.Clock.DriftKnown {
			e.key("drift")
			e.number(r.Clock.Drift)
			e.key("driftUncertainty")
			e.number(r.Clock.DriftError)
		}
		e.close('}')
	}
	r.encodeEvidence(e, lang)
	r.encodeFlows(e)
	r.encodeFindings(e, lang)
	e.close('}')
	e.b = append(e.b, '\n')
	e.flush(0)
	return e.err
}

func (c *Capture) encode(e *encoder, lang analyzer.Lang) {
	n := digits(Resolution(&c.Capture))
	e.line()
	e.open('{')
	e.key("name")
	e.string(c.Name)
	e.key("format")
	e.string(c.Format)
	e.key("linkTypes")
	e.open('[')
	for _, l := range c.LinkTypes {
		e.string(l.String())
	}
	e.close(']')
	e.key("interfaces")
	e.open('[')
	for _, i := range c.Interfaces {
		if i.Name != "" {
			e.string(i.Name)
		}
	}
	e.close(']')
	e.key("packets")
	e.uint(c.Packets)
	e.key("bytes")
	e.uint(c.Bytes)
	e.key("start")
	e.time(c.Start, n)
	e.key("end")
	e.time(c.End, n)
	e.key("vantage")
	e.string(string(c.Vantage))
	e.key("truncated")
	e.bool(c.Truncated)
	e.key("warnings")
	e.open('[')
	for i := range c.Warnings {
		encodeWarning(e, &c.Warnings[i], lang)
	}
	e.close(']')
	if c.Container != "" {
		e.key("container")
		e.string(c.Container)
	}
	c.encodeWords(e)
	e.close('}')
}

// encodeWords writes what the file says of itself: its comments, and its names
// for addresses in the order of these.
func (c *Capture) encodeWords(e *encoder) {
	if len(c.Comments) > 0 {
		e.key("comments")
		e.open('[')
		for _, comment := range c.Comments {
			e.string(comment)
		}
		e.close(']')
	}
	if len(c.Names) > 0 {
		e.key("names")
		e.open('{')
		for _, addr := range slices.Sorted(maps.Keys(c.Names)) {
			e.key(addr)
			e.string(c.Names[addr])
		}
		e.close('}')
	}
}

// encodeWarning writes a warning; frame and offset are null where it concerns
// none in particular.
func encodeWarning(e *encoder, w *analyzer.Warning, lang analyzer.Lang) {
	e.open('{')
	e.key("text")
	e.string(w.Text.In(lang))
	e.key("frame")
	if w.Frame == 0 {
		e.null()
	} else {
		e.uint(uint64(w.Frame))
	}
	e.key("offset")
	if w.Offset < 0 {
		e.null()
	} else {
		e.int(w.Offset)
	}
	e.close('}')
}

func (r *Report) encodeEvidence(e *encoder, lang analyzer.Lang) {
	e.key("evidence")
	e.open('[')
	for i := range r.Evidence {
		e.line()
		e.open('{')
		e.key("name")
		e.string(r.Evidence[i].Name)
		e.key("kind")
		e.string(r.Evidence[i].Kind)
		e.key("facts")
		e.int(int64(r.Evidence[i].FactCount))
		if notes := r.Evidence[i].Notes; len(notes) > 0 {
			e.key("notes")
			e.open('[')
			for _, n := range notes {
				e.string(n.In(lang))
			}
			e.close(']')
		}
		e.close('}')
	}
	e.close(']')
}

func (r *Report) encodeFlows(e *encoder) {
	precision := make([]int, len(r.Captures))
	for i := range r.Captures {
		precision[i] = digits(Resolution(&r.Captures[i].Capture))
	}
	var marks marks
	e.key("flows")
	e.open('[')
	for f := range r.Flows() {
		r.encodeFlow(e, f, precision[f.Captures[0]], &marks)
		e.flush(flushLen)
		if e.err != nil {
			return
		}
	}
	e.close(']')
}

func (r *Report) encodeFlow(e *encoder, f *Flow, digits int, m *marks) {
	e.line()
	e.open('{')
	e.key("id")
	e.int(int64(f.ID))
	e.key("protocol")
	e.string("tcp")
	e.key("client")
	e.endpoint(f.Client())
	e.key("server")
	e.endpoint(f.Server())
	if from, ok := f.AnsweredFrom(); ok {
		e.key("answeredFrom")
		e.endpoint(from)
	}
	if len(f.Translated) > 0 {
		e.key("translated")
		e.strings(f.Translated)
	}
	e.key("captures")
	e.open('[')
	for _, c := range f.Captures {
		e.int(int64(c))
	}
	e.close(']')
	e.key("start")
	e.time(f.Start, digits)
	e.key("duration")
	e.seconds(f.Duration())
	e.key("state")
	e.string(f.State().String())
	e.key("outcome")
	e.string(string(f.Outcome()))
	bothSides(e, "packets", uint64(f.PacketsBy(flow.Originator)), uint64(f.PacketsBy(flow.Responder)))
	bothSides(e, "payload", f.Sides[flow.Originator].Payload, f.Sides[flow.Responder].Payload)
	e.key("handshakeRTT")
	if rtt, ok := f.HandshakeRTT(); ok {
		e.seconds(rtt)
	} else {
		e.null()
	}
	m.collect(f)
	m.encode(e)
	e.key("diagnosis")
	e.string(r.primary(f.ID))
	e.key("also")
	e.strings(r.also(f.ID))
	e.close('}')
}

func bothSides(e *encoder, key string, client, server uint64) {
	e.key(key)
	e.open('{')
	e.key("client")
	e.uint(client)
	e.key("server")
	e.uint(server)
	e.close('}')
}

// marks gathers the frames of one flow by event; its lists are used again for
// the next flow.
type marks [analyzer.EventKinds][]uint32

func (m *marks) collect(f *Flow) {
	for i := range m {
		m[i] = m[i][:0]
	}
	for entry := range f.Tracker.Entries(f.Flow) {
		for set := uint32(entry.Events); set != 0; set &= set - 1 {
			if i := bits.TrailingZeros32(set); i < len(m) {
				m[i] = append(m[i], entry.Frame)
			}
		}
	}
}

func (m *marks) encode(e *encoder) {
	e.key("analysis")
	e.open('{')
	for i, frames := range m {
		if len(frames) > 0 {
			e.key((analyzer.Events(1) << i).Key())
			e.frames(frames)
		}
	}
	e.close('}')
}

func (r *Report) encodeFindings(e *encoder, lang analyzer.Lang) {
	e.key("findings")
	e.open('[')
	for i := range r.Findings {
		encodeFinding(e, &r.Findings[i], lang)
		e.flush(flushLen)
	}
	e.close(']')
}

func encodeFinding(e *encoder, f *analyzer.Finding, lang analyzer.Lang) {
	e.line()
	e.open('{')
	for _, field := range [...]struct{ key, value string }{
		{"diagnosis", f.Diagnosis}, {"class", string(f.Class)}, {"severity", string(f.Severity)},
		{"confidence", string(f.Confidence)}, {"fault", string(f.Fault)},
		{"title", f.Title.In(lang)}, {"summary", f.Summary.In(lang)},
	} {
		e.key(field.key)
		e.string(field.value)
	}
	e.key("flows")
	e.open('[')
	for _, id := range f.Flows {
		e.int(int64(id))
	}
	e.close(']')
	encodeReasons(e, f, lang)
	e.key("confirm")
	e.open('[')
	for _, c := range f.Confirm {
		e.open('{')
		e.key("where")
		e.string(c.Where.In(lang))
		e.key("command")
		e.string(c.Command)
		e.key("expect")
		e.string(c.Expect.In(lang))
		e.close('}')
	}
	e.close(']')
	e.key("fix")
	e.open('[')
	for _, t := range f.Fix {
		e.string(t.In(lang))
	}
	e.close(']')
	e.key("flowCount")
	e.int(int64(f.FlowCount))
	e.key("scope")
	e.string(f.Scope.In(lang))
	e.close('}')
}

func encodeLookAlikes(e *encoder, key string, list []analyzer.Exclusion, lang analyzer.Lang) {
	e.key(key)
	e.open('[')
	for _, x := range list {
		e.open('{')
		e.key("diagnosis")
		e.string(x.Diagnosis)
		e.key("because")
		e.string(x.Because.In(lang))
		encodeSaid(e, x.Said)
		e.close('}')
	}
	e.close(']')
}

// encodeReasons writes what speaks for a finding, and against its look-alikes.
func encodeReasons(e *encoder, f *analyzer.Finding, lang analyzer.Lang) {
	e.key("evidence")
	e.open('[')
	for _, v := range f.Evidence {
		e.open('{')
		e.key("text")
		e.string(v.Text.In(lang))
		e.key("capture")
		e.int(int64(v.Capture))
		e.key("frames")
		e.frames(v.Frames)
		encodeSaid(e, v.Said)
		e.close('}')
	}
	e.close(']')
	encodeLookAlikes(e, "possible", f.Possible, lang)
	encodeLookAlikes(e, "excluded", f.Excluded, lang)
}

// encodeSaid names the line of a host's text that a sentence rests on.
func encodeSaid(e *encoder, s analyzer.Said) {
	if s.Source == "" {
		return
	}
	e.key("said")
	e.open('{')
	e.key("source")
	e.string(s.Source)
	e.key("line")
	e.int(int64(s.Line))
	if s.Bearing != analyzer.Remarks {
		e.key("bearing")
		e.string(string(s.Bearing))
	}
	e.close('}')
}
