package protocol

import (
	"encoding/binary"
	"errors"
	"math"
)

// ErrMalformed says that bytes are no message of this protocol.
var ErrMalformed = errors.New("protocol: malformed message")

// codec walks over the fields of a message, in order, and either appends them to
// buf or takes them from its front. One walk for each type serves both
// directions, so that they cannot disagree. After a failure every step does
// nothing: err is looked at once, at the end.
type codec struct {
	buf      []byte
	decoding bool
	err      error
}

func (c *codec) fail() {
	c.err, c.buf = ErrMalformed, nil
}

func uintField[T ~uint8 | ~uint16 | ~uint32 | ~uint64](c *codec, v *T) {
	if !c.decoding {
		c.buf = binary.AppendUvarint(c.buf, uint64(*v))
		return
	}
	x, n := binary.Uvarint(c.buf)
	if n <= 0 || uint64(T(x)) != x {
		c.fail()
		*v = 0
		return
	}
	*v, c.buf = T(x), c.buf[n:]
}

func intField[T ~int | ~int32 | ~int64](c *codec, v *T) {
	if !c.decoding {
		c.buf = binary.AppendVarint(c.buf, int64(*v))
		return
	}
	x, n := binary.Varint(c.buf)
	if n <= 0 || int64(T(x)) != x {
		c.fail()
		*v = 0
		return
	}
	*v, c.buf = T(x), c.buf[n:]
}

func boolField(c *codec, v *bool) {
	var b uint8
	if *v {
		b = 1
	}
	uintField(c, &b)
	if b > 1 {
		c.fail()
	}
	*v = b == 1
}

// count encodes a length, or decodes one that the remaining bytes can hold:
// every element takes at least one byte, so no claim makes memory grow beyond a
// small multiple of the message.
func (c *codec) count(n int) int {
	v := uint64(n)
	uintField(c, &v)
	if c.decoding && (v > uint64(len(c.buf)) || v > math.MaxInt32) {
		c.fail()
		return 0
	}
	return int(v)
}

func stringField[T ~string](c *codec, v *T) {
	n := c.count(len(*v))
	if !c.decoding {
		c.buf = append(c.buf, *v...)
		return
	}
	*v, c.buf = T(c.buf[:n]), c.buf[n:]
}

// bytesField decodes without copying: the field shares the message's memory.
func bytesField(c *codec, v *[]byte) {
	n := c.count(len(*v))
	if !c.decoding {
		c.buf = append(c.buf, *v...)
		return
	}
	*v = nil
	if n > 0 {
		*v = c.buf[:n:n]
	}
	c.buf = c.buf[n:]
}

// prealloc bounds the first allocation of a list; longer ones grow as their
// elements prove to be there.
const prealloc = 1024

func listField[T any](c *codec, v *[]T, each func(*codec, *T)) {
	n := c.count(len(*v))
	if !c.decoding {
		for i := range *v {
			each(c, &(*v)[i])
		}
		return
	}
	*v = nil
	if n == 0 {
		return
	}
	list := make([]T, 0, min(n, prealloc))
	for range n {
		var element T
		each(c, &element)
		if c.err != nil {
			return
		}
		list = append(list, element)
	}
	*v = list
}
