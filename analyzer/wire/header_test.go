package wire

import (
	"testing"

	"wirewhy/analyzer"
)

// headerCase is a frame and what is to be read from it.
type headerCase struct {
	name string
	link analyzer.LinkType
	data []byte
	want string
}

var snap4 = join([]byte{0xaa, 0xaa, 3, 0, 0, 0, 8, 0}, plain4())

// wlanData returns a data frame to the station with the given control bytes and
// rest of the header.
func wlanData(control, flags byte, rest, body []byte) []byte {
	return join([]byte{control, flags, 0, 0, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 3, 0, 0}, rest, body)
}

// vxlanHeader, geneveHeader and gtpHeader are what their names say, for VNI 5.
var (
	vxlanHeader  = []byte{8, 0, 0, 0, 0, 0, 5, 0}
	geneveHeader = []byte{2, 0, 0x65, 0x58, 0, 0, 5, 0, 1, 2, 3, 1, 9, 9, 9, 9}
)

func gtp(flags byte, extra, payload []byte) []byte {
	return join([]byte{flags, 255}, u16(len(extra)+len(payload)), u32(77), extra, payload)
}

// outer puts payload into IPv4 between two tunnel endpoints.
func outer(protocol int, payload []byte) []byte {
	return eth(0x0800, ip4(protocol, "192.0.2.9", "192.0.2.1", payload))
}

func outerUDP(port int, payload []byte) []byte { return outer(17, dgram(40000, port, payload)) }

var pair = "192.0.2.1 ↔ 192.0.2.9"

