package capture

import (
	"fmt"
	"io"
	"sort"

	"wirewhy/analyzer"
)

// RandomAccess is a Reader whose frames can be read again.
type RandomAccess interface {
	// Layout returns what is needed to read again what was read so far.
	Layout() *Layout
}

// Layout is what must be known of a file to read one of its frames: where its
// sections begin, and the byte order, link types and clocks in each. It takes a
// few dozen bytes for each section and interface, and does not change.
type Layout struct {
	wrapped    bool
	interfaces int
	sections   []section
}

// section is a part of a file with one format: a pcap file (several, if files
// were joined) or a pcapng section.
type section struct {
	start  int64
	format format
}

// FrameAt reads the frame with a number that lies at an offset (Frame.Offset),
// both as the Reader gave them. f.Data is the caller's. In a compressed file
// everything before the frame is unpacked again: for more than one frame, use a
// Cursor.
func FrameAt(src Source, l *Layout, number uint32, offset int64, f *analyzer.Frame) error {
	c := NewCursor(src, l)
	defer c.Close()
	return c.Frame(number, offset, f)
}

const (
	// cursorBufferLen holds most frames; reading one is not to cost a megabyte.
	cursorBufferLen = 64 << 10
	// cursorSkipLen is how far a plain file is read ahead rather than opened anew.
	cursorSkipLen = 1 << 20
)

// Cursor reads frames again. Frames in ascending order are read in one pass,
// which matters for compressed files; going back starts over.
type Cursor struct {
	src    Source
	layout *Layout
	stream *stream
	closer io.Closer
}

// NewCursor returns a cursor on a file. Nothing is opened yet.
func NewCursor(src Source, l *Layout) *Cursor { return &Cursor{src: src, layout: l} }

// Frame reads a frame as FrameAt does. f.Data is valid until the next call.
func (c *Cursor) Frame(number uint32, offset int64, f *analyzer.Frame) error {
	i := sort.Search(len(c.layout.sections), func(i int) bool { return c.layout.sections[i].start > offset }) - 1
	if i < 0 {
		return fmt.Errorf("%s: frame %d: no section at byte %d", c.src.Name(), number, offset)
	}
	if err := c.seek(offset); err != nil {
		return fmt.Errorf("%s: frame %d at byte %d: %w", c.src.Name(), number, offset, err)
	}
	s := c.stream
	s.log, s.done, s.sections = warningLog{}, false, nil
	s.format = c.layout.sections[i].format.clone()
	if err := s.Next(f); err != nil || f.Offset != offset {
		if cause := s.window.err; cause != nil && cause != io.EOF {
			err = cause
		} else {
			err = errMoved
		}
		c.Close()
		return fmt.Errorf("%s: frame %d at byte %d: %w", c.src.Name(), number, offset, err)
	}
	f.Number = number
	return nil
}

var errMoved = fmt.Errorf("there is no frame any more; did the file change?")

// seek puts the window at an offset.
func (c *Cursor) seek(offset int64) error {
	if s := c.stream; s != nil {
		ahead := offset - s.offset()
		if ahead >= 0 && (c.layout.wrapped || ahead <= cursorSkipLen) && s.window.err == nil || ahead >= 0 && ahead < int64(s.len()) {
			if s.skip(ahead) {
				return nil
			}
		}
		c.Close()
	}
	return c.open(offset)
}

func (c *Cursor) open(offset int64) error {
	if !c.layout.wrapped {
		rc, err := c.src.Open(offset)
		if err != nil {
			return err
		}
		c.closer = rc
		c.stream = &stream{window: newWindow(rc, cursorBufferLen)}
		c.stream.base = offset
		c.stream.capture.Interfaces = make([]analyzer.Interface, c.layout.interfaces)
		return nil
	}
	p, err := Unwrap(c.src, Options{})
	if err != nil {
		return err
	}
	c.closer = p
	c.stream = &stream{window: p.window}
	c.stream.capture.Interfaces = make([]analyzer.Interface, c.layout.interfaces)
	if !c.stream.skip(offset) {
		return io.ErrUnexpectedEOF
	}
	return nil
}

// Close closes the file. The cursor can be used again.
func (c *Cursor) Close() error {
	if c.closer == nil {
		return nil
	}
	err := c.closer.Close()
	c.closer, c.stream = nil, nil
	return err
}
