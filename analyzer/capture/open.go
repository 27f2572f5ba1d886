package capture

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"wirewhy/analyzer"
)

// Options changes how files are opened. The zero Options is good.
type Options struct {
	// MaxUnpackedLen bounds what comes out of a compressed file, in bytes; zero
	// means 64 GiB. Reading stops there with a warning.
	MaxUnpackedLen int64
	// BufferLen is the length of the read buffer in bytes; zero means 1 MiB. The
	// buffer is passed to the Read of the Source's reader.
	BufferLen int
}

const (
	defaultMaxUnpacked = 64 << 30
	// maxNesting is how many containers may lie within each other.
	maxNesting = 2
)

// FormatError says in a sentence for people why a file cannot be read as a
// capture.
type FormatError struct {
	Kind Kind
	Text analyzer.Text
	Err  error // the cause, if it was an error of the source or of a decompressor
}

// Error returns the English sentence.
func (e *FormatError) Error() string { return e.Text.En }

func (e *FormatError) Unwrap() error { return e.Err }

// Plain is the content of a source without its compression.
type Plain struct {
	window
	kind       Kind
	why        analyzer.Text
	containers []string
	size       int64 // of the content; -1 if not known
	raw        *counter
	position   func() int64
	closers    []io.Closer
}

// Unwrap opens a source and takes off what it is compressed with. It fails with
// a *FormatError if there are no bytes inside, or with an error of the Source.
func Unwrap(src Source, opts Options) (*Plain, error) {
	raw, err := openCounter(src, 0)
	if err != nil {
		return nil, err
	}
	p := &Plain{size: src.Size(), raw: raw, position: raw.position, closers: []io.Closer{raw}}
	p.window = newWindow(raw, bufferFor(opts, p.size))
	for depth := 0; ; depth++ {
		name := p.identify()
		if p.kind != KindContainer {
			break
		}
		if depth == maxNesting {
			p.kind = KindForeign
			p.why = text(
				fmt.Sprintf("The file is still compressed (%s) after it was unpacked %d times (%s). Unpack it first.", name, maxNesting, p.Container()),
				fmt.Sprintf("解压 %[2]d 层（%[3]s）之后仍是压缩数据（%[1]s）。请先自行解压。", name, maxNesting, p.Container()))
			break
		}
		if err := p.unwrap(src, name, opts); err != nil {
			p.Close()
			return nil, err
		}
	}
	if p.err != nil && p.err != io.EOF && p.len() == 0 {
		err := p.err
		p.Close()
		return nil, unreadable(err, p.Container())
	}
	return p, nil
}

// identify finds out what the window holds.
func (p *Plain) identify() (container string) {
	p.fill(minSniffLen)
	if p.kind, container, p.why = identify(p.bytes()); p.kind != KindCapture {
		p.fill(sniffLen)
		p.kind, container, p.why = identify(p.bytes())
	}
	return container
}

// unwrap puts a decompressor between the source and the window.
func (p *Plain) unwrap(src Source, name string, opts Options) error {
	in := new(window)
	*in = p.window
	var r io.Reader
	var err error
	if g, ok := src.(Gunzipper); ok && name == "gzip" && len(p.containers) == 0 {
		r, err = p.gunzipBy(g, src)
	} else {
		r, err = decompressor(name, in, p)
	}
	p.containers = append(p.containers, name)
	if err != nil {
		return unreadable(err, name)
	}
	limit := opts.MaxUnpackedLen
	if limit <= 0 {
		limit = defaultMaxUnpacked
	}
	p.size = -1
	p.window = newWindow(&limited{r: r, in: p.position, max: limit}, bufferFor(opts, -1))
	return nil
}

// bufferFor spares small files the full buffer.
func bufferFor(opts Options, size int64) int {
	n := opts.BufferLen
	if n <= 0 {
		n = bufferLen
	}
	if size >= 0 && size < int64(n) {
		n = int(size) + 1
	}
	return max(n, sniffLen)
}

// Kind tells what the content is.
func (p *Plain) Kind() Kind { return p.kind }

// Head returns the first bytes of the content, up to 4 KiB, without consuming them.
func (p *Plain) Head() []byte {
	p.fill(sniffLen)
	return p.bytes()[:min(p.len(), sniffLen)]
}

// Container names what the content was wrapped in, outermost first; empty for a
// plain file.
func (p *Plain) Container() string { return strings.Join(p.containers, ", ") }

// Position returns the number of bytes consumed of the source.
func (p *Plain) Position() int64 { return p.position() }

// Err returns the *FormatError that says why the content is no capture, nil if
// it is one.
func (p *Plain) Err() error {
	if p.kind == KindCapture {
		return nil
	}
	return &FormatError{Kind: p.kind, Text: p.why}
}

// Close closes the source.
func (p *Plain) Close() error {
	var first error
	for i := len(p.closers) - 1; i >= 0; i-- {
		if err := p.closers[i].Close(); err != nil && first == nil {
			first = err
		}
	}
	p.closers = nil
	return first
}

// Open returns a Reader for a capture. It fails with a *FormatError where the
// file is none that can be read, and with the Source's error where that fails.
func Open(src Source, opts Options) (Reader, error) {
	p, err := Unwrap(src, opts)
	if err != nil {
		return nil, err
	}
	return p.Capture(src.Name())
}

// Capture returns the Reader of a content, which takes p over; it closes p if
// it fails. Errors are *FormatError.
func (p *Plain) Capture(name string) (Reader, error) {
	s, err := p.stream()
	if err != nil {
		p.Close()
		return nil, err
	}
	s.capture.Name = name
	return s, nil
}

func (p *Plain) stream() (*stream, error) {
	if err := p.Err(); err != nil {
		return nil, err
	}
	s := &stream{window: p.window, plain: p}
	p.window = window{err: io.EOF}
	s.capture.Container = p.Container()
	if err := beginFormat(s); err != nil {
		if s.err != nil && s.err != io.EOF {
			return nil, unreadable(s.err, s.capture.Container)
		}
		var f *FormatError
		if !errors.As(err, &f) {
			err = &FormatError{Kind: KindCapture, Text: textTooManySections, Err: err}
		}
		return nil, err
	}
	return s, nil
}

// Layout implements RandomAccess.
func (s *stream) Layout() *Layout {
	l := &Layout{wrapped: s.capture.Container != "", interfaces: len(s.capture.Interfaces)}
	for _, sec := range s.sections {
		l.sections = append(l.sections, section{sec.start, sec.format.clone()})
	}
	return l
}
