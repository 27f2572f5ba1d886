//go:build js

package dom

import (
	"errors"
	"syscall/js"
)

// Object is a value of JavaScript that the page passes on without looking inside.
type Object = js.Value

// None is no object.
func None() Object { return js.Undefined() }

// Settler settles a promise, once.
type Settler struct{ resolve, reject js.Value }

// Resolve keeps the promise.
func (s Settler) Resolve(value any) { s.resolve.Invoke(value) }

// Reject breaks the promise.
func (s Settler) Reject(why string) { s.reject.Invoke(js.Global().Get("Error").New(why)) }

// Promise returns a promise that is settled through what begin gets.
func Promise(begin func(Settler)) Object {
	executor := js.FuncOf(func(_ js.Value, args []js.Value) any {
		begin(Settler{args[0], args[1]})
		return nil
	})
	defer executor.Release() // it is called at once
	return js.Global().Get("Promise").New(executor)
}

// ParseJSON parses the bytes of a document.
func ParseJSON(bytes Object) (v Object, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("the report could not be parsed")
		}
	}()
	text := js.Global().Get("TextDecoder").New().Call("decode", bytes)
	return js.Global().Get("JSON").Call("parse", text), nil
}

// Args are the arguments of a call from a script.
type Args []js.Value

// Files returns argument i as files: one Blob, or a list of them; none if it is
// neither.
func (a Args) Files(i int) Files {
	if i >= len(a) || !a[i].Truthy() {
		return Files{}
	}
	files := a[i]
	if files.InstanceOf(js.Global().Get("Blob")) {
		files = js.ValueOf([]any{files})
	}
	if files.Get("length").Type() != js.TypeNumber {
		return Files{}
	}
	list := fileList(files)
	for i := range list.Len() {
		if !list.value.Index(i).InstanceOf(js.Global().Get("Blob")) {
			return Files{}
		}
	}
	return list
}

// Flag reports whether argument i is an object with a property that holds.
func (a Args) Flag(i int, property string) bool {
	return i < len(a) && a[i].Type() == js.TypeObject && a[i].Get(property).Truthy()
}

// Number returns a property of the object that argument i is, if it is a number
// that an index can be.
func (a Args) Number(i int, property string) (n int, ok bool) {
	if i >= len(a) || a[i].Type() != js.TypeObject {
		return 0, false
	}
	return index(a[i].Get(property))
}

// index returns a value that is a number which an index can be.
func index(v js.Value) (n int, ok bool) {
	if v.Type() != js.TypeNumber {
		return 0, false
	}
	f := v.Float()
	if f < 0 || f > 1<<31 || f != float64(int(f)) {
		return 0, false
	}
	return int(f), true
}

// Numbers returns a property of the object that argument i is, if it is a list of
// numbers that indexes can be; else nil.
func (a Args) Numbers(i int, property string) []int {
	if i >= len(a) || a[i].Type() != js.TypeObject || !js.Global().Get("Array").Call("isArray", a[i].Get(property)).Bool() {
		return nil
	}
	list := a[i].Get(property)
	all := make([]int, 0, list.Length())
	for i := range list.Length() {
		if n, ok := index(list.Index(i)); ok {
			all = append(all, n)
		}
	}
	return all
}

// Offer sets a global object with constants and functions for scripts.
func Offer(name string, constants map[string]any, functions map[string]func(Args) any) {
	object := map[string]any{}
	for key, value := range constants {
		object[key] = value
	}
	for key, f := range functions {
		object[key] = js.FuncOf(func(_ js.Value, args []js.Value) any { return f(args) })
	}
	js.Global().Set(name, object)
}
