package session

import (
	"iter"
	"strconv"

	"wirewhy/analyzer"
	"wirewhy/analyzer/dissect"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/report"
	"wirewhy/analyzer/wire"
	"wirewhy/wasm/protocol"
)

// ladder answers Ladder: the condensed story of a flow. s.mu is held.
func (s *Session) ladder(r *protocol.Request) any {
	f, ok := s.report.Flow(r.Flow)
	if !ok {
		return protocol.LadderView{Flow: r.Flow, Error: noSuchFlow.In(r.Lang)}
	}
	b := builder{
		f: &f, l: s.loaded[f.Captures[0]], lang: r.Lang, numbers: s.evidenceNumbers(&f, r.Finding),
		view: protocol.LadderView{Flow: r.Flow, Row: s.row(&f, r.Lang)},
	}
	b.lanes()
	x := b.excerpt(r)
	for _, p := range x.parts {
		if err := b.part(p); err != nil {
			b.view.Error = readAgain(err, r.Lang)
			break
		}
	}
	if r.Frame == 0 {
		b.view.Excerpt = x.words(r.Lang)
	}
	return b.view
}

// evidenceNumbers maps frames to the evidence line that names them, counted from
// 1: of the finding asked for, or else of the one that gives the flow its verdict.
func (s *Session) evidenceNumbers(f *report.Flow, finding int) map[uint32]uint8 {
	if finding < 0 || finding >= len(s.report.Findings) {
		finding = s.findingIndex(f.ID)
	}
	numbers := make(map[uint32]uint8)
	if finding < 0 {
		return numbers
	}
	for i, e := range s.report.Findings[finding].Evidence {
		if e.Capture != f.Captures[0] || i >= 255 {
			continue
		}
		for _, frame := range e.Frames {
			if _, ok := numbers[frame]; !ok {
				numbers[frame] = uint8(i + 1)
			}
		}
	}
	return numbers
}

// builder makes one ladder.
type builder struct {
	f       *report.Flow
	l       *loaded
	lang    analyzer.Lang
	numbers map[uint32]uint8
	view    protocol.LadderView
	ends    []flow.Endpoint // of the lanes; port 0: any
	isn     []analyzer.Seq  // of the lanes' present connection
	hasISN  []bool
	story   story
	packet  wire.Packet
	last    analyzer.Timestamp // of the step before
}

// lanes names who took part, and where their sequence numbers begin.
func (b *builder) lanes() {
	b.lane(roleClient, b.f.Client())
	from, foreign := b.f.AnsweredFrom()
	if foreign {
		b.lane(roleDialled, b.f.Server())
		b.lane(roleAnswered, from)
	} else {
		b.lane(roleServer, b.f.Server())
	}
	for d := range b.f.Sides {
		side := &b.f.Sides[d]
		b.isn[d], b.hasISN[d] = side.ISN, side.Packets > 0 && (side.Flags&flow.SawSYN != 0 || side.Payload > 0 || side.ISN != 0)
	}
}

func (b *builder) lane(role analyzer.Text, e flow.Endpoint) int {
	address := e.String()
	if e.Port == 0 {
		address = e.Addr.String()
	}
	said := role.In(b.lang)
	if name := b.f.Name(e.Addr); name != "" {
		said += " · " + name
	}
	b.view.Lanes = append(b.view.Lanes, protocol.Lane{Role: said, Address: address})
	b.ends, b.isn, b.hasISN = append(b.ends, e), append(b.isn, 0), append(b.hasISN, false)
	return len(b.ends) - 1
}

// at returns the lane of an endpoint; for a packet without ports (ICMP), of an
// address, which gets a lane of its own if it has none.
func (b *builder) at(addr wire.Addr, port uint16, fallback int) int {
	for i, e := range b.ends {
		if e.Addr == addr && (e.Port == port || port == 0 || e.Port == 0) {
			return i
		}
	}
	if port == 0 && len(b.ends) < 6 {
		return b.lane(roleRouter, flow.Endpoint{Addr: addr})
	}
	return fallback
}

func (b *builder) entries() iter.Seq[flow.Entry] { return b.f.Tracker.Entries(b.f.Flow) }

// excerpt chooses what is told: the flow's story, or the packets of a band of it.
func (b *builder) excerpt(r *protocol.Request) excerpt {
	if r.Frame == 0 {
		return choose(b.entries(), b.wanted())
	}
	b.story = story{lastData: -1, data: [2]bool{true, true}} // the band is no beginning
	return unfold(b.entries(), b.wanted(), r.Frame, r.Last)
}

// wanted names the packets at which something begins or ends.
func (b *builder) wanted() wanted {
	w := wanted{evidence: make(map[uint32]bool), turns: make(map[uint32]bool)}
	for frame := range b.numbers {
		w.evidence[frame] = true
	}
	trouble := b.f.Tracker.Trouble(b.f.Flow)
	for _, frame := range []uint32{
		b.f.AckFrame, b.f.ResetFrame, b.f.ThinkFrame, trouble.IdleFrame, trouble.ICMP.Frame,
		b.f.Sides[0].FirstDataFrame, b.f.Sides[1].FirstDataFrame, b.f.Sides[0].LastDataFrame, b.f.Sides[1].LastDataFrame,
		trouble.Sent[0].RunFrame, trouble.Sent[1].RunFrame, trouble.Sent[0].ZeroWindowFrame, trouble.Sent[1].ZeroWindowFrame,
	} {
		if frame != 0 {
			w.turns[frame] = true
		}
	}
	return w
}

