// Package e2e drives the site in a real browser, as a person or a script of
// theirs would, and notes what must not happen meanwhile: errors on the
// console, requests after loading, a blocked main thread. Its tests hold the
// built site against what the page promises.
package e2e

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"wirewhy/build/chromium"
	"wirewhy/build/serve"
)

// Browser is a headless browser and a server of one site.
type Browser struct {
	ctx      context.Context
	end      func()
	listener net.Listener

	// Ordinary has all tabs share the browser's own profile. A profile of a tab's
	// own counts as private browsing, in which Chromium does less ahead of time.
	Ordinary bool

	// Undisturbed has pages not measure the gaps between turns of the main thread: the
	// timer that does wakes it 250 times a second.
	Undisturbed bool

	mu     sync.Mutex
	served []string // paths that the server was asked for
}

// Start serves a site on a free port of this machine and starts a browser, with
// further flags if there are any. Close ends both.
func Start(ctx context.Context, site http.Handler, flags ...string) (*Browser, error) {
	listener, err := serve.Listen(0)
	if err != nil {
		return nil, err
	}
	b := &Browser{listener: listener}
	go http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.mu.Lock()
		b.served = append(b.served, r.Method+" "+r.URL.RequestURI())
		b.mu.Unlock()
		site.ServeHTTP(w, r)
	}))
	if b.ctx, b.end, err = chromium.Start(ctx, flags...); err != nil {
		listener.Close()
		return nil, err
	}
	return b, nil
}

// Close ends the browser and the server.
func (b *Browser) Close() {
	b.end()
	b.listener.Close()
}

// Served returns what the server has been asked for so far, by any page.
func (b *Browser) Served() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.served...)
}

// watch runs in the page before its own scripts. It notes long tasks (50 ms and
// more, as the browser sees them).
const watch = `(() => {
  const seen = { tasks: [], gap: 0, since: performance.now() };
  Object.defineProperty(window, "__watch", { value: seen });
  new PerformanceObserver((list) => { for (const e of list.getEntries()) seen.tasks.push(e.duration); })
    .observe({ type: "longtask", buffered: true });
  document.addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
    if (document.documentElement.dataset.program === "ready") seen.ready ??= performance.now();
  }).observe(document.documentElement, { attributes: true }));
})();`

// gaps goes on after watch: it notes the longest time between two turns of a timer,
// which also holds short tasks in a row.
const gaps = `(() => {
  const seen = __watch, turn = new MessageChannel();
  let last = performance.now();
  turn.port1.onmessage = () => {
    const now = performance.now();
    seen.gap = Math.max(seen.gap, now - last);
    last = now;
    setTimeout(() => turn.port2.postMessage(0), 4);
  };
  turn.port2.postMessage(0);
})();`

// Open opens a path of the site in a tab with a profile of its own, and waits
// until the document is loaded (not until the program has started).
func (b *Browser) Open(path string) (*Page, error) { return b.OpenAt(serve.Address(b.listener), path) }

// OpenAt is Open for another server's address, or that of a file.
func (b *Browser) OpenAt(address, path string) (*Page, error) {
	var options []chromedp.ContextOption
	if !b.Ordinary {
		options = append(options, chromedp.WithNewBrowserContext())
	}
	ctx, end := chromedp.NewContext(b.ctx, options...)
	p := &Page{ctx: ctx, end: end, address: address}
	if err := p.listen(); err != nil {
		end()
		return nil, fmt.Errorf("opening a tab: %w", err)
	}
	source := watch
	if !b.Undisturbed {
		source += gaps
	}
	_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: source})
	if err == nil {
		err = p.within(30*time.Second, func(ctx context.Context) error {
			return chromedp.Do(ctx, chromedp.Navigate(p.address+path))
		})
	}
	if err != nil {
		end()
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	return p, nil
}

// listen notes the page's requests and the console's messages. chromedp has
// switched both on when the tab was made.
func (p *Page) listen() error {
	err := chromedp.Listen(p.ctx, func(event any) {
		if sent, ok := event.(*network.EventRequestWillBeSent); ok {
			p.mu.Lock()
			p.requests = append(p.requests, sent.Request.Method+" "+sent.Request.URL)
			p.mu.Unlock()
		}
	})
	if err != nil {
		return err
	}
	console := chromedp.Console(p.ctx)
	go func() {
		for message, err := range console {
			if err != nil {
				return // the tab is closed
			}
			p.mu.Lock()
			p.console = append(p.console, message)
			p.mu.Unlock()
		}
	}()
	return nil
}