var linkCases = []headerCase{
	{"ethernet", 1, eth(0x0800, plain4()), want4},
	{"ethernet with IPv6", 1, eth(0x86dd, plain6()), want6},
	{"ethernet, padded", 1, join(eth(0x0800, ip4(6, "10.0.0.1", "10.0.0.2", seg(nil, ""))), make([]byte, 6)), "TCP 10.0.0.1:1000 > 10.0.0.2:80 seq 100 ack 200 flags 18 win 512 len 0"},
	{"802.3 with SNAP", 1, join(eth(len(snap4), snap4), make([]byte, 9)), want4},
	{"802.3 with the IP SAP", 1, eth(3+len(plain4()), join([]byte{6, 6, 3}, plain4())), want4},
	{"802.3 spanning tree", 1, eth(38, join([]byte{0x42, 0x42, 3}, make([]byte, 43))), "other !unknown"},
	{"LLDP", 1, eth(0x88cc, make([]byte, 46)), "other !unknown"},
	{"SNAP bridged Ethernet with check sequence", 1, eth(8+len(eth(0x800, plain4()))+4, join([]byte{0xaa, 0xaa, 3, 0, 0x80, 0xc2, 0, 1}, eth(0x800, plain4()), u32(1))), want4 + " depth 1 in Ethernet in IP"},
	{"null little-endian", 0, join([]byte{2, 0, 0, 0}, plain4()), want4},
	{"null big-endian", 0, join([]byte{0, 0, 0, 2}, plain4()), want4},
	{"null Linux", 0, join([]byte{10, 0, 0, 0}, plain6()), want6},
	{"null Windows", 0, join([]byte{23, 0, 0, 0}, plain6()), want6},
	{"null NetBSD", 0, join([]byte{24, 0, 0, 0}, plain6()), want6},
	{"null FreeBSD", 0, join([]byte{28, 0, 0, 0}, plain6()), want6},
	{"null Darwin", 0, join([]byte{30, 0, 0, 0}, plain6()), want6},
	{"null AppleTalk", 0, join([]byte{16, 0, 0, 0}, make([]byte, 40)), "other !unknown"},
	{"loop", 108, join([]byte{0, 0, 0, 24}, plain6()), want6},
	{"raw 12", 12, plain4(), want4},
	{"raw 14", 14, plain6(), want6},
	{"raw 101", 101, plain4(), want4},
	{"raw 228", 228, plain4(), want4},
	{"raw 229", 229, plain6(), want6},
	{"raw neither", 101, make([]byte, 40), "other !invalid"},
	{"SLL", 113, join(u16(4), u16(1), u16(6), []byte{2, 0, 0, 0, 0, 1, 0, 0}, u16(0x0800), plain4()), want4},
	{"SLL with a tag", 113, join(u16(0), u16(1), u16(6), make([]byte, 8), u16(0x8100), tagged(12, 0x86dd, plain6())), want6 + " in VLAN 12"},
	{"SLL with LLC", 113, join(u16(0), u16(1), u16(6), make([]byte, 8), u16(4), snap4), want4},
	{"SLL netlink", 113, join(u16(0), u16(824), u16(0), make([]byte, 8), u16(0), make([]byte, 30)), "none"},
	{"SLL2", 276, join(u16(0x0800), u16(0), u32(7), u16(1), []byte{4, 6, 2, 0, 0, 0, 0, 1, 0, 0}, plain4()), want4},
	{"PPP", 9, join(u16(0x0021), plain4()), want4},
	{"PPP framed", 9, join([]byte{0xff, 3}, u16(0x0057), plain6()), want6},
	{"PPP compressed protocol", 9, join([]byte{0x21}, plain4()), want4},
	{"PPP LCP", 9, join([]byte{0xff, 3, 0xc0, 0x21}, make([]byte, 8)), "other !unknown"},
	{"PPP serial as HDLC", 50, join([]byte{0x0f, 0, 8, 0}, plain4()), want4},
	{"PPPoE link", 51, join([]byte{0x11, 0, 0, 1}, u16(2+len(plain4())), u16(0x21), plain4()), want4},
	{"HDLC", 104, join([]byte{0x8f, 0, 8, 0}, plain4()), want4},
	{"HDLC SLARP", 104, join([]byte{0x8f, 0, 0x80, 0x35}, make([]byte, 18)), "other !unknown"},
	{"frame relay NLPID", 107, join([]byte{0x18, 0x41, 3, 0xcc}, plain4()), want4},
	{"frame relay padded NLPID", 107, join([]byte{0x18, 0x41, 3, 0, 0x8e}, plain6()), want6},
	{"frame relay SNAP", 107, join([]byte{0x18, 0x41, 3, 0, 0x80, 0, 0, 0, 8, 0}, plain4()), want4},
	{"frame relay Cisco", 107, join([]byte{0x18, 0x41, 8, 0}, plain4()), want4},
	{"frame relay four-byte address", 107, join([]byte{0x18, 0x40, 0, 1, 3, 0xcc}, plain4()), want4},
	{"802.11 data", 105, wlanData(0x08, 2, nil, snap4), want4},
	{"802.11 QoS", 105, wlanData(0x88, 2, []byte{0, 0}, snap4), want4},
	{"802.11 QoS with HT control", 105, wlanData(0x88, 0x82, make([]byte, 6), snap4), want4},
	{"802.11 four addresses", 105, wlanData(0x08, 3, make([]byte, 6), snap4), want4},
	{"802.11 mesh", 105, wlanData(0x88, 3, make([]byte, 8), join([]byte{0, 31, 0, 0, 0, 1}, snap4)), "other !unknown"},
	{"802.11 mesh marked", 105, wlanData(0x88, 3, []byte{0, 0, 0, 0, 0, 0, 0, 1}, join([]byte{0, 31, 0, 0, 0, 1}, snap4)), want4},
	{"802.11 aggregate", 105, wlanData(0x88, 2, []byte{0x80, 0}, join(make([]byte, 12), u16(len(snap4)), snap4, make([]byte, 99))), want4},
	{"802.11 encrypted", 105, wlanData(0x08, 0x42, nil, make([]byte, 60)), "none !unknown"},
	{"802.11 decrypted, vector left", 105, wlanData(0x08, 0x42, nil, join(make([]byte, 8), snap4)), want4},
	{"802.11 beacon", 105, wlanData(0x80, 0, nil, make([]byte, 60)), "none"},
	{"802.11 null function", 105, wlanData(0x48, 1, nil, nil), "none"},
	{"radiotap", 127, join([]byte{0, 0, 8, 0, 0, 0, 0, 0}, wlanData(0x08, 2, nil, snap4)), want4},
	{"radiotap with check sequence", 127, join([]byte{0, 0, 25, 0, 3, 0, 0, 0x80, 0, 0, 0, 0}, make([]byte, 4), make([]byte, 8), []byte{0x10}, wlanData(0x08, 2, nil, join(snap4, u32(1)))), want4},
	{"radiotap padded", 127, join([]byte{0, 0, 9, 0, 2, 0, 0, 0, 0x20}, wlanData(0x88, 2, []byte{0, 0}, join([]byte{0, 0}, snap4))), want4},
	{"prism", 119, join([]byte{0x44, 0, 0, 0, 144, 0, 0, 0}, make([]byte, 136), wlanData(0x08, 2, nil, snap4)), want4},
	{"prism big-endian", 119, join([]byte{0, 0, 0, 0x44, 0, 0, 0, 144}, make([]byte, 136), wlanData(0x08, 2, nil, snap4)), want4},
	{"AVS as prism", 119, join(u32(0x80211001), u32(64), make([]byte, 56), wlanData(0x08, 2, nil, snap4)), want4},
	{"AVS", 163, join(u32(0x80211002), u32(64), make([]byte, 56), wlanData(0x08, 2, nil, snap4)), want4},
	{"PPI", 192, join([]byte{0, 0, 8, 0, 105, 0, 0, 0}, wlanData(0x08, 2, nil, snap4)), want4},
	{"PPI with check sequence", 192, join([]byte{0, 0, 32, 0, 105, 0, 0, 0, 2, 0, 20, 0}, make([]byte, 8), []byte{1, 0}, make([]byte, 10), wlanData(0x08, 2, nil, join(snap4, u32(1)))), want4},
	{"PPI Ethernet", 192, join([]byte{0, 0, 8, 0, 1, 0, 0, 0}, eth(0x0800, plain4())), want4},
	{"NFLOG little-endian", 239, join([]byte{2, 0, 0, 0, 8, 0, 4, 0, 0, 0, 0, 3, 5, 0, 10, 0, 'x', 0, 0, 0, byte(4 + len(plain4())), 0, 9, 0}, plain4()), want4},
	{"NFLOG big-endian", 239, join([]byte{10, 0, 0, 0, 0, 8, 0, 5, 0, 0, 0, 3, 0, byte(4 + len(plain6())), 0, 9}, plain6()), want6},
	{"IPoIB", 242, join(make([]byte, 40), u16(0x0800), u16(0), plain4()), want4},
	{"FDDI", 10, join([]byte{0x50}, make([]byte, 12), snap4), want4},
	{"DSA", 281, join(make([]byte, 16), u16(0x0800), plain4()), want4},
	{"DSA in front", 282, join(make([]byte, 4), eth(0x0800, plain4())), want4},
	{"netlink", 253, make([]byte, 40), "none"},
	{"D-Bus", 231, make([]byte, 40), "none"},
	{"USB", 220, make([]byte, 80), "none"},
	{"Bluetooth", 201, make([]byte, 40), "none"},
	{"some other link type", 147, make([]byte, 40), "none !unknown"},
}

