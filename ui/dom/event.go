//go:build js

package dom

import "syscall/js"

// Event is an event of the browser.
type Event struct{ value js.Value }

// Listen calls f for each event of a kind on the document, on its way down, so
// that events which do not bubble (scroll, cancel) are heard too.
func Listen(kind string, f func(Event)) { listen(js.Global().Get("document"), kind, f) }

// On calls f for each event of a kind on the region.
func (r *Region) On(kind string, f func(Event)) { listen(r.value, kind, f) }

// OnTheme calls f when the system turns from light to dark or back.
func OnTheme(f func()) {
	listen(js.Global().Call("matchMedia", "(prefers-color-scheme: dark)"), "change", func(Event) { f() })
}

func listen(target js.Value, kind string, f func(Event)) {
	target.Call("addEventListener", kind, js.FuncOf(func(_ js.Value, args []js.Value) any {
		f(Event{args[0]})
		return nil
	}), map[string]any{"capture": true, "passive": false})
}

// OnResize calls f when the window has another size.
func OnResize(f func()) {
	js.Global().Call("addEventListener", "resize", js.FuncOf(func(js.Value, []js.Value) any {
		f()
		return nil
	}))
}

// Number returns a number that the event has: offsetX, deltaY, button …
func (e Event) Number(name string) float64 {
	if v := e.value.Get(name); v.Type() == js.TypeNumber {
		return v.Float()
	}
	return 0
}

// Chooses reports whether Ctrl (or Command) is held, which adds to a choice.
func (e Event) Chooses() bool {
	return e.value.Get("ctrlKey").Truthy() || e.value.Get("metaKey").Truthy()
}

// Shift reports whether the Shift key is held.
func (e Event) Shift() bool { return e.value.Get("shiftKey").Truthy() }

// Capture has the region get the pointer's events until it is let go.
func (r *Region) Capture(e Event) {
	r.value.Call("setPointerCapture", e.value.Get("pointerId"))
}

// Prevent keeps the browser from doing what it would do.
func (e Event) Prevent() { e.value.Call("preventDefault") }

// Key returns the key's name, empty if it is held together with a modifier or
// belongs to an input method.
func (e Event) Key() string {
	for _, held := range []string{"ctrlKey", "metaKey", "altKey", "isComposing"} {
		if e.value.Get(held).Truthy() {
			return ""
		}
	}
	return e.value.Get("key").String()
}

// Target returns the id of the element that the event happened on.
func (e Event) Target() string {
	if id := e.value.Get("target").Get("id"); id.Type() == js.TypeString {
		return id.String()
	}
	return ""
}

// TargetIs reports whether the event happened on an element of one of these kinds.
func (e Event) TargetIs(tags ...string) bool {
	tag := e.value.Get("target").Get("tagName")
	if tag.Type() != js.TypeString {
		return false
	}
	for _, t := range tags {
		if tag.String() == t {
			return true
		}
	}
	return false
}

// Editable reports whether the event happened where text is typed.
func (e Event) Editable() bool { return e.TargetIs("INPUT", "TEXTAREA") }

func (e Event) closest(selector string) js.Value {
	target := e.value.Get("target")
	if target.Get("closest").Type() != js.TypeFunction { // the document, or a text
		return js.Null()
	}
	return target.Call("closest", selector)
}

// Within reports whether the event happened inside of an element.
func (e Event) Within(selector string) bool { return e.closest(selector).Truthy() }

// Evidence returns the data-ev of the innermost element around the event that has one.
func (e Event) Evidence() string {
	if element := e.closest("[data-ev]"); element.Truthy() {
		return element.Get("dataset").Get("ev").String()
	}
	return ""
}

// Act is what an element asks for: its data-act and data-arg.
type Act struct{ Name, Arg string }

// Act returns what the innermost element around the event asks for.
func (e Event) Act() (act Act, ok bool) {
	element := e.closest("[data-act]")
	if !element.Truthy() {
		return act, false
	}
	data := element.Get("dataset")
	act.Name = data.Get("act").String()
	if arg := data.Get("arg"); arg.Type() == js.TypeString {
		act.Arg = arg.String()
	}
	return act, true
}

// Left reports whether a drag has left the window.
func (e Event) Left() bool { return e.value.Get("relatedTarget").IsNull() }

// OnDrag calls moved while the pointer is dragged over the element that a
// selector names, and released at the end, with the shares of its width at which
// the drag began and has come to; both from its left edge, from 0 to 1.
func OnDrag(selector string, moved, released func(from, to float64)) {
	document := js.Global().Get("document")
	from, to := 0.0, 0.0
	across := func(event js.Value) (share float64, ok bool) {
		element := document.Call("querySelector", selector)
		if !element.Truthy() {
			return 0, false
		}
		box := element.Call("getBoundingClientRect")
		return min(max((event.Get("clientX").Float()-box.Get("left").Float())/max(box.Get("width").Float(), 1), 0), 1), true
	}
	var move, up js.Func
	move = js.FuncOf(func(_ js.Value, args []js.Value) any {
		if share, ok := across(args[0]); ok {
			to = share
			moved(from, to)
		}
		return nil
	})
	up = js.FuncOf(func(js.Value, []js.Value) any {
		document.Call("removeEventListener", "pointermove", move)
		document.Call("removeEventListener", "pointerup", up)
		document.Call("removeEventListener", "pointercancel", up)
		released(from, to)
		return nil
	})
	Listen("pointerdown", func(e Event) {
		if !e.Within(selector) || e.value.Get("button").Int() != 0 {
			return
		}
		share, ok := across(e.value)
		if !ok {
			return
		}
		e.Prevent() // no text is selected
		from, to = share, share
		document.Call("addEventListener", "pointermove", move)
		document.Call("addEventListener", "pointerup", up)
		document.Call("addEventListener", "pointercancel", up)
	})
}
