package session

import (
	"context"
	"errors"
	"io"
	"runtime"
	"strconv"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/capture"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
	"wirewhy/wasm/protocol"
)

const (
	// batchLen is the number of frames that are read before others get their
	// turn: some milliseconds in a browser.
	batchLen = 4096
	// progressEvery is the time between two Progress messages.
	progressEvery = 200 * time.Millisecond
	// snapshotShare bounds the time spent on conclusions while reading: after
	// one that took d, the next is drawn no sooner than snapshotShare×d later.
	snapshotShare = 20
	// Checksums cost as much time as everything else on the hot path. They are
	// verified for all segments of the capture's first verifiedLen bytes, and
	// beyond only where connections begin and end.
	verifiedLen = 16 << 20
)

// Load reads the captures, replacing what was loaded before, and concludes. It
// tells of progress a few times a second, from this goroutine; progress may be
// nil. When ctx is done, it stops reading and concludes from what was read.
//
// The error is an *UnreadError, and only if not one of the sources could be read;
// where some could, Unread names the others.
func (s *Session) Load(ctx context.Context, sources []capture.Source, progress func(protocol.Progress)) error {
	s.reset()
	return s.Add(ctx, sources, progress)
}

// Add reads further captures and texts beside what is loaded, and concludes anew
// from all of it. Its error is that of Load, and only if nothing is loaded then.
func (s *Session) Add(ctx context.Context, sources []capture.Source, progress func(protocol.Progress)) error {
	s.mu.Lock()
	s.started, s.done, s.refused = time.Now(), false, nil
	fresh := len(s.loaded) == 0 && len(s.texts) == 0
	s.mu.Unlock()
	l := loader{s: s, ctx: ctx, progress: progress}
	for _, source := range sources {
		if ctx.Err() != nil {
			break
		}
		if err := l.read(source); err != nil {
			s.mu.Lock()
			s.refused = append(s.refused, Unread{source.Name(), err})
			s.mu.Unlock()
		}
	}
	l.compare()
	s.mu.Lock()
	defer s.mu.Unlock()
	if fresh {
		s.unread, s.refused = s.refused, nil
	}
	s.canceled = ctx.Err() != nil
	s.forget() // flows may have other numbers now
	s.conclude()
	s.done = true
	s.elapsed = time.Since(s.started)
	if len(s.loaded) == 0 && len(s.texts) == 0 && len(s.unread) > 0 {
		return &UnreadError{s.unread}
	}
	return nil
}

// reset forgets what was loaded.
func (s *Session) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.loaded {
		l.again.close()
	}
	s.forget()
	s.loaded, s.unread, s.canceled = nil, nil, false
	s.texts, s.known, s.pairs, s.trials = nil, nil, nil, nil
}

// forget lets go of what was concluded, and of what is looked at. s.mu is held.
func (s *Session) forget() {
	s.forgetTrace()
	s.forgetExtract()
	s.forgetStream()
	s.conclusion, s.order, s.match = conclusion{}, orderCache{}, matchCache{}
}

// loader is one call of Load.
type loader struct {
	s        *Session
	ctx      context.Context
	progress func(protocol.Progress)
	told     time.Duration // when progress was told last
}

// read reads one source to its end.
func (l *loader) read(source capture.Source) error {
	r, evidence, err := open(source)
	if evidence != nil {
		l.s.mu.Lock()
		l.s.learn(evidence)
		l.s.mu.Unlock()
	}
	if err != nil || r == nil {
		return err
	}
	defer r.Close()
	c := &loaded{source: source, reader: r, capture: r.Capture(), decoder: wire.NewDecoder(wire.Config{}), tracker: flow.NewTracker(l.s.limits)}
	c.listing, _ = r.(*listed)
	l.s.mu.Lock()
	c.tracker.SetVantage(l.s.told)
	l.s.loaded = append(l.s.loaded, c)
	l.s.mu.Unlock()
	more := true
	for more && err == nil {
		more, err = l.turn(c)
		if l.ctx.Err() != nil {
			break
		}
		l.report(c)
		runtime.Gosched() // in a browser there is one thread, and queries wait for it
	}
	return l.finish(c, more, err)
}

