//go:build js

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"syscall/js"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/capture"
	"wirewhy/wasm/protocol"
)

// server answers the page's requests with an analyst, one after the other, also
// while the analyst reads.
type server struct {
	analyst analyst
	inbox   chan message
	loading bool
	cancel  context.CancelFunc
	cancels []uint32      // requests to cancel, answered when reading has stopped
	lang    analyzer.Lang // of the last request
	paced   int64         // bytes of memory that the collector is set to
}

type message struct {
	request protocol.Request
	files   js.Value
}

// inboxLen is how many requests may wait. The page asks for what is in sight,
// so that hundreds mean that something is wrong.
const inboxLen = 1024

// serve never returns.
func serve(a analyst) {
	s := &server{analyst: a, inbox: make(chan message, inboxLen)}
	s.pace(0)
	js.Global().Get("wirewhyWorker").Set("receive", js.FuncOf(func(_ js.Value, args []js.Value) any {
		s.receive(args[0])
		return nil
	}))
	for m := range s.inbox {
		s.lang = m.request.Lang
		s.handle(m)
	}
}

// receive runs inside of the browser's callback and must not wait.
func (s *server) receive(data js.Value) {
	bytes := data.Get("bytes")
	encoded := make([]byte, bytes.Get("byteLength").Int())
	js.CopyBytesToGo(encoded, bytes)
	request, err := protocol.DecodeRequest(encoded)
	if err != nil {
		send(0, protocol.Failure{Text: err.Error()})
		return
	}
	select {
	case s.inbox <- message{request, data.Get("files")}:
	default:
		send(request.ID, protocol.Failure{Text: "too many requests at once"})
	}
}

func (s *server) handle(m message) {
	switch {
	case m.request.Kind == protocol.Open && s.loading:
		send(m.request.ID, protocol.Failure{Text: "a file is being read already"})
	case m.request.Kind == protocol.Open:
		ctx, cancel := context.WithCancel(context.Background())
		s.loading, s.cancel = true, cancel
		go s.open(ctx, m)
	case m.request.Kind == protocol.Cancel && s.loading:
		s.cancels = append(s.cancels, m.request.ID)
		s.cancel()
	case m.request.Kind == protocol.Cancel:
		send(m.request.ID, s.answer(protocol.Request{Kind: protocol.OverviewAgain, Lang: m.request.Lang, Flow: -1, Finding: -1}))
	default:
		send(m.request.ID, s.answer(m.request))
	}
}

// answer asks the analyst. A panic in it is an error of the program, which
// costs this one answer and not the worker.
func (s *server) answer(r protocol.Request) (reply any) {
	defer func() {
		if p := recover(); p != nil {
			reply = protocol.Failure{Text: fmt.Sprintf("a fault in wirewhy itself: %v", p)}
		}
	}()
	return s.analyst.Answer(r)
}

// open reads the files and sends the overview at the end.
func (s *server) open(ctx context.Context, m message) {
	begin := time.Now()
	var reply any
	if sources := sourcesOf(m); m.request.ReadAll {
		reply = readAll(ctx, sources, begin)
	} else {
		reply = s.load(ctx, m.request, sources, begin)
	}
	s.pace(memoryLen())
	canceled := ctx.Err() != nil
	s.cancel()
	if o, ok := reply.(protocol.Overview); ok {
		o.Done, o.Canceled = true, canceled
		if o.Elapsed == 0 {
			o.Elapsed = time.Since(begin)
		}
		o.MemoryLen = memoryLen()
		reply = o
	}
	s.loading = false
	send(m.request.ID, reply)
	for _, id := range s.cancels {
		send(id, reply)
	}
	s.cancels = nil
}

// How much the worker's heap may grow between two collections: by growth, or by a
// share of what it holds. WebAssembly memory is never given back, so that a heap of
// half a gigabyte must not double; but each collection goes through all of the
// program's own data, whatever the heap holds, which takes some milliseconds.
const (
	growth       = 32 << 20
	growthShare  = 25   // percent
	mostOfGrowth = 1000 // percent: the heap is a few megabytes at first
)

