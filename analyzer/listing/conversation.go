package listing

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// endpoint is an address and a port.
type endpoint struct {
	addr wire.Addr
	port uint16
}

func (e endpoint) less(o endpoint) bool {
	switch {
	case e.addr.Hi != o.addr.Hi:
		return e.addr.Hi < o.addr.Hi
	case e.addr.Lo != o.addr.Lo:
		return e.addr.Lo < o.addr.Lo
	}
	return e.port < o.port
}

// pair is two endpoints, the lower one first.
type pair struct {
	low, high endpoint
	scope     uint32
}

func pairOf(p *wire.Packet) pair {
	a, b := endpoint{p.Src, p.SrcPort}, endpoint{p.Dst, p.DstPort}
	if b.less(a) {
		a, b = b, a
	}
	return pair{a, b, p.Scope}
}

// from returns the index of the packet's sender in a pair.
func (k pair) from(p *wire.Packet) int {
	if k.low == (endpoint{p.Src, p.SrcPort}) {
		return 0
	}
	return 1
}

// conversation is what tcpdump remembers of a pair (print-tcp.c, tcp_seq_hash) and
// what is known of the numbers themselves.
//
// tcpdump prints the SYN and SYN-ACK as they are, later segments with the ACK flag
// relative to the first of them that it saw, and those without, a bare RST,
// absolute again; with -S everything is absolute. A listing may begin later than
// tcpdump did, so that one cannot know from the lines alone: of the two readings,
// the one nearer to what was seen last is right.
type conversation struct {
	entry bool // tcpdump has seen a segment with ACK
	sides [2]numbers
}

// numbers are those of one sender.
type numbers struct {
	base     analyzer.Seq // what tcpdump subtracts
	hasBase  bool
	relative bool // base is not known: numbers count from it
	last     analyzer.Seq
	hasLast  bool
	next     analyzer.Seq // after the highest byte seen
	hasNext  bool
	isn      analyzer.Seq
	hasISN   bool
}

// conversations keeps two generations of pairs, so that it never grows beyond
// twice maxConversations.
type conversations struct {
	young, old map[pair]*conversation
}

const maxConversations = 1 << 15

func (c *conversations) find(k pair) *conversation {
	if x, ok := c.young[k]; ok {
		return x
	}
	x := c.old[k]
	if x != nil {
		c.keep(k, x)
	}
	return x
}

func (c *conversations) get(k pair) *conversation {
	if x := c.find(k); x != nil {
		return x
	}
	x := &conversation{}
	c.keep(k, x)
	return x
}

func (c *conversations) keep(k pair, x *conversation) {
	if c.young == nil || len(c.young) >= maxConversations {
		c.old, c.young = c.young, make(map[pair]*conversation)
	}
	c.young[k] = x
}

// nearEnough is how large a number may be that is taken for a relative one where
// nothing else is known: one initial sequence number in four thousand is smaller.
const nearEnough = 1 << 20

// restore makes a segment's numbers absolute. printed is the pair as the listing
// has it; j is how it was joined to the packet's own, if it was.
func (c *conversations) restore(p *wire.Packet, printed pair, j *join, absolute bool, n *notes) {
	k := pairOf(p)
	x := c.get(k)
	shown := x
	if j != nil {
		shown = c.get(printed)
	}
	from := k.from(p)
	r := reading{p: p, own: x, shown: shown, from: from, join: j, absolute: absolute}
	r.shownFrom = from
	if j != nil && (printed.low.port != k.low.port) { // the pair's order turned around
		r.shownFrom = 1 - from
	}
	r.read()
	if p.Unknown&(wire.RelativeSeq|wire.RelativeAck) != 0 {
		n.relative++
	}
}

// quoted makes the number of a quoted segment absolute; tcpdump prints it like that
// of any other.
func (c *conversations) quoted(m *wire.ICMP, scope uint32) {
	p := wire.Packet{Src: m.QuotedSrc, Dst: m.QuotedDst, SrcPort: m.QuotedSrcPort, DstPort: m.QuotedDstPort, Scope: scope}
	k := pairOf(&p)
	x := c.find(k)
	if x == nil {
		return
	}
	n := &x.sides[k.from(&p)]
	if v := m.QuotedSeq + n.base; n.hasBase && n.hasLast && !n.relative && distance(v, n.last) < distance(m.QuotedSeq, n.last) {
		m.QuotedSeq = v
	}
}

// reading is one segment whose numbers are being restored.
type reading struct {
	p               *wire.Packet
	own, shown      *conversation // of the pair that the packet has, and of the printed one
	from, shownFrom int
	join            *join
	absolute        bool
}

