package dissect

import "wirewhy/analyzer/wire"

// ICMPName names an ICMP or ICMPv6 message in a few words: "ICMP host
// unreachable", "ICMPv6 packet too big".
func ICMPName(p *wire.Packet) string {
	name, types, codes, errorType := "ICMP ", icmpTypes, unreachable, uint8(3)
	if p.Version == 6 {
		name, types, codes, errorType = "ICMPv6 ", icmpv6Types, unreachable6, 1
	}
	if p.ICMP.Type == errorType {
		if s, ok := codes[uint64(p.ICMP.Code)]; ok {
			return name + s
		}
	}
	if s, ok := types[uint64(p.ICMP.Type)]; ok {
		return name + s
	}
	return name + "message"
}
