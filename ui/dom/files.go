//go:build js

package dom

import (
	"strings"
	"syscall/js"
)

// Files are File objects of the browser. Their contents are read by the worker only.
type Files struct{ value js.Value }

// fileList keeps files in an array of our own: a FileList empties when its input
// is cleared.
func fileList(list js.Value) Files {
	return Files{js.Global().Get("Array").Call("from", list)}
}

// Len returns the number of files; the zero Files has none.
func (f Files) Len() int {
	if !f.value.Truthy() {
		return 0
	}
	return f.value.Length()
}

// Name returns the name of file i.
func (f Files) Name(i int) string { return f.value.Index(i).Get("name").String() }

// Size returns the length of file i in bytes.
func (f Files) Size(i int) int64 { return int64(f.value.Index(i).Get("size").Float()) }

// And returns these files and more of them.
func (f Files) And(more Files) Files {
	switch {
	case f.Len() == 0:
		return more
	case more.Len() == 0:
		return f
	}
	return Files{f.value.Call("concat", more.value)}
}

// Without returns these files but for file i.
func (f Files) Without(i int) Files { return Files{f.value.Call("toSpliced", i, 1)} }

// Texts reports whether all files call themselves texts, as far as the browser tells.
func (f Files) Texts() bool {
	for i := range f.Len() {
		if !strings.HasPrefix(f.value.Index(i).Get("type").String(), "text/") {
			return false
		}
	}
	return f.Len() > 0
}

// TextFile makes a file of a text.
func TextFile(text, name string) Files {
	file := js.Global().Get("File").New([]any{text}, name, map[string]any{"type": "text/plain"})
	return fileList(js.ValueOf([]any{file}))
}

// JS returns the files for a message to the worker.
func (f Files) JS() js.Value { return f.value }

// Chosen returns the files of an input's change event, and clears the input, so
// that the same file can be chosen again.
func (e Event) Chosen() Files {
	input := e.value.Get("target")
	files := fileList(input.Get("files"))
	input.Set("value", "")
	return files
}

// AllowDrop reports whether a drag carries files, and has the pointer say so.
func (e Event) AllowDrop() bool {
	transfer := e.value.Get("dataTransfer")
	if !transfer.Truthy() || !transfer.Get("types").Call("includes", "Files").Bool() {
		return false
	}
	transfer.Set("dropEffect", "copy")
	return true
}

// Dropped returns the files of a drop event.
func (e Event) Dropped() Files {
	transfer := e.value.Get("dataTransfer")
	if !transfer.Truthy() {
		return Files{}
	}
	return fileList(transfer.Get("files"))
}

// Pasted returns the files of a paste event; text becomes a file of the given name.
func (e Event) Pasted(name string) Files {
	clipboard := e.value.Get("clipboardData")
	if !clipboard.Truthy() {
		return Files{}
	}
	if files := clipboard.Get("files"); files.Length() > 0 {
		return fileList(files)
	}
	text := clipboard.Call("getData", "text/plain").String()
	if strings.TrimSpace(text) == "" {
		return Files{}
	}
	return TextFile(text, name)
}

// RightHalf reports whether the pointer is in the right half of the window.
func (e Event) RightHalf() bool {
	return 2*e.value.Get("clientX").Float() > js.Global().Get("innerWidth").Float()
}

// ChooseFiles opens the browser's dialog for files.
func ChooseFiles() { js.Global().Get("document").Call("getElementById", "open").Call("click") }

// boot is what the loader (boot.js) left for the program.
func boot() js.Value { return js.Global().Get("wirewhyBoot") }

// EarlyFiles returns what was chosen or dropped before the program ran.
func EarlyFiles() Files {
	if early := boot().Get("early"); early.Truthy() {
		return fileList(early)
	}
	return Files{}
}

// Sample is an entry of the list of captures that come with the page.
type Sample struct{ File, TitleEn, TitleZh, TextEn, TextZh string }

// Samples returns the captures that come with the page.
func Samples() []Sample {
	loaded := boot().Get("samples")
	all := make([]Sample, loaded.Length())
	for i := range all {
		s := loaded.Index(i)
		title, text := s.Get("title"), s.Get("text")
		all[i] = Sample{s.Get("file").String(), title.Get("en").String(), title.Get("zh").String(), text.Get("en").String(), text.Get("zh").String()}
	}
	return all
}

// SampleFile returns a sample as a file.
func SampleFile(i int) Files {
	return fileList(js.ValueOf([]any{boot().Call("sampleFile", i)}))
}

// HasNewer reports whether another version of the page is ready already; if it
// is later, the document gets the event wirewhy:update.
func HasNewer() bool { return boot().Get("update").Truthy() }

// TakeNewer loads the other version of the page.
func TakeNewer() { boot().Call("update") }
