//go:build js

package ui

import (
	"wirewhy/ui/dom"
	"wirewhy/ui/state"
	"wirewhy/wasm/protocol"
)

// maxHeld is the number of flows up to which the report is fetched as soon as
// the analysis has ended. A larger one is made when somebody asks for it.
const maxHeld = 50_000

// report is the JSON report of what is loaded, and those who wait for it. Its
// bytes stay in JavaScript; Go never copies them.
type report struct {
	here    bool       // it can be asked for
	bytes   dom.Object // Uint8Array; undefined: not fetched
	parsed  dom.Object
	asked   uint32
	waiting []dom.Settler // promises to be settled
	opening []dom.Settler // of open
	mark    func()        // puts the page's state on the document, before anybody is told
}

// otherFile is why those who wait for what was open before get nothing.
const otherFile = "another file was opened"

func (r *report) forget() {
	r.reject(otherFile)
	r.here, r.bytes, r.parsed, r.asked = false, dom.None(), dom.None(), 0
}

func (r *report) reject(why string) {
	for _, s := range append(r.waiting, r.opening...) {
		s.Reject(why)
	}
	r.waiting, r.opening = nil, nil
}

// settle ends the waiting with an error.
func (r *report) settle(why string) {
	r.here = true
	r.mark()
	r.reject(why)
}

// lost says that the worker's report is gone; what was fetched stays.
func (r *report) lost(why string) {
	r.here = true
	r.reject("the worker ended: " + why)
}

// fetch asks the worker for the report, or leaves it there if it is large.
func (r *report) fetch(p *page) {
	if p.state.Overview.FlowCount > maxHeld && len(r.opening) == 0 {
		r.here = true
		r.mark()
		announce()
		return
	}
	r.asked = p.state.AskReport(protocol.JSON)
}

func (r *report) arrived(id uint32, bytes dom.Object) {
	if id != r.asked {
		return
	}
	r.asked, r.bytes, r.here = 0, bytes, true
	r.mark()
	r.deliver()
	announce()
}

// deliver settles the promises of the report, which is parsed only if there are any.
func (r *report) deliver() {
	waiting := append(r.waiting, r.opening...)
	r.waiting, r.opening = nil, nil
	if len(waiting) == 0 {
		return
	}
	value, err := r.value()
	for _, s := range waiting {
		if err != nil {
			s.Reject(err.Error())
			continue
		}
		s.Resolve(value)
	}
}

// failed takes in that the worker could not make the report.
func (r *report) failed(id uint32, reply any) bool {
	f, ok := reply.(protocol.Failure)
	if !ok || r.asked == 0 || id != r.asked {
		return false
	}
	r.asked = 0
	r.settle(f.Text)
	announce()
	return true
}

// value parses the report once, when it is first wanted.
func (r *report) value() (v dom.Object, err error) {
	if !r.parsed.IsUndefined() || r.bytes.IsUndefined() {
		return r.parsed, nil
	}
	r.parsed, err = dom.ParseJSON(r.bytes)
	return r.parsed, err
}

// measured settles an open that only read.
func (r *report) measured(o protocol.Overview) {
	r.here = true
	r.mark()
	for _, s := range r.opening {
		s.Resolve(map[string]any{"bytes": float64(o.Captures[0].Bytes), "elapsed": o.Elapsed.Seconds(), "memory": float64(o.MemoryLen)})
	}
	r.opening = nil
}

// announce tells the document that an analysis has ended.
func announce() { dom.Dispatch("wirewhy:report") }

// offerScript sets window.wirewhy.
//
//   - open(files, {readAll}) returns a promise of the report; with readAll the
//     files are only read, and the promise is of {bytes, elapsed, memory};
//   - add(files) reads further captures and texts of hosts beside what is open, and
//     returns a promise of the report of all of it;
//   - report() returns the report, undefined if there is none; above 50,000
//     flows a promise of it;
//   - select({flow}) and select({finding}) show one, and say whether it is there;
//   - pcapng({flow}, {flows}, {finding} or nothing for all, {anonymise, shift})
//     returns a promise of a Blob: packets as a capture file, the findings as comments;
//   - figures() returns what the analysis took, and the longest time that drawing
//     one frame took on the page since, in seconds;
//   - close() goes back to the empty page;
//   - version.
func (p *page) offerScript(version string) {
	dom.Offer("wirewhy", map[string]any{"version": version}, map[string]func(dom.Args) any{
		"open":    p.scriptOpen,
		"add":     p.scriptAdd,
		"report":  func(dom.Args) any { return p.scriptReport() },
		"select":  p.scriptSelect,
		"pcapng":  p.scriptPcapng,
		"figures": func(dom.Args) any { return p.figures() },
		"close":   func(dom.Args) any { p.close(); return nil },
	})
}

func (p *page) scriptOpen(args dom.Args) any {
	return dom.Promise(func(s dom.Settler) {
		files := args.Files(0)
		if files.Len() == 0 {
			s.Reject("open takes at least one File")
			return
		}
		p.open(files, args.Flag(1, "readAll"))
		p.report.opening = append(p.report.opening, s)
	})
}

func (p *page) scriptAdd(args dom.Args) any {
	return dom.Promise(func(s dom.Settler) {
		files := args.Files(0)
		if files.Len() == 0 || p.state.Phase == state.Reading {
			s.Reject("add takes at least one File, once what was opened has been read")
			return
		}
		p.add(files)
		p.report.opening = append(p.report.opening, s)
	})
}

func (p *page) scriptReport() any {
	r := &p.report
	if !r.bytes.IsUndefined() {
		if value, err := r.value(); err == nil {
			return value
		}
	}
	if p.state.Phase != state.Ready || p.state.Overview.FlowCount <= maxHeld || p.state.Lost() != "" {
		return dom.None()
	}
	return dom.Promise(func(s dom.Settler) {
		r.waiting = append(r.waiting, s)
		if r.asked == 0 {
			r.asked = p.state.AskReport(protocol.JSON)
			p.changed()
		}
	})
}

func (p *page) scriptSelect(args dom.Args) any {
	found := false
	if finding, ok := args.Number(0, "finding"); ok {
		found = p.state.SelectFinding(finding)
	} else if flow, ok := args.Number(0, "flow"); ok && flow < p.state.Overview.FlowCount {
		p.state.SelectFlow(protocol.FlowRow{ID: flow})
		found = true
	}
	p.changed()
	return found
}

// figures are what the last analysis took, for measurements.
func (p *page) figures() any {
	o := p.state.Overview
	var packets, bytes float64
	for _, c := range o.Captures {
		packets += float64(c.Packets)
		bytes += float64(c.Bytes)
	}
	return map[string]any{
		"elapsed": o.Elapsed.Seconds(), "packets": packets, "bytes": bytes, "flows": o.FlowCount, "memory": float64(o.MemoryLen),
		"longestDraw": p.longest.Seconds(),
	}
}