func (r *reading) read() {
	p, t := r.p, &r.p.TCP
	me, you := &r.own.sides[r.from], &r.own.sides[1-r.from]
	shownMe, shownYou := &r.shown.sides[r.shownFrom], &r.shown.sides[1-r.shownFrom]
	ack := t.Flags.Has(wire.ACK) && p.Unknown&wire.UnknownAck == 0
	if t.Flags.Has(wire.SYN) {
		r.open(me, you, ack)
	} else {
		fresh := !r.shown.entry && ack
		seqKnown := p.Unknown&wire.UnknownSeq == 0
		if ack {
			printed := t.Ack
			t.Ack = r.resolve(you, shownYou, printed, fresh, wire.RelativeAck)
			if p.TCP.SACKCount > 0 {
				for i := range t.SACK[:t.SACKCount] {
					t.SACK[i].Left += t.Ack - printed
					t.SACK[i].Right += t.Ack - printed
				}
			}
			if fresh && t.Ack == printed && !shownYou.relative { // tcpdump counts from here on
				shownYou.base, shownYou.hasBase = t.Ack-1, true
				if !seqKnown && me.hasNext {
					shownMe.base, shownMe.hasBase = me.next, true
				}
			}
		}
		if seqKnown {
			printed := t.Seq
			t.Seq = r.resolve(me, shownMe, printed, fresh, wire.RelativeSeq)
			if fresh && t.Seq == printed && !shownMe.relative && !t.Flags.Has(wire.RST) {
				shownMe.base, shownMe.hasBase = t.Seq, true
			}
		}
		r.shown.entry = r.shown.entry || ack
	}
	if p.Unknown&wire.UnknownSeq != 0 {
		r.infer(me)
		return
	}
	end := t.Seq.Add(t.PayloadLen)
	if t.Flags.Any(wire.SYN | wire.FIN) {
		end++
	}
	if !t.Flags.Has(wire.RST) {
		me.last, me.hasLast = end, true
		if !me.hasNext || end.After(me.next) {
			me.next, me.hasNext = end, true
		}
	}
}

// open takes a SYN or SYN-ACK, whose numbers are absolute.
func (r *reading) open(me, you *numbers, ack bool) {
	t := &r.p.TCP
	shownMe, shownYou := &r.shown.sides[r.shownFrom], &r.shown.sides[1-r.shownFrom]
	fresh := !me.hasISN || me.isn != t.Seq
	if fresh {
		me.next, me.hasNext = t.Seq+1, true
	}
	me.isn, me.hasISN, me.relative = t.Seq, true, false
	me.last, me.hasLast = t.Seq+1, true
	if ack || !r.shown.entry {
		shownMe.base, shownMe.hasBase, shownMe.relative = t.Seq, true, false
	}
	if !ack {
		return
	}
	r.shown.entry = true
	shownYou.base, shownYou.hasBase, shownYou.relative = t.Ack-1, true, false
	if !you.hasLast {
		you.last, you.hasLast = t.Ack, true
		you.next, you.hasNext = t.Ack, true
	}
}

// resolve returns the absolute value of a number that counts the bytes of side n.
func (r *reading) resolve(n, shown *numbers, printed analyzer.Seq, fresh bool, flag wire.Unknown) analyzer.Seq {
	if r.absolute {
		n.last, n.hasLast = printed, true
		return printed
	}
	base, hasBase := shown.base, shown.hasBase
	if !hasBase && n.hasISN {
		base, hasBase = n.isn, true
	}
	switch {
	case n.relative:
		if printed < nearEnough || !n.hasLast || distance(printed, n.last) < nearEnough {
			r.p.Unknown |= flag
		}
		n.last, n.hasLast = printed, true
		return printed
	case hasBase && n.hasLast:
		v := printed + base
		asPrinted := distance(printed, n.last) < distance(v, n.last)
		if asPrinted {
			v = printed
		}
		if r.join != nil {
			r.join.saw(asPrinted, flag, base)
		}
		if !asPrinted {
			shown.base, shown.hasBase = base, true
		}
		n.last = v
		return v
	case printed < nearEnough && !(fresh && r.p.TCP.Flags.Has(wire.RST)):
		n.relative, n.last, n.hasLast = true, printed, true
		r.p.Unknown |= flag
		return printed
	}
	n.last, n.hasLast = printed, true
	return printed
}

// infer gives a segment whose sequence number is not printed the one that it most
// likely has: a pure ACK carries the next one (RFC 9293 §3.10.7.4). It stays
// marked as unknown: a keep-alive looks the same.
func (r *reading) infer(me *numbers) {
	switch {
	case me.hasNext:
		r.p.TCP.Seq = me.next
	case me.hasLast:
		r.p.TCP.Seq = me.last
	}
	if me.relative {
		r.p.Unknown |= wire.RelativeSeq
	}
}

func distance(a, b analyzer.Seq) uint32 {
	d := a.Sub(b)
	if d < 0 {
		return uint32(-int64(d))
	}
	return uint32(d)
}
