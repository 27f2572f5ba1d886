package flow

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// maxLookups bounds the names and the neighbours that are remembered.
const maxLookups = 4096

type lookupKey struct {
	client, server wire.Addr
	name           string
	typ            uint16
}

// lookups follows the questions that hosts ask before they connect: names by DNS
// over UDP, link-layer addresses by ARP and neighbour discovery.
type lookups struct {
	names     map[lookupKey]int
	list      []Lookup
	pairs     map[[2]wire.Addr]int
	questions []AddressQuestion
	answers   map[wire.Addr]analyzer.Timestamp // the latest by each host
	claims    map[wire.Addr]*AddressClaim
}

// Lookups returns the names that were asked for, in order of their first query.
// Beyond 4,096 different ones the rest is left out.
func (t *Tracker) Lookups() []Lookup { return t.lookups.list }

// AddressQuestions returns the ARP requests and neighbour solicitations, one for
// each pair of hosts, in order of the first. Beyond 4,096 the rest is left out.
func (t *Tracker) AddressQuestions() []AddressQuestion {
	for i := range t.lookups.questions {
		t.lookups.settle(&t.lookups.questions[i])
	}
	return t.lookups.questions
}

const dnsPort = 53

// datagram looks at a UDP datagram.
func (l *lookups) datagram(p *wire.Packet) {
	if p.SrcPort != dnsPort && p.DstPort != dnsPort || len(p.Payload) < 12 {
		return
	}
	var parser dnsmessage.Parser
	h, err := parser.Start(p.Payload)
	if err != nil || h.OpCode != 0 {
		return
	}
	q, err := parser.Question()
	if err != nil {
		return
	}
	key := lookupKey{p.Src, p.Dst, strings.ToLower(strings.TrimSuffix(q.Name.String(), ".")), uint16(q.Type)}
	if h.Response {
		key.client, key.server = p.Dst, p.Src
	}
	x := l.name(key)
	if x == nil {
		return
	}
	if h.ID == x.lastID && (h.Response == (x.Pending == 0)) && p.Time.Sub(x.Last) < copyWindow {
		return // recorded twice; resolvers wait longer before they ask again
	}
	if x.First == 0 {
		x.First = p.Time
	}
	x.Last, x.lastID = p.Time, h.ID
	addFrame(&x.Frames, p.Frame)
	if h.Response {
		x.answered(p, &h, &parser)
		return
	}
	x.Queries++
	x.Port = p.SrcPort
	if x.Pending == 0 {
		x.PendingSince = p.Time
	}
	x.Pending++
}

// answered notes an answer.
func (x *Lookup) answered(p *wire.Packet, h *dnsmessage.Header, parser *dnsmessage.Parser) {
	x.Answers++
	if wait := p.Time.Sub(x.PendingSince); x.Pending > 0 && wait > x.Slowest {
		x.Slowest, x.SlowQueries = wait, x.Pending
	}
	x.Pending = 0
	x.RCode, x.Truncated = uint8(h.RCode), h.Truncated
	x.Answer = p.Time
	x.Empty = true
	if parser.SkipAllQuestions() != nil {
		return
	}
	before := x.Addresses
	x.Addresses = [4]wire.Addr{}
	defer x.compare(before)
	for n := 0; n < len(x.Addresses); {
		r, err := parser.AnswerHeader()
		if err != nil {
			return
		}
		x.Empty = false
		switch r.Type {
		case dnsmessage.TypeA:
			if a, err := parser.AResource(); err == nil {
				x.Addresses[n] = wire.AddrFrom(netip.AddrFrom4(a.A))
				n++
				continue
			}
		case dnsmessage.TypeAAAA:
			if a, err := parser.AAAAResource(); err == nil {
				x.Addresses[n] = wire.AddrFrom(netip.AddrFrom16(a.AAAA))
				n++
				continue
			}
		}
		if parser.SkipAnswer() != nil {
			return
		}
	}
}

// compare notes which addresses of the answer before are not in the last one.
func (x *Lookup) compare(before [4]wire.Addr) {
	if x.Addresses[0].IsZero() {
		return
	}
	kept := x.Earlier
	x.Earlier = [4]wire.Addr{}
	n := 0
	for i, a := range [8]wire.Addr{before[0], before[1], before[2], before[3], kept[0], kept[1], kept[2], kept[3]} {
		if n == len(x.Earlier) || a.IsZero() || slices.Contains(x.Addresses[:], a) || slices.Contains(x.Earlier[:n], a) {
			continue
		}
		x.Earlier[n] = a
		n++
		if i < len(before) {
			x.Changed = x.Answer
		}
	}
}

