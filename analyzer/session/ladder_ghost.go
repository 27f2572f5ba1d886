package session

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/wasm/protocol"
)

// maxGhosts bounds the packets that are drawn although they are not there.
const maxGhosts = 24

// ghost adds a segment that the capture lacks. Seq is where its bytes end, as far
// as that is known.
func (b *builder) ghost(step protocol.Step, note analyzer.Text) {
	if b.ghosts++; b.ghosts > maxGhosts {
		return
	}
	step.Kind, step.Time, step.Note = protocol.StepGhost, b.last, note.In(b.lang)
	b.view.Steps = append(b.view.Steps, step)
}

// unseen adds, before a segment that shows it, the data that passed unseen.
func (b *builder) unseen(step *protocol.Step, e flow.Entry) {
	ghost := protocol.Step{Flags: "DATA", From: step.From, To: step.To, Seq: step.Seq, SeqBase: step.SeqBase}
	switch {
	case b.other.l != nil: // which shows it
	case e.Events&analyzer.AckedLostSegment != 0:
		ghost.From, ghost.To, ghost.Seq, ghost.SeqBase = step.To, step.From, step.Ack, step.AckBase
		b.ghost(ghost, analyzer.Text{En: "acknowledged, but the capture lacks it", Zh: "已被确认，但抓包中没有"})
	case e.Events&analyzer.LostSegment != 0:
		b.ghost(ghost, analyzer.Text{En: "not seen: lost before this place, late, or not captured", Zh: "未见：在此之前丢失、迟到，或未被抓到"})
	}
}

// neverCame adds, at the end, what was waited for in vain.
func (b *builder) neverCame() {
	f, last := b.f, len(b.chain)
	if b.other.l != nil {
		last = 1
	}
	trouble := f.Tracker.Trouble(f.Flow)
	_, foreign := f.AnsweredFrom()
	switch {
	case f.ResetFrame != 0 || foreign || trouble.ICMP.Frame != 0:
	case f.SynFrame != 0 && f.SynAckFrame == 0 && !f.Established():
		b.ghost(protocol.Step{Flags: "SYN-ACK", From: last, To: 0}, analyzer.Text{En: "never came", Zh: "始终未到"})
	case f.SynAckFrame != 0 && f.AckFrame == 0 && !f.Established():
		b.ghost(protocol.Step{Flags: "ACK", From: 0, To: last}, analyzer.Text{En: "never came: the handshake stays open", Zh: "始终未到：握手没有完成"})
	default:
		b.unanswered(flow.Originator, 0, last)
		b.unanswered(flow.Responder, last, 0)
	}
}

// unanswered adds the acknowledgment that one side's last, repeated bytes did not get.
func (b *builder) unanswered(d flow.Dir, from, to int) {
	side, other := &b.f.Sides[d], &b.f.Sides[d.Other()]
	if !b.f.Troubled() || side.Payload == 0 || !other.Acked.Before(side.Next) || b.f.Tracker.Trouble(b.f.Flow).Sent[d].Retransmissions == 0 ||
		other.Last > side.Last {
		return
	}
	b.ghost(protocol.Step{Flags: "ACK", From: to, To: from, HasAck: true, Ack: uint32(side.Next - side.ISN), AckBase: uint32(side.ISN)},
		analyzer.Text{En: "never came", Zh: "始终未到"})
}
