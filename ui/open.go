//go:build js

package ui

import (
	"strings"

	"wirewhy/ui/dom"
	"wirewhy/ui/state"
	"wirewhy/ui/view"
	"wirewhy/wasm/protocol"
)

// open begins with files in a fresh worker. readAll only reads them.
func (p *page) open(files dom.Files, readAll bool) {
	if files.Len() == 0 {
		return
	}
	p.files, p.added, p.later, p.texts = files, files, dom.Files{}, 0
	list := listed(files)
	p.line.Start()
	p.report.forget()
	p.endSaving(otherFile)
	p.report.here, p.longest = readAll, 0
	p.state.Open(list, readAll)
	p.filter.SetValue("")
	p.find.SetValue("")
	p.flows.scroll.ScrollTo(0)
	p.changed()
}

// openEarly opens what was chosen before the program ran, or what the address names.
func (p *page) openEarly() {
	if early := dom.EarlyFiles(); early.Len() > 0 {
		p.open(early, false)
		return
	}
	name := dom.Query("sample")
	if name == "" {
		return
	}
	for i, sample := range p.state.Samples {
		base := sample.File[strings.LastIndexByte(sample.File, '/')+1:]
		stem, _, _ := strings.Cut(base, ".")
		if name == sample.File || name == base || name == stem {
			p.openSample(i)
			return
		}
	}
	p.state.Fail(view.NoSample(p.state, name))
	p.changed()
}

func (p *page) openSample(i int) {
	if i < 0 || i >= len(p.state.Samples) {
		return
	}
	p.open(dom.SampleFile(i), false)
}

// reopen reads the same files again, in a fresh worker.
func (p *page) reopen() {
	p.open(p.files, false)
}

// reply takes in what the worker said.
func (p *page) reply(id uint32, reply any, data dom.Object) {
	if d, ok := reply.(protocol.Document); ok {
		p.arrived(id, d, data)
		p.changed()
		return
	}
	if p.unsaved(id, reply) || p.report.failed(id, reply) {
		p.soon()
		return
	}
	ended := p.state.Apply(id, reply)
	if ended {
		p.goToWanted()
		p.ended()
		p.addLater()
	}
	p.send()
	p.inTime()
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
	p.endSaving(p.state.Lost())
	p.line.Start()
	p.soon()
}
