package capture

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"path"

	"github.com/klauspost/compress/flate"
)

// Fields of a zip archive (APPNOTE.TXT 6.3.10, §4.3.7–4.3.9). The archive is
// read from its start, entry by entry, as it may come from a pipe; its directory
// at the end is not needed.
const (
	zipEntryMagic      = "PK\x03\x04"
	zipDescriptorMagic = "PK\x07\x08"
	zipEntryLen        = 30
	zipStored          = 0
	zipDeflated        = 8
	zipEncrypted       = 1 << 0
	zipHasDescriptor   = 1 << 3
	zipUnknownLen      = 1<<32 - 1
	zipMaxEntries      = 1000
)

type zipEntry struct {
	name     string
	flags    uint16
	method   uint16
	len      int64 // compressed; -1 if only the data tell
	zip64    bool
	data     *zipData // nil if len is -1
	contents io.Reader
}

// zipReader gives the content of the first entry that Open would take.
type zipReader struct {
	in    *window
	entry *zipEntry
	head  []byte // read of the entry to see what it is
	done  bool
}

func newZip(in *window) (io.Reader, error) {
	seen, encrypted := 0, false
	for ; seen < zipMaxEntries; seen++ {
		e, err := nextZipEntry(in)
		if err != nil {
			return nil, err
		}
		if e == nil {
			break
		}
		if e.flags&zipEncrypted != 0 {
			encrypted = true
		}
		if e.contents != nil {
			head := make([]byte, sniffLen)
			n, err := io.ReadFull(e.contents, head)
			if kind := Sniff(head[:n]); kind == KindCapture || kind == KindContainer || seen == 0 && kind == KindText && isLastEntry(in, e, err) {
				return &zipReader{in: in, entry: e, head: head[:n]}, nil
			}
		}
		if !e.skip(in) {
			break
		}
	}
	t := text(
		fmt.Sprintf("This is a zip archive, but none of its %d files is a capture.", seen),
		fmt.Sprintf("这是 zip 压缩包，但其中的 %d 个文件都不是抓包文件。", seen))
	if encrypted {
		t = text("This zip archive is encrypted. Unpack it with its password and open the capture inside.", "这个 zip 压缩包已加密。请用密码解压，再打开其中的抓包文件。")
	}
	return nil, &FormatError{Kind: KindForeign, Text: t}
}

// isLastEntry reports whether an entry that was read to its end is all there is.
func isLastEntry(in *window, e *zipEntry, readErr error) bool {
	return readErr != nil && e.len >= 0 && (!in.fill(4) || !bytes.HasPrefix(in.bytes(), []byte(zipEntryMagic)))
}

// nextZipEntry reads a local file header; nil if no entry follows. Its contents
// are nil if they cannot be read.
func nextZipEntry(in *window) (*zipEntry, error) {
	if !in.fill(4) || !bytes.HasPrefix(in.bytes(), []byte(zipEntryMagic)) {
		return nil, nil
	}
	if !in.fill(zipEntryLen) {
		return nil, io.ErrUnexpectedEOF
	}
	le, b := binary.LittleEndian, in.bytes()
	e := &zipEntry{flags: le.Uint16(b[6:]), method: le.Uint16(b[8:]), len: int64(le.Uint32(b[18:]))}
	nameLen, extraLen := int(le.Uint16(b[26:])), int(le.Uint16(b[28:]))
	if !in.fill(zipEntryLen + nameLen + extraLen) {
		return nil, io.ErrUnexpectedEOF
	}
	b = in.bytes()[zipEntryLen:]
	e.name = path.Base(string(b[:nameLen]))
	e.takeZip64(b[nameLen : nameLen+extraLen])
	in.start += zipEntryLen + nameLen + extraLen
	if e.flags&zipHasDescriptor != 0 && e.len == 0 {
		e.len = -1
	}
	if e.len >= 0 {
		e.data = &zipData{in, e.len}
	}
	if e.flags&zipEncrypted != 0 {
		return e, nil
	}
	switch {
	case e.method == zipStored && e.data != nil:
		e.contents = e.data
	case e.method == zipDeflated && e.data != nil:
		e.contents = flate.NewReader(e.data)
	case e.method == zipDeflated:
		e.contents = flate.NewReader(in)
	}
	return e, nil
}

// takeZip64 takes the lengths of an entry beyond 4 GiB from the extra field
// (§4.5.3): the original length comes first.
func (e *zipEntry) takeZip64(extra []byte) {
	const zip64 = 1
	for len(extra) >= 4 {
		kind, n := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if n > len(extra)-4 {
			return
		}
		if kind == zip64 {
			e.zip64 = true
			if e.len == zipUnknownLen && n >= 16 {
				e.len = int64(binary.LittleEndian.Uint64(extra[12:]) & (1<<63 - 1))
			}
		}
		extra = extra[4+n:]
	}
}

// zipData is the data of one entry. Having ReadByte, the decompressor takes no
// more than it needs.
type zipData struct {
	in   *window
	left int64
}

func (d *zipData) Read(b []byte) (int, error) {
	if d.left <= 0 {
		return 0, io.EOF
	}
	n, err := d.in.Read(b[:min(int64(len(b)), d.left)])
	d.left -= int64(n)
	if err == io.EOF && d.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (d *zipData) ReadByte() (byte, error) {
	if d.left <= 0 {
		return 0, io.EOF
	}
	c, err := d.in.ReadByte()
	if err == nil {
		d.left--
	}
	return c, err
}

// skip consumes what is left of an entry, so that the next one's header is at
// the window's start. It reports false if it cannot tell where that is.
func (e *zipEntry) skip(in *window) bool {
	switch {
	case e.data != nil:
		if !in.skip(e.data.left) {
			return false
		}
		e.data.left = 0
	case e.contents == nil:
		return false
	default:
		if _, err := io.Copy(io.Discard, e.contents); err != nil {
			return false
		}
	}
	if e.flags&zipHasDescriptor == 0 {
		return true
	}
	// CRC and two lengths, of 8 bytes each in zip64; the signature is optional.
	n := int64(12)
	if e.zip64 {
		n = 20
	}
	if in.fill(4) && bytes.HasPrefix(in.bytes(), []byte(zipDescriptorMagic)) {
		n += 4
	}
	return in.skip(n)
}

// Read implements io.Reader.
func (z *zipReader) Read(b []byte) (int, error) {
	if len(z.head) > 0 {
		n := copy(b, z.head)
		z.head = z.head[n:]
		return n, nil
	}
	if z.done {
		return 0, io.EOF
	}
	n, err := z.entry.contents.Read(b)
	if err == io.EOF {
		z.done = true
		if z.entry.skip(z.in) && z.in.fill(4) && bytes.HasPrefix(z.in.bytes(), []byte(zipEntryMagic)) {
			err = &trailingError{text(
				fmt.Sprintf("The zip archive holds more files than %q, the first capture in it; the others were not read.", z.entry.name),
				fmt.Sprintf("zip 压缩包中除第一个抓包文件 %q 外还有其他文件，未读取。", z.entry.name))}
		}
	}
	return n, err
}
