package diagnose

import "wirewhy/analyzer/flow"

// icmpKind sorts ICMP errors by what they mean for a connection.
type icmpKind uint8

const (
	icmpOther       icmpKind = iota
	icmpUnreachable          // no route, host down
	icmpRejected             // port closed or forbidden
	icmpTooBig
	icmpExpired // time to live exceeded
)

// kindOf reads type and code: RFC 792, RFC 1122 §3.2.2.1, RFC 1812 §5.2.7.1, RFC 4443.
func kindOf(i *flow.ICMPFacts) icmpKind {
	if i.Version == 6 {
		switch {
		case i.Type == 1 && (i.Code == 0 || i.Code == 2 || i.Code == 3):
			return icmpUnreachable
		case i.Type == 1:
			return icmpRejected
		case i.Type == 2:
			return icmpTooBig
		case i.Type == 3 && i.Code == 0:
			return icmpExpired
		}
		return icmpOther
	}
	switch {
	case i.Type == 3 && i.Code == 4:
		return icmpTooBig
	case i.Type == 3 && (i.Code == 2 || i.Code == 3 || i.Code == 9 || i.Code == 10 || i.Code == 13):
		return icmpRejected
	case i.Type == 3:
		return icmpUnreachable
	case i.Type == 11 && i.Code == 0:
		return icmpExpired
	}
	return icmpOther
}

// saidToSYN reports whether an ICMP error of a kind answers the flow's SYN, and
// nothing better came.
func (s *Subject) saidToSYN(k icmpKind) bool {
	i := &s.Trouble.ICMP
	said := kindOf(i)
	if said == icmpUnreachable && i.From == s.ServerAddr {
		said = icmpRejected // a host that says so of itself can be reached: a rule there answers
	}
	return i.Count > 0 && i.QuotesSYN && i.QuotedDir == flow.Originator && said == k && s.SynAckFrame == 0 && s.AckFrame == 0
}

func (t *Telling) tellICMP() {
	i := &t.Trouble.ICMP
	t.Set("from", i.From.String())
	t.Set("delay", Duration(i.Time.Sub(t.Start)))
	t.Set("message", icmpName(i))
	t.Show(say("SYN to {server}", "发往 {server} 的 SYN"), t.synFrames()...)
	t.Show(say("ICMP error from {from}: {message}", "来自 {from} 的 ICMP 错误：{message}"), i.Frame)
	t.tellName()
}

// icmpName returns the message's usual name.
func icmpName(i *flow.ICMPFacts) string {
	names4 := map[uint8]string{0: "net unreachable", 1: "host unreachable", 2: "protocol unreachable", 3: "port unreachable", 4: "fragmentation needed",
		5: "source route failed", 6: "net unknown", 7: "host unknown", 9: "net prohibited", 10: "host prohibited", 13: "administratively prohibited"}
	names6 := map[uint8]string{0: "no route", 1: "administratively prohibited", 2: "beyond scope", 3: "address unreachable", 4: "port unreachable", 5: "source address failed policy", 6: "reject route"}
	name := ""
	switch {
	case i.Version == 6 && i.Type == 1:
		name = names6[i.Code]
	case i.Version == 6 && i.Type == 2:
		name = "packet too big"
	case i.Version != 6 && i.Type == 3:
		name = names4[i.Code]
	default:
		name = "time exceeded"
	}
	if name == "" {
		name = "unreachable"
	}
	return name
}
