package flow

import (
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

const hurts = analyzer.Retransmission | analyzer.OutOfOrder |
	analyzer.DuplicateAck | analyzer.LostSegment | analyzer.AckedLostSegment | analyzer.ZeroWindow | analyzer.ZeroWindowProbe |
	analyzer.WindowFull | analyzer.KeepAlive | analyzer.DSACK

// watchedPackets: the quickest ACK of a host shows within its flows' first packets.
const watchedPackets = 32

// progress notes what a segment says of the transfer: requests and answers,
// losses, closed windows.
func (t *Tracker) progress(f *Flow, d Dir, p *wire.Packet, ev analyzer.Events) {
	s, o := &f.Sides[d], &f.Sides[d.Other()]
	c := &p.TCP
	if c.Flags.Has(wire.ACK) {
		t.quality.Acks++
	}
	if c.Options&wire.OptTimestamps != 0 {
		if s.LastTSval != 0 {
			t.compareClocks(s, p)
			if int32(c.TSval-s.LastTSval) < 0 && c.PayloadLen > 0 && s.nextTime == p.Time && ev&(hurts&^analyzer.WindowFull) == 0 {
				x := &t.troubled(f).Sent[d]
				first(&x.OldStampFrame, p.Frame)
				x.OldStamps++
			}
		}
		if s.LastTSval == 0 || int32(c.TSval-s.LastTSval) > 0 {
			s.LastTSval = c.TSval
		}
	}
	if c.PayloadLen > 0 && ev&(analyzer.KeepAlive|analyzer.ZeroWindowProbe) == 0 {
		t.dataSent(f, d, p, ev)
	}
	again := f.trouble < 0 && d == Originator && c.Flags == wire.SYN && f.SynCount > 1 // synRepeated has noted it
	if (ev&hurts != 0 || c.SACKCount > 0) && !again {
		t.tallyEvents(f, d, p, ev)
	}
	if p.TOS&congested == congested || c.Flags&(wire.ECE|wire.CWR) != 0 && c.Flags&wire.SYN == 0 {
		t.marked(f, d, p)
	}
	if o.Flags&HadZeroWindow != 0 || s.Flags&HadZeroWindow != 0 {
		t.windowOpens(f, d, p, ev)
	}
	if f.trouble >= 0 {
		t.settle(f, d, p, ev)
	}
	if c.Flags == wire.ACK && c.PayloadLen == 0 && ev == 0 && f.Packets() < watchedPackets && o.LastDataFrame != 0 && o.Last == o.LastData && c.Ack == o.Next {
		t.hosts.acked(p.Src, p.Time.Sub(o.LastData))
	}
	t.verify(s, p)
}

// dataSent notes a segment with payload.
func (t *Tracker) dataSent(f *Flow, d Dir, p *wire.Packet, ev analyzer.Events) {
	s, o := &f.Sides[d], &f.Sides[d.Other()]
	n := p.TCP.PayloadLen
	s.DataSegments++
	s.pending = max(s.pending, uint16(min(n, 0xffff)))
	if s.MSS != 0 && n > uint32(s.effectiveMSS(o)) {
		t.quality.Oversized++
		first(&t.quality.OversizedFrame, p.Frame)
		s.Flags |= OverMTU
	}
	if ev&analyzer.Retransmission != 0 {
		return
	}
	if s.FirstDataFrame == 0 {
		s.FirstData, s.FirstDataFrame = p.Time, p.Frame
	}
	t.read(f, d, p)
	f.turn(d, p)
	if d == Responder && s.LastDataFrame > o.LastDataFrame && p.Time.Sub(s.LastData) >= newsPause {
		f.Flags |= Unprompted
	}
	s.LastData, s.LastDataFrame = p.Time, p.Frame
}

const (
	// pollWait is the least time that a long poll waits where nothing happens: its
	// timeouts are 20 s and more (RFC 6202 §5.5 recommends 30 s).
	pollWait = 10 * time.Second
	// pollAgain bounds the time in which the next poll follows the answer.
	pollAgain = 250 * time.Millisecond
)

// turn notes when one side speaks after the other: the first new byte of the
// server after bytes of the client is an answer.
func (f *Flow) turn(d Dir, p *wire.Packet) {
	s, o := &f.Sides[d], &f.Sides[d.Other()]
	if o.LastDataFrame <= s.LastDataFrame {
		return
	}
	wait := p.Time.Sub(o.LastData)
	switch {
	case d == Responder:
		if think := thinkOf(wait); think > f.think {
			f.think, f.ThinkFrame = think, p.Frame
		}
		if wait >= pollWait {
			f.Flags |= waitedLong
		}
		return
	case f.Flags&waitedLong == 0 || wait > pollAgain:
	case f.Flags&polledOnce != 0:
		f.Flags |= Polled
	default:
		f.Flags |= polledOnce
	}
	f.Flags &^= waitedLong
}

// newsPause is the shortest silence after which more from a server is news rather
// than the rest of its answer.
const newsPause = time.Second

// effectiveMSS returns the largest payload that s may send to o: what o asked
// for, or what s itself asked for where o's SYN was not seen. Without either,
// Ethernet's.
func (s *Side) effectiveMSS(o *Side) uint16 {
	switch {
	case o.MSS != 0:
		return o.MSS
	case s.MSS != 0:
		return s.MSS
	}
	return 1460
}

// tallyEvents adds the segment's events to the flow's sums.
func (t *Tracker) tallyEvents(f *Flow, d Dir, p *wire.Packet, ev analyzer.Events) {
	x := t.troubled(f)
	s := &x.Sent[d]
	tally(&s.OutOfOrder, ev, analyzer.OutOfOrder)
	tally(&s.DuplicateAcks, ev, analyzer.DuplicateAck)
	tally(&s.LostSegments, ev, analyzer.LostSegment)
	tally(&s.AckedUnseen, ev, analyzer.AckedLostSegment)
	tally(&s.WindowFulls, ev, analyzer.WindowFull)
	tally(&s.Probes, ev, analyzer.ZeroWindowProbe)
	tally(&s.DSACKs, ev, analyzer.DSACK)
	tally(&s.FastRetransmissions, ev, analyzer.FastRetransmission)
	tally(&s.Spurious, ev, analyzer.SpuriousRetransmission)
	tally(&t.quality.ackedUnseen, ev, analyzer.AckedLostSegment)
	if ev&analyzer.AckedLostSegment != 0 {
		first(&t.quality.UnseenFrame, p.Frame)
	}
	if p.TCP.SACKCount > 0 {
		s.SACKs++
		if outside(&p.TCP) {
			first(&s.SACKOutsideFrame, p.Frame)
			s.SACKsOutside++
		}
	}
	if ev&analyzer.KeepAlive != 0 {
		s.KeepAlives++
		s.KeepAlivesUnanswered++
		if s.KeepAlivesUnanswered == 1 {
			s.KeepAliveFrame = p.Frame
		}
	}
	if ev&analyzer.ZeroWindow != 0 {
		s.ZeroWindows++
		if f.Sides[d].Flags&HadZeroWindow == 0 || s.ZeroSince == 0 {
			s.ZeroSince, s.zeroFrame = p.Time, p.Frame
		}
		f.Sides[d].Flags |= HadZeroWindow
	}
	if ev&analyzer.Retransmission != 0 {
		s.Retransmissions++
		if p.TCP.PayloadLen > 0 {
			s.DataRetransmissions++
			s.RepeatedBytes += uint64(p.TCP.PayloadLen)
		}
	}
	if ev&(analyzer.Retransmission|analyzer.SpuriousRetransmission) == analyzer.Retransmission {
		f.repeat(d, s, p)
		if p.TCP.PayloadLen > 0 {
			s.again.watch(p, f.Sides[d^1].Acked)
		}
	}
}

func tally(n *uint32, ev, which analyzer.Events) {
	if ev&which != 0 {
		*n++
	}
}

// repeat follows the repetitions of one segment.
func (f *Flow) repeat(d Dir, s *SentTrouble, p *wire.Packet) {
	if s.Run == 0 || s.runSeq != p.TCP.Seq {
		s.Run = 0
		s.runSeq, s.RunStart, s.RunFrame = p.TCP.Seq, f.Sides[d].Last, p.Frame
		s.runEnd = p.TCP.Seq
		s.RunLen = 0
	}
	s.Run++
	s.RunLen = max(s.RunLen, p.TCP.PayloadLen)
	s.runEnd = most(s.runEnd, p.TCP.Seq.Add(max(p.TCP.PayloadLen, 1)))
	s.RunLast = p.Time
	s.LongestRun = max(s.LongestRun, s.Run)
}

// settle ends what the segment's acknowledgment, or its mere arrival, ends.
func (t *Tracker) settle(f *Flow, d Dir, p *wire.Packet, ev analyzer.Events) {
	x := t.troubled(f)
	o := &x.Sent[d.Other()]
	o.KeepAlivesUnanswered = 0
	t.needless(o, p, ev)
	if o.Run > 0 && p.TCP.Flags.Has(wire.ACK) && p.TCP.Ack.After(o.runSeq) {
		if stall := p.Time.Sub(o.RunStart); stall > o.Stall {
			o.Stall, o.StallFrame, o.StallSeq = stall, o.RunFrame, o.runSeq
		}
		o.Run = 0
	}
}

// windowOpens ends the time during which a side's window was closed.
func (t *Tracker) windowOpens(f *Flow, d Dir, p *wire.Packet, ev analyzer.Events) {
	if p.TCP.Window == 0 || p.TCP.Flags.Any(wire.RST) {
		return
	}
	s := &t.troubled(f).Sent[d]
	if s.ZeroSince == 0 {
		return
	}
	closed := p.Time.Sub(s.ZeroSince)
	s.ZeroWindowTotal += closed
	if closed > s.ZeroWindowLongest {
		s.ZeroWindowLongest, s.ZeroWindowFrame = closed, s.zeroFrame
	}
	s.ZeroSince = 0
}

// verify notes what the segment's checksum says.
func (t *Tracker) verify(s *Side, p *wire.Packet) {
	switch p.Checksum {
	case wire.ChecksumBad:
		t.quality.BadSums++
		s.Flags |= BadSums
	case wire.ChecksumPartial:
		t.quality.PartialSums++
		s.Flags |= PartialSums
	case wire.ChecksumUnverified:
		return
	}
	t.quality.SumsChecked++
}