// pace sets the collector to a memory of so many bytes. Changing it may begin a
// collection, which is not worth it for a little more.
func (s *server) pace(memory int64) {
	if memory < 2*s.paced {
		return
	}
	s.paced = memory
	debug.SetGCPercent(int(min(max(growth*100/max(memory, 1), growthShare), mostOfGrowth)))
}

func memoryLen() int64 {
	return int64(js.Global().Get("wirewhyWorker").Call("memoryLen").Float())
}

func sourcesOf(m message) []capture.Source {
	var sources []capture.Source
	for i, f := range m.request.Files {
		value := m.files.Index(i)
		sources = append(sources, &file{value: value, name: f.Name, size: int64(value.Get("size").Float())})
	}
	return sources
}

func (s *server) load(ctx context.Context, r protocol.Request, sources []capture.Source, begin time.Time) (reply any) {
	stop := make(chan struct{})
	go s.snapshots(stop)
	err := s.guardedLoad(ctx, r, sources, begin)
	close(stop)
	if err != nil && !errors.Is(err, context.Canceled) {
		why := err.Error()
		if t, ok := errors.AsType[interface { // session.UnreadError
			error
			In(analyzer.Lang) string
		}](err); ok {
			why = t.In(s.lang)
		}
		return protocol.Failure{Text: why}
	}
	return s.answer(protocol.Request{Kind: protocol.OverviewAgain, Lang: s.lang, Flow: -1, Finding: -1})
}

func (s *server) guardedLoad(ctx context.Context, r protocol.Request, sources []capture.Source, begin time.Time) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a fault in wirewhy itself: %v", p)
		}
	}()
	load := s.analyst.Load
	if r.Keep {
		s.analyst.Change(r.Change, r.Item, r.Filter)
		load = s.analyst.Add
	}
	return load(ctx, sources, func(p protocol.Progress) {
		if p.Elapsed == 0 {
			p.Elapsed = time.Since(begin)
		}
		s.pace(memoryLen())
		send(0, p)
	})
}

// How often what was found so far is sent: every half second, but never more
// than a twentieth of the time goes into it.
const (
	snapshotEvery = 500 * time.Millisecond
	snapshotShare = 20
)

// snapshots sends overviews while the analyst reads, until stop is closed.
func (s *server) snapshots(stop chan struct{}) {
	wait := snapshotEvery / 2
	for {
		select {
		case <-stop:
			return
		case <-time.After(wait):
		}
		begin := time.Now()
		if o, ok := s.answer(protocol.Request{Kind: protocol.OverviewAgain, Lang: s.lang, Flow: -1, Finding: -1}).(protocol.Overview); ok && s.loading {
			o.Done = false
			send(0, o)
		}
		wait = max(snapshotEvery, snapshotShare*time.Since(begin))
	}
}

// readAll reads everything and looks at nothing: the yardstick for the analysis.
func readAll(ctx context.Context, sources []capture.Source, begin time.Time) any {
	buffer := make([]byte, 1<<20)
	var total int64
	for _, source := range sources {
		r, err := source.Open(0)
		if err != nil {
			return protocol.Failure{Text: err.Error()}
		}
		for err == nil && ctx.Err() == nil {
			var n int
			n, err = r.Read(buffer)
			total += int64(n)
		}
		if closing := r.Close(); err == nil {
			err = closing
		}
		if err != nil && err != io.EOF {
			return protocol.Failure{Text: err.Error()}
		}
		send(0, protocol.Progress{File: source.Name(), BytesRead: total, Elapsed: time.Since(begin)})
	}
	return protocol.Overview{ReadOnly: true, Captures: []protocol.Capture{{Name: sources[0].Name(), Bytes: uint64(total)}}, Elapsed: time.Since(begin)}
}

// send hands a reply to the page. A document's bytes travel beside it.
func send(id uint32, reply any) {
	document := js.Undefined()
	if d, ok := reply.(protocol.Document); ok {
		document = toJS(d.Data)
		d.Data = nil
		reply = d
	}
	js.Global().Get("wirewhyWorker").Call("send", toJS(protocol.EncodeReply(id, reply)), document)
}

func toJS(data []byte) js.Value {
	array := js.Global().Get("Uint8Array").New(len(data))
	js.CopyBytesToJS(array, data)
	return array
}
