package straighten

// nameSection is the custom section in which Go's linker names the functions, unless it
// is told to leave it out (-s).
const nameSection = "name"

// functionNames reads the name section's names of functions, by their number among all
// (WebAssembly Core Specification, 7.4.1). What cannot be read is left out.
func functionNames(content []byte) map[uint64]string {
	r := reader{b: content, ok: true}
	names := map[uint64]string{}
	for r.ok && r.at < len(content) {
		kind := r.byte()
		end := int(r.unsigned())
		end += r.at
		if kind == 1 {
			for range r.unsigned() {
				index := r.unsigned()
				names[index] = string(r.bytes())
				if !r.ok {
					break
				}
			}
		}
		r.at = end
	}
	return names
}

// bytes reads bytes behind their number.
func (r *reader) bytes() []byte {
	n := r.unsigned()
	if !r.ok || n > uint64(len(r.b)-r.at) {
		r.ok = false
		return nil
	}
	r.at += int(n)
	return r.b[r.at-int(n) : r.at]
}
