//go:build js

// Package worker is the page's end of the line to the worker: it starts one from
// the compiled program, sends requests, hands out what comes back, and says when
// the worker has died.
package worker

import (
	"syscall/js"

	"wirewhy/wasm/protocol"
)

// Line is a line to a worker.
type Line struct {
	// Reply is called for each answer. data holds the bytes of a Document, which
	// never pass through the page's own memory; undefined otherwise.
	Reply func(id uint32, reply any, data js.Value)
	// Crash is called once when the worker has ended by itself, with its last words.
	Crash func(why string)

	worker  js.Value
	asked   bool // the worker has been sent a request
	message js.Func
	failed  js.Func

	rehearsal js.Value // the worker that rehearses; undefined: none does
	ended     js.Func  // what it calls when it has
}

// Rehearse lets the browser compile the program well before the first file comes: a
// worker of its own analyses a made-up capture. done is called when it has, or at once
// if nothing is to be rehearsed: something was asked already, or a second worker would
// only take the first one's processor. A request ends the rehearsal, and done is not
// called then.
func (l *Line) Rehearse(done func()) {
	if l.asked || js.Global().Get("navigator").Get("hardwareConcurrency").Int() < 2 {
		done()
		return
	}
	l.endRehearsal()
	l.rehearsal = js.Global().Get("wirewhyBoot").Call("newRehearsal")
	l.ended = js.FuncOf(func(js.Value, []js.Value) any {
		if !l.rehearsal.IsUndefined() {
			l.endRehearsal()
			done()
		}
		return nil
	})
	l.rehearsal.Set("onmessage", l.ended)
	l.rehearsal.Set("onerror", l.ended)
}

func (l *Line) endRehearsal() {
	if l.rehearsal.IsUndefined() {
		return
	}
	l.rehearsal.Set("onmessage", js.Null())
	l.rehearsal.Set("onerror", js.Null())
	l.rehearsal.Call("terminate")
	l.rehearsal = js.Undefined()
	l.ended.Release()
}

// Start sees to it that there is a worker that was never asked anything, and waits
// for requests. One that has worked is ended, and all its memory with it.
func (l *Line) Start() {
	if !l.worker.IsUndefined() && !l.asked {
		return
	}
	l.Stop()
	l.asked = false
	worker := js.Global().Get("wirewhyBoot").Call("newWorker")
	l.worker = worker
	l.message = js.FuncOf(func(_ js.Value, args []js.Value) any {
		if l.worker.Equal(worker) {
			l.receive(args[0].Get("data"))
		}
		return nil
	})
	l.failed = js.FuncOf(func(_ js.Value, args []js.Value) any {
		if l.worker.Equal(worker) {
			why := "the worker could not run"
			if m := args[0].Get("message"); m.Truthy() {
				why = m.String()
			}
			l.died(why)
		}
		return nil
	})
	worker.Set("onmessage", l.message)
	worker.Set("onerror", l.failed)
}

// Stop ends the worker.
func (l *Line) Stop() {
	if l.worker.IsUndefined() {
		return
	}
	l.worker.Set("onmessage", js.Null())
	l.worker.Set("onerror", js.Null())
	l.worker.Call("terminate")
	l.worker = js.Undefined()
	l.message.Release()
	l.failed.Release()
}

// Ask sends a request; files are those of an Open.
func (l *Line) Ask(r protocol.Request, files js.Value) {
	if l.worker.IsUndefined() {
		return
	}
	l.asked = true
	l.endRehearsal()
	encoded := protocol.EncodeRequest(r)
	bytes := js.Global().Get("Uint8Array").New(len(encoded))
	js.CopyBytesToJS(bytes, encoded)
	l.worker.Call("postMessage", map[string]any{"bytes": bytes, "files": files}, []any{bytes.Get("buffer")})
}

func (l *Line) receive(data js.Value) {
	if crash := data.Get("crash"); crash.Truthy() {
		l.died(crash.String())
		return
	}
	bytes := data.Get("bytes")
	encoded := make([]byte, bytes.Get("byteLength").Int())
	js.CopyBytesToGo(encoded, bytes)
	id, reply, err := protocol.DecodeReply(encoded)
	if err != nil {
		l.died(err.Error())
		return
	}
	l.Reply(id, reply, data.Get("document"))
}

func (l *Line) died(why string) {
	l.Stop()
	l.Crash(why)
}
