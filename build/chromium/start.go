package chromium

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/chromedp/chromedp"
)

// Start starts a headless browser with a fresh profile and returns the context
// of its first tab; chromedp.NewContext(ctx) opens further ones. It installs
// Chromium if it has to. flags are further flags of its command line,
// as NAME=VALUE, or NAME=false for one that is given otherwise and should not be.
// The function returned ends the browser.
func Start(parent context.Context, flags ...string) (context.Context, func(), error) {
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
	for _, flag := range flags {
		name, value, _ := strings.Cut(flag, "=")
		options = append(options, chromedp.Flag(name, value))
		if value == "false" {
			options = append(options, chromedp.Flag(name, false))
		}
	}
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
