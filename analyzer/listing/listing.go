// Package listing reads the text that tcpdump prints, as people paste it into
// tickets and chats, and turns its lines into wire.Packets.
//
//	text ─▶ lines ─▶ records (one packet each) ─▶ fields ─▶ numbers and addresses made whole ─▶ wire.Packet
//
// A listing says less than a capture: what it leaves out is marked in
// Packet.Unknown and not taken for zero. Relative sequence numbers are made
// absolute again wherever the listing holds the initial ones, so that whoever
// follows the packets sees one kind of numbers only.
//
// Nothing here grows without bound, and no text makes it fail: lines that mean
// nothing to it are counted and told.
package listing

import (
	"bufio"
	"errors"
	"io"
	"strings"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// Format is the name of the format, as in analyzer.Capture.
const Format = "tcpdump text"

// ErrGone says that a packet's lines are not kept: the listing is longer than
// MaxKeptLen, or there is no such packet.
var ErrGone = errors.New("the lines of this packet are not kept")

// Reader reads a listing, packet by packet.
type Reader struct {
	lines   lines
	pending *record // a packet's first line that ended the packet before it
	capture analyzer.Capture
	notes   notes
	clock   clock
	names   names
	scopes  scopes
	ifaces  map[string]uint32
	stats   statistics
	conns   conversations
	joins   joins
	recent  recent
	dumped  dumped
	asked   map[asked][]byte // questions, as they stand in DNS messages
	kept    kept
	err     error
	again   bool // reads kept lines: chatter and warnings were told the first time
}

// NewReader returns a Reader of the text that r gives. name is the file's, for
// people.
func NewReader(r io.Reader, name string) *Reader {
	return newReader(decoded(bufio.NewReader(r)), name, lookAheadLen)
}

func newReader(r io.Reader, name string, bufferLen int) *Reader {
	x := &Reader{ifaces: map[string]uint32{}}
	x.lines.in = bufio.NewReaderSize(r, bufferLen)
	x.capture = analyzer.Capture{Name: name, Format: Format}
	x.clock.peek = x.lines.peek
	return x
}

// Next fills p with the next packet. Frames are numbered from 1 in the order of
// the listing, whatever numbers it prints; Offset is that of the packet's first
// line in the text. p.Payload is what the text shows of it, if anything, and valid
// until the next call. After the last packet it returns io.EOF; other errors are
// those of the source.
func (r *Reader) Next(p *wire.Packet) error {
	for {
		rec := r.record()
		if rec == nil {
			if r.err == nil {
				r.err = io.EOF
			}
			return r.err
		}
		if r.packet(rec, p) {
			return nil
		}
		r.notes.skip(rec.number, rec.first)
	}
}

// packet makes a packet of a record; false if it is none after all.
func (r *Reader) packet(rec *record, p *wire.Packet) bool {
	*p = wire.Packet{}
	f := fields{r: r, p: p, rec: rec}
	if !f.read(rec.body) {
		return false
	}
	f.dump()
	c := &r.capture
	c.Packets++
	p.Frame, p.Offset = uint32(c.Packets), rec.offset
	p.Time = r.clock.at(rec.stamp)
	if !r.clock.dated {
		p.Unknown |= wire.UnknownTime
	}
	p.Interface = r.iface(f.iface, p)
	r.restore(&f)
	if p.WireLen == 0 {
		p.WireLen = p.IPLen
	}
	c.Bytes += uint64(p.WireLen)
	if p.Time != 0 {
		if c.Start == 0 || p.Time < c.Start {
			c.Start = p.Time
		}
		c.End = max(c.End, p.Time)
	}
	r.notes.frame = p.Frame
	if !r.again {
		r.kept.add(rec, p)
	}
	return true
}

// restore brings addresses and numbers into the form in which a capture would
// have them.
func (r *Reader) restore(f *fields) {
	p := f.p
	if r.again {
		return
	}
	switch p.Kind {
	case wire.KindTCP:
		if p.Unknown&wire.UnknownSeq == 0 || p.TCP.Flags != 0 {
			printed := pairOf(p)
			j := r.joins.translate(r, p)
			r.conns.restore(p, printed, j, f.absolute, &r.notes)
		}
		r.recent.sent(p)
	case wire.KindICMP:
		if p.ICMP.IsError {
			if p.ICMP.QuotedKind == wire.KindTCP && p.ICMP.QuotedPorts && !f.absolute {
				r.conns.quoted(&p.ICMP, p.Scope)
			}
			r.recent.complete(p)
		}
	}
}

// maxInterfaces bounds the interfaces that are told apart.
const maxInterfaces = 1024

// iface returns the index of an interface by its name in the listing.
func (r *Reader) iface(name string, p *wire.Packet) uint32 {
	if i, ok := r.ifaces[name]; ok {
		return i
	}
	if len(r.capture.Interfaces) >= maxInterfaces {
		return 0
	}
	link := analyzer.LinkRaw
	if p.SrcMAC != 0 && p.DstMAC != 0 {
		link = analyzer.LinkEthernet
	}
	if r.stats.link != "" {
		link = linkNamed(r.stats.link, link)
	}
	i := uint32(len(r.capture.Interfaces))
	r.ifaces[name] = i
	shown := name
	if shown == "" && r.stats.device != "any" {
		shown = r.stats.device
	}
	r.capture.Interfaces = append(r.capture.Interfaces, analyzer.Interface{Name: shown, Link: link, SnapLen: r.stats.snapLen})
	if !contains(r.capture.LinkTypes, link) {
		r.capture.LinkTypes = append(r.capture.LinkTypes, link)
	}
	return i
}

func contains(list []analyzer.LinkType, l analyzer.LinkType) bool {
	for _, x := range list {
		if x == l {
			return true
		}
	}
	return false
}

// Capture describes the listing; complete after Next has returned io.EOF.
func (r *Reader) Capture() *analyzer.Capture {
	c := &r.capture
	c.Names = r.names.shown
	r.stats.apply(c)
	c.Warnings = r.notes.warnings(r)
	return c
}

// Position returns the number of bytes of text consumed.
func (r *Reader) Position() int64 { return r.lines.offset }

// ScopeName tells a packet's Scope in words, as wire.Decoder.ScopeName does.
func (r *Reader) ScopeName(scope uint32) string { return r.scopes.name(scope) }

// Translation is a pair of addresses that was printed for one direction of a
// connection and contradicts the listing's own numbers; packets carry the pair
// that was dialled in its place. Endpoints are as printed, client first.
type Translation struct {
	Client, Server               wire.Addr // as dialled, and as the packets have it
	PrintedClient, PrintedServer wire.Addr
	ClientPort, ServerPort       uint16
	Frame                        uint32 // of the SYN-ACK
	Evidence                     Evidence
}

// Translations returns the pairs that were joined, in the order of the listing.
func (r *Reader) Translations() []Translation { return r.joins.translations() }

// MaxKeptLen bounds the text that Line and Packet can show again, in bytes.
const MaxKeptLen = 64 << 20

// Line returns the lines of a packet as they stand in the text; false if they
// are not kept.
func (r *Reader) Line(frame uint32) (string, bool) { return r.kept.line(frame) }

// Packet fills p with a packet that was read before. It returns ErrGone where its
// lines are not kept.
func (r *Reader) Packet(frame uint32, p *wire.Packet) error {
	text, ok := r.kept.line(frame)
	if !ok {
		return ErrGone
	}
	sub := newReader(strings.NewReader(text), r.capture.Name, len(text)+1)
	sub.again = true
	sub.names, sub.scopes, sub.ifaces = r.names, r.scopes, r.ifaces
	sub.capture.Interfaces = r.capture.Interfaces
	sub.stats = r.stats
	if err := sub.Next(p); err != nil {
		return ErrGone
	}
	r.kept.apply(frame, p)
	return nil
}
