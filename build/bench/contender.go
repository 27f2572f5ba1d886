package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"wirewhy/analyzer/traffic"
	"wirewhy/build/e2e"
)

// contender is a way of going through a capture.
type contender struct {
	title string
	take  func(c capture) (turn, error)

	// watched is a further turn, traced and its gaps measured: of it only the work and
	// the gaps count, for both slow the browser down. nil: there is none.
	watched func(c capture) (turn, error)
}

// capture is a file and what is known to be in it: a contender that missed half
// of it must not win.
type capture struct {
	path string
	traffic.Written
}

// turn is what one run of a contender took.
type turn struct {
	took   time.Duration
	memory int64   // bytes: the process's largest resident set, or the worker's WebAssembly heap
	task   float64 // longest task of the page's main thread, in milliseconds; -1: does not apply
	work   float64 // processor time of the task that took most of it, in milliseconds
	gap    float64 // longest time between two turns of the main thread, in milliseconds
}

// ours runs the project's command on a file and holds that it saw every packet.
func ours(program string) func(capture) (turn, error) {
	return func(c capture) (turn, error) {
		var said strings.Builder
		t, err := timed(&said, program, "-text", c.path)
		if want := thousands(c.Packets) + " packets"; err == nil && !strings.Contains(said.String(), want) {
			err = fmt.Errorf("the command does not speak of %s: %.200s", want, said.String())
		}
		return t, err
	}
}

// thousands writes a number with a comma between groups of three digits.
func thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// others runs somebody else's command on a file and throws away what it prints.
func others(name string, args ...string) func(capture) (turn, error) {
	return func(c capture) (turn, error) {
		return timed(io.Discard, name, append(slices.Clone(args), c.path)...)
	}
}

// timed runs a command and takes its time and memory.
func timed(output io.Writer, name string, args ...string) (turn, error) {
	cmd := exec.Command(name, args...)
	cmd.Stdout = output
	var complaint strings.Builder
	cmd.Stderr = &complaint
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return turn{}, err
	}
	memory := make(chan int64)
	ended := make(chan struct{})
	go func() { memory <- watchMemory(cmd.Process.Pid, ended) }()
	err := cmd.Wait()
	t := turn{took: time.Since(start), task: -1}
	close(ended)
	t.memory = <-memory
	if err != nil {
		return turn{}, fmt.Errorf("%w: %.500s", err, complaint.String())
	}
	return t, nil
}

// watchMemory returns the largest resident set of a process in bytes, as Linux
// noted it up to a moment before the end; 0 elsewhere. The figure that comes with
// the exit status will not do: it begins with that of the process that forked it.
func watchMemory(pid int, ended <-chan struct{}) int64 {
	var most int64
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if _, rest, ok := strings.Cut(string(status), "VmHWM:"); ok {
			var kilobytes int64
			fmt.Sscan(rest, &kilobytes)
			most = max(most, kilobytes<<10)
		}
		select {
		case <-ended:
			return most
		case <-tick.C:
		}
	}
}

// clock notes in the page when reading begins and when the page is ready. Nobody asks
// the page meanwhile: that would cost it time.
const clock = `(() => {
  const root = document.documentElement, times = {};
  times.over = new Promise((done) => {
    new MutationObserver(() => {
      times[root.dataset.state] ??= performance.now();
      if (times.ready || times.failed) done();
    }).observe(root, { attributes: true });
  });
  document.getElementById("open").addEventListener("change", () => { times.chosen = performance.now(); }, true);
  Object.defineProperty(window, "__times", { value: times });
})()`

// way is how a capture is gone through in the page.
type way uint8

const (
	readOnly way = iota
	analysed     // by the time a person has chosen a file, the program has been rehearsed
	atOnce       // as soon as the page is ready
)

// inPage opens a file in a fresh tab: WebAssembly memory never shrinks, and one
// turn must not pay for the one before.
func inPage(browser *e2e.Browser, c capture, w way, trace bool) (turn, error) {
	browser.Undisturbed = !trace
	p, err := browser.Open("/")
	if err != nil {
		return turn{}, err
	}
	defer p.Close()
	if err := errors.Join(p.Started(), p.Do(clock)); err != nil {
		return turn{}, err
	}
	if w != atOnce {
		if err := p.Rehearsed(); err != nil {
			return turn{}, err
		}
	}
	// The worker is a moment behind the page; what it takes to start is not the file's fault.
	time.Sleep(300 * time.Millisecond)
	if err := p.Forget(); err != nil {
		return turn{}, err
	}
	traced := func() (e2e.Task, error) { return e2e.Task{}, nil }
	if trace {
		if traced, err = p.Trace(); err != nil {
			return turn{}, err
		}
	}
	var t turn
	if w == readOnly {
		t, err = readInPage(p, c)
	} else {
		t, err = analyseInPage(p, c)
	}
	if err != nil {
		return turn{}, err
	}
	task, err := traced()
	if err != nil {
		return turn{}, err
	}
	t.work = task.Work
	pauses, err := p.Pauses()
	for _, task := range pauses.Tasks {
		t.task = max(t.task, task)
	}
	t.gap = pauses.Gap
	return t, err
}

