package session

import (
	"strconv"
	"strings"
	"time"

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
	b.legs(s)
	b.judge()
	b.lanes()
	x := b.excerpt(r)
	var err error
	if r.Frame == 0 {
		err = b.readOther()
	}
	for i := 0; i < len(x.parts) && err == nil; i++ {
		err = b.part(x.parts[i])
	}
	if r.Frame == 0 && err == nil {
		if _, err = b.meanwhile(0); err == nil {
			b.neverCame()
		}
		b.view.Excerpt = x.words(r.Lang) + b.unlisted()
	}
	if err != nil {
		b.view.Error = readAgain(err, r.Lang)
	}
	b.inOrder()
	return b.view
}

// sighting is a frame of a capture.
type sighting struct {
	capture int
	frame   uint32
}

// evidenceNumbers maps frames to the evidence line that names them, counted from
// 1: of the finding asked for, or else of the one that gives the flow its verdict.
func (s *Session) evidenceNumbers(f *report.Flow, finding int) map[sighting]uint8 {
	if finding < 0 || finding >= len(s.report.Findings) {
		finding = s.findingIndex(f.ID)
	}
	numbers := make(map[sighting]uint8)
	if finding < 0 {
		return numbers
	}
	for i, e := range s.report.Findings[finding].Evidence {
		if i >= 255 {
			break
		}
		for _, frame := range e.Frames {
			if at := (sighting{e.Capture, frame}); numbers[at] == 0 {
				numbers[at] = uint8(i + 1)
			}
		}
	}
	return numbers
}

// builder makes one ladder.
type builder struct {
	f        *report.Flow
	l        *loaded
	lang     analyzer.Lang
	numbers  map[sighting]uint8
	view     protocol.LadderView
	chain    []*flow.Flow    // the connection's legs within the capture, from the client on; one: f
	other    otherPlace      // what another capture holds of it
	stations []station       // captures between the two
	ends     []flow.Endpoint // of the lanes; port 0: any
	isn      []analyzer.Seq  // of the lanes' present connection; of a chain, of its two directions
	hasISN   []bool
	stories  []story // of each leg
	leg      int     // of the present packet
	ghosts   int
	packet   wire.Packet
	last     analyzer.Timestamp // of the step before
}

