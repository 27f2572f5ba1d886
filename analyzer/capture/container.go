package capture

import (
	"compress/bzip2"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"wirewhy/analyzer"
)

const (
	// zstdMaxWindow is what the zstd command decompresses unless it is told
	// otherwise (ZSTD_WINDOWLOG_LIMIT_DEFAULT).
	zstdMaxWindow = 128 << 20
	// A capture of equal packets compresses to a thousandth at best with gzip
	// (DEFLATE ends at 1032). What goes beyond that for long was made to be long.
	maxRatio      = 2000
	ratioGraceLen = 1 << 30
)

// decompressor returns the content of a container that in holds.
func decompressor(name string, in *window, p *Plain) (io.Reader, error) {
	switch name {
	case "gzip":
		return newGunzip(in)
	case "zstd":
		z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(zstdMaxWindow))
		if err != nil {
			return nil, err
		}
		p.closers = append(p.closers, z.IOReadCloser())
		return z, nil
	case "bzip2":
		return bzip2.NewReader(in), nil
	case "lz4":
		return lz4.NewReader(in), nil
	case "xz":
		return newXZ(in)
	case "zip":
		return newZip(in)
	}
	return nil, fmt.Errorf("no decompressor for %s", name)
}

// counter counts what is read of the source and marks its errors as such.
type counter struct {
	io.ReadCloser
	n int64
}

func openCounter(src Source, offset int64) (*counter, error) {
	rc, err := src.Open(offset)
	if err != nil {
		return nil, err
	}
	return &counter{rc, 0}, nil
}

func (c *counter) position() int64 { return c.n }

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.ReadCloser.Read(b)
	c.n += int64(n)
	if err != nil && err != io.EOF {
		err = &sourceError{err}
	}
	return n, err
}

type sourceError struct{ err error }

func (e *sourceError) Error() string { return e.err.Error() }
func (e *sourceError) Unwrap() error { return e.err }

// trailingError is other data behind compressed data.
type trailingError struct{ text analyzer.Text }

func (e *trailingError) Error() string { return e.text.En }

// gunzip is Go's gunzip, for any number of members.
type gunzip struct{ z *gzip.Reader }

func newGunzip(in io.Reader) (io.Reader, error) {
	z, err := gzip.NewReader(in)
	if err != nil {
		return nil, err
	}
	return &gunzip{z}, nil
}

func (g *gunzip) Read(b []byte) (int, error) {
	n, err := g.z.Read(b)
	if err == gzip.ErrHeader { // the first member's header was read before
		err = &trailingError{text("Behind the gzip data the file holds other bytes, which were ignored.", "gzip 数据之后还有其他字节，已忽略。")}
	}
	return n, err
}

// errChecksum is of the containers that are read here.
var errChecksum = errors.New("checksum mismatch")

// isChecksum reports whether all data came, but were not what was compressed.
func isChecksum(err error) bool {
	return errors.Is(err, gzip.ErrChecksum) || errors.Is(err, errChecksum) || errors.Is(err, zstd.ErrCRCMismatch)
}

// gunzipBy uses the source's own gunzip, and Go's from where that fails.
func (p *Plain) gunzipBy(g Gunzipper, src Source) (io.Reader, error) {
	rc, err := g.Gunzip()
	if err != nil {
		return nil, &sourceError{err}
	}
	p.raw.Close()
	r := &platformGunzip{p: p, src: src, r: rc}
	p.closers = append(p.closers, rc)
	if at, ok := rc.(interface{ Position() int64 }); ok {
		p.position = at.Position
	}
	return r, nil
}

type platformGunzip struct {
	p    *Plain
	src  Source
	r    io.Reader
	n    int64
	mine bool // r is Go's
}

func (r *platformGunzip) Read(b []byte) (int, error) {
	n, err := r.r.Read(b)
	r.n += int64(n)
	if err == nil || err == io.EOF || r.mine {
		return n, err
	}
	if n > 0 {
		return n, nil // the error comes again, or does not matter
	}
	if err := r.takeOver(); err != nil {
		return 0, err
	}
	return r.Read(b)
}

