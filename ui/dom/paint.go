//go:build js

package dom

import (
	"syscall/js"
	"unsafe"
)

// Paint draws on a canvas what a list of commands says (boot.js has the painter).
func (r *Region) Paint(ops []float32, texts []string) {
	list := make([]any, len(texts))
	for i, text := range texts {
		list[i] = text
	}
	bytes := js.Global().Get("Uint8Array").New(4 * len(ops))
	js.CopyBytesToJS(bytes, unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(ops))), 4*len(ops)))
	boot().Call("paint", r.value, js.Global().Get("Float32Array").New(bytes.Get("buffer")), list)
}
