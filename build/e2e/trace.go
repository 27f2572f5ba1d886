package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/io"
	"github.com/chromedp/cdproto/tracing"
	"github.com/chromedp/chromedp"
)

// Task is the longest task of the main thread by the processor time that it took
// itself. What the clock showed meanwhile also holds the time in which other
// threads had the processors, those of the page's worker among them.
type Task struct {
	Work float64 // processor time in milliseconds
	Wall float64 // on the clock, in milliseconds
}

// taskName is what Chromium calls a task of a thread with a message loop.
const taskName = "ThreadControllerImpl::RunTask"

// Trace has the browser note the page's tasks until the function returned is
// called, which returns the one that took most processor time.
func (p *Page) Trace() (end func() (Task, error), err error) {
	done := make(chan string, 1)
	err = chromedp.Listen(p.ctx, func(event any) {
		if complete, ok := event.(*tracing.EventTracingComplete); ok {
			done <- string(complete.Stream)
		}
	})
	if err != nil {
		return nil, err
	}
	_, err = chromedp.Call(p.ctx, tracing.Start, tracing.StartParams{
		TransferMode: "ReturnAsStream",
		TraceConfig:  &tracing.TraceConfig{IncludedCategories: []string{"toplevel", "devtools.timeline"}},
	})
	if err != nil {
		return nil, fmt.Errorf("tracing: %w", err)
	}
	return func() (Task, error) {
		if _, err := chromedp.Call(p.ctx, tracing.End, cdp.Empty{}); err != nil {
			return Task{}, err
		}
		select {
		case handle := <-done:
			return p.longest(io.StreamHandle(handle))
		case <-time.After(30 * time.Second):
			return Task{}, errors.New("tracing did not end")
		}
	}, nil
}

// longest reads a trace and finds the main thread's longest task.
func (p *Page) longest(handle io.StreamHandle) (Task, error) {
	var text bytes.Buffer
	for {
		part, err := chromedp.Call(p.ctx, io.Read, io.ReadParams{Handle: handle})
		if err != nil {
			return Task{}, err
		}
		text.Write(part.Data)
		if part.EOF {
			break
		}
	}
	if _, err := chromedp.Call(context.WithoutCancel(p.ctx), io.Close, io.CloseParams{Handle: handle}); err != nil {
		return Task{}, err
	}
	return longestTask(text.Bytes())
}

// longestTask finds the longest task of the thread that lays pages out. Durations
// in a trace are microseconds.
func longestTask(text []byte) (Task, error) {
	type thread struct{ Pid, Tid int }
	var trace struct {
		TraceEvents []struct {
			thread
			Name, Ph  string
			Dur, Tdur float64
		}
	}
	if err := json.Unmarshal(text, &trace); err != nil {
		return Task{}, fmt.Errorf("the trace: %w", err)
	}
	layouts, longest := map[thread]int{}, map[thread]Task{}
	for _, e := range trace.TraceEvents {
		switch {
		case e.Name == "UpdateLayoutTree":
			layouts[e.thread]++
		case e.Name == taskName && e.Ph == "X" && e.Tdur/1000 > longest[e.thread].Work:
			longest[e.thread] = Task{Work: e.Tdur / 1000, Wall: e.Dur / 1000}
		}
	}
	var main thread
	for t, n := range layouts {
		if n > layouts[main] {
			main = t
		}
	}
	if layouts[main] == 0 {
		return Task{}, errors.New("the trace holds no thread that lays out")
	}
	return longest[main], nil
}
