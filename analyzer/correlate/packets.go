package correlate

import (
	"math/bits"
	"slices"

	"wirewhy/analyzer"
	"wirewhy/analyzer/flow"
	"wirewhy/analyzer/wire"
)

// packets reads the packets of the joined flows of both captures again.
func (j *joiner) packets() error {
	j.bound()
	for c := range 2 {
		j.seen[c], j.again[c] = make([][]sighting, len(j.p.Joined)), make([][]sighting, len(j.p.Joined))
		if err := j.sight(c); err != nil {
			return err
		}
	}
	return nil
}

// bound leaves out the flows whose packets would be too many to read again, the
// same ones in both captures: what was not read must not count as lost.
func (j *joiner) bound() {
	total := 0
	for i := range j.p.Joined {
		x := &j.p.Joined[i]
		a, b := j.views[0].Tracker.Flow(x.Flow[0]), j.views[1].Tracker.Flow(x.Flow[1])
		n := int(max(a.Packets(), b.Packets()))
		x.Unread = total+n > maxPackets || (a.Flags|b.Flags)&flow.Forgotten != 0
		if !x.Unread {
			total += n
		}
		j.p.Partial = j.p.Partial || x.Unread
	}
}

type wanted struct {
	entry  flow.Entry
	joined int
}

func (j *joiner) sight(c int) error {
	t := j.views[c].Tracker
	var list []wanted
	for i := range j.p.Joined {
		if j.p.Joined[i].Unread {
			continue
		}
		for e := range t.Entries(t.Flow(j.p.Joined[i].Flow[c])) {
			if e.Events&analyzer.Quoted == 0 {
				list = append(list, wanted{e, i})
			}
		}
	}
	order := make([]uint64, len(list)) // frame, then place in the list
	for i := range list {
		order[i] = uint64(list[i].entry.Frame)<<32 | uint64(i)
	}
	slices.Sort(order)
	var p wire.Packet
	at, base := -1, [2]analyzer.Seq{}
	for _, next := range order {
		w := &list[uint32(next)]
		if err := j.views[c].Read(w.entry, &p); err != nil {
			return err
		}
		if p.Kind != wire.KindTCP {
			j.p.Joined[w.joined].Unread = true // a fragment that is not put together again
			continue
		}
		if w.joined != at {
			at, base = w.joined, j.bases(&j.p.Joined[w.joined], c)
		}
		d := w.entry.Dir
		p.TCP.Seq -= base[d]
		if p.TCP.Flags.Has(wire.ACK) {
			p.TCP.Ack -= base[d.Other()]
		}
		into := &j.seen[c][w.joined]
		if w.entry.Events&analyzer.Copy != 0 {
			into = &j.again[c][w.joined]
		}
		*into = append(*into, sighting{
			key: keyOf(&p, d), time: p.Time, seq: p.TCP.Seq, frame: w.entry.Frame, len: p.TCP.PayloadLen,
			ipid: p.IPID, flags: p.TCP.Flags, options: p.TCP.Options, mss: p.TCP.MSS, window: p.TCP.Window, dir: d, ttl: p.TTL, tos: p.TOS,
		})
	}
	return nil
}

// bases returns what the sequence numbers of each end are counted from in a
// capture: zero, or its initial one where something on the path rewrites them.
func (j *joiner) bases(x *Joined, c int) (base [2]analyzer.Seq) {
	f, g := j.views[0].Tracker.Flow(x.Flow[0]), j.views[1].Tracker.Flow(x.Flow[1])
	for d := range base {
		if x.By == ByPayload || rewritten(&f.Sides[d], &g.Sides[d]) {
			base[d] = j.views[c].Tracker.Flow(x.Flow[c]).Sides[d].ISN
		}
	}
	return base
}

// rewritten reports whether what one end sent has other sequence numbers in the
// second capture: other initial ones, and as far from them.
func rewritten(a, b *flow.Side) bool {
	return a.Flags&b.Flags&flow.SawSYN != 0 && a.ISN != b.ISN && a.Payload > 0 && a.Next-a.ISN == b.Next-b.ISN
}

// keyOf identifies a packet by what routers and translators leave alone. Pure
// ACKs and repetitions share a key; time and IP identification tell them apart.
func keyOf(p *wire.Packet, d flow.Dir) uint64 {
	c := &p.TCP
	h := uint64(c.Seq)<<32 | uint64(c.Ack)
	hi, lo := bits.Mul64(h^0x9e3779b97f4a7c15, uint64(c.Flags)<<48|uint64(c.PayloadLen)<<16|uint64(d)+0xd6e8feb86659fd93)
	return hi ^ lo ^ h ^ uint64(c.TSval)<<7
}

// mates joins the packets of one flow. Of several with one key those with the
// same IP identification belong together; the rest in order, the latest first,
// because what is repeated until it gets through gets through at the end. Where
// not one identification of a direction agrees, something on the path writes its
// own.
func mates(a, b []sighting) {
	byKey := map[uint64][]int{}
	for i := range b {
		byKey[b[i].key] = append(byKey[b[i].key], i)
	}
	var kept [2]bool
	join := func(i, k int) {
		kept[a[i].dir] = true
		a[i].mate, b[k].mate = int32(k+1), int32(i+1)
	}
	for i := range a {
		if a[i].ipid == 0 {
			continue
		}
		for _, k := range byKey[a[i].key] {
			if b[k].mate == 0 && b[k].ipid == a[i].ipid {
				join(i, k)
				break
			}
		}
	}
	rewritten := [2]bool{!kept[0], !kept[1]}
	for i := len(a) - 1; i >= 0; i-- {
		if a[i].mate != 0 {
			continue
		}
		list := byKey[a[i].key]
		for n := len(list) - 1; n >= 0; n-- {
			k := list[n]
			if b[k].mate == 0 && (rewritten[a[i].dir] || a[i].ipid == 0 || b[k].ipid == 0) {
				join(i, k)
				break
			}
		}
	}
}