var tunnelCases = []headerCase{
	{"VLAN", 1, eth(0x8100, tagged(0xa00c, 0x0800, plain4())), want4 + " in VLAN 12"},
	{"priority tag", 1, eth(0x8100, tagged(0xa000, 0x0800, plain4())), want4},
	{"802.1ad", 1, eth(0x88a8, tagged(100, 0x8100, tagged(7, 0x86dd, plain6()))), want6 + " in VLAN 100, VLAN 7"},
	{"old QinQ", 1, eth(0x9100, tagged(100, 0x8100, tagged(7, 0x0800, plain4()))), want4 + " in VLAN 100, VLAN 7"},
	{"VLAN with 802.3", 1, eth(0x8100, tagged(12, len(snap4), snap4)), want4 + " in VLAN 12"},
	{"MPLS", 1, eth(0x8847, join(u32(0x00010040), u32(0x00011140), plain4())), want4},
	{"MPLS IPv6", 1, eth(0x8847, join(u32(0x00011140), plain6())), want6},
	{"MPLS Ethernet with control word", 1, eth(0x8847, join(u32(0x00011140), u32(0), eth(0x0800, plain4()))), want4 + " depth 1"},
	{"MPLS Ethernet", 1, eth(0x8847, join(u32(0x00011140), eth(0x0800, plain4()))), want4 + " depth 1"},
	{"PPPoE", 1, eth(0x8864, join([]byte{0x11, 0, 0, 1}, u16(2+len(plain4())), u16(0x21), plain4(), make([]byte, 5))), want4},
	{"PBB", 1, eth(0x88e7, join(u32(0x00000309), eth(0x0800, plain4()))), want4 + " depth 1 in I-SID 777"},
	{"FabricPath", 1, eth(0x8903, join(u16(0x0060), eth(0x0800, plain4()))), want4},
	{"NSH", 1, eth(0x894f, join([]byte{0, 2, 1, 1}, u32(0x100ff), plain4())), want4 + " depth 1"},
	{"VN-Tag", 1, eth(0x8926, join(u32(0), u16(0x0800), plain4())), want4},
	{"HSR", 1, eth(0x892f, join(u32(0), u16(0x0800), plain4())), want4},
	{"Cisco metadata", 1, eth(0x8909, join([]byte{1, 1, 0, 1, 0, 9}, u16(0x0800), plain4())), want4},
	{"IPIP", 1, outer(4, plain4()), want4 + " depth 1 in IP in IP " + pair},
	{"6in4", 1, outer(41, plain6()), want6 + " depth 1 in IP in IP " + pair},
	{"6to4", 1, outer(41, ip6(6, "2002:c000:209::1", "2001:db8::2", seg(nil, ""))), "TCP 2002:c000:209::1:1000 > 2001:db8::2:80 seq 100 ack 200 flags 18 win 512 len 0 depth 1"},
	{"4in6", 1, eth(0x86dd, ip6(4, "2001:db8::9", "2001:db8::8", plain4())), want4 + " depth 1 in IP in IP 2001:db8::8 ↔ 2001:db8::9"},
	{"GRE", 1, outer(47, join(u16(0), u16(0x0800), plain4())), want4 + " depth 1 in GRE " + pair},
	{"GRE with everything", 1, outer(47, join(u16(0xf800), u16(0x86dd), u32(0), u32(5), u32(1), u16(0x0800), []byte{0, 4}, u32(9), u16(0), []byte{0, 0}, plain6())), want6 + " depth 1 in GRE " + pair},
	{"PPTP", 1, outer(47, join(u16(0x3081), u16(0x880b), u16(2), u16(9), u32(1), u32(2), []byte{0x21}, plain4())), want4 + " depth 1 in GRE " + pair},
	{"GRE version 2", 1, outer(47, join(u16(2), u16(0x0800), plain4())), "other 192.0.2.9 > 192.0.2.1 protocol 47 !invalid"},
	{"GRE keepalive", 1, outer(47, join(u16(0), u16(0), plain4())), "other 192.0.2.9 > 192.0.2.1 protocol 47 !unknown"},
	{"GRE Ethernet", 1, outer(47, join(u16(0x2000), u16(0x6558), u32(5), eth(0x0800, plain4()))), want4 + " depth 1 in GRE " + pair},
	{"NVGRE", 1, outer(47, join(u16(0x2000), u16(0x6558), u32(0x1234567), eth(0x0800, plain4()))), want4 + " depth 1 in NVGRE VSID 74565"},
	{"GRE with MPLS", 1, outer(47, join(u16(0), u16(0x8847), u32(0x00011140), plain4())), want4 + " depth 1 in GRE " + pair},
	{"ERSPAN I", 1, outer(47, join(u16(0), u16(0x88be), eth(0x0800, plain4()))), want4 + " depth 1"},
	{"ERSPAN II", 1, outer(47, join(u16(0x1000), u16(0x88be), u32(1), u32(0x10640001), u32(0), eth(0x0800, plain4()))), want4 + " depth 1"},
	{"ERSPAN II with a tagged frame", 1, eth(0x8100, tagged(9, 0x0800, ip4(47, "192.0.2.1", "192.0.2.9", join(u16(0x1000), u16(0x88be), u32(1), u32(0x10640001), u32(0), eth(0x8100, tagged(12, 0x0800, plain4())))))), want4 + " depth 1 in VLAN 12"},
	{"ERSPAN III", 1, outer(47, join(u16(0x1000), u16(0x22eb), u32(1), u32(0x20640001), u32(0), u32(0), eth(0x0800, plain4()))), want4 + " depth 1"},
	{"ERSPAN III with subheader", 1, outer(47, join(u16(0x1000), u16(0x22eb), u32(1), u32(0x20640001), u32(0), u32(1), make([]byte, 8), eth(0x0800, plain4()))), want4 + " depth 1"},
	{"ERSPAN III with IP", 1, outer(47, join(u16(0x1000), u16(0x22eb), u32(1), u32(0x20640001), u32(0), u32(2<<10), plain4())), want4 + " depth 1"},
	{"Aruba", 1, outer(47, join(u16(0), u16(0x8200), wlanData(0x08, 2, nil, snap4))), want4 + " depth 1 in GRE " + pair},
	{"WCCP", 1, outer(47, join(u16(0), u16(0x883e), u32(0), plain4())), want4 + " depth 1 in GRE " + pair},
	{"VXLAN", 1, outerUDP(4789, join(vxlanHeader, eth(0x0800, plain4()))), want4 + " depth 1 in VXLAN VNI 5"},
	{"VXLAN on Linux's first port", 1, outerUDP(8472, join(vxlanHeader, eth(0x86dd, plain6()))), want6 + " depth 1 in VXLAN VNI 5"},
	{"VXLAN on another port", 1, outerUDP(5555, join(vxlanHeader, eth(0x0800, plain4()))), want4 + " depth 1 in VXLAN VNI 5"},
	{"VXLAN group policy", 1, outerUDP(4789, join([]byte{0x88, 0, 0, 9, 0, 0, 5, 0}, eth(0x0800, plain4()))), want4 + " depth 1 in VXLAN VNI 5"},
	{"VXLAN-GPE", 1, outerUDP(4790, join([]byte{0x0c, 0, 0, 1, 0, 0, 5, 0}, plain4())), want4 + " depth 1 in VXLAN VNI 5"},
	{"no VXLAN: another port, wrong IP checksum", 1, outerUDP(5555, join(vxlanHeader, eth(0x0800, append([]byte{0x45, 0, 0, 45, 1}, plain4()[5:]...)))), "UDP 192.0.2.9:40000 > 192.0.2.1:5555 payload 67"},
	{"no VXLAN: DNS answer to its port", 1, outer(17, dgram(53, 4789, join([]byte{8, 1, 0x81, 0x80, 0, 1, 0, 1}, make([]byte, 40)))), "UDP 192.0.2.9:53 > 192.0.2.1:4789 payload 48"},
	{"VXLAN with spanning tree", 1, outerUDP(4789, join(vxlanHeader, eth(38, make([]byte, 46)))), "other !unknown depth 1 in VXLAN VNI 5"},
	{"VXLAN in a VLAN", 1, eth(0x8100, tagged(3, 0x0800, ip4(17, "192.0.2.9", "192.0.2.1", dgram(1, 4789, join(vxlanHeader, eth(0x8100, tagged(4, 0x0800, plain4()))))))), want4 + " depth 1 in VLAN 3, VXLAN VNI 5, VLAN 4"},
	{"Geneve", 1, outerUDP(6081, join(geneveHeader, eth(0x0800, plain4()))), want4 + " depth 1 in Geneve VNI 5"},
	{"Geneve on another port", 1, outerUDP(6666, join(geneveHeader, eth(0x0800, plain4()))), want4 + " depth 1 in Geneve VNI 5"},
	{"Geneve with IPv6", 1, outerUDP(6081, join([]byte{0, 0, 0x86, 0xdd, 0, 0, 5, 0}, plain6())), want6 + " depth 1 in Geneve VNI 5"},
	{"GTP-U", 1, outerUDP(2152, gtp(0x30, nil, plain4())), want4 + " depth 1 in GTP " + pair},
	{"GTP-U with extension headers", 1, outerUDP(2152, gtp(0x34, []byte{0, 1, 0, 0x85, 1, 0, 9, 0x85, 2, 0, 0, 0, 0, 0, 0, 0}, plain6())), want6 + " depth 1 in GTP " + pair},
	{"GTP-U echo", 1, outerUDP(2152, join([]byte{0x32, 1, 0, 4}, u32(0), u32(0))), "UDP 192.0.2.9:40000 > 192.0.2.1:2152 payload 12"},
	{"Teredo", 1, outerUDP(3544, ip6(6, "2001:0:4137:9e50::1", "2001:db8::2", seg(nil, "x"))), "TCP 2001:0:4137:9e50::1:1000 > 2001:db8::2:80 seq 100 ack 200 flags 18 win 512 len 1 depth 1"},
	{"Teredo with authentication and origin", 1, outerUDP(3544, join(u16(1), make([]byte, 11), u16(0), make([]byte, 6), ip6(6, "2001:0:4137:9e50::1", "2001:db8::2", seg(nil, "x")))), "TCP 2001:0:4137:9e50::1:1000 > 2001:db8::2:80 seq 100 ack 200 flags 18 win 512 len 1 depth 1"},
	{"no Teredo: other addresses", 1, outerUDP(3544, plain6()), "UDP 192.0.2.9:40000 > 192.0.2.1:3544 payload 65"},
	{"GRE in UDP", 1, outerUDP(4754, join(u16(0), u16(0x0800), plain4())), want4 + " depth 1 in GRE " + pair},
	{"MPLS in UDP", 1, outerUDP(6635, join(u32(0x00011140), plain4())), want4 + " depth 1 in MPLS in IP " + pair},
	{"L2TP", 1, outerUDP(1701, join(u16(0x4002), u16(12+len(plain4())), u16(1), u16(2), []byte{0xff, 3, 0, 0x21}, plain4())), want4 + " depth 1 in L2TP " + pair},
	{"L2TP control", 1, outerUDP(1701, join(u16(0xc802), make([]byte, 20))), "UDP 192.0.2.9:40000 > 192.0.2.1:1701 payload 22"},
	{"TZSP", 1, outerUDP(37008, join([]byte{1, 0, 0, 1, 10, 1, 3, 0, 1}, eth(0x0800, plain4()))), want4 + " depth 1"},
	{"CAPWAP 802.3", 1, outerUDP(5247, join([]byte{0, 0x10, 2, 0}, u32(0), eth(0x0800, plain4()))), want4 + " depth 1 in CAPWAP " + pair},
	{"CAPWAP 802.11", 1, outerUDP(5247, join([]byte{0, 0x10, 3, 0}, u32(0), wlanData(0x08, 2, nil, snap4))), want4 + " depth 1 in CAPWAP " + pair},
	{"CAPWAP 802.11, bytes swapped", 1, outerUDP(5247, join([]byte{0, 0x10, 3, 0}, u32(0), wlanData(2, 0x08, nil, snap4))), want4 + " depth 1 in CAPWAP " + pair},
	{"EtherIP", 1, outer(97, join(u16(0x3000), eth(0x0800, plain4()))), want4 + " depth 1 in Ethernet in IP " + pair},
	{"MPLS in IP", 1, outer(137, join(u32(0x00011140), plain4())), want4 + " depth 1 in MPLS in IP " + pair},
	{"AH", 1, eth(0x0800, ip4(51, "10.0.0.1", "10.0.0.2", join([]byte{6, 4, 0, 0}, make([]byte, 20), seg(nil, "hello")))), want4},
	{"ESP", 1, outer(50, make([]byte, 60)), "other 192.0.2.9 > 192.0.2.1 protocol 50"},
	{"SCTP", 1, outer(132, make([]byte, 60)), "other 192.0.2.9 > 192.0.2.1 protocol 132"},
	{"VXLAN in GRE in IPIP", 1, outer(4, ip4(47, "198.51.100.2", "198.51.100.1", join(u16(0), u16(0x0800), ip4(17, "10.9.9.9", "10.9.9.8", dgram(1, 4789, join(vxlanHeader, eth(0x0800, plain4()))))))), want4 + " depth 3 in IP in IP " + pair + ", GRE 198.51.100.1 ↔ 198.51.100.2, VXLAN VNI 5"},
}

