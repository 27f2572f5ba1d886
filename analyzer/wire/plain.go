package wire

import "wirewhy/analyzer"

// Of an Ethernet frame with an IPv4 header without options and a TCP header.
const (
	plainIP  = 14
	plainTCP = plainIP + 20
	plainLen = plainTCP + 20
)

// plain decodes what most frames of most captures are: TCP over IPv4 over
// Ethernet, with nothing between and nothing odd about the lengths. It reports
// false, and has touched nothing, for all others. Header after header gives the
// same packet in a dozen calls, which WebAssembly makes dear.
func (d *Decoder) plain(f *analyzer.Frame, p *Packet) bool {
	if f.Link != analyzer.LinkEthernet || f.FCSLen != 0 || len(f.Data) < plainLen || p.Kind == KindICMP || p.Kind == KindARP {
		return false
	}
	b := (*[plainLen]byte)(f.Data)
	wire := int(f.WireLen)
	if wire < len(f.Data) || wire > maxWireLen {
		wire = len(f.Data)
	}
	// EtherType IPv4; version and header length; protocol TCP; no fragment.
	if b[12] != 8 || b[13] != 0 || b[plainIP] != 0x45 || b[plainIP+9] != 6 || b[plainIP+6]&0x3f|b[plainIP+7] != 0 {
		return false
	}
	total, header := int(b[plainIP+2])<<8|int(b[plainIP+3]), int(b[plainTCP+12]>>4)*4
	if header < 20 || total < 20+header || plainIP+total > wire || plainTCP+header > len(f.Data) {
		return false
	}
	segment := f.Data[plainTCP:min(len(f.Data), plainIP+total)]

	p.Frame, p.Interface, p.IfIndex = f.Number, f.Interface, 0
	p.Time, p.Offset = f.Time, f.Offset
	p.WireLen, p.Direction = f.WireLen, f.Direction
	p.Kind, p.Problem, p.Depth, p.Scope = KindTCP, ProblemNone, 0, 0
	p.Cut = uint32(len(f.Data)) < f.WireLen
	p.DstMAC, p.SrcMAC = mac(b[0:]), mac(b[6:])
	p.Broadcast = b[0]&1 != 0
	p.Checksum, p.Unknown = ChecksumUnverified, 0
	p.Version, p.TOS, p.TTL, p.Protocol = 4, b[plainIP+1], b[plainIP+8], 6
	p.DF = b[plainIP+6]&0x40 != 0
	p.IPID, p.IPLen = be16(b[plainIP+4:]), uint32(total)
	p.Src, p.Dst = Addr4(be32(b[plainIP+12:])), Addr4(be32(b[plainIP+16:]))
	p.FragmentID, p.FragmentOffset, p.MoreFragments, p.Fragments = 0, 0, false, 0
	p.SrcPort, p.DstPort = be16(b[plainTCP:]), be16(b[plainTCP+2:])
	p.Payload = segment[header:]
	d.segment, d.segmentWire = segment, total-20

	t := &p.TCP
	t.Seq, t.Ack = analyzer.Seq(be32(b[plainTCP+4:])), analyzer.Seq(be32(b[plainTCP+8:]))
	t.Flags = Flags(b[plainTCP+12]&1)<<8 | Flags(b[plainTCP+13])
	t.Window, t.Sum, t.Urgent = be16(b[plainTCP+14:]), be16(b[plainTCP+16:]), be16(b[plainTCP+18:])
	t.PayloadLen = uint32(total - 20 - header)
	t.Options, t.MSS, t.WScale, t.TSval, t.TSecr = 0, 0, 0, 0, 0
	if t.SACKCount > 0 {
		t.SACK, t.SACKCount = [4]SACKBlock{}, 0
	}
	if header > 20 {
		t.options(segment[20:header])
	}
	return true
}
