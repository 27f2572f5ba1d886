package flow

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// chunks follows the body of a response in chunked coding (RFC 9112 §7.1) through
// the segments that carry it: a size in hexadecimal digits, that many bytes, and so
// on to a chunk of size 0, whose trailer ends with an empty line.
type chunks struct {
	next  analyzer.Seq // where the byte after those read stands
	left  uint32       // bytes of the running chunk, its line end included
	state chunkState
	line  bool // the running line of the trailer has something on it
	digit bool // the running size has a digit
}

type chunkState uint8

const (
	chunksNone    chunkState = iota // no such body
	chunkSize                       // in the digits of a size
	chunkSizeRest                   // in what follows them on their line
	chunkData
	chunkTrailer
	chunksDone
	chunksLost // bytes are missing here, or it is no such coding
)

// maxChunk: larger sizes are not taken for sizes.
const maxChunk = 1 << 30

// open begins a body with the bytes of it that its head's segment carries.
func (c *chunks) open(p *wire.Packet, body []byte) {
	*c = chunks{state: chunkSize, next: p.TCP.Seq.Add(p.TCP.PayloadLen - uint32(len(body)))}
	c.read(body)
}

// segment takes a further segment of the server.
func (c *chunks) segment(p *wire.Packet, b []byte) {
	if c.state == chunksNone || c.state == chunksDone || c.state == chunksLost {
		return
	}
	seen := c.next.Sub(p.TCP.Seq)
	if seen < 0 || int(seen) > len(b) || uint32(len(b)) != p.TCP.PayloadLen {
		c.state = chunksLost
		return
	}
	c.read(b[seen:])
}

func (c *chunks) read(b []byte) {
	c.next = c.next.Add(uint32(len(b)))
	for len(b) > 0 && c.state < chunksDone {
		if c.state == chunkData {
			n := min(c.left, uint32(len(b)))
			b, c.left = b[n:], c.left-n
			if c.left == 0 {
				c.state, c.digit = chunkSize, false
			}
			continue
		}
		c.letter(b[0])
		b = b[1:]
	}
}

// letter takes a byte of a size's line or of the trailer.
func (c *chunks) letter(x byte) {
	digit := uint32(255)
	switch lower := x | 0x20; {
	case x >= '0' && x <= '9':
		digit = uint32(x - '0')
	case lower >= 'a' && lower <= 'f':
		digit = uint32(lower-'a') + 10
	}
	switch {
	case c.state == chunkTrailer && x == '\n' && !c.line:
		c.state = chunksDone
	case c.state == chunkTrailer:
		c.line = x != '\n' && (c.line || x != '\r')
	case c.state == chunkSize && digit < 16 && c.left < maxChunk/16:
		c.left, c.digit = c.left*16+digit, true
	case !c.digit || c.state == chunkSize && x != ';' && x != ' ' && x != '\r' && x != '\n':
		c.state = chunksLost
	case x != '\n':
		c.state = chunkSizeRest
	case c.left == 0:
		c.state = chunkTrailer
	default:
		c.left, c.state = c.left+2, chunkData
	}
}
