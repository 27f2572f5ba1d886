package flow

import (
	"container/heap"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// The model: a server sends segments to a client over a path that loses, delays
// and copies packets. A capture point lies on the path. What the tracker says of
// the captured packets is held against what the model did.

// path says how often something goes wrong, in parts of one.
type path struct {
	name                string
	lossBefore          float64 // between the server and the capture point
	lossAfter           float64 // between the capture point and the client
	ackLoss             float64
	late                float64 // packets that take a detour before the capture point
	copied              float64
	missed              float64 // passes, but is not captured
	timestamps, counted bool    // how the order of sending shows: by option, by IP identification
}

type moment struct {
	at    time.Duration
	order int
	do    func()
}

type agenda []moment

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	return a[i].at < a[j].at || a[i].at == a[j].at && a[i].order < a[j].order
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(moment)) }
func (a *agenda) Pop() any     { x := (*a)[len(*a)-1]; *a = (*a)[:len(*a)-1]; return x }

// captured is a packet as it was captured, and the truth of it.
type captured struct {
	wire.Packet
	fromServer bool
	copy       bool
	again      bool // the sender had sent these bytes before
	sent       int  // how many packets its sender had sent before it
}

type model struct {
	path
	r      *rand.Rand
	now    time.Duration
	plan   agenda
	orders int
	out    []captured

	clientISN, serverISN analyzer.Seq
	total                uint32 // bytes that the server has
	sent                 [2]int
	ids                  [2]uint16

	una, nxt uint32 // of the server, counted from its first byte
	dups     int
	recover  uint32        // bytes below were sent before the last loss was noticed
	leaves   time.Duration // when the latest segment left
	timer    int           // counts restarts; an older one is stopped
	rto      time.Duration

	have map[uint32]bool // segments that the client has
	next uint32          // that it waits for
}

const (
	modelSegment = 1000
	modelWindow  = 20 * modelSegment
	modelRTO     = 300 * time.Millisecond
)

func runModel(p path, seed uint64) *model {
	m := &model{path: p, r: rand.New(rand.NewPCG(seed, 99)), rto: modelRTO, have: map[uint32]bool{}}
	m.clientISN, m.serverISN = analyzer.Seq(m.r.Uint32()), analyzer.Seq(m.r.Uint32())
	if seed%3 == 0 {
		m.serverISN = analyzer.Seq(0).Add(^uint32(0) - m.r.Uint32N(50_000)) // wraps on the way
	}
	m.total = modelSegment * (20 + m.r.Uint32N(150))
	m.open()
	m.send()
	for len(m.plan) > 0 {
		e := heap.Pop(&m.plan).(moment)
		m.now = e.at
		e.do()
	}
	return m
}

func (m *model) after(d time.Duration, do func()) {
	m.orders++
	heap.Push(&m.plan, moment{m.now + d, m.orders, do})
}

func (m *model) chance(p float64) bool { return m.r.Float64() < p }

func (m *model) open() {
	m.capture(m.packet(0, wire.SYN, m.clientISN, 0, 0))
	m.now += 10 * time.Millisecond
	m.capture(m.packet(1, wire.SYN|wire.ACK, m.serverISN, m.clientISN+1, 0))
	m.now += 10 * time.Millisecond
	m.capture(m.packet(0, wire.ACK, m.clientISN+1, m.serverISN+1, 0))
}

// packet makes a packet as its sender sends it.
func (m *model) packet(side int, flags wire.Flags, seq, ack analyzer.Seq, n uint32) captured {
	c := captured{fromServer: side == 1, sent: m.sent[side]}
	m.sent[side]++
	m.ids[side]++
	c.Packet = wire.Packet{Kind: wire.KindTCP, Version: 4, TTL: 64, SrcPort: 40000, DstPort: 80, Src: wire.Addr4(0x0a000001), Dst: wire.Addr4(0x0a000002)}
	if side == 1 {
		c.Src, c.Dst, c.SrcPort, c.DstPort = c.Dst, c.Src, 80, 40000
	}
	c.IPID = uint16(m.r.Uint32()) | 1
	if m.counted {
		c.IPID = m.ids[side] + 1
	}
	c.TCP = wire.TCP{Flags: flags, Seq: seq, Ack: ack, Window: 60000, PayloadLen: n, Sum: uint16(m.r.Uint32())}
	if flags.Any(wire.SYN) {
		c.TCP.Options, c.TCP.MSS = wire.OptMSS, modelSegment
	}
	if m.timestamps {
		c.TCP.Options |= wire.OptTimestamps
		c.TCP.TSval = uint32(1000 + m.now/time.Microsecond)
	}
	return c
}

