//go:build js

package dom

import (
	"strings"
	"syscall/js"
)

// Root returns the html element.
func Root() *Region { return &Region{value: js.Global().Get("document").Get("documentElement")} }

// Query returns a parameter of the page's address, empty if it is not there.
func Query(name string) string {
	value := js.Global().Get("URLSearchParams").New(js.Global().Get("location").Get("search")).Call("get", name)
	if !value.Truthy() {
		return ""
	}
	return value.String()
}

// Copy puts text on the clipboard and calls done when it is there.
func Copy(text string, done func()) {
	clipboard := js.Global().Get("navigator").Get("clipboard")
	if !clipboard.Truthy() { // no secure context
		return
	}
	var told, refused js.Func
	release := func() { told.Release(); refused.Release() }
	told = js.FuncOf(func(js.Value, []js.Value) any { release(); done(); return nil })
	refused = js.FuncOf(func(js.Value, []js.Value) any { release(); return nil })
	clipboard.Call("writeText", text).Call("then", told, refused)
}

// Fragment returns the part of the page's address behind the hash.
func Fragment() string {
	return strings.TrimPrefix(js.Global().Get("location").Get("hash").String(), "#")
}

// SetFragment writes the part of the address behind the hash: as a step of the
// browser's history, or in the place of the present one.
func SetFragment(fragment string, step bool) {
	location := js.Global().Get("location")
	address := location.Get("pathname").String() + location.Get("search").String()
	if fragment != "" {
		address += "#" + fragment
	}
	call := "replaceState"
	if step {
		call = "pushState"
	}
	js.Global().Get("history").Call(call, js.Null(), "", address)
}

// OnTravel calls f when somebody has gone back or forward in the browser's
// history, or has changed the fragment of the address.
func OnTravel(f func(fragment string)) {
	js.Global().Call("addEventListener", "popstate", js.FuncOf(func(js.Value, []js.Value) any {
		f(Fragment())
		return nil
	}))
}

// SaveText hands a text to the browser as a file.
func SaveText(text, kind, name string) {
	Save(js.Global().Get("TextEncoder").New().Call("encode", text), kind, name)
}

// Parts are the pieces of a file. Each becomes a Blob at once, which the browser
// may lay on the disk.
type Parts struct{ list js.Value }

// NewParts returns an empty list.
func NewParts() Parts { return Parts{js.Global().Get("Array").New()} }

// Add adds bytes.
func (p Parts) Add(bytes js.Value) {
	p.list.Call("push", js.Global().Get("Blob").New([]any{bytes}))
}

// Blob puts the pieces together.
func (p Parts) Blob(kind string) Object {
	return js.Global().Get("Blob").New(p.list, map[string]any{"type": kind})
}

// Save hands bytes to the browser as a file.
func Save(bytes js.Value, kind, name string) {
	p := NewParts()
	p.Add(bytes)
	SaveParts(p, kind, name)
}

// SaveParts hands the pieces of a file to the browser.
func SaveParts(parts Parts, kind, name string) {
	global := js.Global()
	blob := parts.Blob(kind)
	address := global.Get("URL").Call("createObjectURL", blob)
	link := global.Get("document").Call("createElement", "a")
	link.Set("href", address)
	link.Set("download", name)
	link.Call("click")
	var revoke js.Func
	revoke = js.FuncOf(func(js.Value, []js.Value) any {
		revoke.Release()
		global.Get("URL").Call("revokeObjectURL", address)
		return nil
	})
	global.Call("setTimeout", revoke, 10_000)
}

// Dispatch sends an event of our own to the document.
func Dispatch(name string) {
	js.Global().Get("document").Call("dispatchEvent", js.Global().Get("CustomEvent").New(name))
}

// Frames calls draw once in the browser's next frame, however often it was asked.
type Frames struct {
	draw    js.Func
	pending bool
}

// NewFrames returns a scheduler for draw.
func NewFrames(draw func()) *Frames {
	f := &Frames{}
	f.draw = js.FuncOf(func(js.Value, []js.Value) any {
		if !f.pending {
			return nil
		}
		f.pending = false
		draw()
		return nil
	})
	return f
}

// Ask has draw called in the next frame. A hidden page gets no frames, so a
// timer stands behind it.
func (f *Frames) Ask() {
	if f.pending {
		return
	}
	f.pending = true
	js.Global().Call("requestAnimationFrame", f.draw)
	if js.Global().Get("document").Get("hidden").Bool() {
		js.Global().Call("setTimeout", f.draw, 50)
	}
}

// WhenIdle calls f once, when the browser has nothing to do.
func WhenIdle(f func()) {
	var idle js.Func
	idle = js.FuncOf(func(js.Value, []js.Value) any {
		idle.Release()
		f()
		return nil
	})
	if js.Global().Get("requestIdleCallback").Truthy() {
		js.Global().Call("requestIdleCallback", idle)
		return
	}
	js.Global().Call("setTimeout", idle, 200)
}

// ScrollTo scrolls the first element that a selector names into sight, into the
// middle ("center") or no further than it takes ("nearest"), and reports whether
// there is one.
func ScrollTo(selector, where string) bool {
	e := js.Global().Get("document").Call("querySelector", selector)
	if e.Truthy() {
		e.Call("scrollIntoView", map[string]any{"block": where})
	}
	return e.Truthy()
}
