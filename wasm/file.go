//go:build js

package main

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"syscall/js"
	"unsafe"

	"wirewhy/analyzer/capture"
)

// file is a capture.Source over a File of the browser. Its bytes never become a
// JavaScript value that Go would have to collect: worker.js writes each chunk
// straight into the program's memory.
//
// It is a capture.Gunzipper, too.
type file struct {
	value js.Value
	name  string
	size  int64
}

// Name returns the file's name.
func (f *file) Name() string { return f.name }

// Size returns the file's length in bytes.
func (f *file) Size() int64 { return f.size }

// Open reads the file from an offset on.
func (f *file) Open(offset int64) (io.ReadCloser, error) {
	if offset < 0 || offset > f.size {
		return nil, fmt.Errorf("%s has %d bytes, none at %d", f.name, f.size, offset)
	}
	return f.open(offset, false), nil
}

// Gunzip reads a gzip file's content with the browser's own decompressor, which
// is some ten times as fast as one in WebAssembly; see capture.Gunzipper.
func (f *file) Gunzip() (io.ReadCloser, error) { return f.open(0, true), nil }

func (f *file) open(offset int64, inflate bool) *chunks {
	c := &chunks{
		name:   f.name,
		reader: js.Global().Get("wirewhyWorker").Call("chunks", f.value, float64(offset), inflate),
		came:   make(chan struct{}, 1),
	}
	c.ready = js.FuncOf(func(js.Value, []js.Value) any {
		c.came <- struct{}{}
		return nil
	})
	return c
}

// chunks reads a File through worker.js, one chunk ahead. Waiting for a chunk
// lets the worker answer messages.
type chunks struct {
	name   string
	reader js.Value
	came   chan struct{}
	ready  js.Func
	closed bool
}

var _ capture.Gunzipper = (*file)(nil)

var errClosed = errors.New("read of a closed file")

// Read fills p as far as the chunk at hand goes.
func (c *chunks) Read(p []byte) (int, error) {
	if c.closed {
		return 0, errClosed
	}
	if len(p) == 0 {
		return 0, nil
	}
	for {
		address := uintptr(unsafe.Pointer(unsafe.SliceData(p)))
		n := c.reader.Call("take", int(address), len(p)).Int()
		runtime.KeepAlive(p)
		switch {
		case n > 0:
			return n, nil
		case n == -1:
			return 0, io.EOF
		case n < 0:
			return 0, fmt.Errorf("%s could not be read further: %s", c.name, c.reader.Get("error").String())
		}
		c.reader.Call("wait", c.ready)
		<-c.came
	}
}

// Position returns how many bytes of the file itself have been consumed: of a
// compressed one, fewer than have been read.
func (c *chunks) Position() int64 { return int64(c.reader.Get("consumed").Float()) }

// Close ends reading and frees the chunks.
func (c *chunks) Close() error {
	if !c.closed {
		c.closed = true
		c.reader.Call("close")
		c.ready.Release()
	}
	return nil
}
