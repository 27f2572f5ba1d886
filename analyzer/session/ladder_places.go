package session

import (
	"cmp"
	"iter"
	"slices"
	"strconv"
	"strings"

	"wirewhy/analyzer"
	"wirewhy/analyzer/correlate"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/report"
	"wirewhy/analyzer/wire"
	"wirewhy/wasm/protocol"
)

var (
	roleTranslator = analyzer.Text{En: "translator (NAT)", Zh: "地址转换（NAT）"}
	textLost       = analyzer.Text{En: "lost between the two captures", Zh: "在两处抓包之间丢失"}
	textMadeUp     = analyzer.Text{En: "never sent over there: made up or rewritten on the way", Zh: "对端并未发出：途中被伪造或改写"}
)

// maxElsewhere bounds the packets that are shown although the own capture lacks them.
const maxElsewhere = 128

// maxMerged bounds the packets of a connection's legs that are put in order.
const maxMerged = 200_000

// otherPlace is what a second capture holds of the flow.
type otherPlace struct {
	l       *loaded // nil: there is none
	capture int
	near    bool // the flow's own capture lies nearer to the client
	pair    *paired
	joined  *correlate.Joined
	flow    *flow.Flow // nil: it holds nothing
	fates   map[sighting]protocol.Fate
	frames  []elsewhere // what the own capture lacks, by time
}

// elsewhere is a packet that only the other capture holds, by the own one's clock.
type elsewhere struct {
	entry flow.Entry
	time  analyzer.Timestamp
}

// legs finds the other legs of the flow's connection: those within its capture,
// and what another capture holds of it.
func (b *builder) legs(s *Session) {
	own := b.f.Captures[0]
	b.chain = []*flow.Flow{b.f.Flow}
	total := b.f.Flow.Packets()
	for _, l := range b.f.Legs {
		if l.Capture == own {
			b.chain = append(b.chain, b.f.Tracker.Flow(l.Flow))
			total += b.f.Tracker.Flow(l.Flow).Packets()
		}
	}
	if total > maxMerged {
		b.chain = b.chain[:1]
	}
	analyzer.SortStable(b.chain, func(f, g *flow.Flow) int { return cmp.Compare(f.Start, g.Start) })
	best, depth := -1, s.depths()
	for _, p := range s.pairs {
		side := slices.Index(p.of[:], own)
		if side < 0 || !p.known() {
			continue
		}
		x, ok := p.Of(side, int(b.f.Flow.ID))
		if !ok || x.Unread {
			continue
		}
		to := p.of[1-side]
		score := depth[to] - depth[own]
		if score = max(score, -score); x.Way[0].LostCount+x.Way[1].LostCount > 0 {
			score += len(s.loaded)
		}
		if score <= best {
			continue
		}
		best = score
		o := otherPlace{l: s.loaded[to], capture: to, near: p.near() == side, pair: p, joined: x}
		if id := x.Flow[1-side]; id >= 0 {
			o.flow = o.l.tracker.Flow(id)
		}
		b.other = o
	}
	if b.other.l != nil {
		b.chain = []*flow.Flow{b.f.Flow}
		b.findStations(s)
	}
	b.stories = make([]story, len(b.chain)+1) // the last one is the other capture's
}

// places names the lanes of two captures: the one nearer to the client, and the
// one nearer to the server.
func (b *builder) places() {
	o, f := &b.other, b.f.Flow
	client, server := f.Client(), f.Server()
	names := [2]string{b.l.capture.Name, o.l.capture.Name}
	if !o.near {
		names[0], names[1] = names[1], names[0]
	}
	if o.flow != nil && o.near {
		server = o.flow.Server()
	} else if o.flow != nil {
		client = o.flow.Client()
	}
	b.lane(roleClient, client)
	b.lane(roleServer, server)
	for i := range names {
		b.view.Lanes[i].Place = names[i]
	}
	for _, at := range b.stations {
		i := b.lane(roleBetween, flow.Endpoint{})
		b.view.Lanes[i].Address, b.view.Lanes[i].Place = "", at.name
	}
}

// translators names the lanes of a connection that was captured on both sides of
// address translations: between two legs stands who translates.
func (b *builder) translators() {
	for i, f := range b.chain {
		if i == 0 {
			b.lane(roleClient, f.Client())
			continue
		}
		before := b.chain[i-1]
		b.lane(roleTranslator, before.Server())
		var seen []string
		if before.Server() != f.Server() {
			seen = append(seen, before.Server().String())
		}
		if before.Client() != f.Client() {
			seen = append(seen, f.Client().String())
		}
		b.view.Lanes[i].Address = strings.Join(seen, " / ")
	}
	b.lane(roleServer, b.chain[len(b.chain)-1].Server())
}

// legOf returns the leg on which the present packet was seen.
func (b *builder) legOf(d flow.Dir) int {
	p := &b.packet
	from, to := flow.Endpoint{Addr: p.Src, Port: p.SrcPort}, flow.Endpoint{Addr: p.Dst, Port: p.DstPort}
	if d == flow.Responder {
		from, to = to, from
	}
	return max(slices.IndexFunc(b.chain, func(f *flow.Flow) bool { return f.Client() == from && f.Server() == to }), 0)
}

