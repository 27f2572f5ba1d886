//go:build js

package dom

import "syscall/js"

// What markup may hold. A name in a packet cannot become anything else, even if
// a view forgot to escape it.
var (
	htmlElements = []string{
		"a", "article", "b", "br", "button", "code", "dd", "details", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4",
		"i", "kbd", "label", "li", "mark", "ol", "p", "pre", "progress", "section", "small", "span", "strong", "summary",
		"sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
	}
	svgElements = []string{"svg", "g", "path", "line", "rect", "circle", "polyline", "polygon", "text", "tspan", "title"}
	attributes  = []string{
		"class", "id", "role", "tabindex", "title", "type", "disabled", "lang", "hidden", "colspan", "scope", "value", "max", "open",
		"viewBox", "preserveAspectRatio", "width", "height", "x", "y", "x1", "x2", "y1", "y2", "r", "cx", "cy", "rx", "d", "points",
		"text-anchor", "transform", "focusable", "dx", "dy",
		"aria-label", "aria-labelledby", "aria-describedby", "aria-hidden", "aria-selected", "aria-checked", "aria-pressed", "aria-expanded",
		"aria-controls", "aria-current", "aria-rowcount", "aria-rowindex", "aria-colcount", "aria-sort", "aria-live", "aria-level", "aria-setsize", "aria-posinset",
		"aria-haspopup", "aria-valuenow", "aria-valuemin", "aria-valuemax", "aria-activedescendant",
		"data-act", "data-arg", "data-ev", "data-hover",
	}
)

const svgNamespace = "http://www.w3.org/2000/svg"

var (
	sanitizer js.Value
	allowed   map[string]bool
	allowedAt map[string]bool
)

// setMarkup replaces an element's content by markup, held against the list
// above by the browser's own sanitizer where it has one.
func setMarkup(element js.Value, html string) {
	if element.Get("setHTML").Type() == js.TypeFunction {
		if sanitizer.IsUndefined() {
			sanitizer = newSanitizer()
		}
		element.Call("setHTML", html, sanitizer)
		return
	}
	if allowed == nil {
		allowed, allowedAt = set(append(htmlElements, svgElements...)), set(attributes)
	}
	content := boot().Call("inert", html)
	walk(content)
	element.Call("replaceChildren", content)
}

func newSanitizer() js.Value {
	var elements, attrs []any
	for _, name := range htmlElements {
		elements = append(elements, name)
	}
	for _, name := range svgElements {
		elements = append(elements, map[string]any{"name": name, "namespace": svgNamespace})
	}
	for _, name := range attributes {
		attrs = append(attrs, name)
	}
	config := map[string]any{"elements": elements, "attributes": attrs, "comments": false, "dataAttributes": false}
	return js.ValueOf(map[string]any{"sanitizer": js.Global().Get("Sanitizer").New(config)})
}

// walk removes from a parsed fragment whatever the list does not name. The
// fragment's depth is that of our own markup, text cannot deepen it; it is
// walked as a flat list all the same.
func walk(fragment js.Value) {
	all := fragment.Call("querySelectorAll", "*")
	for i := range all.Length() {
		element := all.Index(i)
		if !allowed[element.Get("localName").String()] {
			element.Call("remove")
			continue
		}
		names := element.Call("getAttributeNames")
		for j := range names.Length() {
			if name := names.Index(j).String(); !allowedAt[name] {
				element.Call("removeAttribute", name)
			}
		}
	}
}

func set(names []string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, name := range names {
		m[name] = true
	}
	return m
}
