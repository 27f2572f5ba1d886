//go:build js

package dom

import "syscall/js"

// The sharpness of a saved picture, and what browsers bound a canvas to, px.
const (
	pictureScale = 2
	canvasLimit  = 16_000
)

// SavePicture paints a drawing (SVG) and hands it to the browser as a PNG file.
func SavePicture(drawing, name string) {
	global := js.Global()
	source := global.Get("Blob").New([]any{drawing}, map[string]any{"type": "image/svg+xml"})
	address := global.Get("URL").Call("createObjectURL", source)
	image := global.Get("Image").New()
	var loaded, painted js.Func
	loaded = js.FuncOf(func(js.Value, []js.Value) any {
		loaded.Release()
		canvas := global.Get("document").Call("createElement", "canvas")
		width, height := image.Get("naturalWidth").Float(), image.Get("naturalHeight").Float()
		scale := min(pictureScale, canvasLimit/max(width, height, 1))
		canvas.Set("width", int(width*scale))
		canvas.Set("height", int(height*scale))
		canvas.Call("getContext", "2d").Call("drawImage", image, 0, 0, canvas.Get("width"), canvas.Get("height"))
		global.Get("URL").Call("revokeObjectURL", address)
		canvas.Call("toBlob", painted, "image/png")
		return nil
	})
	painted = js.FuncOf(func(_ js.Value, args []js.Value) any {
		painted.Release()
		if args[0].Truthy() {
			Save(args[0], "image/png", name)
		}
		return nil
	})
	image.Set("onload", loaded)
	image.Set("src", address)
}