// part adds a packet, or a band of packets, and the silence before it.
func (b *builder) part(p part) error {
	if _, err := b.l.read(p.first, &b.packet); err != nil {
		return err
	}
	if p.count == 0 {
		b.silence(p.first, b.packet.Time)
		b.step(p.first)
		return nil
	}
	begin := b.packet.Time
	if _, err := b.l.read(p.last, &b.packet); err != nil {
		return err
	}
	b.silence(p.first, begin)
	b.view.Steps = append(b.view.Steps, protocol.Step{
		Kind: protocol.StepBand, Frame: p.first.Frame, Last: p.last.Frame, Time: begin,
		Duration: b.packet.Time.Sub(begin), Count: uint32(p.count), Bytes: p.payload, From: 0, To: 1,
	})
	b.last = b.packet.Time
	b.story.skipped()
	return nil
}

// silence adds a break if nothing happened for long before t.
func (b *builder) silence(next flow.Entry, t analyzer.Timestamp) {
	gap := t.Sub(b.last)
	if len(b.view.Steps) == 0 || t == 0 || b.last == 0 || gap < b.longGap() {
		return
	}
	b.view.Steps = append(b.view.Steps, protocol.Step{
		Kind: protocol.StepSilence, Time: b.last, Duration: gap, From: 0, To: len(b.ends) - 1,
		Note: b.reason(next).In(b.lang), Bad: next.Events&(analyzer.Retransmission|analyzer.FastRetransmission) != 0,
	})
}

// step adds one packet.
func (b *builder) step(e flow.Entry) {
	p := &b.packet
	b.last = p.Time
	step := protocol.Step{
		Kind: protocol.StepSegment, Frame: e.Frame, Last: e.Frame, Time: p.Time, Events: e.Events, Evidence: b.numbers[e.Frame],
	}
	if p.Kind != wire.KindTCP {
		step.Kind = protocol.StepMessage
		step.From = b.at(p.Src, 0, 1)
		step.To = b.at(p.Dst, 0, 0)
		step.Flags = dissect.ICMPName(p)
		if p.Kind != wire.KindICMP {
			step.Flags = protocolName(p)
		}
		if p.ICMP.MTU != 0 {
			step.Note = "MTU " + strconv.FormatUint(uint64(p.ICMP.MTU), 10)
		}
		step.Bad = e.Events&analyzer.Quoted != 0
		b.view.Steps = append(b.view.Steps, step)
		return
	}
	from, to := int(e.Dir), int(e.Dir.Other())
	step.From, step.To = b.at(p.Src, p.SrcPort, from), b.at(p.Dst, p.DstPort, to)
	b.segment(&step, e)
	note, bad := b.story.tell(b, e, &step)
	step.Note, step.Bad = note.In(b.lang), bad
	b.view.Steps = append(b.view.Steps, step)
}

// segment fills in what the TCP header says, numbers counted from the ISNs.
func (b *builder) segment(step *protocol.Step, e flow.Entry) {
	t := &b.packet.TCP
	step.Flags, step.Len, step.HasAck = flagWords(t.Flags), t.PayloadLen, t.Flags.Has(wire.ACK)
	if t.Flags.Has(wire.SYN) {
		b.isn[step.From], b.hasISN[step.From] = t.Seq, true
	}
	switch {
	case b.hasISN[step.From]:
		step.Seq = uint32(t.Seq - b.isn[step.From])
	case t.Seq != 0: // a side that sent nothing else, such as a RST: count from what it was acknowledged
		step.Seq = uint32(t.Seq)
	}
	if step.HasAck {
		step.Ack = uint32(t.Ack)
		if b.hasISN[step.To] {
			step.Ack = uint32(t.Ack - b.isn[step.To])
		}
	}
	step.Window = uint32(t.Window)
	if side := &b.f.Sides[e.Dir]; side.WScale > 0 && b.f.Sides[e.Dir.Other()].WScale >= 0 && !t.Flags.Has(wire.SYN) {
		step.Window <<= min(side.WScale, 14)
	}
	step.Options = optionWords(t, b.isn[step.To])
}

// flagWords returns "SYN-ACK", "PSH ACK" …
func flagWords(f wire.Flags) string {
	if f&(wire.SYN|wire.ACK|wire.FIN|wire.RST|wire.PSH) == wire.SYN|wire.ACK {
		return "SYN-ACK"
	}
	text := ""
	for _, n := range [...]struct {
		flag wire.Flags
		name string
	}{{wire.SYN, "SYN"}, {wire.FIN, "FIN"}, {wire.RST, "RST"}, {wire.PSH, "PSH"}, {wire.URG, "URG"}, {wire.ACK, "ACK"}} {
		if f.Has(n.flag) {
			if text != "" {
				text += " "
			}
			text += n.name
		}
	}
	if text == "" {
		return "none"
	}
	return text
}

// optionWords names the options that matter: all of a SYN's, later only SACK blocks.
func optionWords(t *wire.TCP, ackISN analyzer.Seq) string {
	var text string
	add := func(s string) {
		if text != "" {
			text += " "
		}
		text += s
	}
	number := func(n uint64) string { return strconv.FormatUint(n, 10) }
	if t.Flags.Has(wire.SYN) {
		if t.Options&wire.OptMSS != 0 {
			add("mss " + number(uint64(t.MSS)))
		}
		if t.Options&wire.OptSACKPerm != 0 {
			add("sackOK")
		}
		if t.Options&wire.OptTimestamps != 0 {
			add("TS")
		}
		if t.Options&wire.OptWScale != 0 {
			add("wscale " + number(uint64(t.WScale)))
		}
		if t.Options&wire.OptFastOpen != 0 {
			add("tfo")
		}
	}
	for _, s := range t.SACK[:min(int(t.SACKCount), len(t.SACK))] {
		add("sack " + number(uint64(s.Left-ackISN)) + ":" + number(uint64(s.Right-ackISN)))
	}
	return text
}
