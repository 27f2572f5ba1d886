package session

import (
	"bytes"
	"errors"
	"io"

	"wirewhy/analyzer"
	"wirewhy/analyzer/capture"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/host"
	"wirewhy/analyzer/listing"
	"wirewhy/analyzer/wire"
	"wirewhy/wasm/protocol"
)

// listed is a listing of tcpdump's in the place of a capture: it gives packets
// without their bytes.
type listed struct {
	*listing.Reader
	plain  *capture.Plain
	packet wire.Packet
}

// maxPreface is how much of a text may stand before its first packet, in bytes.
const maxPreface = 1 << 20

// open returns a reader for a capture or for a listing of packets, or what hosts
// said of themselves, or both: people paste them into one text.
func open(source capture.Source) (capture.Reader, *host.Evidence, error) {
	p, err := capture.Unwrap(source, capture.Options{})
	if err != nil {
		return nil, nil, err
	}
	if p.Kind() != capture.KindText {
		r, err := p.Capture(source.Name())
		return r, nil, err
	}
	var text io.Reader = p
	var ev *host.Evidence
	if source.Size() >= 0 || !listing.Looks(p.Head()) { // a live listing is not waited for
		preface, err := io.ReadAll(io.LimitReader(p, maxPreface))
		if err != nil {
			p.Close()
			return nil, nil, err
		}
		if !listing.Looks(preface) {
			defer p.Close()
			ev, err := evidenceOf(source.Name(), preface, p)
			return nil, ev, err
		}
		if len(preface) < maxPreface {
			if both, ok := host.Parse(source.Name(), preface); ok {
				both.Unread, both.UnreadCount = nil, 0 // the packets
				ev = both
			}
		}
		text = io.MultiReader(bytes.NewReader(preface), p)
	}
	l := &listed{Reader: listing.NewReader(text, source.Name()), plain: p}
	l.Capture().Container = p.Container()
	return l, ev, nil
}

// Next implements capture.Reader: the frame has no bytes, the packet is kept.
func (l *listed) Next(f *analyzer.Frame) error {
	if err := l.Reader.Next(&l.packet); err != nil {
		return err
	}
	*f = l.frame(&l.packet)
	return nil
}

func (l *listed) frame(p *wire.Packet) analyzer.Frame {
	return analyzer.Frame{Number: p.Frame, Interface: p.Interface, Direction: p.Direction, Time: p.Time, Offset: p.Offset, WireLen: p.WireLen}
}

// Position implements capture.Reader.
func (l *listed) Position() int64 { return l.plain.Position() }

// Close implements capture.Reader; what was kept of the listing stays.
func (l *listed) Close() error { return l.plain.Close() }

// listedBatch is batch for a listing.
func (c *loaded) listedBatch() (more bool, err error) {
	defer c.listing.Capture() // its warnings change while it is read
	for range batchLen {
		if err := c.reader.Next(&c.frame); err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return false, err
		}
		p := &c.listing.packet
		c.activity.add(p.Time, hurts(p, c.tracker.Add(p)))
	}
	return true, nil
}

// readListed is read for a listing.
func (l *loaded) readListed(e flow.Entry, p *wire.Packet) (*analyzer.Frame, error) {
	if err := l.listing.Packet(e.Frame, p); err != nil {
		return nil, err
	}
	l.again.frame = l.listing.frame(p)
	return &l.again.frame, nil
}

// listedView shows the lines of a packet.
func (l *loaded) listedView(view protocol.PacketView) any {
	line, _ := l.listing.Line(view.Frame)
	view.Data = []byte(line)
	view.Layers = []protocol.Layer{{Name: listing.Format, Summary: line, Len: len(line)}}
	return view
}

// aside splits off the texts without packets: beside a capture they are no
// failure.
func aside(files []Unread) (unread, texts []Unread) {
	for _, u := range files {
		f, ok := errors.AsType[*capture.FormatError](u.Err)
		if ok && f.Kind == capture.KindText {
			texts = append(texts, u)
		} else {
			unread = append(unread, u)
		}
	}
	return unread, texts
}

// Aside returns the texts that were left aside because no packets are in them,
// and why; none of them is an error if something else was read.
func (s *Session) Aside() []Unread {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, texts := aside(s.unread)
	return texts
}
