//go:build js

package dom

import (
	"strconv"
	"strings"
	"syscall/js"
	"unsafe"
)

// Pixels fills a canvas with pixels, row by row, each red, green, blue and opacity
// from its low byte on.
func (r *Region) Pixels(pixels []uint32, width int) {
	if len(pixels) == 0 || width == 0 {
		r.value.Set("height", 0)
		return
	}
	height := len(pixels) / width
	r.value.Set("width", width)
	r.value.Set("height", height)
	bytes := js.Global().Get("Uint8ClampedArray").New(4 * len(pixels))
	js.CopyBytesToJS(bytes, unsafe.Slice((*byte)(unsafe.Pointer(&pixels[0])), 4*len(pixels)))
	image := js.Global().Get("ImageData").New(bytes, width, height)
	r.value.Call("getContext", "2d").Call("putImageData", image, 0, 0)
}

// Colors reads a list of colours (#rrggbb) from a property that the stylesheet
// gives the region, as pixels.
func (r *Region) Colors(property string) (list []uint32) {
	text := js.Global().Call("getComputedStyle", r.value).Call("getPropertyValue", property).String()
	for _, word := range strings.Fields(text) {
		rgb, _ := strconv.ParseUint(strings.TrimPrefix(word, "#"), 16, 32)
		list = append(list, 0xff<<24|uint32(rgb)>>16|uint32(rgb)&0xff00|uint32(rgb)&0xff<<16)
	}
	return list
}