// ext6 is an extension header of 8 bytes.
func ext6(next int) []byte { return []byte{byte(next), 0, 1, 4, 0, 0, 0, 0} }

// segments is a routing header of a type with two addresses, one of them left.
func segments(next, kind int, first, second string) []byte {
	return join([]byte{byte(next), 4, byte(kind), 1}, u32(0), ip6(0, first, second, nil)[8:])
}

var ipCases = []headerCase{
	{"options", 1, eth(0x0800, ip4with(6, 1, 0, "10.0.0.1", "10.0.0.2", 45, []byte{1, 1, 1, 0}, seg(nil, "hello"))), want4},
	{"total length zero", 1, eth(0x0800, ip4with(6, 1, 0, "10.0.0.1", "10.0.0.2", 0, nil, seg(nil, "hello"))), want4},
	{"total length beyond the frame", 1, eth(0x0800, ip4with(6, 1, 0, "10.0.0.1", "10.0.0.2", 1500, nil, seg(nil, "hello"))), "TCP 10.0.0.1:1000 > 10.0.0.2:80 seq 100 ack 200 flags 18 win 512 len 1460 !short"},
	{"total length beyond what PPPoE says", 51, join([]byte{0x11, 0, 0, 1}, u16(47), u16(0x21), ip4with(6, 1, 0, "10.0.0.1", "10.0.0.2", 51, nil, seg(nil, "hello")), make([]byte, 6)), want4 + " !short"},
	{"header length four", 1, eth(0x0800, append([]byte{0x44}, plain4()[1:]...)), "other !invalid"},
	{"total length below the header's", 1, eth(0x0800, ip4with(6, 1, 0, "10.0.0.1", "10.0.0.2", 19, nil, seg(nil, ""))), "other !invalid"},
	{"version five", 1, eth(0x0800, append([]byte{0x55}, plain4()[1:]...)), "other !invalid"},
	{"IPv6 version five", 1, eth(0x86dd, append([]byte{0x50}, plain6()[1:]...)), "other !invalid"},
	{"extension headers", 1, eth(0x86dd, ip6(0, "2001:db8::1", "2001:db8::2", join(ext6(60), ext6(135), ext6(139), ext6(140), ext6(51), []byte{44, 1, 0, 0}, make([]byte, 8), []byte{6, 0, 0, 0}, u32(1), seg(nil, "hello")))), want6},
	{"no next header", 1, eth(0x86dd, ip6(59, "2001:db8::1", "2001:db8::2", nil)), "other 2001:db8::1 > 2001:db8::2 protocol 59"},
	{"segment routing", 1, eth(0x86dd, ip6(43, "2001:db8::1", "2001:db8::7", join(segments(6, 4, "2001:db8::2", "2001:db8::7"), seg(nil, "hello")))), want6},
	{"routing type 0", 1, eth(0x86dd, ip6(43, "2001:db8::1", "2001:db8::7", join(segments(6, 0, "2001:db8::7", "2001:db8::2"), seg(nil, "hello")))), want6},
	{"SRv6 with IPv4", 1, eth(0x86dd, ip6(43, "2001:db8::1", "2001:db8::7", join(segments(4, 4, "2001:db8::2", "2001:db8::7"), plain4()))), want4 + " depth 1"},
	{"SRv6 with IPv6", 1, eth(0x86dd, ip6(43, "2001:db8::9", "2001:db8::7", join(segments(41, 4, "2001:db8::8", "2001:db8::7"), plain6()))), want6 + " depth 1"},
	{"SRv6 with Ethernet", 1, eth(0x86dd, ip6(43, "2001:db8::9", "2001:db8::7", join(segments(143, 4, "2001:db8::8", "2001:db8::7"), eth(0x0800, plain4())))), want4 + " depth 1"},
	{"extension header too long", 1, eth(0x86dd, ip6(0, "2001:db8::1", "2001:db8::2", join([]byte{6, 9}, make([]byte, 30)))), "other 2001:db8::1 > 2001:db8::2 protocol 0 !short"},
	{"extension header in IPv4", 1, outer(60, join(ext6(6), seg(nil, ""))), "other 192.0.2.9 > 192.0.2.1 protocol 60 !unknown"},
	{"UDP", 1, outer(17, dgram(53, 5353, []byte("abc"))), "UDP 192.0.2.9:53 > 192.0.2.1:5353 payload 3"},
	{"UDP length below eight", 1, outer(17, join(u16(1), u16(2), u16(7), u16(0))), "other 192.0.2.9 > 192.0.2.1 protocol 17 !invalid"},
	{"UDP length zero", 1, outer(17, join(u16(1), u16(2), u16(0), u16(0), []byte("abc"))), "UDP 192.0.2.9:1 > 192.0.2.1:2 payload 3"},
	{"UDP length shorter", 1, outer(17, join(u16(1), u16(2), u16(9), u16(0), []byte("abc"))), "UDP 192.0.2.9:1 > 192.0.2.1:2 payload 1"},
	{"TCP data offset four", 1, outer(6, append(seg(nil, "")[:12], 0x40, 0x18, 0, 0, 0, 0, 0, 0)), "other 192.0.2.9 > 192.0.2.1 protocol 6 !invalid"},
	{"TCP data offset beyond the packet", 1, outer(6, append(seg(nil, "")[:12], 0x60, 0x18, 0, 0, 0, 0, 0, 0)), "other 192.0.2.9 > 192.0.2.1 protocol 6 !short"},
	{"TCP header beyond the packet", 1, outer(6, seg(nil, "")[:16]), "other 192.0.2.9 > 192.0.2.1 protocol 6 !short"},
}

