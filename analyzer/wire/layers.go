package wire

import "wirewhy/analyzer"

// layer names the header that is read next.
type layer uint8

const (
	layerDone    layer = iota // nothing more to read
	layerUnknown              // a protocol that is not read

	// Link layers.
	layerEthernet
	layerNull
	layerRaw
	layerSLL
	layerSLL2
	layerPPP
	layerHDLC
	layerFrameRelay
	layerWLAN
	layerPrism
	layerRadiotap
	layerAVS
	layerPPI
	layerNFLOG
	layerIPOIB
	layerFDDI
	layerDSA
	layerDSAFirst
	layerNothing     // known to carry no network packets
	layerUnknownLink // nobody knows

	// Between link and IP.
	layerLLC
	layerVLAN
	layerMPLS
	layerPPPoE
	layerPBB
	layerFabricPath
	layerNSH
	layerVNTag
	layerHSR
	layerMetaData
	layerERSPAN2
	layerERSPAN3
	layerTEB // an Ethernet frame as payload of GRE and its like

	// Internet.
	layerARP
	layerIPv4
	layerIPv6
	layerHopByHop
	layerRouting
	layerFragment
	layerOptions
	layerAuthentication

	// Carried by IP.
	layerIPIP
	layer6in4
	layerGRE
	layerMPLSinIP
	layerEtherIP
	layerIPEthernet
	layerTCP
	layerUDP
	layerICMP
	layerICMPv6
)

// linkLayer is the dispatch table of link types.
func linkLayer(l analyzer.LinkType) layer {
	switch l {
	case analyzer.LinkEthernet:
		return layerEthernet
	case analyzer.LinkLinuxSLL:
		return layerSLL
	case analyzer.LinkLinuxSLL2:
		return layerSLL2
	case analyzer.LinkRaw, analyzer.LinkRawDLT, analyzer.LinkRawOpenBSD, analyzer.LinkIPv4, analyzer.LinkIPv6:
		return layerRaw
	case analyzer.LinkNull, analyzer.LinkLoop:
		return layerNull
	case analyzer.LinkPPP, analyzer.LinkPPPHDLC:
		return layerPPP
	case analyzer.LinkPPPEthernet:
		return layerPPPoE
	case analyzer.LinkCiscoHDLC:
		return layerHDLC
	case analyzer.LinkFrameRelay:
		return layerFrameRelay
	case analyzer.LinkIEEE80211:
		return layerWLAN
	case analyzer.LinkPrism:
		return layerPrism
	case analyzer.LinkRadiotap:
		return layerRadiotap
	case analyzer.LinkAVS:
		return layerAVS
	case analyzer.LinkPPI:
		return layerPPI
	case analyzer.LinkNFLOG:
		return layerNFLOG
	case analyzer.LinkIPOIB:
		return layerIPOIB
	case analyzer.LinkFDDI:
		return layerFDDI
	case analyzer.LinkDSABroadcom:
		return layerDSA
	case analyzer.LinkDSABroadcomFirst:
		return layerDSAFirst
	case analyzer.LinkNetlink, analyzer.LinkDBus, analyzer.LinkUSBLinux, analyzer.LinkUSBLinuxMmapped, analyzer.LinkUSBPcap,
		analyzer.LinkBluetoothHCI, analyzer.LinkBluetoothHCIPHDR, analyzer.LinkBluetoothMonitor:
		return layerNothing
	}
	return layerUnknownLink
}

// etherTypeLayer is the dispatch table of EtherTypes (IEEE 802 Numbers); values
// below 1536 are the length of an LLC frame (IEEE 802.3 §3.2.6).
func etherTypeLayer(t uint16) layer {
	switch t {
	case 0x0800:
		return layerIPv4
	case 0x86dd:
		return layerIPv6
	case 0x0806:
		return layerARP
	case 0x8100, 0x88a8, 0x9100, 0x9200, 0x9300:
		return layerVLAN
	case 0x8847, 0x8848:
		return layerMPLS
	case 0x8864:
		return layerPPPoE
	case 0x6558:
		return layerTEB
	case 0x880b:
		return layerPPP
	case 0x88e7:
		return layerPBB
	case 0x8903:
		return layerFabricPath
	case 0x894f:
		return layerNSH
	case 0x8926:
		return layerVNTag
	case 0x892f:
		return layerHSR
	case 0x8909:
		return layerMetaData
	}
	if t < 1536 {
		return layerLLC
	}
	return layerUnknown
}

