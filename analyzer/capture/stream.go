package capture

import (
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"wirewhy/analyzer"
)

// Frames dated outside of these years do not stretch the capture's start and
// end: such times come from damage, unset clocks or a wrong resolution.
var (
	earliest = analyzer.Timestamp(time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano())
	latest   = analyzer.Timestamp(time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano())
)

// backwardStep is how far time may run backwards before it is worth a word:
// frames of several interfaces or CPUs are recorded slightly out of order.
const backwardStep = time.Second

// maxSections bounds the sections (concatenated captures) and the interfaces of
// one file; both stay in memory.
const maxSections = 65536

// errAgain says that another section has begun, with a format of its own.
var errAgain = errors.New("another section")

// format reads the records of one section of a file.
type format interface {
	// next reads the next frame at s's window; io.EOF if there is none,
	// errAgain if s has another format now.
	next(s *stream, f *analyzer.Frame) error
	// clone returns a copy that further reading does not change.
	clone() format
}

// stream reads a capture from uncompressed bytes. It is the Reader that Open
// returns.
type stream struct {
	window
	plain    *Plain // nil for a Cursor
	format   format
	sections []section
	capture  analyzer.Capture
	log      warningLog
	number   uint32
	last     analyzer.Timestamp // of the last frame with a plausible time
	odd      [2]analyzer.Timestamp
	done     bool
}

// Next implements Reader.
func (s *stream) Next(f *analyzer.Frame) error {
	if s.done {
		return io.EOF
	}
	var err error
	if p, ok := s.format.(*pcap); ok { // nearly all files; a call that is known is cheaper
		err = p.next(s, f)
	} else {
		err = s.format.next(s, f)
	}
	if err == nil {
		return nil
	}
	return s.proceed(err, f)
}

// proceed goes on in the next section where there is one, and ends reading else.
func (s *stream) proceed(err error, f *analyzer.Frame) error {
	for err == errAgain {
		err = s.format.next(s, f)
	}
	if err != nil {
		s.finish()
		return io.EOF
	}
	return nil
}

// Capture implements Reader.
func (s *stream) Capture() *analyzer.Capture { return &s.capture }

// Position implements Reader.
func (s *stream) Position() int64 { return s.plain.Position() }

// Close implements Reader.
func (s *stream) Close() error {
	s.done = true
	s.buf = nil
	s.start, s.end = 0, 0
	return s.plain.Close()
}

// emit counts a frame that is complete but for its number and gives it that.
func (s *stream) emit(f *analyzer.Frame) error {
	if s.number == math.MaxUint32 {
		s.stop(textTooManyFrames)
		return io.EOF
	}
	s.number++
	f.Number = s.number
	s.capture.Packets++
	s.capture.Bytes += uint64(f.WireLen)
	if t := f.Time; t >= earliest && t < latest {
		if t.Sub(s.last) < -backwardStep {
			s.log.count(timeBackwards, f.Number, f.Offset)
		}
		s.last = t
		if s.capture.Start == 0 || t < s.capture.Start {
			s.capture.Start = t
		}
		if t > s.capture.End {
			s.capture.End = t
		}
	} else if t != 0 {
		s.oddTime(f)
	}
	return nil
}

func (s *stream) oddTime(f *analyzer.Frame) {
	if f.Time < earliest {
		s.log.count(timeBefore1980, f.Number, f.Offset)
	} else {
		s.log.count(timeAfter2100, f.Number, f.Offset)
	}
	if s.odd[0] == 0 || f.Time < s.odd[0] {
		s.odd[0] = f.Time
	}
	s.odd[1] = max(s.odd[1], f.Time)
}

// addInterface adds an interface to the capture and returns its index.
func (s *stream) addInterface(i analyzer.Interface) uint32 {
	s.capture.Interfaces = append(s.capture.Interfaces, i)
	known := false
	for _, l := range s.capture.LinkTypes {
		known = known || l == i.Link
	}
	if !known {
		s.capture.LinkTypes = append(s.capture.LinkTypes, i.Link)
	}
	return uint32(len(s.capture.Interfaces) - 1)
}

// begin notes that a section in a format starts at an offset.
func (s *stream) begin(f format, offset int64) bool {
	if len(s.sections) >= maxSections {
		s.stop(textTooManySections)
		return false
	}
	s.format = f
	s.sections = append(s.sections, section{offset, f})
	return true
}

// tail ends the stream where fewer bytes are left than a record's header has.
func (s *stream) tail() error {
	if s.broken() {
		return io.EOF
	}
	if n := s.len(); n > 0 {
		s.capture.Truncated = true
		s.warn(s.offset(), text(
			fmt.Sprintf("The file ends inside a record header after frame %d; the rest (%s) was ignored.", s.number, count(n, "byte")),
			fmt.Sprintf("文件在记录头中间结束：第 %d 帧之后的 %d 个字节被忽略。", s.number, n)))
	}
	return io.EOF
}

// cut ends the stream inside of a record of which only a part is there.
func (s *stream) cut(want int) error {
	if s.broken() {
		return io.EOF
	}
	s.capture.Truncated = true
	s.warn(s.offset(), text(
		fmt.Sprintf("The file is cut short: the record after frame %d should have %s, of which the file holds %d. It was left out.", s.number, count(want, "byte"), s.len()),
		fmt.Sprintf("文件被截断：第 %d 帧之后的记录应有 %d 字节，实际只有 %d 字节，该记录已略去。", s.number, want, s.len())))
	return io.EOF
}

// stop ends the reading before the end of the file, for a reason.
func (s *stream) stop(reason analyzer.Text) {
	s.capture.Truncated = true
	s.warn(s.offset(), text(
		fmt.Sprintf("Reading stopped after frame %d: %s.", s.number, reason.En),
		fmt.Sprintf("读取在第 %d 帧之后停止：%s。", s.number, reason.Zh)))
}

// broken reports whether the bytes ended by an error of the source or of a
// decompressor rather than by the end of the file, and warns of it once.
func (s *stream) broken() bool {
	if s.err == nil || s.err == io.EOF {
		return false
	}
	err := s.err
	s.err = io.EOF
	var trailing *trailingError
	if errors.As(err, &trailing) {
		s.warn(-1, trailing.text)
		return s.len() == 0
	}
	s.capture.Truncated = s.capture.Truncated || s.len() > 0 || !isChecksum(err)
	s.warn(s.base+int64(s.end), readErrorText(err, s.capture.Container, s.number))
	return true
}

func (s *stream) warn(offset int64, t analyzer.Text) { s.log.add(t, s.number, offset) }

// finish completes the Capture.
func (s *stream) finish() {
	s.done = true
	s.broken()
	c := &s.capture
	if c.Start == 0 && c.End == 0 {
		c.Start, c.End = s.odd[0], s.odd[1]
	}
	c.Warnings = s.log.warnings()
}
