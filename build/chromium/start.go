package chromium

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/chromedp/chromedp"
)

// Start starts a headless browser with a fresh profile and returns the context
// of its first tab; chromedp.NewContext(ctx) opens further ones. It installs
// Chromium if it has to. The function returned ends the browser.
func Start(parent context.Context) (context.Context, func(), error) {
	path, err := Ensure(os.Stderr)
	if err != nil {
		return nil, nil, err
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path),
		chromedp.NoSandbox, // containers and CI run as root, where Chromium's sandbox refuses to work
		chromedp.DisableGPU,
		chromedp.WindowSize(1280, 720),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-domain-reliability", true),
	)
	ctx, endAllocator := chromedp.NewExecAllocator(parent, options...)
	ctx, endBrowser := chromedp.NewContext(ctx)
	end := func() { endBrowser(); endAllocator() }
	// The first call starts the browser; its context must not have a deadline of its own.
	if err := chromedp.Do(ctx); err != nil {
		end()
		return nil, nil, fmt.Errorf("starting %s: %w", path, err)
	}
	return ctx, end, nil
}
