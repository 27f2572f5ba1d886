package capture

import "io"

const (
	bufferLen = 1 << 20
	// minReadLen keeps reads from becoming small at the end of the buffer.
	minReadLen = 64 << 10
)

// window is a reader's one buffer. Bytes are consumed from its start; what is
// left of a record moves to the front before more is read behind it.
type window struct {
	src        io.Reader
	buf        []byte
	start, end int   // buf[start:end] is read and not yet consumed
	base       int64 // offset of buf[0] in the stream
	err        error // why nothing more can be read
}

func newWindow(src io.Reader, length int) window {
	return window{src: src, buf: make([]byte, length)}
}

// offset is where the next unconsumed byte lies in the stream.
func (w *window) offset() int64 { return w.base + int64(w.start) }

func (w *window) bytes() []byte { return w.buf[w.start:w.end] }

func (w *window) len() int { return w.end - w.start }

// fill sees to it that n bytes are there, and reports whether they are. It
// moves the bytes: slices taken before are invalid.
func (w *window) fill(n int) bool {
	for idle := 0; w.end-w.start < n; {
		if w.err != nil {
			return false
		}
		w.makeRoom(n)
		m, err := w.src.Read(w.buf[w.end:])
		w.end += m
		w.err = err
		if m > 0 {
			idle = 0
		} else if idle++; idle > 100 && err == nil {
			w.err = io.ErrNoProgress
		}
	}
	return true
}

// makeRoom leaves room for reading at the end of the buffer. The buffer grows
// only when it is full, so that a claimed length alone costs nothing.
func (w *window) makeRoom(n int) {
	if w.start == w.end || w.start+n > len(w.buf) || len(w.buf)-w.end < minReadLen {
		w.base += int64(w.start)
		w.end = copy(w.buf, w.buf[w.start:w.end])
		w.start = 0
	}
	if w.end == len(w.buf) {
		grown := make([]byte, 2*len(w.buf))
		copy(grown, w.buf)
		w.buf = grown
	}
}

// skip consumes n bytes that need not be in the buffer together.
func (w *window) skip(n int64) bool {
	for n > int64(w.len()) {
		n -= int64(w.len())
		w.start = w.end
		if !w.fill(1) {
			return false
		}
	}
	w.start += int(n)
	return true
}

// Read and ReadByte make a window the input of a decompressor: having ReadByte,
// compress/flate takes no byte beyond its own end.
func (w *window) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if !w.fill(1) {
		return 0, w.err
	}
	n := copy(p, w.bytes())
	w.start += n
	return n, nil
}

func (w *window) ReadByte() (byte, error) {
	if w.start == w.end && !w.fill(1) {
		return 0, w.err
	}
	b := w.buf[w.start]
	w.start++
	return b, nil
}