// capture records a packet, now and then twice, unless the capture misses it.
func (m *model) capture(c captured) {
	if m.chance(m.missed) && !c.TCP.Flags.Any(wire.SYN) {
		return
	}
	add := func(c captured, at time.Duration) {
		c.Time = analyzer.Timestamp(time.Hour).Add(at)
		c.Frame = uint32(len(m.out) + 1)
		m.out = append(m.out, c)
	}
	add(c, m.now)
	if m.chance(m.copied) {
		c.copy = true
		c.TTL--
		c.IfIndex = 9
		add(c, m.now+50*time.Microsecond)
	}
}

// send sends what the window allows.
func (m *model) send() {
	for m.nxt < m.total && m.nxt < m.una+modelWindow {
		m.transmit(m.nxt, false)
		m.nxt += modelSegment
	}
	m.restart()
}

// transmit sends one segment on its way.
func (m *model) transmit(at uint32, again bool) {
	m.after(m.spacing(), func() {
		c := m.packet(1, wire.ACK, m.serverISN.Add(1+at), m.clientISN+1, modelSegment)
		c.again = again
		if m.chance(m.lossBefore) {
			return
		}
		detour := time.Duration(0)
		if !again && m.chance(m.late) {
			detour = time.Duration(300+m.r.IntN(3000)) * time.Microsecond
		}
		m.after(5*time.Millisecond+detour, func() {
			m.capture(c)
			if !m.chance(m.lossAfter) {
				m.after(5*time.Millisecond, func() { m.arrive(at) })
			}
		})
	})
}

// spacing lets a sender's packets leave one after the other.
func (m *model) spacing() time.Duration {
	m.leaves = max(m.leaves, m.now) + 2*time.Microsecond
	return m.leaves - m.now
}

// arrive is the client's: it acknowledges every segment at once.
func (m *model) arrive(at uint32) {
	m.have[at] = true
	for m.have[m.next] {
		m.next += modelSegment
	}
	ack := m.next
	m.after(time.Microsecond, func() {
		c := m.packet(0, wire.ACK, m.clientISN+1, m.serverISN.Add(1+ack), 0)
		m.after(5*time.Millisecond, func() {
			m.capture(c)
			if !m.chance(m.ackLoss) {
				m.after(5*time.Millisecond, func() { m.acknowledged(ack) })
			}
		})
	})
}

// acknowledged is the server's: fast retransmission after three duplicates, and
// once more for each further hole (RFC 6582).
func (m *model) acknowledged(ack uint32) {
	switch {
	case ack > m.una:
		m.una, m.dups, m.rto = ack, 0, modelRTO
		if ack < m.recover {
			m.transmit(ack, true)
		}
		m.send()
	case ack == m.una && m.una < m.nxt:
		m.dups++
		if m.dups == 3 && m.una >= m.recover {
			m.recover = m.nxt
			m.transmit(m.una, true)
		}
	}
}

func (m *model) restart() {
	m.timer++
	mine := m.timer
	if m.una == m.nxt {
		return
	}
	m.after(m.rto, func() {
		if m.timer != mine || m.una == m.nxt {
			return
		}
		m.transmit(m.una, true)
		m.recover = m.nxt
		m.rto = min(2*m.rto, 5*time.Second)
		m.restart()
	})
}

// truth follows what was captured, to say what must be noted of the next packet.
type truth struct {
	seen     map[uint32]bool // segments of the server that were captured
	top      uint32          // the end of the highest
	latest   [2]int          // how far each sender was when it sent the latest captured packet
	acks     int
	lastAck  uint32
	maxAck   uint32
	advances int // segments that moved top: order is known by identification after a few
	retrans  uint32
	unseen   bool // an ACK covered bytes that were never captured
}

// wrong says what the tracker noted against the truth of a packet, or nothing.
func (h *truth) wrong(m *model, c *captured, ev analyzer.Events) string {
	const kinds = analyzer.Retransmission | analyzer.OutOfOrder
	switch {
	case c.copy:
		if ev != analyzer.Copy {
			return "a copy"
		}
		return ""
	case ev&analyzer.Copy != 0:
		return "no copy"
	case c.TCP.Flags.Any(wire.SYN):
		return ""
	case !c.fromServer:
		return h.wrongAck(m, c, ev)
	}
	at := uint32(c.TCP.Seq.Sub(m.serverISN + 1))
	overtaken := c.sent < h.latest[1]
	known := m.timestamps || m.counted && h.advances > minIDRun
	defer func() {
		h.seen[at] = true
		if end := at + modelSegment; end > h.top {
			h.top = end
			h.advances++
		}
		h.latest[1] = max(h.latest[1], c.sent)
		if ev&analyzer.Retransmission != 0 {
			h.retrans++
		}
	}()
	below := at < h.top
	switch {
	case ev&analyzer.LostSegment != 0 != (at > h.top):
		return fmt.Sprintf("lost segment at %d, seen to %d", at, h.top)
	case !below && ev&kinds != 0:
		return "nothing beyond was seen"
	case below && ev&kinds == 0:
		return "below what was seen"
	case c.again && h.seen[at] && ev&analyzer.Retransmission == 0:
		return "sent again, and the first was captured"
	case below && known && !overtaken && c.again && ev&analyzer.Retransmission == 0:
		return "sent again"
	case below && known && !c.again && !h.seen[at] && !h.unseen && ev&analyzer.OutOfOrder == 0:
		return "sent once"
	case ev&analyzer.SpuriousRetransmission != 0 && at+modelSegment > h.maxAck:
		return "not acknowledged before"
	}
	return ""
}

