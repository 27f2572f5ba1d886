//go:build js

package dom

import "syscall/js"

// ListenOn calls f for each event of a kind within the element with an id. For
// what browsers handle faster where nobody listens, such as the wheel.
func ListenOn(id, kind string, f func(Event)) {
	js.Global().Get("document").Call("getElementById", id).Call("addEventListener", kind, js.FuncOf(func(_ js.Value, args []js.Value) any {
		f(Event{args[0]})
		return nil
	}), map[string]any{"passive": false})
}

// Wheel returns how far a wheel was turned, px, and whether to zoom: Ctrl was
// held, or two fingers were spread.
func (e Event) Wheel() (delta float64, zoom bool) {
	delta = e.value.Get("deltaY").Float()
	if e.value.Get("deltaMode").Int() == 1 { // in lines
		delta *= 40
	}
	return delta, e.value.Get("ctrlKey").Bool() || e.value.Get("metaKey").Bool()
}

// Point returns where in the window an event of the pointer happened, px.
func (e Event) Point() (x, y float64) {
	return e.value.Get("clientX").Float(), e.value.Get("clientY").Float()
}

// leastPan is how far the pointer moves, px, before a press becomes a drag.
const leastPan = 4

// OnPan calls moved while a mouse drags the element that a selector names, with
// how far it has moved since the last time, px. Fingers pan by themselves. The
// click at the end of a drag is nobody's.
func OnPan(selector string, moved func(dx, dy float64)) {
	window, document := js.Global(), js.Global().Get("document")
	var x, y float64
	panning := false
	var move, up js.Func
	swallow := js.FuncOf(func(_ js.Value, args []js.Value) any {
		args[0].Call("stopPropagation")
		return nil
	})
	stop := js.FuncOf(func(js.Value, []js.Value) any {
		window.Call("removeEventListener", "click", swallow, true)
		return nil
	})
	move = js.FuncOf(func(_ js.Value, args []js.Value) any {
		toX, toY := Event{args[0]}.Point()
		if !panning && max(toX-x, x-toX, toY-y, y-toY) < leastPan {
			return nil
		}
		if !panning {
			panning = true
			window.Call("addEventListener", "click", swallow, true)
		}
		moved(toX-x, toY-y)
		x, y = toX, toY
		return nil
	})
	up = js.FuncOf(func(js.Value, []js.Value) any {
		for _, kind := range []string{"pointerup", "pointercancel"} {
			document.Call("removeEventListener", kind, up)
		}
		document.Call("removeEventListener", "pointermove", move)
		if panning {
			window.Call("setTimeout", stop, 0)
		}
		return nil
	})
	Listen("pointerdown", func(e Event) {
		if !e.Within(selector) || e.value.Get("button").Int() != 0 || e.value.Get("pointerType").String() != "mouse" {
			return
		}
		panning = false
		x, y = e.Point()
		document.Call("addEventListener", "pointermove", move)
		for _, kind := range []string{"pointerup", "pointercancel"} {
			document.Call("addEventListener", kind, up)
		}
	})
}