// lanes names who took part, and where their sequence numbers begin.
func (b *builder) lanes() {
	from, foreign := b.f.AnsweredFrom()
	switch {
	case b.other.l != nil:
		b.places()
	case len(b.chain) > 1:
		b.translators()
	case foreign:
		b.lane(roleClient, b.f.Client())
		b.lane(roleDialled, b.f.Server())
		b.lane(roleAnswered, from)
	default:
		b.lane(roleClient, b.f.Client())
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

// excerpt chooses what is told: the flow's story, or the packets of a band of it.
func (b *builder) excerpt(r *protocol.Request) excerpt {
	if r.Frame == 0 {
		return choose(b.entries(), b.wanted())
	}
	for i := range b.stories {
		b.stories[i] = story{lastData: -1, data: [2]bool{true, true}} // the band is no beginning
	}
	return unfold(b.entries(), b.wanted(), r.Frame, r.Last)
}

// wanted names the packets at which something begins or ends.
func (b *builder) wanted() wanted {
	w := wanted{evidence: make(map[uint32]bool), turns: make(map[uint32]bool)}
	for at := range b.numbers {
		if at.capture == b.f.Captures[0] {
			w.evidence[at.frame] = true
		}
	}
	for at := range b.other.fates {
		if at.capture == b.f.Captures[0] {
			w.turns[at.frame] = true
		}
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
	if told, err := b.meanwhile(b.packet.Time); err != nil {
		return err
	} else if told { // another packet has been read since
		if _, err := b.l.read(p.first, &b.packet); err != nil {
			return err
		}
	}
	b.leg = b.legOf(p.first.Dir)
	if p.count == 0 {
		b.silence(p.first, b.packet.Time)
		b.step(p.first, b.f.Captures[0])
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
	for i := range b.stories {
		b.stories[i].skipped()
	}
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

// step adds one packet of a capture.
func (b *builder) step(e flow.Entry, capture int) {
	p := &b.packet
	b.last = p.Time
	step := protocol.Step{
		Kind: protocol.StepSegment, Frame: e.Frame, Last: e.Frame, Time: p.Time, Events: e.Events,
		Evidence: b.numbers[sighting{capture, e.Frame}],
	}
	if capture != b.f.Captures[0] {
		step.Capture = 1 + capture
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
	step.From, step.To = b.between(e.Dir)
	step.Duration = b.delay(e.Dir)
	b.segment(&step, e)
	b.unseen(&step, e)
	note, bad := b.stories[b.leg].tell(b, e, &step)
	if fate, why := b.fate(e, capture); fate != protocol.FateUnknown {
		if step.Fate, bad = fate, true; fate == protocol.FateMadeUp {
			note = analyzer.Text{} // it would be told of somebody who did not send this
		}
		why = b.narrow(&step, sighting{capture, e.Frame}, why)
		note = join(note, why)
	} else {
		note = join(note, b.altered(e))
	}
	step.Note, step.Bad = note.In(b.lang), bad
	b.view.Steps = append(b.view.Steps, step)
}

// join puts one remark behind another.
func join(a, b analyzer.Text) analyzer.Text {
	if a.En == "" || b.En == "" {
		return analyzer.Text{En: a.En + b.En, Zh: a.Zh + b.Zh}
	}
	return analyzer.Text{En: a.En + "; " + b.En, Zh: a.Zh + "；" + b.Zh}
}

// between returns the lanes of the present segment.
func (b *builder) between(d flow.Dir) (from, to int) {
	from, to = int(d), int(d.Other())
	if len(b.chain) > 1 {
		return b.leg + from, b.leg + to
	}
	p := &b.packet
	return b.at(p.Src, p.SrcPort, from), b.at(p.Dst, p.DstPort, to)
}

// delay returns how long a segment was under way, as far as that is known: half
// of the round trip of the handshake, unless two captures tell.
func (b *builder) delay(d flow.Dir) time.Duration {
	if b.other.l != nil {
		if w := &b.other.joined.Way[d]; w.Timed > 0 {
			return max(w.DelayMin, 1)
		}
		return b.other.pair.Median[d]
	}
	if rtt, ok := b.f.HandshakeRTT(); ok {
		return rtt / 2
	}
	return 0
}

// segment fills in what the TCP header says, numbers counted from the ISNs.
func (b *builder) segment(step *protocol.Step, e flow.Entry) {
	t := &b.packet.TCP
	step.Flags, step.Len, step.HasAck = flagWords(t.Flags), t.PayloadLen, t.Flags.Has(wire.ACK)
	from, to := step.From, step.To
	if len(b.chain) > 1 {
		from, to = int(e.Dir), int(e.Dir.Other())
	}
	switch o := b.other.flow; {
	case b.leg == len(b.stories)-1 && o != nil: // whose numbers may be others
		step.SeqBase, step.AckBase = uint32(o.Sides[e.Dir].ISN), uint32(o.Sides[e.Dir.Other()].ISN)
	default:
		if t.Flags.Has(wire.SYN) {
			b.isn[from], b.hasISN[from] = t.Seq, true
		}
		if b.hasISN[from] { // else it is a side that sent nothing else, such as a RST
			step.SeqBase = uint32(b.isn[from])
		}
		if b.hasISN[to] {
			step.AckBase = uint32(b.isn[to])
		}
	}
	if t.Seq != 0 || step.SeqBase != 0 {
		step.Seq = uint32(t.Seq) - step.SeqBase
	}
	if step.HasAck {
		step.Ack = uint32(t.Ack) - step.AckBase
	}
	step.Window = uint32(t.Window)
	if side := &b.f.Sides[e.Dir]; side.WScale > 0 && b.f.Sides[e.Dir.Other()].WScale >= 0 && !t.Flags.Has(wire.SYN) {
		step.Window <<= min(side.WScale, 14)
	}
	step.Options = optionWords(t)
	for _, s := range t.SACK[:min(int(t.SACKCount), len(t.SACK))] {
		step.SACK = append(step.SACK, uint32(s.Left)-step.AckBase, uint32(s.Right)-step.AckBase)
	}
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

// synOptions are the options of a SYN that matter, by tcpdump's names.
var synOptions = [...]struct {
	option wire.Option
	name   string
}{{wire.OptMSS, "mss"}, {wire.OptSACKPerm, "sackOK"}, {wire.OptTimestamps, "TS"}, {wire.OptWScale, "wscale"}, {wire.OptFastOpen, "tfo"}}

// optionWords names the options of a SYN.
func optionWords(t *wire.TCP) string {
	if !t.Flags.Has(wire.SYN) {
		return ""
	}
	var words []string
	for _, o := range synOptions {
		word := o.name
		switch {
		case t.Options&o.option == 0:
			continue
		case o.option == wire.OptMSS:
			word += " " + strconv.Itoa(int(t.MSS))
		case o.option == wire.OptWScale:
			word += " " + strconv.Itoa(int(t.WScale))
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}
