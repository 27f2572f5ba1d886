package wire

import (
	"encoding/binary"
	"time"

	"wirewhy/analyzer"
)

// Limits of decoding where Config does not say otherwise.
const (
	// MaxDepth is the number of encapsulations inside one another that are followed.
	MaxDepth = 10
	// maxHeaders bounds the headers of one frame, those that add no depth
	// included (VLAN tags, MPLS, IPv6 extension headers).
	maxHeaders = 64
	// maxWireLen bounds the length on the wire that a record is believed to have
	// had: where an IP header leaves its length open, it is all there is.
	maxWireLen = 16 << 20
)

// Config sets the bounds of a Decoder. The zero value means the defaults.
type Config struct {
	MaxDepth        int           // encapsulations; default MaxDepth
	Datagrams       int           // fragmented datagrams being put together at a time, of at most 64 KiB each; default 32
	FragmentTimeout time.Duration // between the first and the last fragment; default 30 s, as Linux (net.ipv4.ipfrag_time)
}

// Decoder decodes frames, one after the other. It remembers what one frame alone
// cannot tell: incomplete fragmented datagrams and the names of scopes. It is not
// for use by several goroutines at a time.
type Decoder struct {
	maxDepth uint8
	scopes   scopes
	frags    reassembler

	// Of the packet decoded last, for Checksum.
	segment     []byte // TCP or UDP header and payload, as captured
	segmentWire int    // its length on the wire
}

// NewDecoder returns a Decoder with the given bounds.
func NewDecoder(c Config) *Decoder {
	if c.MaxDepth <= 0 || c.MaxDepth > 255 {
		c.MaxDepth = MaxDepth
	}
	d := &Decoder{maxDepth: uint8(c.MaxDepth)}
	d.frags.init(c.Datagrams, c.FragmentTimeout)
	return d
}

// Decode fills p from f. Whatever p held before is gone. It never fails: what
// could not be understood is told by p.Kind and p.Problem. p.Payload borrows the
// bytes of f, or of the decoder if f completed a fragmented datagram; both are
// valid until the next frame.
func (d *Decoder) Decode(f *analyzer.Frame, p *Packet) {
	if !d.plain(f, p) {
		d.layered(f, p)
	}
}

// layered decodes header after header.
func (d *Decoder) layered(f *analyzer.Frame, p *Packet) {
	var c cursor
	c.begin(d, f, p)
	c.run(linkLayer(f.Link))
}

// begin places c at the first byte of a frame. It sets field by field: a literal
// would be built aside and copied, which stalls the processor.
func (c *cursor) begin(d *Decoder, f *analyzer.Frame, p *Packet) {
	p.reset(f)
	d.segment = nil
	b, wire := f.Data, int(f.WireLen)
	if wire < len(b) || wire > maxWireLen {
		wire = len(b)
	}
	if n := int(f.FCSLen); n > 0 {
		b, wire = withoutFCS(b, wire, n)
	}
	c.d, c.p, c.b, c.wire = d, p, b, wire
}

// withoutFCS drops the check sequence's n bytes, of which the snap length may
// have cut some or all already.
func withoutFCS(b []byte, wire, n int) ([]byte, int) {
	if wire < n {
		return b, wire
	}
	wire -= n
	if len(b) > wire {
		b = b[:wire]
	}
	return b, wire
}

// cursor is a place in a frame that is being decoded.
type cursor struct {
	d    *Decoder
	p    *Packet
	b    []byte // captured bytes from here to the end of what the headers so far claim
	wire int    // as len(b), had nothing been cut: what was on the wire

	// limited says that some header told the length of what follows, so that wire
	// is more to be trusted than the length in an IP header. Else it is the
	// other way round: there are tools that shorten frames and their records alike.
	limited bool
}

// be16, be32 and be64 load big-endian words; b must be long enough.
func be16(b []byte) uint16 { return binary.BigEndian.Uint16(b) }
func be32(b []byte) uint32 { return binary.BigEndian.Uint32(b) }
func be64(b []byte) uint64 { return binary.BigEndian.Uint64(b) }

// has reports whether n more bytes were captured; if not, it notes why.
func (c *cursor) has(n int) bool {
	if len(c.b) >= n {
		return true
	}
	c.missing(n)
	return false
}

// missing notes why a header of n bytes cannot be read, and ends decoding.
func (c *cursor) missing(n int) layer {
	if c.wire >= n {
		c.p.Problem = ProblemCut
	} else {
		c.p.Problem = ProblemShort
	}
	return layerDone
}

// invalid ends decoding at a value that the protocol forbids.
func (c *cursor) invalid() layer {
	c.p.Problem = ProblemInvalid
	return layerDone
}

// unknown ends decoding at a protocol that is not read.
func (c *cursor) unknown() layer {
	c.p.Problem = ProblemUnknown
	return layerDone
}

// nothing ends decoding of a frame that carries no network packet.
func (c *cursor) nothing() layer {
	c.p.Kind = KindNone
	return layerDone
}

// skip moves on by n bytes, which has has reported to be there.
func (c *cursor) skip(n int) {
	c.b = c.b[n:]
	c.wire -= n
}

// limit drops what follows the next n bytes, such as padding.
func (c *cursor) limit(n int) {
	if n > c.wire {
		return
	}
	c.wire, c.limited = n, true
	if len(c.b) > n {
		c.b = c.b[:n]
	}
}