// analyseInPage chooses the file as a person does, and waits for the report.
func analyseInPage(p *e2e.Page, c capture) (turn, error) {
	if err := p.Choose(c.path); err != nil {
		return turn{}, err
	}
	type figures struct{ Took, Memory, Packets float64 }
	f, err := e2e.Eval[figures](p, `__times.over.then(() => __times.failed ? Promise.reject(new Error(document.body.innerText)) : ({Took: __times.ready - __times.chosen, Memory: wirewhy.figures().memory, Packets: wirewhy.figures().packets}))`)
	if err == nil && int(f.Packets) != c.Packets {
		err = fmt.Errorf("the page counts %.0f packets, not %d", f.Packets, c.Packets)
	}
	return turn{took: milliseconds(f.Took), memory: int64(f.Memory)}, err
}

// readInPage hands the file to the worker for reading alone. The File object
// comes from an input of our own: the page's would begin the analysis.
func readInPage(p *e2e.Page, c capture) (turn, error) {
	err := p.Do(`void document.body.append(Object.assign(document.createElement("input"), { type: "file", id: "bench-file" }))`)
	if err := errors.Join(err, p.ChooseIn("bench-file", c.path)); err != nil {
		return turn{}, err
	}
	type figures struct{ Took, Memory, Bytes float64 }
	f, err := e2e.Eval[figures](p, `(async () => {
  const start = performance.now();
  const read = await wirewhy.open(document.getElementById("bench-file").files, { readAll: true });
  return { Took: performance.now() - start, Memory: read.memory, Bytes: read.bytes };
})()`)
	if err == nil && int64(f.Bytes) != c.Bytes {
		err = fmt.Errorf("the worker read %.0f bytes, not %d", f.Bytes, c.Bytes)
	}
	return turn{took: milliseconds(f.Took), memory: int64(f.Memory)}, err
}

func milliseconds(n float64) time.Duration { return time.Duration(n * float64(time.Millisecond)) }

// table appends one capture's results. The first contender is the yardstick.
func table(text io.Writer, title string, w traffic.Written, contenders []contender, turns [][]turn) error {
	fmt.Fprintf(text, "\n**%s**: %d bytes, %d packets, %d flows\n\n", title, w.Bytes, w.Packets, w.Flows)
	fmt.Fprintln(text, "| | time | MB/s | packets/s | × reading | memory | longest task | its work at most | longest gap |")
	fmt.Fprintln(text, "|---|--:|--:|--:|--:|--:|--:|--:|--:|")
	yardstick := median(turns[0], func(t turn) float64 { return t.took.Seconds() })
	for i, c := range contenders {
		took := median(turns[i], func(t turn) float64 { return t.took.Seconds() })
		memory := median(turns[i], func(t turn) float64 { return float64(t.memory) })
		task, work, gap := "", "", ""
		if strings.HasPrefix(c.title, "page") {
			task, gap = "none of 50 ms", fmt.Sprintf("%.0f ms", most(turns[i], func(t turn) float64 { return t.gap }))
			work = fmt.Sprintf("%.0f ms", most(turns[i], func(t turn) float64 { return t.work }))
			if longest := most(turns[i], func(t turn) float64 { return t.task }); longest > 0 {
				task = fmt.Sprintf("%.0f ms", longest)
			}
		}
		name := c.title
		if n := len(turns[i]); n < len(turns[0]) {
			name += fmt.Sprintf(" (%d turn)", n)
		}
		_, err := fmt.Fprintf(text, "| %s | %.2f s | %.0f | %.0f k | %.2f | %.0f MB | %s | %s | %s |\n", name,
			took, float64(w.Bytes)/1e6/took, float64(w.Packets)/1e3/took, took/yardstick, memory/1e6, task, work, gap)
		if err != nil {
			return err
		}
	}
	return nil
}

// median of a figure over the turns.
func median(turns []turn, of func(turn) float64) float64 {
	var all []float64
	for _, t := range turns {
		all = append(all, of(t))
	}
	slices.Sort(all)
	n := len(all)
	return (all[(n-1)/2] + all[n/2]) / 2
}

// most is the largest value of a figure over the turns.
func most(turns []turn, of func(turn) float64) float64 {
	value := of(turns[0])
	for _, t := range turns {
		value = max(value, of(t))
	}
	return value
}
