package wire

import "wirewhy/analyzer"

// Header is one header that decoding passed, for those who show packets.
type Header struct {
	Name   string // "Ethernet", "IPv4", "TCP" …
	Offset int    // of its first byte in the frame's Data
	Len    int    // up to the next header, or to the end of what was understood
}

// headerNames names the layers in the field's words. A layer without a name is
// only a matter of dispatch.
var headerNames = [...]string{
	layerEthernet: "Ethernet", layerNull: "Loopback", layerSLL: "Linux cooked", layerSLL2: "Linux cooked v2",
	layerPPP: "PPP", layerHDLC: "Cisco HDLC", layerFrameRelay: "Frame Relay", layerWLAN: "802.11", layerPrism: "Prism",
	layerRadiotap: "Radiotap", layerAVS: "AVS", layerPPI: "PPI", layerNFLOG: "NFLOG", layerIPOIB: "IP over InfiniBand",
	layerFDDI: "FDDI", layerDSA: "DSA", layerDSAFirst: "DSA tag", layerLLC: "LLC", layerVLAN: "VLAN", layerMPLS: "MPLS", layerPPPoE: "PPPoE",
	layerPBB: "I-TAG", layerFabricPath: "FabricPath", layerNSH: "NSH", layerVNTag: "VN-Tag", layerHSR: "HSR", layerMetaData: "Cisco metadata",
	layerERSPAN2: "ERSPAN II", layerERSPAN3: "ERSPAN III", layerARP: "ARP", layerIPv4: "IPv4", layerIPv6: "IPv6",
	layerHopByHop: "Hop-by-hop options", layerRouting: "Routing", layerFragment: "Fragment", layerOptions: "IPv6 extension",
	layerAuthentication: "Authentication", layerGRE: "GRE", layerEtherIP: "EtherIP", layerTCP: "TCP", layerUDP: "UDP",
	layerICMP: "ICMP", layerICMPv6: "ICMPv6",
}

// Headers decodes f as Decode does and returns the headers that it passed, in
// order. Bytes between a UDP header and the next one belong to the encapsulation.
func (d *Decoder) Headers(f *analyzer.Frame, p *Packet) []Header {
	var c cursor
	c.begin(d, f, p)
	var r []Header
	at := func() int { return min(max(cap(f.Data)-cap(c.b), 0), len(f.Data)) }
	for l, i := linkLayer(f.Link), 0; l != layerDone && i < maxHeaders; i++ {
		begin := at()
		here := l
		l = c.step(l)
		if p.Fragments > 0 { // what follows lies in other frames
			l = layerDone
		}
		if int(here) < len(headerNames) && headerNames[here] != "" && begin < len(f.Data) {
			r = append(r, Header{Name: headerNames[here], Offset: begin, Len: len(f.Data) - begin})
		}
	}
	for i := range r[:max(len(r)-1, 0)] {
		r[i].Len = r[i+1].Offset - r[i].Offset
	}
	return r
}