// turn reads some frames.
func (l *loader) turn(c *loaded) (more bool, err error) {
	l.s.mu.Lock()
	defer l.s.mu.Unlock() // also when a fault of the program ends the reading: questions are still to be answered
	c.tracker.Expect(c.reader.Position(), c.source.Size())
	return c.batch()
}

// finish settles a capture that was read to its end, or, where there is more of
// it, until it was cancelled or its source failed: what came until then is kept,
// with a word about it.
func (l *loader) finish(c *loaded, more bool, failed error) error {
	l.s.mu.Lock()
	defer l.s.mu.Unlock()
	if a, ok := c.reader.(capture.RandomAccess); ok {
		c.layout = a.Layout()
	}
	c.again.close()
	c.reader, c.frame, c.packet = nil, analyzer.Frame{}, wire.Packet{} // they hold the read buffer
	if failed != nil && c.tracker.Frames() == 0 {
		l.s.loaded = l.s.loaded[:len(l.s.loaded)-1]
		return failed
	}
	switch n := strconv.FormatUint(uint64(c.tracker.Frames()), 10); {
	case failed != nil:
		c.cut(analyzer.Text{
			En: "Reading failed after frame " + n + ": " + sentence(failed, analyzer.English),
			Zh: "读到第 " + n + " 帧后失败：" + sentence(failed, analyzer.Chinese),
		})
	case more:
		c.cut(analyzer.Text{En: "Reading was cancelled after frame " + n + ".", Zh: "读到第 " + n + " 帧后被取消。"})
	}
	c.tracker.Finish()
	c.tellLimits()
	c.own = len(c.capture.Warnings)
	return nil
}

// cut notes that a capture was not read to its end.
func (c *loaded) cut(why analyzer.Text) {
	c.capture.Truncated = true
	c.capture.Warnings = append(c.capture.Warnings, analyzer.Warning{Frame: c.tracker.Frames(), Offset: -1, Text: why})
}

// batch reads and tracks some frames; it returns false after the last one. This
// loop is the hot path: nothing else belongs into it.
func (c *loaded) batch() (more bool, err error) {
	if c.listing != nil {
		return c.listedBatch()
	}
	f, p := &c.frame, &c.packet
	for range batchLen {
		if err := c.reader.Next(f); err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return false, err
		}
		c.decoder.Decode(f, p)
		if p.Kind == wire.KindTCP && (c.capture.Bytes < verifiedLen || p.TCP.Flags.Any(wire.SYN|wire.FIN|wire.RST)) {
			p.Checksum = c.decoder.Checksum(p)
		}
		c.activity.add(f.Time, hurts(p, c.tracker.Add(p)))
	}
	return true, nil
}

// harmful are the events that are counted as errors in the overview.
const harmful = analyzer.Retransmission | analyzer.FastRetransmission | analyzer.ZeroWindow | analyzer.Quoted | analyzer.Foreign

func hurts(p *wire.Packet, noticed analyzer.Events) bool {
	return noticed&harmful != 0 || p.Kind == wire.KindTCP && p.TCP.Flags.Any(wire.RST)
}

// report tells how far reading has come, when it is time to.
func (l *loader) report(c *loaded) {
	now := time.Since(l.s.started)
	if l.progress == nil || now-l.told < progressEvery {
		return
	}
	l.told = now
	l.s.mu.Lock()
	p := protocol.Progress{
		File: c.source.Name(), BytesRead: c.reader.Position(), BytesTotal: c.source.Size(),
		Packets: c.capture.Packets, Flows: c.tracker.Len(), Elapsed: now,
	}
	l.s.mu.Unlock()
	l.progress(p)
}
