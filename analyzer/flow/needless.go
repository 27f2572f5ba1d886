package flow

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// repetition is a segment that was sent again, until its acknowledgment shows
// whether that was needed.
type repetition struct {
	frame    uint32 // 0: none
	from, to analyzer.Seq
	stamp    uint32 // its timestamp; 0: none, or the acknowledgment's would say nothing
}

// repetitions holds a side's latest ones.
type repetitions struct {
	of   [4]repetition
	next uint8
}

// watch keeps a repetition of data that was not acknowledged when it was sent.
// Timestamps decide only for the first segment that the receiver lacks: behind a
// delayed acknowledgment, a later one is answered with the stamp of an earlier one.
func (r *repetitions) watch(p *wire.Packet, acked analyzer.Seq) {
	x := repetition{frame: p.Frame, from: p.TCP.Seq, to: p.TCP.Seq.Add(p.TCP.PayloadLen)}
	if p.TCP.Options&wire.OptTimestamps != 0 && x.from == acked {
		x.stamp = p.TCP.TSval
	}
	r.of[r.next%uint8(len(r.of))] = x
	r.next++
}

// refute returns the repetition that an acknowledgment shows to have been needless,
// and forgets it: it reports the bytes as received twice (RFC 2883, RFC 3708), or
// carries a timestamp from before the repetition, so that it was the original
// which arrived (RFC 3522 §3.2).
func (r *repetitions) refute(c *wire.TCP, duplicate bool) (frame uint32) {
	for i := range r.of {
		x := &r.of[i]
		if x.frame == 0 {
			continue
		}
		twice := duplicate && !x.from.Before(c.SACK[0].Left) && !x.to.After(c.SACK[0].Right)
		early := false
		if x.stamp != 0 && c.Options&wire.OptTimestamps != 0 && !c.Ack.Before(x.to) {
			early = c.TSecr != 0 && int32(c.TSecr-x.stamp) < 0
			x.stamp = 0 // the first acknowledgment decides
		}
		if twice || early {
			frame = x.frame
			*x = repetition{}
			return frame
		}
	}
	return 0
}

// needless notes on the repetitions of the other side that this acknowledgment
// shows to have been needless. Wireshark calls spurious only what was acknowledged
// before it was repeated; that stays an event of its own.
func (t *Tracker) needless(x *SentTrouble, p *wire.Packet, ev analyzer.Events) {
	if x.again.next == 0 || !p.TCP.Flags.Has(wire.ACK) {
		return
	}
	frame := x.again.refute(&p.TCP, ev&analyzer.DSACK != 0)
	if frame == 0 {
		return
	}
	x.Needless++
	if frame <= t.index.count {
		t.index.at(frame - 1).events |= uint32(analyzer.NeedlessRetransmission)
	}
}
