package session

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/capture"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

// again reads packets of a capture a second time, when somebody wants to see them.
type again struct {
	cursor  *capture.Cursor
	decoder *wire.Decoder
	frame   analyzer.Frame
}

// read reads the packet of an index entry into p; its bytes are valid until the
// next one. Fragments are not put together again: each shows as it was captured.
func (l *loaded) read(e flow.Entry, p *wire.Packet) (*analyzer.Frame, error) {
	return l.readWith(&l.again, e, p)
}

// readWith is read for whoever goes through a file at a pace of their own.
func (l *loaded) readWith(a *again, e flow.Entry, p *wire.Packet) (*analyzer.Frame, error) {
	if l.listing != nil {
		return l.readListed(e, p)
	}
	err := a.seek(l, e)
	if err != nil && l.reader != nil { // while a file is being read, what is known of it grows
		a.close()
		err = a.seek(l, e)
	}
	if err != nil {
		return nil, err
	}
	if a.decoder == nil {
		a.decoder = wire.NewDecoder(wire.Config{})
	}
	a.decoder.Decode(&a.frame, p)
	return &a.frame, nil
}

// seek reads the frame of an index entry.
func (a *again) seek(l *loaded, e flow.Entry) error {
	if a.cursor == nil {
		layout := l.layout
		if r, ok := l.reader.(capture.RandomAccess); ok {
			layout = r.Layout()
		}
		if layout == nil {
			return capture.ErrOnce
		}
		a.cursor = capture.NewCursor(l.source, layout)
	}
	return a.cursor.Frame(e.Frame, e.Offset, &a.frame)
}

func (a *again) close() {
	if a.cursor != nil {
		a.cursor.Close()
		a.cursor = nil
	}
}
