// Package capture reads capture files into Frames: which format a file has is
// decided by its content, never by its name. One file of this package for each
// file format.
//
// Reading is streamed and bounded: whatever a file claims, no buffer grows
// beyond MaxFrameLen. A damaged file gives what could be read and a Warning that
// names the frame and the byte where reading stopped; it is an error only if
// not even a header could be read.
package capture

import (
	"io"

	"wirewhy/analyzer"
)

// MaxFrameLen is the longest frame that is believed, in bytes. libpcap allows
// 262,144; USB and D-Bus captures up to 128 MiB (MAXIMUM_SNAPLEN of DLT_DBUS and
// DLT_USBPCAP); longer claims are taken for damage.
const MaxFrameLen = 16 << 20

// Source is a file that can be read more than once.
type Source interface {
	// Name returns the file's name, for people.
	Name() string
	// Size returns the number of bytes, -1 if that is not known (a pipe).
	Size() int64
	// Open returns the bytes from an offset on. A source that can be read only
	// once returns ErrOnce for the second call.
	Open(offset int64) (io.ReadCloser, error)
}

// Reader reads one capture, frame by frame.
type Reader interface {
	// Next fills f with the next frame. It returns io.EOF after the last one; a
	// damaged end is a warning of Capture, not an error. f.Data is valid until
	// the next call.
	Next(f *analyzer.Frame) error
	// Capture describes the file; complete after Next has returned io.EOF.
	Capture() *analyzer.Capture
	// Position returns the number of bytes consumed of the source as it lies
	// on the disk (compressed, if it is), for progress.
	Position() int64
	// Close frees what the reader holds.
	Close() error
}
