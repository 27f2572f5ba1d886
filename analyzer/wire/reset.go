package wire

import "wirewhy/analyzer"

// reset prepares p for a new frame. A Packet is big, so the parts that only some
// kinds use are wiped only if the last frame was of that kind.
func (p *Packet) reset(f *analyzer.Frame) {
	switch p.Kind {
	case KindTCP:
		if p.TCP.SACKCount > 0 {
			p.TCP.SACK = [4]SACKBlock{}
		}
		t := &p.TCP
		t.Seq, t.Ack, t.Flags, t.Window, t.Sum, t.Urgent, t.Options = 0, 0, 0, 0, 0, 0, 0
		t.MSS, t.WScale, t.SACKCount, t.TSval, t.TSecr, t.PayloadLen = 0, 0, 0, 0, 0, 0
	case KindICMP:
		p.ICMP = ICMP{}
	case KindARP:
		p.ARP = ARP{}
	}
	p.Frame, p.Interface, p.IfIndex = f.Number, f.Interface, 0
	p.Time, p.Offset = f.Time, f.Offset
	p.WireLen, p.Direction = f.WireLen, f.Direction
	p.Kind, p.Problem, p.Depth, p.Scope = KindOther, ProblemNone, 0, 0
	p.Cut = uint32(len(f.Data)) < f.WireLen
	p.SrcMAC, p.DstMAC, p.Broadcast = 0, 0, false
	p.Checksum, p.Unknown = ChecksumUnverified, 0
	p.resetIP()
}

// resetIP forgets the outer packet when decoding enters an inner one.
func (p *Packet) resetIP() {
	p.Version, p.Protocol, p.TTL, p.TOS, p.DF = 0, 0, 0, 0, false
	p.IPID, p.IPLen = 0, 0
	p.Src, p.Dst = Addr{}, Addr{}
	p.FragmentID, p.FragmentOffset, p.MoreFragments, p.Fragments = 0, 0, false, 0
	p.SrcPort, p.DstPort = 0, 0
	p.Payload = nil
}
