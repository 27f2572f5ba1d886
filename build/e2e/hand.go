package e2e

import (
	"context"
	"fmt"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// SaveTo has the files that the page saves written to a folder of this machine.
func (p *Page) SaveTo(folder string) error {
	_, err := chromedp.Call(p.ctx, cdpbrowser.SetDownloadBehavior, cdpbrowser.SetDownloadBehaviorParams{
		Behavior: cdpbrowser.SetDownloadBehaviorBehaviorAllow, DownloadPath: folder,
		BrowserContextID: chromedp.FromContext(p.ctx).BrowserContextID,
	})
	return err
}

// keys are the keys that Press knows by their names.
var keys = map[string]string{"ArrowDown": kb.ArrowDown, "ArrowUp": kb.ArrowUp, "ArrowLeft": kb.ArrowLeft, "ArrowRight": kb.ArrowRight, "+": "+", "0": "0", "r": "r", "Enter": kb.Enter, "Escape": kb.Escape, "Tab": kb.Tab, "/": "/", "x": "x",
	"PageDown": kb.PageDown, "PageUp": kb.PageUp, "Home": kb.Home, "End": kb.End}

// Press presses a key of the keyboard.
func (p *Page) Press(key string) error {
	code, ok := keys[key]
	if !ok {
		return fmt.Errorf("no key %q", key)
	}
	return p.within(10*time.Second, func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.KeyEvent(code)) })
}

// Type types text where the focus is.
func (p *Page) Type(text string) error {
	return p.within(10*time.Second, func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.KeyEvent(text)) })
}

// Drag presses the mouse's button at one share of an element's width, moves it to
// another, and lets go. The ends of the width stand for a little beyond them.
func (p *Page) Drag(selector string, from, to float64) error {
	type box struct{ X, Y, Width float64 }
	b, err := Eval[box](p, fmt.Sprintf(`(() => { const b = document.querySelector(%q).getBoundingClientRect(); return { X: b.left, Y: b.top + b.height / 2, Width: b.width }; })()`, selector))
	if err != nil {
		return err
	}
	at := func(share float64) float64 { return b.X + share*b.Width + 3*(2*share-1) }
	start := min(max(at(from), b.X+1), b.X+b.Width-1) // the button must go down on the element
	return p.within(10*time.Second, func(ctx context.Context) error {
		return chromedp.Do(ctx,
			chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, start, b.Y, chromedp.ButtonLeft),
			chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at((from+to)/2), b.Y, chromedp.ButtonLeft),
			chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at(to), b.Y, chromedp.ButtonLeft),
			chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, at(to), b.Y, chromedp.ButtonLeft))
	})
}
