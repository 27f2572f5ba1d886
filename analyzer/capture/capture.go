// Package capture reads capture files into Frames: which format a file has is
// decided by its content, never by its name. One file of this package for each
// file format.
//
// Reading is streamed and bounded: whatever a file claims, no buffer grows
// much beyond MaxFrameLen, and none grows before the bytes are there. A damaged
// file gives what could be read and a Warning that names the frame and the byte
// where reading stopped; it is an error only if not even a header could be read.
//
//	Source ─▶ unwrap (gzip, zip …) ─▶ window ─▶ format (pcap, pcapng, snoop) ─▶ Frame
//
// A Frame can be read again from its Offset with a Layout, which is all that
// has to be remembered of the first pass.
package capture

import (
	"errors"
	"io"

	"wirewhy/analyzer"
)

// MaxFrameLen is the longest frame that is believed, in bytes. libpcap allows
// 262,144; USB and D-Bus captures up to 128 MiB (MAXIMUM_SNAPLEN of DLT_DBUS and
// DLT_USBPCAP); longer claims are taken for damage.
const MaxFrameLen = 16 << 20

// usualFrameLen is libpcap's MAXIMUM_SNAPLEN for networks. A longer frame is
// believed only if the record after it makes sense.
const usualFrameLen = 262144

// ErrOnce says that a source can be read only once, from its start.
var ErrOnce = errors.New("the source can be read only once, from its start")

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

// Gunzipper is a Source that has a better gunzip than Go's own, as browsers do
// (DecompressionStream). Where its reader fails, be it at a second gzip member
// or at damage, Go's takes over at the same byte. A reader with a method
// Position() int64 tells how many compressed bytes it has consumed.
type Gunzipper interface {
	// Gunzip returns the uncompressed bytes of the source, from the start.
	Gunzip() (io.ReadCloser, error)
}

// Reader reads one capture, frame by frame. What Open returns also implements
// RandomAccess.
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