func allCases() []headerCase {
	return append(append(append([]headerCase{}, linkCases...), tunnelCases...), ipCases...)
}

func TestHeaders(t *testing.T) {
	for _, c := range allCases() {
		d := NewDecoder(Config{})
		var p Packet
		d.Decode(frame(c.link, c.data), &p)
		if got := describe(d, &p); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

// check fails if p claims what the frame cannot hold.
func check(t *testing.T, what string, f *analyzer.Frame, p *Packet) {
	t.Helper()
	switch {
	case p.Kind > KindNone, p.Problem > ProblemUnknown:
		t.Fatalf("%s: kind %d, problem %d", what, p.Kind, p.Problem)
	case p.Fragments == 0 && len(p.Payload) > len(f.Data):
		t.Fatalf("%s: %d bytes of payload in %d bytes", what, len(p.Payload), len(f.Data))
	case p.Kind == KindTCP && (p.Protocol != 6 || p.Version != 4 && p.Version != 6 || len(p.Payload) > int(p.TCP.PayloadLen)):
		t.Fatalf("%s: TCP with protocol %d, version %d, %d of %d bytes", what, p.Protocol, p.Version, len(p.Payload), p.TCP.PayloadLen)
	case p.Depth > MaxDepth, p.TCP.SACKCount > 4:
		t.Fatalf("%s: depth %d, %d SACK blocks", what, p.Depth, p.TCP.SACKCount)
	}
}

// TestCutAndFlipped cuts every frame at every byte, as a snap length does and as a
// short packet does, and flips bits of every byte.
func TestCutAndFlipped(t *testing.T) {
	d := NewDecoder(Config{})
	var p Packet
	for _, c := range allCases() {
		for n := range c.data {
			f := frame(c.link, c.data[:n:n])
			d.Decode(f, &p)
			check(t, c.name, f, &p)
			if p.Kind == KindTCP && (p.SrcPort != 1000 || p.DstPort != 80) {
				t.Errorf("%s cut to %d bytes is TCP with ports %d and %d", c.name, n, p.SrcPort, p.DstPort)
			}
			f.WireLen = uint32(len(c.data))
			d.Decode(f, &p)
			d.Checksum(&p)
			check(t, c.name, f, &p)
			if p.Problem == ProblemNone && p.Kind == KindTCP && p.TCP.PayloadLen > 5 {
				t.Errorf("%s cut to %d bytes: %d bytes of payload", c.name, n, p.TCP.PayloadLen)
			}
		}
		b := append([]byte{}, c.data...)
		for i := range b {
			for _, mask := range []byte{0x01, 0x80, 0x0f, 0xff, b[i], 0x41} {
				b[i] ^= mask
				f := frame(c.link, b)
				d.Decode(f, &p)
				d.Checksum(&p)
				check(t, c.name, f, &p)
				b[i] ^= mask
			}
		}
	}
}

// TestCutOptions checks what is left of a segment whose options are cut off.
func TestCutOptions(t *testing.T) {
	b := eth(0x0800, ip4(6, "10.0.0.1", "10.0.0.2", seg([]byte{2, 4, 5, 0xb4, 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2}, "hello")))
	f := frame(1, b[:14+20+24])
	f.WireLen = uint32(len(b))
	var p Packet
	NewDecoder(Config{}).Decode(f, &p)
	if p.Kind != KindTCP || p.Problem != ProblemCut || !p.Cut || p.TCP.PayloadLen != 5 || p.TCP.MSS != 1460 || p.TCP.Options != OptMSS {
		t.Errorf("%+v", p)
	}
}

func TestDepth(t *testing.T) {
	b := plain4()
	for range MaxDepth + 1 {
		b = ip4(4, "192.0.2.1", "192.0.2.2", b)
	}
	var p Packet
	NewDecoder(Config{}).Decode(frame(101, b), &p)
	if p.Problem != ProblemDepth || p.Depth != MaxDepth {
		t.Errorf("problem %d at depth %d", p.Problem, p.Depth)
	}
	NewDecoder(Config{MaxDepth: MaxDepth + 1}).Decode(frame(101, b), &p)
	if p.Kind != KindTCP || p.Depth != MaxDepth+1 {
		t.Errorf("kind %d at depth %d", p.Kind, p.Depth)
	}
	tags := eth(0x8100, nil)
	for range 1000 {
		tags = append(tags, 0, 1, 0x81, 0)
	}
	NewDecoder(Config{}).Decode(frame(1, tags), &p)
	if p.Problem != ProblemDepth {
		t.Errorf("problem %d", p.Problem)
	}
}
