package e2e

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Page is one tab with the site in it.
type Page struct {
	ctx     context.Context
	end     func()
	address string

	mu       sync.Mutex
	requests []string
	console  []chromedp.ConsoleMessage
}

// Close closes the tab.
func (p *Page) Close() { p.end() }

// within runs f under a deadline that does not end the tab.
func (p *Page) within(d time.Duration, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(p.ctx, d)
	defer cancel()
	return f(ctx)
}

// Eval evaluates an expression in the page and decodes its result from JSON; a
// promise is awaited.
func Eval[T any](p *Page, expression string) (T, error) {
	var value T
	err := p.within(10*time.Minute, func(ctx context.Context) (err error) {
		value, err = chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
		return err
	})
	if err != nil {
		err = fmt.Errorf("%.120s: %w", expression, err)
	}
	return value, err
}

// Do evaluates an expression for what it does.
func (p *Page) Do(expression string) error {
	_, err := Eval[bool](p, "(async () => { await ("+expression+"); return true })()")
	return err
}

// Until waits until an expression is true in the page. It asks from outside:
// the page's policy forbids the code that chromedp.Poll makes in it.
func (p *Page) Until(d time.Duration, expression string) error {
	for deadline := time.Now().Add(d); ; time.Sleep(10 * time.Millisecond) {
		ok, err := Eval[bool](p, "!!("+expression+")")
		switch {
		case err != nil:
			return err
		case ok:
			return nil
		case time.Now().After(deadline):
			return fmt.Errorf("after %v still not: %s (%s)", d, expression, p.situation())
		}
	}
}

// situation says what the page looks like, for the message of a failed test.
func (p *Page) situation() string {
	state, _ := Eval[string](p, `document.documentElement.dataset.state + ": " + document.body.innerText.slice(0, 300)`)
	return strings.Join(strings.Fields(state), " ") + "; console: " + strings.Join(p.Errors(), " | ")
}

// Started waits until the program has started: it offers its script interface.
func (p *Page) Started() error { return p.Until(30*time.Second, `window.wirewhy && wirewhy.open`) }

// Reaches waits for a state.
func (p *Page) Reaches(d time.Duration, state string) error {
	return p.Until(d, `document.documentElement.dataset.state === "`+state+`"`)
}

// Choose chooses files of this machine through the file input.
func (p *Page) Choose(paths ...string) error { return p.ChooseIn("open", paths...) }

// ChooseIn is Choose for another file input than the page's own, by its id.
func (p *Page) ChooseIn(id string, paths ...string) error {
	return p.within(30*time.Second, func(ctx context.Context) error {
		return chromedp.Do(ctx, chromedp.SetUploadFiles(chromedp.ID(id), paths))
	})
}

// Drop drops a file of the given content onto the window, with the events that
// a person's drop causes.
func (p *Page) Drop(name string, content []byte) error {
	quoted, err := json.Marshal(name)
	if err != nil {
		return err
	}
	return p.Do(`(() => {
  const bytes = Uint8Array.from(atob("` + base64.StdEncoding.EncodeToString(content) + `"), (c) => c.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], ` + string(quoted) + `));
  const target = document.elementFromPoint(innerWidth / 2, innerHeight / 2) || document.body;
  for (const type of ["dragenter", "dragover", "drop"])
    target.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true, composed: true }));
})()`)
}

// Errors returns the console's errors so far: exceptions, console.error, and
// what the browser itself complained of (a refused request, a broken policy).
func (p *Page) Errors() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var found []string
	for _, message := range p.console {
		if message.IsException() || message.Type == "error" || message.Type == "assert" {
			found = append(found, message.String())
		}
	}
	return found
}

// Requests returns the network requests so far, as "METHOD address". Addresses
// that never leave the tab (blob:, data:) are left out.
func (p *Page) Requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var found []string
	for _, request := range p.requests {
		if _, address, _ := strings.Cut(request, " "); !strings.HasPrefix(address, "blob:") && !strings.HasPrefix(address, "data:") {
			found = append(found, request)
		}
	}
	return found
}

// Pauses are times in which the main thread could not answer.
type Pauses struct {
	Tasks []float64 // durations in milliseconds of tasks of 50 ms and more
	Gap   float64   // longest time in milliseconds between two turns of a timer
}

// Pauses returns what was noted since the page was opened or Forget was called.
func (p *Page) Pauses() (Pauses, error) {
	return Eval[Pauses](p, `({Tasks: __watch.tasks, Gap: __watch.gap})`)
}

// Forget starts the notes of Pauses anew.
func (p *Page) Forget() error { return p.Do(`void (__watch.tasks = [], __watch.gap = 0)`) }

// Rehearsed waits until the program has been rehearsed, as it is by the time a person
// has chosen a file.
func (p *Page) Rehearsed() error {
	return p.Until(20*time.Second, `document.documentElement.dataset.rehearsed === "yes"`)
}

// Drawn waits until the page has painted what it knows: the first frame lays out,
// the second has painted it.
func (p *Page) Drawn() error {
	return p.Do(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`)
}

// Select shows a flow, and waits until nothing of the one before is left.
func (p *Page) Select(flow int) error {
	if err := p.Do(fmt.Sprintf(`wirewhy.select({flow: %d})`, flow)); err != nil {
		return err
	}
	return p.Drawn()
}

// Theme switches between "light" and "dark", as the system's setting would.
func (p *Page) Theme(name string) error {
	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}},
	})
	return err
}

// Size sets the window's inner size in CSS pixels.
func (p *Page) Size(width, height int64) error {
	return chromedp.Do(p.ctx, chromedp.EmulateViewport(width, height))
}

// Screenshots saves the page as it is, in two sizes and both themes, as
// dir/NAME-WIDTHxHEIGHT-THEME.png.
func (p *Page) Screenshots(dir, name string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	defer p.Theme("light")
	for _, size := range [][2]int64{{1920, 1080}, {1280, 720}} {
		for _, theme := range []string{"dark", "light"} {
			err := errors.Join(p.Size(size[0], size[1]), p.Theme(theme))
			if err != nil {
				return err
			}
			if err := p.Drawn(); err != nil {
				return err
			}
			picture, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
			if err != nil {
				return err
			}
			file := filepath.Join(dir, fmt.Sprintf("%s-%dx%d-%s.png", name, size[0], size[1], theme))
			if err := os.WriteFile(file, picture, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}
