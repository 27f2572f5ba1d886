package ui

import (
	"strings"
	"syscall/js"

	"wirewhy/ui/state"
	"wirewhy/wasm/protocol"
)

// open begins with a list of File objects (FileList or array) in a fresh worker.
func (p *page) open(files js.Value, readAll bool) {
	if files.Length() == 0 {
		return
	}
	// An array of our own: a FileList empties when its input is cleared.
	p.files = js.Global().Get("Array").Call("from", files)
	var list []protocol.File
	for i := range p.files.Length() {
		file := p.files.Index(i)
		list = append(list, protocol.File{Name: file.Get("name").String(), Size: int64(file.Get("size").Float())})
	}
	p.line.Start()
	p.report.forget()
	p.report.here, p.longest = readAll, 0
	p.state.Open(list, readAll)
	p.filter.Set("value", "")
	p.flows.scroll.Set("scrollTop", 0)
	p.changed()
}

// openEarly opens what was chosen before the program ran, or what the address names.
func (p *page) openEarly() {
	early := js.Global().Get("wirewhyBoot").Get("early")
	if early.Truthy() {
		p.open(early, false)
		return
	}
	query := js.Global().Get("URLSearchParams").New(js.Global().Get("location").Get("search"))
	wanted := query.Call("get", "sample")
	if !wanted.Truthy() {
		return
	}
	name := wanted.String()
	for i, sample := range p.state.Samples {
		base := sample.File[strings.LastIndexByte(sample.File, '/')+1:]
		stem, _, _ := strings.Cut(base, ".")
		if name == sample.File || name == base || name == stem {
			p.openSample(i)
			return
		}
	}
	p.state.Fail("There is no sample " + name + ".")
	p.changed()
}

func (p *page) openSample(i int) {
	if i < 0 || i >= len(p.state.Samples) {
		return
	}
	file := js.Global().Get("wirewhyBoot").Call("sampleFile", i)
	p.open(js.ValueOf([]any{file}), false)
}

// reopen reads the same files again, in a fresh worker.
func (p *page) reopen() {
	if p.files.Truthy() {
		p.open(p.files, false)
	}
}

// reply takes in what the worker said.
func (p *page) reply(id uint32, reply any, data js.Value) {
	if _, ok := reply.(protocol.Document); ok {
		p.report.arrived(id, data)
		p.frames.Ask()
		return
	}
	if p.report.failed(id, reply) {
		p.frames.Ask()
		return
	}
	ended := p.state.Apply(id, reply)
	if ended {
		p.ended()
	}
	p.changed()
}

// ended asks for the report, or says that there is none.
func (p *page) ended() {
	s := p.state
	switch {
	case s.Phase == state.Failed:
		p.report.settle(s.Failure)
	case s.Overview.ReadOnly:
		took := s.Overview
		s.Close()
		p.report.measured(took)
	default:
		p.report.fetch(p)
	}
}

// crashed says that the worker has died, and starts another.
func (p *page) crashed(why string) {
	p.state.Crashed(why)
	p.report.lost(why)
	p.line.Start()
	p.frames.Ask()
}
