// Package dom holds small helpers over the browser's document: finding the
// page's regions, setting their markup safely, and one delegated listener for
// each kind of event.
package dom

import (
	"syscall/js"

	"honnef.co/go/js/dom/v2"
)

// Region is an element of the page that one view fills.
type Region struct {
	js.Value
	shown string
}

// Find returns the element with an id. The page cannot work without its
// regions, so a missing one is a fault of the program.
func Find(id string) *Region {
	element := dom.GetWindow().Document().GetElementByID(id)
	if element == nil {
		panic("dom: the page has no element " + id)
	}
	return &Region{Value: element.Underlying(), shown: "\x00"}
}

// Show sets the region's markup, if it differs from what it shows, and reports
// whether it did. An element with an id that had the focus gets it back.
func (r *Region) Show(html string) bool {
	if html == r.shown {
		return false
	}
	r.shown = html
	focused := ""
	if active := js.Global().Get("document").Get("activeElement"); active.Truthy() && r.Call("contains", active).Bool() {
		focused = active.Get("id").String()
	}
	setMarkup(r.Value, html)
	if focused != "" && focused != r.Get("id").String() {
		Focus(focused)
	}
	return true
}

// Focus moves the focus to the element with an id, if there is one, without
// scrolling anything.
func Focus(id string) {
	if e := js.Global().Get("document").Call("getElementById", id); e.Truthy() {
		e.Call("focus", map[string]any{"preventScroll": true})
	}
}

// SetAttribute sets an attribute, or removes it where the value is empty.
func (r *Region) SetAttribute(name, value string) {
	if value == "" {
		r.Call("removeAttribute", name)
		return
	}
	r.Call("setAttribute", name, value)
}

// SetHidden hides the region or shows it.
func (r *Region) SetHidden(hidden bool) { r.Set("hidden", hidden) }

// SetStyle sets one property of the region's style, through the CSSOM.
func (r *Region) SetStyle(property, value string) {
	r.Get("style").Call("setProperty", property, value)
}

// Listen calls f for each event of a kind on the document. Capture also hears
// events that do not bubble (scroll, focus, toggle).
func Listen(kind string, f func(event js.Value)) {
	js.Global().Get("document").Call("addEventListener", kind, js.FuncOf(func(_ js.Value, args []js.Value) any {
		f(args[0])
		return nil
	}), map[string]any{"capture": true, "passive": false})
}

// Act is what an element asks for: its data-act and data-arg.
type Act struct {
	Name, Arg string
	Element   js.Value
}

// ActAt returns what the innermost element around an event's target asks for.
func ActAt(event js.Value) (Act, bool) {
	target := event.Get("target")
	if target.Get("closest").IsUndefined() {
		return Act{}, false
	}
	element := target.Call("closest", "[data-act]")
	if !element.Truthy() {
		return Act{}, false
	}
	data := element.Get("dataset")
	act := Act{Name: data.Get("act").String(), Element: element}
	if arg := data.Get("arg"); arg.Truthy() {
		act.Arg = arg.String()
	}
	return act, true
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
