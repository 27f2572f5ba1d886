package flow

import (
	"wirewhy/analyzer"
	"wirewhy/analyzer/wire"
)

// icmpError joins an ICMP error to the flow that it quotes.
func (t *Tracker) icmpError(p *wire.Packet, e *entry) {
	q := &p.ICMP
	if q.QuotedKind != wire.KindTCP || !q.QuotedPorts {
		return
	}
	quoted := wire.Packet{Src: q.QuotedSrc, Dst: q.QuotedDst, SrcPort: q.QuotedSrcPort, DstPort: q.QuotedDstPort, Scope: p.Scope}
	m, ok := t.find(&quoted, t.table.pairHash(quoted.Src, quoted.SrcPort, quoted.Dst, quoted.DstPort))
	if !ok {
		return
	}
	f := m.flow
	x := t.troubled(f)
	i := &x.ICMP
	i.Count++
	if i.Count == 1 {
		i.Type, i.Code, i.Version = q.Type, q.Code, p.Version
		i.MTU, i.From, i.Time, i.Frame = q.MTU, p.Src, p.Time, p.Frame
		i.QuotesSYN = f.Sides[m.dir].Flags&SawSYN != 0 && q.QuotedSeq == f.Sides[m.dir].ISN
		i.QuotedLen = q.QuotedLen
		i.QuotedDir = m.dir
	}
	f.End = max(f.End, p.Time)
	t.link(f, p, e, m.dir.Other(), analyzer.Quoted)
}