// takeOver goes on with Go's gunzip at the byte where the platform's failed.
func (r *platformGunzip) takeOver() error {
	r.mine = true
	raw, err := openCounter(r.src, 0)
	if err != nil {
		return &sourceError{err}
	}
	r.p.closers = append(r.p.closers, raw)
	r.p.position = raw.position
	in := newWindow(raw, bufferLen)
	if r.r, err = newGunzip(&in); err != nil {
		return err
	}
	_, err = io.CopyN(io.Discard, r.r, r.n)
	return err
}

// limited ends the reading of a bomb.
type limited struct {
	r   io.Reader
	in  func() int64 // bytes consumed of the source
	n   int64
	max int64
}

type bombError struct{ unpacked, packed int64 }

func (e *bombError) Error() string {
	return fmt.Sprintf("%d bytes came out of %d", e.unpacked, e.packed)
}

func (l *limited) Read(b []byte) (int, error) {
	if l.n > l.max || l.n > ratioGraceLen && l.in() > 0 && l.n/l.in() > maxRatio {
		return 0, &bombError{l.n, l.in()}
	}
	n, err := l.r.Read(b)
	l.n += int64(n)
	return n, err
}

// readErrorText says that the bytes ended by an error.
func readErrorText(err error, container string, frame uint32) analyzer.Text {
	var source *sourceError
	var bomb *bombError
	switch {
	case errors.As(err, &source):
		return text(
			fmt.Sprintf("The file could not be read any further after frame %d: %v.", frame, err),
			fmt.Sprintf("第 %d 帧之后无法继续读取文件：%v。", frame, err))
	case errors.As(err, &bomb):
		return text(
			fmt.Sprintf("Unpacking stopped after frame %d: %v, more than is plausible for a capture. Unpack the file yourself if it is right.", frame, err),
			fmt.Sprintf("解压在第 %d 帧之后停止：%d 字节解出了 %d 字节，超出抓包文件的合理范围。若文件确实无误，请自行解压后再打开。", frame, bomb.packed, bomb.unpacked))
	case isChecksum(err):
		return text(
			fmt.Sprintf("The checksum of the compressed data (%s) does not match: the file was damaged on its way, and what was read may be wrong.", container),
			fmt.Sprintf("压缩数据（%s）的校验和不符：文件在传输中损坏，读到的内容可能有误。", container))
	case errors.Is(err, io.ErrUnexpectedEOF):
		return text(
			fmt.Sprintf("The compressed data (%s) end too early, after frame %d: the file is cut short.", container, frame),
			fmt.Sprintf("压缩数据（%s）在第 %d 帧之后提前结束：文件不完整。", container, frame))
	}
	return text(
		fmt.Sprintf("The compressed data (%s) are damaged after frame %d: %v.", container, frame, err),
		fmt.Sprintf("压缩数据（%s）在第 %d 帧之后损坏：%v。", container, frame, err))
}

// unreadable says that not even a beginning could be read.
func unreadable(err error, container string) error {
	var source *sourceError
	if errors.As(err, &source) {
		return source.err
	}
	var f *FormatError
	if errors.As(err, &f) {
		return f
	}
	t := text(
		fmt.Sprintf("The file is compressed (%s), but cannot be unpacked: %v.", container, err),
		fmt.Sprintf("文件是压缩的（%s），但无法解压：%v。", container, err))
	if errors.Is(err, io.ErrUnexpectedEOF) || err == io.EOF {
		t = text(
			fmt.Sprintf("The file is compressed (%s), but cut short at its very beginning.", container),
			fmt.Sprintf("文件是压缩的（%s），但开头就不完整。", container))
	}
	return &FormatError{Kind: KindContainer, Text: t, Err: err}
}
