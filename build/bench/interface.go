package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"wirewhy/build/e2e"
)

// opening is what it takes to open the page with nothing in the browser's cache.
type opening struct {
	Paint float64 // first contentful paint, in milliseconds after navigation
	Ready float64 // until files can be dropped, in milliseconds
	Sent  float64 // bytes of all answers, as they were sent
	Tasks float64 // longest task of the main thread until then, in milliseconds
}

// openings measures the opening of the page in fresh profiles and appends the
// medians.
func openings(text io.Writer, browser *e2e.Browser, runs int) error {
	all := make([]opening, 0, runs)
	for range runs {
		o, err := open(browser)
		if err != nil {
			return fmt.Errorf("opening the page: %w", err)
		}
		all = append(all, o)
	}
	median := func(figure func(opening) float64) float64 {
		values := make([]float64, len(all))
		for i := range all {
			values[i] = figure(all[i])
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	fmt.Fprintf(text, "\n**Opening the page**, cold cache, localhost: first paint after %.0f ms, ready to drop after %.0f ms, %.2f MB sent, longest task %.0f ms.\n",
		median(func(o opening) float64 { return o.Paint }), median(func(o opening) float64 { return o.Ready }),
		median(func(o opening) float64 { return o.Sent })/1e6, median(func(o opening) float64 { return o.Tasks }))
	return nil
}

func open(browser *e2e.Browser) (o opening, err error) {
	p, err := browser.Open("/")
	if err != nil {
		return o, err
	}
	defer p.Close()
	if err := p.Started(); err != nil {
		return o, err
	}
	return e2e.Eval[opening](p, `(() => {
  const sent = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
  return {
    Paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? -1, Ready: __watch.ready ?? -1,
    Sent: sent.reduce((n, e) => n + e.transferSize, 0), Tasks: Math.max(0, ...__watch.tasks),
  };
})()`)
}

// scrolling scrolls the flow list from top to bottom while the page stands open
// with a capture in it, and appends how long its frames took.
func scrolling(text io.Writer, browser *e2e.Browser, c capture, title string) error {
	p, err := browser.Open("/")
	if err != nil {
		return err
	}
	defer p.Close()
	if err := errors.Join(p.Started(), p.Choose(c.path), p.Until(20*time.Minute, `document.documentElement.dataset.state === "ready"`)); err != nil {
		return err
	}
	type frames struct{ Rows, P50, P95, Worst float64 }
	f, err := e2e.Eval[frames](p, `new Promise((done) => {
  const list = document.getElementById("flows-scroll"), took = [], steps = 300;
  let n = 0, last = 0;
  const step = (now) => {
    if (last) took.push(now - last);
    last = now;
    if (n++ === steps) {
      took.sort((a, b) => a - b);
      const at = (share) => took[Math.floor(share * (took.length - 1))];
      done({ Rows: wirewhy.figures().flows, P50: at(.5), P95: at(.95), Worst: at(1) });
      return;
    }
    list.scrollTop = (list.scrollHeight - list.clientHeight) * n / steps;
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})`)
	if err != nil {
		return fmt.Errorf("scrolling: %w", err)
	}
	fmt.Fprintf(text, "\nScrolling through the %.0f rows of its flow list (%s): a frame takes %.1f ms in the middle, %.1f ms at the 95th percentile, %.0f ms at most.\n", f.Rows, title, f.P50, f.P95, f.Worst)
	return nil
}