func (l *lookups) name(k lookupKey) *Lookup {
	if i, ok := l.names[k]; ok {
		return &l.list[i]
	}
	if len(l.list) >= maxLookups {
		return nil
	}
	if l.names == nil {
		l.names = make(map[lookupKey]int)
	}
	l.names[k] = len(l.list)
	l.list = append(l.list, Lookup{Client: k.client, Server: k.server, Name: k.name, Type: k.typ})
	return &l.list[len(l.list)-1]
}

// addFrame notes a frame in the first free place, in the last one if all are taken.
func addFrame(frames *[8]uint32, n uint32) {
	for i := range frames {
		if frames[i] == 0 || i == len(frames)-1 {
			frames[i] = n
			return
		}
	}
}

// ICMPv6 types of neighbour discovery (RFC 4861 §4.3, §4.4).
const (
	neighbourSolicitation  = 135
	neighbourAdvertisement = 136
)

// neighbour looks at an ARP message or a message of neighbour discovery.
func (l *lookups) neighbour(p *wire.Packet) {
	if p.Kind == wire.KindARP && !p.ARP.Sender.IsZero() && p.ARP.SenderMAC != 0 {
		l.claimed(p)
	}
	switch {
	case p.Kind == wire.KindARP && !p.ARP.Reply:
		if p.ARP.Sender != p.ARP.Target { // not an announcement (RFC 5227 §3)
			l.asked(p.ARP.Sender, p.ARP.Target, p)
		}
	case p.Kind == wire.KindARP:
		l.told(p.ARP.Sender, p.Time)
	case p.ICMP.Type == neighbourSolicitation && !p.Src.IsZero():
		l.asked(p.Src, p.ICMP.NeighbourTarget, p)
	case p.ICMP.Type == neighbourAdvertisement:
		l.told(p.ICMP.NeighbourTarget, p.Time)
	}
}

func (l *lookups) asked(asking, target wire.Addr, p *wire.Packet) {
	k := [2]wire.Addr{asking, target}
	i, ok := l.pairs[k]
	if !ok {
		if len(l.questions) >= maxLookups {
			return
		}
		if l.pairs == nil {
			l.pairs = make(map[[2]wire.Addr]int)
		}
		i = len(l.questions)
		l.pairs[k] = i
		l.questions = append(l.questions, AddressQuestion{Asking: asking, Target: target, First: p.Time})
	}
	x := &l.questions[i]
	l.settle(x)
	if x.Count > 0 && p.Time.Sub(x.Last) < copyWindow {
		return // recorded twice; kernels ask once a second
	}
	x.Count++
	x.Last = p.Time
	addFrame(&x.Frames, p.Frame)
}

// told notes that a host said where it is: whoever asked for it before has its answer.
func (l *lookups) told(target wire.Addr, at analyzer.Timestamp) {
	if l.answers == nil {
		l.answers = make(map[wire.Addr]analyzer.Timestamp)
	}
	if _, known := l.answers[target]; known || len(l.answers) < maxLookups {
		l.answers[target] = at
	}
}

// settle applies the latest answer to a question.
func (l *lookups) settle(x *AddressQuestion) {
	if at, ok := l.answers[x.Target]; ok && at >= x.Last {
		x.Answered = true
		x.Count = 0
	}
}

// AddressClaims returns the addresses that several hosts claim, in order.
func (t *Tracker) AddressClaims() []AddressClaim {
	var out []AddressClaim
	for _, c := range t.lookups.claims {
		if c.Flips > 0 {
			out = append(out, *c)
		}
	}
	analyzer.Sort(out, func(a, b AddressClaim) int {
		return cmp.Or(cmp.Compare(a.Addr.Hi, b.Addr.Hi), cmp.Compare(a.Addr.Lo, b.Addr.Lo))
	})
	return out
}

// contest is how soon two hosts answer the same question.
const contest = time.Second

// claimed notes who says that an address is his.
func (l *lookups) claimed(p *wire.Packet) {
	a := &p.ARP
	c := l.claims[a.Sender]
	if c == nil {
		if len(l.claims) >= maxLookups {
			return
		}
		if l.claims == nil {
			l.claims = make(map[wire.Addr]*AddressClaim)
		}
		c = &AddressClaim{Addr: a.Sender, MACs: [2]uint64{a.SenderMAC}, mac: a.SenderMAC}
		l.claims[a.Sender] = c
	}
	if a.SenderMAC != c.mac {
		c.Flips++
		if c.MACs[1] == 0 {
			c.MACs[1] = a.SenderMAC
			addFrame(&c.Frames, c.frame)
		}
		addFrame(&c.Frames, p.Frame)
		if a.Reply && a.Target == c.answered && p.Time.Sub(c.last) < contest {
			c.Contested++
		}
	}
	c.mac, c.frame, c.last, c.answered = a.SenderMAC, p.Frame, p.Time, wire.Addr{}
	if a.Reply {
		c.answered = a.Target
	}
}
