package ui

import (
	"errors"
	"syscall/js"

	"wirewhy/ui/state"
	"wirewhy/wasm/protocol"
)

// maxHeld is the number of flows up to which the report is fetched as soon as
// the analysis has ended. A larger one is made when somebody asks for it.
const maxHeld = 50_000

// report is the JSON report of what is loaded, and those who wait for it. Its
// bytes stay in JavaScript; Go never copies them.
type report struct {
	here    bool     // it can be asked for
	bytes   js.Value // Uint8Array; undefined: not fetched
	parsed  js.Value
	asked   uint32
	waiting []settler // promises to be settled
	opening []settler // of open
	mark    func()    // puts the page's state on the document, before anybody is told
}

// settler settles a promise.
type settler struct{ resolve, reject js.Value }

// promise returns a promise, and settles it through the settler handed to begin.
func promise(begin func(settler)) js.Value {
	var executor js.Func
	executor = js.FuncOf(func(_ js.Value, args []js.Value) any {
		begin(settler{args[0], args[1]})
		return nil
	})
	defer executor.Release()
	return js.Global().Get("Promise").New(executor)
}

func (r *report) forget() {
	r.reject("another file was opened")
	r.here, r.bytes, r.parsed, r.asked = false, js.Undefined(), js.Undefined(), 0
}

func (r *report) reject(why string) {
	for _, s := range append(r.waiting, r.opening...) {
		s.reject.Invoke(js.Global().Get("Error").New(why))
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
	r.asked = p.state.AskReport()
}

func (r *report) arrived(id uint32, bytes js.Value) {
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
			s.reject.Invoke(js.Global().Get("Error").New(err.Error()))
			continue
		}
		s.resolve.Invoke(value)
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
func (r *report) value() (v js.Value, err error) {
	if !r.parsed.IsUndefined() || r.bytes.IsUndefined() {
		return r.parsed, nil
	}
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("the report could not be parsed")
		}
	}()
	text := js.Global().Get("TextDecoder").New().Call("decode", r.bytes)
	r.parsed = js.Global().Get("JSON").Call("parse", text)
	return r.parsed, nil
}

// measured settles an open that only read.
func (r *report) measured(o protocol.Overview) {
	r.here = true
	r.mark()
	for _, s := range r.opening {
		s.resolve.Invoke(map[string]any{"bytes": float64(o.Captures[0].Bytes), "elapsed": o.Elapsed.Seconds(), "memory": float64(o.MemoryLen)})
	}
	r.opening = nil
}

// announce tells the document that an analysis has ended.
func announce() {
	js.Global().Get("document").Call("dispatchEvent", js.Global().Get("CustomEvent").New("wirewhy:report"))
}

// offerScript sets window.wirewhy.
//
//   - open(files, {readAll}) returns a promise of the report; with readAll the
//     files are only read, and the promise is of {bytes, elapsed, memory};
//   - report() returns the report, undefined if there is none; above 50,000
//     flows a promise of it;
//   - select({flow}) and select({finding}) show one, and say whether it is there;
//   - figures() returns what the analysis took, and the longest time that drawing
//     one frame took on the page since, in seconds;
//   - close() goes back to the empty page;
//   - version.
func (p *page) offerScript(version string) {
	function := func(f func(args []js.Value) any) js.Func {
		return js.FuncOf(func(_ js.Value, args []js.Value) any { return f(args) })
	}
	js.Global().Set("wirewhy", map[string]any{
		"version": version,
		"open":    function(p.scriptOpen),
		"report":  function(func([]js.Value) any { return p.scriptReport() }),
		"select":  function(p.scriptSelect),
		"figures": function(func([]js.Value) any { return p.figures() }),
		"close":   function(func([]js.Value) any { p.close(); return nil }),
	})
}

func (p *page) scriptOpen(args []js.Value) any {
	return promise(func(s settler) {
		if len(args) == 0 || !args[0].Truthy() {
			s.reject.Invoke(js.Global().Get("TypeError").New("open takes File objects"))
			return
		}
		files := args[0]
		if files.InstanceOf(js.Global().Get("Blob")) {
			files = js.ValueOf([]any{files})
		}
		if files.Length() == 0 {
			s.reject.Invoke(js.Global().Get("TypeError").New("open takes at least one File"))
			return
		}
		p.open(files, len(args) > 1 && args[1].Truthy() && args[1].Get("readAll").Truthy())
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
	if p.state.Phase != state.Ready || p.state.Overview.FlowCount <= maxHeld {
		return js.Undefined()
	}
	return promise(func(s settler) {
		r.waiting = append(r.waiting, s)
		if r.asked == 0 {
			r.asked = p.state.AskReport()
			p.changed()
		}
	})
}

func (p *page) scriptSelect(args []js.Value) any {
	if len(args) == 0 || args[0].Type() != js.TypeObject {
		return false
	}
	found := false
	if finding := args[0].Get("finding"); finding.Type() == js.TypeNumber {
		found = p.state.SelectFinding(finding.Int())
	} else if flow := args[0].Get("flow"); flow.Type() == js.TypeNumber && flow.Int() >= 0 && flow.Int() < p.state.Overview.FlowCount {
		p.state.SelectFlow(protocol.FlowRow{ID: flow.Int()})
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
