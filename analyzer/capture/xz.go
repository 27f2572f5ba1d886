package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"

	"github.com/ulikunitz/xz/lzma"
)

// The xz file format 1.2.1: streams of blocks of LZMA2 data. The container is
// read here rather than by the library, which would allocate the dictionary of
// up to 4 GiB that a block of a few bytes may ask for.
const (
	xzMagic     = "\xfd7zXZ\x00"
	xzHeaderLen = 12
	xzFooterLen = 12
	xzMaxDict   = 64 << 20 // as `xz -9`
	xzLZMA2     = 0x21
	// xzMaxDictSum bounds what the dictionaries of many small blocks take to
	// clear; xz itself makes blocks of three times the dictionary.
	xzMaxDictSum = 16 << 30
)

var errXZ = errors.New("the xz structure is damaged")

// xzReader reads the blocks of an xz file one after the other.
type xzReader struct {
	in       *window
	checkLen int64
	sum      hash.Hash // nil if the check is none that is verified
	block    *lzma.Reader2
	start    int64 // of the block in the compressed stream
	dictSum  int64
	unpacked int64
}

func newXZ(in *window) (io.Reader, error) {
	x := &xzReader{in: in}
	if err := x.stream(); err != nil {
		return nil, err
	}
	return x, nil
}

// stream reads a stream header (§2.1.1).
func (x *xzReader) stream() error {
	if !x.in.fill(xzHeaderLen) {
		return io.ErrUnexpectedEOF
	}
	b := x.in.bytes()
	if !bytes.HasPrefix(b, []byte(xzMagic)) || crc32.ChecksumIEEE(b[6:8]) != binary.LittleEndian.Uint32(b[8:]) {
		return errXZ
	}
	// §2.1.1.2: groups of three IDs have the same size.
	x.checkLen = []int64{0, 4, 8, 16, 32, 64}[(b[7]&0xf+2)/3]
	x.sum = nil
	switch b[7] & 0xf {
	case 1:
		x.sum = crc32.NewIEEE()
	case 4:
		x.sum = crc64.New(crc64.MakeTable(crc64.ECMA))
	}
	x.in.start += xzHeaderLen
	return nil
}

// Read implements io.Reader.
func (x *xzReader) Read(p []byte) (int, error) {
	for {
		if x.block == nil {
			if err := x.nextBlock(); err != nil {
				return 0, err
			}
		}
		n, err := x.block.Read(p)
		x.unpacked += int64(n)
		if x.sum != nil {
			x.sum.Write(p[:n])
		}
		if err == io.EOF {
			err = x.endBlock()
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// nextBlock reads a block header (§3.1); io.EOF behind the last stream.
func (x *xzReader) nextBlock() error {
	for {
		size, err := x.in.ReadByte()
		if err != nil {
			return unexpected(err)
		}
		if size != 0 {
			return x.header(int(size)*4 + 4)
		}
		if err := x.endStream(); err != nil {
			return err
		}
	}
}

func (x *xzReader) header(n int) error {
	x.in.start-- // the length belongs to the header
	if !x.in.fill(n) {
		return io.ErrUnexpectedEOF
	}
	b := x.in.bytes()[:n]
	if crc32.ChecksumIEEE(b[:n-4]) != binary.LittleEndian.Uint32(b[n-4:]) {
		return errXZ
	}
	flags, fields := b[1], b[2:n-4]
	needed := uint64(xzMaxDict)
	for _, present := range []byte{0x40, 0x80} { // both lengths are optional
		if flags&present != 0 {
			v, m := binary.Uvarint(fields)
			if m <= 0 {
				return errXZ
			}
			if present == 0x80 { // uncompressed: a dictionary need not be longer
				needed = v
			}
			fields = fields[m:]
		}
	}
	if flags&3 != 0 || len(fields) < 3 || fields[0] != xzLZMA2 || fields[1] != 1 {
		return errors.New("xz with a filter beside LZMA2 is not supported")
	}
	dict, err := lzma.DecodeDictCap(fields[2])
	if err != nil {
		return errXZ
	}
	if dict > xzMaxDict {
		return fmt.Errorf("the xz data need a dictionary of %d MiB, more than %d", dict>>20, xzMaxDict>>20)
	}
	dict = max(int64(min(uint64(dict), needed)), lzma.MinDictCap)
	if x.dictSum += dict; x.dictSum > xzMaxDictSum+x.unpacked {
		return errors.New("the xz data are cut into absurdly many small blocks")
	}
	x.in.start += n
	x.start = x.in.offset()
	x.block, err = lzma.Reader2Config{DictCap: int(dict)}.NewReader2(x.in)
	return err
}

// endBlock reads the padding and the check behind a block (§3.3, §3.4).
func (x *xzReader) endBlock() error {
	x.block = nil
	if !x.in.skip(-(x.in.offset()-x.start)&3) || !x.in.fill(int(x.checkLen)) {
		return io.ErrUnexpectedEOF
	}
	check := x.in.bytes()[:x.checkLen]
	x.in.start += int(x.checkLen)
	if x.sum != nil {
		want := x.sum.Sum(nil)
		for i, c := range check { // stored little endian
			if c != want[len(want)-1-i] {
				return errChecksum
			}
		}
		x.sum.Reset()
	}
	return nil
}

// endStream reads the index and the footer (§4, §2.1.2), whose first byte was
// consumed, and the header of a stream behind them; io.EOF if there is none.
func (x *xzReader) endStream() error {
	start := x.in.offset() - 1
	records, err := binary.ReadUvarint(x.in)
	for ; records > 0 && err == nil; records-- {
		if _, err = binary.ReadUvarint(x.in); err == nil {
			_, err = binary.ReadUvarint(x.in)
		}
	}
	if err != nil {
		return unexpected(err)
	}
	const crcLen = 4
	if !x.in.skip(-(x.in.offset()-start)&3 + crcLen + xzFooterLen) {
		return io.ErrUnexpectedEOF
	}
	for x.in.fill(4) && u32(x.in.bytes(), false) == 0 { // stream padding
		x.in.start += 4
	}
	if x.in.len() == 0 && !x.in.fill(1) {
		return io.EOF
	}
	return x.stream()
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