func (h *truth) wrongAck(m *model, c *captured, ev analyzer.Events) string {
	ack := uint32(c.TCP.Ack.Sub(m.serverISN + 1))
	missing := false
	for at := uint32(0); at < ack; at += modelSegment {
		missing = missing || !h.seen[at]
	}
	repeats := h.acks > 0 && ack == h.lastAck
	h.acks++
	h.lastAck, h.maxAck = ack, max(h.maxAck, ack)
	h.unseen = h.unseen || missing
	switch {
	case ev&analyzer.AckedLostSegment != 0 && !missing:
		return "all of it was captured"
	case ev&analyzer.DuplicateAck != 0 != repeats:
		return "duplicate"
	case ev&^(analyzer.AckedLostSegment|analyzer.DuplicateAck) != 0:
		return "an ACK"
	}
	return ""
}

func TestAgainstModel(t *testing.T) {
	paths := []path{
		{name: "clean", timestamps: true},
		{name: "loss beyond the capture", lossAfter: 0.03, timestamps: true},
		{name: "loss before the capture", lossBefore: 0.03, timestamps: true},
		{name: "loss on both sides", lossBefore: 0.02, lossAfter: 0.02, ackLoss: 0.05, timestamps: true},
		{name: "reordering", late: 0.05, timestamps: true},
		{name: "all of it", lossBefore: 0.02, lossAfter: 0.02, late: 0.03, copied: 0.2, ackLoss: 0.02, timestamps: true},
		{name: "identifications", lossBefore: 0.02, lossAfter: 0.02, late: 0.03, counted: true},
		{name: "neither", lossBefore: 0.02, lossAfter: 0.02, copied: 0.1},
		{name: "copies", copied: 0.5, counted: true},
		{name: "packets not captured", missed: 0.03, lossAfter: 0.01, timestamps: true},
	}
	for _, p := range paths {
		t.Run(p.name, func(t *testing.T) {
			for seed := range uint64(60) {
				holdAgainst(t, runModel(p, seed), seed)
				if t.Failed() {
					return
				}
			}
		})
	}
}

func holdAgainst(t *testing.T, m *model, seed uint64) {
	t.Helper()
	tr := NewTracker(Limits{})
	h := &truth{seen: map[uint32]bool{}}
	for i := range m.out {
		c := &m.out[i]
		tr.Add(&c.Packet)
		e, _ := tr.Entry(c.Frame)
		if what := h.wrong(m, c, e.Events); what != "" {
			t.Errorf("seed %d, frame %d at %v, seq %d ack %d: %s: noted %q", seed, c.Frame, c.Time.Sub(analyzer.Timestamp(time.Hour)),
				c.TCP.Seq.Sub(m.serverISN), c.TCP.Ack.Sub(m.serverISN), what, eventKeys(e.Events))
			return
		}
	}
	tr.Finish()
	f := tr.Flow(0)
	if tr.Len() != 1 {
		t.Fatalf("seed %d: %d flows", seed, tr.Len())
	}
	if n := uint64(len(h.seen)) * modelSegment; f.Sides[Responder].Payload != n && !h.unseen {
		t.Errorf("seed %d: %d bytes of payload, want %d", seed, f.Sides[Responder].Payload, n)
	}
	if m.missed == 0 && m.next != m.total {
		t.Errorf("seed %d: the model itself delivered %d of %d bytes", seed, m.next, m.total)
	}
	if x := tr.Trouble(f).Sent[Responder]; x.Retransmissions != h.retrans {
		t.Errorf("seed %d: %d retransmissions summed up, %d noted", seed, x.Retransmissions, h.retrans)
	}
	if h.unseen != (tr.Trouble(f).Sent[Originator].AckedUnseen > 0) {
		t.Errorf("seed %d: bytes acknowledged that were never captured: %v, noted %d", seed, h.unseen, tr.Trouble(f).Sent[Originator].AckedUnseen)
	}
}
