//go:build js

// Package dom holds small helpers over the browser: the page's regions, their
// markup set safely, events, files, and what the page offers to scripts. Together
// with the line to the worker it is the only part of the page that touches
// JavaScript.
package dom

import (
	"syscall/js"

	"honnef.co/go/js/dom/v2"
)

// Region is an element of the page that one view fills.
type Region struct {
	value js.Value
	shown string
}

// Find returns the element with an id. The page cannot work without its
// regions, so a missing one is a fault of the program.
func Find(id string) *Region {
	// Its own lookup of elements would bring the types of all of HTML into the program,
	// a fiftieth of it as it is sent.
	element := dom.GetWindow().Document().Underlying().Call("getElementById", id)
	if !element.Truthy() {
		panic("dom: the page has no element " + id)
	}
	return &Region{value: element, shown: "\x00"}
}

// Shows reports whether the region shows a markup already.
func (r *Region) Shows(html string) bool { return html == r.shown }

// Show sets the region's markup, if it differs from what it shows. An element
// with an id that had the focus gets it back.
func (r *Region) Show(html string) {
	if r.Shows(html) {
		return
	}
	r.shown = html
	focused := ""
	if active := js.Global().Get("document").Get("activeElement"); active.Truthy() && r.value.Call("contains", active).Bool() {
		focused = active.Get("id").String()
	}
	setMarkup(r.value, html)
	if focused != "" && focused != r.value.Get("id").String() {
		Focus(focused)
	}
}

// Focus moves the focus to the element with an id, without scrolling anything,
// and reports whether there is one.
func Focus(id string) bool {
	e := js.Global().Get("document").Call("getElementById", id)
	if e.Truthy() {
		e.Call("focus", map[string]any{"preventScroll": true})
	}
	return e.Truthy()
}

// SetText replaces the region's content by text.
func (r *Region) SetText(text string) { r.value.Set("textContent", text) }

// SetAttribute sets an attribute, or removes it where the value is empty.
func (r *Region) SetAttribute(name, value string) {
	if value == "" {
		r.value.Call("removeAttribute", name)
		return
	}
	r.value.Call("setAttribute", name, value)
}

// Attribute returns an attribute, empty if it is not there.
func (r *Region) Attribute(name string) string {
	if v := r.value.Call("getAttribute", name); v.Type() == js.TypeString {
		return v.String()
	}
	return ""
}

// SetStyle sets one property of the region's style, through the CSSOM.
func (r *Region) SetStyle(property, value string) {
	r.value.Get("style").Call("setProperty", property, value)
}

// Value returns what was typed into an input.
func (r *Region) Value() string { return r.value.Get("value").String() }

// SetValue replaces what was typed into an input.
func (r *Region) SetValue(text string) { r.value.Set("value", text) }

// Focus moves the focus to an input, its text as it is.
func (r *Region) Focus() { r.value.Call("focus") }

// Edit moves the focus to an input and selects what is in it.
func (r *Region) Edit() {
	r.value.Call("focus")
	r.value.Call("select")
}

// SetOpen opens or closes a dialog, in front of everything else.
func (r *Region) SetOpen(open bool) {
	switch is := r.value.Get("open").Bool(); {
	case open && !is:
		r.value.Call("showModal")
	case !open && is:
		r.value.Call("close")
	}
}

// Box is where a region stands and how it is scrolled, px.
type Box struct {
	Left, Top     float64 // of its outer edge, in the window
	Width, Height float64 // inside, without scroll bars
	Scrolled      float64
	Bar           float64 // width of its scroll bar
}

// Box measures the region.
func (r *Region) Box() Box {
	width := r.value.Get("clientWidth").Float()
	edge := r.value.Call("getBoundingClientRect")
	return Box{
		Left:     edge.Get("left").Float(),
		Top:      edge.Get("top").Float(),
		Width:    width,
		Height:   r.value.Get("clientHeight").Float(),
		Scrolled: r.value.Get("scrollTop").Float(),
		Bar:      r.value.Get("offsetWidth").Float() - width,
	}
}

// ScrollTo scrolls the region's content, px from its top.
func (r *Region) ScrollTo(top float64) { r.value.Set("scrollTop", top) }

// Scrolls reports whether the stylesheet has the region scroll its content.
func (r *Region) Scrolls() bool {
	return js.Global().Call("getComputedStyle", r.value).Get("overflowY").String() == "auto"
}