// pppLayer is the dispatch table of PPP protocol numbers (IANA PPP DLL).
func pppLayer(t uint16) layer {
	switch t {
	case 0x0021:
		return layerIPv4
	case 0x0057:
		return layerIPv6
	case 0x0281, 0x0283:
		return layerMPLS
	}
	return layerUnknown
}

// ipLayers is the dispatch table of IP protocol numbers (IANA). A number without
// a row is a protocol that Packet.Protocol names and wirewhy does not read.
var ipLayers = [256]layer{
	0:   layerHopByHop,
	1:   layerICMP,
	4:   layerIPIP,
	6:   layerTCP,
	17:  layerUDP,
	41:  layer6in4,
	43:  layerRouting,
	44:  layerFragment,
	47:  layerGRE,
	51:  layerAuthentication,
	58:  layerICMPv6,
	60:  layerOptions,
	97:  layerEtherIP,
	135: layerOptions, // Mobility (RFC 6275)
	137: layerMPLSinIP,
	139: layerOptions, // HIP (RFC 7401)
	140: layerOptions, // Shim6 (RFC 5533)
	143: layerIPEthernet,
}

// run reads header after header. It is a loop, not a recursion: its length is
// bounded by maxHeaders whatever the bytes say.
func (c *cursor) run(l layer) {
	for i := 0; l != layerDone; i++ {
		if i == maxHeaders {
			c.p.Problem = ProblemDepth
			return
		}
		l = c.step(l)
	}
}

// step reads one header and returns the next.
func (c *cursor) step(l layer) layer {
	switch l {
	case layerEthernet:
		return c.ethernet()
	case layerIPv4:
		return c.ipv4()
	case layerTCP:
		return c.tcp()
	case layerIPv6:
		return c.ipv6()
	case layerUDP:
		return c.udp()
	case layerVLAN:
		return c.vlan()
	case layerSLL:
		return c.sll()
	case layerSLL2:
		return c.sll2()
	case layerRaw:
		return c.raw()
	case layerNull:
		return c.null()
	case layerARP:
		return c.arp()
	case layerICMP:
		return c.icmp()
	case layerICMPv6:
		return c.icmpv6()
	case layerLLC:
		return c.llc()
	case layerMPLS:
		return c.mpls()
	case layerPPPoE:
		return c.pppoe()
	case layerPPP:
		return c.ppp()
	case layerGRE:
		return c.gre()
	case layerERSPAN2:
		return c.erspan2()
	case layerERSPAN3:
		return c.erspan3()
	case layerTEB:
		return c.inside(tunnelEthernet, layerEthernet)
	case layerIPIP:
		return c.inside(tunnelIP, layerIPv4)
	case layer6in4:
		return c.ip6InIP()
	}
	return c.rare(l)
}

// rare is step for what few captures hold.
func (c *cursor) rare(l layer) layer {
	switch l {
	case layerHopByHop, layerOptions:
		return c.ipv6Options(l == layerHopByHop)
	case layerRouting:
		return c.ipv6Routing()
	case layerFragment:
		return c.ipv6Fragment()
	case layerAuthentication:
		return c.authentication()
	case layerMPLSinIP:
		return c.inside(tunnelMPLS, layerMPLS)
	case layerEtherIP:
		return c.etherIP()
	case layerIPEthernet:
		return c.inside(tunnelEthernet, layerEthernet)
	case layerHDLC:
		return c.hdlc()
	case layerFrameRelay:
		return c.frameRelay()
	case layerWLAN:
		return c.wlan()
	case layerPrism:
		return c.prism()
	case layerRadiotap:
		return c.radiotap()
	case layerAVS:
		return c.avs()
	case layerPPI:
		return c.ppi()
	case layerNFLOG:
		return c.nflog()
	case layerIPOIB:
		return c.ipoib()
	case layerFDDI:
		return c.fddi()
	case layerDSA:
		return c.dsa()
	case layerDSAFirst:
		return c.dsaFirst()
	case layerPBB:
		return c.pbb()
	case layerFabricPath:
		return c.fabricPath()
	case layerNSH:
		return c.nsh()
	case layerVNTag:
		return c.tag(6)
	case layerHSR:
		return c.tag(6)
	case layerMetaData:
		return c.tag(8)
	case layerNothing:
		return c.nothing()
	case layerUnknownLink:
		c.p.Kind = KindNone
	}
	return c.unknown()
}