// entries returns the packets of all legs in the order of the capture.
func (b *builder) entries() iter.Seq[flow.Entry] {
	if len(b.chain) == 1 {
		return b.f.Tracker.Entries(b.f.Flow)
	}
	var all []flow.Entry
	for _, f := range b.chain {
		all = slices.AppendSeq(all, b.f.Tracker.Entries(f))
	}
	analyzer.Sort(all, func(a, b flow.Entry) int { return cmp.Compare(a.Frame, b.Frame) })
	return slices.Values(all)
}

// judge notes what became of the packets between the two captures.
func (b *builder) judge() {
	o := &b.other
	if o.l == nil {
		return
	}
	o.fates = make(map[sighting]protocol.Fate)
	o.pair.judge(o.pair.index(o.joined), o.fates)
}

// readOther reads when the packets were seen that only the other capture holds.
func (b *builder) readOther() error {
	o := &b.other
	for at := range o.fates {
		if at.capture != o.capture {
			continue
		}
		if e, ok := o.l.tracker.Entry(at.frame); ok {
			o.frames = append(o.frames, elsewhere{entry: e})
		}
	}
	analyzer.Sort(o.frames, func(x, y elsewhere) int { return cmp.Compare(x.entry.Frame, y.entry.Frame) })
	o.frames = ends(o.frames, maxElsewhere)
	for i := range o.frames {
		if _, err := o.l.read(o.frames[i].entry, &b.packet); err != nil {
			return err
		}
		o.frames[i].time = o.here(b.packet.Time)
	}
	return nil
}

// meanwhile adds what only the other capture holds up to a moment; 0: all. It
// reports whether there was anything.
func (b *builder) meanwhile(t analyzer.Timestamp) (told bool, err error) {
	o := &b.other
	for len(o.frames) > 0 && (t == 0 || o.frames[0].time < t) {
		next := o.frames[0]
		o.frames = o.frames[1:]
		if _, err := o.l.read(next.entry, &b.packet); err != nil {
			return told, err
		}
		told, b.packet.Time, b.leg = true, next.time, len(b.stories)-1
		b.silence(next.entry, next.time)
		b.step(next.entry, o.capture)
	}
	return told, nil
}

// here turns a time of the other capture's clock into one of the own one's.
func (o *otherPlace) here(t analyzer.Timestamp) analyzer.Timestamp {
	c := &o.pair.Clock
	if o.pair.of[0] == o.capture { // the own one is the second
		return t.Add(c.Ahead(t))
	}
	return t.Add(-c.Ahead(t.Add(-c.Offset)))
}

// fate says what became of a packet between the captures.
func (b *builder) fate(e flow.Entry, capture int) (protocol.Fate, analyzer.Text) {
	switch fate := b.other.fates[sighting{capture, e.Frame}]; fate {
	case protocol.FateLost:
		return fate, textLost
	case protocol.FateMadeUp:
		return fate, textMadeUp
	}
	return protocol.FateUnknown, analyzer.Text{}
}

// altered says what the path between the captures made of a SYN's options.
func (b *builder) altered(e flow.Entry) (note analyzer.Text) {
	x := b.other.joined
	if x == nil || b.other.flow == nil || !e.Flags.Has(wire.SYN) {
		return note
	}
	if mss := x.MSS[e.Dir]; mss[0] != mss[1] && mss[0] != 0 && mss[1] != 0 {
		change := strconv.Itoa(int(mss[0])) + " → " + strconv.Itoa(int(mss[1]))
		note = analyzer.Text{En: "MSS " + change + " on the way", Zh: "途中 MSS " + change}
	}
	var cut []string
	for _, o := range synOptions {
		if x.OptionsCut[e.Dir]&o.option != 0 {
			cut = append(cut, o.name)
		}
	}
	if len(cut) > 0 {
		names := strings.Join(cut, ", ")
		note = join(note, analyzer.Text{En: "options removed on the way: " + names, Zh: "途中被去除的选项：" + names})
	}
	return note
}

// unlisted says that what became of some packets is not shown.
func (b *builder) unlisted() string {
	if b.other.l == nil {
		return ""
	}
	lost, marked := 0, 0
	for _, w := range b.other.joined.Way {
		lost += int(w.LostCount)
	}
	for _, step := range b.view.Steps {
		if step.Fate == protocol.FateLost {
			marked++
		}
	}
	if lost <= marked {
		return ""
	}
	all, some := report.Grouped(uint64(lost)), report.Grouped(uint64(marked))
	return analyzer.Text{
		En: " Of " + all + " packets that were lost between the captures, " + some + " are shown.",
		Zh: "两处抓包之间共丢失 " + all + " 个分组，显示了其中 " + some + " 个。",
	}.In(b.lang)
}
